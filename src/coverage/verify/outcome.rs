//! What was seen of a flow log and of its destination, and what follows from it. The judgement is pure.

use jiff::{SignedDuration, Timestamp};

use super::super::evidence::{Arrival, Place, Writer};
use super::super::judge::{Cause, Trouble, Unclear};
use super::policy::Flaw;
use crate::aws::ec2;

/// The aggregation interval of a flow log whose interval EC2 does not report: the longest one, in seconds.
const LONGEST_INTERVAL: i64 = 600;
/// EC2's reason if CloudWatch Logs accepts no more records.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html>
pub(super) const RATE_LIMITED: &str = "Rate limited";
/// How long AWS takes to deliver the records of an interval, usually at most.
const DELIVERY: SignedDuration = SignedDuration::from_mins(10);

/// What came of the wait for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The ID of the flow log.
    pub flow_log: String,
    /// Since when a record had to arrive.
    pub since: Timestamp,
    /// How it ended.
    pub end: End,
    /// What is known about it, and what could not be asked. Empty if a record has arrived.
    pub reasons: Vec<Why>,
}

/// How a wait for a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A record arrived at this time.
    Arrived(Timestamp),
    /// None has arrived.
    Missing,
    /// It is not known whether one has arrived.
    Unknown,
}

/// A reason why no record arrives, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The wait was stopped.
    Stopped,
    /// EC2 reports that delivery fails.
    Failing {
        /// AWS's reason.
        cause: Option<String>,
    },
    /// EC2 reports that the flow log is not active.
    Inactive(String),
    /// The log group with this name does not exist.
    NoGroup(String),
    /// The bucket with this name does not exist.
    NoBucket(String),
    /// The policy of the bucket does not allow the delivery.
    Policy(Flaw),
    /// The destination is encrypted with this key.
    Key {
        /// The key, as the destination names it.
        key: String,
        /// The region of the log group. `None` for a bucket.
        group_region: Option<String>,
        /// Why its policy does not allow the delivery. `None` if the policy was not read.
        flaw: Option<Flaw>,
    },
    /// Something is wrong with the delivery role.
    Role {
        /// The role.
        role: String,
        /// What.
        flaw: RoleFlaw,
    },
    /// What the delivery needs may be missing, which was not checked.
    Unchecked {
        /// The role that delivers. `None` if the service itself delivers.
        role: Option<String>,
    },
    /// The network with this ID has no interface in use, so that there is nothing to record.
    Idle(String),
    /// The flow log records one type of traffic only, and there may have been none.
    OtherTraffic(String),
    /// Records take until this time to arrive.
    Early(Timestamp),
    /// Interfaces are in use, of which AWS writes records even without traffic.
    Silent,
    /// The newest record that was found arrived at this time.
    Newest(Timestamp),
    /// The destination does not tell whether a record has arrived.
    Unseen(Unclear),
    /// Something could not be asked.
    NotAsked {
        /// What, as the subject of a sentence.
        what: &'static str,
        /// Why.
        cause: Cause,
    },
}

/// What is wrong with a delivery role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleFlaw {
    /// It does not exist.
    Missing,
    /// The service that delivers may not assume it.
    Trust(Flaw),
    /// Its policies do not allow these actions on the log group.
    Lacks(Vec<&'static str>),
}

/// What was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) log: ec2::FlowLog,
    pub(super) writer: Writer,
    pub(super) since: Timestamp,
    /// The time of the last look, by EC2's clock.
    pub(super) now: Timestamp,
    pub(super) arrival: Arrival,
    /// Whether an interface that is recorded is in use, if that is known.
    pub(super) is_busy: Option<bool>,
    /// Why it is not known what the flow log records, if that had to be read.
    pub(super) parts_unread: Option<Cause>,
    /// Whether the destination exists, if that was asked.
    pub(super) exists: Option<Result<bool, Cause>>,
    /// Why the policy of the bucket does not allow the delivery, if that was asked.
    pub(super) policy: Option<Result<Option<Flaw>, Cause>>,
    /// The key with which the destination encrypts, if that was asked.
    pub(super) key: Option<Result<Option<String>, Cause>>,
    /// Why the policy of this key does not allow the delivery, if that was asked.
    pub(super) key_policy: Option<Result<Option<Flaw>, Cause>>,
    /// What is wrong with the delivery role, if that was asked.
    pub(super) role: Option<Result<Option<RoleFlaw>, Cause>>,
    pub(super) is_stopped: bool,
}

impl Seen {
    /// Returns when a record has arrived, if one has.
    pub(super) fn arrived(&self) -> Option<Timestamp> {
        let newest = self.arrival.as_ref().ok().copied().flatten();
        newest.filter(|newest| *newest >= self.since)
    }

    /// Reports whether another look can tell more.
    pub(super) fn is_final(&self) -> bool {
        let denied = |cause: &Cause| matches!(cause.trouble, Trouble::Denied | Trouble::RegionOff);
        let is_blind = match &self.arrival {
            Err(Unclear::DeliveryStream | Unclear::NoPlace) => true,
            Err(Unclear::Failed(cause)) => denied(cause),
            _ => self.parts_unread.as_ref().is_some_and(denied),
        };
        self.is_stopped || self.arrived().is_some() || is_blind
    }

    /// Returns when the first record since the beginning arrives, usually at the latest.
    fn expected(&self) -> Timestamp {
        let created = self.log.creation_time.unwrap_or(self.since);
        let interval = self
            .log
            .max_aggregation_interval
            .unwrap_or(LONGEST_INTERVAL);
        let interval = SignedDuration::from_secs(interval);
        let begin = self.since.max(created);
        let whole = begin.checked_add(interval).unwrap_or(Timestamp::MAX);
        whole.checked_add(DELIVERY).unwrap_or(Timestamp::MAX)
    }
}

/// Judges what was seen.
pub(super) fn judge(seen: &Seen) -> Outcome {
    let end = match (seen.arrived(), &seen.arrival, &seen.parts_unread) {
        (Some(at), ..) => End::Arrived(at),
        (None, Ok(_), None) => End::Missing,
        // What EC2 reports is certain, even if nobody can look.
        _ if is_failing(&seen.log) => End::Missing,
        _ => End::Unknown,
    };
    let reasons = match end {
        End::Arrived(_) => Vec::new(),
        End::Missing | End::Unknown => reasons(seen, end),
    };
    Outcome {
        flow_log: seen.log.id.clone(),
        since: seen.since,
        end,
        reasons,
    }
}

/// Returns what EC2 reports, then what the destination shows, then what could not be asked.
fn reasons(seen: &Seen, end: End) -> Vec<Why> {
    let log = &seen.log;
    let mut reasons = Vec::new();
    reasons.extend(seen.is_stopped.then_some(Why::Stopped));
    let status = log.flow_log_status.as_deref();
    let inactive = status.filter(|status| *status != "ACTIVE");
    reasons.extend(inactive.map(|status| Why::Inactive(status.to_owned())));
    reasons.extend(is_failing(log).then(|| Why::Failing {
        cause: log.deliver_logs_error_message.clone(),
    }));
    let mut is_missing = false;
    match &seen.exists {
        Some(Ok(false)) => {
            is_missing = true;
            reasons.extend(missing_place(&seen.writer.place));
        }
        Some(Err(cause)) => reasons.push(Why::NotAsked {
            what: "Whether the destination exists",
            cause: cause.clone(),
        }),
        Some(Ok(true)) | None => {}
    }
    match &seen.policy {
        Some(Ok(flaw)) => reasons.extend(flaw.clone().map(Why::Policy)),
        Some(Err(cause)) => reasons.push(Why::NotAsked {
            what: "The policy of the bucket",
            cause: cause.clone(),
        }),
        None => {}
    }
    let is_silent = end == End::Missing && !is_failing(log) && inactive.is_none();
    let quiet = is_silent.then(|| quiet(seen, is_missing)).flatten();
    let is_explained = matches!(quiet, Some(Why::Idle(_) | Why::Early(_)));
    let is_doubtful = quiet == Some(Why::Silent) || is_failing(log) && !is_rate_limited(log);
    reasons.extend(quiet);
    reasons.extend(role(seen, is_doubtful));
    if !is_explained {
        reasons.extend(key(seen));
    }
    if let Ok(Some(newest)) = seen.arrival {
        reasons.push(Why::Newest(newest));
    }
    reasons.extend(seen.arrival.clone().err().map(Why::Unseen));
    let unread = seen.parts_unread.clone().map(|cause| Why::NotAsked {
        what: "Which interfaces the flow log records",
        cause,
    });
    reasons.extend(unread);
    reasons
}

/// Returns why there may be no record although EC2 reports no failure.
fn quiet(seen: &Seen, is_missing: bool) -> Option<Why> {
    let traffic = seen.log.traffic_type.as_deref();
    let resource = seen.log.resource_id.clone().unwrap_or_default();
    if seen.is_busy == Some(false) {
        return Some(Why::Idle(resource));
    }
    let expected = seen.expected();
    if seen.now < expected {
        return Some(Why::Early(expected));
    }
    match (traffic, seen.is_busy) {
        (Some(one @ ("ACCEPT" | "REJECT")), _) => Some(Why::OtherTraffic(one.to_owned())),
        (_, Some(true)) if !is_missing => Some(Why::Silent),
        _ => None,
    }
}

/// Returns what is wrong with the delivery role, or that it was not checked although something is wrong.
fn role(seen: &Seen, is_doubtful: bool) -> Vec<Why> {
    let role = seen.log.deliver_logs_permission_arn.clone();
    let unchecked = is_doubtful.then(|| Why::Unchecked { role: role.clone() });
    match (&seen.role, role) {
        (Some(Ok(None)), _) => Vec::new(),
        (Some(Ok(Some(flaw))), Some(role)) => vec![Why::Role {
            role,
            flaw: flaw.clone(),
        }],
        (Some(Err(cause)), _) if is_doubtful => {
            let not_asked = Why::NotAsked {
                what: "The delivery role",
                cause: cause.clone(),
            };
            [Some(not_asked), unchecked].into_iter().flatten().collect()
        }
        (None, None) if matches!(seen.policy, Some(Ok(_))) => Vec::new(),
        _ => unchecked.into_iter().collect(),
    }
}

/// Returns what is wrong with the key of the destination, or that its policy was not read.
fn key(seen: &Seen) -> Vec<Why> {
    let key = match &seen.key {
        Some(Ok(Some(key))) => key.clone(),
        Some(Err(cause)) => {
            return vec![Why::NotAsked {
                what: "The encryption of the bucket",
                cause: cause.clone(),
            }];
        }
        _ => return Vec::new(),
    };
    let group_region = match &seen.writer.place {
        Place::Group { region, .. } => Some(region.clone()),
        _ => None,
    };
    let why = |flaw: Option<Flaw>| Why::Key {
        key: key.clone(),
        group_region: group_region.clone(),
        flaw,
    };
    match &seen.key_policy {
        Some(Ok(None)) => Vec::new(),
        Some(Ok(Some(flaw))) => vec![why(Some(flaw.clone()))],
        Some(Err(cause)) => vec![
            Why::NotAsked {
                what: "The policy of the key",
                cause: cause.clone(),
            },
            why(None),
        ],
        None => vec![why(None)],
    }
}

fn missing_place(place: &Place) -> Option<Why> {
    match place {
        Place::Group { identifier, .. } => Some(Why::NoGroup(identifier.clone())),
        Place::Bucket(bucket) => Some(Why::NoBucket(bucket.name.clone())),
        Place::DeliveryStream | Place::Unknown => None,
    }
}

/// Reports whether EC2 reports that delivery fails.
pub(super) fn is_failing(log: &ec2::FlowLog) -> bool {
    log.deliver_logs_status.as_deref() == Some("FAILED")
}

/// Reports whether delivery fails because there are too many records.
pub(super) fn is_rate_limited(log: &ec2::FlowLog) -> bool {
    log.deliver_logs_error_message.as_deref() == Some(RATE_LIMITED)
}
