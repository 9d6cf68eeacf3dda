//! The result of a query does not depend on what is pushed down: the fake evaluates the filter patterns of a plan, and the
//! result must be exactly the rows of a read of every line.

pub(crate) mod aws;
mod external_flow;
#[cfg(feature = "aws")]
mod objects;
#[cfg(feature = "aws")]
pub(crate) mod server;

use std::collections::BTreeSet;

use proptest::prelude::*;
use vpcflow::record::dialect::filter_pattern::{Call, Class, Plan, Streams};
use vpcflow::record::{Qual, Quals, Reader};

use crate::harness::fake::pattern::Pattern;

/// One event of a log group. Its index is its id.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) stream: String,
    pub(crate) timestamp: i64,
    pub(crate) message: String,
}

/// Returns the indexes of the matching events, checked here.
fn wanted(reader: &Reader, events: &[Event], received: impl Fn(usize) -> bool) -> Vec<usize> {
    let wanted = |number: &usize| {
        let read = reader.read(&events[*number].message);
        received(*number)
            && read.is_ok_and(|(format, row)| reader.matches(format, &row, &id(*number)))
    };
    (0..events.len()).filter(wanted).collect()
}

fn id(number: usize) -> String {
    number.to_string()
}

/// Returns the indexes of the events that the service returns for a plan.
fn received(plan: &Plan, events: &[Event]) -> Result<BTreeSet<usize>, TestCaseError> {
    let mut received = BTreeSet::new();
    for call in &plan.calls {
        let text = call.pattern.as_deref().unwrap_or_default();
        prop_assert!(text.chars().count() <= 1024, "{text}");
        let pattern = Pattern::parse(text)
            .map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        let sent = events
            .iter()
            .enumerate()
            .filter(|(_, event)| sends(plan, call, &pattern, event));
        received.extend(sent.map(|(number, _)| number));
    }
    Ok(received)
}

fn sends(plan: &Plan, call: &Call, pattern: &Pattern, event: &Event) -> bool {
    let prefix = call.stream_prefix.as_deref().unwrap_or_default();
    plan.time.from.is_none_or(|from| from <= event.timestamp)
        && plan.time.until.is_none_or(|until| event.timestamp <= until)
        && event.stream.starts_with(prefix)
        && pattern.matches(&event.message)
}

/// Checks the property.
fn gives_the_same_rows(
    reader: &Reader,
    streams: Streams,
    events: &[Event],
) -> Result<(), TestCaseError> {
    let plan = reader.plan(streams, &|| true).unwrap();
    let received = received(&plan, events)?;
    let scanned = wanted(reader, events, |_| true);
    let pushed = wanted(reader, events, |number| received.contains(&number));
    prop_assert_eq!(&pushed, &scanned, "{:#?}", plan);
    if plan.classes.iter().all(|(_, class)| *class == Class::Exact) {
        let records = received
            .iter()
            .filter(|number| reader.read(&events[**number].message).is_ok());
        prop_assert_eq!(
            records.copied().collect::<Vec<_>>(),
            scanned,
            "not exact: {:#?}",
            plan
        );
    }
    Ok(())
}

/// Combines quals at random.
fn quals(qual: impl Strategy<Value = Qual> + Clone + 'static) -> impl Strategy<Value = Quals> {
    use proptest::collection::vec;
    let block = move || prop_oneof![3 => vec(qual.clone(), 1), 2 => vec(qual.clone(), 2..4)];
    let all = prop_oneof![1 => Just(Vec::new()), 3 => block()];
    (all, vec(block(), 0..4), vec(block(), 0..3)).prop_map(|(all, any, none)| Quals {
        all,
        any,
        none,
    })
}

/// Parses a qual by its name, or by that of a field after `fields.`.
fn qual(name: &str, text: &str) -> Qual {
    match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, text).unwrap(),
        None => Qual::parse(name, text).unwrap(),
    }
}
