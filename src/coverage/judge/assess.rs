//! One flow log against the requirements. This module must not know which networks it records.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::evidence::{Finding, finding, is_healthy};
use super::rules::Requirements;
use super::verdict::{Doubt, Lack, Shortfall};
use super::world::{FlowLog, Retention, Silence};
use crate::arn::log_group;

/// The type of a destination whose retention can be read.
const LOG_GROUP: &str = "cloud-watch-logs";

/// How far flow logs record a network, from nothing to all that is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// There is no flow log.
    Nothing,
    /// The flow logs do not deliver.
    Unhealthy,
    /// They are too new.
    Pending,
    /// They do not record as required.
    Insufficient,
    /// They record a part.
    Partial,
    /// They record all that is required.
    Full,
}

/// A flow log with what it is worth.
#[derive(Clone, Debug)]
pub(super) struct Assessed<'w> {
    pub(super) log: &'w FlowLog,
    /// What is certain.
    worst: Step,
    /// What is possible, as far as EC2 tells.
    best: Step,
    /// That no records arrive, although EC2 reports no failure.
    pub(super) silence: Option<Silence>,
    pub(super) shortfalls: Vec<Shortfall>,
    pub(super) doubts: Vec<Doubt>,
}

impl<'w> Assessed<'w> {
    /// `is_busy` tells whether the flow log must have something to record, if that is known.
    pub(super) fn new(
        log: &'w FlowLog,
        now: Timestamp,
        require: &Requirements,
        is_busy: Option<bool>,
    ) -> Self {
        let shortfalls = shortfalls(log, require);
        let mut doubts = doubts(log, require);
        let mut best = if shortfalls.is_empty() {
            Step::Full
        } else {
            Step::Insufficient
        };
        if log.is_new(now, require) {
            best = best.min(Step::Pending);
        }
        let mut worst = best;
        if !doubts.is_empty() {
            worst = worst.min(Step::Insufficient);
        }
        let mut silence = None;
        if require.healthy {
            match is_healthy(log, require.evidence) {
                // A flow log that is too new has nothing to show.
                Some(true) if best <= Step::Pending => {}
                Some(true) => match finding(log, now, require, is_busy) {
                    Finding::Fine => {}
                    Finding::Silent(found) => {
                        (worst, best) = (Step::Unhealthy, Step::Unhealthy);
                        silence = Some(found);
                    }
                    Finding::Unclear(why) => {
                        worst = Step::Unhealthy;
                        let flow_log = log.id.clone();
                        doubts.push(Doubt::Records { flow_log, why });
                    }
                },
                Some(false) => (worst, best) = (Step::Unhealthy, Step::Unhealthy),
                None => {
                    worst = Step::Unhealthy;
                    doubts.push(Doubt::Status(log.id.clone()));
                }
            }
        }
        Self {
            log,
            worst,
            best,
            silence,
            shortfalls,
            doubts,
        }
    }

    /// Returns what the flow log is worth: what is certain, or what is possible.
    pub(super) fn step(&self, hope: bool) -> Step {
        if hope { self.best } else { self.worst }
    }
}

fn shortfalls(log: &FlowLog, require: &Requirements) -> Vec<Shortfall> {
    let fields = log.fields.as_ref();
    let missing = fields.map(|fields| require.fields.difference(fields).cloned());
    let missing: BTreeSet<String> = missing.into_iter().flatten().collect();
    let interval = require
        .max_interval
        .filter(|most| log.interval.is_none_or(|interval| interval > *most));
    let types = &require.destination_types;
    let is_type = |wanted: &String| log.destination_type.as_ref() == Some(wanted);
    let places = &require.destinations;
    let is_place = |wanted: &String| log.destinations.iter().any(|place| is_in(place, wanted));
    let days = match (&log.retention, require.retention_days) {
        (Retention::Days(is), Some(least)) if *is < least => Some((*is, least)),
        _ => None,
    };
    let lacks = [
        (!missing.is_empty()).then_some(Lack::Fields(missing)),
        interval.map(|most| Lack::Interval {
            is: log.interval,
            most,
        }),
        (!types.is_empty() && !types.iter().any(is_type))
            .then(|| Lack::DestinationType(log.destination_type.clone())),
        (!places.is_empty() && !places.iter().any(is_place))
            .then(|| Lack::Destination(log.destinations.first().cloned())),
        days.map(|(is, least)| Lack::Retention { is, least }),
    ];
    let lacks = lacks.into_iter().flatten();
    let shortfall = |lack| Shortfall {
        flow_log: log.id.clone(),
        lack,
    };
    lacks.map(shortfall).collect()
}

fn doubts(log: &FlowLog, require: &Requirements) -> Vec<Doubt> {
    let format = !require.fields.is_empty() && log.fields.is_none();
    let is_group = log.destination_type.as_deref() == Some(LOG_GROUP);
    let retention = match &log.retention {
        _ if require.retention_days.is_none() => None,
        Retention::Days(_) | Retention::Forever => None,
        Retention::NotRead => Some(None),
        Retention::Failed(cause) => Some(Some(cause.clone()).filter(|_| is_group)),
    };
    let retention = retention.map(|cause| Doubt::Retention {
        flow_log: log.id.clone(),
        cause,
    });
    let format = format.then(|| Doubt::Format(log.id.clone()));
    format.into_iter().chain(retention).collect()
}

/// Reports whether a destination is the wanted one, or a folder in the wanted bucket.
fn is_in(place: &str, wanted: &str) -> bool {
    let (place, wanted) = (log_group::trim(place), log_group::trim(wanted));
    let (place, wanted) = (place.trim_end_matches('/'), wanted.trim_end_matches('/'));
    match place.strip_prefix(wanted) {
        Some("") => true,
        Some(folder) => wanted.contains(":s3:::") && folder.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_the_same_in_every_spelling_and_a_bucket_includes_its_folders() {
        for (place, wanted, expected) in [
            ("arn:aws:s3:::logs", "arn:aws:s3:::logs", true),
            ("arn:aws:s3:::logs/a/b/", "arn:aws:s3:::logs", true),
            ("arn:aws:s3:::logs/a/b/", "arn:aws:s3:::logs/a", true),
            ("arn:aws:s3:::logs/ab", "arn:aws:s3:::logs/a", false),
            ("arn:aws:s3:::logs-of-others", "arn:aws:s3:::logs", false),
            ("arn:aws:s3:::logs", "arn:aws:s3:::logs/a", false),
            ("flow-logs", "flow-logs", true),
            ("flow-logs/more", "flow-logs", false),
            (
                "arn:aws:logs:eu-west-1:123456789012:log-group:a:*",
                "arn:aws:logs:eu-west-1:123456789012:log-group:a",
                true,
            ),
        ] {
            assert_eq!(is_in(place, wanted), expected, "{place} in {wanted}");
        }
    }
}
