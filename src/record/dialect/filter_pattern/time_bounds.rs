//! What quals on times say about the time of the events that hold the records.
//!
//! The time of an event is the start of its record, and a record ends within the longest aggregation interval after its
//! start. Both are used with a tolerance, since a matching record must never be lost.

use super::plan::TimeBounds;
use crate::record::format::Format;
use crate::record::qual::Test;
use crate::record::quals::{Bound, BoundQual, Place};

/// How far the time of an event may be from the start of its record, in milliseconds.
const TOLERANCE: i64 = 60_000;
/// The longest aggregation interval, in milliseconds.
const LONGEST_INTERVAL: i64 = 600_000;

/// Returns the bounds that include all matching records of a format.
pub(super) fn of(bound: &Bound) -> TimeBounds {
    let all = together(&bound.all, &bound.format);
    let blocks = bound.any.iter().map(|block| together(block, &bound.format));
    match blocks.reduce(TimeBounds::hull) {
        Some(any) => all.intersection(any),
        None => all,
    }
}

/// Reports for each qual, by its index, whether it is on a time and narrows the bounds.
pub(super) fn narrowing(bound: &Bound) -> Vec<bool> {
    let is_time = |qual: &BoundQual| matches!(qual.test, Test::Seconds(_));
    let blocks = bound.any.iter().map(|block| together(block, &bound.format));
    let by_blocks = blocks
        .reduce(TimeBounds::hull)
        .is_some_and(|any| any != TimeBounds::default());
    let all = bound.all.iter().map(is_time);
    let any = bound
        .any
        .iter()
        .flatten()
        .map(|qual| by_blocks && is_time(qual));
    let none = bound.none.iter().flatten().map(|_| false);
    all.chain(any).chain(none).collect()
}

fn together(quals: &[BoundQual], format: &Format) -> TimeBounds {
    let bounds = quals.iter().filter_map(|qual| of_qual(qual, format));
    bounds.fold(TimeBounds::default(), TimeBounds::intersection)
}

fn of_qual(qual: &BoundQual, format: &Format) -> Option<TimeBounds> {
    let (Test::Seconds(ranges), Place::Fields(slots)) = (&qual.test, &qual.place) else {
        return None;
    };
    let slot = slots.first().copied()?;
    let low = ranges.iter().map(|range| range.low).min()?;
    let high = ranges.iter().map(|range| range.high).max()?;
    let before = if Some(slot) == format.position("start") {
        TOLERANCE
    } else if Some(slot) == format.position("end") {
        TOLERANCE + LONGEST_INTERVAL
    } else {
        return None;
    };
    let milliseconds = |seconds: i64| seconds.checked_mul(1000);
    Some(TimeBounds {
        from: milliseconds(low).map(|low| low.saturating_sub(before)),
        until: milliseconds(high).map(|high| high.saturating_add(999 + TOLERANCE)),
    })
}
