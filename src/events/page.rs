//! What sources deliver: a log group pages of events, a bucket objects with events.
//!
//! Must not know any source, nor what an event holds.

use std::sync::Arc;

use super::half_open::HalfOpen;
use crate::aws::s3::Object;
use crate::record::object::Kind;

/// One event, as its source delivers it.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Default))]
pub(crate) struct Event {
    /// The id, unique within its source. Empty if the source has none.
    pub(crate) id: String,
    /// When it happened, in milliseconds since 1970.
    pub(crate) time: Option<i64>,
    pub(crate) origin: Origin,
    /// The message: a line, or a JSON object.
    pub(crate) payload: String,
}

/// Where an event comes from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A log stream.
    LogStream {
        name: String,
        /// When CloudWatch Logs received it, in milliseconds since 1970.
        ingestion_time: Option<i64>,
    },
    /// An object of a bucket.
    Object {
        /// The key of the object.
        key: Arc<str>,
    },
}

/// One object with events, as its bucket lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) object: Object,
    pub(crate) kind: Kind,
    /// The time in its name, in milliseconds since 1970.
    pub(crate) named: Option<i64>,
    /// When its records can start. Without a time in its name, at any time.
    pub(crate) span: Option<HalfOpen>,
}

/// One page of events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// The events, by time.
    pub(crate) events: Vec<Event>,
    /// The token of the next page; none after the last.
    pub(crate) next: Option<String>,
}

/// What to ask a source for.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest {
    pub(crate) subset: Subset,
    pub(crate) window: HalfOpen,
    pub(crate) newest_first: bool,
    /// The token of the page; none for the first page.
    pub(crate) token: Option<String>,
    /// The maximum number of events; without it, as many as the source allows.
    pub(crate) most: Option<i32>,
}

/// Which of its events a source is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subset {
    /// Those of one call of the plan, by its index.
    Planned(usize),
    /// All of them.
    All,
    /// Those that hold a record by which AWS says that it skipped others.
    SkippedRecords,
}

impl Event {
    /// Returns what the source orders events by.
    pub(crate) fn key(&self) -> (Option<i64>, Option<i64>, &str) {
        let received = match self.origin {
            Origin::LogStream { ingestion_time, .. } => ingestion_time,
            Origin::Object { .. } => None,
        };
        (self.time, received, &self.id)
    }
}

#[cfg(test)]
impl Default for Origin {
    fn default() -> Self {
        Self::LogStream {
            name: String::new(),
            ingestion_time: None,
        }
    }
}
