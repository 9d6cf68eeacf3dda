//! The source "bucket": objects of S3, or of a store with its interface.
//!
//! | file | holds |
//! |---|---|
//! | `listing` | which objects may hold records of a window |
//!
//! Must not know what becomes of the records.

mod listing;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::arn::bucket::Uri;
use crate::aws::s3::{Listing, Object, ObjectsPage, S3};
use crate::aws::{self, Aws, FlowLog};
use crate::events::NOT_READ;
use crate::events::query::{Query, malformed_uri};
use crate::framework::Diagnostic;
use crate::record::RecordType;
pub(crate) use listing::Listed;

/// A bucket, and which of its objects are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    aws: Aws,
    /// The name for messages, such as `s3://bucket/prefix`.
    uri: String,
    name: String,
    /// What the keys begin with.
    prefix: String,
    objects: Objects,
    /// The region in the configuration.
    region: String,
    /// The region in which the bucket turned out to be.
    found: Arc<OnceLock<String>>,
    requester_pays: bool,
}

/// Which objects are asked for.
#[derive(Clone, Debug)]
enum Objects {
    /// Those of one flow log.
    OfFlowLog(Writer),
    /// Those of all flow logs, and any others with flow-log records.
    OfFlowLogs,
    /// Those of an audit trail of Yandex Cloud.
    OfTrail,
}

/// A flow log that writes to a bucket.
#[derive(Clone, Debug)]
struct Writer {
    id: String,
    /// Its account; none if it is not known.
    accounts: Vec<String>,
    /// Its region.
    regions: Vec<String>,
    is_hive: bool,
    is_hourly: bool,
}

impl Bucket {
    /// Returns the bucket of a URI.
    ///
    /// # Errors
    /// The URI is malformed.
    pub(super) fn at(
        aws: &Aws,
        uri: &str,
        region: &str,
        query: &Query,
    ) -> Result<Self, Diagnostic> {
        let parsed = Uri::parse(uri).map_err(|problem| malformed_uri(uri, problem))?;
        let objects = match query.record_type() {
            RecordType::Aws => Objects::OfFlowLogs,
            RecordType::YandexExternalFlow => Objects::OfTrail,
        };
        Ok(Self {
            aws: aws.clone(),
            uri: uri.to_owned(),
            name: parsed.bucket.to_owned(),
            prefix: parsed.prefix.to_owned(),
            objects,
            region: region.to_owned(),
            found: Arc::default(),
            requester_pays: query.requester_pays(),
        })
    }

    /// Returns the folder that a flow log delivers to.
    pub(super) fn of_flow_log(
        aws: &Aws,
        (name, folder): (String, String),
        account: Option<&str>,
        flow_log: &FlowLog,
        region: String,
        query: &Query,
    ) -> Self {
        let options = flow_log.destination_options.clone().unwrap_or_default();
        let folder = folder.trim_end_matches('/');
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        Self {
            aws: aws.clone(),
            uri: format!("s3://{name}/{prefix}"),
            name,
            prefix,
            objects: Objects::OfFlowLog(Writer {
                id: flow_log.id.clone(),
                accounts: account.map(str::to_owned).into_iter().collect(),
                regions: vec![region.clone()],
                is_hive: options.hive_compatible_partitions == Some(true),
                is_hourly: options.per_hour_partition == Some(true),
            }),
            region,
            found: Arc::default(),
            requester_pays: query.requester_pays(),
        }
    }

    /// Returns the name for messages.
    pub(crate) fn name(&self) -> &str {
        &self.uri
    }

    /// Returns the name of the bucket alone.
    pub(crate) fn bucket_name(&self) -> &str {
        &self.name
    }

    /// Returns the region in the configuration.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Reads bytes of an object, from `start` on, at most `length`.
    ///
    /// # Errors
    /// S3 refuses the call.
    pub(crate) async fn read(
        &self,
        object: &Object,
        start: u64,
        length: u64,
    ) -> Result<Bytes, aws::Error> {
        let range = (start, length);
        self.s3()
            .read(&self.name, object, range, self.requester_pays)
            .await
    }

    /// Explains why S3 refused a call.
    pub(crate) fn explain(&self, error: &aws::Error) -> Diagnostic {
        let hint = error.hint();
        let hint = hint.as_deref().unwrap_or(
            "Check the name of the bucket and the prefix. Set `request_payer = \"requester\"` if the caller pays for requests.",
        );
        let detail = format!("Could not read {}. {error}\n\n{hint}", self.uri);
        let argument = match self.objects {
            Objects::OfFlowLog(_) => "flow_log_id",
            Objects::OfFlowLogs | Objects::OfTrail => "s3_uri",
        };
        Diagnostic::error("events-not-read", NOT_READ, detail).at(argument)
    }

    /// Reads one page of a listing, in the region of the bucket.
    async fn page(
        &self,
        listing: &Listing,
        token: Option<String>,
    ) -> Result<ObjectsPage, aws::Error> {
        match self.s3().page(listing, token.clone()).await {
            Err(error) => match error.other_region() {
                Some(region) if self.found.set(region.to_owned()).is_ok() => {
                    self.s3().page(listing, token).await
                }
                _ => Err(error),
            },
            page => page,
        }
    }

    fn s3(&self) -> S3 {
        let found = self.found.get();
        self.aws.s3(found.unwrap_or(&self.region))
    }
}
