//! Runs a query: starts it, polls it until it ends, reads its result, and stops it if the caller no longer waits.

use std::time::Duration;

use aws_sdk_athena::Client;
use aws_sdk_athena::operation::{
    get_query_execution::GetQueryExecutionOutput, get_query_results::GetQueryResultsOutput,
    start_query_execution::StartQueryExecutionOutput,
    start_query_execution::builders::StartQueryExecutionFluentBuilder,
};
use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, ResultConfiguration, Row,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use futures_util::FutureExt as _;

use super::super::{
    call::{Call, CallContext, QUERY_TIME, send},
    error::{Error, Kind},
    remote::Remote,
};
use super::gateway::Athena;

/// The most rows of a page.
const PAGE: i32 = 1_000;
/// The first wait between two polls, or between two attempts to start. Each wait is 1.5 times as long as the one before, up
/// to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
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
    /// The most bytes that Athena may read. A query that reads more is stopped.
    pub most_bytes: Option<u64>,
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
    /// Whether Athena has read more bytes than it may. Then there are no rows.
    pub is_too_large: bool,
    /// The bytes of the objects that Athena read.
    pub bytes_scanned: i64,
    /// The pages of the result.
    pub pages: i64,
    /// The calls that it took.
    pub calls: i64,
}

impl Athena {
    /// Runs a query to its end, and reads its result.
    ///
    /// # Errors
    /// Athena refuses a call, or the query fails or is canceled; the message is Athena's.
    pub async fn run(&self, query: &AthenaQuery) -> Result<AthenaAnswer, Error> {
        let request = self.start_request(query);
        let (client, again) = (self.client.clone(), request.clone());
        let region = self.region().to_owned();
        let mut remote = Remote::start(
            &self.stopping,
            self.context(),
            move |context| start(request, region, context),
            |id| stop(client, again, id).boxed(),
        );
        let id = remote.id().await?;
        let mut answer = AthenaAnswer {
            calls: 1,
            ..AthenaAnswer::default()
        };
        self.wait(&id, query.most_bytes, &mut remote, &mut answer)
            .await?;
        if !answer.is_too_large {
            self.read(&id, query.most_rows, &mut answer).await?;
        }
        answer.calls += answer.pages;
        Ok(answer)
    }

    /// Waits until the queries that were given up are stopped.
    pub async fn stopped(&self) {
        self.stopping.done().await;
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

    /// Polls a query until it ends, or until it has read more bytes than it may.
    async fn wait(
        &self,
        id: &str,
        most_bytes: Option<u64>,
        remote: &mut Remote,
        answer: &mut AthenaAnswer,
    ) -> Result<(), Error> {
        let mut wait = FIRST_WAIT;
        loop {
            let call = self.call("GetQueryExecution").requiring(missing);
            let request = self.client.get_query_execution().query_execution_id(id);
            let reply = call.run(send!(request, call)).await?;
            answer.calls += 1;
            let execution = reply.query_execution.unwrap_or_else(empty);
            let statistics = execution.statistics.as_ref();
            let scanned = statistics.and_then(|statistics| statistics.data_scanned_in_bytes);
            answer.bytes_scanned = scanned.unwrap_or(0);
            let bytes = u64::try_from(answer.bytes_scanned).unwrap_or_default();
            answer.is_too_large = most_bytes.is_some_and(|most| bytes > most);
            let status = execution.status.as_ref();
            match status.and_then(|status| status.state.as_ref()) {
                Some(QueryExecutionState::Succeeded) => {
                    remote.end();
                    return Ok(());
                }
                Some(state @ (QueryExecutionState::Failed | QueryExecutionState::Cancelled)) => {
                    remote.end();
                    return Err(ended(&call, id, state, &execution));
                }
                _ if answer.is_too_large => return Ok(()),
                _ => tracing::info!(query_id = id, calls = answer.calls, "waiting for Athena"),
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

/// Starts a query. Waits while too many others run, until the caller no longer waits.
async fn start(
    request: StartQueryExecutionFluentBuilder,
    region: String,
    context: CallContext,
) -> Result<String, Error> {
    let mut wait = FIRST_WAIT;
    loop {
        let context = context.within(QUERY_TIME);
        let call = Call::mutation("StartQueryExecution", Some(&region), &context).requiring(
            |started: &StartQueryExecutionOutput, _| {
                let id = started.query_execution_id().filter(|id| !id.is_empty());
                id.is_none().then_some("the reply contains no query ID")
            },
        );
        match call.run(send!(request, call)).await {
            Ok(started) => return Ok(started.query_execution_id.unwrap_or_default()),
            Err(error) if error.code.as_deref() == Some(TOO_MANY) && !error.unanswered => {
                tracing::info!("waiting because too many queries of Athena run");
                let waited = tokio::time::sleep(wait);
                if context.stop.run_until_cancelled(waited).await.is_none() {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
    }
}

/// Stops a query. If the reply of its start was lost, Athena returns its ID for the same request with the same token.
async fn stop(client: Client, start: StartQueryExecutionFluentBuilder, id: Option<String>) {
    let id = match id {
        Some(id) => Some(id),
        None => match start.send().await {
            Ok(started) => started.query_execution_id,
            Err(_) => None,
        },
    };
    if let Some(id) = id {
        let request = client.stop_query_execution().query_execution_id(id);
        if let Err(error) = request.send().await {
            tracing::warn!(
                error = error.code(),
                "a query of Athena could not be stopped"
            );
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
