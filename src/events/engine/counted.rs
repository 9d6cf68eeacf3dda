//! What every engine returns.

use crate::events::completeness::Gaps;
use crate::events::statistics::{Push, Statistics};
use crate::record::aggregate::Answer;

/// What an engine counted.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) answer: Answer,
    pub(crate) statistics: Statistics,
    pub(crate) gaps: Gaps,
    /// What was pushed down, if the engine reads the source itself.
    pub(crate) pushed: Vec<Push>,
    /// The quals that only the engine checked.
    pub(crate) not_pushed: Vec<String>,
    /// The query that a service ran.
    pub(crate) query: Option<String>,
}
