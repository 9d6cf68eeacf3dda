//! The data source `vpcflow_log_summary`: records counted by group.
//!
//! | file | holds |
//! |---|---|
//! | `model` | the arguments and results |
//! | `aggregate` | the arguments as an aggregate, and their checks |
//! | `having` | conditions on groups, and their checks |
//! | `groups` | what an engine counted as results |
//! | `data_source` | the data source |
//!
//! Must not know who counts, nor how pages arrive.

mod aggregate;
mod data_source;
mod groups;
mod having;
mod model;

pub use data_source::SummaryDataSource;
pub(crate) use groups::{group, others, total};
pub use model::{Conditions, Group, Others, Share, Summary, SummaryOutput, Total};
