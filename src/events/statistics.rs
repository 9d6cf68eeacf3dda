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

/// What a query did with the objects of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Objects {
    /// The number of objects that may contain records of the time window.
    #[schemars(transform = behaviour::read_only)]
    pub listed: i64,
    /// The number of objects that were read. Fewer than `listed` if `limit` was reached before.
    #[schemars(transform = behaviour::read_only)]
    pub read: i64,
    /// The number of bytes that were fetched.
    #[schemars(transform = behaviour::read_only)]
    pub bytes: i64,
    /// The number of objects that could not be read to their end. `incomplete` names them.
    #[schemars(transform = behaviour::read_only)]
    pub unreadable: i64,
}

/// What a query did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// The number of events that the provider received and checked, or that CloudWatch Logs Insights scanned. Athena
    /// reports only those that match.
    #[schemars(transform = behaviour::read_only)]
    pub scanned: i64,
    /// The number of records that match the filters. Lines that do not parse are not counted.
    #[schemars(transform = behaviour::read_only)]
    pub matched: i64,
    /// The number of received lines that did not parse. The provider stops parsing a line as soon as a number or an
    /// address in it fails a filter. Null if CloudWatch Logs Insights counted.
    #[schemars(transform = behaviour::read_only)]
    pub parse_errors: Option<i64>,
    /// The number of records that report that there was no traffic (`NODATA`). Null if they were not counted, for example
    /// because filters were pushed down.
    #[schemars(transform = behaviour::read_only)]
    pub no_data: Option<i64>,
    /// The number of records that report skipped records (`SKIPDATA`, or `INCOMPLETEDATA` for Cloud WAN). One of them may
    /// stand for many skipped records. Null if they were not counted, for example because filters were pushed down and
    /// `require_complete` is not set.
    #[schemars(transform = behaviour::read_only)]
    pub skip_data: Option<i64>,
    /// The objects of the bucket. Null if the records are not in a bucket.
    #[schemars(transform = behaviour::read_only)]
    pub objects: Option<Objects>,
    /// An estimate of the number of events that CloudWatch Logs Insights did not scan because a field index of the log group
    /// shows that they do not match. Null if it did not count.
    #[schemars(transform = behaviour::read_only)]
    pub skipped_by_index: Option<i64>,
    /// The number of pages read.
    #[schemars(transform = behaviour::read_only)]
    pub pages: i64,
    /// The bytes of objects that Athena scanned, and that AWS bills. Null with another engine.
    #[schemars(transform = behaviour::read_only)]
    pub bytes_scanned: Option<i64>,
    /// The number of API calls: for pages and objects, for the record formats, and for the checks of completeness.
    #[schemars(transform = behaviour::read_only)]
    pub calls: i64,
}
