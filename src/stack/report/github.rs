//! Annotations of GitHub Actions: one line for each, at its place in the file.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use super::{DriftReport, Finding, Level};
use crate::text::sanitize;

pub(super) fn write(report: &DriftReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let command = command(finding.level);
        let title = format!("Flow log {}", finding.kind.name());
        let properties = match finding.place {
            Some(place) => format!(
                "file={},line={},col={},title={}",
                property(&report.source),
                place.line,
                place.column,
                property(&title)
            ),
            None => format!("title={}", property(&title)),
        };
        text.push_str(&format!(
            "::{command} {properties}::{}\n",
            data(&message(finding))
        ));
    }
    for failure in &report.failures {
        let message = format!("{}: {}", failure.label(), failure.message);
        text.push_str(&format!(
            "::error title=Flow logs not checked::{}\n",
            data(&message)
        ));
    }
    let summary = format!("{}: {}", report.source, report.summary());
    text.push_str(&format!("::notice title=Flow logs::{}\n", data(&summary)));
    text
}

fn message(finding: &Finding) -> String {
    let mut text = format!(
        "{} ({}) {}",
        finding.label(),
        finding.whereabouts(),
        finding.headline()
    );
    for change in &finding.changes {
        let (wanted, found) = change.told();
        text.push_str(&format!(
            "\n{}: wanted {wanted}, found {found}",
            change.attribute
        ));
    }
    text
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Note => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

fn data(text: &str) -> String {
    sanitize::lines(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
