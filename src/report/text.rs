//! A report for people, at a terminal or in a build log.

use std::io;

use super::findings::{Failure, Level, Report};
use crate::text::sanitize::{line, lines as several};

/// Whether text is colored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without escape sequences.
    Plain,
    /// With colors, for a terminal.
    Color,
}

pub(super) fn write(report: &Report, style: Style) -> io::Result<String> {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let level = colored(&format!("{:<7}", finding.level), finding.level, style);
        let rule = finding.rule.name;
        let label = bold(&line(&finding.label), style);
        let location = report.location(finding);
        lines.push(format!("{level} {rule}: {label} ({})", line(&location)));
        if finding.changes.is_empty() || finding.cause.is_some() {
            lines.push(format!("          it {}", line(&finding.message())));
        }
        for [attribute, wanted, found] in finding.rows() {
            lines.push(format!("          {}", line(&attribute)));
            lines.push(format!("            wanted {}", line(&wanted)));
            lines.push(format!("            found  {}", line(&found)));
        }
    }
    lines.extend(problem_lines(report, style));
    let is_long = report
        .failures
        .iter()
        .any(|failure| failure.label.is_some());
    if is_long || !report.findings.is_empty() {
        lines.push(String::new());
    }
    for source in &report.sources {
        if let Some(outcome) = &source.outcome {
            lines.push(line(&format!("{}: {outcome}", source.name)).into_owned());
        }
    }
    let summary = match report.sources.len() {
        0 | 1 => format!("{}: {}", report.source(), report.summary),
        count => format!("{count} files: {}", report.summary),
    };
    lines.push(line(&summary).into_owned());
    Ok(lines.join("\n") + "\n")
}

/// Returns what could not be checked, and what is or may be wrong in the sources.
pub(super) fn problems(report: &Report) -> String {
    problem_lines(report, Style::Plain).join("\n")
}

fn problem_lines(report: &Report, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for failure in &report.failures {
        match &failure.label {
            None => lines.push(mistake(failure)),
            Some(label) => {
                let level = colored(&format!("{:<7}", Level::Error), Level::Error, style);
                lines.push(format!("{level} not checked: {}", line(label)));
                lines.push(format!("          {}", several(&failure.message)));
            }
        }
    }
    lines.extend(report.warnings.iter().map(mistake));
    lines
}

/// Renders a mistake in a source as compilers do, so that editors and terminals find its place.
fn mistake(failure: &Failure) -> String {
    let level = failure.level;
    let subject = failure.subject();
    let subject = line(&subject);
    let message = &failure.message;
    let text = match failure.position {
        Some(_) => format!("{subject}: {level}: {message}"),
        None if subject.is_empty() => format!("{level}: {message}"),
        None => format!("{level}: {subject}: {message}"),
    };
    several(&text).into_owned()
}

fn colored(text: &str, level: Level, style: Style) -> String {
    let color = match level {
        Level::Note => 36,
        Level::Warning => 33,
        Level::Error => 31,
    };
    match style {
        Style::Plain => text.to_owned(),
        Style::Color => format!("\u{1b}[1;{color}m{text}\u{1b}[0m"),
    }
}

fn bold(text: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Color => format!("\u{1b}[1m{text}\u{1b}[0m"),
    }
}
