//! Ways to say in a slot that a test holds, the best first.
//!
//! Every one of them lets each record through that satisfies the test. The exact ones come first; those after them let
//! more through and are shorter, for when something else needs the room.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::condition::{Condition, Form, any, is_plain};
use super::network;
use super::number::{self, MOST_WRITTEN_OUT, merged};
use crate::record::percent;
use crate::record::qual::{Range, Test};
use crate::record::quals::has_flags;

/// AWS documents no TCP flag beyond these bits; a set with more of them passes and is judged by us.
const FLAGS_END: i64 = 64;

/// Returns the ways to say that the test holds; none if a slot cannot say it. The field may be percent-encoded.
pub(super) fn forms(test: &Test, encoded: bool) -> Vec<Form> {
    match test {
        Test::Text(values) if encoded => tags(values),
        Test::Text(values) => texts(values),
        Test::Integer(ranges) => integers(&merged(ranges)),
        Test::Address(networks) => network::holding(networks),
        Test::Flags(masks) => flags(masks),
        Test::Seconds(_) => Vec::new(),
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

/// Tells how many values a test lists, of which any may hold.
pub(super) fn values(test: &Test) -> usize {
    match test {
        Test::Text(values) => values.len(),
        Test::Integer(ranges) => ranges.len(),
        Test::Address(networks) => networks.len(),
        Test::Seconds(_) | Test::Flags(_) => 1,
    }
}

/// Cuts a list into at most so many tests of which at most one holds for a record.
pub(super) fn in_parts(test: &Test, count: usize) -> Vec<Test> {
    fn cut<T: Clone>(values: &[T], count: usize, test: fn(Vec<T>) -> Test) -> Vec<Test> {
        let length = values.len().div_ceil(count).max(1);
        values
            .chunks(length)
            .map(|part| test(part.to_vec()))
            .collect()
    }
    match test {
        Test::Text(values) => {
            let distinct: BTreeSet<_> = values.iter().cloned().collect();
            cut(&Vec::from_iter(distinct), count, Test::Text)
        }
        Test::Integer(ranges) => cut(&merged(ranges), count, Test::Integer),
        Test::Address(networks) => cut(&IpNet::aggregate(networks), count, Test::Address),
        Test::Seconds(_) | Test::Flags(_) => vec![test.clone()],
    }
}

fn texts(values: &[String]) -> Vec<Form> {
    if !values.iter().all(|value| is_plain(value)) {
        return Vec::new();
    }
    let terms = values.iter().map(|value| format!("=\"{value}\""));
    vec![Form::exact(any(terms.collect()))]
}

/// Values of tags are percent-encoded in records; how their other letters are written is only known of the plainest.
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

/// Says that a number lies between two bounds; the lower one stays if there is no upper one, so that `-` never passes.
fn bounds(low: i64, high: i64) -> Option<Form> {
    let mut terms = Vec::new();
    let (low_is_told, high_is_told) = (number::is_told(low), number::is_told(high));
    if !low_is_told {
        terms.push(format!(">={}", number::GREATEST_TOLD));
    } else if low > 0 || high == i64::MAX || !high_is_told {
        terms.push(format!(">={low}"));
    }
    if high_is_told {
        terms.push(format!("<={high}"));
    }
    let exact = low_is_told && (high_is_told || high == i64::MAX);
    (!terms.is_empty()).then_some(Form {
        condition: Condition::All(terms),
        exact,
    })
}

fn flags(masks: &[i64]) -> Vec<Form> {
    let holds = |flags: i64| masks.iter().any(|mask| has_flags(flags, *mask));
    if masks.iter().all(|mask| *mask == 0) {
        return vec![Form::exact(any(vec!["=0".to_owned()]))];
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
