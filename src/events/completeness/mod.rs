//! What a query could not see: facts that are collected on the way as typed values, and reported at the end.
//!
//! | file | holds |
//! |---|---|
//! | `reason` | why an answer may be incomplete |
//! | `text` | the reasons in words |
//! | `gaps` | the reasons of one query, and what becomes of them |
//! | `output` | the attributes |
//! | `detail` | how much a message may show |
//!
//! A gate that finds nothing must be able to distinguish "there was nothing" from "nothing could be seen". These are the
//! ways in which an answer can be incomplete without an error:
//!
//! | cause | reason |
//! |---|---|
//! | no flow log is known to write to the log group (it is in another account, or was deleted): default formats are tried | [`Reason::FormatAssumed`] |
//! | EC2 describes a flow log without its format, or with one that cannot be parsed | [`Reason::FormatAssumed`] |
//! | a line fits no format: its writer is unknown, `log_format` lacks a field, or it was cut | [`Reason::UnreadLines`] |
//! | the filter pattern made from the quals excludes such a line | [`Reason::UnreadLines`], by a second look |
//! | the pattern excludes a record that matches the quals, or the record arrives while the query runs | [`Reason::UnreadLines`], by a second look |
//! | the window starts before a flow log was created: older lines are from another flow log, or were never written | [`Reason::FormatChanged`] |
//! | the delivery of a flow log fails | [`Reason::DeliveryFailed`] |
//! | the log group does not exist yet, or the window holds no line | [`Reason::NothingDelivered`] |
//! | AWS skipped records (SKIPDATA, INCOMPLETEDATA) | [`Reason::SkippedRecords`] |
//! | a flow log records only accepted or only rejected traffic, and the query asks for the other | [`Reason::NotRecorded`] |
//! | records of another flow log cannot be distinguished from those that are asked for | [`Reason::SharedGroup`] |
//! | objects of a bucket cannot be read to their end | [`Reason::UnreadableObjects`] |
//! | `limit` ends the scan | [`Reason::Truncated`] |
//! | a data protection policy masks values | [`Reason::Masked`] |
//! | EC2 refuses to list the flow logs that write to the log group | [`Reason::Denied`] |
//! | the log group's retention is shorter than the window reaches back | [`Reason::Expired`] |
//! | CloudWatch Logs refuses to describe the retention | [`Reason::RetentionDenied`] |
//!
//! Records that are still being delivered are not a reason, because there are always some: `settled_until` says up to
//! which time the answer can be trusted. Refused pages, a stop and a `timeout` are errors, and give no answer. Lines that
//! `log_stream_name` excludes were not asked for.
//!
//! Must not know how a query finds its gaps.

mod detail;
mod gaps;
mod output;
mod reason;
mod text;

pub(crate) use detail::Detail;
pub(crate) use gaps::Gaps;
pub use output::{Completeness, Incomplete};
pub(crate) use reason::{
    Assumed, Empty, FoundBy, ObjectProblem, Reason, Sample, Truncation, Unread, UnreadableObject,
};
