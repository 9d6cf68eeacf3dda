//! What is recorded twice, and so paid for twice. This module must not know any verdict.

use super::assess::{Assessed, is_healthy};
use super::index::Index;
use super::traffic::Traffic;
use super::world::Network;

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

/// Finds everything that is recorded twice.
pub(super) fn doubles(index: &Index<'_>) -> Vec<Double> {
    let networks = index.recorded().filter_map(|id| index.network(id));
    let mut found: Vec<_> = networks
        .flat_map(|network| doubles_of(index, network))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Finds the flow logs on a network that record what another one records, on the same network or above it.
fn doubles_of(index: &Index<'_>, network: &Network) -> Vec<Double> {
    let count = match network.kind.atom() {
        Some(_) => index.atoms(network).len(),
        None => 1,
    };
    if count == 0 {
        return Vec::new();
    }
    let own = index.own_logs(&network.id);
    let all: Vec<_> = index.logs(network).collect();
    let pairs = own.iter().enumerate().flat_map(|(place, one)| {
        // The flow logs of the network itself come first.
        all[place + 1..].iter().map(move |other| (one, *other))
    });
    pairs
        .filter_map(|(one, other)| double(one, other, count))
        .collect()
}

fn double(one: &Assessed<'_>, other: &Assessed<'_>, networks: usize) -> Option<Double> {
    let (one, other) = (one.log, other.log);
    let deliver = [one, other]
        .iter()
        .all(|log| is_healthy(log) != Some(false));
    let kind = one.destination_type.as_ref()?;
    let traffic = one.traffic.shared_with(other.traffic);
    if !deliver || traffic.is_none() || other.destination_type.as_ref() != Some(kind) {
        return None;
    }
    let mut flow_logs = [one.id.clone(), other.id.clone()];
    flow_logs.sort();
    Some(Double {
        flow_logs,
        destination_type: kind.clone(),
        traffic,
        networks,
    })
}
