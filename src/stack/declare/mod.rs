//! Reading declarations: stack definitions, CloudFormation templates, and Terraform states.
//!
//! | file | holds |
//! |---|---|
//! | `declaration` | the flow logs that a file declares |
//! | `unknown` | values that only the deployed stack has |
//! | `diagnostics` | errors and warnings with their positions in the file |
//! | `decode` | files as text and trees: their encoding, JSON or YAML |
//! | `json`, `yaml` | the parsers of both |
//! | `node` | the tree: values with their positions |
//! | `parameters` | values from the user for the names of a template |
//! | `property` | the resource's model as CloudFormation's properties |
//! | `vocabulary` | CloudFormation's names and YAML, in which problems are rendered |
//! | `definition` | a tree read as flow logs |
//! | `template` | parameters and intrinsic functions of CloudFormation |
//! | `state` | the flow logs of a Terraform state |
//! | `schema` | the JSON Schema of a stack definition |
//!
//! This module must not know how AWS is called, nor what is done with declarations.

mod declaration;
mod decode;
mod definition;
mod diagnostics;
mod json;
mod node;
mod parameters;
mod property;
mod schema;
mod state;
mod template;
mod unknown;
mod vocabulary;
mod yaml;

pub use declaration::{Declaration, Desired, Stack, Unreadable};
pub use decode::{LARGEST as LARGEST_STACK, text as decode};
pub use definition::read;
pub(super) use definition::{RESOURCE, STACK_SET};
pub use diagnostics::{FileDiagnostic, FileDiagnostics};
pub use parameters::{Deployed, Parameters, read_parameters};
pub(super) use property::name_of;
pub use property::{AttributeError, AttributePath, attribute};
pub use schema::stack_schema;
pub use state::{LARGEST as LARGEST_STATE, read as read_state};
pub use unknown::{Reason, Unknown};
pub(super) use vocabulary::CloudFormation;
