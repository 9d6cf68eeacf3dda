//! Why an answer may be incomplete.

use jiff::Timestamp;

use crate::aws;

/// Why an answer may be incomplete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Records were read in a format that is a guess.
    FormatAssumed(Assumed),
    /// Some lines were not read.
    UnreadLines(Unread),
    /// Flow logs, with the time of their creation, were created after the start of the window.
    FormatChanged {
        flow_logs: Vec<(String, Timestamp)>,
        start: Timestamp,
    },
    /// AWS says that it cannot deliver.
    DeliveryFailed {
        flow_log: String,
        cause: Option<String>,
    },
    /// There is nothing to read.
    NothingDelivered(Empty),
    /// This many records report skipped records.
    SkippedRecords { count: i64 },
    /// Only this traffic is recorded, and the query asks for other traffic.
    NotRecorded { recorded: String },
    /// Records of other flow logs cannot be distinguished from those that are asked for.
    SharedGroup {
        flow_log: String,
        log_group: String,
        others: Vec<String>,
    },
    /// These objects could not be read to their end.
    UnreadableObjects(Vec<UnreadableObject>),
    /// The limit was reached.
    Truncated(Truncation),
    /// This many lines have masked values.
    Masked { log_group: String, count: i64 },
    /// EC2 did not list the flow logs that write to the log group.
    Denied {
        log_group: String,
        error: aws::Error,
    },
    /// The log group keeps events for this many days, and the window reaches back further.
    Expired {
        log_group: String,
        days: u32,
        start: Timestamp,
    },
    /// CloudWatch Logs did not describe how long the log group keeps events.
    RetentionDenied {
        log_group: String,
        error: aws::Error,
    },
}

/// Why a format is a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assumed {
    /// No flow log is known to write to the log group.
    NoFlowLog { log_group: String, region: String },
    /// The format that EC2 describes cannot be parsed.
    NotUnderstood {
        flow_log: String,
        format: String,
        problem: String,
    },
    /// EC2 does not describe the format.
    NotDescribed { flow_log: String },
}

/// Lines that were not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) log_group: String,
    pub(crate) lines: i64,
    pub(crate) found_by: FoundBy,
}

/// How unread lines were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FoundBy {
    /// The query received them, among this many lines.
    Query { among: i64, first: Sample },
    /// A second look without the pattern received them, among this many lines.
    SecondLook { among: i64, first: Sample },
    /// They match the quals, and only a second look without the pattern received them.
    LeftOut,
    /// CloudWatch Logs Insights counted them.
    Insights,
    /// Athena counted the rows without a time.
    Athena,
}

/// A line, and why it is not a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) line: String,
    pub(crate) problem: String,
}

/// What is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    /// The log group of a flow log does not exist. EC2 describes the delivery like this.
    MissingGroup {
        log_group: String,
        flow_log: String,
        status: String,
        cause: Option<String>,
    },
    /// Athena read no object: the table has no partition in the window, or none with objects.
    NoRows {
        table: String,
        start: Timestamp,
        end: Timestamp,
    },
    /// The log group holds no line in the window.
    NoLines {
        log_group: String,
        start: Timestamp,
        end: Timestamp,
    },
    /// The bucket of a flow log does not exist. EC2 describes the delivery like this.
    MissingBucket {
        bucket: String,
        flow_log: String,
        status: String,
        cause: Option<String>,
    },
    /// The bucket holds no object of the window under these prefixes.
    NoObjects {
        bucket: String,
        prefixes: Vec<String>,
        start: Timestamp,
        end: Timestamp,
    },
}

/// An object that could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnreadableObject {
    pub(crate) key: String,
    pub(crate) problem: ObjectProblem,
}

/// Why an object could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ObjectProblem {
    /// The service refuses it.
    Refused(Box<aws::Error>),
    /// What it holds, as text: only users read it.
    Content(String),
}

impl UnreadableObject {
    /// Returns the error with which the service refuses it.
    pub(crate) fn refusal(&self) -> Option<&aws::Error> {
        match &self.problem {
            ObjectProblem::Refused(error) => Some(error),
            ObjectProblem::Content(_) => None,
        }
    }
}

/// A result that was cut at its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truncation {
    /// What was limited.
    pub(crate) what: &'static str,
    pub(crate) limit: usize,
    /// The highest limit that can be set.
    pub(crate) most: usize,
    /// Whether the limit is the default.
    pub(crate) by_default: bool,
}

impl Reason {
    /// Returns the name for users.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::FormatAssumed(_) => "format_assumed",
            Self::UnreadLines(_) => "unread_lines",
            Self::FormatChanged { .. } => "format_changed",
            Self::DeliveryFailed { .. } => "delivery_failed",
            Self::NothingDelivered(_) => "nothing_delivered",
            Self::SkippedRecords { .. } => "skipped_records",
            Self::NotRecorded { .. } => "not_recorded",
            Self::SharedGroup { .. } => "shared_group",
            Self::UnreadableObjects(_) => "unreadable_objects",
            Self::Truncated(_) => "truncated",
            Self::Masked { .. } => "masked",
            Self::Denied { .. } | Self::RetentionDenied { .. } => "denied",
            Self::Expired { .. } => "expired",
        }
    }

    /// Reports whether it causes a warning. A limit from the configuration is expected to cut.
    pub(crate) fn is_warned_about(&self) -> bool {
        !matches!(self, Self::Truncated(cut) if !cut.by_default)
    }
}
