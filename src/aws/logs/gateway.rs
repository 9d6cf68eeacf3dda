//! CloudWatch Logs in one region: events, streams and log groups.
//!
//! This module must not know what is in an event.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::{
    describe_log_groups::DescribeLogGroupsOutput,
    describe_log_streams::{
        DescribeLogStreamsOutput, builders::DescribeLogStreamsFluentBuilder as DescribeStreams,
    },
    filter_log_events::FilterLogEventsOutput,
};
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, OrderBy};

use super::super::{
    call::{Call, CallContext, send},
    error::Error,
    rate_limiter::{Permit, RateLimiter},
    remote::Stopping,
};
use crate::arn::{is_arn_like, log_group};

/// The most stream names, or log groups, on one page.
const NAMES: i32 = 50;
/// The most events on one page. Every page costs the same.
const PAGE: i32 = 10_000;

/// CloudWatch Logs in one region.
#[derive(Clone, Debug)]
pub struct Logs {
    pub(super) client: Client,
    region: String,
    context: CallContext,
    rate_limiter: RateLimiter,
    /// The queries of CloudWatch Logs Insights that are being stopped.
    pub(super) stopping: Stopping,
}

/// A log group, as CloudWatch Logs describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The class, such as `STANDARD`.
    pub class: Option<String>,
    /// The days for which events are kept. Without it they are kept indefinitely.
    pub retention_days: Option<u32>,
    /// The ARN of the key with which it encrypts events, if it has one.
    pub key: Option<String>,
}

/// The events to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsQuery {
    /// The name of the log group, or its ARN if it belongs to another account.
    pub log_group: String,
    /// The streams to search. Empty for all streams.
    pub stream_names: Vec<String>,
    /// The prefix of the streams to search.
    pub stream_prefix: Option<String>,
    /// The first millisecond since 1970.
    pub start_ms: Option<i64>,
    /// The last millisecond since 1970, inclusive.
    pub end_ms: Option<i64>,
    /// The filter pattern.
    pub pattern: Option<String>,
    /// Whether the newest events come first.
    pub newest_first: bool,
    /// Whether masked data is shown.
    pub unmask: bool,
    /// The most events on one page. The default is the service's maximum.
    pub page: Option<i32>,
}

/// One page of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsPage {
    /// The events, by timestamp.
    pub events: Vec<Event>,
    /// The token of the next page, unless this is the last.
    pub next: Option<String>,
}

/// One event of a log group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// When it happened, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// When CloudWatch Logs received it, in milliseconds since 1970.
    pub ingestion_time: Option<i64>,
    /// The ID.
    pub id: String,
    /// The stream that contains it.
    pub stream: String,
    /// The text.
    pub message: String,
}

impl Logs {
    pub(in super::super) fn new(client: Client, region: &str, context: CallContext) -> Self {
        Self {
            client,
            region: region.to_owned(),
            context,
            rate_limiter: RateLimiter::of(region),
            stopping: Stopping::default(),
        }
    }

    pub(super) fn context(&self) -> &CallContext {
        &self.context
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn query(&self, operation: &'static str) -> Call {
        Call::query(operation, Some(&self.region), &self.context)
    }

    /// Waits until the quota of the account and region allows another page. A wait that is dropped uses no permit.
    pub async fn permit(&self) -> Permit {
        self.rate_limiter.permit().await
    }

    /// Returns the pages per second that will soon be allowed.
    pub fn pages_per_second(&self) -> f64 {
        self.rate_limiter.soon()
    }

    /// Reads the first page of a query, or the page of a token.
    #[expect(
        deprecated,
        reason = "AWS ignores `interleaved`; other implementations of the service obey it"
    )]
    pub async fn events_page(
        &self,
        _permit: Permit,
        query: &EventsQuery,
        token: Option<String>,
    ) -> Result<EventsPage, Error> {
        let call = self
            .query("FilterLogEvents")
            .requiring(|page: &FilterLogEventsOutput, _| {
                page.events
                    .is_none()
                    .then_some("the reply contains no list of events")
            });
        let streams = Some(query.stream_names.clone()).filter(|names| !names.is_empty());
        let request = self
            .client
            .filter_log_events()
            .set_log_stream_names(streams)
            .set_log_stream_name_prefix(query.stream_prefix.clone())
            .set_start_time(query.start_ms)
            .set_end_time(query.end_ms)
            .set_filter_pattern(query.pattern.clone())
            .set_start_from_head(query.newest_first.then_some(false))
            .set_interleaved(Some(true))
            .set_unmask(query.unmask.then_some(true))
            .set_next_token(token)
            .limit(query.page.unwrap_or(PAGE));
        let group = log_group::trim(&query.log_group);
        let request = if is_arn_like(group) {
            request.log_group_identifier(group)
        } else {
            request.log_group_name(group)
        };
        let send = || {
            let request = request.clone().customize().interceptor(call.clone());
            request.interceptor(self.rate_limiter.clone()).send()
        };
        let page = call.run(send).await?;
        let events = page.events.unwrap_or_default();
        Ok(EventsPage {
            events: events.into_iter().map(Event::from).collect(),
            next: page.next_token,
        })
    }
}

/// One page of the names of a group's streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamsPage {
    /// The names, sorted.
    pub names: Vec<String>,
    /// The token of the next page, unless this is the last.
    pub next: Option<String>,
}

impl Logs {
    /// Reads the first page of the names of a group's streams, or the page of a token.
    pub async fn streams_page(
        &self,
        log_group: &str,
        token: Option<String>,
    ) -> Result<StreamsPage, Error> {
        let ask = |request: DescribeStreams| {
            let request = request.order_by(OrderBy::LogStreamName).limit(NAMES);
            request.set_next_token(token)
        };
        let page = self.describe_streams(log_group, ask).await?;
        let streams = page.log_streams.unwrap_or_default();
        Ok(StreamsPage {
            names: streams
                .into_iter()
                .filter_map(|stream| stream.log_stream_name)
                .collect(),
            next: page.next_token,
        })
    }

    /// Describes some streams of a log group.
    pub(super) async fn describe_streams(
        &self,
        log_group: &str,
        ask: impl FnOnce(DescribeStreams) -> DescribeStreams,
    ) -> Result<DescribeLogStreamsOutput, Error> {
        let call =
            self.query("DescribeLogStreams")
                .requiring(|page: &DescribeLogStreamsOutput, _| {
                    page.log_streams
                        .is_none()
                        .then_some("the reply contains no list of streams")
                });
        let request = ask(self.client.describe_log_streams());
        let group = log_group::trim(log_group);
        let request = if is_arn_like(group) {
            request.log_group_identifier(group)
        } else {
            request.log_group_name(group)
        };
        call.run(send!(request, call)).await
    }
}

impl Logs {
    /// Describes a log group of the caller's account. Returns `None` if it does not exist.
    pub async fn group(&self, log_group: &str) -> Result<Option<Group>, Error> {
        let call =
            self.query("DescribeLogGroups")
                .requiring(|page: &DescribeLogGroupsOutput, _| {
                    page.log_groups
                        .is_none()
                        .then_some("the reply contains no list of log groups")
                });
        let name = log_group::name(log_group);
        let request = self.client.describe_log_groups();
        let request = request.log_group_name_prefix(name).limit(NAMES);
        let described = call.run(send!(request, call)).await?;
        let mut groups = described.log_groups.unwrap_or_default().into_iter();
        let found = groups.find(|group| group.log_group_name.as_deref() == Some(name));
        Ok(found.map(|group| Group {
            key: group.kms_key_id,
            class: group.log_group_class.map(|class| class.as_str().to_owned()),
            retention_days: group
                .retention_in_days
                .and_then(|days| u32::try_from(days).ok()),
        }))
    }
}

impl From<FilteredLogEvent> for Event {
    fn from(event: FilteredLogEvent) -> Self {
        Self {
            timestamp: event.timestamp,
            ingestion_time: event.ingestion_time,
            id: event.event_id.unwrap_or_default(),
            stream: event.log_stream_name.unwrap_or_default(),
            message: event.message.unwrap_or_default(),
        }
    }
}
