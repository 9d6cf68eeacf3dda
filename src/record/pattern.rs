//! The push-down compiler: from quals to the CloudWatch filter patterns that let the service drop records for us.
//!
//! A pattern has one slot for each field of the format, `[w1,w2,w3="eni-1",…]`, and conditions in the slots; different
//! slots are ANDed, and a slot may not look at another. So quals become a [`Plan`]: one call, or several where one pattern
//! cannot hold an OR or the lines of several formats, of which the events are to be taken together, each once. Of each qual
//! the plan says how far it is pushed down ([`Class`]): the quals are checked again here in any case. Two things are
//! guaranteed. A record that satisfies the quals is received by a call of the plan; and if every qual is exact, a record
//! that is received satisfies them.
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>.

mod condition;
mod disjunction;
mod draft;
mod effort;
mod failing;
mod holding;
mod network;
mod number;
mod plan;
mod slots;
mod window;

pub(super) use condition::is_plain;
pub(super) use network::prefixes;
pub(super) use number::written_out;

use super::quals::Bound;
use effort::Effort;
use plan::Wish;

/// The most characters that the service takes as a pattern.
pub const MAX_LENGTH: usize = 1024;

/// The most calls into which a query is split: each of them has the service look at every event anew.
pub const MAX_CALLS: usize = 8;

/// How a query is put to the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The calls; an event may be received by several of them. Without any, no event can satisfy the quals.
    pub calls: Vec<Call>,
    /// How far each qual is pushed down, as the user wrote it, such as `where[0].src_addr`.
    pub classes: Vec<(String, Class)>,
    /// The time in which all records lie that satisfy the quals.
    pub window: Window,
}

/// One search through the events of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The filter pattern; none lets everything through.
    pub pattern: Option<String>,
    /// What the names of the log streams begin with; none means all of them.
    pub stream_prefix: Option<String>,
}

/// How far a qual is pushed down to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// No record is received that does not satisfy it.
    Exact,
    /// Some records are received that do not satisfy it.
    Superset,
    /// It is checked on our side alone.
    None,
}

/// A stretch of time in milliseconds since 1970, both ends included; open where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
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

/// What of the quals one pattern says exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The filter pattern; none if no qual could be pushed.
    pub pattern: Option<String>,
    /// The quals that are checked on our side alone, as the user wrote them, such as `where[0].src_addr`.
    pub not_pushed: Vec<String>,
}

/// Plans a query over lines of the formats to which its quals are bound, at least one.
///
/// The work grows with the number of the quals' values; as soon as the plan is not wanted any more there is none.
#[must_use]
pub fn plan(bounds: &[Bound], streams: Streams, is_wanted: &dyn Fn() -> bool) -> Option<Plan> {
    let wish = Wish {
        streams,
        exact: false,
        most: MAX_CALLS,
    };
    plan::plan(bounds, wish, &Effort::new(is_wanted))
}

/// Compiles what one pattern can say exactly of the quals, for lines of the format to which they are bound.
#[must_use]
pub fn compile(bound: &Bound) -> Pushed {
    let wish = Wish {
        streams: Streams::Any,
        exact: true,
        most: 1,
    };
    let plan = plan::plan(std::slice::from_ref(bound), wish, &Effort::new(&|| true));
    let Plan {
        mut calls, classes, ..
    } = plan.unwrap_or_default();
    let inexact = classes
        .into_iter()
        .filter(|(_, class)| *class != Class::Exact);
    Pushed {
        pattern: calls.pop().and_then(|call| call.pattern),
        not_pushed: inexact.map(|(label, _)| label).collect(),
    }
}

impl Class {
    /// Returns the class as users see it: `exact`, `superset` or `none`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Superset => "superset",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod evaluator;
#[cfg(test)]
mod tests;
