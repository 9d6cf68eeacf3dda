//! One verdict for each network.

use std::collections::{BTreeMap, BTreeSet};

use super::double::{Double, doubles};
use super::explain;
use super::index::Index;
use super::rules::Rules;
use super::scope;
use super::standing::View;
use super::verdict::{Doubt, Status, Verdict};
use super::world::{Kind, Network, Subject, World};

/// The tag that names a network.
const NAME: &str = "Name";

/// What flow logs record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The networks with their verdicts, by account, region, kind and ID.
    pub judged: Vec<Judged>,
    /// What is recorded twice.
    pub doubles: Vec<Double>,
    /// The accounts and regions that were read, or could not be read.
    pub places: BTreeSet<(Option<String>, String)>,
}

/// A network with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The account that was asked, if it is known.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// The kind.
    pub kind: Kind,
    /// The ID. `None` stands for all networks of the kind that could not be read.
    pub id: Option<String>,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// The account that owns it, or the VPC, transit gateway or core network that it belongs to.
    pub owner: Option<String>,
    /// The IDs of what contains it, the nearest first.
    pub above: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The IDs of the flow logs that record it: its own, and those of what contains it.
    pub flow_logs: BTreeSet<String>,
}

/// The numbers of networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All networks.
    pub total: usize,
    /// Those that are recorded as required.
    pub compliant: usize,
    /// Those that are not.
    pub non_compliant: usize,
    /// Those that are not judged.
    pub not_applicable: usize,
    /// Those about which nothing is known for certain. All networks of a kind that could not be read count as one.
    pub unknown: usize,
    /// The numbers by verdict, each of them.
    pub by_status: BTreeMap<Status, usize>,
}

/// Judges the networks of one or several accounts and regions.
pub fn judge(worlds: &[World], rules: &Rules) -> Coverage {
    let index = Index::of(worlds, rules);
    let mut judged: Vec<Judged> = Vec::new();
    for world in worlds {
        let view = View {
            world,
            index: &index,
            rules,
        };
        let mut seen = BTreeSet::new();
        for network in &world.networks {
            if rules.kinds.contains(&network.kind) && seen.insert(network.id.as_str()) {
                judged.push(of(&view, network));
            }
        }
        judged.extend(rules.kinds.iter().filter_map(|kind| missing(world, *kind)));
    }
    judged.sort_by(|a, b| key(a).cmp(&key(b)));
    let places = worlds.iter();
    let places = places.map(|world| (world.account.clone(), world.region.clone()));
    Coverage {
        judged,
        doubles: doubles(&index),
        places: places.collect(),
    }
}

fn key(judged: &Judged) -> (&Option<String>, &str, Kind, &Option<String>) {
    let Judged {
        account,
        region,
        kind,
        id,
        ..
    } = judged;
    (account, region, *kind, id)
}

fn of(view: &View<'_, '_>, network: &Network) -> Judged {
    let exempt = scope::exemption(network, view.world, view.index, view.rules);
    let verdict = match exempt {
        Some(exemption) => Verdict::NotApplicable(exemption),
        None => explain::verdict(view, network),
    };
    let logs = view.index.logs(network);
    Judged {
        account: view.world.account.clone(),
        region: view.world.region.clone(),
        kind: network.kind,
        id: Some(network.id.clone()),
        name: network.tags.get(NAME).cloned(),
        owner: view.index.owner(network).map(str::to_owned),
        above: network.above.clone(),
        verdict,
        flow_logs: logs.map(|log| log.log.id.clone()).collect(),
    }
}

/// Returns the verdict about the networks of a kind that could not be read.
fn missing(world: &World, kind: Kind) -> Option<Judged> {
    let cause = world.unread(Subject::Networks(kind))?;
    let doubt = Doubt::Networks(kind, cause.clone());
    Some(Judged {
        account: world.account.clone(),
        region: world.region.clone(),
        kind,
        id: None,
        name: None,
        owner: None,
        above: Vec::new(),
        verdict: Verdict::Unknown(BTreeSet::from([doubt])),
        flow_logs: BTreeSet::new(),
    })
}

impl Coverage {
    /// Returns the numbers of networks.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            by_status: Status::ALL.map(|status| (status, 0)).into(),
            ..Counts::default()
        };
        for judged in &self.judged {
            let status = judged.verdict.status();
            counts.total += 1;
            *counts.by_status.entry(status).or_default() += 1;
            match status {
                Status::NotApplicable => counts.not_applicable += 1,
                Status::Unknown => counts.unknown += 1,
                status if status.is_compliant() => counts.compliant += 1,
                _ => counts.non_compliant += 1,
            }
        }
        counts
    }
}

impl Counts {
    /// Reports whether every network that is judged is recorded as required. What is not known does not pass.
    pub fn is_compliant(&self) -> bool {
        self.compliant == self.total - self.not_applicable
    }
}
