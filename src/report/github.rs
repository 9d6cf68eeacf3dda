//! Annotations of GitHub Actions: one line for each finding, at its position in the file.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::io;

use super::findings::{Finding, Level, Report};
use crate::text::sanitize;

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut text = String::new();
    for finding in &report.findings {
        let command = command(finding.level);
        let title = format!("title={}", property(finding.rule.title));
        let properties = match finding.position {
            Some(position) => format!(
                "file={},line={},col={},{title}",
                property(&report.source),
                position.line,
                position.column,
            ),
            None => title,
        };
        let message = data(&message(finding));
        text.push_str(&format!("::{command} {properties}::{message}\n"));
    }
    let subject = property(report.subject);
    for failure in &report.failures {
        let message = data(&format!("{}: {}", failure.label, failure.message));
        text.push_str(&format!("::error title={subject} not checked::{message}\n"));
    }
    let summary = data(&format!("{}: {}", report.source, report.summary));
    text.push_str(&format!("::notice title={subject}::{summary}\n"));
    Ok(text)
}

fn message(finding: &Finding) -> String {
    format!(
        "{} ({}) {}{}",
        finding.label,
        finding.location(),
        finding.message(),
        finding.change_lines()
    )
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
