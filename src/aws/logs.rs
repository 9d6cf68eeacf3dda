//! CloudWatch Logs: one page of events at a time, and queries that the service evaluates itself (`insights`).
//!
//! A page may be empty and yet not the last one: only a page without a token is. Who asks for the next page, and
//! when enough is enough, is the caller's business.
//! This module must not know what a flow-log record is.

mod insights;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::{
    describe_log_groups::DescribeLogGroupsOutput, describe_log_streams::DescribeLogStreamsOutput,
    filter_log_events::FilterLogEventsOutput,
};
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, OrderBy};

use super::{
    error::Error,
    pace::Pace,
    stop::{Flight, sends},
    terms::Terms,
};
use crate::arn::{is_arn_like, log_group};

/// Stream names per page: the most that the service allows.
const NAMES: i32 = 50;
pub use super::pace::Turn;
pub use insights::{InsightsAnswer, InsightsQuery};

/// Events per page: the most that the service allows, since a page costs the same whatever it holds.
const PAGE: i32 = 10_000;

/// CloudWatch Logs in one region.
#[derive(Clone, Debug)]
pub struct Logs {
    client: Client,
    region: String,
    terms: Terms,
    pace: Pace,
}

/// What CloudWatch Logs says of a log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The class, as `STANDARD`.
    pub class: Option<String>,
    /// For how many days events are kept; without it for ever.
    pub retention_days: Option<u32>,
}

/// Which events to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsQuery {
    /// Name of the log group, or its ARN if it belongs to another account.
    pub log_group: String,
    /// Streams to search; all if empty.
    pub stream_names: Vec<String>,
    /// What the names of the streams to search begin with.
    pub stream_prefix: Option<String>,
    /// First millisecond since 1970.
    pub start_ms: Option<i64>,
    /// Last millisecond since 1970, itself included.
    pub end_ms: Option<i64>,
    /// Filter pattern.
    pub pattern: Option<String>,
    /// Whether the newest events come first.
    pub newest_first: bool,
    /// Whether masked data is shown.
    pub unmask: bool,
    /// The most events on a page; as many as the service allows, if it is not given.
    pub page: Option<i32>,
}

/// One page of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsPage {
    /// The events, by timestamp.
    pub events: Vec<Event>,
    /// Token of the next page; none after the last.
    pub next: Option<String>,
}

/// One event of a log group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// When it happened, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// When CloudWatch Logs received it, in milliseconds since 1970.
    pub ingestion_time: Option<i64>,
    /// Its id.
    pub id: String,
    /// Stream it stands in.
    pub stream: String,
    /// Its text.
    pub message: String,
}

impl Logs {
    pub(super) fn new(client: Client, region: &str, terms: Terms) -> Self {
        Self {
            client,
            region: region.to_owned(),
            terms,
            pace: Pace::of(region),
        }
    }

    fn query(&self, operation: &'static str) -> Flight {
        Flight::query(operation, Some(&self.region), &self.terms)
    }

    /// Waits until the account and region allow another page. A wait that is dropped takes no turn.
    pub async fn turn(&self) -> Turn {
        self.pace.turn().await
    }

    /// Says how many pages a second are to be had soon.
    pub fn pages_per_second(&self) -> f64 {
        self.pace.soon()
    }

    /// Fetches the first page of a query, or the one that a token stands for.
    #[expect(
        deprecated,
        reason = "AWS ignores `interleaved`; other implementations of the service go by it"
    )]
    pub async fn events_page(
        &self,
        _turn: Turn,
        query: &EventsQuery,
        token: Option<String>,
    ) -> Result<EventsPage, Error> {
        let flight = self
            .query("FilterLogEvents")
            .holding(|page: &FilterLogEventsOutput, _| {
                page.events
                    .is_none()
                    .then_some("the reply holds no list of events")
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
        let request = match is_arn_like(group) {
            true => request.log_group_identifier(group),
            false => request.log_group_name(group),
        };
        let send = || {
            let request = request.clone().customize().interceptor(flight.clone());
            request.interceptor(self.pace.clone()).send()
        };
        let page = flight.complete(send).await?;
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
    /// The names, in their order.
    pub names: Vec<String>,
    /// Token of the next page; none after the last.
    pub next: Option<String>,
}

impl Logs {
    /// Fetches the first page of the names of a group's streams, or the one that a token stands for.
    pub async fn streams_page(
        &self,
        log_group: &str,
        token: Option<String>,
    ) -> Result<StreamsPage, Error> {
        let flight =
            self.query("DescribeLogStreams")
                .holding(|page: &DescribeLogStreamsOutput, _| {
                    page.log_streams
                        .is_none()
                        .then_some("the reply holds no list of streams")
                });
        let request = self
            .client
            .describe_log_streams()
            .order_by(OrderBy::LogStreamName)
            .limit(NAMES)
            .set_next_token(token);
        let group = log_group::trim(log_group);
        let request = match is_arn_like(group) {
            true => request.log_group_identifier(group),
            false => request.log_group_name(group),
        };
        let page = flight.complete(sends!(request, flight)).await?;
        let streams = page.log_streams.unwrap_or_default();
        Ok(StreamsPage {
            names: streams
                .into_iter()
                .filter_map(|stream| stream.log_stream_name)
                .collect(),
            next: page.next_token,
        })
    }
}

impl Logs {
    /// Describes a log group of the caller's account; none if there is none of that name.
    pub async fn group(&self, log_group: &str) -> Result<Option<Group>, Error> {
        let flight =
            self.query("DescribeLogGroups")
                .holding(|page: &DescribeLogGroupsOutput, _| {
                    page.log_groups
                        .is_none()
                        .then_some("the reply holds no list of log groups")
                });
        let name = log_group::name(log_group);
        let request = self.client.describe_log_groups();
        let request = request.log_group_name_prefix(name).limit(50);
        let described = flight.complete(sends!(request, flight)).await?;
        let mut groups = described.log_groups.unwrap_or_default().into_iter();
        let found = groups.find(|group| group.log_group_name.as_deref() == Some(name));
        Ok(found.map(|group| Group {
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
