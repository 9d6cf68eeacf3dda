//! What every engine returns.

use std::cmp::Ordering;

use super::tally::Tally;
use crate::events::completeness::Gaps;
use crate::events::statistics::{Push, Statistics};
use crate::record::field::Kind;
use crate::record::{Aggregate, Key};

/// What an engine counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// The greatest groups, at most as many as the limit.
    pub(crate) groups: Vec<CountedGroup>,
    /// The number of all groups, if it is known.
    pub(crate) count: Option<usize>,
    /// The tally of all groups, including those beyond the limit.
    pub(crate) total: Tally,
    pub(crate) truncated: bool,
    pub(crate) statistics: Statistics,
    pub(crate) gaps: Gaps,
    /// What was pushed down, if the engine reads the source itself.
    pub(crate) pushed: Vec<Push>,
    /// The quals that only the engine checked.
    pub(crate) not_pushed: Vec<String>,
    /// The query that a service ran.
    pub(crate) query: Option<String>,
}

/// One group.
#[derive(Clone, Debug)]
pub(crate) struct CountedGroup {
    /// The values of the keys, in their order; `-` for no value.
    pub(crate) values: Vec<String>,
    pub(crate) tally: Tally,
}

/// Compares two groups: by the measure, the greatest first, then by their keys.
pub(super) fn compare<'a, V: Iterator<Item = &'a str>>(
    aggregate: &Aggregate,
    (values, tally): (V, &Tally),
    (other_values, other): (V, &Tally),
) -> Ordering {
    let order = aggregate.order_by;
    let greater = other.measure(order).cmp(&tally.measure(order));
    greater.then_with(|| {
        let pairs = aggregate.keys.iter().zip(values.zip(other_values));
        pairs.fold(Ordering::Equal, |order, (key, (one, other))| {
            order.then_with(|| compare_values(key, one, other))
        })
    })
}

/// Compares two values of a key. Numbers are compared as numbers, and a missing value comes first.
fn compare_values(key: &Key, one: &str, other: &str) -> Ordering {
    let number = |text: &str| text.parse::<i64>().ok();
    match (key.kind, number(one), number(other)) {
        (Some(Kind::Integer | Kind::Seconds), Some(one), Some(other)) => one.cmp(&other),
        _ => one.cmp(other),
    }
}
