//! Ways to say in a slot that a test fails, the best first.
//!
//! Each of them passes every record that fails the test, including one without a value. Texts and numbers are quoted:
//! compared as a number, `-` might be neither equal nor unequal.

use super::condition::{Form, any, is_plain, none_of};
use super::network;
use super::number::{self, MOST_WRITTEN_OUT};
use super::positive::is_empty;
use crate::record::percent;
use crate::record::qual::{Mask, Range, Test};

/// The maximum number of spellings of one value that differ only in case.
const MOST_SPELLINGS: usize = 16;

/// Returns the ways to say that the test fails; none if a slot cannot say it.
pub(super) fn forms(test: &Test, encoded: bool) -> Vec<Form> {
    match test {
        Test::Text(values) => {
            let safe = |value: &&String| {
                is_plain(value) && (!encoded || percent::untouched(value) == value.as_str())
            };
            let terms: Vec<_> = values.iter().filter(safe).map(quoted).collect();
            refused(&terms, terms.len() == values.len())
        }
        Test::AnyCase(values) => in_any_case(values),
        Test::Integer(ranges) => integers(&Range::merged(ranges)),
        Test::Address(networks) => {
            let (terms, exact) = network::within(networks);
            refused(&terms, exact)
        }
        Test::Flags(masks) => flags(masks),
        Test::Seconds(_) => Vec::new(),
        Test::OrAbsent(test) => {
            let exact = is_empty(test);
            let present = refused(&[Form::NO_VALUE.to_owned()], exact);
            let forms = forms(test, encoded).into_iter();
            forms.map(Form::and_present).chain(present).collect()
        }
    }
}

/// Renders values in every case, or only in AWS's spelling if there are too many. We check the rest.
fn in_any_case(values: &[String]) -> Vec<Form> {
    let (mut terms, mut exact) = (Vec::new(), true);
    for value in values.iter().filter(|value| is_plain(value)) {
        let letters = value.chars().filter(char::is_ascii_alphabetic).count();
        if letters > MOST_SPELLINGS.ilog2() as usize {
            exact = false;
            terms.push(quoted(value));
        } else {
            terms.extend(spellings(value).iter().map(quoted));
        }
    }
    refused(&terms, exact && values.iter().all(|value| is_plain(value)))
}

/// Returns the spellings of a value in upper and lower case.
fn spellings(value: &str) -> Vec<String> {
    let start = vec![String::new()];
    value.chars().fold(start, |spellings, letter| {
        let with = |case: char| spellings.iter().map(move |begin| format!("{begin}{case}"));
        let small = letter.to_ascii_lowercase();
        let small = (small != letter).then(|| with(small));
        with(letter).chain(small.into_iter().flatten()).collect()
    })
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

/// Renders the condition that a number is outside a range, or missing.
fn outside(range: Range) -> Option<Form> {
    let mut terms = Vec::new();
    if range.low > 0 {
        terms.push(format!(
            "<={}",
            Some(range.low - 1).filter(|low| number::is_exact(*low))?
        ));
    }
    if range.high < i64::MAX {
        terms.push(format!(
            ">={}",
            Some(range.high + 1).filter(|high| number::is_exact(*high))?
        ));
    }
    terms.push(quoted("-"));
    Some(Form::exact(any(terms)))
}

fn flags(masks: &[Mask]) -> Vec<Form> {
    if masks.iter().all(|mask| mask.alone) {
        let terms: Vec<_> = masks.iter().map(|mask| quoted(mask.bits)).collect();
        return refused(&terms, true);
    }
    let holds = |flags: &i64| masks.iter().any(|mask| mask.holds(*flags));
    let known: Vec<_> = (0..64).filter(holds).map(quoted).collect();
    refused(&known, false)
}
