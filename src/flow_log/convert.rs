//! Converts between the model and EC2's description of a flow log, field by field without `..`, so that a forgotten
//! field does not compile.

mod request;
mod state;

pub(crate) use request::request;
pub(crate) use state::{flow_log_arn, read, state, undescribed};
