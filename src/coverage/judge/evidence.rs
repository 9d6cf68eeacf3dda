//! Whether records of a flow log arrive. This module must not know who looks for them, nor what is recorded.

use jiff::{SignedDuration, Timestamp};

use super::rules::{EvidenceLevel, Requirements};
use super::traffic::Traffic;
use super::world::{Evidence, FlowLog, Silence, Unclear};

/// The aggregation interval of a flow log whose interval EC2 does not report: the longest one, in seconds.
const LONGEST_INTERVAL: i64 = 600;

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

/// Reports whether a flow log delivers, as far as EC2 tells. `None` if it does not tell.
pub(super) fn is_healthy(log: &FlowLog, level: EvidenceLevel) -> Option<bool> {
    if level != EvidenceLevel::None && log.delivery.as_deref() == Some("FAILED") {
        return Some(false);
    }
    Some(log.status.as_deref()? == "ACTIVE")
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
    /// Reports whether records must show that the flow log delivers: EC2 reports no failure, and it is not too new.
    pub fn must_show_records(&self, now: Timestamp, require: &Requirements) -> bool {
        is_healthy(self, require.evidence) == Some(true) && !self.is_new(now, require)
    }

    /// Reports whether the flow log is too new to have delivered records.
    pub(super) fn is_new(&self, now: Timestamp, require: &Requirements) -> bool {
        let age = self.created.map(|created| now.duration_since(created));
        age.is_some_and(|age| age < require.settle)
    }

    /// Returns the time since which a record must have arrived: one aggregation interval ago, and the time of delivery.
    pub fn records_due(&self, now: Timestamp, require: &Requirements) -> Timestamp {
        let interval = SignedDuration::from_secs(self.interval.unwrap_or(LONGEST_INTERVAL));
        let earlier = now.checked_sub(interval).unwrap_or(Timestamp::MIN);
        earlier
            .checked_sub(require.settle)
            .unwrap_or(Timestamp::MIN)
    }
}
