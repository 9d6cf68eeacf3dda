//! What a value has to be for a qual to match, without regard to where the value is.

use ipnet::IpNet;

/// The condition on a value. Each list holds alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::record) enum Test {
    /// Exactly one of the texts.
    Text(Vec<String>),
    /// One of the texts, in any case. The list is in upper case.
    AnyCase(Vec<String>),
    /// A number in one of the inclusive ranges.
    Integer(Vec<Range>),
    /// A time in one of the inclusive ranges of whole Unix seconds.
    Seconds(Vec<Range>),
    /// An address in one of the networks.
    Address(Vec<IpNet>),
    /// A set of bits that fits one of the masks.
    Flags(Vec<Mask>),
    /// No value at all, or what the other test accepts. The other test may have no alternative.
    OrAbsent(Box<Self>),
}

/// Bits that must be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) struct Mask {
    pub(in crate::record) bits: i64,
    /// Whether no other bit may be set.
    pub(in crate::record) alone: bool,
}

/// An inclusive range of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::record) struct Range {
    pub(in crate::record) low: i64,
    pub(in crate::record) high: i64,
}

impl Mask {
    /// Reports whether a set of bits fits the mask.
    pub(in crate::record) fn holds(self, flags: i64) -> bool {
        if self.alone {
            flags == self.bits
        } else {
            flags & self.bits == self.bits
        }
    }
}

impl Range {
    pub(in crate::record) fn single(value: i64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    pub(in crate::record) fn holds(self, value: i64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Sorts ranges and joins those that overlap or touch.
    pub(in crate::record) fn merged(ranges: &[Self]) -> Vec<Self> {
        let mut sorted = ranges.to_vec();
        sorted.sort_unstable();
        let mut merged: Vec<Self> = Vec::new();
        for range in sorted {
            match merged.last_mut() {
                Some(last) if range.low <= last.high.saturating_add(1) => {
                    last.high = last.high.max(range.high)
                }
                _ => merged.push(range),
            }
        }
        merged
    }
}
