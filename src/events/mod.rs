//! The noun "flow-log event": the data sources `vpcflow_log_events` and `vpcflow_log_summary`, and the ephemeral
//! resource `vpcflow_log_events`.
//!
//! | file | holds |
//! |---|---|
//! | `query` | what is asked: arguments, quals, window |
//! | `source` | where records are, one file a source |
//! | `page` | what sources deliver: pages of events, or objects with events |
//! | `half_open` | a stretch of time |
//! | `search` | what was prepared for a query: source, reader, window, deadline |
//! | `scan` | our own reading: the pages of a log group, or the objects of a bucket |
//! | `reading` | a scan of the source, and what it could not show |
//! | `engine` | who counts, one file an engine |
//! | `summary`, `records` | the data sources and the ephemeral resource |
//! | `traffic` | the report of the command `traffic` |
//! | `statistics` | what a query did |
//! | `completeness` | what a query could not see |
//! | `diagnostics` | what users are told when events could not be read |
//!
//! A query becomes a `search` with a `source`, and `reading` or an `engine` answers it with rows or groups. Must not
//! know gRPC or the AWS SDKs (`aws` does), nor the other nouns.

mod completeness;
mod diagnostics;
mod engine;
mod half_open;
mod page;
mod query;
mod reading;
mod records;
mod scan;
mod search;
mod source;
mod statistics;
mod summary;
pub mod traffic;

pub use completeness::{Completeness, Incomplete};
pub use engine::Received;
pub use query::{Quals, Query};
pub use records::{DataSource, EphemeralResource, Event, Output, Selection};
pub use statistics::{Push, Statistics};
pub use summary::{
    Conditions, Group, Others, Share, Summary, SummaryDataSource, SummaryOutput, Total,
};

/// The summary of a diagnostic about events that could not be read.
pub(crate) const NOT_READ: &str = "Flow-log events not read";
