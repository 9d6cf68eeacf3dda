//! The measures of one group.

use crate::record::{Aggregate, Format, Measure, Values};

/// Where the keys and the fields of the measures are in the records of a format; none for a field that the format lacks.
#[derive(Clone, Debug)]
pub(super) struct Positions {
    pub(super) keys: Vec<Option<usize>>,
    packets: Option<usize>,
    bytes: Option<usize>,
    action: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
}

/// The measures of one group; none for a measure whose field the format lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) flows: i64,
    pub(crate) packets: Option<i64>,
    pub(crate) bytes: Option<i64>,
    pub(crate) accepted: Option<i64>,
    pub(crate) rejected: Option<i64>,
    /// The earliest start, in Unix seconds.
    pub(crate) first: Option<i64>,
    /// The latest end, in Unix seconds.
    pub(crate) last: Option<i64>,
}

impl Positions {
    pub(super) fn of(format: &Format, aggregate: &Aggregate) -> Self {
        let position = |name| format.position(name);
        let keys = aggregate.keys.iter();
        Self {
            keys: keys.map(|key| format.position(&key.field)).collect(),
            packets: position("packets"),
            bytes: position("bytes"),
            action: position("action"),
            start: position("start"),
            end: position("end"),
        }
    }

    /// Replaces missing sums by zero where the format has the field, and removes sums where it lacks the field.
    pub(super) fn complete(&self, tally: Tally) -> Tally {
        let sum = |position: Option<usize>, sum: Option<i64>| position.map(|_| sum.unwrap_or(0));
        Tally {
            packets: sum(self.packets, tally.packets),
            bytes: sum(self.bytes, tally.bytes),
            accepted: sum(self.action, tally.accepted),
            rejected: sum(self.action, tally.rejected),
            ..tally
        }
    }
}

impl Tally {
    /// Returns the tally of one record.
    pub(super) fn of(positions: &Positions, record: &dyn Values) -> Self {
        let sum = |position: Option<usize>| Some(record.integer(position?).unwrap_or(0));
        let action = |wanted| {
            let action = record.text(positions.action?);
            Some(i64::from(action.is_some_and(|action| action == wanted)))
        };
        Self {
            flows: 1,
            packets: sum(positions.packets),
            bytes: sum(positions.bytes),
            accepted: action("ACCEPT"),
            rejected: action("REJECT"),
            first: positions.start.and_then(|start| record.seconds(start)),
            last: positions.end.and_then(|end| record.seconds(end)),
        }
    }

    /// Returns the tally of no record, in any of the formats.
    pub(super) fn nothing<'a>(formats: impl Iterator<Item = &'a Positions>) -> Self {
        let mut together = Self::default();
        for positions in formats {
            together.add(&positions.complete(Self::default()));
        }
        together
    }

    /// Creates a tally from its measures.
    pub(super) fn from_measures(measure: impl Fn(Measure) -> Option<i64>) -> Self {
        Self {
            flows: measure(Measure::Flows).unwrap_or(0),
            packets: measure(Measure::Packets),
            bytes: measure(Measure::Bytes),
            accepted: measure(Measure::Accepted),
            rejected: measure(Measure::Rejected),
            first: measure(Measure::FirstSeen),
            last: measure(Measure::LastSeen),
        }
    }

    /// Adds another tally.
    pub(super) fn add(&mut self, other: &Self) {
        let sum = |one: Option<i64>, other: Option<i64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        self.flows = self.flows.saturating_add(other.flows);
        self.packets = sum(self.packets, other.packets);
        self.bytes = sum(self.bytes, other.bytes);
        self.accepted = sum(self.accepted, other.accepted);
        self.rejected = sum(self.rejected, other.rejected);
        self.first = match (self.first, other.first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.last = self.last.max(other.last);
    }

    /// Returns a measure; zero if it is not known.
    pub(super) fn measure(&self, measure: Measure) -> i64 {
        let value = match measure {
            Measure::Flows => Some(self.flows),
            Measure::Packets => self.packets,
            Measure::Bytes => self.bytes,
            Measure::Accepted => self.accepted,
            Measure::Rejected => self.rejected,
            Measure::FirstSeen => self.first,
            Measure::LastSeen => self.last,
        };
        value.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Key, parse};

    #[test]
    fn a_field_that_a_format_lacks_has_no_sum() {
        let format = Format::parse("${srcaddr} ${bytes}").unwrap();
        let aggregate = Aggregate {
            keys: vec![Key::named("src_addr")],
            order_by: Measure::Flows,
            limit: 1,
        };
        let positions = Positions::of(&format, &aggregate);
        let tally = |line| Tally::of(&positions, &parse(line, &format).unwrap());
        let mut sum = tally("10.0.0.1 -");
        sum.add(&tally("10.0.0.1 7"));
        assert_eq!((sum.flows, sum.bytes), (2, Some(7)));
        assert_eq!((sum.packets, sum.accepted, sum.first), (None, None, None));
    }
}
