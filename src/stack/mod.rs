//! Flow logs that are declared outside of a Terraform run: in stack definitions, CloudFormation templates, and Terraform
//! states. This module reads such declarations, compares them with what runs, and exports them.
//!
//! | room | holds |
//! |---|---|
//! | `declare` | reading declarations: files, vocabulary, errors with their positions |
//! | `deployed` | reading the declarations of deployed CloudFormation stacks |
//! | `compare` | the drift check: reading what runs, pairing, comparing, the drift report |
//! | `validation` | what is wrong in files of declarations, as a report |
//! | `compose` | writing stack definitions |
//! | `export` | a stack as a Terraform configuration |
//! | `unknown` | the values that only the deployed stack has, as a report tells them |
//! | `error` | why a check or an export failed |
//!
//! The comparison itself belongs to the resource (`flow_log::drift`). This module must not know gRPC, the AWS SDKs, nor
//! the command line.

mod compare;
mod compose;
mod declare;
mod deployed;
mod error;
mod export;
mod unknown;
mod validation;

pub use compare::{
    AwsOptions, Counts, Creator, CreatorKind, Declared, DeclaredSet, DriftReport, Failure, Finding,
    Kind, NotARegion, NotATag, Progress, Regions, Rules, Source, TagFilter,
    Warning as SourceWarning, check, report_schema,
};
pub use compose::{Delivery, NewFlowLog, NotValid, Syntax, compose};
pub use declare::{
    AttributeError, AttributePath, Declaration, Deployed, Desired, FileDiagnostic, FileDiagnostics,
    LARGEST_STACK, LARGEST_STATE, Parameters, Reason, Stack, Unknown, Unreadable, attribute,
    decode, read, read_parameters, read_state, stack_schema,
};
pub use deployed::read_deployed;
pub use error::Error;
pub use export::{ExportOptions, Exported, Warning, to_terraform};
pub use unknown::UnknownValue;
pub use validation::{CheckedFile, FileReport, ValidationReport, validation_schema};
