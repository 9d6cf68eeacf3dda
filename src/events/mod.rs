//! The noun "flow-log event": the data source `vpcflow_log_events`.
//!
//! | file | holds |
//! |---|---|
//! | `query` | the arguments: where the records are, which time, how many; declared once |
//! | `quals` | the quals, at the top level and in `where` and `exclude` blocks |
//! | `output` | the results, typed |
//! | `window` | the time that is asked for |
//! | `source` | the log group and its record formats, found by what was given |
//! | `push_down` | the calls that CloudWatch Logs is asked, and how far each qual is in them |
//! | `scan` | pages through the log group, re-checks every record, counts |
//! | `data_source` | puts them together |
//!
//! Must not know gRPC or the AWS SDKs (`aws` does), nor the other nouns.

mod data_source;
mod output;
mod push_down;
mod quals;
mod query;
mod scan;
mod source;
mod window;

pub use data_source::DataSource;
pub use output::{Event, Output, Push, Statistics};
pub use quals::Quals;
pub use query::Query;
