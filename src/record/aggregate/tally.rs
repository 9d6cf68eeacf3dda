//! The measures of one group.

use super::{Aggregate, Key, Measure};
use crate::record::format::Format;
use crate::record::values::Values;

/// Where the values that an aggregate reads are in the records of a format; none for a field that the format lacks.
#[derive(Clone, Debug)]
pub struct Positions {
    /// The keys.
    pub keys: Vec<Option<usize>>,
    /// The values that are counted once.
    pub distinct: Vec<Option<usize>>,
    /// The fields whose sums are formed.
    pub sums: Vec<Option<usize>>,
    pub(super) packets: Option<usize>,
    pub(super) bytes: Option<usize>,
    pub(super) action: Option<usize>,
    pub(super) start: Option<usize>,
    pub(super) end: Option<usize>,
}

/// The measures of one group; none for a measure whose field the format lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of records.
    pub flows: i64,
    /// The sum of the packets.
    pub packets: Option<i64>,
    /// The sum of the bytes.
    pub bytes: Option<i64>,
    /// The number of records of accepted traffic.
    pub accepted: Option<i64>,
    /// The number of records of rejected traffic.
    pub rejected: Option<i64>,
    /// The earliest start, in Unix seconds.
    pub first: Option<i64>,
    /// The latest end, in Unix seconds.
    pub last: Option<i64>,
    /// The sums of more fields, in the order of the aggregate.
    pub sums: Box<[Option<i64>]>,
}

impl Positions {
    /// Finds the values in the records of a format.
    #[must_use]
    pub fn of(format: &Format, aggregate: &Aggregate) -> Self {
        let position = |name| format.position(name);
        let all = |keys: &[Key]| keys.iter().map(|key| format.position(&key.field)).collect();
        Self {
            keys: all(&aggregate.keys),
            distinct: all(&aggregate.distinct),
            sums: all(&aggregate.sums),
            packets: position("packets"),
            bytes: position("bytes"),
            action: position("action"),
            start: position("start"),
            end: position("end"),
        }
    }

    /// Replaces missing sums by zero where the format has the field, and removes sums where it lacks the field.
    #[must_use]
    pub fn complete(&self, tally: &Tally) -> Tally {
        let sum = |position: Option<usize>, sum: Option<i64>| position.map(|_| sum.unwrap_or(0));
        let sums = self.sums.iter().enumerate();
        let sums =
            sums.map(|(index, position)| sum(*position, tally.sums.get(index).copied().flatten()));
        Tally {
            packets: sum(self.packets, tally.packets),
            bytes: sum(self.bytes, tally.bytes),
            accepted: sum(self.action, tally.accepted),
            rejected: sum(self.action, tally.rejected),
            sums: sums.collect(),
            ..*tally
        }
    }
}

impl Tally {
    /// Returns the tally of no record, in any of the formats.
    #[must_use]
    pub fn nothing<'a>(formats: impl Iterator<Item = &'a Positions>) -> Self {
        let mut together = Self::default();
        for positions in formats {
            together.add(&positions.complete(&Self::default()));
        }
        together
    }

    /// Returns the tally of no record, where nothing is known about formats.
    #[must_use]
    pub fn zero(sums: usize) -> Self {
        Self {
            packets: Some(0),
            bytes: Some(0),
            accepted: Some(0),
            rejected: Some(0),
            sums: vec![Some(0); sums].into(),
            ..Self::default()
        }
    }

    /// Creates a tally from its measures and sums.
    #[must_use]
    pub fn from_measures(
        measure: impl Fn(Measure) -> Option<i64>,
        sums: impl Iterator<Item = Option<i64>>,
    ) -> Self {
        Self {
            flows: measure(Measure::Flows).unwrap_or(0),
            packets: measure(Measure::Packets),
            bytes: measure(Measure::Bytes),
            accepted: measure(Measure::Accepted),
            rejected: measure(Measure::Rejected),
            first: measure(Measure::FirstSeen),
            last: measure(Measure::LastSeen),
            sums: sums.collect(),
        }
    }

    /// Adds a record.
    pub(super) fn record(&mut self, positions: &Positions, record: &dyn Values) {
        let number = |position: Option<usize>| {
            position.map(|position| record.integer(position).unwrap_or(0))
        };
        self.flows = self.flows.saturating_add(1);
        self.packets = sum(self.packets, number(positions.packets));
        self.bytes = sum(self.bytes, number(positions.bytes));
        if let Some(action) = positions.action {
            let action = record.text(action);
            let is = |wanted| Some(i64::from(action.as_deref() == Some(wanted)));
            self.accepted = sum(self.accepted, is("ACCEPT"));
            self.rejected = sum(self.rejected, is("REJECT"));
        }
        let time = |position: Option<usize>| record.seconds(position?);
        self.first = earliest(self.first, time(positions.start));
        self.last = self.last.max(time(positions.end));
        if !positions.sums.is_empty() {
            self.sums_of(positions.sums.iter().map(|position| number(*position)));
        }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        self.flows = self.flows.saturating_add(other.flows);
        self.packets = sum(self.packets, other.packets);
        self.bytes = sum(self.bytes, other.bytes);
        self.accepted = sum(self.accepted, other.accepted);
        self.rejected = sum(self.rejected, other.rejected);
        self.first = earliest(self.first, other.first);
        self.last = self.last.max(other.last);
        if !other.sums.is_empty() {
            self.sums_of(other.sums.iter().copied());
        }
    }

    /// Returns what is left without another tally. The times are not known then.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let rest = |all: Option<i64>, part: Option<i64>| {
            all.map(|all| all.saturating_sub(part.unwrap_or(0)))
        };
        let part = |index: usize| other.sums.get(index).copied().flatten();
        let sums = self.sums.iter().enumerate();
        Self {
            flows: self.flows.saturating_sub(other.flows),
            packets: rest(self.packets, other.packets),
            bytes: rest(self.bytes, other.bytes),
            accepted: rest(self.accepted, other.accepted),
            rejected: rest(self.rejected, other.rejected),
            first: None,
            last: None,
            sums: sums.map(|(index, all)| rest(*all, part(index))).collect(),
        }
    }

    /// Returns a measure, if it is known.
    #[must_use]
    pub fn measure(&self, measure: Measure) -> Option<i64> {
        match measure {
            Measure::Flows => Some(self.flows),
            Measure::Packets => self.packets,
            Measure::Bytes => self.bytes,
            Measure::Accepted => self.accepted,
            Measure::Rejected => self.rejected,
            Measure::FirstSeen => self.first,
            Measure::LastSeen => self.last,
        }
    }

    fn sums_of(&mut self, others: impl ExactSizeIterator<Item = Option<i64>>) {
        if self.sums.len() < others.len() {
            self.sums = vec![None; others.len()].into_boxed_slice();
        }
        for (known, other) in self.sums.iter_mut().zip(others) {
            *known = sum(*known, other);
        }
    }
}

/// Adds two sums, of which each may be unknown.
pub(super) fn sum(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}

/// Returns the earlier of two times, of which each may be unknown.
pub(super) fn earliest(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
