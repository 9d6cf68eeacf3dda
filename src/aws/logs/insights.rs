//! CloudWatch Logs Insights: starts a query, polls it until it ends, and stops it if the caller no longer waits.
//!
//! This module must not know what is counted.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::{
    get_query_results::GetQueryResultsOutput, start_query::StartQueryOutput,
};
use aws_sdk_cloudwatchlogs::types::{QueryStatistics, QueryStatus, ResultField};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::super::{
    call::{Call, CallContext, QUERY_TIME, send},
    error::{Error, Kind},
    remote::Remote,
};
use super::gateway::Logs;
use super::lost::{self, Marked};
use crate::arn::{is_arn_like, log_group};

/// The most rows of one result.
const MOST_ROWS: i32 = 100_000;
/// The most rows of one page of a result.
const PAGE: i32 = 10_000;
/// The first wait between two polls. Each wait is 1.5 times as long as the one before, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A query in the language of CloudWatch Logs Insights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InsightsQuery {
    /// The name of the log group, or its ARN if it belongs to another account.
    pub log_group: String,
    /// The first second since 1970.
    pub start: i64,
    /// The last second since 1970, inclusive.
    pub end: i64,
    /// The query.
    pub text: String,
}

/// The result of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InsightsAnswer {
    /// The rows, as names and values. Fields without a value are left out.
    pub rows: Vec<Vec<(String, String)>>,
    /// The events that were scanned.
    pub scanned: i64,
    /// The events that matched the query's filters.
    pub matched: i64,
    /// The events that field indexes made it unnecessary to scan, as the service estimates them.
    pub skipped_by_index: i64,
    /// The calls that it took.
    pub calls: i64,
}

impl Logs {
    /// Runs a query to its end.
    pub async fn insights(&self, query: &InsightsQuery) -> Result<InsightsAnswer, Error> {
        let client = self.client.clone();
        let marked = Marked::new(&query.text, log_group::trim(&query.log_group));
        let start = self.start_query(query, marked.clone());
        let stop = async move |id: Option<String>| match id {
            Some(id) => lost::stop(&client, &id).await,
            None => marked.stop(&client, None).await,
        };
        let stop = move |id| async move { stop(id).await }.boxed();
        let mut remote = Remote::start(&self.stopping, self.context(), start, stop);
        let id = remote.id().await?;
        let mut wait = FIRST_WAIT;
        let mut calls = 1;
        loop {
            let results = self.results(&id, None).await?;
            calls += 1;
            match results.status {
                Some(QueryStatus::Complete) => {
                    remote.end();
                    return self.answer(&id, results, calls).await;
                }
                Some(
                    status @ (QueryStatus::Failed | QueryStatus::Cancelled | QueryStatus::Timeout),
                ) => {
                    remote.end();
                    let message = format!("the query {id} ended as {}", status.as_str());
                    let call = self.query("GetQueryResults");
                    return Err(call.error(Kind::Unsuccessful, message));
                }
                _ => tracing::info!(query_id = id, calls, "waiting for CloudWatch Logs Insights"),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
        }
    }

    /// Reads the pages of a result that is complete, after its first one.
    async fn answer(
        &self,
        id: &str,
        first: GetQueryResultsOutput,
        mut calls: i64,
    ) -> Result<InsightsAnswer, Error> {
        let statistics = first.statistics;
        let number =
            |of: fn(&QueryStatistics) -> f64| statistics.as_ref().map_or(0, |s| of(s) as i64);
        let (scanned, matched) = (number(|s| s.records_scanned), number(|s| s.records_matched));
        let skipped_by_index = number(|s| s.estimated_records_skipped);
        let mut rows: Vec<_> = first
            .results
            .unwrap_or_default()
            .into_iter()
            .map(row)
            .collect();
        let mut token = first.next_token.filter(|token| !token.is_empty());
        while let Some(current) = token {
            let page = self.results(id, Some(&current)).await?;
            calls += 1;
            rows.extend(page.results.unwrap_or_default().into_iter().map(row));
            token = page.next_token.filter(|token| !token.is_empty());
            let is_endless = token.as_ref() == Some(&current)
                || token.is_some() && rows.len() >= MOST_ROWS.unsigned_abs() as usize;
            if is_endless {
                let message = format!("the pages of the query {id} do not end");
                return Err(self
                    .query("GetQueryResults")
                    .error(Kind::Unreadable, message));
            }
        }
        Ok(InsightsAnswer {
            rows,
            scanned,
            matched,
            skipped_by_index,
            calls,
        })
    }

    /// Asks for the state of a query, and for a page of its rows.
    async fn results(&self, id: &str, token: Option<&str>) -> Result<GetQueryResultsOutput, Error> {
        let call = self.query("GetQueryResults").requiring(missing);
        let request = self.client.get_query_results().query_id(id).max_items(PAGE);
        let request = request.set_next_token(token.map(str::to_owned));
        call.run(send!(request, call)).await
    }

    /// Waits until the queries that were given up are stopped.
    pub async fn insights_stopped(&self) {
        self.stopping.done().await;
    }

    /// Returns what starts a query. A start changes something, because the service bills for the query. If an attempt got
    /// no reply and a later one did, the query of the first attempt is stopped.
    fn start_query(
        &self,
        query: &InsightsQuery,
        marked: Marked,
    ) -> impl FnOnce(CallContext) -> BoxFuture<'static, Result<String, Error>> + use<> {
        let request = self
            .client
            .start_query()
            .start_time(query.start)
            .end_time(query.end)
            .query_string(&marked.text)
            .limit(MOST_ROWS);
        let group = log_group::trim(&query.log_group);
        let request = if is_arn_like(group) {
            request.log_group_identifiers(group)
        } else {
            request.log_group_name(group)
        };
        let region = self.region().to_owned();
        let (stopping, client) = (self.stopping.clone(), self.client.clone());
        move |context| {
            let start = async move {
                let context = context.within(QUERY_TIME);
                let call = Call::mutation("StartQuery", Some(&region), &context).requiring(
                    |started: &StartQueryOutput, _| {
                        let id = started.query_id().filter(|id| !id.is_empty());
                        id.is_none().then_some("the reply contains no query ID")
                    },
                );
                let started = call.run(send!(request, call)).await?;
                let id = started.query_id.unwrap_or_default();
                if call.is_unanswered() {
                    let kept = id.clone();
                    stopping.begin(async move { marked.stop(&client, Some(&kept)).await });
                }
                Ok(id)
            };
            start.boxed()
        }
    }
}

/// Returns what the state of a query lacks. Without its rows, a complete query would look as if nothing had matched.
fn missing(results: &GetQueryResultsOutput, _: &HttpResponse) -> Option<&'static str> {
    match (&results.status, &results.results) {
        (None, _) => Some("the reply contains no query status"),
        (Some(QueryStatus::Complete), None) => Some("the reply contains no rows"),
        _ => None,
    }
}

fn row(fields: Vec<ResultField>) -> Vec<(String, String)> {
    let named = |field: ResultField| Some((field.field?, field.value?));
    fields.into_iter().filter_map(named).collect()
}
