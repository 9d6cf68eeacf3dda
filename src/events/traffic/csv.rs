//! The report as one table of comma-separated values (RFC 4180): a row for each bin and for each group of each table.
//!
//! A spreadsheet executes a cell that looks like a formula, so such text has a `'` in front.

use super::report::{Bin, Flows, State, TrafficReport};
use super::show;
use crate::events::summary::{Group, Others};
use crate::text::sanitize;

/// The columns. `table` is `series` or the name of a table, and `row` says what a row is: `bin`, `group`, `others`, or
/// `total`.
const COLUMNS: [&str; 19] = [
    "table",
    "row",
    "start",
    "state",
    "src_addr",
    "dst_addr",
    "dst_port",
    "dst_service",
    "protocol",
    "protocol_name",
    "action",
    "src_scope",
    "dst_scope",
    "flows",
    "packets",
    "bytes",
    "distinct_ports",
    "distinct_sources",
    "distinct_destinations",
];
/// The columns that are keys of a group.
const KEYS: std::ops::Range<usize> = 4..13;
/// What a spreadsheet may take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The cells of one row, by their column.
struct Row([String; COLUMNS.len()]);

impl TrafficReport {
    /// Returns the report as comma-separated values.
    pub fn to_csv(&self) -> String {
        let mut rows = vec![total(self)];
        for bin in &self.series.bins {
            rows.extend(bin_rows(bin));
        }
        rows.push(outside(&self.series.outside));
        for table in show::tables(self) {
            let groups = table.ranking.groups.iter();
            rows.extend(groups.map(|group| of_group(table.name, group)));
            let others = table.ranking.others.iter();
            let rejected = table.ranking.by == "rejected";
            rows.extend(others.map(|others| of_others(table.name, others, rejected)));
        }
        let header = COLUMNS.join(",");
        let lines = rows.iter().map(Row::line);
        std::iter::once(header)
            .chain(lines)
            .map(|line| line + "\r\n")
            .collect()
    }
}

impl Row {
    fn new(table: &str, row: &str) -> Self {
        let mut cells = [const { String::new() }; COLUMNS.len()];
        let [first, second, ..] = &mut cells;
        (*first, *second) = (table.to_owned(), row.to_owned());
        Self(cells)
    }

    fn with(mut self, column: &str, value: &(impl ToString + ?Sized)) -> Self {
        let place = COLUMNS.iter().position(|name| *name == column);
        if let Some(cell) = place.and_then(|place| self.0.get_mut(place)) {
            *cell = value.to_string();
        }
        self
    }

    fn with_number(self, column: &str, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.with(column, &number),
            None => self,
        }
    }

    fn with_flows(self, flows: &Flows) -> Self {
        self.with("flows", &flows.flows)
            .with_number("packets", flows.packets)
            .with_number("bytes", flows.bytes)
    }

    fn line(&self) -> String {
        let cells = self.0.iter().map(|cell| quoted(cell));
        cells.collect::<Vec<_>>().join(",")
    }
}

fn total(report: &TrafficReport) -> Row {
    let total = &report.total;
    Row::new("total", "total")
        .with("start", &report.start)
        .with("flows", &total.flows)
        .with_number("packets", total.packets)
        .with_number("bytes", total.bytes)
}

/// Returns the rows of a bin: one for each action, and those that say what was not traffic.
fn bin_rows(bin: &Bin) -> Vec<Row> {
    let state = match bin.state {
        State::Seen => "seen",
        State::Gap => "gap",
        State::Pending => "pending",
    };
    let row = |action: &str| {
        Row::new("series", "bin")
            .with("start", &bin.start)
            .with("state", state)
            .with("action", action)
    };
    let mut rows = vec![
        row("ACCEPT").with_flows(&bin.accepted),
        row("REJECT").with_flows(&bin.rejected),
    ];
    if bin.other.flows > 0 {
        rows.push(row("").with_flows(&bin.other));
    }
    for (status, number) in [("NODATA", bin.no_data), ("SKIPDATA", bin.skipped)] {
        if number > 0 {
            rows.push(row(status).with("flows", &number));
        }
    }
    rows
}

fn outside(flows: &Flows) -> Row {
    Row::new("series", "others").with_flows(flows)
}

fn of_group(table: &str, group: &Group) -> Row {
    let mut row = Row::new(table, "group");
    for column in COLUMNS.get(KEYS).unwrap_or_default() {
        if let Some(Some(value)) = group.key.get(*column) {
            row = row.with(column, value);
        }
    }
    let distinct = |name: &str| group.distinct.get(name).copied();
    row.with("flows", &group.flows)
        .with_number("packets", group.packets)
        .with_number("bytes", group.bytes)
        .with_number("distinct_ports", distinct("dst_port"))
        .with_number("distinct_sources", distinct("src_addr"))
        .with_number("distinct_destinations", distinct("dst_addr"))
}

/// Returns the row of the other records. Beside rejected groups, only their number is of the same kind.
fn of_others(table: &str, others: &Others, rejected: bool) -> Row {
    let row = Row::new(table, "others");
    if rejected {
        return row
            .with("action", "REJECT")
            .with_number("flows", others.rejected);
    }
    row.with("flows", &others.flows)
        .with_number("packets", others.packets)
        .with_number("bytes", others.bytes)
}

fn quoted(cell: &str) -> String {
    let cell = sanitize::line(cell);
    let is_number = cell.parse::<i64>().is_ok();
    let cell = if cell.starts_with(FORMULA) && !is_number {
        format!("'{cell}")
    } else {
        cell.into_owned()
    };
    if cell.contains([',', '"', '\n', '\r', ';']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_and_never_a_formula() {
        for (cell, expected) in [
            ("10.0.0.1", "10.0.0.1"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-5", "-5"),
            ("-x", "'-x"),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), expected);
        }
    }
}
