//! CloudWatch Logs Insights: a query is started, asked after until it is over, and stopped if nobody waits any more.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::{
    get_query_results::GetQueryResultsOutput, start_query::StartQueryOutput,
};
use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::super::{
    error::{Error, Kind},
    stop::sends,
};
use super::Logs;
use crate::arn::{is_arn_like, log_group};

/// Rows of one answer at most.
const MOST_ROWS: i32 = 10_000;
/// The first wait for an answer; each is half as long again as the one before, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// How long the service is given to stop a query that nobody waits for.
const STOP_TIME: Duration = Duration::from_secs(5);

/// A query in the language of CloudWatch Logs Insights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InsightsQuery {
    /// Name of the log group, or its ARN if it belongs to another account.
    pub log_group: String,
    /// First second since 1970.
    pub start: i64,
    /// Last second since 1970, itself included.
    pub end: i64,
    /// The query.
    pub text: String,
}

/// What a query came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InsightsAnswer {
    /// Rows of named values; what has no value is left out.
    pub rows: Vec<Vec<(String, String)>>,
    /// Events that were looked at.
    pub scanned: i64,
    /// Events that the query's filters let through.
    pub matched: i64,
    /// Calls made for it.
    pub calls: i64,
}

/// Stops its query when it is dropped before the query is over: the service would go on, and bill.
struct Running<'a> {
    logs: &'a Logs,
    id: Option<String>,
}

impl Logs {
    /// Runs a query to its end.
    pub async fn insights(&self, query: &InsightsQuery) -> Result<InsightsAnswer, Error> {
        let mut running = Running {
            logs: self,
            id: Some(self.start_query(query).await?),
        };
        let id = running.id.clone().unwrap_or_default();
        let mut wait = FIRST_WAIT;
        let mut calls = 1;
        loop {
            let flight = self.query("GetQueryResults").holding(missing);
            let request = self.client.get_query_results().query_id(&id);
            let results = flight.complete(sends!(request, flight)).await?;
            calls += 1;
            match results.status {
                Some(QueryStatus::Complete) => {
                    running.id = None;
                    let statistics = results.statistics;
                    let rows = results.results.unwrap_or_default();
                    return Ok(InsightsAnswer {
                        rows: rows.into_iter().map(row).collect(),
                        scanned: statistics.as_ref().map_or(0, |s| s.records_scanned as i64),
                        matched: statistics.as_ref().map_or(0, |s| s.records_matched as i64),
                        calls,
                    });
                }
                Some(
                    status @ (QueryStatus::Failed | QueryStatus::Cancelled | QueryStatus::Timeout),
                ) => {
                    running.id = None;
                    let message = format!("the query {id} ended as {}", status.as_str());
                    return Err(flight.error(Kind::Unsuccessful, message));
                }
                _ => tracing::info!(query_id = id, calls, "waiting for CloudWatch Logs Insights"),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
        }
    }

    async fn start_query(&self, query: &InsightsQuery) -> Result<String, Error> {
        let flight = self
            .query("StartQuery")
            .holding(|started: &StartQueryOutput, _| {
                let id = started.query_id().filter(|id| !id.is_empty());
                id.is_none().then_some("the reply holds no id of the query")
            });
        let request = self
            .client
            .start_query()
            .start_time(query.start)
            .end_time(query.end)
            .query_string(&query.text)
            .limit(MOST_ROWS);
        let group = log_group::trim(&query.log_group);
        let request = match is_arn_like(group) {
            true => request.log_group_identifiers(group),
            false => request.log_group_name(group),
        };
        let started = flight.complete(sends!(request, flight)).await?;
        started
            .query_id
            .ok_or_else(|| flight.error(Kind::Unreadable, "the reply holds no id of the query"))
    }
}

/// Says what the state of a query lacks: without its rows a complete one would look as if nothing had matched.
fn missing(results: &GetQueryResultsOutput, _: &HttpResponse) -> Option<&'static str> {
    match (&results.status, &results.results) {
        (None, _) => Some("the reply does not say how the query stands"),
        (Some(QueryStatus::Complete), None) => Some("the reply holds no rows"),
        _ => None,
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let stop = self.logs.client.stop_query().query_id(id).send();
        // Whether it succeeds makes no difference to anybody here.
        runtime.spawn(tokio::time::timeout(STOP_TIME, stop));
    }
}

fn row(fields: Vec<ResultField>) -> Vec<(String, String)> {
    let named = |field: ResultField| Some((field.field?, field.value?));
    fields.into_iter().filter_map(named).collect()
}
