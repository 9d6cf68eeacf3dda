//! The report as a page: pictures, and below each the same numbers as a table.
//!
//! | file | holds |
//! |---|---|
//! | `time` | the traffic over time |
//! | `ranking` | the other parts, each of which ranks groups |
//!
//! The page shows times in UTC. A name of others is text, whatever it contains.

mod ranking;
mod time;

use askama::Template;

use super::report::TrafficReport;
use super::show;
use crate::report::svg::Layer;
use crate::report::{Chip, Color, Head, Markup, Unit};

const RECORDS: Unit = Unit::Count("record", "records");

#[derive(Template)]
#[template(path = "traffic.html")]
struct Page {
    head: Head,
    sections: Vec<Section>,
}

/// A part of the page.
struct Section {
    id: &'static str,
    title: &'static str,
    note: String,
    figures: Vec<Markup>,
    tables: Vec<Markup>,
    /// A long table, which is closed at first.
    numbers: Option<Markup>,
}

impl TrafficReport {
    /// Returns the report as a page.
    ///
    /// # Errors
    /// No report is known to cause one.
    pub fn to_html(&self) -> Result<String, std::fmt::Error> {
        let mut sections = vec![time::section(self)];
        sections.extend(
            show::tables(self)
                .iter()
                .map(|table| ranking::section(self, table)),
        );
        let page = Page {
            head: head(self, &sections),
            sections,
        };
        page.render().map_err(|_| std::fmt::Error)
    }
}

fn head(report: &TrafficReport, sections: &[Section]) -> Head {
    let (word, color) = match (report.incomplete.is_empty(), report.complete) {
        (false, _) => ("incomplete", Color::Orange),
        (true, Some(true)) => ("complete", Color::Green),
        (true, _) => ("not fully checked", Color::Gray),
    };
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("Where", show::place(report)),
        fact(
            "When",
            format!("{} to {}, all times in UTC", report.start, report.end),
        ),
    ];
    let settled = report.settled_until.iter();
    facts.extend(settled.map(|time| {
        fact(
            "Arrived",
            format!("Records had time to arrive up to {time}."),
        )
    }));
    let complete = show::completeness(report).map(str::to_owned);
    let reasons = report.incomplete.iter();
    let reasons: Vec<_> = reasons
        .map(|reason| format!("{}: {}", reason.reason, reason.detail))
        .collect();
    let complete = complete.unwrap_or_else(|| reasons.join("\n"));
    let name = if reasons.is_empty() {
        "Complete"
    } else {
        "Not seen"
    };
    facts.push(fact(name, complete));
    facts.push(fact("Counted by", report.engine.clone()));
    facts.push(fact("Repeat", report.command.clone()));
    let place = &report.place;
    let names = [
        &place.flow_log_id,
        &place.log_group_name,
        &place.s3_uri,
        &place.table,
    ];
    let name = names.into_iter().flatten().next();
    Head {
        kind: "Traffic in flow logs".to_owned(),
        title: format!(
            "Traffic of {}",
            name.map(String::as_str).unwrap_or_default()
        ),
        lead: lead(report),
        chip: Some(Chip {
            word: word.to_owned(),
            color,
        }),
        facts,
        parts: sections
            .iter()
            .map(|section| (section.id.to_owned(), section.title.to_owned()))
            .collect(),
    }
}

fn lead(report: &TrafficReport) -> String {
    if report.total.flows > 0 {
        return show::total(report);
    }
    let why = match report.incomplete.first() {
        Some(reason) => reason.detail.as_str(),
        None => "No record in the time window matches.",
    };
    format!("There is nothing to show. {why}")
}

/// Returns why there is nothing to draw.
fn nothing(report: &TrafficReport) -> String {
    if report.total.flows == 0 {
        lead(report)
    } else {
        "There is nothing to show: the records report no such traffic.".to_owned()
    }
}

fn layer(name: &str, color: Color) -> Layer {
    Layer {
        name: name.to_owned(),
        color,
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
