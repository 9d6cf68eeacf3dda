//! Records as rows: the data source and the ephemeral resource `vpcflow_log_events`.
//!
//! | file | holds |
//! |---|---|
//! | `selection` | which matching records are returned, and how |
//! | `output` | the results, typed |
//! | `rows` | records collected as rows |
//! | `query` | a query run to its rows |
//! | `data_source`, `ephemeral` | rows in the state, or not |
//!
//! Must not know how pages arrive.

mod data_source;
mod ephemeral;
mod output;
mod query;
mod rows;
mod selection;

pub use data_source::DataSource;
pub use ephemeral::EphemeralResource;
pub use output::{Event, Output};
pub use selection::Selection;
