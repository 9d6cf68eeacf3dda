//! The arguments of a query, apart from the quals at its top level.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quals::Quals;
use crate::framework::{Attr, Model, behaviour};
use crate::record::RecordType;

/// Where the events are, which time is wanted, and what else they must match.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Query {
    /// The flow log whose events to query. The provider asks EC2 in `region` for its log group and record format. If
    /// the log group does not exist yet, the result is empty and there is a warning.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("log_group_name"))]
    pub flow_log_id: Attr<String>,
    /// The log group whose events to query, as a name or an ARN. With `flow_log_id`: the log group of the flow log.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub log_group_name: Attr<String>,
    /// The region of the flow log or log group. Defaults to the region of the provider.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
    /// The only log stream to search.
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
    /// How far to look back, such as `30m`, `1h` or `2d`: from `end_time` if it is set, otherwise from now.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("start_time"))]
    pub lookback: Attr<String>,
    /// The start of the time window (RFC 3339), included.
    #[serde(default)]
    pub start_time: Attr<String>,
    /// The end of the time window (RFC 3339), excluded. Defaults to now.
    #[serde(default)]
    pub end_time: Attr<String>,
    /// How long the query may take, such as `5m`, the default. A query that takes longer fails: it never returns a partial
    /// result.
    #[serde(default)]
    pub timeout: Attr<String>,
    /// A CloudWatch filter pattern, sent unchanged. The provider still checks the quals.
    #[serde(default)]
    pub filter_pattern: Attr<String>,
    /// Whether the query fails if it could not see everything in the time window. The error lists the reasons in
    /// `incomplete`. Set it in every gate, so that it does not pass without seeing the traffic. It takes more calls: one to EC2
    /// if `log_format` is set, one or two that read lines without the filter pattern made from the quals, and those
    /// that find the records by which AWS reports skipped records. The engine `insights` runs a second query, which AWS
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

    /// Fills in the log group and the region that were found.
    pub(crate) fn found_at(self, log_group: &str, region: &str) -> Self {
        Self {
            log_group_name: self.log_group_name.or(log_group.to_owned().into()),
            region: self.region.or(region.to_owned().into()),
            ..self
        }
    }
}
