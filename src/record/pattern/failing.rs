//! Ways to say in a slot that a test does not hold, the best first.
//!
//! Every one of them lets each record through that fails the test, one without a value among them. Texts and numbers are
//! quoted: compared as a number, `-` might be neither equal nor unequal.

use super::condition::{Form, any, is_plain, none_of};
use super::network;
use super::number::{self, MOST_WRITTEN_OUT, merged};
use crate::record::percent;
use crate::record::qual::{Range, Test};
use crate::record::quals::has_flags;

/// Returns the ways to say that the test does not hold; none if a slot cannot say it.
pub(super) fn forms(test: &Test, encoded: bool) -> Vec<Form> {
    match test {
        Test::Text(values) => {
            let safe = |value: &&String| {
                is_plain(value) && (!encoded || percent::untouched(value) == value.as_str())
            };
            let terms: Vec<_> = values.iter().filter(safe).map(quoted).collect();
            refused(&terms, terms.len() == values.len())
        }
        Test::Integer(ranges) => integers(&merged(ranges)),
        Test::Address(networks) => {
            let (terms, exact) = network::within(networks);
            refused(&terms, exact)
        }
        Test::Flags(masks) => flags(masks),
        Test::Seconds(_) => Vec::new(),
    }
}

fn quoted(value: impl std::fmt::Display) -> String {
    format!("=\"{value}\"")
}

fn refused(terms: &[String], exact: bool) -> Vec<Form> {
    if terms.is_empty() {
        return Vec::new();
    }
    vec![Form {
        condition: none_of(terms),
        exact,
    }]
}

fn integers(ranges: &[Range]) -> Vec<Form> {
    if let Some(numbers) = number::written_out(ranges, MOST_WRITTEN_OUT) {
        let terms: Vec<_> = numbers.into_iter().map(quoted).collect();
        return refused(&terms, true);
    }
    let widest = ranges
        .iter()
        .max_by_key(|range| range.high.saturating_sub(range.low));
    let form = widest.and_then(|range| outside(*range));
    form.map(|form| Form {
        exact: ranges.len() == 1,
        ..form
    })
    .into_iter()
    .collect()
}

/// Says that a number lies beside a range, or that there is none.
fn outside(range: Range) -> Option<Form> {
    let mut terms = Vec::new();
    if range.low > 0 {
        terms.push(format!(
            "<={}",
            Some(range.low - 1).filter(|low| number::is_told(*low))?
        ));
    }
    if range.high < i64::MAX {
        terms.push(format!(
            ">={}",
            Some(range.high + 1).filter(|high| number::is_told(*high))?
        ));
    }
    terms.push(quoted("-"));
    Some(Form::exact(any(terms)))
}

fn flags(masks: &[i64]) -> Vec<Form> {
    let holds = |flags: &i64| masks.iter().any(|mask| has_flags(*flags, *mask));
    let known: Vec<_> = (0..64).filter(holds).map(quoted).collect();
    refused(&known, masks.iter().all(|mask| *mask == 0))
}
