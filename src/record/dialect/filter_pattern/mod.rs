//! CloudWatch filter patterns: quals compiled so that the service drops records that do not match.
//!
//! A pattern has one slot for each field of the format, `[w1,w2,w3="eni-1",…]`, with conditions in the slots. The slots
//! are ANDed, and a slot cannot refer to another one. Quals therefore become a [`Plan`]: one call, or several where one
//! pattern cannot express an OR or the lines of several formats. The events of all calls are taken together, each once.
//! For each qual the plan says how far it is pushed down ([`Class`]); we check every qual again in any case. Two things
//! are guaranteed. A record that matches the quals is received by a call of the plan. If every qual is exact, every
//! record that is received matches them.
//!
//! | file | holds |
//! |---|---|
//! | `plan` | the plan, as data |
//! | `planner` | the calls for all formats of a log group |
//! | `disjunction` | quals as alternatives that one pattern can express |
//! | `draft` | one call in the making |
//! | `slots` | the slots of a pattern, and its length |
//! | `condition` | what one slot can say |
//! | `positive`, `negative` | ways to say that a test passes, or fails |
//! | `network`, `number` | addresses and numbers as conditions |
//! | `time_bounds` | what quals on times say about the time of events |
//! | `effort` | the work that a plan takes, and when it is canceled |
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>.

mod condition;
mod disjunction;
mod draft;
mod effort;
mod negative;
mod network;
mod number;
mod plan;
mod planner;
mod positive;
mod slots;
mod time_bounds;

pub(in crate::record) use condition::is_plain;
pub(in crate::record) use network::prefixes;
pub(in crate::record) use number::written_out;
pub use plan::{Call, Class, MAX_CALLS, MAX_LENGTH, Plan, Pushed, Streams, TimeBounds};

use crate::record::quals::Bound;
use effort::Effort;
use planner::Options;

/// Plans a query over lines of the formats to which its quals are bound; at least one.
///
/// The work grows with the number of the quals' values. Returns nothing once `is_wanted` returns false.
#[must_use]
pub fn plan(bounds: &[Bound], streams: Streams, is_wanted: &dyn Fn() -> bool) -> Option<Plan> {
    let options = Options {
        streams,
        exact: false,
        most: MAX_CALLS,
    };
    planner::plan(bounds, options, &Effort::new(is_wanted))
}

/// Compiles what one pattern can say exactly of the quals, for lines of the format to which they are bound.
#[must_use]
pub fn compile(bound: &Bound) -> Pushed {
    let options = Options {
        streams: Streams::Any,
        exact: true,
        most: 1,
    };
    let plan = planner::plan(std::slice::from_ref(bound), options, &Effort::new(&|| true));
    let Plan {
        mut calls, classes, ..
    } = plan.unwrap_or_default();
    let inexact = classes
        .into_iter()
        .filter(|(_, class)| *class != Class::Exact);
    Pushed {
        pattern: calls.pop().and_then(|call| call.pattern),
        not_pushed: inexact.map(|(path, _)| path).collect(),
    }
}

#[cfg(test)]
mod evaluator;
#[cfg(test)]
mod tests;
