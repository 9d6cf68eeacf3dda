//! What a summary is asked for, and what it gives, declared once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::output::{Push, Statistics};
use crate::events::query::Engine;
use crate::framework::{Attr, Model, behaviour};
use crate::record::field::Kind;

const ENGINES: &[&str] = &["scan", INSIGHTS];
const INSIGHTS: &str = "insights";
const ORDERS: &[&str] = &["flows", "packets", "bytes"];
/// Groups, if `limit` does not say.
pub(super) const DEFAULT_GROUPS: usize = 1000;
/// The most groups that are given.
pub(super) const MOST_GROUPS: usize = 5000;
/// From this number on a time is in milliseconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// Counts the records of flow logs in a CloudWatch Logs group by the values of some of their fields: who talks most,
/// what is rejected, which ports are used. All records that satisfy the quals count, those without traffic too unless
/// `log_status = "OK"` is asked for.
///
/// Exactly one of `flow_log_id` and `log_group_name`, and one of `lookback` and `start_time`, is required.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The fields whose values make a group, such as `["src_addr", "dst_port"]`: names of quals (but for `addr`, `port`
    /// and `event_id`), or AWS's own names of any field of the format. If the log group holds records of several formats, the
    /// value is null for those whose format lacks the field. With `[]` all records are one group.
    pub group_by: Attr<Vec<Attr<String>>>,
    /// What the greatest groups have most of: `flows` (the default), `packets` or `bytes`. Groups that are equal in it
    /// are in the order of their keys, numbers by their size.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(ORDERS))]
    pub order_by: Attr<String>,
    /// The most groups to give, at most 5000. The default is 1000, with a warning if there are more.
    #[serde(default)]
    #[schemars(range(min = 1, max = 5_000))]
    pub limit: Attr<i64>,
    /// Who counts. `scan`, the default, reads the records through FilterLogEvents and counts here, exactly, up to
    /// 100,000 groups. `insights` lets CloudWatch Logs Insights count: volume is AWS's to carry, and AWS bills the
    /// bytes that are scanned.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(ENGINES))]
    pub engine: Attr<String>,
}

impl Model for Summary {}

/// What orders groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Flows,
    Packets,
    Bytes,
}

impl Order {
    /// AWS's name of the field that it takes.
    pub(super) fn field(self) -> Option<&'static str> {
        match self {
            Self::Flows => None,
            Self::Packets => Some("packets"),
            Self::Bytes => Some("bytes"),
        }
    }
}

impl Summary {
    /// Gives the names that are known.
    pub(super) fn group_by(&self) -> Vec<String> {
        let names = self.group_by.known().into_iter().flatten();
        names.filter_map(|name| name.known().cloned()).collect()
    }

    pub(super) fn order(&self) -> Order {
        match self.order_by.given() {
            Some("packets") => Order::Packets,
            Some("bytes") => Order::Bytes,
            _ => Order::Flows,
        }
    }

    pub(super) fn limit(&self) -> usize {
        let limit = self.limit.known();
        let limit = limit.and_then(|limit| usize::try_from(*limit).ok());
        limit.unwrap_or(DEFAULT_GROUPS)
    }

    pub(super) fn engine(&self) -> Engine {
        match self.engine.given() {
            Some(INSIGHTS) => Engine::Insights,
            _ => Engine::Scan,
        }
    }
}

/// What a summary found.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SummaryOutput {
    /// The groups, the greatest first.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub groups: Attr<Vec<Group>>,
    /// All groups together, those beyond `limit` included.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub total: Attr<Total>,
    /// Whether there are more groups than `limit`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub truncated: Attr<bool>,
    /// What was pushed down to CloudWatch Logs; empty if Insights counted.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub pushed: Attr<Vec<Push>>,
    /// The quals that only the provider checked, such as `where[0].src_addr`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub not_pushed: Attr<Vec<String>>,
    /// The query that CloudWatch Logs Insights ran, if it counted.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub insights_query: Attr<String>,
    /// What it took. Insights tells how many events were scanned and matched, and no more.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub statistics: Attr<Statistics>,
    /// The account of the provider's credentials; null if the provider was told not to ask for it.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub account_id: Attr<String>,
    /// The partition of the region, such as `aws`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub partition: Attr<String>,
}

impl Model for SummaryOutput {}

/// The records that have the same values in the fields of `group_by`. What the record format lacks is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// The values, by the names in `group_by`; null where the records have none.
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
    /// How many were accepted.
    #[schemars(transform = behaviour::read_only)]
    pub accepted: Option<i64>,
    /// How many were rejected.
    #[schemars(transform = behaviour::read_only)]
    pub rejected: Option<i64>,
    /// The earliest `start` of them, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub first_seen: Option<String>,
    /// The latest `end` of them, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub last_seen: Option<String>,
}

/// All records that satisfy the quals. What the record format lacks is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// The number of groups; null if Insights counted and there are more than `limit`.
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
    /// How many were accepted.
    #[schemars(transform = behaviour::read_only)]
    pub accepted: Option<i64>,
    /// How many were rejected.
    #[schemars(transform = behaviour::read_only)]
    pub rejected: Option<i64>,
    /// The earliest `start` of them, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub first_seen: Option<String>,
    /// The latest `end` of them, as RFC 3339.
    #[schemars(transform = behaviour::read_only)]
    pub last_seen: Option<String>,
}

/// Gives a value as events give it: `-` is none, times are RFC 3339.
pub(super) fn value(kind: Option<Kind>, text: &str) -> Option<String> {
    match (kind, text) {
        (_, "-") => None,
        (Some(Kind::Seconds), number) => {
            let number = number.parse().ok();
            Some(number.and_then(time).unwrap_or_else(|| text.to_owned()))
        }
        (_, text) => Some(text.to_owned()),
    }
}

/// Gives a time as RFC 3339; milliseconds are understood.
pub(super) fn time(number: i64) -> Option<String> {
    let time = match number < FIRST_MILLISECONDS {
        true => Timestamp::from_second(number),
        false => Timestamp::from_millisecond(number),
    };
    Some(time.ok()?.to_string())
}
