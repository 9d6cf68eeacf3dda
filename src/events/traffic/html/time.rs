//! The traffic over time, with what could not be seen.

use super::super::report::{Bin, Flows, State, TrafficReport};
use super::super::show;
use super::{RECORDS, Section, layer, nothing, unsigned};
use crate::report::svg::{self, Caption};
use crate::report::{self, Color, Markup, Unit};

/// Why a bin has a pattern if its records may still arrive.
const PENDING: &str = "records may still arrive";

pub(super) fn section(report: &TrafficReport) -> Section {
    let series = &report.series;
    let width = show::width(series.bin_seconds);
    let has_bytes = report.total.bytes.is_some();
    let (unit, what) = if has_bytes {
        (Unit::Bytes, "Bytes over time")
    } else {
        (RECORDS, "Records over time")
    };
    let amount = move |flows: &Flows| {
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
