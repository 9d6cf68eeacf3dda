//! The traffic over time, and the times in which something could not be seen.
//!
//! A bin without records is a gap if AWS must have written some: it writes a record for each interval of a network
//! interface, even without traffic. Must not know who counted.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::report::{Bin, Flows, Gap, GapReason, Series, State};
use crate::events::half_open::HalfOpen;
use crate::record::Aggregate;
use crate::record::aggregate::{Answer, BIN, Tally};

/// The most bins of a report.
const MOST_BINS: i64 = 96;
/// The widths of bins, in seconds, from which the narrowest is chosen. Longer ones are whole days.
const WIDTHS: [i64; 11] = [
    60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, DAY,
];
const DAY: i64 = 86_400;

/// What is known about the records of a window, besides the records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) window: HalfOpen,
    /// The longest aggregation interval of the flow logs, in seconds.
    pub(super) interval: i64,
    /// Whether AWS writes records even without traffic, and all of them match.
    pub(super) is_continuous: bool,
    /// When the first of the flow logs was created.
    pub(super) created: Option<Timestamp>,
    /// The time from which on records are kept.
    pub(super) kept_from: Option<Timestamp>,
    /// Up to when records have had time to arrive.
    pub(super) settled: Option<Timestamp>,
}

/// Returns the width of bins, in seconds: the narrowest that needs no more than the most bins, and that holds a record of
/// every network interface.
pub(super) fn width(window: HalfOpen, interval: i64) -> i64 {
    let seconds = (window.end - window.start) / 1000;
    let mut widths = WIDTHS.into_iter();
    let chosen = widths.find(|width| *width >= interval && seconds <= width * MOST_BINS);
    chosen.unwrap_or_else(|| (seconds / (MOST_BINS * DAY) + 1) * DAY)
}

/// Makes the series from groups of bins, actions and logging statuses, and from the times of records that report skipped ones
/// and need not match.
pub(super) fn of(
    aggregate: &Aggregate,
    answer: &Answer,
    skipped_at: &BTreeSet<i64>,
    width: i64,
    known: &Known,
) -> Series {
    let (start, end) = (known.window.start, known.window.end);
    let first = start.div_euclid(1000).div_euclid(width);
    let last = (end - 1).div_euclid(1000).div_euclid(width);
    let mut bins: BTreeMap<i64, Bin> = (first..=last)
        .map(|number| (number * width, Bin::default()))
        .collect();
    let mut outside = Flows::default();
    for group in &answer.groups {
        let value = |name: &str| {
            let mut keys = aggregate.keys.iter().zip(&group.values);
            let found = keys.find(|(key, _)| key.name == name);
            found.and_then(|(_, value)| value.as_deref())
        };
        let start = value(BIN).and_then(|start| start.parse::<i64>().ok());
        match start.and_then(|start| bins.get_mut(&start)) {
            Some(bin) => bin.add(value("action"), value("log_status"), &group.tally),
            None => outside.add(&group.tally),
        }
    }
    let mut unmatched: BTreeMap<i64, i64> = BTreeMap::new();
    for time in skipped_at {
        *unmatched.entry(time.div_euclid(width) * width).or_default() += 1;
    }
    for (start, count) in unmatched {
        if let Some(bin) = bins.get_mut(&start) {
            bin.skipped = bin.skipped.max(count);
        }
    }
    let reasons = reasons(&bins, width, known);
    let gaps = gaps(&bins, &reasons, width);
    for ((start, bin), reason) in bins.iter_mut().zip(&reasons) {
        bin.start = time(*start);
        bin.state = match reason {
            Some(_) => State::Gap,
            None if known.is_pending(start + width) => State::Pending,
            None => State::Seen,
        };
    }
    Series {
        bin_seconds: width,
        bins: bins.into_values().collect(),
        outside,
        gaps,
    }
}

impl Known {
    /// Reports whether records up to a second may still arrive.
    fn is_pending(&self, end: i64) -> bool {
        let settled = self.settled.map(Timestamp::as_second);
        settled.is_some_and(|settled| end.min(self.window.end / 1000) > settled)
    }
}

impl Bin {
    fn add(&mut self, action: Option<&str>, status: Option<&str>, tally: &Tally) {
        match (status, action) {
            (Some("NODATA"), _) => self.no_data += tally.flows,
            (Some("SKIPDATA" | "INCOMPLETEDATA"), None) => self.skipped += tally.flows,
            (status, action) => {
                if matches!(status, Some("SKIPDATA" | "INCOMPLETEDATA")) {
                    self.skipped += tally.flows;
                }
                match action {
                    Some("ACCEPT") => self.accepted.add(tally),
                    Some("REJECT") => self.rejected.add(tally),
                    _ => self.other.add(tally),
                }
            }
        }
    }

    /// Reports whether there is no record, not even one that reports no traffic.
    pub(super) fn is_empty(&self) -> bool {
        let traffic = [&self.accepted, &self.rejected, &self.other];
        let records = traffic.map(|flows| flows.flows);
        records.iter().sum::<i64>() + self.no_data + self.skipped == 0
    }
}

impl Flows {
    fn add(&mut self, tally: &Tally) {
        let sum = |one: Option<i64>, more: Option<i64>| match (one, more) {
            (None, more) => more,
            (one, None) => one,
            (Some(one), Some(more)) => Some(one.saturating_add(more)),
        };
        self.flows = self.flows.saturating_add(tally.flows);
        self.packets = sum(self.packets, tally.packets);
        self.bytes = sum(self.bytes, tally.bytes);
    }
}

/// Returns why each bin does not show everything.
fn reasons(bins: &BTreeMap<i64, Bin>, width: i64, known: &Known) -> Vec<Option<GapReason>> {
    let before = |end: i64, time: Option<Timestamp>| {
        time.is_some_and(|time| end <= time.as_second().div_euclid(width) * width + width)
    };
    let mut reasons: Vec<_> = bins
        .iter()
        .map(|(start, bin)| {
            let end = start + width;
            if bin.skipped > 0 {
                Some(GapReason::SkippedRecords)
            } else if !bin.is_empty() {
                None
            } else if before(end, known.created) {
                Some(GapReason::NotCreated)
            } else if before(end, known.kept_from) {
                Some(GapReason::Expired)
            } else if known.is_continuous && !known.is_pending(end) {
                Some(GapReason::NoRecords)
            } else {
                None
            }
        })
        .collect();
    // Records of an interval may begin in the bin before or after it.
    let shortest = 2 * known.interval;
    let runs = reasons.chunk_by_mut(|one, other| one == other);
    for run in runs {
        let is_short = i64::try_from(run.len()).is_ok_and(|bins| bins * width < shortest);
        if run.first() == Some(&Some(GapReason::NoRecords)) && is_short {
            run.fill(None);
        }
    }
    reasons
}

/// Joins bins that follow each other and have the same reason.
fn gaps(bins: &BTreeMap<i64, Bin>, reasons: &[Option<GapReason>], width: i64) -> Vec<Gap> {
    let mut gaps: Vec<(i64, i64, GapReason, i64)> = Vec::new();
    for ((start, bin), reason) in bins.iter().zip(reasons) {
        let Some(reason) = *reason else { continue };
        match gaps.last_mut() {
            Some((_, end, known, skipped)) if *end == *start && *known == reason => {
                *end = start + width;
                *skipped += bin.skipped;
            }
            _ => gaps.push((*start, start + width, reason, bin.skipped)),
        }
    }
    let gaps = gaps.into_iter().map(|(start, end, reason, skipped)| Gap {
        start: time(start),
        end: time(end),
        reason,
        detail: detail(reason, skipped),
    });
    gaps.collect()
}

fn detail(reason: GapReason, skipped: i64) -> String {
    match reason {
        GapReason::SkippedRecords => format!(
            "{skipped} {} that AWS skipped others (SKIPDATA). Traffic is missing.",
            if skipped == 1 { "record reports" } else { "records report" }
        ),
        GapReason::NoRecords => {
            "No record starts in this time, not even one that reports no traffic (NODATA). Nothing was delivered, or no \
             network interface existed. There may have been traffic."
                .to_owned()
        }
        GapReason::NotCreated => "No flow log existed yet. There may have been traffic.".to_owned(),
        GapReason::Expired => {
            "The log group no longer has the records of this time. There may have been traffic.".to_owned()
        }
    }
}

/// Returns a time as RFC 3339.
pub(super) fn time(second: i64) -> String {
    let time = Timestamp::from_second(second);
    time.map_or_else(|_| second.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(seconds: i64) -> HalfOpen {
        HalfOpen {
            start: 0,
            end: seconds * 1000,
        }
    }

    #[test]
    fn bins_are_as_narrow_as_the_window_and_the_interval_allow() {
        for (seconds, interval, expected) in [
            (3_600, 60, 60),
            (3_600, 600, 600),
            (2 * 3_600, 60, 300),
            (DAY, 600, 900),
            (7 * DAY, 600, 7_200),
            (96 * DAY, 600, DAY),
            (97 * DAY, 600, 2 * DAY),
            (30_000 * DAY, 600, 313 * DAY),
        ] {
            assert_eq!(width(window(seconds), interval), expected, "{seconds}");
            let bins = seconds / expected;
            assert!(bins <= MOST_BINS, "{seconds} seconds have {bins} bins");
        }
    }
}
