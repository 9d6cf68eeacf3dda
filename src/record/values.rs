//! The values of a record, by their position in a format.
//!
//! Lines of AWS flow logs and JSON events have their own parsers. Quals and results use only this trait.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

/// The values of one record.
pub trait Values {
    /// Returns the value at a position of the format, decoded; none if there is no value.
    fn text(&self, index: usize) -> Option<Cow<'_, str>>;

    /// Returns the value as a number, if it is one.
    fn integer(&self, index: usize) -> Option<i64>;

    /// Returns the value as an address, if it is one.
    fn address(&self, index: usize) -> Option<IpAddr>;

    /// Returns the value as a time, if it is one.
    fn time(&self, index: usize) -> Option<Timestamp>;

    /// Returns the value as a time in whole Unix seconds, if it is one.
    fn seconds(&self, index: usize) -> Option<i64> {
        self.time(index).map(Timestamp::as_second)
    }

    /// Returns the id of the record itself. Without one, the id of its event counts.
    fn event_id(&self) -> Option<&str> {
        None
    }

    /// Returns the time of the record itself. Without one, the time of its event counts.
    fn event_time(&self) -> Option<Timestamp> {
        None
    }

    /// Returns values that the format does not have, by name.
    fn more(&self) -> &[(String, String)] {
        &[]
    }
}

/// Records whose values are read column by column.
pub trait Columns {
    /// Returns the number of records.
    fn len(&self) -> usize;

    /// Reports whether there is no record.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the number at a position of each record; none where there is no number.
    fn integers(&self, index: usize, into: &mut Vec<Option<i64>>);

    /// Reads a code for the value at a position of each record. Records with the same code have the same value. Returns the
    /// number above the codes; none if the values have no codes.
    fn codes(&self, index: usize, into: &mut Vec<usize>) -> Option<usize>;

    /// Calls a function with one record. A number that no record has is ignored.
    fn record(&self, number: usize, take: &mut dyn FnMut(&dyn Values));
}
