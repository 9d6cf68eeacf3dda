//! Why a command failed.

use std::io;

use super::place::Problem;
use crate::aws;
use crate::events::traffic;
use crate::report::{self, UnknownName};
use crate::stack;

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("write NAME=VALUE")]
    NotAPair,
    #[error("write ID.PROPERTY=VALUE, such as Main.LogDestination=arn:aws:s3:::bucket")]
    NotAProperty,
    #[error("the ID of a flow log looks like fl-0123456789abcdef0")]
    NotAFlowLog,
    #[error("no region; set --region or AWS_REGION")]
    NoRegionOfFlowLog,
    #[error("{0}")]
    NotVerified(String),
    #[error("there is no report")]
    Traffic(traffic::Failure),
    #[error("{}", .0.explained())]
    Aws(#[from] aws::Error),
    #[error("write IDs of accounts separated by commas, each with 12 digits, or organization")]
    NotAnAccount,
    #[error("--accounts and {{account}} in --role belong together; set both, or neither")]
    AccountsAndRole,
    #[error(
        "no account to check; the organization has no active account, or --exclude names them all"
    )]
    NoAccountToCheck,
    #[error("the accounts of the organization were not listed. {}", .0.explained_on_one_line())]
    Organization(aws::Error),
    #[error("no region to check; set --regions, --region or AWS_REGION")]
    NoRegionToCheck,
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
    #[error("--output {file} must follow the --format that it belongs to")]
    OutputWithoutFormat { file: String },
    #[error("this --format already has an --output; remove --output {file}")]
    SecondOutput { file: String },
    #[error(
        "more than one --format would be written to the standard output; add --output after the others"
    )]
    SeveralOnStdout,
    #[error("{file}: it cannot be written: {problem}")]
    Unwritable { file: String, problem: Problem },
    #[error(
        "--output {file} is the input {input}; the report would overwrite it. Name another file"
    )]
    OutputIsInput { file: String, input: String },
    #[error("--output {file} and --output {other} are the same file; name another file")]
    SameOutput { file: String, other: String },
    #[error(
        "the standard output is redirected to the input {input}; what is printed would overwrite it. Redirect it to another file"
    )]
    StdoutIsInput { input: String },
    #[error(
        "the standard output is redirected to {file}, which is also an --output; name another file"
    )]
    StdoutIsOutput { file: String },
    #[error("{option} {file} is also a report; name another file")]
    ReportIsOther { option: &'static str, file: String },
    #[error("{option}: name a file; the standard output is for the report")]
    NotAFile { option: &'static str },
    #[error(
        "--write-stack: the flow logs would not be valid. {0} LogDestination and LogGroupName come from --destination, \
         DeliverLogsPermissionArn from --delivery-role, DeliverCrossAccountRole from --cross-account-role"
    )]
    Delivery(#[from] stack::NotValid),
    #[error("the standard input can be read only once; name a file instead of the second `-`")]
    StandardInputTwice,
    #[error("{file}: the input did not end within --timeout")]
    OutOfTime { file: String },
    #[error("several reports were not written")]
    Several(Vec<Self>),
    #[error("{file}: {error}")]
    File { file: String, error: io::Error },
    #[error("{file}: larger than {} MiB, the limit of this command", .limit >> 20)]
    TooLarge { file: String, limit: usize },
    #[error("standard output: {0}")]
    Stdout(io::Error),
    #[error("could not start the runtime: {0}")]
    Runtime(io::Error),
    #[error("{file} depends on the region or the account. {error}")]
    Incomplete {
        file: String,
        error: Box<stack::Error>,
    },
    #[error("{file} depends on the region. Set --region or AWS_REGION.")]
    NoRegion { file: String },
    #[error(transparent)]
    Declaration(#[from] stack::FileDiagnostics),
    #[error("{file} was not exported")]
    Export {
        file: String,
        errors: Vec<stack::Error>,
    },
    #[error(transparent)]
    Report(#[from] report::Error),
    #[error("could not create the schema: {0}")]
    Schema(Box<dyn std::error::Error + Send + Sync>),
    #[error("the page was not written: {0}")]
    Page(#[from] std::fmt::Error),
    #[error("could not write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Returns the lines to print: `error: …`, or one line for each error, with its position in the file.
    pub(super) fn lines(&self) -> String {
        match self {
            Self::Declaration(diagnostics) => diagnostics.to_string(),
            Self::Traffic(failure) => failure
                .errors()
                .map(|error| format!("error: {error}\n"))
                .collect(),
            Self::Export { file, errors } => errors
                .iter()
                .map(|error| format!("error: {file}: {error}\n"))
                .collect(),
            Self::Several(errors) => errors
                .iter()
                .map(|error| format!("{}\n", error.lines()))
                .collect(),
            other => format!("error: {other}"),
        }
    }

    /// Returns the file that could not be read.
    pub(super) fn file(&self) -> Option<&str> {
        match self {
            Self::File { file, .. }
            | Self::TooLarge { file, .. }
            | Self::OutOfTime { file }
            | Self::Incomplete { file, .. }
            | Self::NoRegion { file } => Some(file),
            _ => None,
        }
    }

    /// Returns why a file could not be read, without the name of the file.
    pub(super) fn reason(&self) -> String {
        let text = self.to_string();
        let Some(file) = self.file() else {
            return text;
        };
        match text.strip_prefix(file) {
            Some(rest) => match rest.strip_prefix(": ") {
                Some(reason) => reason.to_owned(),
                None => format!("it{rest}"),
            },
            None => text,
        }
    }
}
