//! Runs a query: starts it, polls it until it ends, reads its result, and stops it if the caller no longer waits.

use std::time::Duration;

use aws_sdk_athena::operation::{
    get_query_execution::GetQueryExecutionOutput, get_query_results::GetQueryResultsOutput,
    start_query_execution::StartQueryExecutionOutput,
    start_query_execution::builders::StartQueryExecutionFluentBuilder,
};
use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, ResultConfiguration, Row,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::super::{
    call::{Call, send},
    error::{Error, Kind},
};
use super::gateway::Athena;

/// The most rows of a page.
const PAGE: i32 = 1_000;
/// The first wait between two polls, or between two attempts to start. Each wait is 1.5 times as long as the one before, up
/// to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The timeout of the calls that stop a query.
const STOP_TIME: Duration = Duration::from_secs(10);
/// Too many queries run or wait, which passes.
const TOO_MANY: &str = "TooManyRequestsException";

/// A query in Athena's SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AthenaQuery {
    /// The statement.
    pub text: String,
    /// The data catalog of names that have none.
    pub catalog: String,
    /// The database of names that have none.
    pub database: String,
    /// The workgroup. The default is `primary`.
    pub workgroup: Option<String>,
    /// Where Athena writes the result, unless the workgroup says so.
    pub output_location: Option<String>,
    /// Makes all attempts to start the query one: 32 to 128 characters.
    pub token: String,
    /// The most rows that are read.
    pub most_rows: usize,
}

/// The result of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AthenaAnswer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows. Values that are null are none.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there are more rows than were read.
    pub more: bool,
    /// The bytes of the objects that Athena read.
    pub bytes_scanned: i64,
    /// The pages of the result.
    pub pages: i64,
    /// The calls that it took.
    pub calls: i64,
}

/// A query that runs or is being started. Stops it when dropped before its end: otherwise the service would go on, and
/// bill.
struct Running<'a> {
    athena: &'a Athena,
    start: Option<StartQueryExecutionFluentBuilder>,
    id: Option<String>,
}

impl Athena {
    /// Runs a query to its end, and reads its result.
    ///
    /// # Errors
    /// Athena refuses a call, or the query fails or is canceled; the message is Athena's.
    pub async fn run(&self, query: &AthenaQuery) -> Result<AthenaAnswer, Error> {
        let request = self.start_request(query);
        let mut running = Running {
            athena: self,
            start: Some(request.clone()),
            id: None,
        };
        let mut calls = 0;
        let id = match self.start(&request, &mut calls).await {
            Ok(id) => id,
            Err(error) => {
                // Without a reply, the query may run.
                if !error.unanswered {
                    running.start = None;
                }
                return Err(error);
            }
        };
        running.id = Some(id.clone());
        let execution = self.wait(&id, &mut running, &mut calls).await?;
        let statistics = execution.statistics;
        let mut answer = AthenaAnswer {
            bytes_scanned: statistics
                .and_then(|statistics| statistics.data_scanned_in_bytes)
                .unwrap_or(0),
            ..AthenaAnswer::default()
        };
        self.read(&id, query.most_rows, &mut answer).await?;
        answer.calls = calls + answer.pages;
        Ok(answer)
    }

    fn start_request(&self, query: &AthenaQuery) -> StartQueryExecutionFluentBuilder {
        let context = QueryExecutionContext::builder()
            .catalog(&query.catalog)
            .database(&query.database)
            .build();
        let output = query.output_location.as_ref();
        let output = output.map(|location| {
            ResultConfiguration::builder()
                .output_location(location)
                .build()
        });
        self.client
            .start_query_execution()
            .query_string(&query.text)
            .query_execution_context(context)
            .client_request_token(&query.token)
            .set_work_group(query.workgroup.clone())
            .set_result_configuration(output)
    }

    /// Starts a query. Waits while too many others run: the caller's timeout ends that.
    async fn start(
        &self,
        request: &StartQueryExecutionFluentBuilder,
        calls: &mut i64,
    ) -> Result<String, Error> {
        let mut wait = FIRST_WAIT;
        loop {
            let call = self.call("StartQueryExecution").requiring(
                |started: &StartQueryExecutionOutput, _| {
                    let id = started.query_execution_id().filter(|id| !id.is_empty());
                    id.is_none().then_some("the reply contains no query ID")
                },
            );
            *calls += 1;
            match call.run(send!(request, call)).await {
                Ok(started) => return Ok(started.query_execution_id.unwrap_or_default()),
                Err(error) if error.code.as_deref() == Some(TOO_MANY) => {
                    tracing::info!("waiting because too many queries of Athena run");
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
        }
    }

    /// Polls a query until it ends.
    async fn wait(
        &self,
        id: &str,
        running: &mut Running<'_>,
        calls: &mut i64,
    ) -> Result<QueryExecution, Error> {
        let mut wait = FIRST_WAIT;
        loop {
            let call = self.call("GetQueryExecution").requiring(missing);
            let request = self.client.get_query_execution().query_execution_id(id);
            let reply = call.run(send!(request, call)).await?;
            *calls += 1;
            let execution = reply.query_execution.unwrap_or_else(empty);
            let status = execution.status.as_ref();
            match status.and_then(|status| status.state.as_ref()) {
                Some(QueryExecutionState::Succeeded) => {
                    running.end();
                    return Ok(execution);
                }
                Some(state @ (QueryExecutionState::Failed | QueryExecutionState::Cancelled)) => {
                    running.end();
                    return Err(ended(&call, id, state, &execution));
                }
                _ => tracing::info!(query_id = id, calls, "waiting for Athena"),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
        }
    }

    /// Reads the pages of a result.
    async fn read(
        &self,
        id: &str,
        most_rows: usize,
        answer: &mut AthenaAnswer,
    ) -> Result<(), Error> {
        let mut token = None;
        loop {
            let call = self.call("GetQueryResults").requiring(
                |page: &GetQueryResultsOutput, _: &HttpResponse| {
                    let columns = page.result_set().and_then(|set| set.result_set_metadata());
                    columns.is_none().then_some("the reply contains no columns")
                },
            );
            let request = self
                .client
                .get_query_results()
                .query_execution_id(id)
                .max_results(PAGE)
                .set_next_token(token.clone());
            let page = call.run(send!(request, call)).await?;
            answer.pages += 1;
            let set = page.result_set;
            let columns = set.as_ref().and_then(|set| set.result_set_metadata());
            let names = columns.map(|columns| columns.column_info().iter());
            answer.columns = names
                .into_iter()
                .flatten()
                .map(|column| column.name().to_owned())
                .collect();
            let rows = set.and_then(|set| set.rows).unwrap_or_default();
            // The first row of the first page repeats the names.
            rows.into_iter()
                .skip(usize::from(token.is_none()))
                .for_each(|row| answer.rows.push(values(row)));
            let next = page.next_token.filter(|next| !next.is_empty());
            if next.is_some() && next == token {
                return Err(call.error(Kind::Unreadable, "the reply repeats the token of its page"));
            }
            answer.more = next.is_some() || answer.rows.len() > most_rows;
            if next.is_none() || answer.rows.len() >= most_rows {
                answer.rows.truncate(most_rows);
                return Ok(());
            }
            token = next;
        }
    }
}

/// Returns what the state of a query lacks.
fn missing(reply: &GetQueryExecutionOutput, _: &HttpResponse) -> Option<&'static str> {
    let status = reply.query_execution().and_then(|query| query.status());
    let state = status.and_then(|status| status.state());
    state
        .is_none()
        .then_some("the reply contains no state of the query")
}

fn empty() -> QueryExecution {
    QueryExecution::builder().build()
}

/// Returns the error of a query that ended without a result, in Athena's words.
fn ended(call: &Call, id: &str, state: &QueryExecutionState, execution: &QueryExecution) -> Error {
    let status = execution.status.as_ref();
    let reason = status.and_then(|status| {
        let error = status.athena_error.as_ref();
        let message = || error.and_then(|error| error.error_message.clone());
        status.state_change_reason.clone().or_else(message)
    });
    let reason = reason
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    let message = format!("the query {id} ended as {}{reason}", state.as_str());
    call.error(Kind::Unsuccessful, message)
}

fn values(row: Row) -> Vec<Option<String>> {
    let values = row.data.unwrap_or_default().into_iter();
    values.map(|datum| datum.var_char_value).collect()
}

impl Running<'_> {
    /// Notes that the query ended, so that nothing needs to be stopped.
    fn end(&mut self) {
        self.start = None;
        self.id = None;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (id, start) = (self.id.take(), self.start.take());
        if id.is_none() && start.is_none() {
            return;
        }
        let client = self.athena.client.clone();
        let stop = async move {
            let id = match (id, start) {
                (Some(id), _) => Some(id),
                // With the same token, Athena returns the ID of the query that the call before has started.
                (None, Some(start)) => match start.send().await {
                    Ok(started) => started.query_execution_id,
                    Err(_) => None,
                },
                (None, None) => None,
            };
            if let Some(id) = id {
                // A failure has no consequence here.
                let _ = client
                    .stop_query_execution()
                    .query_execution_id(id)
                    .send()
                    .await;
            }
        };
        runtime.spawn(tokio::time::timeout(STOP_TIME, stop));
    }
}
