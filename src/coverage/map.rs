//! What is recorded, as a map: accounts, their regions, the networks there, and what is in each of them.
//!
//! Interfaces are only counted: an account may have very many. This module must not know how a map is drawn.

use std::collections::BTreeMap;

use super::judge::{Coverage, Judged, Kind, Status};
use crate::report::{Area, Chip, Color, Tally};

/// What is only counted.
const COUNTED: &str = "interfaces";

/// Returns the word for a verdict.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Covered => "recorded",
        Status::CoveredByChildren => "recorded by its parts",
        Status::Partial => "in part",
        Status::Insufficient => "insufficient",
        Status::Pending => "pending",
        Status::Unhealthy => "not delivering",
        Status::Uncovered => "not recorded",
        Status::NotApplicable => "not applicable",
        Status::Unknown => "unknown",
    }
}

/// Returns the numbers of networks with each verdict.
pub(super) fn tallies(counts: &BTreeMap<Status, usize>) -> Vec<Tally> {
    let tallies = counts.iter().map(|(status, count)| Tally {
        word: word(*status),
        color: color(*status),
        count: *count,
    });
    tallies.filter(|tally| tally.count > 0).collect()
}

/// Returns the map.
pub(super) fn of(coverage: &Coverage) -> Vec<Area> {
    let mut accounts: BTreeMap<Option<&str>, BTreeMap<&str, Vec<&Judged>>> = BTreeMap::new();
    for (account, region) in &coverage.places {
        accounts
            .entry(account.as_deref())
            .or_default()
            .entry(region)
            .or_default();
    }
    for judged in &coverage.judged {
        let regions = accounts.entry(judged.account.as_deref()).or_default();
        regions.entry(&judged.region).or_default().push(judged);
    }
    let accounts = accounts.into_iter().map(|(account, regions)| Area {
        name: account.unwrap_or("unknown account").to_owned(),
        detail: account.map(|_| "account".to_owned()),
        tallies: counted(regions.values().flatten().copied()),
        within: regions
            .into_iter()
            .map(|(name, networks)| region(name, &networks))
            .collect(),
        ..Area::default()
    });
    accounts.collect()
}

fn color(status: Status) -> Color {
    match status {
        Status::Covered => Color::Green,
        Status::CoveredByChildren => Color::Sky,
        Status::Partial | Status::Insufficient => Color::Orange,
        Status::Pending => Color::Blue,
        Status::Unhealthy | Status::Uncovered => Color::Red,
        Status::NotApplicable => Color::Gray,
        Status::Unknown => Color::Purple,
    }
}

fn counted<'j>(networks: impl IntoIterator<Item = &'j Judged>) -> Vec<Tally> {
    let mut counts = BTreeMap::new();
    for judged in networks {
        *counts.entry(judged.verdict.status()).or_default() += 1;
    }
    tallies(&counts)
}

fn region(name: &str, networks: &[&Judged]) -> Area {
    let mut outermost: BTreeMap<(Kind, Option<&str>), Vec<&Judged>> = BTreeMap::new();
    for judged in networks {
        outermost.entry(place(judged)).or_default().push(judged);
    }
    Area {
        name: name.to_owned(),
        tallies: counted(networks.iter().copied()),
        within: outermost
            .into_iter()
            .map(|((kind, id), all)| network(kind, id, &all))
            .collect(),
        ..Area::default()
    }
}

/// Returns the outermost network around a network. Without an ID, it stands for all of its kind.
fn place(judged: &Judged) -> (Kind, Option<&str>) {
    match &judged.id {
        None => (judged.kind, None),
        Some(id) => (
            judged.kind.outermost(),
            Some(judged.above.last().unwrap_or(id)),
        ),
    }
}

/// Returns a network with all that is in it.
fn network(kind: Kind, id: Option<&str>, all: &[&Judged]) -> Area {
    let Some(id) = id else {
        return Area {
            name: format!("every {}", kind.name()),
            outcome: all.first().map(|judged| chip(judged)),
            ..Area::default()
        };
    };
    let own = all.iter().find(|judged| judged.id.as_deref() == Some(id));
    let shown = all
        .iter()
        .filter(|judged| judged.id.as_deref() != Some(id) && !is_counted(judged.kind));
    let tallies_in = |inner: Option<&str>| {
        let counted_here =
            |judged: &&&Judged| is_counted(judged.kind) && around(judged, all) == inner;
        counted(all.iter().filter(counted_here).copied())
    };
    Area {
        name: id.to_owned(),
        detail: own.and_then(|own| own.name.clone()),
        outcome: own.map(|own| chip(own)),
        within: shown
            .map(|judged| Area {
                name: judged.id.clone().unwrap_or_default(),
                detail: judged.name.clone(),
                outcome: Some(chip(judged)),
                tallies: tallies_in(judged.id.as_deref()),
                counted: COUNTED,
                within: Vec::new(),
            })
            .collect(),
        tallies: tallies_in(None),
        counted: COUNTED,
    }
}

/// Reports whether there may be so many of a kind that the map only counts them.
fn is_counted(kind: Kind) -> bool {
    kind == Kind::NetworkInterface
}

/// Returns the network that is shown around one that is counted. `None` if that is the outermost one.
fn around<'j>(judged: &'j Judged, all: &[&Judged]) -> Option<&'j str> {
    let nearest = judged.above.first().map(String::as_str)?;
    let is_shown =
        |other: &&Judged| other.kind == Kind::Subnet && other.id.as_deref() == Some(nearest);
    all.iter().any(is_shown).then_some(nearest)
}

fn chip(judged: &Judged) -> Chip {
    let status = judged.verdict.status();
    Chip {
        word: word(status).to_owned(),
        color: color(status),
    }
}
