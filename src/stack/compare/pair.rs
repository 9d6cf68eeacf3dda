//! Finds the running flow log of each declaration.
//!
//! A declared id determines it. Otherwise the resource and the destination must be the same. Among several candidates,
//! the ones with the fewest differences are paired first, and those that record the same traffic before others.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::ec2;
use crate::flow_log::FlowLog;
use crate::flow_log::drift::{Comparison, Difference, Refused, same_destination};
use crate::flow_log::validate::Hcl;
use crate::framework::Diagnostics;
use crate::stack::declare::{CloudFormation, Declaration, Desired};

/// The running flow log of a declaration.
#[derive(Debug)]
pub(in crate::stack) enum Pair<'f> {
    /// None runs.
    Missing,
    /// This one runs, with these differences.
    Found(&'f ec2::FlowLog, Vec<Difference>),
    /// The declaration cannot be planned.
    Invalid(Diagnostics),
}

/// Pairs the declarations of a region with the flow logs that run there. The result has the order of the declarations.
pub(in crate::stack) fn pair<'f>(
    comparison: &Comparison<'_>,
    region: &str,
    declared: &[(usize, &Declaration)],
    running: &'f [ec2::FlowLog],
) -> Vec<Pair<'f>> {
    let by_id: BTreeMap<&str, &ec2::FlowLog> =
        running.iter().map(|log| (log.id.as_str(), log)).collect();
    let mut pairs: Vec<Pair<'f>> = Vec::new();
    let mut candidates = Vec::new();
    for (place, (_, declared)) in declared.iter().enumerate() {
        let pair = match &declared.desired {
            Desired::State {
                recorded,
                attributes,
                names: _,
            } => {
                let id = declared.id.as_deref();
                match id.and_then(|id| by_id.get(id)) {
                    Some(&log) => {
                        let only = attributes.as_deref();
                        match comparison.with_state(recorded, log, region, only) {
                            Ok(differences) => Pair::Found(log, differences),
                            Err(refused) => Pair::Invalid(refused.diagnostics(&Hcl)),
                        }
                    }
                    None => Pair::Missing,
                }
            }
            Desired::Configuration(config) => {
                match Candidate::all(comparison, region, config, running) {
                    Ok(found) => {
                        candidates.extend(found.into_iter().map(|candidate| (place, candidate)));
                        Pair::Missing
                    }
                    Err(refused) => Pair::Invalid(refused.diagnostics(&CloudFormation)),
                }
            }
        };
        pairs.push(pair);
    }
    candidates.sort_by_cached_key(|(place, candidate)| candidate.rank(*place));
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (place, candidate) in candidates {
        if matches!(pairs[place], Pair::Missing) && taken.insert(&candidate.log.id) {
            pairs[place] = Pair::Found(candidate.log, candidate.differences);
        }
    }
    pairs
}

/// A running flow log that may be the declared one.
struct Candidate<'f> {
    log: &'f ec2::FlowLog,
    differences: Vec<Difference>,
    other_traffic: bool,
}

impl<'f> Candidate<'f> {
    /// Finds the candidates for a configuration.
    fn all(
        comparison: &Comparison<'_>,
        region: &str,
        config: &FlowLog,
        running: &'f [ec2::FlowLog],
    ) -> Result<Vec<Self>, Refused> {
        let planned = comparison.planned(config)?;
        let resource = planned.resource_id.given();
        let fits = |log: &&ec2::FlowLog| {
            log.resource_id.as_deref() == resource && same_destination(&planned, log)
        };
        running
            .iter()
            .filter(fits)
            .map(|log| {
                Ok(Self {
                    log,
                    differences: comparison.with_configuration(config, log, region)?,
                    other_traffic: log.traffic_type.as_deref() != planned.traffic_type.given(),
                })
            })
            .collect()
    }

    fn rank(&self, place: usize) -> (usize, bool, usize, String) {
        let differences = self.differences.len();
        (differences, self.other_traffic, place, self.log.id.clone())
    }
}
