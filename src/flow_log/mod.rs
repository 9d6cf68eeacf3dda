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
//! | `drift` | what runs against what should, outside of Terraform |
//!
//! Must not know gRPC or the AWS SDKs (`aws` does), nor the other nouns.

mod convert;
mod destination;
pub(crate) mod drift;
mod model;
mod plan;
mod resource;
mod tags;
mod target;
mod validate;

pub(crate) use destination::type_of_arn;
pub use model::{DestinationOptions, FlowLog, TagFieldSpecification, Timeouts};
pub use resource::Resource;
pub(crate) use target::{Family, given, kinds};
