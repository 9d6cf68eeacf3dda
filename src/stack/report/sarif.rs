//! A report in SARIF 2.1.0, which code scanning reads.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use serde_json::{Value, json};

use super::{DriftReport, Finding, Kind};
use crate::stack::source::Place;
use crate::text::sanitize;

/// The one that the tests hold this form to.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0-rtm.5.json";

pub(super) fn log(report: &DriftReport) -> Value {
    let results: Vec<_> = report.findings.iter().map(|f| result(report, f)).collect();
    let notifications: Vec<_> = report
        .failures
        .iter()
        .map(|failure| {
            json!({
                "level": "error",
                "message": { "text": sanitize::lines(&format!("{}: {}", failure.label(), failure.message)) },
            })
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "terraform-provider-vpcflow",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": Kind::ALL.map(rule),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn rule(kind: Kind) -> Value {
    json!({
        "id": kind.name(),
        "shortDescription": { "text": kind.about() },
        "defaultConfiguration": { "level": kind.level().name() },
    })
}

fn result(report: &DriftReport, finding: &Finding) -> Value {
    let mut text = format!("{} {}", finding.label(), finding.headline());
    for change in &finding.changes {
        let (wanted, found) = change.told();
        text.push_str(&format!(
            "\n{}: wanted {wanted}, found {found}",
            change.attribute
        ));
    }
    let index = Kind::ALL.iter().position(|kind| *kind == finding.kind);
    let Place { line, column } = finding.place.unwrap_or(Place::START);
    let account = finding.account.as_deref().unwrap_or_default();
    let label = finding.label();
    json!({
        "ruleId": finding.kind.name(),
        "ruleIndex": index,
        "level": finding.level.name(),
        "message": { "text": sanitize::lines(&text) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&report.source) },
                "region": { "startLine": line, "startColumn": column },
            },
            "logicalLocations": [{
                "name": label,
                "fullyQualifiedName": format!("{account}/{}/{label}", finding.region),
                "kind": "resource",
            }],
        }],
        "partialFingerprints": {
            "flowLog/v1": format!("{}/{account}/{}/{label}", finding.kind.name(), finding.region),
        },
        "properties": {
            "flowLogId": finding.flow_log_id,
            "resourceId": finding.resource_id,
            "region": finding.region,
            "account": finding.account,
        },
    })
}

/// A path as a relative reference; what a URI cannot hold is escaped.
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
