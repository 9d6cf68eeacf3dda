//! Where records are: one file for each source, equal in shape.
//!
//! | file | holds |
//! |---|---|
//! | `log_group` | the source "log group of CloudWatch Logs" |
//! | `bucket` | the source "objects of a bucket" |
//! | `discovery` | the source of a query, its record formats, and the flow logs that write to it |
//! | `implied` | what a flow log says about all its records |
//! | `push_down` | the calls that the quals are pushed down into |
//!
//! A log group brings pages of events, at the pace that CloudWatch Logs allows. A bucket brings objects. Must not know what
//! becomes of the events.

mod bucket;
mod discovery;
mod implied;
mod log_group;
mod push_down;

pub(crate) use bucket::{Bucket, Listed, Size};
pub(crate) use discovery::{Discovery, LONGEST_INTERVAL};
pub(crate) use implied::Implied;
pub(crate) use log_group::{LogGroup, Permit};
pub(crate) use push_down::PushDown;

use discovery::Destination;

use super::half_open::HalfOpen;
use super::query::{Place, Query, not_for_buckets, one_source};
use crate::aws;
use crate::connection::Connection;
use crate::framework::{Attr, Diagnostic, Diagnostics};
use crate::record::Reader;

/// Where pages of events come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A log group of CloudWatch Logs.
    LogGroup(LogGroup),
    /// Objects of a bucket.
    Bucket(Bucket),
}

/// Finds the source of a query, and what is known about its records.
///
/// # Errors
/// There is no such source, or it cannot be described.
pub(crate) async fn find(
    connection: &Connection,
    query: &Query,
) -> Result<(Source, Discovery), Diagnostics> {
    let region = connection.region(query.region.given())?;
    let given = [&query.flow_log_id, &query.log_group_name, &query.s3_uri].map(Attr::given);
    let (destination, discovery) = match given {
        [Some(id), None, None] => discovery::of_flow_log(connection, query, id, &region).await?,
        [None, Some(group), None] => {
            let (name, discovery) = discovery::of_group(connection, query, group, &region).await?;
            (Destination::Group(name), discovery)
        }
        [None, None, Some(uri)] => {
            let bucket = Bucket::at(connection.aws()?, uri, &region, query)?;
            let discovery = discovery::of_bucket(connection, query, &bucket, &region).await?;
            return Ok((Source::Bucket(bucket), discovery));
        }
        _ => return Err(one_source().into()),
    };
    let aws = connection.aws()?;
    let source = match destination {
        Destination::Group(name) => {
            let logs = aws.logs(&region);
            Source::LogGroup(LogGroup::new(logs, name, region, query))
        }
        Destination::Bucket {
            name,
            folder,
            flow_log,
        } => {
            let set = query
                .only_for_log_groups()
                .into_iter()
                .find(|(_, set)| *set);
            if let Some((argument, _)) = set {
                return Err(not_for_buckets(argument).into());
            }
            let account = connection.account.as_ref();
            let account = account.map(|account| account.id.as_str());
            let folder = (name, folder);
            let bucket = Bucket::of_flow_log(aws, folder, account, &flow_log, region, query);
            Source::Bucket(bucket)
        }
    };
    Ok((source, discovery))
}

impl Source {
    /// Decides how the quals are pushed down, and keeps the calls. Returns nothing once `is_wanted` returns false.
    pub(crate) async fn push_down(
        &mut self,
        query: &Query,
        reader: &Reader,
        by_stream: bool,
        discovery: &mut Discovery,
        is_wanted: &(dyn Fn() -> bool + Sync),
    ) -> Option<PushDown> {
        match self {
            Self::LogGroup(group) => {
                let decided =
                    push_down::decide(query, reader, by_stream, group, discovery, is_wanted).await;
                decided.inspect(|push_down| group.set_calls(&push_down.calls))
            }
            Self::Bucket(_) => Some(PushDown::nothing(reader)),
        }
    }

    /// Returns the name for messages.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::LogGroup(group) => group.name(),
            Self::Bucket(bucket) => bucket.uri(),
        }
    }

    /// Returns the region.
    pub(crate) fn region(&self) -> &str {
        match self {
            Self::LogGroup(group) => group.region(),
            Self::Bucket(bucket) => bucket.region(),
        }
    }

    /// Returns where it is, as the arguments of a query say that.
    pub(crate) fn place(&self) -> Place {
        let region = self.region().to_owned();
        match self {
            Self::LogGroup(group) => Place {
                log_group: Some(group.name().to_owned()),
                s3_uri: None,
                region,
            },
            Self::Bucket(bucket) => Place {
                log_group: None,
                s3_uri: Some(bucket.uri().to_owned()),
                region,
            },
        }
    }

    /// Notes whether events at the start of the window may have expired. Takes a call if the window starts more than a day
    /// ago.
    pub(crate) async fn check_retention(
        &self,
        window: HalfOpen,
        age: jiff::SignedDuration,
        discovery: &mut Discovery,
    ) {
        match self {
            Self::LogGroup(group) => group.check_retention(window, age, discovery).await,
            // The rules by which a bucket deletes objects are not read.
            Self::Bucket(_) => {}
        }
    }

    /// Explains why the service refused a request.
    pub(crate) async fn explain(&self, error: &aws::Error) -> Diagnostic {
        match self {
            Self::LogGroup(group) => group.explain(error).await,
            Self::Bucket(bucket) => bucket.explain(error),
        }
    }
}
