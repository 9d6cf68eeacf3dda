//! AWS's identifiers, each parsed in one place: ARNs and their parts, log groups, buckets, delivery streams, roles, and
//! ids of resources.
//!
//! | file | identifier |
//! |---|---|
//! | `resource_name` | an ARN in its six parts |
//! | `partition`, `region`, `account` | the parts that ARNs share |
//! | `log_group`, `bucket`, `delivery_stream` | where records go |
//! | `role`, `policy` | who may do it |
//! | `resource_id`, `flow_log` | ids such as `vpc-…` and `fl-…` |
//!
//! A rule that an identifier breaks is a value of an enum. This room must not know how a message is worded, nor
//! Terraform, nor the SDKs.

pub mod account;
pub mod bucket;
pub mod delivery_stream;
pub mod flow_log;
pub mod log_group;
pub mod partition;
pub mod policy;
pub mod region;
pub mod resource_id;
mod resource_name;
pub mod role;

pub use resource_name::{Arn, is_arn_like};
