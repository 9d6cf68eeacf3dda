//! Flow logs that are declared outside of a Terraform run: stack definitions, CloudFormation templates, Terraform
//! states; and the check that what is declared is what runs.
//!
//! | file | holds |
//! |---|---|
//! | `source` | files, places in them, mistakes |
//! | `yaml` | YAML and JSON as a tree that knows its places |
//! | `property` | the resource's model in CloudFormation's vocabulary |
//! | `read` | a tree read as flow logs, every mistake in one run |
//! | `template` | parameters and intrinsic functions of CloudFormation |
//! | `state` | the flow logs of a Terraform state |
//! | `schema` | the JSON Schemas, for editors and for whoever reads reports |
//! | `observe` | what runs, by account and region, read with few calls |
//! | `pair` | which running flow log is the declared one |
//! | `drift` | the check |
//! | `report` | its outcome, and the forms in which it is told |
//! | `terraform` | a stack as a Terraform configuration |
//!
//! The comparison itself is the resource's own (`flow_log::drift`). Must not know gRPC, the AWS SDKs, nor the
//! command line.

mod drift;
mod observe;
mod pair;
mod property;
mod read;
mod report;
mod schema;
mod source;
mod state;
mod template;
mod terraform;
mod yaml;

pub use drift::{Rules, check};
pub use observe::{Progress, Reach};
pub use property::attribute;
pub use read::{Declared, Stack, Wanted, read};
pub use report::{Counts, DriftReport, Failure, Finding, Format, Kind, Level, Paint, write};
pub use schema::{report_schema, stack_schema};
pub use source::{Mistake, Mistakes, Place};
pub use state::LARGEST as LARGEST_STATE;
pub use state::read as read_state;
pub use template::Parameters;
pub use terraform::{Written, to_terraform};
pub use yaml::LARGEST as LARGEST_STACK;
