//! CloudWatch Logs: pages of events, pages of stream names, the newest streams (`newest`), log groups, and queries that the service runs itself
//! (`insights`).
//!
//! A page may be empty and yet not the last: only a page without a token is the last. The caller decides when to read the
//! next page, and when to stop.
//! This module must not know what a flow-log record is.

mod gateway;
mod insights;
mod lost;
mod newest;

pub use super::rate_limiter::Permit;
pub use gateway::{Event, EventsPage, EventsQuery, Group, Logs, StreamsPage};
pub use insights::{InsightsAnswer, InsightsQuery};
pub use newest::{NewestStreams, Stream};
