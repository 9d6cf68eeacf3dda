//! A report for people at a terminal or in a build's log.

use super::{DriftReport, Kind, Level, Paint};
use crate::text::sanitize::{line, lines as several};

pub(super) fn write(report: &DriftReport, paint: Paint) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let level = painted(&format!("{:<7}", finding.level), finding.level, paint);
        let kind = finding.kind.name();
        let label = bold(&line(finding.label()), paint);
        lines.push(format!(
            "{level} {kind}: {label} ({})",
            line(&finding.whereabouts())
        ));
        for change in &finding.changes {
            let (wanted, found) = change.told();
            lines.push(format!("          {}", line(&change.attribute)));
            lines.push(format!("            wanted {}", line(&wanted)));
            lines.push(format!("            found  {}", line(&found)));
        }
        if finding.kind != Kind::Changed {
            lines.push(format!("          it {}", line(&finding.headline())));
        }
    }
    for failure in &report.failures {
        let level = painted(&format!("{:<7}", "error"), Level::Error, paint);
        lines.push(format!("{level} not checked: {}", line(&failure.label())));
        lines.push(format!("          {}", several(&failure.message)));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(format!("{}: {}", line(&report.source), report.summary()));
    lines.join("\n") + "\n"
}

fn painted(text: &str, level: Level, paint: Paint) -> String {
    let colour = match level {
        Level::Note => 36,
        Level::Warning => 33,
        Level::Error => 31,
    };
    match paint {
        Paint::Plain => text.to_owned(),
        Paint::Colour => format!("\u{1b}[1;{colour}m{text}\u{1b}[0m"),
    }
}

fn bold(text: &str, paint: Paint) -> String {
    match paint {
        Paint::Plain => text.to_owned(),
        Paint::Colour => format!("\u{1b}[1m{text}\u{1b}[0m"),
    }
}
