//! Ways to say in a slot that a test passes, the best first.
//!
//! Each of them passes every record that passes the test. The exact ones come first. Those after them are shorter and pass
//! more, for patterns that would be too long.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::condition::{Condition, Form, any, is_plain};
use super::network;
use super::number::{self, MOST_WRITTEN_OUT};
use crate::record::percent;
use crate::record::qual::{Mask, Range, Test};

/// The first number beyond the TCP flags that AWS documents. Larger numbers pass, and we check them.
const FLAGS_END: i64 = 64;

/// Returns the ways to say that the test passes; none if a slot cannot say it. The field may be percent-encoded.
pub(super) fn forms(test: &Test, encoded: bool) -> Vec<Form> {
    match test {
        Test::Text(values) if encoded => tags(values),
        Test::Text(values) => texts(values),
        Test::AnyCase(values) => in_any_case(values),
        Test::Integer(ranges) => integers(&Range::merged(ranges)),
        Test::Address(networks) => network::positive(networks),
        Test::Flags(masks) => flags(masks),
        Test::Seconds(_) => Vec::new(),
        Test::OrAbsent(test) if is_empty(test) => vec![Form::absent()],
        Test::OrAbsent(test) => {
            let forms = forms(test, encoded).into_iter();
            forms.map(Form::or_absent).collect()
        }
    }
}

/// Merges tests on the same field of which any may pass; none if they are of different types.
pub(super) fn union<'a>(mut tests: impl Iterator<Item = &'a Test>) -> Option<Test> {
    let first = tests.next()?.clone();
    tests.try_fold(first, join)
}

fn join(all: Test, more: &Test) -> Option<Test> {
    fn both<T: Clone>(mut all: Vec<T>, more: &[T]) -> Vec<T> {
        all.extend_from_slice(more);
        all
    }
    Some(match (all, more) {
        (Test::OrAbsent(all), Test::OrAbsent(more)) => or_absent(join(*all, more)?),
        (Test::OrAbsent(all), more) => or_absent(join(*all, more)?),
        (all, Test::OrAbsent(more)) => or_absent(join(all, more)?),
        (Test::Text(all), Test::Text(more)) => Test::Text(both(all, more)),
        (Test::AnyCase(all), Test::AnyCase(more)) => Test::AnyCase(both(all, more)),
        (Test::Integer(all), Test::Integer(more)) => Test::Integer(both(all, more)),
        (Test::Address(all), Test::Address(more)) => Test::Address(both(all, more)),
        (Test::Flags(all), Test::Flags(more)) => Test::Flags(both(all, more)),
        _ => return None,
    })
}

fn or_absent(test: Test) -> Test {
    Test::OrAbsent(Box::new(test))
}

/// Reports whether a test has no alternative.
pub(super) fn is_empty(test: &Test) -> bool {
    match test {
        Test::Text(values) | Test::AnyCase(values) => values.is_empty(),
        Test::Integer(ranges) | Test::Seconds(ranges) => ranges.is_empty(),
        Test::Address(networks) => networks.is_empty(),
        Test::Flags(masks) => masks.is_empty(),
        Test::OrAbsent(_) => false,
    }
}

/// Returns how many alternatives a test lists.
pub(super) fn values(test: &Test) -> usize {
    match test {
        Test::Text(values) | Test::AnyCase(values) => values.len(),
        Test::Integer(ranges) => ranges.len(),
        Test::Address(networks) => networks.len(),
        Test::Seconds(_) | Test::Flags(_) => 1,
        Test::OrAbsent(test) => values(test),
    }
}

/// Splits a list into at most this many tests, of which at most one passes for a record.
pub(super) fn in_parts(test: &Test, count: usize) -> Vec<Test> {
    fn split<T: Clone>(values: &[T], count: usize, test: fn(Vec<T>) -> Test) -> Vec<Test> {
        let length = values.len().div_ceil(count).max(1);
        values
            .chunks(length)
            .map(|part| test(part.to_vec()))
            .collect()
    }
    fn distinct(values: &[String]) -> Vec<String> {
        let distinct: BTreeSet<_> = values.iter().cloned().collect();
        distinct.into_iter().collect()
    }
    match test {
        Test::Text(values) => split(&distinct(values), count, Test::Text),
        Test::AnyCase(values) => split(&distinct(values), count, Test::AnyCase),
        Test::Integer(ranges) => split(&Range::merged(ranges), count, Test::Integer),
        Test::Address(networks) => split(&IpNet::aggregate(networks), count, Test::Address),
        Test::Seconds(_) | Test::Flags(_) => vec![test.clone()],
        Test::OrAbsent(test) => {
            let mut parts = in_parts(test, count);
            if let Some(first) = parts.first_mut() {
                *first = or_absent(first.clone());
            }
            parts
        }
    }
}

fn texts(values: &[String]) -> Vec<Form> {
    if !values.iter().all(|value| is_plain(value)) {
        return Vec::new();
    }
    let terms = values.iter().map(|value| format!("=\"{value}\""));
    vec![Form::exact(any(terms.collect()))]
}

/// Renders values as one regular expression that accepts each letter in either case, since terms are case-sensitive.
fn in_any_case(values: &[String]) -> Vec<Form> {
    let is_simple = |value: &String| {
        let simple = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        !value.is_empty() && value.chars().all(simple)
    };
    if !values.iter().all(is_simple) {
        return Vec::new();
    }
    let distinct: BTreeSet<_> = values.iter().collect();
    let alternatives: Vec<_> = distinct
        .iter()
        .map(|value| format!("^{}$", value.chars().map(either_case).collect::<String>()))
        .collect();
    vec![Form::exact(Condition::Regex(alternatives.join("|")))]
}

fn either_case(letter: char) -> String {
    if letter.is_ascii_alphabetic() {
        let (upper, lower) = (letter.to_ascii_uppercase(), letter.to_ascii_lowercase());
        format!("[{upper}{lower}]")
    } else {
        letter.to_string()
    }
}

/// Renders values of tags, which records hold percent-encoded. Only for the simplest characters is the encoding known.
fn tags(values: &[String]) -> Vec<Form> {
    let mut exact = true;
    let mut terms = Vec::new();
    for value in values {
        let beginning = percent::untouched(value);
        if beginning.is_empty() {
            return Vec::new();
        }
        if beginning == value {
            terms.push(format!("=\"{value}\""));
        } else {
            exact = false;
            terms.push(format!("=\"{beginning}*\""));
        }
    }
    vec![Form {
        condition: any(terms),
        exact,
    }]
}

fn integers(ranges: &[Range]) -> Vec<Form> {
    let mut forms = Vec::new();
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return forms;
    };
    let hull = bounds(first.low, last.high);
    if ranges.len() == 1 && first.low != first.high {
        forms.extend(hull);
        return forms;
    }
    if let Some(numbers) = number::written_out(ranges, MOST_WRITTEN_OUT) {
        let terms = numbers.into_iter().map(|number| format!("={number}"));
        forms.push(Form::exact(any(terms.collect())));
    }
    forms.extend(hull.map(|form| Form::superset(form.condition)));
    forms
}

/// Renders the condition that a number is within two bounds. One of them is always rendered, so that `-` never passes.
fn bounds(low: i64, high: i64) -> Option<Form> {
    let mut terms = Vec::new();
    let (low_is_exact, high_is_exact) = (number::is_exact(low), number::is_exact(high));
    if !low_is_exact {
        terms.push(format!(">={}", number::GREATEST_EXACT));
    } else if low > 0 || high == i64::MAX || !high_is_exact {
        terms.push(format!(">={low}"));
    }
    if high_is_exact {
        terms.push(format!("<={high}"));
    }
    let exact = low_is_exact && (high_is_exact || high == i64::MAX);
    (!terms.is_empty()).then_some(Form {
        condition: Condition::All(terms),
        exact,
    })
}

fn flags(masks: &[Mask]) -> Vec<Form> {
    let holds = |flags: i64| masks.iter().any(|mask| mask.holds(flags));
    if masks.iter().all(|mask| mask.alone) {
        let terms = masks.iter().map(|mask| format!("={}", mask.bits));
        return vec![Form::exact(any(terms.collect()))];
    }
    let known = (0..FLAGS_END).filter(|flags| holds(*flags));
    let mut terms: Vec<_> = known.map(|flags| format!("={flags}")).collect();
    terms.push(format!(">={FLAGS_END}"));
    let least = (0..=255).find(|flags| holds(*flags)).unwrap_or_default();
    vec![
        Form::superset(any(terms)),
        Form::superset(Condition::All(vec![format!(">={least}")])),
    ]
}
