//! Reads the networks of Cloud WAN: core networks, and what is attached to them.
//!
//! They span all regions, and nothing here assumes in which region EC2 lists their flow logs. So they are a world of their
//! own in the region of Network Manager, and their flow logs count in every region. One that was not found is known to be
//! missing only if all regions were read. This module must not know any verdict.

use std::collections::BTreeSet;

use futures_util::future;
use jiff::Timestamp;

use super::judge::{Cause, FlowLog, Kind, Network, Subject, Trouble, Unread, World};
use crate::aws::{Aws, CloudWanKind, CloudWanNetwork, Swept};
use crate::text::sanitize;

/// Reads the networks of Cloud WAN that are of these kinds. Returns `None` if none of the kinds is, and where there is no
/// Cloud WAN.
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
    let manager = aws.network_manager()?;
    let mut world = World {
        account: account.map(str::to_owned),
        region: manager.region().to_owned(),
        is_global: true,
        networks: Vec::new(),
        flow_logs: Vec::new(),
        unread: Vec::new(),
        now: Timestamp::now(),
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

/// Returns the region in which the networks of Cloud WAN are listed: that of Network Manager. Returns `None` where there is
/// no Cloud WAN.
pub(super) fn region(aws: &Aws) -> Option<String> {
    let manager = aws.network_manager()?;
    Some(manager.region().to_owned())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::judge::{
        Evidence, Judged, Retention, Rules, Status, Traffic, Verdict, judge,
    };
    use super::*;

    const EDGE: &str = "edge-1";

    fn world(region: &str, is_global: bool) -> World {
        World {
            account: Some("123456789012".to_owned()),
            region: region.to_owned(),
            is_global,
            networks: Vec::new(),
            flow_logs: Vec::new(),
            unread: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn flow_log(number: usize, resource: &str) -> FlowLog {
        FlowLog {
            id: format!("fl-{number}"),
            resource_id: resource.to_owned(),
            traffic: if resource == EDGE {
                Traffic::NONE
            } else {
                Traffic::ALL
            },
            status: Some("ACTIVE".to_owned()),
            delivery: Some("SUCCESS".to_owned()),
            cause: None,
            fields: None,
            interval: Some(60),
            destination_type: Some("s3".to_owned()),
            destinations: Vec::new(),
            created: None,
            retention: Retention::NotRead,
            evidence: Evidence::NotRead,
            tags: BTreeMap::new(),
        }
    }

    /// Returns the world of Cloud WAN: a core network with attachments.
    fn cloud_wan(attachments: usize) -> World {
        let part = |kind, id: String, core_network: Option<&str>| {
            let found = CloudWanNetwork {
                id,
                owner: Some("123456789012".to_owned()),
                core_network: core_network.map(str::to_owned),
                tags: BTreeMap::new(),
            };
            network(kind, found)
        };
        let core = "core-network-0";
        let attachments = (0..attachments).map(|number| {
            let id = format!("attachment-{number}");
            part(Kind::CoreNetworkAttachment, id, Some(core))
        });
        let mut networks = vec![part(Kind::CoreNetwork, core.to_owned(), None)];
        networks.extend(attachments);
        World {
            networks,
            ..world("us-west-2", true)
        }
    }

    /// Judges Cloud WAN after the first regions were read.
    fn judged(wan: &World, regions: &[World], read: usize) -> Vec<Judged> {
        let mut wan = wan.clone();
        note_flow_logs(&mut wan, &regions[..read], read == regions.len());
        let worlds: Vec<_> = regions[..read].iter().cloned().chain([wan]).collect();
        let rules = Rules {
            kinds: BTreeSet::from([Kind::CoreNetwork, Kind::CoreNetworkAttachment]),
            include_empty: true,
            ..Rules::default()
        };
        judge(&worlds, &rules).judged
    }

    /// Returns regions with flow logs.
    fn regions() -> impl Strategy<Value = Vec<World>> {
        let resource = select(vec![
            "core-network-0",
            "attachment-0",
            "attachment-1",
            "attachment-2",
            "vpc-1",
            EDGE,
        ]);
        let logs = prop::collection::vec(resource, 0..3);
        let region = (logs, prop::bool::weighted(0.1));
        prop::collection::vec(region, 1..5).prop_map(|regions| {
            let regions = regions.into_iter().enumerate();
            let read = |(number, (logs, is_denied)): (usize, (Vec<&str>, bool))| {
                let logs = logs.into_iter().enumerate();
                let logs = logs.map(|(place, resource)| flow_log(number * 10 + place, resource));
                let denied = is_denied.then(|| Unread {
                    subject: Subject::FlowLogs,
                    cause: region_not_read(),
                });
                World {
                    flow_logs: logs.collect(),
                    unread: denied.into_iter().collect(),
                    ..world(&format!("region-{number}"), false)
                }
            };
            regions.map(read).collect()
        })
    }

    proptest! {
        #[test]
        fn reading_more_regions_never_makes_anything_less_covered(regions in regions(), attachments in 0..4_usize) {
            let wan = cloud_wan(attachments);
            let mut before = judged(&wan, &regions, 0);
            for read in 1..=regions.len() {
                let after = judged(&wan, &regions, read);
                for (before, after) in before.iter().zip(&after) {
                    prop_assert_eq!(&before.id, &after.id);
                    let (earlier, later) = (before.verdict.status(), after.verdict.status());
                    if earlier.is_compliant() {
                        prop_assert!(later.is_compliant(), "{before:?} became {after:?}");
                    }
                    if read < regions.len() {
                        prop_assert!(later != Status::Uncovered, "{after:?} before all regions were read");
                    }
                }
                before = after;
            }
            // All regions are read: only what was denied or may be an edge leaves a doubt.
            let logs = || regions.iter().flat_map(|region| &region.flow_logs);
            let is_certain = regions.iter().all(|region| region.unread.is_empty())
                && logs().all(|log| log.resource_id != EDGE);
            for judged in before {
                let own = |log: &FlowLog| Some(&log.resource_id) == judged.id.as_ref();
                if logs().any(own) {
                    prop_assert_eq!(&judged.verdict, &Verdict::Covered);
                }
                if is_certain {
                    prop_assert!(judged.verdict.status() != Status::Unknown, "{judged:?}");
                }
            }
        }
    }
}
