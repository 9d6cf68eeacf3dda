//! The noun "flow log": the resource and the list resource `vpcflow_log`, and the data sources `vpcflow_log` and
//! `vpcflow_logs`.
//!
//! | file | holds |
//! |---|---|
//! | `model` | the arguments and attributes, declared once |
//! | `target`, `destination` | the tables of what can be watched and where records can go |
//! | `watched`, `delivery` | the resource and the destination that a model names, and the arguments that follow from them |
//! | `defaults` | what applies when an argument is not written |
//! | `region` | the region of a flow log that exists |
//! | `tags` | the rules of tags: defaults, ignored keys, what a refresh shows |
//! | `normal_form` | the form in which two ways of writing the same thing are equal |
//! | `equality` | whether two flow logs are equal for EC2 |
//! | `validate` | the checks of arguments |
//! | `json_patterns` | the same checks as regular expressions |
//! | `plan` | the plan of the resource |
//! | `private` | the private data of a plan: the token of its create |
//! | `resource` | the resource: create, read, change tags, delete, import |
//! | `create` | creating a flow log, or adopting the equal one that exists |
//! | `calls` | calls that are settled by describing the flow log |
//! | `missing` | a flow log that EC2 does not show: gone, or not shown yet |
//! | `timeout` | the time limit of an operation |
//! | `convert` | conversions between the model and EC2's description |
//! | `unreported` | what a description leaves out |
//! | `identity` | what identifies a flow log outside of a state |
//! | `moved` | states of flow logs from other providers |
//! | `filter` | the arguments that select flow logs |
//! | `data_source` | the data sources |
//! | `list` | the list resource |
//! | `generate` | the configuration that Terraform generates |
//! | `drift` | the comparison of what runs with what is declared, without Terraform |
//! | `diagnostics` | diagnostics that several steps share |
//!
//! This room must not know gRPC, the AWS SDKs (`aws` does), nor the other nouns.

mod calls;
mod convert;
mod create;
mod data_source;
mod defaults;
mod delivery;
mod destination;
mod diagnostics;
pub(crate) mod drift;
mod equality;
mod filter;
mod generate;
mod identity;
pub(crate) mod json_patterns;
mod list;
mod missing;
mod model;
pub(crate) mod moved;
mod normal_form;
mod plan;
mod private;
mod region;
mod resource;
mod tags;
mod target;
mod timeout;
mod unreported;
pub(crate) mod validate;
mod watched;

pub use data_source::{DataSource, DataSources, Found, Lookup, Search, View};
pub(crate) use destination::type_of_service;
pub use filter::{Filter, Filters};
pub use identity::Identity;
pub use list::{ListResource, Place};
pub use model::{DestinationOptions, FlowLog, TagFieldSpecification, Timeouts};
pub use resource::Resource;
pub(crate) use target::{Family, RESOURCE_TYPES, kinds};
pub(crate) use validate::tag_problem;
