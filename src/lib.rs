//! terraform-provider-vpcflow: manages, queries and checks VPC flow logs.
//!
//! A call travels one way:
//!
//! ```text
//! terraform → plugin → protocol → framework → flow_log | events | coverage → aws → EC2, CloudWatch Logs
//!                                      cty ┘         └ record
//! ```
//!
//! | module | knows |
//! |---|---|
//! | [`plugin`] | being a child process with a private socket; nothing of Terraform's calls |
//! | [`protocol`] | Terraform's calls on the wire; nothing of AWS or of any noun |
//! | [`framework`] | schemas, plans, diagnostics, the traits that nouns implement |
//! | [`cty`] | Terraform's values and their codecs |
//! | [`arn`] | AWS's identifiers: ARNs, regions, accounts, log groups, buckets, roles, ids; pure |
//! | [`record`] | flow-log records: fields, formats, quals, filter patterns; pure |
//! | [`functions`] | the provider's functions, thin over records; pure |
//! | [`text`] | text for people: making it safe to show, suggestions, durations; pure |
//! | `aws` | the AWS SDKs; nothing of Terraform |
//! | `connection` | what a configured provider hands to its nouns |
//! | [`coverage`] | the noun coverage: which networks nothing records; its judgement is pure |
//! | `flow_log`, `events` | the other nouns |
//! | `report` | the findings of a check in six formats |
//! | `stack` | flow logs declared outside of a Terraform run, and drift |
//! | `provider` | all nouns and functions |
//! | `cli` | the command line |
//!
//! ARCHITECTURE.md lists the same layers with their invariants, and a test checks them. Without the feature
//! `aws` only the modules linked above are built.

pub mod arn;
pub mod coverage;
pub mod cty;
pub mod framework;
pub mod functions;
pub mod plugin;
pub mod protocol;
pub mod record;
pub mod text;

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod cli;
#[cfg(feature = "aws")]
pub mod connection;
#[cfg(feature = "aws")]
pub mod events;
#[cfg(feature = "aws")]
pub mod flow_log;
#[cfg(feature = "aws")]
pub mod provider;
#[cfg(feature = "aws")]
pub mod report;
#[cfg(feature = "aws")]
pub mod stack;
