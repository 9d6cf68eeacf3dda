//! What is recorded twice, and so paid for twice. This module must not know any verdict.

use std::collections::BTreeMap;

use super::assess::Assessed;
use super::evidence::is_healthy;
use super::index::Index;
use super::rules::EvidenceLevel;
use super::traffic::Traffic;

/// Two flow logs that record the same traffic into the same kind of destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Double {
    /// The IDs of the flow logs, in order.
    pub flow_logs: [String; 2],
    /// The type of both destinations.
    pub destination_type: String,
    /// The traffic that both record.
    pub traffic: Traffic,
    /// The number of interfaces, attachments or gateways that both record.
    pub networks: usize,
}

/// Finds everything that is recorded twice: each interface, attachment or gateway with the flow logs on it and above it.
pub(super) fn doubles(index: &Index<'_>) -> Vec<Double> {
    let mut found: BTreeMap<_, usize> = BTreeMap::new();
    for network in index.all_atoms() {
        let logs: Vec<_> = index.logs(network).collect();
        let pairs = logs.iter().enumerate();
        let pairs = pairs.flat_map(|(place, one)| {
            let others = logs[place + 1..].iter();
            others.filter_map(|other| double(one, other))
        });
        for pair in pairs {
            *found.entry(pair).or_default() += 1;
        }
    }
    let double = |((flow_logs, destination_type, traffic), networks)| Double {
        flow_logs,
        destination_type,
        traffic,
        networks,
    };
    found.into_iter().map(double).collect()
}

/// Returns what two flow logs on the same network both record: their IDs, the type of their destinations, the traffic.
fn double(one: &Assessed<'_>, other: &Assessed<'_>) -> Option<([String; 2], String, Traffic)> {
    let (one, other) = (one.log, other.log);
    let deliver = [one, other]
        .iter()
        .all(|log| is_healthy(log, EvidenceLevel::Status) != Some(false));
    let kind = one.destination_type.as_ref()?;
    let traffic = one.traffic.shared_with(other.traffic);
    if !deliver || traffic.is_none() || other.destination_type.as_ref() != Some(kind) {
        return None;
    }
    let mut flow_logs = [one.id.clone(), other.id.clone()];
    flow_logs.sort();
    Some((flow_logs, kind.clone(), traffic))
}
