//! What to wait for, and why there was nothing to wait for.

use std::time::Duration;

use jiff::Timestamp;

use crate::aws;

/// How long to wait by default. Records take an aggregation interval and some minutes.
pub const WAIT: Duration = Duration::from_secs(30 * 60);
/// How long to wait between two looks by default.
pub const EVERY: Duration = Duration::from_secs(15);

/// What to wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The ID of the flow log.
    pub flow_log: String,
    /// Its region.
    pub region: String,
    /// Since when a record must have arrived. `None` for now.
    pub since: Option<Timestamp>,
    /// How long to wait.
    pub wait: Duration,
    /// How long to wait between two looks.
    pub every: Duration,
}

/// Why a flow log was not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotVerified {
    /// The region has no such flow log.
    NoFlowLog,
    /// It was deleted meanwhile.
    Deleted,
    /// EC2 did not describe it.
    NotRead(aws::Error),
}
