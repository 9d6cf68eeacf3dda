//! What every kind of record answers: values, by their place in a [`super::Format`].
//!
//! A line of an AWS flow log and a JSON event are read by parsers of their own; quals and results ask only this.

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

    /// Returns the value as an instant, if it is one.
    fn time(&self, index: usize) -> Option<Timestamp>;

    /// Returns the value as an instant in whole Unix seconds, if it is one.
    fn seconds(&self, index: usize) -> Option<i64> {
        self.time(index).map(Timestamp::as_second)
    }

    /// Returns the id that the record itself bears; without one the id of the event that carried it counts.
    fn event_id(&self) -> Option<&str> {
        None
    }

    /// Returns when the record itself says it happened; without it the time of the event that carried it counts.
    fn event_time(&self) -> Option<Timestamp> {
        None
    }

    /// Returns values that the format has no place for, by name.
    fn more(&self) -> &[(String, String)] {
        &[]
    }
}
