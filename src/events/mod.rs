//! The noun "flow-log event": the data sources `vpcflow_log_events` and `vpcflow_log_summary`, and the ephemeral
//! resource `vpcflow_log_events`.
//!
//! | file | holds |
//! |---|---|
//! | `query` | the arguments: where the records are, which time, how many; declared once |
//! | `quals` | the quals, at the top level and in `where` and `exclude` blocks |
//! | `output` | the results, typed |
//! | `window` | the time that is asked for |
//! | `source` | the log group and its record formats, found by what was given |
//! | `push_down` | the calls that CloudWatch Logs is asked, and how far each qual is in them |
//! | `search` | from the arguments to the calls that are made |
//! | `scan` | pages through the log group, re-checks every record, counts |
//! | `reading` | a scan, and a second look at what a filter pattern keeps away |
//! | `implied` | what a flow log says of all its records |
//! | `completeness` | what a query could not see |
//! | `selection`, `data_source`, `ephemeral` | events as rows, in the state or not |
//! | `summary` | records counted by group |
//! | `trouble` | what a user is told when it does not work |
//!
//! Must not know gRPC or the AWS SDKs (`aws` does), nor the other nouns.

mod completeness;
mod data_source;
mod ephemeral;
mod implied;
mod output;
mod push_down;
mod quals;
mod query;
mod reading;
mod scan;
mod search;
mod selection;
mod source;
mod summary;
mod trouble;
mod window;

pub use completeness::{Completeness, Incomplete};
pub use data_source::DataSource;
pub use ephemeral::EphemeralResource;
pub use output::{Event, Output, Push, Statistics};
pub use quals::Quals;
pub use query::Query;
pub use selection::Selection;
pub use summary::{Group, Summary, SummaryDataSource, SummaryOutput, Total};
