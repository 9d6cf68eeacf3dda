//! What is known about the objects of a bucket before one is read.

use super::super::bucket::Bucket;
use super::{Discovery, Finder, written};
use crate::arn::{self, Arn};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::events::completeness::{Gaps, Reason};
use crate::events::query::Query;
use crate::framework::Diagnostics;
use crate::record::RecordType;

/// Finds what is known about the objects of a bucket. They tell their formats themselves; those here are of lines without a
/// header. Flow logs of other accounts and regions may deliver to the bucket, too, so that what is known is never all.
pub(in super::super) async fn of_bucket(
    connection: &Connection,
    query: &Query,
    bucket: &Bucket,
    region: &str,
) -> Result<Discovery, Diagnostics> {
    let formats = match (query.record_type().format(), written(query)?) {
        (Some(format), _) | (None, Some(format)) => vec![format],
        (None, None) => Vec::new(),
    };
    let mut discovery = Discovery {
        formats,
        ..Discovery::default()
    };
    if query.record_type() != RecordType::Aws {
        return Ok(discovery);
    }
    if query.requires_everything() {
        let finder = Finder::new(connection, query, region)?;
        discovery.writers = finder.deliverers(bucket, &mut discovery.gaps).await;
        discovery.calls = 1;
        discovery = finder.finish(discovery);
        // An object tells the format and the flow log of its records.
        discovery.writers.clear();
    }
    discovery.gaps.unchecked = true;
    Ok(discovery)
}

impl Finder<'_> {
    /// Finds the flow logs of the account and the region that deliver to a bucket.
    async fn deliverers(&self, bucket: &Bucket, gaps: &mut Gaps) -> Vec<ec2::FlowLog> {
        let to_buckets = [("log-destination-type".to_owned(), vec!["s3".to_owned()])];
        let found = self.ec2.find(&to_buckets).await;
        let mut found = found.unwrap_or_else(|error| {
            gaps.add(Reason::Denied {
                log_group: bucket.uri().to_owned(),
                error,
            });
            Vec::new()
        });
        found.retain(|flow_log| {
            let arn = flow_log.log_destination.as_deref().and_then(Arn::parse);
            let place = arn
                .as_ref()
                .and_then(|arn| arn::bucket::Bucket::from_arn(arn).ok());
            place.is_some_and(|place| {
                let folder = place.folder.unwrap_or_default();
                place.name == bucket.bucket_name() && bucket.may_hold(folder)
            })
        });
        found
    }
}
