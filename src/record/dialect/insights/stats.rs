//! An aggregate as the `stats` command of a query.

use std::fmt::Write as _;

use super::syntax::in_seconds;
use crate::record::aggregate::{Aggregate, Measure};

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

/// Renders the commands that group, sort and limit.
pub(super) fn stats(columns: &[String], keys: &[String], aggregate: &Aggregate) -> String {
    let mut text = format!("\n| stats {}", columns.join(", "));
    if !keys.is_empty() {
        let ties: Vec<_> = keys.iter().map(|key| format!(", {key} asc")).collect();
        let _ = write!(
            text,
            " by {}\n| sort {} desc{}\n| limit {}",
            keys.join(", "),
            measure_column(aggregate.order_by),
            ties.concat(),
            aggregate.limit
        );
    }
    text
}

/// Renders the number of records in which a field has a value.
fn counted(field: &str, value: &str) -> String {
    format!("sum(strcontains({field}, \"{value}\"))")
}
