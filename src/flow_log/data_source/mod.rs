//! The data sources `vpcflow_log` and `vpcflow_logs`.
//!
//! | file | holds |
//! |---|---|
//! | `view` | the attributes of a flow log, all read-only, derived from the model of the resource |
//! | `find` | the search that both data sources use |
//! | `one` | `vpcflow_log`: exactly one flow log |
//! | `many` | `vpcflow_logs`: any number of flow logs |

mod find;
mod many;
mod one;
mod view;

pub use many::{DataSources, Found, Search};
pub use one::{DataSource, Lookup};
pub use view::View;
