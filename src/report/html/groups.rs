//! The findings of a report, by rule, the most serious first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::bound::{self, Room, left_out};
use crate::report::color::Chip;
use crate::report::findings::{Finding, Level, Report};
use crate::report::markup::Markup;
use crate::report::quantity::thousands;

/// Draws the findings, or says why there is none.
pub(super) fn draw(report: &Report) -> Markup {
    if report.findings.is_empty() {
        let why = match (report.failures.is_empty(), report.passed.is_empty()) {
            (true, true) => "There was nothing to check, so there are no findings.",
            (true, false) => "Everything is as it should be: no rule is violated.",
            (false, _) => "No rule is violated in what could be checked. Not everything could be.",
        };
        return Markup::of(format!("<p class=\"empty\">{why}</p>\n"));
    }
    let mut room = Room::new(bound::FINDINGS);
    let groups = groups(report).into_iter();
    Markup::of(
        groups
            .map(|((Reverse(level), ..), findings)| group(report, level, &findings, &mut room))
            .collect(),
    )
}

/// The level of a group, the place of its rule in the list of rules, and the name of the rule.
type Key<'r> = (Reverse<Level>, usize, &'r str);

/// Returns the findings by level and rule.
fn groups(report: &Report) -> BTreeMap<Key<'_>, Vec<&Finding>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in &report.findings {
        let name = finding.rule.name;
        let mut rules = report.rules.iter();
        let at = rules.position(|rule| rule.name == name);
        let at = at.unwrap_or(report.rules.len());
        let key = (Reverse(finding.level), at, name);
        groups.entry(key).or_default().push(finding);
    }
    groups
}

fn group(report: &Report, level: Level, findings: &[&Finding], room: &mut Room) -> String {
    let Some(rule) = findings.first().map(|finding| finding.rule) else {
        return String::new();
    };
    let s = if findings.len() == 1 { "" } else { "s" };
    let chip = Chip {
        word: format!("{} {level}{s}", thousands(findings.len() as u128)),
        color: super::of(level),
    };
    let mut text = format!(
        "<details open id=\"{}-{level}\"><summary><h3>{}</h3> {}</summary>\n<p class=\"soft\">{}</p>\n\
         <table class=\"findings\"><thead><tr><th scope=\"col\">Name<th scope=\"col\">Where<th scope=\"col\">What</thead><tbody>\n",
        rule.name,
        Markup::line(rule.title),
        chip.draw(),
        Markup::line(rule.description),
    );
    let rows = findings.iter().map(|finding| row(report, finding));
    let more = room.fill(&mut text, rows);
    text + "</table>\n" + &left_out(more, "findings") + "</details>\n"
}

fn row(report: &Report, finding: &Finding) -> String {
    let message = match (&finding.cause, finding.changes.is_empty()) {
        // The table says in which attributes it differs.
        (None, false) => String::new(),
        _ => finding.message(),
    };
    format!(
        "<tr><td><b>{}</b><td>{}<td>{}{}\n",
        Markup::line(&finding.label),
        places(report, finding),
        Markup::line(&message),
        changes(finding)
    )
}

/// Returns where a finding is. No part of it is broken if it fits into a line.
fn places(report: &Report, finding: &Finding) -> String {
    let places = report.places(finding);
    let places = places.map(|place| format!("<i>{}</i>", Markup::line(&place)));
    places.collect::<Vec<_>>().join(", ")
}

/// Returns what is wanted beside what was found.
fn changes(finding: &Finding) -> String {
    if finding.changes.is_empty() {
        return String::new();
    }
    let rows = finding.rows().map(|row| {
        let [attribute, wanted, found] = row.map(|text| Markup::line(&text));
        format!("<tr><td>{attribute}<td><code>{wanted}</code><td><code>{found}</code>")
    });
    let rows: String = rows.collect();
    format!(
        "<table class=\"diff\"><thead><tr><th scope=\"col\">Attribute<th scope=\"col\">Wanted<th scope=\"col\">Found</thead>\
         <tbody>{rows}</table>"
    )
}
