//! The parts that rank groups: a picture, and the same numbers as a table.

use super::super::report::{Ranking, TrafficReport};
use super::super::show::{self, Shown, Table};
use super::{RECORDS, Section, layer, nothing, unsigned};
use crate::events::summary::Group;
use crate::report::svg::{self, Caption};
use crate::report::{self, Color, Markup, Unit};

/// The most flows that a picture tells apart. The table has all of them.
const MOST_BANDS: usize = 25;

pub(super) fn section(report: &TrafficReport, table: &Table<'_>) -> Section {
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
