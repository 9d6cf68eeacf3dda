//! A report as a page: the counts at a glance, the findings by rule with what is wanted beside what was found, a map, and
//! what could not be checked.
//!
//! A page is never longer than 2 MiB, whatever it reports. What does not fit is counted, and the other formats show it.
//!
//! | file | holds |
//! |---|---|
//! | `groups` | the findings, by rule |
//! | `map` | what contains what, with the outcome of each |
//! | `rest` | what could not be checked, warnings, and what passed |
//! | `bound` | what fits |

mod bound;
mod groups;
mod map;
mod rest;

use std::io;

use askama::Template;

use crate::report::color::{Chip, Color};
use crate::report::findings::{Level, Report};
use crate::report::markup::Markup;
use crate::report::page::Head;
use crate::report::quantity::Unit;
use crate::report::svg::{Caption, Part, Share};
use crate::text::sanitize;

/// The longest page, in bytes.
#[cfg(test)]
pub(super) const LONGEST: usize = 2 << 20;

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    head: Head,
    glance: Option<Markup>,
    sections: Vec<Section>,
}

/// A part of the page with a heading.
struct Section {
    id: &'static str,
    name: &'static str,
    body: Markup,
}

pub(super) fn write(report: &Report) -> io::Result<String> {
    let sections = sections(report);
    let page = Page {
        head: head(report, &sections),
        glance: glance(report),
        sections,
    };
    page.render().map_err(io::Error::other)
}

fn sections(report: &Report) -> Vec<Section> {
    let section = |id, name, body: Option<Markup>| body.map(|body| Section { id, name, body });
    let warnings = if report
        .warnings
        .iter()
        .all(|warning| warning.level == Level::Note)
    {
        "Notes"
    } else {
        "Warnings"
    };
    let all = [
        section("map", "Map", map::draw(&report.map)),
        section("findings", "Findings", Some(groups::draw(report))),
        section(
            "not-checked",
            "Errors, and what was not checked",
            rest::failures(report),
        ),
        section("warnings", warnings, rest::warnings(report)),
        section("sources", "Sources", rest::sources(report)),
        section("passed", "Without a finding", rest::passed(report)),
    ];
    all.into_iter().flatten().collect()
}

fn head(report: &Report, sections: &[Section]) -> Head {
    // The head of a page is not cut, so each of its texts is one line.
    let line = |text: &str| sanitize::line(text).into_owned();
    let facts = report.facts.iter();
    Head {
        kind: format!("{}: {}", report.subject, report.check),
        title: report.title.clone(),
        lead: line(&report.summary),
        chip: Some(chip(report)),
        facts: facts
            .map(|(name, value)| ((*name).to_owned(), line(value)))
            .collect(),
        parts: sections
            .iter()
            .map(|section| (section.id.to_owned(), section.name.to_owned()))
            .collect(),
    }
}

/// Returns the worst that the check has found, as a word.
fn chip(report: &Report) -> Chip {
    let worst = report.findings.iter().map(|finding| finding.level).max();
    let (word, color) = match worst {
        Some(level) => (level.name(), of(level)),
        None if !report.failures.is_empty() => ("not checked", Color::Purple),
        None => ("passed", Color::Green),
    };
    Chip {
        word: word.to_owned(),
        color,
    }
}

/// Returns the color of a level.
fn of(level: Level) -> Color {
    match level {
        Level::Note => Color::Blue,
        Level::Warning => Color::Orange,
        Level::Error => Color::Red,
    }
}

/// Returns the counts as a picture.
fn glance(report: &Report) -> Option<Markup> {
    let parts: Vec<_> = report
        .tallies
        .iter()
        .map(|tally| Part {
            name: tally.word.to_owned(),
            color: tally.color,
            value: tally.count as u64,
        })
        .collect();
    if parts.iter().all(|part| part.value == 0) {
        return None;
    }
    let share = Share {
        caption: Caption {
            title: "At a glance".to_owned(),
            description: report.summary.clone(),
            empty: String::new(),
        },
        unit: Unit::Bare,
        parts,
    };
    Some(share.draw())
}
