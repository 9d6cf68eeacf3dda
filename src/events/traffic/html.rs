//! The report as a page: pictures, and below each the same numbers as a table.
//!
//! The page shows times in UTC. A name of others is text, whatever it contains.

use askama::Template;

use super::report::{Bin, Ranking, State, TrafficReport};
use super::show::{self, Shown, Table};
use crate::events::summary::Group;
use crate::report::svg::{self, Caption, Layer};
use crate::report::{self, Chip, Color, Head, Markup, Unit};

const RECORDS: Unit = Unit::Count("record", "records");
/// The most flows that a picture tells apart. The table has all of them.
const MOST_BANDS: usize = 25;
/// Why a bin has a pattern if its records may still arrive.
const PENDING: &str = "records may still arrive";

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
        let mut sections = vec![over_time(self)];
        sections.extend(show::tables(self).iter().map(|table| of_table(self, table)));
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
        fact("Records", show::total(report)),
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

fn over_time(report: &TrafficReport) -> Section {
    let series = &report.series;
    let width = show::width(series.bin_seconds);
    let has_bytes = report.total.bytes.is_some();
    let (unit, what) = if has_bytes {
        (Unit::Bytes, "Bytes over time")
    } else {
        (RECORDS, "Records over time")
    };
    let amount = move |flows: &super::report::Flows| {
        if has_bytes {
            flows.bytes.unwrap_or(0)
        } else {
            flows.flows
        }
    };
    let traffic = picture(
        report,
        what,
        unit,
        &[
            ("accepted", Color::Blue),
            ("rejected", Color::Red),
            ("neither", Color::Gray),
        ],
        |bin| {
            vec![
                amount(&bin.accepted),
                amount(&bin.rejected),
                amount(&bin.other),
            ]
        },
    );
    let rejected = picture(
        report,
        "Rejected records over time",
        RECORDS,
        &[("rejected", Color::Red)],
        |bin| vec![bin.rejected.flows],
    );
    let mut note = format!(
        "Each bar is {width}. A place with a pattern is one in which not everything could be seen. Anywhere else, no bar means \
         no traffic."
    );
    if series.outside.flows > 0 {
        note.push_str(&format!(
            " {} records start outside of this time, or do not say when.",
            show::count(series.outside.flows)
        ));
    }
    Section {
        id: "time",
        title: "Over time",
        note,
        figures: vec![traffic, rejected],
        tables: gaps(report),
        numbers: Some(bins(report)),
    }
}

fn picture(
    report: &TrafficReport,
    title: &str,
    unit: Unit,
    layers: &[(&str, Color)],
    numbers: impl Fn(&Bin) -> Vec<i64>,
) -> Markup {
    let bins: Vec<_> = report
        .series
        .bins
        .iter()
        .map(|bin| (bin, numbers(bin)))
        .collect();
    // A layer without numbers needs no place in the legend, unless it is the first.
    let is_used = |at: &usize| {
        *at == 0
            || bins
                .iter()
                .any(|(_, numbers)| numbers.get(*at).is_some_and(|number| *number > 0))
    };
    let used: Vec<usize> = (0..layers.len()).filter(is_used).collect();
    let chosen = used.iter().filter_map(|at| layers.get(*at));
    let layers = chosen.map(|(name, color)| layer(name, *color));
    let reason = |bin: &Bin| match bin.state {
        State::Seen => None,
        State::Pending => Some(PENDING.to_owned()),
        State::Gap => {
            let mut gaps = report.series.gaps.iter();
            let gap = gaps.find(|gap| is_within(&bin.start, &gap.start, &gap.end));
            Some(gap.map_or("unknown", |gap| gap.reason.title()).to_owned())
        }
    };
    let bins = bins.iter().map(|(bin, numbers)| svg::Bin {
        time: show::moment(&bin.start),
        tick: tick(&bin.start, report.series.bin_seconds),
        values: used
            .iter()
            .map(|at| unsigned(numbers.get(*at).copied().unwrap_or(0)))
            .collect(),
        unseen: reason(bin),
    });
    svg::Series {
        caption: Caption {
            title: title.to_owned(),
            description: described(report, title),
            empty: nothing(report),
        },
        unit,
        layers: layers.collect(),
        bins: bins.collect(),
    }
    .draw()
}

/// Reports whether a time is within others. All are written in the same form, which has the order of time.
fn is_within(time: &str, start: &str, end: &str) -> bool {
    (start..end).contains(&time)
}

fn described(report: &TrafficReport, title: &str) -> String {
    let gaps = report.series.gaps.iter();
    let gaps: Vec<_> = gaps
        .map(|gap| format!("{} to {}: {}", gap.start, gap.end, gap.reason.title()))
        .collect();
    let unseen = if gaps.is_empty() {
        "Everything was seen.".to_owned()
    } else {
        format!("Not everything was seen from {}.", gaps.join("; "))
    };
    format!(
        "{title} from {} to {}, in bins of {}. {unseen} The table below has the numbers.",
        report.start,
        report.end,
        show::width(report.series.bin_seconds)
    )
}

/// Returns a time for the axis, in at most eleven characters: the day, or the day and the hour.
fn tick(time: &str, width: i64) -> String {
    let (day, clock) = time.split_once('T').unwrap_or((time, ""));
    let short =
        |text: &str, range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
    if width >= 86_400 {
        short(day, 0..10)
    } else {
        format!("{} {}", short(day, 5..10), short(clock, 0..5))
    }
}

fn gaps(report: &TrafficReport) -> Vec<Markup> {
    let gaps = &report.series.gaps;
    if gaps.is_empty() {
        return Vec::new();
    }
    let rows = gaps.iter().map(|gap| {
        vec![
            show::moment(&gap.start),
            show::moment(&gap.end),
            format!(
                "{} ({}). {}",
                gap.reason.title(),
                gap.reason.name(),
                gap.detail
            ),
        ]
    });
    let columns = ["From (UTC)", "To (UTC)", "Why"];
    let table = report::Table {
        caption: "Times in which not everything could be seen".to_owned(),
        columns: columns.map(report::Column::text).into(),
        rows: rows.collect(),
        empty: String::new(),
    };
    vec![table.draw()]
}

fn bins(report: &TrafficReport) -> Markup {
    let rows = report.series.bins.iter().map(|bin| {
        let bytes = |bytes: Option<i64>| bytes.map_or_else(|| "–".to_owned(), show::count);
        let state = match bin.state {
            State::Seen => "",
            State::Gap => "not everything seen",
            State::Pending => PENDING,
        };
        vec![
            show::moment(&bin.start),
            bytes(bin.accepted.bytes.or(report.total.bytes.map(|_| 0))),
            bytes(bin.rejected.bytes.or(report.total.bytes.map(|_| 0))),
            show::count(bin.accepted.flows),
            show::count(bin.rejected.flows),
            show::count(bin.other.flows),
            show::count(bin.no_data),
            show::count(bin.skipped),
            state.to_owned(),
        ]
    });
    let numbers = [
        "Bytes accepted",
        "Bytes rejected",
        "Records accepted",
        "Records rejected",
        "Records of neither",
        "Without traffic",
        "Skipped",
    ];
    let columns = [report::Column::text("Start (UTC)")].into_iter();
    let columns = columns
        .chain(numbers.map(report::Column::number))
        .chain([report::Column::text("State")]);
    report::Table {
        caption: "The traffic over time".to_owned(),
        columns: columns.collect(),
        rows: rows.collect(),
        empty: nothing(report),
    }
    .draw()
}

fn of_table(report: &TrafficReport, table: &Table<'_>) -> Section {
    let (figures, note) = match (&table.ranking.not_counted, table.name) {
        (Some(why), _) => (Vec::new(), why.clone()),
        (None, "scopes") => (vec![shares(report, table)], report.scope_rule.clone()),
        (None, "flows") => (vec![bands(report, table)], String::new()),
        (None, _) => (vec![bars(report, table)], String::new()),
    };
    let tables = match &table.ranking.not_counted {
        Some(_) => Vec::new(),
        None => vec![rows(report, table)],
    };
    Section {
        id: table.name,
        title: table.title,
        note,
        figures,
        tables,
        numbers: None,
    }
}

fn rows(report: &TrafficReport, table: &Table<'_>) -> Markup {
    let groups = table.ranking.groups.iter();
    let mut rows: Vec<_> = groups
        .map(|group| [table.key(group), table.numbers(group, Shown::Exact)].concat())
        .collect();
    if let Some(numbers) = table.others(Shown::Exact).filter(|_| !rows.is_empty()) {
        let mut row = vec!["others".to_owned()];
        row.resize(table.keys.len(), String::new());
        rows.push([row, numbers].concat());
    }
    let headers = table.headers().into_iter().enumerate();
    let columns = headers.map(|(at, name)| {
        if at < table.keys.len() {
            report::Column::text(name)
        } else {
            report::Column::number(name)
        }
    });
    report::Table {
        caption: table.title.to_owned(),
        columns: columns.collect(),
        rows,
        empty: nothing(report),
    }
    .draw()
}

fn bars(report: &TrafficReport, table: &Table<'_>) -> Markup {
    let color = if table.ranking.by == "rejected" {
        Color::Red
    } else {
        Color::Blue
    };
    let groups = table.ranking.groups.iter();
    let mut bars: Vec<_> = groups
        .map(|group| svg::Bar {
            name: table.key(group).join(", "),
            values: vec![value(table.ranking, group)],
        })
        .filter(|bar| bar.values.iter().any(|value| *value > 0))
        .collect();
    let others = others(table.ranking);
    if others > 0 && !bars.is_empty() {
        bars.push(svg::Bar {
            name: "others".to_owned(),
            values: vec![others],
        });
    }
    svg::Bars {
        caption: caption(report, table),
        unit: unit(table.ranking),
        layers: vec![layer(&table.ranking.by, color)],
        bars,
    }
    .draw()
}

fn shares(report: &TrafficReport, table: &Table<'_>) -> Markup {
    let colors = [
        Color::Blue,
        Color::Orange,
        Color::Green,
        Color::Purple,
        Color::Gray,
    ];
    let groups = table.ranking.groups.iter().zip(colors.into_iter().cycle());
    let parts = groups.map(|(group, color)| svg::Part {
        name: table.key(group).join(" to "),
        color,
        value: value(table.ranking, group),
    });
    svg::Share {
        caption: caption(report, table),
        unit: unit(table.ranking),
        parts: parts.collect(),
    }
    .draw()
}

fn bands(report: &TrafficReport, table: &Table<'_>) -> Markup {
    let layers = [
        ("accepted", Color::Blue),
        ("rejected", Color::Red),
        ("other", Color::Gray),
    ];
    let groups = &table.ranking.groups;
    let (groups, rest) = groups.split_at(groups.len().min(MOST_BANDS));
    let groups = groups.iter();
    let mut flows: Vec<_> = groups
        .map(|group| {
            let shown = |name: &str| show::named(group, name);
            let action = group.key.get("action").and_then(Option::as_deref);
            svg::Flow {
                from: shown("src_addr"),
                to: format!("{}: {}", shown("dst_addr"), shown("dst_port")),
                layer: match action {
                    Some("ACCEPT") => 0,
                    Some("REJECT") => 1,
                    _ => 2,
                },
                value: value(table.ranking, group),
            }
        })
        .collect();
    let rest = rest.iter().map(|group| value(table.ranking, group));
    let others = rest.fold(others(table.ranking), u64::saturating_add);
    if others > 0 && !flows.is_empty() {
        flows.push(svg::Flow {
            from: "others".to_owned(),
            to: "others".to_owned(),
            layer: 2,
            value: others,
        });
    }
    svg::Flows {
        caption: caption(report, table),
        unit: unit(table.ranking),
        layers: layers.map(|(name, color)| layer(name, color)).into(),
        flows,
    }
    .draw()
}

fn caption(report: &TrafficReport, table: &Table<'_>) -> Caption {
    let by = match table.ranking.by.as_str() {
        "rejected" => "rejected records",
        "flows" => "records",
        by => by,
    };
    Caption {
        title: format!("{} by {by}", table.title),
        description: format!(
            "{} by {by}, the greatest first. The table below has the numbers.",
            table.title
        ),
        empty: nothing(report),
    }
}

fn layer(name: &str, color: Color) -> Layer {
    Layer {
        name: name.to_owned(),
        color,
    }
}

fn unit(ranking: &Ranking) -> Unit {
    if ranking.by == "bytes" {
        Unit::Bytes
    } else {
        RECORDS
    }
}

fn value(ranking: &Ranking, group: &Group) -> u64 {
    unsigned(match ranking.by.as_str() {
        "bytes" => group.bytes.unwrap_or(0),
        "rejected" => group.rejected.unwrap_or(0),
        _ => group.flows,
    })
}

fn others(ranking: &Ranking) -> u64 {
    let Some(others) = &ranking.others else {
        return 0;
    };
    unsigned(match ranking.by.as_str() {
        "bytes" => others.bytes.unwrap_or(0),
        "rejected" => others.rejected.unwrap_or(0),
        _ => others.flows,
    })
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
