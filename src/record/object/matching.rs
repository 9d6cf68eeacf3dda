//! The quals and the window, for the records of one format.

use std::ops::Range;

use crate::record::format::Format;
use crate::record::quals::Bound;
use crate::record::values::Values;

use super::problem::Problem;
use super::visitor::{Ask, Read, Visitor};

/// Decides which records of one format match.
pub(super) struct Matching {
    pub(super) bound: Bound,
    /// The number by which the visitor knows the format.
    pub(super) number: usize,
    pub(super) window: Range<i64>,
    /// The positions of the start and the end.
    times: [Option<usize>; 2],
}

/// Where a record is relative to the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Within it, with its time, or without any time.
    Inside(Option<i64>),
    Outside,
}

impl Matching {
    /// Binds the quals to a format, and announces it to the visitor.
    pub(super) fn new(
        format: &Format,
        ask: &Ask<'_>,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<Self, Problem> {
        let (bound, lacked) = ask.quals.bind_with_gaps(format)?;
        read.lacks.extend(lacked);
        Ok(Self {
            bound,
            number: visitor.format(format),
            window: ask.window.clone(),
            times: ["start", "end"].map(|name| format.position(name)),
        })
    }

    pub(super) fn format(&self) -> &Format {
        self.bound.format()
    }

    /// Returns the positions of start and end, of which the first that has a value counts.
    pub(super) fn times(&self) -> impl Iterator<Item = usize> {
        self.times.into_iter().flatten()
    }

    /// Reports whether a record is within the window.
    pub(super) fn is_inside(&self, record: &impl Values) -> bool {
        self.place(record, None) != Place::Outside
    }

    /// Finds the place of a record by its start, else by its end, else by the time that it was delivered with.
    #[inline]
    pub(super) fn place(&self, record: &impl Values, delivered: Option<i64>) -> Place {
        let own = self.times().find_map(|index| milliseconds(record, index));
        match own.or(delivered) {
            Some(time) if !self.window.contains(&time) => Place::Outside,
            time => Place::Inside(time),
        }
    }
}

/// Returns a time in milliseconds since 1970.
#[inline]
fn milliseconds(record: &impl Values, index: usize) -> Option<i64> {
    record.time(index).map(|time| time.as_millisecond())
}
