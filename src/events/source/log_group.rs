//! The source "log group": events of CloudWatch Logs, read by FilterLogEvents.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::discovery::Discovery;
use crate::aws;
use crate::aws::logs::{self, EventsQuery, InsightsAnswer, InsightsQuery, Logs};
use crate::events::NOT_READ;
use crate::events::completeness::Reason;
use crate::events::half_open::HalfOpen;
use crate::events::page::{Event, Origin, Page, PageRequest, Subset};
use crate::events::query::Query;
use crate::framework::Diagnostic;
use crate::record::dialect::filter_pattern::Call;
use crate::record::dialect::insights::Streams;

/// The start of 2024: CloudWatch Logs reads backward only from then on.
const BACKWARD_SINCE: i64 = 1_704_067_200_000;

/// The pattern that finds the records by which AWS says that it skipped others, in any format.
const SKIPPED: &str = "?SKIPDATA ?INCOMPLETEDATA";

/// A page that took longer was retried, so its time does not say how many requests can be under way at once.
const LONGEST_PAGE: Duration = Duration::from_secs(2);

/// The class of log groups whose events can be filtered.
const STANDARD: &str = "STANDARD";

/// A log group, and which of its events are asked for.
#[derive(Clone, Debug)]
pub(crate) struct LogGroup {
    logs: Logs,
    /// The name, or the ARN if one was given.
    name: String,
    region: String,
    stream_name: Option<String>,
    stream_prefix: Option<String>,
    unmask: bool,
    /// The calls of the plan.
    calls: Arc<[Call]>,
}

/// The permission to request a page.
#[derive(Debug)]
pub(crate) struct Permit {
    group: LogGroup,
    permit: logs::Permit,
}

impl LogGroup {
    pub(super) fn new(logs: Logs, name: String, region: String, query: &Query) -> Self {
        Self {
            logs,
            name,
            region,
            stream_name: query.log_stream_name.given().map(str::to_owned),
            stream_prefix: query.log_stream_name_prefix.given().map(str::to_owned),
            unmask: query.unmask.known() == Some(&true),
            calls: Arc::default(),
        }
    }

    /// Returns the name, or the ARN if one was given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Reports whether CloudWatch Logs reads a window that starts then backward.
    pub(crate) fn reads_backward(&self, start: i64) -> bool {
        start >= BACKWARD_SINCE
    }

    pub(super) fn set_calls(&mut self, calls: &[Call]) {
        self.calls = calls.into();
    }

    /// Waits until another page may be requested. Canceling the wait uses up no permission.
    pub(crate) async fn permit(&self) -> Permit {
        Permit {
            permit: self.logs.permit().await,
            group: self.clone(),
        }
    }

    /// Returns how many requests must be under way to keep the pace, if one takes this long.
    pub(crate) fn requests_at_once(&self, took: Duration) -> usize {
        let under_way = self.logs.pages_per_second() * took.min(LONGEST_PAGE).as_secs_f64();
        under_way.ceil() as usize
    }

    /// Returns the calls of the plan; none if no event can match.
    pub(crate) fn planned(&self) -> Vec<Subset> {
        (0..self.calls.len()).map(Subset::Planned).collect()
    }

    /// Reports whether the calls of the plan leave out events.
    pub(crate) fn is_selective(&self) -> bool {
        let whole = Call {
            pattern: None,
            stream_prefix: self.stream_prefix.clone(),
        };
        *self.calls != [whole]
    }

    /// Reads one page of the names of the log streams. Returns nothing if that is refused.
    pub(super) async fn stream_names(&self, token: Option<String>) -> Option<logs::StreamsPage> {
        self.logs.streams_page(&self.name, token).await.ok()
    }

    /// Returns the log streams that are searched.
    pub(crate) fn streams(&self) -> Streams<'_> {
        match (&self.stream_name, &self.stream_prefix) {
            (Some(name), _) => Streams::Named(name),
            (None, Some(prefix)) => Streams::Prefixed(prefix),
            (None, None) => Streams::All,
        }
    }

    /// Waits until the queries of CloudWatch Logs Insights that were given up are stopped.
    pub(crate) async fn insights_stopped(&self) {
        self.logs.insights_stopped().await;
    }

    /// Runs a query of CloudWatch Logs Insights to its end. Canceling the wait stops the query.
    pub(crate) async fn insights(
        &self,
        window: HalfOpen,
        text: String,
    ) -> Result<InsightsAnswer, aws::Error> {
        let (start, end) = window.seconds();
        let query = InsightsQuery {
            log_group: self.name.clone(),
            start: start.max(0),
            end,
            text,
        };
        self.logs.insights(&query).await
    }

    /// Checks whether the log group still has the events at the start of the window. Every log group keeps events for at
    /// least one day.
    pub(super) async fn check_retention(
        &self,
        window: HalfOpen,
        age: SignedDuration,
        discovery: &mut Discovery,
    ) {
        if age <= SignedDuration::from_hours(24) {
            return;
        }
        discovery.calls += 1;
        let log_group = self.name.clone();
        match self.logs.group(&log_group).await {
            Ok(Some(group)) => {
                let has_expired =
                    |days: &u32| age > SignedDuration::from_hours(24 * i64::from(*days));
                if let Some(days) = group.retention_days.filter(has_expired) {
                    discovery.gaps.add(Reason::Expired {
                        log_group,
                        days,
                        start: window.start_time(),
                    });
                }
            }
            // A log group of another account cannot be described. A missing one is reported when it is read.
            Ok(None) => discovery.gaps.unchecked = true,
            Err(error) => {
                let reason = Reason::RetentionDenied { log_group, error };
                discovery.gaps.add(reason);
            }
        }
    }

    pub(super) async fn explain(&self, error: &aws::Error) -> Diagnostic {
        let (name, region) = (&self.name, &self.region);
        if error.operation == "FilterLogEvents"
            && error.is_possibly_of_log_class()
            && let Some(class) = self.other_class().await
        {
            let detail = format!(
                "The log group {name} in {region} has the class {class}. FilterLogEvents cannot read events of this \
                 class. {error}\n\nCloudWatch Logs Insights can: use the data source `vpcflow_log_summary` with \
                 `engine = \"insights\"`, or deliver the flow log to a log group of the class {STANDARD}."
            );
            let summary = "Events of this log group cannot be filtered";
            return Diagnostic::error(
                "events-of-this-log-group-cannot-be-filtered",
                summary,
                detail,
            );
        }
        let missing = error.is_log_group_or_stream_not_found();
        let hint = error.hint().filter(|_| !missing).unwrap_or_else(|| {
            "Check the names of the log group and of the log stream. Set `region` if they are in another region."
                .to_owned()
        });
        let detail = format!("Could not read the log group {name} in {region}. {error}\n\n{hint}");
        let diagnostic = Diagnostic::error("events-not-read", NOT_READ, detail);
        if !missing {
            diagnostic
        } else if error.is_log_stream_not_found() {
            diagnostic.at("log_stream_name")
        } else {
            diagnostic.at("log_group_name")
        }
    }

    /// Returns the class of the log group if it is not the standard class. It is asked for only after an error, since most
    /// log groups are of the standard class.
    async fn other_class(&self) -> Option<String> {
        let group = self.logs.group(&self.name).await.ok().flatten()?;
        group.class.filter(|class| class != STANDARD)
    }

    fn query(&self, request: &PageRequest) -> EventsQuery {
        let (pattern, stream_prefix) = match request.subset {
            Subset::Planned(index) => {
                let call = self.calls.get(index).cloned().unwrap_or_default();
                (call.pattern, call.stream_prefix)
            }
            Subset::All => (None, self.stream_prefix.clone()),
            Subset::SkippedRecords => (Some(SKIPPED.to_owned()), self.stream_prefix.clone()),
        };
        EventsQuery {
            log_group: self.name.clone(),
            stream_names: self.stream_name.iter().cloned().collect(),
            stream_prefix,
            start_ms: Some(request.window.start.max(0)),
            // The service includes the end.
            end_ms: Some(request.window.end - 1),
            pattern,
            newest_first: request.newest_first,
            unmask: self.unmask,
            page: request.most,
        }
    }
}

impl Permit {
    /// Reads the page.
    pub(crate) async fn page(self, request: &PageRequest) -> Result<Page, aws::Error> {
        let query = self.group.query(request);
        let token = request.token.clone();
        let page = self
            .group
            .logs
            .events_page(self.permit, &query, token)
            .await?;
        Ok(Page {
            events: page.events.into_iter().map(event).collect(),
            next: page.next,
        })
    }
}

/// Converts an event, whose texts are moved.
fn event(event: logs::Event) -> Event {
    Event {
        id: event.id,
        time: event.timestamp,
        origin: Origin::LogStream {
            name: event.stream,
            ingestion_time: event.ingestion_time,
        },
        payload: event.message,
    }
}
