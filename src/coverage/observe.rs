//! Reads what the judgement needs in one account: one paged sweep for each kind and region, at the same time.
//!
//! What cannot be read is noted with its cause, and never fails the rest. This module must not know any verdict.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, future, stream};

use super::cloud_wan;
use super::evidence::{Writer, read_evidence};
use super::judge::{
    Evidence, EvidenceLevel, FlowLog, Kind, Network, Retention, Rules, Subject, Traffic, World,
};
pub(crate) use super::trouble::cause;
use crate::arn::{Arn, log_group, partition};
use crate::aws::ec2::{self, NetworkKind};
use crate::aws::logs::Logs;
use crate::aws::{Aws, Swept};
use crate::record::format;

/// The number of regions, and of log groups in each, that are read at the same time.
const CONCURRENCY: usize = 8;
/// The type of a destination whose retention can be read.
const LOG_GROUP: &str = "cloud-watch-logs";

/// The regions to read in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Regions {
    /// Their names.
    pub(super) names: BTreeSet<String>,
    /// Whether these are all regions that are enabled in the account.
    pub(super) are_all: bool,
}

/// Reads what the rules need in each region of an account. The worlds are in the order of the regions, and that of Cloud
/// WAN is the last. `done` is called after each region.
pub(super) async fn observe(
    aws: &Aws,
    account: Option<&str>,
    regions: &Regions,
    rules: &Rules,
    done: &(dyn Fn() + Sync),
) -> Vec<World> {
    let worlds = regions.names.iter().cloned();
    let worlds = worlds.map(|region| async move {
        let world = world(aws, account, &region, rules).await;
        done();
        world
    });
    let worlds = stream::iter(worlds).buffered(CONCURRENCY).collect();
    let kinds = needed(rules);
    let global = cloud_wan::read(aws, account, &kinds);
    let (mut worlds, global): (Vec<World>, _) = future::join(worlds, global).await;
    if let Some(mut global) = global {
        cloud_wan::note_flow_logs(&mut global, &worlds, regions.are_all);
        worlds.push(global);
    }
    worlds
}

/// Returns the kinds to read: those that are judged, what they contain, and what contains them and tells the owner.
fn needed(rules: &Rules) -> BTreeSet<Kind> {
    let mut kinds = rules.kinds.clone();
    for kind in &rules.kinds {
        kinds.extend(kind.atom());
        kinds.insert(kind.outermost());
    }
    // A tag of a subnet excludes the interfaces in it.
    if kinds.contains(&Kind::NetworkInterface) && !rules.exclude.tags.is_empty() {
        kinds.insert(Kind::Subnet);
    }
    kinds
}

async fn world(aws: &Aws, account: Option<&str>, region: &str, rules: &Rules) -> World {
    let ec2 = aws.ec2(region);
    let kinds = needed(rules).into_iter();
    let kinds: Vec<_> = kinds
        .filter_map(|kind| Some((kind, of_ec2(kind)?)))
        .collect();
    let sweeps = kinds.iter().map(|(_, kind)| ec2.networks(*kind));
    let (swept, logs) = future::join(future::join_all(sweeps), ec2.flow_logs()).await;
    let mut world = World {
        account: account.map(str::to_owned),
        region: region.to_owned(),
        is_global: false,
        networks: Vec::new(),
        flow_logs: Vec::new(),
        unread: Vec::new(),
        now: ec2.now(),
    };
    for ((kind, _), Swept { found, broken }) in kinds.into_iter().zip(swept) {
        let found = found.into_iter().map(|found| network(kind, found));
        world.networks.extend(found);
        world.note(Subject::Networks(kind), broken.as_ref());
    }
    world.note(Subject::FlowLogs, logs.broken.as_ref());
    let writers = logs.found.iter();
    let writers: Vec<_> = writers
        .map(|log| Writer::of(log, account, region))
        .collect();
    let logs = logs.found.into_iter();
    world.flow_logs = logs.map(|log| flow_log(log, account, region)).collect();
    if rules.require.healthy && rules.require.evidence == EvidenceLevel::Records {
        read_evidence(aws, &writers, &mut world, &rules.require).await;
    }
    if rules.require.retention_days.is_some() {
        read_retention(&aws.logs(region), account, &mut world.flow_logs).await;
    }
    world
}

/// Returns EC2's kind. EC2 does not describe Cloud WAN.
fn of_ec2(kind: Kind) -> Option<NetworkKind> {
    match kind {
        Kind::Vpc => Some(NetworkKind::Vpc),
        Kind::Subnet => Some(NetworkKind::Subnet),
        Kind::NetworkInterface => Some(NetworkKind::NetworkInterface),
        Kind::TransitGateway => Some(NetworkKind::TransitGateway),
        Kind::TransitGatewayAttachment => Some(NetworkKind::TransitGatewayAttachment),
        Kind::RegionalNatGateway => Some(NetworkKind::RegionalNatGateway),
        Kind::CoreNetwork | Kind::CoreNetworkEdge | Kind::CoreNetworkAttachment => None,
    }
}

fn network(kind: Kind, found: ec2::Network) -> Network {
    let ec2::Network {
        id,
        owner,
        above,
        is_default,
        in_use,
        tags,
    } = found;
    Network {
        id,
        kind,
        // A participant owns its interfaces, but not the VPC that decides.
        owner: owner.filter(|_| kind != Kind::NetworkInterface),
        above,
        is_default,
        in_use,
        tags,
    }
}

fn flow_log(log: ec2::FlowLog, account: Option<&str>, region: &str) -> FlowLog {
    let resource_id = log.resource_id.unwrap_or_default();
    let traffic = match log.traffic_type.as_deref() {
        Some(name) => Traffic::of_type(name).unwrap_or(Traffic::NONE),
        None if records_all_traffic(&resource_id) => Traffic::ALL,
        None => Traffic::NONE,
    };
    let fields = log.log_format.as_deref().and_then(|text| {
        let names = format::names(text).ok()?;
        Some(names.into_iter().map(str::to_owned).collect())
    });
    let group = log.log_group_name.clone();
    let arn = group.as_deref().zip(account);
    let arn = arn
        .map(|(name, account)| log_group::arn(partition::of_region(region), region, account, name));
    // A log group of another account has only an ARN.
    let arn = arn.filter(|_| log.log_destination.is_none());
    FlowLog {
        id: log.id,
        resource_id,
        traffic,
        status: log.flow_log_status,
        delivery: log.deliver_logs_status,
        cause: log.deliver_logs_error_message,
        fields,
        interval: log.max_aggregation_interval,
        destination_type: log.log_destination_type,
        destinations: log
            .log_destination
            .into_iter()
            .chain(group)
            .chain(arn)
            .collect(),
        created: log.creation_time,
        retention: Retention::NotRead,
        evidence: Evidence::NotRead,
        tags: log.tags,
    }
}

/// Reports whether the flow logs of a resource have no traffic type, by the prefix of its ID.
fn records_all_traffic(id: &str) -> bool {
    ["tgw-", "core-network-", "attachment-"]
        .iter()
        .any(|prefix| id.starts_with(prefix))
}

/// Reads how long log groups keep records, each log group once. Those of other accounts cannot be read.
async fn read_retention(logs: &Logs, account: Option<&str>, flow_logs: &mut [FlowLog]) {
    let groups: BTreeSet<String> = flow_logs
        .iter()
        .filter_map(|log| group_of(log, account))
        .collect();
    let read = groups.into_iter().map(|group| async move {
        let retention = match logs.group(&group).await {
            Ok(Some(found)) => found
                .retention_days
                .map_or(Retention::Forever, Retention::Days),
            Ok(None) => Retention::NotRead,
            Err(error) => Retention::Failed(cause(&error)),
        };
        (group, retention)
    });
    let read: BTreeMap<_, _> = stream::iter(read)
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    for log in flow_logs {
        if let Some(found) = group_of(log, account).and_then(|group| read.get(&group)) {
            log.retention = found.clone();
        }
    }
}

/// Returns the name of the log group of a flow log, if it belongs to this account.
fn group_of(log: &FlowLog, account: Option<&str>) -> Option<String> {
    if log.destination_type.as_deref() != Some(LOG_GROUP) {
        return None;
    }
    let place = log.destinations.first()?;
    let other = Arn::parse(place).and_then(|arn| arn.account);
    let is_own = other.is_none() || account.is_none() || other == account;
    is_own.then(|| log_group::name(place).to_owned())
}
