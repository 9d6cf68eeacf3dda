//! What an engine counted as results.

use jiff::Timestamp;

use super::model::{Group, Total};
use crate::record::aggregate::{self, Tally};
use crate::record::field::Kind;
use crate::record::{Aggregate, Key};

/// From this number on, a time is in milliseconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Converts one group.
pub(super) fn group(of: &Aggregate, group: &aggregate::Group) -> Group {
    let keys = of.keys.iter().zip(&group.values);
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
        first_seen: tally.first.and_then(time),
        last_seen: tally.last.and_then(time),
    }
}

/// Converts the total of all groups.
pub(super) fn total(tally: &Tally, groups: Option<usize>) -> Total {
    Total {
        groups: groups.and_then(|groups| i64::try_from(groups).ok()),
        flows: tally.flows,
        packets: tally.packets,
        bytes: tally.bytes,
        accepted: tally.accepted,
        rejected: tally.rejected,
        first_seen: tally.first.and_then(time),
        last_seen: tally.last.and_then(time),
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
