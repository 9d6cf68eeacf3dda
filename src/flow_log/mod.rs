//! The noun "flow log": the resource `vpcflow_log`.
//!
//! | file | holds |
//! |---|---|
//! | `model` | what a user writes and what the state holds, declared once |
//! | `target` | what is watched: ids, their prefixes, resource types and families |
//! | `destination` | where records go: types, ARNs, log groups |
//! | `tags` | the tag rules: defaults, ignored keys, what a refresh shows |
//! | `validate` | what the service would refuse |
//! | `plan` | defaulted, derived and service-chosen arguments |
//! | `resource` | create, read, update, delete, import |
//! | `convert` | the model and EC2's description, each made of the other |
//! | `filter` | which flow logs data sources and lists mean |
//! | `identity` | what identifies a flow log outside of a state |
//! | `list` | the flow logs that exist, for `terraform query` |
//! | `generate` | the configuration that is written for a flow log that exists |
//! | `moved` | other providers' states of flow logs, made ours |
//!
//! Must not know gRPC or the AWS SDKs (`aws` does), nor the other nouns.

mod convert;
mod destination;
mod filter;
mod generate;
mod identity;
mod list;
mod model;
mod moved;
mod plan;
mod resource;
mod tags;
mod target;
mod validate;

pub use filter::{Filter, Filters};
pub use identity::Identity;
pub use list::{ListResource, Place};
pub use model::{DestinationOptions, FlowLog, TagFieldSpecification, Timeouts};
pub use resource::Resource;
