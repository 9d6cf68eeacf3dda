//! What an engine counted as results.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::model::{Group, Others, Share, Total};
use crate::record::aggregate::{self, Answer, Tally};
use crate::record::field::Kind;
use crate::record::{Aggregate, Key};

/// From this number on, a time is in milliseconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Converts one group.
pub(crate) fn group(of: &Aggregate, group: &aggregate::Group, total: &Tally) -> Group {
    let keys = of.keys.iter().zip(&group.values);
    let distinct = of.distinct.iter().zip(&group.distinct);
    let tally = &group.tally;
    Group {
        key: keys
            .map(|(key, value)| {
                let value = value.as_deref().and_then(|value| converted(key, value));
                (key.name.clone(), value)
            })
            .collect(),
        flows: tally.flows,
        packets: tally.packets,
        bytes: tally.bytes,
        accepted: tally.accepted,
        rejected: tally.rejected,
        distinct: distinct
            .map(|(key, count)| (key.name.clone(), *count))
            .collect(),
        sums: sums(of, tally),
        share: share(tally, total),
        first_seen: tally.first.and_then(time),
        last_seen: tally.last.and_then(time),
    }
}

/// Converts the total of all groups.
pub(crate) fn total(of: &Aggregate, answer: &Answer) -> Total {
    let tally = &answer.total;
    Total {
        groups: answer.count.and_then(|groups| i64::try_from(groups).ok()),
        flows: tally.flows,
        packets: tally.packets,
        bytes: tally.bytes,
        accepted: tally.accepted,
        rejected: tally.rejected,
        sums: sums(of, tally),
        first_seen: tally.first.and_then(time),
        last_seen: tally.last.and_then(time),
    }
}

/// Converts what was left out.
pub(crate) fn others(of: &Aggregate, answer: &Answer) -> Others {
    let (count, tally) = (answer.others.count, &answer.others.tally);
    Others {
        groups: count.and_then(|groups| i64::try_from(groups).ok()),
        flows: tally.flows,
        packets: tally.packets,
        bytes: tally.bytes,
        accepted: tally.accepted,
        rejected: tally.rejected,
        sums: sums(of, tally),
        share: share(tally, &answer.total),
    }
}

fn sums(of: &Aggregate, tally: &Tally) -> BTreeMap<String, Option<i64>> {
    let sums = of.sums.iter().enumerate();
    let sum = |index: usize| tally.sums.get(index).copied().flatten();
    sums.map(|(index, key)| (key.name.clone(), sum(index)))
        .collect()
}

fn share(tally: &Tally, total: &Tally) -> Share {
    let part = |part: i64, whole: i64| match whole {
        0 => 0.0,
        whole => part as f64 / whole as f64,
    };
    let known = |one: Option<i64>, whole: Option<i64>| Some(part(one?, whole?));
    Share {
        flows: part(tally.flows, total.flows),
        packets: known(tally.packets, total.packets),
        bytes: known(tally.bytes, total.bytes),
    }
}

/// Converts a value to the form that events have: `-` is null, and a time is RFC 3339.
fn converted(key: &Key, value: &str) -> Option<String> {
    match (key.kind, value) {
        (Some(Kind::Seconds), number) => {
            let number = number.parse().ok();
            Some(number.and_then(time).unwrap_or_else(|| value.to_owned()))
        }
        (_, value) => Some(value.to_owned()),
    }
}

/// Converts a time, in seconds or milliseconds, to RFC 3339.
fn time(number: i64) -> Option<String> {
    let time = if number < FIRST_MILLISECONDS {
        Timestamp::from_second(number)
    } else {
        Timestamp::from_millisecond(number)
    };
    Some(time.ok()?.to_string())
}
