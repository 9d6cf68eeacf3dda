//! The arguments of a query, apart from the quals at its top level.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quals::Quals;
use crate::framework::{Attr, Model, behaviour};
use crate::record::RecordType;

/// The value of `request_payer`.
const REQUESTER: &str = "requester";

/// Where the events are, which time is wanted, and what else they must match.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Query {
    /// The ID of the flow log to query (`fl-…`). **One of `flow_log_id`, `log_group_name` and `s3_uri` is required**,
    /// except for a summary by the engine `athena`. The provider gets the destination and the record format of the flow log
    /// from EC2 in `region`. If the log group does not exist yet, or the bucket contains no object of the flow log, the
    /// result is empty, with a warning.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("log_group_name"))]
    #[schemars(transform = behaviour::conflicts_with("s3_uri"))]
    pub flow_log_id: Attr<String>,
    /// The name or the ARN of the log group to query, if neither `flow_log_id` nor `s3_uri` is set. With `flow_log_id`, this
    /// is the log group of the flow log, if it delivers to one.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    #[schemars(transform = behaviour::conflicts_with("s3_uri"))]
    pub log_group_name: Attr<String>,
    /// The objects to query, as `s3://bucket/prefix`, if neither `flow_log_id` nor `log_group_name` is set: the folder that
    /// one or several flow logs deliver to, a folder in it, or one object. The objects are gzip text with a header or
    /// Parquet, in any of AWS's layouts. With `flow_log_id`, this is the folder of the flow log, if it delivers to a bucket.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub s3_uri: Attr<String>,
    /// Who pays for the requests to the bucket: `requester`, if the bucket requires that. By default, the owner pays.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(&[REQUESTER]))]
    pub request_payer: Attr<String>,
    /// The maximum size, in bytes, of the objects to read. If the objects of the time window are larger, the query fails
    /// before it reads any of them. With the engine `athena`, this works if the table has partition projection and the
    /// caller may list the bucket. Otherwise the provider stops the query as soon as Athena reports that it has read more,
    /// and AWS bills for what was read.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub max_scan_bytes: Attr<i64>,
    /// The region of the flow log, log group or bucket. Defaults to the region of the provider. The provider finds
    /// the region of a bucket itself.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
    /// The log stream to search. The default is all log streams.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("log_stream_name_prefix"))]
    pub log_stream_name: Attr<String>,
    /// The prefix of the names of the log streams to search.
    #[serde(default)]
    pub log_stream_name_prefix: Attr<String>,
    /// The record format, as `${field}` separated by spaces (in HCL: `$${field}`). Set it if no flow log that writes to
    /// the log group can be found.
    #[serde(default)]
    pub log_format: Attr<String>,
    /// The type of the records: `aws` (the default) for lines of flow logs, or `yandex-external-flow` for ExternalFlow
    /// events of Yandex Cloud in JSON. An ExternalFlow event counts once, however often it was delivered.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(RecordType::NAMES))]
    pub record_type: Attr<String>,
    /// Whether to show masked data. Requires the permission `logs:Unmask`.
    #[serde(default)]
    pub unmask: Attr<bool>,
    /// The length of the time window, such as `30m`, `1h` or `2d`, which ends at `end_time` or now. **One of `lookback` and
    /// `start_time` is required**.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("start_time"))]
    pub lookback: Attr<String>,
    /// The start of the time window (RFC 3339), inclusive. Set it instead of `lookback`.
    #[serde(default)]
    pub start_time: Attr<String>,
    /// The end of the time window (RFC 3339), exclusive. Defaults to now.
    #[serde(default)]
    pub end_time: Attr<String>,
    /// The time limit of the query, such as `10m`. Defaults to `5m`. A query that takes longer fails: it never returns a
    /// partial result.
    #[serde(default)]
    pub timeout: Attr<String>,
    /// A CloudWatch filter pattern, sent unchanged. The provider still checks the filters.
    #[serde(default)]
    pub filter_pattern: Attr<String>,
    /// Whether the query fails if it could not see everything in the time window. The error lists the reasons in
    /// `incomplete`. Set it in every gate, so that the gate does not pass if the query missed traffic. It makes more calls:
    /// one to EC2 if `log_format` is set, one or two that read lines without the filter pattern made from the filters, and
    /// those that find the records by which AWS reports skipped records. The engine `insights` runs a second query, which AWS
    /// bills like the first.
    #[serde(default)]
    pub require_complete: Attr<bool>,
    /// A set of conditions. A record must match at least one `where` block, if there are any. Within a block, all
    /// conditions must match.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub r#where: Attr<Vec<Quals>>,
    /// A set of conditions. A record must match no `exclude` block. Within a block, all conditions must match.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub exclude: Attr<Vec<Quals>>,
}

/// Where events were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) log_group: Option<String>,
    pub(crate) s3_uri: Option<String>,
    pub(crate) region: String,
}

impl Model for Query {}

impl Query {
    /// Returns the type of the records.
    pub(crate) fn record_type(&self) -> RecordType {
        self.record_type
            .given()
            .and_then(RecordType::named)
            .unwrap_or_default()
    }

    /// Reports whether the query fails if it could not see everything.
    pub(crate) fn requires_everything(&self) -> bool {
        self.require_complete.known() == Some(&true)
    }

    /// Reports whether the caller pays for the requests to the bucket.
    pub(crate) fn requester_pays(&self) -> bool {
        self.request_payer.given() == Some(REQUESTER)
    }

    /// Returns the most bytes of objects to read.
    pub(crate) fn most_bytes(&self) -> Option<u64> {
        let most = self.max_scan_bytes.known();
        most.and_then(|most| u64::try_from(*most).ok())
    }

    /// Returns the arguments that are only for log groups, and whether they are set.
    pub(crate) fn only_for_log_groups(&self) -> [(&'static str, bool); 4] {
        let is_set = |value: &Attr<String>| value.given().is_some();
        [
            ("log_stream_name", is_set(&self.log_stream_name)),
            (
                "log_stream_name_prefix",
                is_set(&self.log_stream_name_prefix),
            ),
            ("filter_pattern", is_set(&self.filter_pattern)),
            ("unmask", self.unmask.known() == Some(&true)),
        ]
    }

    /// Fills in the source and the region that were found.
    pub(crate) fn found_at(self, place: Place) -> Self {
        Self {
            log_group_name: self.log_group_name.or(place.log_group.into()),
            s3_uri: self.s3_uri.or(place.s3_uri.into()),
            region: self.region.or(place.region.into()),
            ..self
        }
    }
}
