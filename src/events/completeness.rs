//! What a query could not see: facts, gathered on the way as typed values and told at the end.
//!
//! A gate that finds nothing must be able to tell "there was nothing" from "nothing could be seen". These are the ways in
//! which an answer can lack something without an error:
//!
//! | way | becomes |
//! |---|---|
//! | no flow log is known to write to the group (of another account, deleted since): default formats are tried | [`Reason::FormatAssumed`] |
//! | EC2 tells a flow log's format in words that cannot be read, or not at all | [`Reason::FormatAssumed`] |
//! | a line fits no format: its writer is unknown, `log_format` lacks a field, it was cut | [`Reason::UnreadLines`] |
//! | such a line is kept away by the filter pattern that the quals became | [`Reason::UnreadLines`], by a second look |
//! | a record that satisfies the quals is kept away by the pattern, or arrives while the query runs | [`Reason::UnreadLines`], by a second look |
//! | the window begins before a flow log was created: older lines are of another one, or were never written | [`Reason::FormatChanged`] |
//! | the delivery of a flow log fails | [`Reason::DeliveryFailed`] |
//! | the log group does not exist yet, or no line at all lies in the window | [`Reason::NothingDelivered`] |
//! | AWS skipped records itself (SKIPDATA, INCOMPLETEDATA) | [`Reason::SkippedRecords`] |
//! | a flow log records one kind of traffic, and another is asked for | [`Reason::NotRecorded`] |
//! | records of another flow log cannot be told from those that are asked for | [`Reason::SharedGroup`] |
//! | `limit` ends the reading | [`Reason::Truncated`] |
//! | a data protection policy masks values | [`Reason::Masked`] |
//! | EC2 refuses to say which flow logs write to the group | [`Reason::Denied`] |
//! | the log group keeps its events for less time than the window goes back | [`Reason::Expired`] |
//! | CloudWatch Logs refuses to say for how long it keeps them | [`Reason::RetentionDenied`] |
//!
//! Records that are still under way are no reason, since there are always some: `settled_until` says how far the answer can
//! be trusted. Pages that are refused, a stop and a `timeout` are errors, and give no answer. What is not asked for is not
//! missed: lines that `log_stream_name` leaves out.
//!
//! Must not know how any of it is found out.

mod text;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws;
use crate::framework::{Attr, Context, Diagnostic, Model, behaviour};

/// Whether a query could see everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Completeness {
    /// Whether the query could see everything that the window holds: `false` if something stands in `incomplete`, and null
    /// if nothing does, but something was not looked at: what takes calls of its own is with `require_complete` only, and the
    /// retention of a log group of another account cannot be.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub complete: Attr<bool>,
    /// What the query could not see; each is told by a warning too.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub incomplete: Attr<Vec<Incomplete>>,
    /// Up to when records have had time to arrive, as RFC 3339: the end of the window, or now less the aggregation interval
    /// of the flow log and the five minutes that delivery usually takes, whichever is earlier. Null for records that AWS
    /// does not deliver.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub settled_until: Attr<String>,
}

impl Model for Completeness {}

/// Something that a query could not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Incomplete {
    /// One of: `format_assumed` (no flow log is known to write to the group, or EC2 does not tell its format, so default
    /// formats were tried), `unread_lines` (there are lines that were not read), `format_changed` (the window begins before
    /// a flow log was created), `delivery_failed` (AWS cannot deliver), `nothing_delivered` (there is no log group, or no
    /// line in the window), `skipped_records` (AWS left records out), `not_recorded` (the flow log does not record this kind
    /// of traffic), `shared_group` (records of another flow log cannot be told apart), `truncated` (`limit` was reached),
    /// `masked` (a data protection policy hides values), `expired` (the log group no longer keeps what the window begins
    /// with; looked at only with `require_complete`), `denied` (a call that would have told was refused).
    #[schemars(transform = behaviour::read_only)]
    pub reason: String,
    /// What it means here, and how to mend it.
    #[schemars(transform = behaviour::read_only)]
    pub detail: String,
}

/// Who sees the messages: what an ephemeral resource has read must not show in them, not even as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Samples and counts may be shown.
    Everything,
    /// Fixed texts only.
    FixedText,
}

/// Why an answer may lack something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Formats were tried that nobody told.
    FormatAssumed(Assumed),
    /// There are lines that were not read.
    UnreadLines(Unread),
    /// Flow logs, with the time of their creation, that are younger than the beginning of the window.
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
    NothingDelivered(Nothing),
    /// So many records say that others were left out.
    SkippedRecords { count: i64 },
    /// The flow log, or all of the group, record only this kind of traffic; another is asked for.
    NotRecorded { recorded: String },
    /// Other flow logs whose records cannot be told from those that are asked for.
    SharedGroup {
        flow_log: String,
        log_group: String,
        others: Vec<String>,
    },
    /// There may be more than this.
    Truncated(Cut),
    /// So many lines with masked values.
    Masked { log_group: String, count: i64 },
    /// EC2 did not say which flow logs write to the group.
    Denied {
        log_group: String,
        error: aws::Error,
    },
    /// The group keeps events for so many days, and the window goes back further.
    Expired {
        log_group: String,
        days: u32,
        start: Timestamp,
    },
    /// CloudWatch Logs did not say for how long the group keeps events.
    RetentionDenied {
        log_group: String,
        error: aws::Error,
    },
}

/// Whose format was assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assumed {
    /// No flow log is known to write to the group.
    NoFlowLog { log_group: String, region: String },
    /// EC2 says this of a flow log's format, and it cannot be read.
    NotUnderstood {
        flow_log: String,
        format: String,
        problem: String,
    },
    /// EC2 does not tell a flow log's format.
    NotTold { flow_log: String },
}

/// Lines that were not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) log_group: String,
    pub(crate) lines: i64,
    pub(crate) how: How,
}

/// How unread lines came to light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// They came with the query, among so many; the first of them, and why it is no record.
    Received { among: i64, first: Sample },
    /// They came when the group was asked once more without the pattern.
    SecondLook { among: i64, first: Sample },
    /// They satisfy the quals, and came only without the pattern.
    LeftOut,
    /// CloudWatch Logs Insights counted them.
    Counted,
}

/// A line, and why it is no record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) line: String,
    pub(crate) problem: String,
}

/// What is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    /// The log group of a flow log does not exist; with what EC2 says of the delivery.
    NoGroup {
        log_group: String,
        flow_log: String,
        status: String,
        cause: Option<String>,
    },
    /// The group holds no line in the window.
    NoLines {
        log_group: String,
        start: Timestamp,
        end: Timestamp,
    },
}

/// Where a limit has cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// What there may be more of.
    pub(crate) what: &'static str,
    pub(crate) limit: usize,
    /// The most that the limit can be.
    pub(crate) most: usize,
    /// Whether nobody has set the limit.
    pub(crate) by_default: bool,
}

/// What a query could not see, as far as it was looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    reasons: Vec<Reason>,
    /// Whether something was not looked at, since that takes calls of its own.
    pub(crate) not_looked_at: bool,
}

impl Sight {
    pub(crate) fn add(&mut self, reason: Reason) {
        self.reasons.push(reason);
    }

    /// Says whether there is nothing yet that could not be seen.
    pub(crate) fn is_clear(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Tells what could not be seen, as an error if everything has to be.
    ///
    /// # Errors
    /// Something could not be seen, and the query requires that everything is.
    pub(crate) fn conclude(
        self,
        required: bool,
        settled: Option<Timestamp>,
        telling: Telling,
        context: &Context,
    ) -> Result<Completeness, Diagnostic> {
        if required && !self.reasons.is_empty() {
            return Err(text::required(&self.reasons, telling));
        }
        for reason in self.reasons.iter().filter(|reason| reason.is_told()) {
            context.warn(reason.warning(telling));
        }
        let complete = match (self.reasons.is_empty(), self.not_looked_at) {
            (false, _) => Attr::Known(false),
            (true, true) => Attr::Null,
            (true, false) => Attr::Known(true),
        };
        let incomplete = self.reasons.iter().map(|reason| Incomplete {
            reason: reason.name().to_owned(),
            detail: reason.detail(telling),
        });
        Ok(Completeness {
            complete,
            incomplete: Attr::Known(incomplete.collect()),
            settled_until: Attr::from(settled.map(|settled| settled.to_string())),
        })
    }
}

impl Reason {
    /// The name by which users know it.
    fn name(&self) -> &'static str {
        match self {
            Self::FormatAssumed(_) => "format_assumed",
            Self::UnreadLines(_) => "unread_lines",
            Self::FormatChanged { .. } => "format_changed",
            Self::DeliveryFailed { .. } => "delivery_failed",
            Self::NothingDelivered(_) => "nothing_delivered",
            Self::SkippedRecords { .. } => "skipped_records",
            Self::NotRecorded { .. } => "not_recorded",
            Self::SharedGroup { .. } => "shared_group",
            Self::Truncated(_) => "truncated",
            Self::Masked { .. } => "masked",
            Self::Denied { .. } | Self::RetentionDenied { .. } => "denied",
            Self::Expired { .. } => "expired",
        }
    }

    /// Says whether a warning tells it: a limit that somebody set cuts where it was meant to.
    fn is_told(&self) -> bool {
        !matches!(self, Self::Truncated(cut) if !cut.by_default)
    }
}
