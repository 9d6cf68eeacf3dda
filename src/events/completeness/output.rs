//! The attributes that say whether a query could see everything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::framework::{Attr, Model, behaviour};

/// Whether a query could see everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Completeness {
    /// Whether the query could see everything in the time window. False if `incomplete` has entries. Null if it has
    /// none but something was not checked: checks that take extra calls run only with `require_complete`, and the
    /// retention of a log group in another account cannot be checked.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub complete: Attr<bool>,
    /// What the query could not see. Each entry is also reported as a warning, except `truncated` if `limit` is set in the
    /// configuration.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub incomplete: Attr<Vec<Incomplete>>,
    /// The time up to which records have had time to arrive, as RFC 3339. This is the end of the window or, if that is earlier, now
    /// minus the aggregation interval of the flow log and the time that delivery usually takes: five minutes to CloudWatch
    /// Logs, ten to S3. Null for records that AWS does not deliver.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub settled_until: Attr<String>,
}

impl Model for Completeness {}

/// Something that a query could not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Incomplete {
    /// One of: `format_assumed` (no flow log is known to write to the log group, or EC2 does not describe its format,
    /// so the default formats were used), `unread_lines` (some lines were not read), `format_changed` (the window starts
    /// before a flow log was created), `delivery_failed` (AWS cannot deliver), `nothing_delivered` (the log group does
    /// not exist, or the window contains no line), `skipped_records` (AWS skipped records), `not_recorded` (the flow log
    /// does not record this traffic), `shared_group` (records of another flow log cannot be distinguished), `truncated`
    /// (`limit` was reached), `unreadable_objects` (some objects could not be read to their end),
    /// `masked` (a data protection policy masks values), `expired` (the log group no longer has the events at the start of
    /// the window; checked only with `require_complete`), `denied` (AWS denied a call that this check needs).
    #[schemars(transform = behaviour::read_only)]
    pub reason: String,
    /// What it means here, and how to fix it.
    #[schemars(transform = behaviour::read_only)]
    pub detail: String,
}
