//! What flow logs record of a network, and of what is in it. This module must not know how a verdict is explained.

use super::assess::{Assessed, Step};
use super::index::Index;
use super::rules::Rules;
use super::scope;
use super::traffic::Traffic;
use super::world::{Cause, Kind, Network, Subject, World};

/// How a network stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its flow logs, or what is in it, reach this step.
    Step(Step),
    /// Everything in it is covered.
    ByChildren,
    /// There is nothing in it.
    Empty,
}

/// The networks and flow logs as one account in one region sees them.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a, 'w> {
    pub(super) world: &'w World,
    pub(super) index: &'a Index<'w>,
    pub(super) rules: &'a Rules,
}

impl Standing {
    /// Reports whether the network is recorded as required.
    pub(super) fn is_compliant(self) -> bool {
        matches!(self, Self::Step(Step::Full) | Self::ByChildren)
    }
}

impl<'w> View<'_, 'w> {
    /// Returns how a network stands: for certain, or at best.
    pub(super) fn standing(&self, network: &Network, hope: bool) -> Standing {
        let own = self.own(network, hope);
        let Some(kind) = network.kind.atom() else {
            return Standing::Step(own);
        };
        if own == Step::Full {
            return Standing::Step(own);
        }
        let all_read = self.world.unread(Subject::Networks(kind)).is_none();
        let mut steps = self.children(network).map(|child| self.own(child, hope));
        let Some(first) = steps.next() else {
            return match (all_read, self.rules.include_empty) {
                (true, false) => Standing::Empty,
                (true, true) => Standing::Step(own),
                // There may be children, or none.
                (false, _) if hope => Standing::ByChildren,
                (false, _) => Standing::Step(own),
            };
        };
        let (low, high) = steps.fold((first, first), |(low, high), step| {
            (low.min(step), high.max(step))
        });
        match (low, high) {
            (Step::Full, _) if all_read || hope => Standing::ByChildren,
            (_, Step::Partial | Step::Full) => Standing::Step(Step::Partial),
            (low, _) => Standing::Step(low),
        }
    }

    /// Returns the step that the flow logs on a network, and above it, reach together.
    pub(super) fn own(&self, network: &Network, hope: bool) -> Step {
        if hope && self.is_blind(network) {
            return Step::Full;
        }
        let traffic = self.traffic(network, hope);
        if self.rules.require.traffic.missing(traffic).is_none() {
            Step::Full
        } else if !traffic.is_none() {
            Step::Partial
        } else {
            let steps = self.index.logs(network).map(|log| log.step(hope));
            // A flow log without any traffic is worth nothing.
            steps
                .filter(|step| *step < Step::Full)
                .max()
                .unwrap_or(Step::Nothing)
        }
    }

    /// Returns the traffic that is recorded as required.
    pub(super) fn traffic(&self, network: &Network, hope: bool) -> Traffic {
        let full = |log: &&Assessed<'_>| log.step(hope) == Step::Full;
        let logs = self.index.logs(network).filter(full);
        logs.fold(Traffic::NONE, |all, log| all.and(log.log.traffic))
    }

    /// Returns the interfaces or attachments in a network that count.
    pub(super) fn children(&self, network: &Network) -> impl Iterator<Item = &'w Network> {
        let atoms = self.index.atoms(network).iter().copied();
        atoms.filter(|atom| scope::exclusion(atom, self.index, self.rules).is_none())
    }

    /// Reports whether there may be flow logs that record a network and were not read.
    pub(super) fn is_blind(&self, network: &Network) -> bool {
        self.world.unread(Subject::FlowLogs).is_some()
            || self.hidden_owner(network).is_some()
            || self.unread_container(network).is_some()
    }

    /// Returns the kind of what contains a network, and why it was not read, if that is so. Then its owner is not known.
    pub(super) fn unread_container(&self, network: &Network) -> Option<(Kind, &Cause)> {
        let id = network.above.last()?;
        if self.index.network(id).is_some() {
            return None;
        }
        let kind = network.kind.outermost();
        let cause = self.world.unread(Subject::Networks(kind))?;
        Some((kind, cause))
    }

    /// Returns the other account that owns what contains a network, if its flow logs were not read.
    pub(super) fn hidden_owner<'n>(&self, network: &'n Network) -> Option<&'n str>
    where
        'w: 'n,
    {
        if !scope::is_of_others(network, self.world, self.index) {
            return None;
        }
        let owner = self.index.owner(network)?;
        (!self.index.sees(owner, self.world)).then_some(owner)
    }
}
