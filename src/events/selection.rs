//! Which of the events that satisfy a query are given, and how; declared once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::framework::{Attr, Model, behaviour};

/// Orders of the results.
const ORDERS: &[&str] = &["oldest_first", NEWEST_FIRST];
const NEWEST_FIRST: &str = "newest_first";
/// Results, if `limit` does not say.
const DEFAULT_LIMIT: usize = 1000;
/// The most results that can be asked for.
pub(crate) const MOST_EVENTS: usize = 10_000;

/// Queries the events that flow logs have written to a CloudWatch Logs group. The quals are pushed down to
/// CloudWatch where that is exact, and are always checked again by the provider.
///
/// Exactly one of `flow_log_id` and `log_group_name`, and one of `lookback` and `start_time`, is required.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// The most events to give, at most 10000. The default is 1000, with a warning if there are more.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub limit: Attr<i64>,
    /// Which events come first: `oldest_first` (the default) or `newest_first`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(ORDERS))]
    pub order: Attr<String>,
    /// Whether every event carries the line it was read from.
    #[serde(default)]
    pub include_message: Attr<bool>,
}

impl Model for Selection {}

impl Selection {
    /// Gives the most events to give.
    pub(crate) fn limit(&self) -> usize {
        let limit = self.limit.known();
        let limit = limit.and_then(|limit| usize::try_from(*limit).ok());
        limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// Says whether the newest events come first.
    pub(crate) fn newest_first(&self) -> bool {
        self.order.given() == Some(NEWEST_FIRST)
    }
}
