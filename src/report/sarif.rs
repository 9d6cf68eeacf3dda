//! A report in SARIF 2.1.0, which code scanning reads.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::io;

use serde_json::{Map, Value, json};

use super::findings::{Finding, Position, Report, Rule};
use crate::text::sanitize;

/// The schema by which the tests validate this format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json";

pub(super) fn write(report: &Report) -> io::Result<String> {
    let results: Vec<_> = report.findings.iter().map(|f| result(report, f)).collect();
    let notifications: Vec<_> = report
        .failures
        .iter()
        .map(|failure| {
            let text = format!("{}: {}", failure.label, failure.message);
            json!({ "level": "error", "message": { "text": sanitize::lines(&text) } })
        })
        .collect();
    let rules: Vec<_> = report.rules.iter().map(rule).collect();
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
    let Position { line, column } = finding.position.unwrap_or(Position::START);
    let rule = finding.rule.name;
    let properties = finding.properties.iter();
    let properties: Map<_, _> = properties
        .map(|(name, value)| ((*name).to_owned(), value.as_deref().into()))
        .collect();
    json!({
        "ruleId": rule,
        "ruleIndex": index,
        "level": finding.level.name(),
        "message": { "text": sanitize::lines(&text) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&report.source) },
                "region": { "startLine": line, "startColumn": column },
            },
            "logicalLocations": [{
                "name": finding.label,
                "fullyQualifiedName": finding.qualified_name,
                "kind": "resource",
            }],
        }],
        "partialFingerprints": {
            report.fingerprint: format!("{rule}/{}", finding.qualified_name),
        },
        "properties": properties,
    })
}

/// Returns a path as a relative reference; what a URI cannot hold is escaped.
fn uri(path: &str) -> String {
    let path = match path {
        "-" => "stdin",
        path => path.strip_prefix("./").unwrap_or(path),
    };
    let mut text = String::new();
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
