//! Who stands above and below whom, and which flow logs stand where, across accounts. This module must not know any verdict.

use std::collections::{BTreeMap, BTreeSet};

use super::assess::Assessed;
use super::rules::{Rules, has_tag};
use super::world::{Kind, Network, Subject, World};

/// Networks and flow logs by ID. IDs are unique across accounts and regions.
#[derive(Debug)]
pub(super) struct Index<'w> {
    networks: BTreeMap<&'w str, &'w Network>,
    logs: BTreeMap<&'w str, Vec<Assessed<'w>>>,
    /// The atoms in each network.
    atoms: BTreeMap<&'w str, Vec<&'w Network>>,
    /// The accounts and places whose flow logs were all read.
    seen: BTreeSet<(&'w str, Option<&'w str>)>,
}

impl<'w> Index<'w> {
    pub(super) fn of(worlds: &'w [World], rules: &Rules) -> Self {
        let mut index = Self {
            networks: BTreeMap::new(),
            logs: BTreeMap::new(),
            atoms: BTreeMap::new(),
            seen: BTreeSet::new(),
        };
        for world in worlds {
            for network in &world.networks {
                index.add(network, world);
            }
        }
        let mut known = BTreeSet::new();
        for world in worlds {
            if let (Some(account), None) = (&world.account, world.unread(Subject::FlowLogs)) {
                index.seen.insert((account, place(world)));
            }
            for log in &world.flow_logs {
                let is_ignored = has_tag(&log.tags, &rules.ignored_flow_log_tags);
                if !is_ignored && known.insert(log.id.as_str()) {
                    let is_busy = index.is_busy(&log.resource_id, world);
                    let assessed = Assessed::new(log, world.now, &rules.require, is_busy);
                    let here = index.logs.entry(&log.resource_id).or_default();
                    here.push(assessed);
                }
            }
        }
        index
    }

    /// Reports whether something in a network is in use, so that AWS writes records of it even without traffic. `None` if
    /// that is not known. Only interfaces tell.
    fn is_busy(&self, id: &str, world: &World) -> Option<bool> {
        let network = self.network(id)?;
        match network.kind {
            Kind::NetworkInterface => network.in_use,
            Kind::Vpc | Kind::Subnet => {
                let mut uses = self.atoms(network).iter().map(|atom| atom.in_use);
                if uses.clone().any(|in_use| in_use == Some(true)) {
                    return Some(true);
                }
                let all_read = world.unread(Subject::Networks(Kind::NetworkInterface));
                let is_idle = all_read.is_none() && uses.all(|in_use| in_use == Some(false));
                is_idle.then_some(false)
            }
            _ => None,
        }
    }

    /// Adds a network. Only the account that owns a network sees its tags, so what it sees counts.
    fn add(&mut self, network: &'w Network, world: &World) {
        let is_owners = world.account.is_some() && world.account == network.owner;
        let is_new = !self.networks.contains_key(network.id.as_str());
        if is_new || is_owners {
            self.networks.insert(&network.id, network);
        }
        if is_new && network.kind.atom().is_none() && network.kind.inherits() {
            for above in &network.above {
                let below = self.atoms.entry(above).or_default();
                below.push(network);
            }
        }
    }

    pub(super) fn network(&self, id: &str) -> Option<&'w Network> {
        self.networks.get(id).copied()
    }

    /// Returns the flow logs that record a network: its own, then those of what contains it.
    pub(super) fn logs(&self, network: &Network) -> impl Iterator<Item = &Assessed<'w>> {
        let above = network.above.iter().filter(|_| network.kind.inherits());
        let ids = [&network.id].into_iter().chain(above);
        ids.flat_map(|id| self.own_logs(id))
    }

    /// Returns the flow logs that stand on a network itself.
    pub(super) fn own_logs(&self, id: &str) -> &[Assessed<'w>] {
        self.logs.get(id).map_or(&[], Vec::as_slice)
    }

    /// Returns all atoms.
    pub(super) fn all_atoms(&self) -> impl Iterator<Item = &'w Network> {
        let networks = self.networks.values().copied();
        networks.filter(|network| network.kind.atom().is_none())
    }

    /// Returns the atoms in a network.
    pub(super) fn atoms(&self, network: &Network) -> &[&'w Network] {
        let found = self.atoms.get(network.id.as_str());
        found.map_or(&[], Vec::as_slice)
    }

    /// Returns the account that owns the outermost network around a network, or the network itself.
    pub(super) fn owner<'n>(&self, network: &'n Network) -> Option<&'n str>
    where
        'w: 'n,
    {
        let outermost = network.above.last().and_then(|id| self.network(id));
        let owner = outermost.and_then(|outermost| outermost.owner.as_deref());
        owner.or(network.owner.as_deref())
    }

    /// Reports whether all flow logs of an account were read where those of a world are.
    pub(super) fn sees(&self, account: &str, world: &World) -> bool {
        self.seen.contains(&(account, place(world)))
    }
}

/// Returns where the flow logs of the networks of a world are: in its region, or in any.
fn place(world: &World) -> Option<&str> {
    (!world.is_global).then_some(world.region.as_str())
}
