//! How a value is checked against what a qual asks for.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::record::parse;
use crate::record::qual::{Range, Test};
use crate::record::values::Values;

/// The longest list that is searched linearly. Longer lists are sorted, and searched by bisection.
const LONGEST_UNORDERED: usize = 64;

impl Test {
    /// Sorts a long list and merges what overlaps.
    pub(super) fn ordered(self) -> Self {
        match self {
            Self::Text(mut values) if values.len() > LONGEST_UNORDERED => {
                values.sort_unstable();
                values.dedup();
                Self::Text(values)
            }
            Self::Integer(ranges) if ranges.len() > LONGEST_UNORDERED => {
                Self::Integer(Range::merged(&ranges))
            }
            Self::Seconds(ranges) if ranges.len() > LONGEST_UNORDERED => {
                Self::Seconds(Range::merged(&ranges))
            }
            Self::Address(networks) if networks.len() > LONGEST_UNORDERED => {
                Self::Address(IpNet::aggregate(&networks))
            }
            Self::OrAbsent(test) => Self::OrAbsent(Box::new(test.ordered())),
            test => test,
        }
    }

    /// Reports whether one value can show that a record does not match.
    pub(in crate::record) fn can_refute(&self) -> bool {
        match self {
            Self::Integer(_) | Self::Address(_) => true,
            Self::OrAbsent(test) => test.can_refute(),
            Self::Text(_) | Self::AnyCase(_) | Self::Seconds(_) | Self::Flags(_) => false,
        }
    }

    pub(in crate::record) fn is_refuted_by(&self, record: &impl Values, index: usize) -> bool {
        match self {
            Self::Integer(_) => record
                .integer(index)
                .is_some_and(|number| !self.holds_for_number(number)),
            Self::Address(networks) => record
                .address(index)
                .as_ref()
                .is_some_and(|address| !in_networks(address, networks)),
            // A number or an address is a value.
            Self::OrAbsent(test) => test.is_refuted_by(record, index),
            Self::Text(_) | Self::AnyCase(_) | Self::Seconds(_) | Self::Flags(_) => false,
        }
    }

    pub(in crate::record) fn holds(&self, record: &(impl Values + ?Sized), index: usize) -> bool {
        match self {
            Self::Text(_) | Self::AnyCase(_) => record
                .text(index)
                .is_some_and(|text| self.holds_for_text(&text)),
            Self::Integer(_) | Self::Flags(_) => record
                .integer(index)
                .is_some_and(|number| self.holds_for_number(number)),
            Self::Seconds(ranges) => in_ranges(record.seconds(index), ranges),
            Self::Address(networks) => record
                .address(index)
                .is_some_and(|address| in_networks(&address, networks)),
            Self::OrAbsent(test) => record.text(index).is_none() || test.holds(record, index),
        }
    }

    /// Returns the test of numbers that decides about values that are numbers, if there is one.
    pub(in crate::record) fn of_numbers(&self) -> Option<&Self> {
        match self {
            Self::Integer(_) | Self::Seconds(_) | Self::Flags(_) => Some(self),
            // A number is a value.
            Self::OrAbsent(test) => test.of_numbers(),
            Self::Text(_) | Self::AnyCase(_) | Self::Address(_) => None,
        }
    }

    /// Checks a number. Only a test of numbers accepts one.
    #[inline]
    pub(in crate::record) fn holds_for_number(&self, number: i64) -> bool {
        match self {
            Self::Integer(ranges) => in_ranges(Some(number), ranges),
            Self::Seconds(ranges) => in_ranges(Some(parse::in_seconds(number)), ranges),
            Self::Flags(masks) => masks.iter().any(|mask| mask.holds(number)),
            Self::Text(_) | Self::AnyCase(_) | Self::Address(_) | Self::OrAbsent(_) => false,
        }
    }

    /// Reports whether no number of a range, and no missing value, matches.
    pub(super) fn misses(&self, low: i64, high: i64) -> bool {
        match self {
            Self::Integer(ranges) => ranges
                .iter()
                .all(|range| high < range.low || range.high < low),
            // Times may be in milliseconds, from a number on that is after all times in seconds.
            Self::Seconds(ranges) => {
                low >= 0
                    && ranges.iter().all(|range| {
                        parse::in_seconds(high) < range.low || range.high < parse::in_seconds(low)
                    })
                    && parse::in_seconds(low) == low
                    && parse::in_seconds(high) == high
            }
            _ => false,
        }
    }

    pub(in crate::record) fn holds_for_text(&self, text: &str) -> bool {
        match self {
            Self::Text(values) if values.len() > LONGEST_UNORDERED => values
                .binary_search_by(|value| value.as_str().cmp(text))
                .is_ok(),
            Self::Text(values) => values.iter().any(|value| value == text),
            Self::AnyCase(values) => values.iter().any(|value| value.eq_ignore_ascii_case(text)),
            _ => false,
        }
    }
}

fn in_networks(address: &IpAddr, networks: &[IpNet]) -> bool {
    let candidates = if networks.len() > LONGEST_UNORDERED {
        last(networks, |network| network.network() <= *address)
    } else {
        networks
    };
    candidates.iter().any(|network| network.contains(address))
}

fn in_ranges(number: Option<i64>, ranges: &[Range]) -> bool {
    number.is_some_and(|number| {
        if let [range] = ranges {
            return range.holds(number);
        }
        let candidates = if ranges.len() > LONGEST_UNORDERED {
            last(ranges, |range| range.low <= number)
        } else {
            ranges
        };
        candidates.iter().any(|range| range.holds(number))
    })
}

/// Returns the last element that starts early enough, as a slice. If sorted elements do not overlap, no other one can
/// contain a value.
fn last<T>(ordered: &[T], begins: impl Fn(&T) -> bool) -> &[T] {
    let end = ordered.partition_point(begins);
    &ordered[end.saturating_sub(1)..end]
}
