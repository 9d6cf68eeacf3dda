//! Finds the flow log that replaced a declared one.
//!
//! A flow log cannot be changed in place: a change by hand creates another one and deletes the first.
//! The successor of a declared flow log that is gone is a flow log on the same resource that no declaration claims, and that
//! differs in at most [`MOST`] attributes. Tags do not count. Among several, the one with the fewest differences.
//! With more differences, two flow logs have little in common but their resource.

use std::collections::{BTreeMap, BTreeSet};

use super::target::Entry;
use crate::aws::ec2;
use crate::cty::Step;
use crate::flow_log::drift::{Comparison, Difference, Refused};
use crate::stack::declare::Desired;

/// The most attributes in which a successor may differ, besides tags. A flow log that delivers to another kind of
/// destination differs in more.
const MOST: usize = 3;

/// A running flow log that replaced a declared one.
pub(super) struct Successor<'f> {
    pub(super) log: &'f ec2::FlowLog,
    pub(super) differences: Vec<Difference>,
}

/// Finds the successors of declared flow logs that are gone. The keys are positions in the list. Each running flow log
/// replaced at most one.
pub(super) fn successors<'f>(
    comparison: &Comparison<'_>,
    region: &str,
    gone: &[Entry<'_>],
    claimed: &BTreeSet<&str>,
    running: &'f [ec2::FlowLog],
) -> BTreeMap<usize, Successor<'f>> {
    let mut by_resource: BTreeMap<&str, Vec<&ec2::FlowLog>> = BTreeMap::new();
    for log in running.iter().filter(|log| !claimed.contains(&*log.id)) {
        if let Some(resource) = log.resource_id.as_deref() {
            by_resource.entry(resource).or_default().push(log);
        }
    }
    let mut candidates = Vec::new();
    for (place, entry) in gone.iter().enumerate() {
        let resource = entry.declared.resource_id();
        let running = resource.and_then(|resource| by_resource.get(resource));
        for log in running.into_iter().flatten().copied() {
            // The pairing reports a declaration that cannot be compared.
            if let Ok(differences) = differences(comparison, region, entry, log) {
                let attributes = attributes(&differences);
                if attributes <= MOST {
                    let rank = (attributes, differences.len(), place, log.id.as_str());
                    candidates.push((rank, Successor { log, differences }));
                }
            }
        }
    }
    candidates.sort_by_key(|(rank, _)| *rank);
    let mut taken = BTreeSet::new();
    let mut successors = BTreeMap::new();
    for ((_, _, place, id), successor) in candidates {
        if !successors.contains_key(&place) && taken.insert(id) {
            successors.insert(place, successor);
        }
    }
    successors
}

fn differences(
    comparison: &Comparison<'_>,
    region: &str,
    entry: &Entry<'_>,
    log: &ec2::FlowLog,
) -> Result<Vec<Difference>, Refused> {
    match &entry.declared.desired {
        Desired::Configuration(config) => comparison.with_configuration(config, log, region),
        Desired::State {
            recorded,
            attributes,
            names: _,
        } => comparison.with_state(recorded, log, region, attributes.as_deref()),
    }
}

/// Returns the number of attributes that differ, besides tags.
fn attributes(differences: &[Difference]) -> usize {
    let others = differences.iter().filter(|d| !d.is_of_a_tag());
    let names: BTreeSet<Option<&Step>> = others.map(|d| d.path.steps().first()).collect();
    names.len()
}
