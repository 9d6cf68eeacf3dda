//! What one slot of a pattern can say about a field.

use super::network;
use crate::record::qual::{Range, Test};

/// From this number on a double, in which the service may compare, no longer tells neighbours apart.
const DOUBLE_EXACT_END: i64 = 1 << 53;

/// The most numbers of which small ranges are written out one by one.
const MOST_WRITTEN_OUT: i64 = 16;

/// A condition on one slot; its terms lack the slot's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Any of two or more terms, such as `=22` and `=443`.
    Any(Vec<String>),
    /// All of the terms.
    All(Vec<String>),
    /// One term that is a regular expression.
    Regex(String),
}

impl Condition {
    /// Says that the test holds, if a slot can say exactly that.
    pub(super) fn holding(test: &Test) -> Option<Self> {
        match test {
            Test::Text(values) => Some(any(equal_texts(values)?)),
            Test::Integer(ranges) => integers(ranges),
            Test::Address(networks) => network::holding(networks),
            Test::Flags(masks) => Some(any(equal(no_flags(masks)?))),
            Test::Seconds(_) => None,
        }
    }

    /// Says that the test does not hold, if a slot can say exactly that; a field without a value passes, as it should.
    ///
    /// Numbers are quoted here: compared as a number, `-` might be neither equal nor unequal.
    pub(super) fn failing(test: &Test) -> Option<Self> {
        let unequal = match test {
            Test::Text(values) => equal_texts(values)?,
            Test::Integer(ranges) => quoted(numbers(&merged(ranges))?),
            Test::Address(networks) => network::equal(networks)?,
            Test::Flags(masks) => quoted(no_flags(masks)?),
            Test::Seconds(_) => return None,
        };
        Some(Self::All(
            unequal.iter().map(|term| format!("!{term}")).collect(),
        ))
    }

    /// Tells whether both can stand in one slot: only `&&` is free of doubt about what binds tighter.
    pub(super) fn stands_beside(&self, other: &Self) -> bool {
        matches!((self, other), (Self::All(_), Self::All(_)))
    }

    /// Writes the condition about the slot of this name.
    pub(super) fn render(&self, slot: &str) -> String {
        let join = |terms: &[String], operator| {
            let terms: Vec<_> = terms.iter().map(|term| format!("{slot}{term}")).collect();
            terms.join(operator)
        };
        match self {
            Self::Any(terms) => join(terms, "||"),
            Self::All(terms) => join(terms, "&&"),
            Self::Regex(expression) => format!("{slot}=%{expression}%"),
        }
    }
}

/// Makes a condition of alternatives.
pub(super) fn any(mut terms: Vec<String>) -> Condition {
    let mut seen = Vec::new();
    terms.retain(|term| {
        let new = !seen.contains(term);
        seen.push(term.clone());
        new
    });
    if terms.len() == 1 {
        Condition::All(terms)
    } else {
        Condition::Any(terms)
    }
}

/// Makes one test of several on the same field, of which any has to hold.
pub(super) fn union<'a>(tests: impl Iterator<Item = &'a Test>) -> Option<Test> {
    tests
        .cloned()
        .map(Some)
        .reduce(|one, other| match (one?, other?) {
            (Test::Text(one), Test::Text(other)) => Some(Test::Text([one, other].concat())),
            (Test::Integer(one), Test::Integer(other)) => {
                Some(Test::Integer([one, other].concat()))
            }
            (Test::Address(one), Test::Address(other)) => {
                Some(Test::Address([one, other].concat()))
            }
            (Test::Flags(one), Test::Flags(other)) => Some(Test::Flags([one, other].concat())),
            _ => None,
        })?
}

fn equal_texts(values: &[String]) -> Option<Vec<String>> {
    values
        .iter()
        .map(|value| is_plain(value).then(|| format!("=\"{value}\"")))
        .collect()
}

/// Tells whether a value means itself between quotes, without wildcards, escapes or doubts about encoding.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"\"\\*%[]".contains(letter))
}

fn integers(ranges: &[Range]) -> Option<Condition> {
    let ranges = merged(ranges);
    if let [Range { low, high }] = ranges[..]
        && low != high
    {
        return bounds(low, high).map(Condition::All);
    }
    numbers(&ranges).map(|numbers| any(equal(numbers)))
}

/// Says that a number lies between two bounds; the lower one stays if there is no upper one, so that `-` never passes.
fn bounds(low: i64, high: i64) -> Option<Vec<String>> {
    let mut terms = Vec::new();
    if low > 0 || high == i64::MAX {
        terms.push(format!(">={}", exact(low)?));
    }
    if high < i64::MAX {
        terms.push(format!("<={}", exact(high)?));
    }
    Some(terms)
}

fn equal(numbers: Vec<i64>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|number| format!("={number}"))
        .collect()
}

fn quoted(numbers: Vec<i64>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|number| format!("=\"{number}\""))
        .collect()
}

/// A set of flags is a number only if it has to be empty.
fn no_flags(masks: &[i64]) -> Option<Vec<i64>> {
    masks.iter().all(|mask| *mask == 0).then(|| vec![0])
}

/// Returns the numbers in the ranges, if they are all single or few.
fn numbers(ranges: &[Range]) -> Option<Vec<i64>> {
    let distance = |range: &Range| range.high.saturating_sub(range.low);
    let single = ranges.iter().all(|range| distance(range) == 0);
    let few = ranges.iter().fold(0, |sum: i64, range| {
        sum.saturating_add(distance(range).saturating_add(1))
    }) <= MOST_WRITTEN_OUT;
    if !single && !few {
        return None;
    }
    ranges
        .iter()
        .flat_map(|range| range.low..=range.high)
        .map(exact)
        .collect()
}

fn exact(number: i64) -> Option<i64> {
    (0..DOUBLE_EXACT_END).contains(&number).then_some(number)
}

/// Sorts ranges and joins those that overlap or touch.
fn merged(ranges: &[Range]) -> Vec<Range> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let mut merged: Vec<Range> = Vec::new();
    for range in sorted {
        match merged.last_mut() {
            Some(last) if range.low <= last.high.saturating_add(1) => {
                last.high = last.high.max(range.high)
            }
            _ => merged.push(range),
        }
    }
    merged
}
