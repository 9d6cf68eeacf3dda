//! Why a declaration could not be read, checked, or exported.

use super::declare::{FileDiagnostics, Reason};
use crate::aws::{self, Account};
use crate::cty;
use crate::framework::{Diagnostics, LowerError};

/// The reason why a declaration, or a part of it, could not be read, checked, or exported.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The file has errors.
    #[error(transparent)]
    File(#[from] FileDiagnostics),
    /// The template of a deployed stack has errors.
    #[error(transparent)]
    InTemplate(FileDiagnostics),
    /// A call to AWS failed, or its configuration cannot work.
    #[error("{}", explained(.0))]
    Aws(#[from] aws::Error),
    /// Nothing names the region.
    #[error(
        "No AWS region is configured. Set `Region` in the stack definition, --region, or AWS_REGION."
    )]
    NoRegion,
    /// The role depends on the account, and the flow logs name none.
    #[error(
        "--role is {role}, but these flow logs name no account. Set `Account: \"123456789012\"` in the stack definition, \
         or replace {{account}} in --role by the account id."
    )]
    NoAccount {
        /// The role, with its placeholder.
        role: String,
    },
    /// The credentials belong to another account than the declared one.
    #[error(
        "The credentials belong to account {}, but the flow logs are declared in account {declared}. Set \
         --role 'arn:{}:iam::{{account}}:role/NAME' to assume a role in each account.",
        .actual.id, .actual.partition
    )]
    OtherAccount {
        /// The account of the credentials.
        actual: Account,
        /// The account in the declaration.
        declared: String,
    },
    /// The declaration cannot be planned.
    #[error("{name}: {}", one_line(.diagnostics))]
    NotPlannable {
        /// The flow log's name.
        name: String,
        /// What the resource's plan reports.
        diagnostics: Diagnostics,
    },
    /// The declaration cannot be planned, and the reason could contain a value that must not be shown.
    #[error(
        "{name}: AWS would refuse it. Some of its values must not be shown, so the reason is not shown, either."
    )]
    NotShown {
        /// The flow log's name.
        name: String,
    },
    /// Only the deployed stack has a value.
    #[error("{label} is known only after deployment: {reason}. Set it with {options}")]
    Unknown {
        /// The flow log and its property.
        label: String,
        /// What would tell the value.
        reason: Reason,
        /// The options that set it.
        options: String,
    },
    /// There is no such stack.
    #[error(
        "There is no stack {name} in {region}. Check --stack-name, --region and the credentials."
    )]
    NoStack {
        /// Its name or ARN.
        name: String,
        /// The region.
        region: String,
    },
    /// No stack has a name that fits.
    #[error("No stack in {region} matches {pattern}.")]
    NoStackFits {
        /// The pattern.
        pattern: String,
        /// The region.
        region: String,
    },
    /// The template of a stack does not say what runs.
    #[error("The status of the stack {name} is {status}{}. {why}", because(.reason.as_deref()))]
    StackNotUsable {
        /// Its name.
        name: String,
        /// Its status.
        status: String,
        /// Why it has this status, according to CloudFormation.
        reason: Option<String>,
        /// What the status means, and what to do.
        why: &'static str,
    },
    /// The model has no schema. A test ensures that it has one.
    #[error(transparent)]
    Schema(#[from] LowerError),
    /// A value does not fit the schema. A test ensures that it fits.
    #[error(transparent)]
    Value(#[from] cty::Error),
    /// A region could not be read.
    #[error("{region}: {error}")]
    InRegion {
        /// The region.
        region: String,
        /// The reason.
        error: Box<Self>,
    },
}

impl Error {
    /// Adds the region in which the error occurred.
    #[must_use]
    pub(super) fn in_region(self, region: &str) -> Self {
        Self::InRegion {
            region: region.to_owned(),
            error: Box::new(self),
        }
    }
}

/// Describes an error of AWS and how to fix it.
fn explained(error: &aws::Error) -> String {
    if error.kind == aws::Kind::OutOfTime {
        return format!(
            "{error} A query may take five minutes, and the whole command may take --timeout."
        );
    }
    error.explained_on_one_line()
}

fn because(reason: Option<&str>) -> String {
    let reason = reason.map(|reason| reason.trim().trim_end_matches('.'));
    let reason = reason.filter(|reason| !reason.is_empty());
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

fn one_line(diagnostics: &Diagnostics) -> String {
    let texts = diagnostics
        .iter()
        .map(|d| format!("{}: {}", d.summary, d.detail));
    texts.collect::<Vec<_>>().join(" ")
}
