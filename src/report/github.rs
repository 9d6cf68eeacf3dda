//! Annotations of GitHub Actions: one line for each finding, at its position in the file.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::io;

use super::findings::{Failure, Finding, Level, Position, Report};
use crate::text::sanitize;

pub(super) fn write(report: &Report) -> io::Result<String> {
    let mut text = String::new();
    for finding in &report.findings {
        let title = finding.rule.title;
        let place = finding.position.map(|_| finding.source.as_deref());
        let properties = properties(report, title, place.flatten(), finding.position);
        let command = command(finding.level);
        let message = data(&message(report, finding));
        text.push_str(&format!("::{command} {properties}::{message}\n"));
    }
    let failures = report
        .failures
        .iter()
        .map(|failure| (Level::Error, failure));
    let warnings = report.warnings.iter();
    for (level, failure) in failures.chain(warnings.map(|warning| (Level::Warning, warning))) {
        let title = match level {
            Level::Error => format!("{} not checked", report.subject),
            _ => report.subject.to_owned(),
        };
        let properties = properties(report, &title, failure.source.as_deref(), failure.position);
        // The annotation already shows the place of a mistake.
        let message = match &failure.label {
            Some(label) => format!("{label}: {}", failure.message),
            None if failure.position.is_some() && is_file(report, failure) => {
                failure.message.clone()
            }
            None => failure.sentence(),
        };
        let (command, message) = (command(failure.level), data(&message));
        text.push_str(&format!("::{command} {properties}::{message}\n"));
    }
    let title = property(report.subject);
    let summary = data(&format!("{}: {}", report.source(), report.summary));
    text.push_str(&format!("::notice title={title}::{summary}\n"));
    Ok(text)
}

/// Returns the properties of an annotation: its title, and its place if it is known.
fn properties(
    report: &Report,
    title: &str,
    source: Option<&str>,
    position: Option<Position>,
) -> String {
    let title = format!("title={}", property(title));
    let source = source.filter(|source| *source != "-");
    let Some(file) = source.and_then(|source| report.path(source)) else {
        return title;
    };
    let file = property(file);
    match position {
        Some(Position { line, column }) => format!("file={file},line={line},col={column},{title}"),
        None => format!("file={file},{title}"),
    }
}

fn is_file(report: &Report, failure: &Failure) -> bool {
    let source = failure.source.as_deref();
    source.is_some_and(|source| report.path(source).is_some())
}

fn message(report: &Report, finding: &Finding) -> String {
    format!(
        "{} ({}) {}{}",
        finding.label,
        report.location(finding),
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
