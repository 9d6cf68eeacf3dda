//! Whether records of flow logs have arrived at their destinations: the newest streams of log groups, the newest objects of
//! buckets.
//!
//! | file | holds |
//! |---|---|
//! | `writer` | a flow log, and where its records go |
//! | `streams` | the newest records in a log group |
//! | `objects` | the newest objects in a bucket |
//!
//! This module must not know any verdict.

mod objects;
mod streams;
mod writer;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::judge::{Evidence, Requirements, Unclear, World};
use crate::aws::Aws;
pub(super) use objects::locate;
use streams::Wanted;
pub(super) use writer::{Bucket, Parts, Place, Writer};

/// The number of destinations that are read at the same time.
const CONCURRENCY: usize = 8;

/// When the newest record that was found has arrived, or why that is not known.
pub(super) type Arrival = Result<Option<Timestamp>, Unclear>;

/// Looks for the newest records of the flow logs of a world. The writers are the flow logs, in their order.
pub(super) async fn read_evidence(
    aws: &Aws,
    writers: &[Writer],
    world: &mut World,
    require: &Requirements,
) {
    let now = world.now;
    let mut parts: BTreeMap<&str, Parts> = BTreeMap::new();
    for network in &world.networks {
        for id in [&network.id].into_iter().chain(&network.above) {
            let of_id = parts.entry(id.as_str()).or_default();
            of_id.insert(network.id.clone());
        }
    }
    let mut groups: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    let logs = world.flow_logs.iter().zip(writers).enumerate();
    for (number, (log, writer)) in logs {
        if log.must_show_records(now, require) {
            groups.entry(writer.place.clone()).or_default().push(number);
        }
    }
    let logs = &world.flow_logs;
    let searches = groups.into_iter().map(|(place, numbers)| {
        let wanted = numbers.iter().map(|number| {
            let (log, writer) = (&logs[*number], &writers[*number]);
            let since = log.records_due(now, require);
            let own = BTreeSet::from([log.resource_id.clone()]);
            let parts = parts.get(log.resource_id.as_str()).cloned();
            Wanted::new(writer, parts.unwrap_or(own), since)
        });
        let wanted: Vec<_> = wanted.collect();
        async move { (numbers, at(aws, &place, &wanted, now).await) }
    });
    let found: Vec<_> = stream::iter(searches)
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    for (numbers, arrivals) in found {
        for (number, arrival) in numbers.into_iter().zip(arrivals) {
            world.flow_logs[number].evidence = match arrival {
                Ok(newest) => Evidence::Read(newest),
                Err(unclear) => Evidence::Unclear(unclear),
            };
        }
    }
}

/// Looks for records of one flow log that have arrived since a time. Something older may be found as well.
pub(super) async fn arrival(
    aws: &Aws,
    writer: &Writer,
    parts: Parts,
    since: Timestamp,
    now: Timestamp,
) -> Arrival {
    let wanted = [Wanted::new(writer, parts, since)];
    let found = at(aws, &writer.place, &wanted, now).await;
    found.into_iter().next().unwrap_or(Err(Unclear::NoPlace))
}

/// Searches a destination for the records of its flow logs.
async fn at(aws: &Aws, place: &Place, wanted: &[Wanted<'_>], now: Timestamp) -> Vec<Arrival> {
    match place {
        Place::Group { identifier, region } => {
            streams::search(&aws.logs(region), identifier, wanted).await
        }
        Place::Bucket(bucket) => {
            let mut found = Vec::new();
            for one in wanted {
                found.push(objects::search(aws, bucket, &one.writer.id, one.since, now).await);
            }
            found
        }
        Place::DeliveryStream => vec![Err(Unclear::DeliveryStream); wanted.len()],
        Place::Unknown => vec![Err(Unclear::NoPlace); wanted.len()],
    }
}
