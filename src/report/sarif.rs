//! A report in SARIF 2.1.0, which code scanning reads.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::io;

use serde_json::{Map, Value, json};

use super::findings::{Failure, Finding, Level, Position, Report, Rule};
use crate::text::sanitize;

/// The schema by which the tests validate this format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json";

/// The name by which code scanning knows the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// The rule that a mistake in a source violates.
const INPUT: Rule = Rule {
    name: "invalid-declaration",
    title: "Declaration not valid",
    description: "A declaration has a mistake, or cannot be read.",
    level: Level::Error,
};

pub(super) fn write(report: &Report) -> io::Result<String> {
    // Code scanning shows only results, and results need a place.
    let others = report.failures.iter().chain(&report.warnings);
    let has_place = |other: &&Failure| {
        let source = other.source.as_deref();
        source.is_some_and(|source| report.path(source).is_some())
    };
    let (mistakes, rest): (Vec<_>, Vec<_>) = others.partition(has_place);
    let findings = report.findings.iter().map(|f| result(report, f));
    let mistakes = mistakes.into_iter().map(|other| mistake(report, other));
    let results: Vec<_> = findings.chain(mistakes).collect();
    let notifications: Vec<_> = rest
        .into_iter()
        .map(|other| {
            let text = other.sentence();
            json!({ "level": other.level.name(), "message": { "text": sanitize::lines(&text) } })
        })
        .collect();
    let rules: Vec<_> = report.rules.iter().chain([&INPUT]).map(rule).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "terraform-provider-vpcflow",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "originalUriBaseIds": { ROOT: {
                "description": { "text": "The root of the repository." },
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log)?;
    Ok(sanitize::json(&text).into_owned() + "\n")
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": { "text": rule.description },
        "defaultConfiguration": { "level": rule.level.name() },
    })
}

fn result(report: &Report, finding: &Finding) -> Value {
    let text = format!(
        "{} {}{}",
        finding.label,
        finding.message(),
        finding.change_lines()
    );
    let index = report.rules.iter().position(|rule| *rule == finding.rule);
    let rule = finding.rule.name;
    let source = finding.source.clone().or_else(|| {
        let first = report.sources.first();
        first.map(|source| source.name.clone())
    });
    let source = source.unwrap_or_default();
    let name = &finding.qualified_name;
    // The same name may be declared in several sources.
    let fingerprint = match &finding.source {
        Some(source) if report.sources.len() > 1 => format!("{rule}/{source}/{name}"),
        _ => format!("{rule}/{name}"),
    };
    let properties = finding.properties.iter();
    let properties: Map<_, _> = properties
        .map(|(name, value)| ((*name).to_owned(), value.as_deref().into()))
        .collect();
    let mut location = json!({ "logicalLocations": [{
        "name": finding.label,
        "fullyQualifiedName": finding.qualified_name,
        "kind": "resource",
    }] });
    if let Some(place) = place(report, &source, finding.position) {
        location["physicalLocation"] = place;
    }
    json!({
        "ruleId": rule,
        "ruleIndex": index,
        "level": finding.level.name(),
        "message": { "text": sanitize::lines(&text) },
        "locations": [location],
        "partialFingerprints": { report.fingerprint: fingerprint },
        "properties": properties,
    })
}

/// Returns a mistake in a source as a result.
fn mistake(report: &Report, mistake: &Failure) -> Value {
    let source = mistake.source.as_deref().unwrap_or_default();
    let message = &mistake.message;
    let text = match &mistake.label {
        Some(label) => format!("{label}: {message}"),
        None => message.clone(),
    };
    json!({
        "ruleId": INPUT.name,
        "ruleIndex": report.rules.len(),
        "level": mistake.level.name(),
        "message": { "text": sanitize::lines(&text) },
        "locations": [{ "physicalLocation": place(report, source, mistake.position) }],
        // A line number would change with every line above it.
        "partialFingerprints": { report.fingerprint: format!("{}/{source}/{text}", INPUT.name) },
    })
}

/// Returns the place in a file. `None` if the source is not a file.
fn place(report: &Report, source: &str, position: Option<Position>) -> Option<Value> {
    let Position { line, column } = position.unwrap_or(Position::START);
    let path = report.path(source)?;
    let mut artifact = json!({ "uri": uri(path) });
    if !path.starts_with('/') {
        artifact["uriBaseId"] = ROOT.into();
    }
    Some(json!({
        "artifactLocation": artifact,
        "region": { "startLine": line, "startColumn": column },
    }))
}

/// Returns a path as a relative reference, or an absolute path as a URI; what a URI cannot hold is escaped.
fn uri(path: &str) -> String {
    let path = match path {
        "-" => "stdin",
        path => path.strip_prefix("./").unwrap_or(path),
    };
    let mut text = match path.strip_prefix('/') {
        Some(_) => "file://".to_owned(),
        None => String::new(),
    };
    for byte in path.replace('\\', "/").bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        if plain {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
