//! Finds the running flow log of each declaration.
//!
//! A declared id determines it. Otherwise the resource and the destination must be the same. Among several candidates,
//! the ones with the fewest differences are paired first, and those that record the same traffic before others. A running
//! flow log belongs to one declaration of a stack, but several stacks may declare it.
//!
//! A destination that only the deployed stack knows may be any of its type: such a declaration takes what the others leave.
//! If the resource is not known, `ambiguous` decides. A declaration of which only the deployed stack knows whether it exists,
//! or all of its properties, is not paired unless its id is known.

use std::collections::{BTreeMap, BTreeSet};

use super::ambiguous::{Ambiguous, Choice, Chooser};
use super::target::Entry;
use crate::aws::ec2;
use crate::cty::Path;
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
    /// Any flow log that fits this plan may be it, or none.
    Undecided(Box<FlowLog>),
    /// The declaration cannot be planned.
    Invalid(Diagnostics),
}

/// Pairs the declarations of a region with the flow logs that run there. The result has the order of the declarations.
/// Attributes that may differ are no reason against a pair.
pub(in crate::stack) fn pair<'f>(
    comparison: &Comparison<'_>,
    region: &str,
    declared: &[Entry<'_>],
    running: &'f [ec2::FlowLog],
    ignored: &BTreeSet<Path>,
) -> Vec<Pair<'f>> {
    let mut pairing = Pairing {
        comparison,
        region,
        by_id: running.iter().map(|log| (log.id.as_str(), log)).collect(),
        by_resource: BTreeMap::new(),
        taken: BTreeMap::new(),
        candidates: Vec::new(),
    };
    for log in running {
        let resource = log.resource_id.as_deref().unwrap_or_default();
        pairing.by_resource.entry(resource).or_default().push(log);
    }
    let mut pairs = Vec::new();
    let mut ambiguous = Vec::new();
    for (place, entry) in declared.iter().enumerate() {
        let pair = pairing.first(place, entry);
        if let (Pair::Undecided(planned), false, Desired::Configuration(config)) =
            (&pair, entry.declared.is_open(), &entry.declared.desired)
        {
            let one = Ambiguous {
                source: entry.source,
                name: &entry.declared.name,
                config,
                planned: planned.as_ref().clone(),
            };
            ambiguous.push((place, one));
        }
        pairs.push(pair);
    }
    pairing.settle(declared, &mut pairs);
    let chooser = Chooser {
        comparison,
        region,
        running,
        taken: &pairing.taken,
        ignored,
    };
    let (places, ambiguous): (Vec<_>, Vec<_>) = ambiguous.into_iter().unzip();
    for (place, choice) in places.into_iter().zip(chooser.choose(&ambiguous)) {
        match choice {
            Ok(Choice::Nothing) => pairs[place] = Pair::Missing,
            Ok(Choice::One(log, differences)) => pairs[place] = Pair::Found(log, differences),
            Ok(Choice::Any) => {}
            Err(refused) => pairs[place] = Pair::Invalid(refused.diagnostics(&CloudFormation)),
        }
    }
    pairs
}

/// A pairing in progress.
struct Pairing<'c, 'f> {
    comparison: &'c Comparison<'c>,
    region: &'c str,
    by_id: BTreeMap<&'f str, &'f ec2::FlowLog>,
    by_resource: BTreeMap<&'f str, Vec<&'f ec2::FlowLog>>,
    /// The flow logs that are paired, with the positions of the stacks that declare them.
    taken: BTreeMap<&'f str, BTreeSet<usize>>,
    /// The positions of declarations, with what runs on their resources.
    candidates: Vec<(usize, Candidate<'f>)>,
}

impl<'f> Pairing<'_, 'f> {
    /// Pairs a declaration by its id, or finds its candidates.
    fn first(&mut self, place: usize, entry: &Entry<'_>) -> Pair<'f> {
        let declared = entry.declared;
        let id = declared.id.as_deref();
        let known = id.and_then(|id| self.by_id.get(id)).copied();
        if let Some(log) = known {
            self.taken.entry(&log.id).or_default().insert(entry.source);
        }
        match (&declared.desired, known) {
            (
                Desired::State {
                    recorded,
                    attributes,
                    names: _,
                },
                Some(log),
            ) => {
                let only = attributes.as_deref();
                match (self.comparison).with_state(recorded, log, self.region, only) {
                    Ok(differences) => Pair::Found(log, differences),
                    Err(refused) => Pair::Invalid(refused.diagnostics(&Hcl)),
                }
            }
            (Desired::Configuration(config), Some(log)) => {
                match (self.comparison).with_configuration(config, log, self.region) {
                    Ok(differences) => Pair::Found(log, differences),
                    Err(refused) => Pair::Invalid(refused.diagnostics(&CloudFormation)),
                }
            }
            (_, None) if id.is_some() => Pair::Missing,
            (Desired::State { .. }, None) => Pair::Missing,
            (Desired::Configuration(config), None) => {
                match self.find(place, config, declared.is_open()) {
                    Ok(pair) => pair,
                    Err(refused) => Pair::Invalid(refused.diagnostics(&CloudFormation)),
                }
            }
        }
    }

    /// Finds the candidates for a configuration whose resource is known.
    fn find(&mut self, place: usize, config: &FlowLog, is_open: bool) -> Result<Pair<'f>, Refused> {
        let planned = self.comparison.planned(config)?;
        if is_open || planned.resource_id.is_unknown() {
            return Ok(Pair::Undecided(Box::new(planned)));
        }
        let resource = planned.resource_id.given().unwrap_or_default();
        for log in self.by_resource.get(resource).into_iter().flatten() {
            let Some(wildcards) = fit(&planned, log) else {
                continue;
            };
            let candidate = Candidate {
                log,
                differences: (self.comparison).with_configuration(config, log, self.region)?,
                wildcards,
                other_traffic: !planned.traffic_type.is_unknown()
                    && log.traffic_type.as_deref() != planned.traffic_type.given(),
            };
            self.candidates.push((place, candidate));
        }
        Ok(Pair::Missing)
    }

    /// Decides which candidate belongs to which declaration.
    fn settle(&mut self, declared: &[Entry<'_>], pairs: &mut [Pair<'f>]) {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.sort_by_cached_key(|(place, candidate)| candidate.rank(*place));
        let mut others = Vec::new();
        for (place, candidate) in candidates {
            let is_missing = matches!(pairs[place], Pair::Missing);
            if is_missing && !self.taken.contains_key(&*candidate.log.id) {
                let source = declared[place].source;
                self.taken.insert(&candidate.log.id, [source].into());
                pairs[place] = Pair::Found(candidate.log, candidate.differences);
            } else if is_missing && !candidate.other_traffic {
                others.push((place, candidate));
            }
        }
        // What another stack declares, too, is not missing.
        for (place, candidate) in others {
            let stacks = self.taken.entry(&candidate.log.id).or_default();
            if matches!(pairs[place], Pair::Missing) && stacks.insert(declared[place].source) {
                pairs[place] = Pair::Found(candidate.log, candidate.differences);
            }
        }
    }
}

/// A running flow log that may be the declared one.
struct Candidate<'f> {
    log: &'f ec2::FlowLog,
    differences: Vec<Difference>,
    /// Whether the destination may be anything.
    wildcards: usize,
    other_traffic: bool,
}

impl Candidate<'_> {
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
