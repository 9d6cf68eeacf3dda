//! The report for a terminal: the traffic over time as blocks, and the tables.

use super::report::{Bin, State, TrafficReport};
use super::show::{self, Shown, Table};
use crate::text::sanitize;

/// The heights of a block, the lowest first.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A bin without traffic.
const NOTHING: char = '·';
/// A bin of which not everything could be seen.
const GAP: char = '░';
/// A bin whose records may still arrive.
const PENDING: char = '?';
/// The width of the labels of the series.
const LABEL: usize = 10;

impl TrafficReport {
    /// Returns the report as text.
    pub fn to_text(&self) -> String {
        let mut lines = head(self);
        lines.push(String::new());
        lines.extend(series(self));
        for table in show::tables(self) {
            lines.push(String::new());
            lines.extend(of_table(&table));
        }
        lines.push(String::new());
        lines.push(self.scope_rule.clone());
        let lines = lines.iter();
        let lines = lines.map(|line| format!("{}\n", sanitize::line(line.trim_end())));
        lines.collect()
    }
}

fn head(report: &TrafficReport) -> Vec<String> {
    let mut lines = vec![
        format!("Traffic in {}", show::place(report)),
        format!("From {} to {} (UTC)", report.start, report.end),
        show::total(report),
    ];
    lines.extend(show::completeness(report).map(str::to_owned));
    if let Some(settled) = &report.settled_until {
        lines.push(format!("Records had time to arrive up to {settled}."));
    }
    if !report.incomplete.is_empty() {
        lines.push("Not everything could be seen:".to_owned());
    }
    for reason in &report.incomplete {
        let detail = reason.detail.replace('\n', " ");
        lines.push(format!("  {}: {detail}", reason.reason));
    }
    lines.push(format!("Repeat: {}", report.command));
    lines
}

fn series(report: &TrafficReport) -> Vec<String> {
    let bins = &report.series.bins;
    let bytes = |bin: &Bin| {
        let parts = [bin.accepted.bytes, bin.rejected.bytes, bin.other.bytes];
        parts.into_iter().flatten().fold(0, i64::saturating_add)
    };
    let rejected = |bin: &Bin| bin.rejected.flows;
    let mut lines = vec![
        drawn("Bytes", bins, bytes, show::bytes),
        drawn("Rejected", bins, rejected, show::count),
    ];
    let (first, last) = (bins.first(), bins.last());
    if let (Some(first), Some(last)) = (first, last) {
        let start = first.start.as_str();
        let space = bins.len().saturating_sub(start.len());
        let end = if space > last.start.len() {
            format!("{:>space$}", last.start)
        } else {
            String::new()
        };
        lines.push(format!("{:LABEL$}{start}{end}", ""));
    }
    let width = show::width(report.series.bin_seconds);
    lines.push(format!(
        "{:LABEL$}Each column is {width}. {NOTHING} no traffic  {GAP} not everything was seen  {PENDING} records may still arrive",
        ""
    ));
    for gap in &report.series.gaps {
        lines.push(format!(
            "{:LABEL$}{GAP} {} to {}: {} ({}). {}",
            "",
            gap.start,
            gap.end,
            gap.reason.title(),
            gap.reason.name(),
            gap.detail
        ));
    }
    if report.series.outside.flows > 0 {
        lines.push(format!(
            "{:LABEL$}{} records start outside of this time, or do not say when.",
            "",
            show::count(report.series.outside.flows)
        ));
    }
    lines
}

/// Draws one line of blocks.
fn drawn(
    label: &str,
    bins: &[Bin],
    number: impl Fn(&Bin) -> i64,
    show: fn(i64) -> String,
) -> String {
    let most = bins.iter().map(&number).max().unwrap_or(0);
    let block = |bin: &Bin| match (bin.state, number(bin)) {
        (State::Gap, _) => GAP,
        (State::Pending, 0) => PENDING,
        (_, number) if number <= 0 => NOTHING,
        (_, number) => {
            let height = (i128::from(number) * 8 - 1) / i128::from(most.max(1));
            let height = usize::try_from(height).unwrap_or(0);
            BLOCKS.get(height.min(7)).copied().unwrap_or('█')
        }
    };
    let blocks: String = bins.iter().map(block).collect();
    format!("{label:LABEL$}{blocks}  at most {}", show(most))
}

fn of_table(table: &Table<'_>) -> Vec<String> {
    let mut lines = vec![table.title.to_owned()];
    if let Some(why) = &table.ranking.not_counted {
        lines.push(format!("  {why}"));
        return lines;
    }
    let groups = table.ranking.groups.iter();
    let mut rows: Vec<Vec<String>> = groups
        .map(|group| [table.key(group), table.numbers(group, Shown::Short)].concat())
        .collect();
    if rows.is_empty() {
        lines.push("  none".to_owned());
        return lines;
    }
    if let Some(numbers) = table.others(Shown::Short) {
        let mut row = vec!["others".to_owned()];
        row.resize(table.keys.len(), String::new());
        rows.push([row, numbers].concat());
    }
    let headers = table.headers().into_iter().map(str::to_owned).collect();
    rows.insert(0, headers);
    for row in &mut rows {
        for cell in row {
            *cell = sanitize::line(cell).into_owned();
        }
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..table.headers().len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(index, (cell, width))| {
            if index < table.keys.len() {
                format!("{cell:width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        lines.push(format!("  {}", cells.collect::<Vec<_>>().join("  ")));
    }
    lines
}
