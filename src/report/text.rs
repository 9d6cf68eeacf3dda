//! A report for people, at a terminal or in a build log.

use std::io;

use super::findings::{Level, Report};
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
        let location = finding.location();
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
    for failure in &report.failures {
        let level = colored(&format!("{:<7}", Level::Error), Level::Error, style);
        lines.push(format!("{level} not checked: {}", line(&failure.label)));
        lines.push(format!("          {}", several(&failure.message)));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(format!("{}: {}", line(&report.source), report.summary));
    Ok(lines.join("\n") + "\n")
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
