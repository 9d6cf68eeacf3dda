//! The noun "flow log": the resource `vpcflow_log`, the data sources `vpcflow_log` and `vpcflow_logs`.
//!
//! | file | holds |
//! |---|---|
//! | `model` | what a user writes and what the state holds, declared once |
//! | `target` | what is watched: ids, their prefixes, resource types and families |
//! | `destination` | where records go: types, ARNs, log groups |
//! | `tags` | the tag rules: defaults, ignored keys, what a refresh shows |
//! | `validate` | what the service would refuse |
//! | `patterns` | the same of texts, as regular expressions |
//! | `plan` | defaulted, derived and service-chosen arguments |
//! | `resource` | create, read, update, delete, import |
//! | `convert` | the model and EC2's description, each made of the other |
//! | `told` | what a description leaves out, and a state therefore cannot know |
//! | `identity` | what identifies a flow log outside of a state |
//! | `list` | the flow logs that exist, for `terraform query` |
//! | `generate` | the configuration that is written for a flow log that exists |
//! | `moved` | other providers' states of flow logs, made ours |
//! | `described` | a flow log as the data sources show it |
//! | `data_source`, `data_sources` | the one flow log that is meant, and all of them |
//! | `timeout` | how long an operation may take |
//! | `make` | making a flow log, whatever stands in the way of it |
//! | `retag` | the calls of a tag change, and what they came to |
//! | `unanswered` | whether a call that got no answer did what was asked |
//! | `claims` | which flow logs the resources of a run keep and make, none of them twice |
//! | `adopt` | taking over an equal flow log that exists, and what must never happen then |
//! | `filter` | which flow logs data sources and lists mean |
//! | `drift` | what runs against what should, outside of Terraform |
//!
//! Must not know gRPC or the AWS SDKs (`aws` does), nor the other nouns.

mod adopt;
mod claims;
mod convert;
mod data_source;
mod data_sources;
mod described;
mod destination;
pub(crate) mod drift;
mod filter;
mod generate;
mod identity;
mod list;
mod make;
mod model;
pub(crate) mod moved;
mod normal;
pub(crate) mod patterns;
mod plan;
mod resource;
mod retag;
mod tags;
mod target;
mod timeout;
mod told;
mod unanswered;
pub(crate) mod validate;

pub use data_source::{DataSource, Lookup};
pub use data_sources::{DataSources, Found, Search};
pub use described::Described;
pub(crate) use destination::type_of_service;
pub use filter::{Filter, Filters};
pub use identity::Identity;
pub use list::{ListResource, Place};
pub use model::{DestinationOptions, FlowLog, TagFieldSpecification, Timeouts};
pub use resource::Resource;
pub(crate) use target::{Family, RESOURCE_TYPES, kinds};
pub(crate) use validate::tag_problem;
