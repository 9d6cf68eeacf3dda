//! The arguments of a query, besides its quals, declared once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quals::Quals;
use crate::framework::{Attr, Model, behaviour};
use crate::record::RecordType;

/// Who reads the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// We do, page by page.
    Scan,
    /// CloudWatch Logs Insights does.
    Insights,
}

/// How long a query may take, if `timeout` does not say.
pub(crate) const DEFAULT_TIMEOUT: &str = "5m";

/// Where the events are, which time is meant, and what else they have to satisfy.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Query {
    /// The flow log whose events are wanted. Its log group, region and record format are found by asking
    /// EC2. A log group that does not exist yet is an empty result and a warning.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("log_group_name"))]
    pub flow_log_id: Attr<String>,
    /// The log group whose events are wanted, as a name or an ARN. With `flow_log_id`: the group found.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub log_group_name: Attr<String>,
    /// The region of the flow log or log group. The default is the provider's.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub region: Attr<String>,
    /// The one log stream to look into.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("log_stream_name_prefix"))]
    pub log_stream_name: Attr<String>,
    /// What the names of the log streams to look into begin with.
    #[serde(default)]
    pub log_stream_name_prefix: Attr<String>,
    /// The record format, as `${field}` separated by spaces (in HCL: `$${field}`), when it cannot be
    /// discovered from a flow log that writes to the group.
    #[serde(default)]
    pub log_format: Attr<String>,
    /// The kind of record: `aws` (the default) for lines of flow logs, or `yandex-external-flow` for ExternalFlow
    /// events of Yandex Cloud as JSON, of which each counts once however often it was delivered.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(RecordType::NAMES))]
    pub record_type: Attr<String>,
    /// Whether masked data is shown as it is; needs the permission `logs:Unmask`.
    #[serde(default)]
    pub unmask: Attr<bool>,
    /// How far to look back, such as `30m`, `1h` or `2d`: from `end_time` if that is set, or else from now.
    #[serde(default)]
    #[schemars(transform = behaviour::conflicts_with("start_time"))]
    pub lookback: Attr<String>,
    /// The beginning of the time wanted (RFC 3339), itself included.
    #[serde(default)]
    pub start_time: Attr<String>,
    /// The end of the time wanted (RFC 3339), itself excluded. The default is now.
    #[serde(default)]
    pub end_time: Attr<String>,
    /// How long the query may take, such as `5m`, the default. A query that takes longer fails: there is no
    /// silent partial result.
    #[serde(default)]
    pub timeout: Attr<String>,
    /// A CloudWatch filter pattern of your own, sent as it is. The quals are still checked.
    #[serde(default)]
    pub filter_pattern: Attr<String>,
    /// Whether the query fails if it could not see everything that the time window holds, with the reasons of `incomplete` as
    /// an error: a gate should not pass because it could not look. It takes more calls: one to EC2 where `log_format` is
    /// set, one or two to look at lines without the filter pattern that the quals became, and those that find the records
    /// by which AWS says that it skipped others. The engine `insights` runs a second query, which AWS bills like the first.
    #[serde(default)]
    pub require_complete: Attr<bool>,
    /// Quals of which any block must hold. Within a block all must hold.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub r#where: Attr<Vec<Quals>>,
    /// Quals of which no block may hold. Within a block all must hold for it to exclude an event.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block)]
    pub exclude: Attr<Vec<Quals>>,
}

impl Model for Query {}

impl Query {
    /// Gives the kind of record that is asked for.
    pub(crate) fn record_type(&self) -> RecordType {
        self.record_type
            .given()
            .and_then(RecordType::named)
            .unwrap_or_default()
    }

    /// Says whether the query fails if it could not see everything.
    pub(crate) fn requires_everything(&self) -> bool {
        self.require_complete.known() == Some(&true)
    }
}
