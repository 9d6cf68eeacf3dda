//! What is asked: the arguments of a query, declared once, and their checks.
//!
//! | file | holds |
//! |---|---|
//! | `arguments` | where the events are, which time, and what limits apply |
//! | `quals` | the quals, at the top level and in blocks |
//! | `conditions` | all quals of a query, parsed |
//! | `window` | the time that a query covers, and its timeout |
//! | `validate` | the checks of arguments that are known |
//!
//! Must not know how a query is answered.

mod arguments;
mod conditions;
mod quals;
mod validate;
mod window;

pub(crate) use arguments::Place;
pub use arguments::Query;
pub(crate) use conditions::{cannot_bind, parse};
pub use quals::Quals;
pub(crate) use quals::malformed;
pub(crate) use validate::{
    malformed_format, malformed_uri, not_for_buckets, one_source, validate, validate_question,
};
pub(crate) use window::{timeout, window};
