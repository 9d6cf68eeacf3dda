//! What a report has besides its findings: what could not be checked, warnings, sources, and what passed.

use super::bound::{self, Room, left_out};
use crate::report::color::Chip;
use crate::report::findings::{Failure, Report};
use crate::report::markup::Markup;
use crate::report::quantity::thousands;

/// Returns what could not be checked, and mistakes.
pub(super) fn failures(report: &Report) -> Option<Markup> {
    messages(&report.failures, bound::FAILURES, "errors")
}

/// Returns warnings and notes.
pub(super) fn warnings(report: &Report) -> Option<Markup> {
    messages(&report.warnings, bound::WARNINGS, "warnings")
}

/// Returns the outcome of each source that has one of its own.
pub(super) fn sources(report: &Report) -> Option<Markup> {
    let told = report.sources.iter().filter_map(|source| {
        let outcome = source.outcome.as_deref()?;
        Some(format!(
            "<tr><td><b>{}</b><td>{}\n",
            Markup::line(&source.name),
            Markup::line(outcome)
        ))
    });
    table(told, bound::SOURCES, "files")
}

/// Returns the names of what was checked without a finding, folded.
pub(super) fn passed(report: &Report) -> Option<Markup> {
    if report.passed.is_empty() {
        return None;
    }
    let several = report.sources.len() > 1;
    let names = report.passed.iter().map(|passed| match &passed.source {
        Some(source) if several => {
            format!(
                "<li>{} <small>{}</small>\n",
                Markup::line(&passed.name),
                Markup::line(source)
            )
        }
        _ => format!("<li>{}\n", Markup::line(&passed.name)),
    });
    let mut text = format!(
        "<details><summary>{}</summary><ul class=\"names\">\n",
        thousands(report.passed.len() as u128)
    );
    let more = Room::new(bound::PASSED).fill(&mut text, names);
    Some(Markup::of(
        text + "</ul>" + &left_out(more, "names") + "</details>\n",
    ))
}

fn messages(failures: &[Failure], most: usize, what: &str) -> Option<Markup> {
    let rows = failures.iter().map(|failure| {
        let level = Chip {
            word: failure.level.name().to_owned(),
            color: super::of(failure.level),
        };
        format!(
            "<tr><td>{} <b>{}</b><td class=\"pre\">{}\n",
            level.draw(),
            Markup::line(&failure.subject()),
            Markup::lines(&failure.message)
        )
    });
    table(rows, most, what)
}

fn table(rows: impl Iterator<Item = String>, most: usize, what: &str) -> Option<Markup> {
    let mut text = String::new();
    let more = Room::new(most).fill(&mut text, rows);
    if text.is_empty() && more == 0 {
        return None;
    }
    let table = format!("<table class=\"findings\"><tbody>\n{text}</table>\n");
    Some(Markup::of(table + &left_out(more, what)))
}
