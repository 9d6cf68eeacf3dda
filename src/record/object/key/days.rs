//! The days and hours of a window, in UTC.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

/// The maximum number of days that are listed one by one.
const MOST_DAYS: usize = 400;

/// The maximum number of hours of a day that are listed one by one.
const MOST_HOURS: usize = 6;

/// One day with the hours of it that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: Date,
    /// The hours; none if the whole day is listed at once.
    pub(super) hours: Vec<i8>,
}

/// Returns the days of a window; none if there are too many.
pub(super) fn of(window: &Range<i64>) -> Option<Vec<Day>> {
    if window.end <= window.start {
        return Some(Vec::new());
    }
    let at = |time: i64| {
        Timestamp::from_millisecond(time)
            .ok()
            .map(|time| Offset::UTC.to_datetime(time))
    };
    let (first, last) = (at(window.start)?, at(window.end - 1)?);
    let mut days = Vec::new();
    let mut date = first.date();
    while date <= last.date() {
        if days.len() == MOST_DAYS {
            return None;
        }
        let from = if date == first.date() {
            first.hour()
        } else {
            0
        };
        let to = if date == last.date() { last.hour() } else { 23 };
        let hours: Vec<_> = (from..=to).collect();
        let few = hours.len() <= MOST_HOURS;
        days.push(Day {
            date,
            hours: if few { hours } else { Vec::new() },
        });
        date = date.checked_add(1.day()).ok()?;
    }
    Some(days)
}
