//! Which running flow log is the declared one.
//!
//! A declared id settles it. Else the resource and the destination must be the same; among several that fit, those
//! with the fewest differences belong together, and those that record the same traffic before others.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Declared, Wanted};
use crate::aws::ec2;
use crate::flow_log::FlowLog;
use crate::flow_log::drift::{Comparison, Difference, same_destination};
use crate::framework::Diagnostics;

/// What a declared flow log was found to be.
#[derive(Debug)]
pub(super) enum Pair<'f> {
    /// None runs.
    Missing,
    /// This one runs, with these differences.
    Found(&'f ec2::FlowLog, Vec<Difference>),
    /// The declaration cannot be planned.
    Refused(Diagnostics),
}

/// Pairs the declared flow logs of a region with those that run there, in the order of the declarations.
pub(super) fn pair<'f>(
    comparison: &Comparison<'_>,
    region: &str,
    declared: &[&Declared],
    running: &'f [ec2::FlowLog],
) -> Vec<Pair<'f>> {
    let by_id: BTreeMap<&str, &ec2::FlowLog> =
        running.iter().map(|log| (log.id.as_str(), log)).collect();
    let mut pairs: Vec<Pair<'f>> = Vec::new();
    let mut candidates = Vec::new();
    for (place, declared) in declared.iter().enumerate() {
        let pair = match (&declared.wanted, &declared.id) {
            (Wanted::State(recorded, only), id) => {
                let found = id.as_deref().and_then(|id| by_id.get(id));
                match found {
                    Some(&log) => match comparison.with_state(recorded, log, region, *only) {
                        Ok(differences) => Pair::Found(log, differences),
                        Err(refused) => Pair::Refused(refused),
                    },
                    None => Pair::Missing,
                }
            }
            (Wanted::Configuration(config), _) => {
                match fitting(comparison, region, config, running) {
                    Ok(fitting) => {
                        candidates.extend(fitting.into_iter().map(|c| (place, c)));
                        Pair::Missing
                    }
                    Err(refused) => Pair::Refused(refused),
                }
            }
        };
        pairs.push(pair);
    }
    candidates.sort_by(|(place, a), (other, b)| {
        let rank = |place: &usize, c: &Candidate<'_>| {
            (
                c.differences.len(),
                c.other_traffic,
                *place,
                c.log.id.clone(),
            )
        };
        rank(place, a).cmp(&rank(other, b))
    });
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (place, candidate) in candidates {
        if matches!(pairs[place], Pair::Missing) && taken.insert(&candidate.log.id) {
            pairs[place] = Pair::Found(candidate.log, candidate.differences);
        }
    }
    pairs
}

/// A running flow log that a declared one could be.
struct Candidate<'f> {
    log: &'f ec2::FlowLog,
    differences: Vec<Difference>,
    other_traffic: bool,
}

fn fitting<'f>(
    comparison: &Comparison<'_>,
    region: &str,
    config: &FlowLog,
    running: &'f [ec2::FlowLog],
) -> Result<Vec<Candidate<'f>>, Diagnostics> {
    let planned = comparison.planned(config)?;
    let resource = planned.resource_id.given();
    let fits = |log: &&ec2::FlowLog| {
        log.resource_id.as_deref() == resource && same_destination(&planned, log)
    };
    running
        .iter()
        .filter(fits)
        .map(|log| {
            Ok(Candidate {
                log,
                differences: comparison.with_configuration(config, log, region)?,
                other_traffic: log.traffic_type.as_deref() != planned.traffic_type.given(),
            })
        })
        .collect()
}
