//! Which of the matching events are returned, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::framework::{Attr, Model, behaviour};

/// The orders of the results.
const ORDERS: &[&str] = &["oldest_first", NEWEST_FIRST];
const NEWEST_FIRST: &str = "newest_first";
/// The number of results if `limit` is not set.
const DEFAULT_LIMIT: usize = 1000;
/// The highest `limit`.
pub(super) const MOST_EVENTS: usize = 10_000;

/// Queries the events that flow logs have written to CloudWatch Logs or S3. Filters are pushed down to CloudWatch Logs
/// as far as possible, and the provider always checks them again.
///
/// A record must match all filters at the top level, at least one `where` block, if there are any, and no `exclude` block.
/// Within a block, all conditions must match.
///
/// Exactly one of `flow_log_id`, `log_group_name` and `s3_uri`, and one of `lookback` and `start_time`, is required.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// The maximum number of events to return, up to 10000. Defaults to 1000. If there are more events,
    /// `truncated` is true. A warning says so only if `limit` is not set.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub limit: Attr<i64>,
    /// Which events come first: `oldest_first` (the default) or `newest_first`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(ORDERS))]
    pub order: Attr<String>,
    /// Whether every event includes the line that it was read from.
    #[serde(default)]
    pub include_message: Attr<bool>,
}

impl Model for Selection {}

impl Selection {
    /// Returns the maximum number of events.
    pub(super) fn limit(&self) -> usize {
        let limit = self.limit.known();
        let limit = limit.and_then(|limit| usize::try_from(*limit).ok());
        limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// Reports whether the newest events come first.
    pub(super) fn newest_first(&self) -> bool {
        self.order.given() == Some(NEWEST_FIRST)
    }
}
