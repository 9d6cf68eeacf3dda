//! The arguments and results of a summary.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::engine::{AthenaTable, Engine};
use crate::events::statistics::{Push, Statistics};
use crate::framework::{Attr, Model, behaviour};
use crate::record::Measure;

/// The measures to order by.
const MEASURES: [(&str, Measure); 3] = [
    ("flows", Measure::Flows),
    ("packets", Measure::Packets),
    ("bytes", Measure::Bytes),
];
const ORDERS: &[&str] = &{
    let mut names = [""; MEASURES.len()];
    let mut next = 0;
    while next < names.len() {
        names[next] = MEASURES[next].0;
        next += 1;
    }
    names
};
/// The number of groups if `limit` is not set.
const DEFAULT_GROUPS: usize = 1000;
/// The highest `limit`.
pub(super) const MOST_GROUPS: usize = 5000;

/// Counts the records of flow logs in a CloudWatch Logs log group by the values of their fields: who sends the most
/// traffic, what is rejected, which ports are used. All matching records count, including those that report no traffic
/// unless
/// `log_status = "OK"` is set.
///
/// A record must match all quals at the top level, at least one `where` block, if there are any, and no `exclude` block.
/// Within a block, all conditions must match.
///
/// Exactly one of `flow_log_id` and `log_group_name` (unless the engine is `athena`), and one of `lookback` and `start_time`, is required.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The fields whose values make a group, such as `["src_addr", "dst_port"]`: names of quals (except `addr`, `port` and
    /// `event_id`), or AWS's names of any field of the format. If the log group holds records in several formats, the value
    /// is null for records whose format lacks the field. With `[]`, all records are one group.
    pub group_by: Attr<Vec<Attr<String>>>,
    /// The measure by which the greatest groups come first: `flows` (the default), `packets` or `bytes`. Ties are
    /// ordered by key, with numbers compared as numbers.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(ORDERS))]
    pub order_by: Attr<String>,
    /// The maximum number of groups to return, up to 5000. Defaults to 1000, with a warning if there are more.
    #[serde(default)]
    #[schemars(range(min = 1, max = 5_000))]
    pub limit: Attr<i64>,
    /// What counts the records. With `scan` (the default), the provider reads the records through FilterLogEvents and
    /// counts up to 100,000 groups exactly. With `insights`, CloudWatch Logs Insights counts, which suits large
    /// volumes. With `athena`, Amazon Athena counts the rows of a table over objects in S3, named by the block `athena`;
    /// neither `flow_log_id` nor `log_group_name` is set then. AWS bills the bytes that Insights and Athena scan.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(Engine::NAMES))]
    pub engine: Attr<String>,
    /// The table that the engine `athena` reads.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub athena: Attr<AthenaTable>,
}

impl Model for Summary {}

impl Summary {
    /// Returns the names to group by that are known.
    pub(super) fn group_by(&self) -> Vec<&str> {
        let names = self.group_by.known().into_iter().flatten();
        names
            .filter_map(|name| name.known().map(String::as_str))
            .collect()
    }

    /// Returns the measure by which the greatest groups come first.
    pub(super) fn order_by(&self) -> Measure {
        let mut measures = MEASURES.into_iter();
        let found = measures.find(|(name, _)| Some(*name) == self.order_by.given());
        found.map_or(Measure::Flows, |(_, measure)| measure)
    }

    /// Returns the maximum number of groups.
    pub(super) fn limit(&self) -> usize {
        let limit = self.limit.known();
        let limit = limit.and_then(|limit| usize::try_from(*limit).ok());
        limit.unwrap_or(DEFAULT_GROUPS)
    }

    /// Returns the engine.
    pub(super) fn engine(&self) -> Engine {
        Engine::named(self.engine.given())
    }
}

/// What a summary found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SummaryOutput {
    /// The groups, greatest first.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub groups: Attr<Vec<Group>>,
    /// All groups together, including those beyond `limit`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub total: Attr<Total>,
    /// Whether there are more groups than `limit`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub truncated: Attr<bool>,
    /// The calls that the quals were pushed down into. Empty if CloudWatch Logs Insights counted.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub pushed: Attr<Vec<Push>>,
    /// The quals that only the provider checked, such as `where[0].src_addr`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub not_pushed: Attr<Vec<String>>,
    /// The query that CloudWatch Logs Insights or Athena ran. Null if the provider counted.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub insights_query: Attr<String>,
    /// What the query did. CloudWatch Logs Insights reports only how many events it scanned and matched.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub statistics: Attr<Statistics>,
    /// The account of the provider's credentials. Null if `skip_requesting_account_id` is set.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub account_id: Attr<String>,
    /// The partition of the region, such as `aws`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub partition: Attr<String>,
}

impl Model for SummaryOutput {}

/// The records that have the same values in the fields of `group_by`. A number is null if the record format lacks its
/// field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// The values, by the names in `group_by`. Null if the records have no value.
    #[schemars(transform = behaviour::read_only)]
    pub key: BTreeMap<String, Option<String>>,
    /// The number of records.
    #[schemars(transform = behaviour::read_only)]
    pub flows: i64,
    /// The sum of their packets.
    #[schemars(transform = behaviour::read_only)]
    pub packets: Option<i64>,
    /// The sum of their bytes.
    #[schemars(transform = behaviour::read_only)]
    pub bytes: Option<i64>,
    /// The number of records of accepted traffic.
    #[schemars(transform = behaviour::read_only)]
    pub accepted: Option<i64>,
    /// The number of records of rejected traffic.
    #[schemars(transform = behaviour::read_only)]
    pub rejected: Option<i64>,
    /// The earliest `start`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub first_seen: Option<String>,
    /// The latest `end`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub last_seen: Option<String>,
}

/// All matching records. A number is null if the record format lacks its field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// The number of groups. Null if CloudWatch Logs Insights counted and there are more than `limit`.
    #[schemars(transform = behaviour::read_only)]
    pub groups: Option<i64>,
    /// The number of records.
    #[schemars(transform = behaviour::read_only)]
    pub flows: i64,
    /// The sum of their packets.
    #[schemars(transform = behaviour::read_only)]
    pub packets: Option<i64>,
    /// The sum of their bytes.
    #[schemars(transform = behaviour::read_only)]
    pub bytes: Option<i64>,
    /// The number of records of accepted traffic.
    #[schemars(transform = behaviour::read_only)]
    pub accepted: Option<i64>,
    /// The number of records of rejected traffic.
    #[schemars(transform = behaviour::read_only)]
    pub rejected: Option<i64>,
    /// The earliest `start`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub first_seen: Option<String>,
    /// The latest `end`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub last_seen: Option<String>,
}
