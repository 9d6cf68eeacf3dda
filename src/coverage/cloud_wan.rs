//! Reads the networks of Cloud WAN: core networks, and what is attached to them.
//!
//! They span all regions, and AWS does not say in which region EC2 lists their flow logs. So they are a world of their own
//! in the region of Network Manager, and their flow logs count in every region. One that was not found does not exist only
//! if all regions were read. This module must not know any verdict.

use std::collections::BTreeSet;

use futures_util::future;
use jiff::Timestamp;

use super::judge::{Cause, FlowLog, Kind, Network, Subject, Trouble, Unread, World};
use crate::aws::{Aws, CloudWanKind, CloudWanNetwork, Swept};
use crate::text::sanitize;

/// Reads the networks of Cloud WAN that are of these kinds. Returns `None` if none of the kinds is.
pub(super) async fn read(
    aws: &Aws,
    account: Option<&str>,
    kinds: &BTreeSet<Kind>,
) -> Option<World> {
    let kinds: Vec<_> = kinds
        .iter()
        .filter_map(|kind| Some((*kind, listed_as(*kind)?)))
        .collect();
    if kinds.is_empty() {
        return None;
    }
    let mut world = World {
        account: account.map(str::to_owned),
        region: region(aws),
        is_global: true,
        networks: Vec::new(),
        flow_logs: Vec::new(),
        unread: Vec::new(),
        now: Timestamp::now(),
    };
    let manager = match aws.network_manager() {
        Ok(manager) => manager,
        Err(error) => {
            for (kind, _) in kinds {
                world.note(Subject::Networks(kind), Some(&error));
            }
            return Some(world);
        }
    };
    let listed = kinds.iter().map(|(_, kind)| manager.networks(*kind));
    let listed = future::join_all(listed).await;
    for ((kind, _), Swept { found, broken }) in kinds.into_iter().zip(listed) {
        let found = found.into_iter().map(|found| network(kind, found));
        world.networks.extend(found);
        world.note(Subject::Networks(kind), broken.as_ref());
    }
    Some(world)
}

/// Returns the region in which the networks of Cloud WAN are listed: that of Network Manager.
pub(super) fn region(aws: &Aws) -> String {
    let manager = aws.network_manager().ok();
    let region = manager.as_ref().map(|manager| manager.region());
    region.or(aws.region()).unwrap_or_default().to_owned()
}

/// Notes which flow logs of Cloud WAN may not have been found in the regions of the account. `are_all` tells whether these
/// are all regions that are enabled.
pub(super) fn note_flow_logs(world: &mut World, regions: &[World], are_all: bool) {
    let unread = regions.iter().flat_map(|region| &region.unread);
    let mut failed = unread.filter(|unread| unread.subject == Subject::FlowLogs);
    let logs = regions.iter().flat_map(|region| &region.flow_logs);
    let mut perhaps = logs.filter(|log| may_be_of_edge(log));
    let causes = [
        failed.next().map(|unread| unread.cause.clone()),
        (!are_all).then(region_not_read),
        perhaps.next().map(edge_not_listed),
    ];
    let unread = causes.into_iter().flatten().map(|cause| Unread {
        subject: Subject::FlowLogs,
        cause,
    });
    world.unread.extend(unread);
}

/// Returns Network Manager's kind. It lists no edges, and nothing outside of Cloud WAN.
fn listed_as(kind: Kind) -> Option<CloudWanKind> {
    match kind {
        Kind::CoreNetwork => Some(CloudWanKind::CoreNetwork),
        Kind::CoreNetworkAttachment => Some(CloudWanKind::Attachment),
        _ => None,
    }
}

fn network(kind: Kind, found: CloudWanNetwork) -> Network {
    let CloudWanNetwork {
        id,
        owner,
        core_network,
        tags,
    } = found;
    Network {
        id,
        kind,
        owner,
        above: core_network.into_iter().collect(),
        is_default: false,
        in_use: None,
        tags,
    }
}

/// Reports whether a flow log may stand on an edge of a core network: it has no type of traffic, and the prefix of the ID
/// of its resource is none of those that are known.
fn may_be_of_edge(log: &FlowLog) -> bool {
    log.traffic.is_none()
}

fn region_not_read() -> Cause {
    Cause {
        trouble: Trouble::RegionNotRead,
        code: None,
        message: "EC2 may list flow logs of Cloud WAN in any region, and not all regions were read. Read all of them: \
                  `regions = [\"*\"]`, or `--regions all` on the command line."
            .to_owned(),
    }
}

fn edge_not_listed(log: &FlowLog) -> Cause {
    let resource = sanitize::line(&log.resource_id);
    Cause {
        trouble: Trouble::EdgeNotListed,
        code: None,
        message: format!(
            "Flow log {} records {resource}, which may be an edge of a core network. AWS does not list the IDs of edges, so \
             it is not known which attachments it records.",
            log.id
        ),
    }
}
