//! Reads what runs, by account and region, with few calls.
//!
//! A few flow logs are looked up by id or resource, many by listing the region: one page holds a thousand, and a missing
//! flow log does not fail the list. An account and region that several declarations name is read once. Regions are read
//! concurrently. A region that fails does not affect the others.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};

use super::connect::{CONCURRENCY, Connected, connect};
use super::options::AwsOptions;
use super::regions::{More, Regions};
use super::target::{Entry, Target, Targets};
use crate::aws::ec2::limits::FILTER_VALUES;
use crate::aws::{Account, Aws, ec2};
use crate::connection::{Connection, IgnoreTags};
use crate::framework::Attr;
use crate::stack::error::Error;

/// Called after each region with the number of regions that are read, and of all regions.
pub type Progress<'a> = dyn Fn(usize, usize) + 'a;

/// What runs in a region of an account.
#[derive(Debug)]
pub(in crate::stack) struct Observed {
    pub(in crate::stack) connection: Connection,
    pub(in crate::stack) flow_logs: Vec<ec2::FlowLog>,
}

/// What is declared in a region of an account, and what runs there or why it could not be read.
#[derive(Debug)]
pub(in crate::stack) struct Region<'s> {
    /// The account is the actual one, unless there is no connection to it.
    pub(in crate::stack) target: Target,
    pub(in crate::stack) declared: Vec<Entry<'s>>,
    pub(in crate::stack) observed: Result<Observed, Error>,
}

/// What to read.
#[derive(Debug)]
pub(in crate::stack) struct Request<'r> {
    pub(in crate::stack) options: &'r AwsOptions,
    /// The connection with the configured credentials.
    pub(in crate::stack) base: &'r Aws,
    /// Whether to read all flow logs, not only the declared ones.
    pub(in crate::stack) everything: bool,
    /// The regions to read besides those of the declarations.
    pub(in crate::stack) regions: &'r Regions,
    /// The tags to ignore.
    pub(in crate::stack) ignore: IgnoreTags,
}

/// Reads what runs in each target. The regions are sorted by target.
pub(in crate::stack) async fn observe<'s>(
    request: &Request<'_>,
    targets: &Targets<'s>,
    progress: &Progress<'_>,
) -> Vec<Region<'s>> {
    let accounts: BTreeSet<_> = targets.declared.keys().map(|t| &t.account).collect();
    let connected = stream::iter(accounts.into_iter().map(async |account| {
        let connected = connect(request.options, request.base, account.as_deref()).await;
        (account, connected)
    }));
    let connected: BTreeMap<_, _> = connected.buffer_unordered(CONCURRENCY).collect().await;
    let mut wanted = merged(targets, &connected);
    let more = request.regions.more(request.base, &connected, targets);
    let More { regions, failed } = more.await;
    for (target, aws) in regions {
        wanted
            .entry((target, true))
            .or_insert_with(|| (Ok(aws), Vec::new()));
    }
    let total = wanted.len();
    let regions = wanted
        .into_iter()
        .map(|((target, _), (aws, declared))| async move {
            let observed = match &aws {
                Ok((aws, account)) => read(request, aws, account, &target.region, &declared).await,
                Err(error) => Err(error.clone()),
            };
            Region {
                target,
                declared,
                observed,
            }
        });
    let mut regions = stream::iter(regions).buffer_unordered(CONCURRENCY);
    let mut observed = Vec::new();
    while let Some(region) = regions.next().await {
        observed.push(region);
        progress(observed.len(), total);
    }
    observed.extend(failed.into_iter().map(|(target, error)| Region {
        target,
        declared: Vec::new(),
        observed: Err(error),
    }));
    observed.sort_by(|a, b| a.target.cmp(&b.target));
    observed
}

/// Merges targets that name the same account in different ways: by its id, and as the account of the credentials. The key
/// also tells whether there is a connection.
fn merged<'s>(
    targets: &Targets<'s>,
    connected: &BTreeMap<&Option<String>, Connected>,
) -> BTreeMap<(Target, bool), (Connected, Vec<Entry<'s>>)> {
    let mut merged: BTreeMap<_, (Connected, Vec<Entry<'s>>)> = BTreeMap::new();
    for (target, declared) in &targets.declared {
        let connected = &connected[&target.account];
        let actual = connected.as_ref().ok().map(|(_, account)| &account.id);
        let key = Target {
            account: actual.or(target.account.as_ref()).cloned(),
            region: target.region.clone(),
        };
        let (_, all) = merged
            .entry((key, connected.is_ok()))
            .or_insert_with(|| (connected.clone(), Vec::new()));
        all.extend(declared);
    }
    for (_, declared) in merged.values_mut() {
        declared.sort_by_key(Entry::place);
    }
    merged
}

async fn read(
    request: &Request<'_>,
    aws: &Aws,
    account: &Account,
    region: &str,
    declared: &[Entry<'_>],
) -> Result<Observed, Error> {
    let filters = if request.everything {
        Vec::new()
    } else {
        filters(declared)
    };
    let ec2 = aws.ec2(region);
    let mut flow_logs = ec2.find(&filters).await?;
    if let Some(filters) = filters_of_gone(&filters, declared, &flow_logs) {
        let known: BTreeSet<_> = flow_logs.iter().map(|log| log.id.clone()).collect();
        let others = ec2.find(&filters).await?;
        flow_logs.extend(others.into_iter().filter(|log| !known.contains(&log.id)));
    }
    Ok(Observed {
        flow_logs,
        connection: Connection {
            run: 0,
            aws: Ok(aws.clone()),
            region: Attr::Known(region.to_owned()),
            account: Some(account.clone()),
            default_tags: Attr::Null,
            ignore_tags: Attr::Known(request.ignore.clone()),
        },
    })
}

/// The filters of DescribeFlowLogs by ids, and by resources.
const BY_ID: &str = "flow-log-id";
const BY_RESOURCE: &str = "resource-id";

/// Filters of DescribeFlowLogs: names with their values.
type Filters = Vec<(String, Vec<String>)>;

/// Returns filters for the declared flow logs; none if there are too many.
fn filters(declared: &[Entry<'_>]) -> Filters {
    let mut ids = BTreeSet::new();
    let mut resources = BTreeSet::new();
    for entry in declared {
        match &entry.declared.id {
            Some(id) => {
                ids.insert(id.clone());
            }
            None => {
                let Some(resource) = entry.declared.desired.flow_log().resource_id.given() else {
                    // Only the deployed stack knows the resource: it may be any.
                    return Vec::new();
                };
                resources.insert(resource.to_owned());
            }
        }
    }
    match (ids.len(), resources.len()) {
        (1.., 0) => filter(BY_ID, ids),
        (0, 1..) => filter(BY_RESOURCE, resources),
        _ => Vec::new(),
    }
}

/// Returns filters for what runs on the resources of declared flow logs that were not found by their ids. Returns `None` if
/// all were found, or if the whole region was read.
fn filters_of_gone(
    filters: &Filters,
    declared: &[Entry<'_>],
    found: &[ec2::FlowLog],
) -> Option<Filters> {
    if filters.first().is_none_or(|(name, _)| name != BY_ID) {
        return None;
    }
    let found: BTreeSet<_> = found.iter().map(|log| log.id.as_str()).collect();
    let is_gone = |id: &str| !found.contains(id);
    let gone = declared
        .iter()
        .map(|entry| entry.declared)
        .filter(|declared| declared.id.as_deref().is_some_and(is_gone));
    let resources: BTreeSet<_> = gone
        .filter_map(|declared| declared.resource_id().map(str::to_owned))
        .collect();
    (!resources.is_empty()).then(|| filter(BY_RESOURCE, resources))
}

/// Returns a filter, or none if it would have more values than EC2 accepts.
fn filter(name: &str, values: BTreeSet<String>) -> Filters {
    if values.len() > FILTER_VALUES {
        return Vec::new();
    }
    vec![(name.to_owned(), values.into_iter().collect())]
}
