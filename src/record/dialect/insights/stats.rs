//! An aggregate as the `stats` command of a query.

use std::fmt::Write as _;

use super::EXACT;
use super::syntax::{in_seconds, joined};
use crate::record::aggregate::{Aggregate, Having, Measure, OrderBy, Quantity};

/// The name of the start of a bin.
pub(super) const BIN: &str = "timeBin";

/// Which rows a query returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The groups by the fields themselves: those of the answer, or finer ones.
    Groups,
    /// Only the groups that the answer can hold.
    Chosen,
    /// One row for all records.
    Total,
}

/// Returns the column under which the answer holds a measure.
#[must_use]
pub fn measure_column(measure: Measure) -> &'static str {
    match measure {
        Measure::Flows => "flows",
        Measure::Packets => "packetsSum",
        Measure::Bytes => "bytesSum",
        Measure::Accepted => "accepted",
        Measure::Rejected => "rejected",
        Measure::FirstSeen => "firstSeen",
        Measure::LastSeen => "lastSeen",
    }
}

/// Returns the column under which the answer holds the sum at an index of the aggregate.
#[must_use]
pub fn sum_column(index: usize) -> String {
    format!("sum{}", index + 1)
}

/// Renders a measure that is taken from a field.
pub(super) fn measure(measure: Measure, field: &str) -> String {
    let expression = match measure {
        Measure::Flows => "count(*)".to_owned(),
        Measure::Packets | Measure::Bytes => format!("sum({field})"),
        Measure::Accepted => counted(field, "ACCEPT"),
        Measure::Rejected => counted(field, "REJECT"),
        Measure::FirstSeen => format!("min({})", in_seconds(field)),
        Measure::LastSeen => format!("max({})", in_seconds(field)),
    };
    format!("{expression} as {}", measure_column(measure))
}

/// Renders the sum of a field.
pub(super) fn sum(index: usize, field: &str) -> String {
    format!("sum({field}) as {}", sum_column(index))
}

/// Renders the command that computes the start of a bin.
pub(super) fn bin(field: &str, width: i64) -> String {
    format!(
        "\n| fields floor({} / {width}) * {width} as {BIN}",
        in_seconds(field)
    )
}

/// Renders the commands that group, choose, sort and limit.
pub(super) fn stats(
    columns: &[String],
    keys: &[String],
    aggregate: &Aggregate,
    rows: Rows,
    most: usize,
) -> String {
    let mut text = format!("\n| stats {}", columns.join(", "));
    if keys.is_empty() {
        return text;
    }
    let _ = write!(text, " by {}", keys.join(", "));
    if rows == Rows::Chosen {
        for condition in aggregate.having.iter().filter_map(having) {
            let _ = write!(text, "\n| filter {condition}");
        }
    }
    if aggregate.is_plain() {
        let direction = if aggregate.order.ascending {
            "asc"
        } else {
            "desc"
        };
        let mut order = Vec::new();
        match aggregate.order.by {
            OrderBy::Key => order.extend(keys.iter().map(|key| format!("{key} {direction}"))),
            OrderBy::Quantity(quantity) => {
                order.extend(column(quantity).map(|column| format!("{column} {direction}")));
                order.extend(keys.iter().map(|key| format!("{key} asc")));
            }
        }
        let _ = write!(text, "\n| sort {}", order.join(", "));
    }
    let _ = write!(text, "\n| limit {most}");
    text
}

/// Renders a condition on a group.
fn having(having: &Having) -> Option<String> {
    let column = column(having.quantity)?;
    let ranges = having.bounds().map(|(low, high)| match (low, high) {
        (low, high) if low == high => format!("{column} = {low}"),
        (low, i64::MAX) => format!("{column} >= {low}"),
        (low, high) => format!("({column} >= {low} and {column} <= {high})"),
    });
    joined(ranges.collect(), " or ")
}

/// Finds a number of the conditions on groups that Insights cannot compare exactly.
pub(super) fn inexact(aggregate: &Aggregate) -> Option<i64> {
    let bounds = aggregate.having.iter().flat_map(Having::bounds);
    let mut bounds = bounds.flat_map(|(low, high)| [low, high]);
    bounds.find(|bound| bound.unsigned_abs() >= EXACT && *bound != i64::MAX)
}

fn column(quantity: Quantity) -> Option<String> {
    match quantity {
        Quantity::Measure(measure) => Some(measure_column(measure).to_owned()),
        Quantity::Sum(index) => Some(sum_column(index)),
        Quantity::Distinct(_) => None,
    }
}

/// Renders the number of records in which a field has a value.
fn counted(field: &str, value: &str) -> String {
    format!("sum(strcontains({field}, \"{value}\"))")
}
