//! Finds the running flow log of each declaration.
//!
//! A declared id determines it. Otherwise the resource and the destination must be the same. Among several candidates,
//! the ones with the fewest differences are paired first, and those that record the same traffic before others. A running
//! flow log belongs to one declaration of a stack, but several stacks may declare it.
//!
//! A resource or a destination that only the deployed stack knows may be any of its type. Such a declaration takes what
//! the others leave. A declaration of which only the deployed stack knows whether it exists takes only its equal.

use std::collections::{BTreeMap, BTreeSet};

use super::target::Entry;
use crate::aws::ec2;
use crate::flow_log::FlowLog;
use crate::flow_log::drift::{Comparison, Difference, Refused, fit};
use crate::flow_log::validate::Hcl;
use crate::framework::Diagnostics;
use crate::stack::declare::{CloudFormation, Desired};

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
    declared: &[Entry<'_>],
    running: &'f [ec2::FlowLog],
) -> Vec<Pair<'f>> {
    let by_id: BTreeMap<&str, &ec2::FlowLog> =
        running.iter().map(|log| (log.id.as_str(), log)).collect();
    let mut pairs: Vec<Pair<'f>> = Vec::new();
    let mut by_resource: BTreeMap<&str, Vec<&ec2::FlowLog>> = BTreeMap::new();
    for log in running {
        let resource = log.resource_id.as_deref().unwrap_or_default();
        by_resource.entry(resource).or_default().push(log);
    }
    let mut candidates = Vec::new();
    // The flow logs that are paired, with the positions of the stacks that declare them.
    let mut taken: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (place, entry) in declared.iter().enumerate() {
        let declared = entry.declared;
        let id = declared.id.as_deref();
        let known = id.and_then(|id| by_id.get(id)).copied();
        if let Some(log) = known {
            taken.entry(&log.id).or_default().insert(entry.source);
        }
        let pair = match (&declared.desired, known) {
            (
                Desired::State {
                    recorded,
                    attributes,
                    names: _,
                },
                Some(log),
            ) => match comparison.with_state(recorded, log, region, attributes.as_deref()) {
                Ok(differences) => Pair::Found(log, differences),
                Err(refused) => Pair::Invalid(refused.diagnostics(&Hcl)),
            },
            (Desired::Configuration(config), Some(log)) => {
                match comparison.with_configuration(config, log, region) {
                    Ok(differences) => Pair::Found(log, differences),
                    Err(refused) => Pair::Invalid(refused.diagnostics(&CloudFormation)),
                }
            }
            (_, None) if id.is_some() => Pair::Missing,
            (Desired::State { .. }, None) => Pair::Missing,
            (Desired::Configuration(config), None) => {
                match Candidate::all(comparison, region, config, declared.is_open(), &by_resource) {
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
    let mut others = Vec::new();
    for (place, candidate) in candidates {
        let is_missing = matches!(pairs[place], Pair::Missing);
        if is_missing && !taken.contains_key(&*candidate.log.id) {
            taken.insert(&candidate.log.id, [declared[place].source].into());
            pairs[place] = Pair::Found(candidate.log, candidate.differences);
        } else if is_missing && !candidate.other_traffic {
            others.push((place, candidate));
        }
    }
    // What another stack declares, too, is not missing.
    for (place, candidate) in others {
        let stacks = taken.entry(&candidate.log.id).or_default();
        if matches!(pairs[place], Pair::Missing) && stacks.insert(declared[place].source) {
            pairs[place] = Pair::Found(candidate.log, candidate.differences);
        }
    }
    pairs
}

/// A running flow log that may be the declared one.
struct Candidate<'f> {
    log: &'f ec2::FlowLog,
    differences: Vec<Difference>,
    /// How much of the resource and the destination may be anything.
    wildcards: usize,
    other_traffic: bool,
}

impl<'f> Candidate<'f> {
    /// Finds the candidates for a configuration.
    fn all(
        comparison: &Comparison<'_>,
        region: &str,
        config: &FlowLog,
        is_open: bool,
        by_resource: &BTreeMap<&str, Vec<&'f ec2::FlowLog>>,
    ) -> Result<Vec<Self>, Refused> {
        let planned = comparison.planned(config)?;
        let resource = planned.resource_id.given().unwrap_or_default();
        let any = planned.resource_id.is_unknown();
        let of_resource = by_resource.get(resource).into_iter().filter(|_| !any);
        let of_any = by_resource.values().filter(|_| any);
        let mut candidates = Vec::new();
        for log in of_resource.chain(of_any).flatten().copied() {
            let Some(wildcards) = fit(&planned, log) else {
                continue;
            };
            let differences = comparison.with_configuration(config, log, region)?;
            if is_open && (wildcards > 1 || !differences.is_empty()) {
                continue;
            }
            candidates.push(Self {
                log,
                differences,
                wildcards: wildcards + usize::from(is_open) * 3,
                other_traffic: !planned.traffic_type.is_unknown()
                    && log.traffic_type.as_deref() != planned.traffic_type.given(),
            });
        }
        Ok(candidates)
    }

    fn rank(&self, place: usize) -> (usize, usize, bool, usize, String) {
        (
            self.wildcards,
            self.differences.len(),
            self.other_traffic,
            place,
            self.log.id.clone(),
        )
    }
}
