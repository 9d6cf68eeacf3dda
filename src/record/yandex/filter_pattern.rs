//! Quals on ExternalFlow events as a JSON filter pattern.
//!
//! Only what a pattern expresses exactly is pushed down: equality of texts and of a few numbers, and IPv4 networks by
//! prefix. Each is rendered for both spellings of its key, and numbers both as text and as numbers. Comparisons by size are
//! not pushed down, since they would lose numbers written as text. Negative conditions are not, since it is not documented
//! whether an absent value is unequal. Everything goes into one pattern, which can nest `&&` and `||`.

use super::details::{DETAILS, camel};
use crate::record::dialect::filter_pattern::{
    Call, Class, MAX_LENGTH, Plan, TimeBounds, is_plain, prefixes, written_out,
};
use crate::record::qual::{Range, Test};
use crate::record::quals::{Bound, BoundQual, Place};

/// The maximum number of numbers of one qual. Each takes four comparisons.
const MOST_NUMBERS: i64 = 4;

/// Plans the query as one call.
pub(in crate::record) fn plan(bound: &Bound) -> Plan {
    let paths = bound.paths();
    let mut classes = vec![Class::None; paths.len()];
    let mut parts: Vec<(Vec<usize>, String, bool)> = Vec::new();
    for (number, qual) in bound.all.iter().enumerate() {
        if let Some(text) = of_qual(qual, bound) {
            parts.push((vec![number], text, true));
        }
    }
    parts.extend(of_blocks(bound));
    let pattern = loop {
        if parts.is_empty() {
            break None;
        }
        let texts: Vec<_> = parts.iter().map(|(_, text, _)| text.as_str()).collect();
        let pattern = format!("{{ {} }}", texts.join(" && "));
        if pattern.len() <= MAX_LENGTH {
            break Some(pattern);
        }
        let longest = parts
            .iter()
            .enumerate()
            .max_by_key(|(_, part)| part.1.len());
        longest
            .map(|(index, _)| index)
            .map(|index| parts.remove(index));
    };
    for (quals, _, exact) in parts {
        let class = if exact { Class::Exact } else { Class::Superset };
        quals.into_iter().for_each(|number| classes[number] = class);
    }
    Plan {
        calls: vec![Call {
            pattern,
            stream_prefix: None,
        }],
        classes: paths.into_iter().zip(classes).collect(),
        time: TimeBounds::default(),
    }
}

/// Renders the `where` blocks, if something of each can be pushed down. The result is exact if everything can.
fn of_blocks(bound: &Bound) -> Option<(Vec<usize>, String, bool)> {
    let mut number = bound.all.len();
    let (mut quals, mut blocks, mut exact) = (Vec::new(), Vec::new(), true);
    for block in &bound.any {
        let mut texts = Vec::new();
        for qual in block {
            match of_qual(qual, bound) {
                Some(text) => {
                    texts.push(text);
                    quals.push(number);
                }
                None => exact = false,
            }
            number += 1;
        }
        if texts.is_empty() {
            return None;
        }
        blocks.push(format!("({})", texts.join(" && ")));
    }
    (!blocks.is_empty()).then(|| (quals, format!("({})", blocks.join(" || ")), exact))
}

fn of_qual(qual: &BoundQual, bound: &Bound) -> Option<String> {
    let comparisons = match &qual.place {
        Place::EventId => equal(&["$"], "event_id", &texts(&qual.test)?),
        Place::Fields(slots) => {
            let fields = slots
                .iter()
                .map(|slot| of_field(bound.format.names().get(*slot)?, &qual.test));
            fields.collect::<Option<Vec<_>>>()?.concat()
        }
        Place::Anywhere => return None,
    };
    (!comparisons.is_empty()).then(|| format!("({})", comparisons.join(" || ")))
}

fn of_field(name: &str, test: &Test) -> Option<Vec<String>> {
    match name {
        "event_source" | "event_type" => return Some(equal(&["$"], name, &texts(test)?)),
        "log-status" => return Some(equal(&["$"], "event_status", &statuses(test)?)),
        "type" => return Some(equal(&["$", "details"], "vers", &versions(test)?)),
        // These values are converted from several spellings, or composed.
        "action" | "flow-direction" | "tcp-flags" | "start" | "end" => return None,
        _ => {}
    }
    let detail = DETAILS.iter().find(|detail| detail.name == name)?;
    let terms = match test {
        Test::Text(_) => texts(test)?,
        Test::Integer(ranges) => {
            let numbers = written_out(&Range::merged(ranges), MOST_NUMBERS)?;
            numbers.into_iter().flat_map(number).collect()
        }
        Test::Address(networks) => {
            let terms = prefixes(networks)?.into_iter();
            terms.map(|term| term.replacen('=', "= ", 1)).collect()
        }
        Test::AnyCase(_) | Test::Flags(_) | Test::Seconds(_) => return None,
        // It is not documented how an absent key compares.
        Test::OrAbsent(_) => return None,
    };
    Some(equal(&["$", "details"], detail.key, &terms))
}

/// Renders comparisons for both spellings of a key.
fn equal(path: &[&str], key: &str, terms: &[String]) -> Vec<String> {
    let path = path.join(".");
    let mut keys = vec![key.to_owned(), camel(key)];
    keys.dedup();
    let of_key = |key: &String| {
        let selector = format!("{path}.{key}");
        terms
            .iter()
            .map(|term| format!("{selector} {term}"))
            .collect::<Vec<_>>()
    };
    keys.iter().flat_map(of_key).collect()
}

fn number(number: i64) -> [String; 2] {
    [format!("= \"{number}\""), format!("= {number}")]
}

/// Returns comparisons for texts. A text that looks like a number may be one. One that looks like another JSON value is not
/// pushed down.
fn texts(test: &Test) -> Option<Vec<String>> {
    let Test::Text(values) = test else {
        return None;
    };
    let terms: Option<Vec<Vec<String>>> = values.iter().map(|value| text(value)).collect();
    Some(terms?.concat())
}

fn text(value: &str) -> Option<Vec<String>> {
    if let Some(whole) = crate::record::parse::integer(value) {
        let told = written_out(&[Range::single(whole)], 1)?;
        return Some(told.into_iter().flat_map(number).collect());
    }
    let other = value.parse::<f64>().is_ok()
        || ["true", "false"].contains(&value)
        || value.starts_with(['{', '[']);
    (is_plain(value) && !other).then(|| vec![format!("= \"{value}\"")])
}

fn statuses(test: &Test) -> Option<Vec<String>> {
    let Test::Text(values) = test else {
        return None;
    };
    let mut terms = texts(test)?;
    if values.iter().any(|value| value == "OK") {
        terms.push("= \"DONE\"".to_owned());
    }
    // The service's `DONE` is `OK` here.
    terms.retain(|term| term != "= \"DONE\"" || values.iter().any(|value| value == "OK"));
    (!terms.is_empty()).then_some(terms)
}

fn versions(test: &Test) -> Option<Vec<String>> {
    let Test::Text(values) = test else {
        return None;
    };
    let version = |value: &String| match value.as_str() {
        "IPv4" => Some(number(4)),
        "IPv6" => Some(number(6)),
        _ => None,
    };
    let versions: Option<Vec<_>> = values.iter().map(version).collect();
    Some(versions?.concat())
}
