//! A plan: the calls by which a query is put to the service, and what they leave to us.

use crate::record::qual::QualPath;

/// The maximum length of a pattern, in characters.
pub const MAX_LENGTH: usize = 1024;

/// The maximum number of calls that a query is split into: the service searches every event again for each of them.
pub const MAX_CALLS: usize = 8;

/// How a query is put to the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The calls. Several of them may receive the same event. Without any, no event can match the quals.
    pub calls: Vec<Call>,
    /// How far each qual is pushed down.
    pub classes: Vec<(QualPath, Class)>,
    /// The time that holds all records that match the quals.
    pub time: TimeBounds,
}

/// One search through the events of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The filter pattern. Without one, every event is received.
    pub pattern: Option<String>,
    /// The prefix of the names of the log streams to search. Without one, all streams are searched.
    pub stream_prefix: Option<String>,
}

/// How far a qual is pushed down to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Every record that is received matches it.
    Exact,
    /// Some records are received that do not match it.
    Superset,
    /// Only we check it.
    None,
}

/// Bounds of a time in milliseconds since 1970, both included; none where it is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeBounds {
    /// The first millisecond.
    pub from: Option<i64>,
    /// The last millisecond.
    pub until: Option<i64>,
}

/// What is known of the streams of a log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// Nothing: any stream may hold any record.
    Any,
    /// Every stream holds the records of one network interface and is named after it, as in `eni-1-all`.
    ByInterface,
}

/// What one pattern says exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The filter pattern; none if no qual could be pushed down.
    pub pattern: Option<String>,
    /// The quals that only we can check.
    pub not_pushed: Vec<QualPath>,
}

impl Class {
    /// Returns the name of the class for users: `exact`, `superset` or `none`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Superset => "superset",
            Self::None => "none",
        }
    }
}

impl TimeBounds {
    pub(super) fn intersection(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: match (self.until, other.until) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
        }
    }

    /// Returns the smallest bounds that include both.
    pub(super) fn hull(self, other: Self) -> Self {
        let both = |one: Option<i64>, other: Option<i64>| Some((one?, other?));
        Self {
            from: both(self.from, other.from).map(|(one, other)| one.min(other)),
            until: both(self.until, other.until).map(|(one, other)| one.max(other)),
        }
    }
}
