//! The arguments and results of a summary.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::engine::{AthenaTable, Engine};
use crate::events::statistics::{Push, Statistics};
use crate::framework::{Attr, Model, behaviour};
use crate::record::Measure;

/// The number of groups if `limit` is not set.
const DEFAULT_GROUPS: usize = 1000;
/// The highest `limit`.
pub(super) const MOST_GROUPS: usize = 100_000;

/// Counts the records of flow logs in CloudWatch Logs or S3 by the values of their fields: who sends the most
/// traffic, what is rejected, which ports are used. All matching records count. Set `log_status = "OK"` to leave out those
/// that report no traffic.
///
/// A record must match all filters at the top level, at least one `where` block, if there are any, and no `exclude` block.
/// Within a block, all conditions must match.
///
/// Every engine returns the same groups. The numbers are exact: if they cannot be, the query fails.
///
/// Exactly one of `flow_log_id`, `log_group_name` and `s3_uri` (unless the engine is `athena`), and one of `lookback` and
/// `start_time`, is required.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// What makes a group, such as `["src_addr", "dst_port"]`. An entry is one of: the name of a filter (except `addr`, `port`
    /// and `event_id`); AWS's name of any field of the format; a field with addresses and the length of a prefix, such as
    /// `src_addr/24`; `protocol_name`; `dst_service` or `src_service`, the name of a well-known port. A prefix length up to
    /// 32 makes IPv4 networks, and a longer one IPv6 networks: addresses of the other family are keys of their own. Numbers
    /// of protocols and ports without a name stay numbers. If the log group holds records in several formats, the value is
    /// null for records whose format lacks the field. Without entries, all records are one group.
    #[serde(default)]
    pub group_by: Attr<Vec<Attr<String>>>,
    /// The width of bins of time, from `1m` to `1d`, such as `5m`. The key `bin` is then the start of the bin in which the
    /// `start` of a record is. Bins are multiples of their width since 1970-01-01T00:00:00Z. If time is the only key, bins
    /// of the time window without records are groups with 0 flows.
    #[serde(default)]
    pub bin: Attr<String>,
    /// The fields whose distinct values are counted for each group, such as `["dst_port"]`, in the form of `group_by`.
    #[serde(default)]
    pub count_distinct: Attr<Vec<Attr<String>>>,
    /// The fields with numbers that are added for each group, besides packets and bytes, such as
    /// `["packets-lost-blackhole"]`.
    #[serde(default)]
    pub sum: Attr<Vec<Attr<String>>>,
    /// Conditions on the numbers of a group, all of which must match. Other groups are left out. They count in `total` and
    /// `others`.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub having: Attr<Conditions>,
    /// The order of the groups, the greatest first: `flows` (the default), `packets`, `bytes`, `accepted`, `rejected`,
    /// `distinct.NAME` or `sum.NAME` with a name in `count_distinct` or `sum`, or `key`. With `-` in front, the smallest come
    /// first. Ties are ordered by key, the smallest first, with numbers compared as numbers. If time is the only key, the
    /// default is `-key`.
    #[serde(default)]
    pub order_by: Attr<String>,
    /// How many values of the last key to keep for each combination of the other keys, such as 5 for the five greatest sources
    /// in each zone with `group_by = ["az-id", "src_addr"]`. Those that come first by `order_by` are kept, or those with the
    /// most flows if groups are ordered by key. The rest counts in `others`. Requires two keys.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100_000))]
    pub top: Attr<i64>,
    /// The maximum number of groups to return, up to 100000. Defaults to 1000, with a warning if there are more.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100_000))]
    pub limit: Attr<i64>,
    /// What counts the records: `scan` (the default), `insights` or `athena`. With `scan`, the provider reads the records
    /// and counts them. Its groups may take 64 MB of memory, which is enough for some 300,000 pairs of addresses. With
    /// `insights`, CloudWatch Logs Insights counts the records of a log group, which suits large volumes. Insights returns at
    /// most 100,000 groups by the fields of `group_by` and `count_distinct`. If there are more, set a lower `limit` or
    /// `having`, which takes up to two more queries; this is not possible for networks, names, `count_distinct` and `top`.
    /// With `athena`, Amazon Athena counts the rows of the table in the block `athena`; do not set `flow_log_id` or
    /// `log_group_name`. AWS bills the bytes that Insights and Athena scan.
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
    /// Returns the maximum number of groups.
    pub(super) fn limit(&self) -> usize {
        let limit = self.limit.known();
        let limit = limit.and_then(|limit| usize::try_from(*limit).ok());
        limit.unwrap_or(DEFAULT_GROUPS)
    }

    /// Returns the engine.
    pub(crate) fn engine(&self) -> Engine {
        Engine::named(self.engine.given())
    }
}

/// Reports whether names are not all known yet.
pub(super) fn has_unknown(names: &Attr<Vec<Attr<String>>>) -> bool {
    let mut known = names.known().into_iter().flatten();
    names.is_unknown() || known.any(Attr::is_unknown)
}

/// Conditions on the numbers of a group, in the form of filters on numbers, such as `>100`, `10-20` or `1,2`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conditions {
    /// The number of records.
    #[serde(default)]
    pub flows: Attr<String>,
    /// The sum of their packets.
    #[serde(default)]
    pub packets: Attr<String>,
    /// The sum of their bytes.
    #[serde(default)]
    pub bytes: Attr<String>,
    /// The number of records of accepted traffic.
    #[serde(default)]
    pub accepted: Attr<String>,
    /// The number of records of rejected traffic.
    #[serde(default)]
    pub rejected: Attr<String>,
    /// The number of distinct values, by the names in `count_distinct`, such as `{ dst_port = ">=100" }`.
    #[serde(default)]
    pub distinct: Attr<BTreeMap<String, Attr<String>>>,
    /// The sums, by the names in `sum`.
    #[serde(default)]
    pub sums: Attr<BTreeMap<String, Attr<String>>>,
}

impl Model for Conditions {}

impl Conditions {
    /// Returns the conditions on numbers that every group has.
    pub(super) fn measures(&self) -> [(Measure, &Attr<String>); 5] {
        [
            (Measure::Flows, &self.flows),
            (Measure::Packets, &self.packets),
            (Measure::Bytes, &self.bytes),
            (Measure::Accepted, &self.accepted),
            (Measure::Rejected, &self.rejected),
        ]
    }
}

/// What a summary found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SummaryOutput {
    /// The groups, in the order of `order_by`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub groups: Attr<Vec<Group>>,
    /// All matching records, including those of groups that `having`, `top` or `limit` leave out.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub total: Attr<Total>,
    /// What `having`, `top` and `limit` leave out: `groups` and `others` together are the `total`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub others: Attr<Others>,
    /// Whether there are more groups than `limit`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub truncated: Attr<bool>,
    /// The calls to CloudWatch Logs, each with the filter pattern that was made from the filters. Empty if CloudWatch Logs
    /// Insights counted.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub pushed: Attr<Vec<Push>>,
    /// The filters that only the provider checked, such as `where[0].src_addr`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub not_pushed: Attr<Vec<String>>,
    /// The query that CloudWatch Logs Insights or Athena ran. Null if the provider counted.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub engine_query: Attr<String>,
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

/// The records that have the same key. A number is null if the record format lacks its field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// The values, by the names in `group_by`, and `bin`. Null if the records have no value.
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
    /// The number of distinct values, by the names in `count_distinct`.
    #[schemars(transform = behaviour::read_only)]
    pub distinct: BTreeMap<String, i64>,
    /// The sums, by the names in `sum`.
    #[schemars(transform = behaviour::read_only)]
    pub sums: BTreeMap<String, Option<i64>>,
    /// The share in the total.
    #[schemars(transform = behaviour::read_only)]
    pub share: Share,
    /// The earliest `start`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub first_seen: Option<String>,
    /// The latest `end`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub last_seen: Option<String>,
}

/// A share in the total, from 0 to 1. A number is null if the record format lacks its field, and 0 if the total is 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// The share of the records.
    #[schemars(transform = behaviour::read_only)]
    pub flows: f64,
    /// The share of the packets.
    #[schemars(transform = behaviour::read_only)]
    pub packets: Option<f64>,
    /// The share of the bytes.
    #[schemars(transform = behaviour::read_only)]
    pub bytes: Option<f64>,
}

/// All matching records. A number is null if the record format lacks its field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// The number of groups, including those that `having`, `top` or `limit` leave out. Null if CloudWatch Logs Insights
    /// counted and there are more than it returns.
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
    /// The sums, by the names in `sum`.
    #[schemars(transform = behaviour::read_only)]
    pub sums: BTreeMap<String, Option<i64>>,
    /// The earliest `start`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub first_seen: Option<String>,
    /// The latest `end`, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub last_seen: Option<String>,
}

/// The records of groups that were left out. A number is null if the record format lacks its field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Others {
    /// The number of groups. Null if `total.groups` is null.
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
    /// The sums, by the names in `sum`.
    #[schemars(transform = behaviour::read_only)]
    pub sums: BTreeMap<String, Option<i64>>,
    /// The share in the total.
    #[schemars(transform = behaviour::read_only)]
    pub share: Share,
}
