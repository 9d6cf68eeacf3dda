//! The source "bucket": objects of S3, or of a store with its interface.
//!
//! | file | holds |
//! |---|---|
//! | `listing` | which objects may hold records of a window |
//! | `size` | how much the objects with some keys hold |
//!
//! Must not know what becomes of the records.

mod listing;
mod size;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::arn::bucket::Uri;
use crate::aws::s3::{Listing, Object, ObjectsPage, Reply, S3};
use crate::aws::{self, Aws, ec2};
use crate::events::NOT_READ;
use crate::events::query::{Query, malformed_uri};
use crate::framework::Diagnostic;
use crate::record::RecordType;
pub(crate) use listing::Listed;
pub(crate) use size::Size;

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
    FlowLog(Writer),
    /// Those of all flow logs, and any others with flow-log records.
    FlowLogs,
    /// Those of an audit trail of Yandex Cloud.
    Trail,
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
            RecordType::Aws => Objects::FlowLogs,
            RecordType::YandexExternalFlow => Objects::Trail,
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
        flow_log: &ec2::FlowLog,
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
            objects: Objects::FlowLog(Writer {
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

    /// Returns the place, such as `s3://bucket/prefix`.
    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns the name of the bucket alone.
    pub(crate) fn bucket_name(&self) -> &str {
        &self.name
    }

    /// Reports whether a flow log that delivers to a folder of the bucket may write objects that are asked for.
    pub(super) fn may_hold(&self, folder: &str) -> bool {
        self.prefix.starts_with(folder) || folder.starts_with(&self.prefix)
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
            Objects::FlowLog(_) => "flow_log_id",
            Objects::FlowLogs | Objects::Trail => "s3_uri",
        };
        Diagnostic::error("events-not-read", NOT_READ, detail).at(argument)
    }

    /// Reads one page of a listing, in the region of the bucket.
    async fn page(
        &self,
        listing: &Listing,
        token: Option<String>,
    ) -> Result<ObjectsPage, aws::Error> {
        let region = match self.s3().page(listing, token.clone()).await? {
            Reply::Page(page) => return Ok(page),
            Reply::Elsewhere { region, .. } => region,
        };
        // Other listings that are under way may have found it, too.
        let region = self.found.get_or_init(|| region);
        match self.aws.s3(region).page(listing, token).await? {
            Reply::Page(page) => Ok(page),
            Reply::Elsewhere { error, .. } => Err(*error),
        }
    }

    fn s3(&self) -> S3 {
        let found = self.found.get();
        self.aws.s3(found.unwrap_or(&self.region))
    }
}
