//! What a query did: the calls it made, and what it counted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::framework::behaviour;

/// One call that a query was pushed down into.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Push {
    /// The filter pattern.
    #[schemars(transform = behaviour::read_only)]
    pub pattern: Option<String>,
    /// The prefix of the names of the log streams.
    #[schemars(transform = behaviour::read_only)]
    pub stream_prefix: Option<String>,
}

/// What a query did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// The number of events that the provider received and checked, or that CloudWatch Logs Insights scanned.
    #[schemars(transform = behaviour::read_only)]
    pub scanned: i64,
    /// The number of records that match the quals. Lines that do not parse are not counted.
    #[schemars(transform = behaviour::read_only)]
    pub matched: i64,
    /// The number of received lines that did not parse. The provider stops parsing a line as soon as a number or an
    /// address in it fails a qual. Null if CloudWatch Logs Insights counted.
    #[schemars(transform = behaviour::read_only)]
    pub parse_errors: Option<i64>,
    /// The number of records that report that there was no traffic (`NODATA`). Null if they were not counted, for example
    /// because quals were pushed down.
    #[schemars(transform = behaviour::read_only)]
    pub no_data: Option<i64>,
    /// The number of records that report skipped records (`SKIPDATA`, or `INCOMPLETEDATA` for Cloud WAN). One of them may
    /// stand for many skipped records. Null if they were not counted, for example because quals were pushed down and
    /// `require_complete` is not set.
    #[schemars(transform = behaviour::read_only)]
    pub skip_data: Option<i64>,
    /// The number of pages read.
    #[schemars(transform = behaviour::read_only)]
    pub pages: i64,
    /// The number of calls made: for pages, to EC2 for the record formats, and to find out what pages do not show.
    #[schemars(transform = behaviour::read_only)]
    pub calls: i64,
}
