//! The reason for a verdict. This module must not know how a network came to stand where it stands.

use std::collections::BTreeSet;

use super::assess::{Assessed, Step};
use super::standing::{Standing, View};
use super::traffic::Traffic;
use super::verdict::{Doubt, Exemption, Partial, Undelivered, Verdict};
use super::world::{Network, Subject};

/// Returns the verdict about a network that is judged.
pub(super) fn verdict(view: &View<'_, '_>, network: &Network) -> Verdict {
    let certain = view.standing(network, false);
    let possible = if certain.is_compliant() || certain == Standing::Empty {
        certain
    } else {
        view.standing(network, true)
    };
    let is_open = possible != certain && (possible.is_compliant() || possible == Standing::Empty);
    let known = match certain {
        _ if is_open => None,
        Standing::ByChildren => Some(Verdict::CoveredByChildren),
        Standing::Empty => Some(Verdict::NotApplicable(Exemption::Empty)),
        Standing::Step(step) => of_step(view, network, step),
    };
    known.unwrap_or_else(|| Verdict::Unknown(doubts(view, network)))
}

/// Returns the verdict of a step, or `None` if nothing is certain about it.
fn of_step(view: &View<'_, '_>, network: &Network, step: Step) -> Option<Verdict> {
    let logs = || logs(view, network).filter(|log| log.step(false) == step);
    match step {
        Step::Full => Some(Verdict::Covered),
        Step::Partial => Some(Verdict::Partial(partial(view, network))),
        Step::Insufficient => {
            let lacks: BTreeSet<_> = logs().flat_map(|log| log.shortfalls.clone()).collect();
            (!lacks.is_empty()).then(|| Verdict::Insufficient(lacks.into_iter().collect()))
        }
        Step::Pending => {
            let ids = logs().map(|log| log.log.id.clone());
            Some(Verdict::Pending(ids.collect()))
        }
        Step::Unhealthy => {
            let failing = logs().filter(|log| log.step(true) == step);
            let failing: BTreeSet<_> = failing.map(undelivered).collect();
            (!failing.is_empty()).then(|| Verdict::Unhealthy(failing.into_iter().collect()))
        }
        Step::Nothing => Some(Verdict::Uncovered),
    }
}

fn undelivered(log: &Assessed<'_>) -> Undelivered {
    Undelivered {
        flow_log: log.log.id.clone(),
        cause: log.log.cause.clone(),
        silence: log.silence,
    }
}

/// Returns what is missing of a network, or of the parts of it that are not covered.
fn partial(view: &View<'_, '_>, network: &Network) -> Partial {
    let required = view.rules.require.traffic;
    let missing = |network| required.missing(view.traffic(network, false));
    let bare: Vec<_> = view
        .children(network)
        .filter(|child| view.own(child, false) != Step::Full)
        .collect();
    let mut ids: Vec<_> = bare.iter().map(|child| child.id.clone()).collect();
    ids.sort();
    Partial {
        missing: if bare.is_empty() {
            missing(network)
        } else {
            let parts = bare.iter();
            parts.fold(Traffic::NONE, |all, child| all.and(missing(child)))
        },
        bare: ids,
    }
}

/// Returns why the verdict about a network is not known.
fn doubts(view: &View<'_, '_>, network: &Network) -> BTreeSet<Doubt> {
    let mut doubts: BTreeSet<Doubt> = logs(view, network)
        .flat_map(|log| log.doubts.clone())
        .collect();
    let unread = view.world.all_unread(Subject::FlowLogs).cloned();
    doubts.extend(unread.map(Doubt::FlowLogs));
    let owner = view.hidden_owner(network).map(str::to_owned);
    doubts.extend(owner.map(Doubt::Owner));
    let container = view.unread_container(network);
    doubts.extend(container.map(|(kind, cause)| Doubt::Networks(kind, cause.clone())));
    if let Some(kind) = network.kind.atom() {
        let unread = view.world.unread(Subject::Networks(kind)).cloned();
        doubts.extend(unread.map(|cause| Doubt::Networks(kind, cause)));
    }
    doubts
}

/// Returns the flow logs that record a network, or something in it. One may come several times.
fn logs<'v>(
    view: &'v View<'_, '_>,
    network: &'v Network,
) -> impl Iterator<Item = &'v Assessed<'v>> {
    let children = view.children(network);
    let below = children.flat_map(|child| view.index.logs(child));
    view.index.logs(network).chain(below)
}
