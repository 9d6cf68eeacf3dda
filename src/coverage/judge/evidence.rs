//! Whether records of a flow log arrive. This module must not know who looks for them, nor what is recorded.

use jiff::{SignedDuration, Timestamp};

use super::rules::Requirements;
use super::traffic::Traffic;
use super::world::{Cause, FlowLog};

/// The aggregation interval of a flow log whose interval EC2 does not report: the longest one, in seconds.
const LONGEST_INTERVAL: i64 = 600;

/// What must show that a flow log delivers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidenceLevel {
    /// Nothing: an active flow log counts.
    None,
    /// The status of its delivery, as EC2 reports it.
    #[default]
    Status,
    /// The status, and records that have arrived lately.
    Records,
}

/// What was found of the records of a flow log at its destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// Nobody looked.
    #[default]
    NotRead,
    /// The destination was searched for records that arrived lately. The newest one that was found may be older.
    Read(Option<Timestamp>),
    /// Whether records have arrived is not known.
    Unclear(Unclear),
}

/// Why it is not known whether records have arrived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unclear {
    /// A call failed.
    Failed(Cause),
    /// Nobody can look into the delivery streams of Firehose.
    DeliveryStream,
    /// EC2 reports no destination that the provider can read, or the account is not known.
    NoPlace,
    /// The destination holds too much of other flow logs.
    TooMuch,
    /// Nothing has arrived. Either there was no traffic to record, or it was not delivered.
    Quiet(Silence),
}

/// That no record has arrived lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silence {
    /// Since when no record has arrived.
    pub since: Timestamp,
    /// When the newest one arrived, if one was found.
    pub newest: Option<Timestamp>,
}

/// What records tell about the delivery of a flow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing against it.
    Fine,
    /// None arrive, although there must be some.
    Silent(Silence),
    /// They do not tell.
    Unclear(Unclear),
}

impl EvidenceLevel {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::None, Self::Status, Self::Records];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Status => "status",
            Self::Records => "records",
        }
    }

    /// Finds a level by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// Judges what was found. `is_busy` tells whether there is something in use that AWS writes records of, even without
/// traffic. `None` if that is not known.
pub(super) fn finding(
    log: &FlowLog,
    now: Timestamp,
    require: &Requirements,
    is_busy: Option<bool>,
) -> Finding {
    if require.evidence != EvidenceLevel::Records {
        return Finding::Fine;
    }
    let since = log.records_due(now, require);
    let newest = match &log.evidence {
        Evidence::Read(newest) => *newest,
        Evidence::NotRead => return Finding::Unclear(Unclear::NoPlace),
        Evidence::Unclear(_) if is_busy == Some(false) => return Finding::Fine,
        Evidence::Unclear(unclear) => return Finding::Unclear(unclear.clone()),
    };
    let silence = Silence { since, newest };
    match is_busy {
        _ if newest.is_some_and(|newest| newest >= since) => Finding::Fine,
        Some(false) => Finding::Fine,
        // A flow log of one type of traffic may have had nothing to record.
        Some(true) if log.traffic == Traffic::ALL => Finding::Silent(silence),
        _ => Finding::Unclear(Unclear::Quiet(silence)),
    }
}

impl FlowLog {
    /// Returns the time since which a record must have arrived: one aggregation interval ago, and the time of delivery.
    pub fn records_due(&self, now: Timestamp, require: &Requirements) -> Timestamp {
        let interval = SignedDuration::from_secs(self.interval.unwrap_or(LONGEST_INTERVAL));
        let earlier = now.checked_sub(interval).unwrap_or(Timestamp::MIN);
        earlier
            .checked_sub(require.settle)
            .unwrap_or(Timestamp::MIN)
    }
}
