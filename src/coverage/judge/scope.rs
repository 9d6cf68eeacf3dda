//! Which networks are not judged, and why. This module must not know any flow log.

use super::index::Index;
use super::rules::{Rules, Shared, has_tag};
use super::verdict::Exemption;
use super::world::{Network, World};

/// Returns why a network of a world is not judged, unless it is. Emptiness is judged later.
pub(super) fn exemption(
    network: &Network,
    world: &World,
    index: &Index<'_>,
    rules: &Rules,
) -> Option<Exemption> {
    if let Some(excluded) = exclusion(network, index, rules) {
        return Some(excluded);
    }
    let around = network.above.iter().filter_map(|id| index.network(id));
    let is_default = network.is_default || around.into_iter().any(|around| around.is_default);
    if is_default && !rules.include_default_vpcs {
        return Some(Exemption::DefaultVpc);
    }
    match (rules.shared, is_of_others(network, world, index)) {
        (Shared::Owner, true) => Some(Exemption::Participant),
        (Shared::Participant, false) => Some(Exemption::Owner),
        _ => None,
    }
}

/// Returns why a network is excluded: itself, or with what contains it.
pub(super) fn exclusion(network: &Network, index: &Index<'_>, rules: &Rules) -> Option<Exemption> {
    let ids = &rules.exclude.ids;
    if ids.contains(&network.id) || network.above.iter().any(|id| ids.contains(id)) {
        return Some(Exemption::ExcludedId);
    }
    let around = network.above.iter().filter_map(|id| index.network(id));
    let mut tags = around.chain([network]).map(|network| &network.tags);
    let is_tagged = tags.any(|tags| has_tag(tags, &rules.exclude.tags));
    is_tagged.then_some(Exemption::ExcludedTag)
}

/// Reports whether another account owns a network, or what contains it. Without a known account, none does.
pub(super) fn is_of_others(network: &Network, world: &World, index: &Index<'_>) -> bool {
    match (&world.account, index.owner(network)) {
        (Some(account), Some(owner)) => account != owner,
        _ => false,
    }
}
