//! The streams of a log group, those with the newest events first.
//!
//! CloudWatch Logs updates the times of a stream with a delay of up to an hour, so they only tell that something has
//! arrived, and never that nothing has.

use aws_sdk_cloudwatchlogs::operation::describe_log_streams::builders::DescribeLogStreamsFluentBuilder as DescribeStreams;
use aws_sdk_cloudwatchlogs::types::{LogStream, OrderBy};

use super::super::error::Error;
use super::gateway::Logs;

/// The most streams on one page.
const PAGE: i32 = 50;

/// A stream of a log group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// The name.
    pub name: String,
    /// The time of the newest event, in milliseconds since 1970.
    pub newest_event: Option<i64>,
    /// When CloudWatch Logs received an event last, in milliseconds since 1970.
    pub last_arrival: Option<i64>,
}

/// One page of streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewestStreams {
    /// The streams, by the time of their newest event.
    pub streams: Vec<Stream>,
    /// The token of the next page, unless this is the last.
    pub next: Option<String>,
}

impl Logs {
    /// Reads the first page of the streams with the newest events, or the page of a token.
    ///
    /// # Errors
    /// The log group does not exist, or CloudWatch Logs refuses the call.
    pub async fn newest_streams(
        &self,
        log_group: &str,
        token: Option<String>,
    ) -> Result<NewestStreams, Error> {
        let next = token.clone();
        let ask = |request: DescribeStreams| {
            let request = request.order_by(OrderBy::LastEventTime).descending(true);
            request.limit(PAGE).set_next_token(next)
        };
        let page = self.describe_streams(log_group, ask).await?;
        let streams = page.log_streams.unwrap_or_default();
        Ok(NewestStreams {
            streams: streams.into_iter().filter_map(Stream::of).collect(),
            next: page.next_token.filter(|next| Some(next) != token.as_ref()),
        })
    }
}

impl Stream {
    fn of(described: LogStream) -> Option<Self> {
        Some(Self {
            name: described.log_stream_name?,
            newest_event: described.last_event_timestamp,
            last_arrival: described.last_ingestion_time,
        })
    }
}
