//! The data source `vpcflow_log_events`: source, window and quals in, typed events out.

use jiff::Timestamp;

use super::output::{Columns, Output};
use super::push_down::{self, PushDown};
use super::query::{DEFAULT_LIMIT, NEWEST_FIRST, Query, given};
use super::scan::{self, Found, Scan, Trouble};
use super::source::{self, Source};
use super::{quals, quals::Quals, window};
use crate::aws::logs::{EventsQuery, Logs};
use crate::connection::Connection;
use crate::framework::{self, Attr, Context, Diagnostic, Diagnostics};
use crate::record::{self, BindError, Format, pattern};

/// The data source `vpcflow_log_events`.
#[derive(Debug)]
pub struct DataSource;

impl framework::DataSource for DataSource {
    type Connection = Connection;
    type Model = (Query, Quals, Output);
    const TYPE_NAME: &'static str = "vpcflow_log_events";

    fn validate(&self, (query, quals, _): &Self::Model, diagnostics: &mut Diagnostics) {
        let sources = [&query.flow_log_id, &query.log_group_name];
        let unknown = sources.iter().any(|source| source.is_unknown());
        if !unknown && sources.iter().all(|source| given(source).is_none()) {
            diagnostics.push(source::one_source());
        }
        diagnostics.extend(window::validate(query));
        diagnostics.extend(source::validate(query));
        quals::parse(query, quals, diagnostics);
        if let Some(text) = given(&query.log_format)
            && let Err(error) = Format::parse(text)
        {
            let detail = format!("`log_format` is \"{text}\"; {error}.");
            diagnostics.error("log_format", "Malformed record format", detail);
        }
        if let Some(text) = given(&query.filter_pattern)
            && text.chars().count() > pattern::MAX_LENGTH
        {
            let detail = format!(
                "The pattern has {} characters; CloudWatch Logs takes {}.",
                text.chars().count(),
                pattern::MAX_LENGTH
            );
            diagnostics.error("filter_pattern", "Filter pattern too long", detail);
        }
    }

    async fn read(
        &self,
        connection: &Connection,
        (query, quals, _): Self::Model,
        context: &Context,
    ) -> Result<Self::Model, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let parsed = quals::parse(&query, &quals, &mut diagnostics);
        diagnostics.into_result()?;
        let window = window::window(&query, Timestamp::now())?;
        let mut source = source::find(connection, &query, context).await?;
        let logs = connection.aws()?.logs(&source.region);
        let (scan, push_down) = plan(&query, &parsed, &mut source, window, &logs).await?;
        let found = match scan.run(&logs, context).await {
            Ok(found) => found,
            Err(trouble) => missing_group(trouble, &source, context)?,
        };
        tell(&query, &source, &found, context);
        let query = Query {
            log_group_name: Attr::Known(source.log_group.clone()),
            region: Attr::Known(source.region.clone()),
            ..query
        };
        Ok((
            query,
            quals,
            output(connection, &source, &push_down, found)?,
        ))
    }
}

/// Decides what is pushed down, and what is checked here alone.
async fn plan(
    query: &Query,
    quals: &record::Quals,
    source: &mut Source,
    window: window::Window,
    logs: &Logs,
) -> Result<(Scan, PushDown), Diagnostics> {
    let reader = record::Reader::new(query.record_type(), &source.formats, quals)
        .map_err(|error| not_bound(&error))?;
    let push_down = push_down::decide(query, &reader, source, logs).await;
    let call = |call: &pattern::Call| EventsQuery {
        stream_names: given(&query.log_stream_name)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        stream_prefix: call.stream_prefix.clone(),
        pattern: call.pattern.clone(),
        newest_first: given(&query.order) == Some(NEWEST_FIRST),
        unmask: query.unmask == Attr::Known(true),
        ..scan::request(source.log_group.clone(), push_down.narrow(window))
    };
    let limit = query
        .limit
        .known()
        .and_then(|limit| usize::try_from(*limit).ok());
    let scan = Scan {
        calls: push_down.calls.iter().map(call).collect(),
        columns: reader.formats().iter().map(Columns::of).collect(),
        reader,
        qualified: !quals.is_empty(),
        limit: limit.unwrap_or(DEFAULT_LIMIT),
        include_message: query.include_message == Attr::Known(true),
        timeout: window::timeout(query),
    };
    Ok((scan, push_down))
}

/// A log group that does not exist is an empty result for a flow log that has delivered nothing yet;
/// for a group that the user named it is an error.
fn missing_group(
    trouble: Trouble,
    source: &Source,
    context: &Context,
) -> Result<Found, Diagnostics> {
    match (trouble, &source.flow_log) {
        (Trouble::Refused(error), Some(flow_log))
            if error.code.as_deref() == Some("ResourceNotFoundException") =>
        {
            let status = flow_log.deliver_logs_status.as_deref().unwrap_or("unknown");
            let reason = flow_log.deliver_logs_error_message.as_deref();
            let reason = reason
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default();
            let detail = format!(
                "The log group {} of flow log {} does not exist: nothing has been delivered yet. The \
                 delivery status is {status}{reason}.",
                source.log_group, flow_log.id
            );
            context.warn(Diagnostic::warning("No events yet", detail).at("flow_log_id"));
            Ok(Found::default())
        }
        (trouble, _) => Err(not_read(trouble, source).into()),
    }
}

fn not_read(trouble: Trouble, source: &Source) -> Diagnostic {
    const SUMMARY: &str = "Flow-log events not read";
    let group = &source.log_group;
    match trouble {
        Trouble::Refused(error) => {
            let missing = error.code.as_deref() == Some("ResourceNotFoundException");
            let advice = error.advice().filter(|_| !missing).unwrap_or_else(|| {
                "Check the name of the log group and of the log stream, and set `region` if they are \
                 elsewhere."
                    .to_owned()
            });
            let detail = format!(
                "The log group {group} in {} was read by FilterLogEvents. {error}\n\n{advice}",
                source.region
            );
            let path = if missing { "log_group_name" } else { "" };
            let diagnostic = Diagnostic::error(SUMMARY, detail);
            if path.is_empty() { diagnostic } else { diagnostic.at(path) }
        }
        Trouble::Deadline(statistics) => Diagnostic::error(
            SUMMARY,
            format!(
                "The `timeout` was over after {} pages with {} events of {group}. A partial result would \
                 look like a complete one, so there is none. Narrow the time window, add quals that can be \
                 pushed down (see `not_pushed`), or raise `timeout`.",
                statistics.pages, statistics.scanned
            ),
        )
        .at("timeout"),
        Trouble::Stopped => {
            Diagnostic::error(SUMMARY, format!("The run was stopped while {group} was read."))
        }
    }
}

/// Says aloud what a reader of the result could overlook.
fn tell(query: &Query, source: &Source, found: &Found, context: &Context) {
    if let Some((line, problem)) = &found.unparsed {
        let line: String = line.chars().take(300).collect();
        let detail = format!(
            "{} of {} lines in {} could not be read in the record format. The first: {problem}: \"{line}\". \
             If the group holds records of another format, set `log_format`.",
            found.statistics.parse_errors, found.statistics.scanned, source.log_group
        );
        context.warn(Diagnostic::warning("Lines that do not parse", detail));
    }
    if found.truncated && query.limit.is_null() {
        let detail = format!(
            "There may be more events than the {DEFAULT_LIMIT} given. Set `limit` (at most 10000), or \
             narrow the query."
        );
        context.warn(Diagnostic::warning("Result cut at the default limit", detail).at("limit"));
    }
    if found.statistics.skip_data > 0 {
        let detail = format!(
            "{} records say that AWS skipped others (SKIPDATA): this is not all the traffic there was.",
            found.statistics.skip_data
        );
        context.warn(Diagnostic::warning("Records were skipped", detail));
    }
}

fn output(
    connection: &Connection,
    source: &Source,
    push_down: &PushDown,
    found: Found,
) -> Result<Output, Diagnostic> {
    let mut statistics = found.statistics;
    statistics.calls += source.calls;
    Ok(Output {
        events: Attr::Known(found.events),
        truncated: Attr::Known(found.truncated),
        pushed: Attr::Known(push_down.pushed()),
        not_pushed: Attr::Known(push_down.not_pushed()),
        push_down: Attr::Known(push_down.classes()),
        statistics: Attr::Known(statistics),
        account_id: Attr::from(
            connection
                .account
                .as_ref()
                .map(|account| account.id.clone()),
        ),
        partition: Attr::Known(connection.aws()?.partition(&source.region)),
    })
}

fn not_bound(error: &BindError) -> Diagnostic {
    let path = match error {
        BindError::MissingField { qual, .. } => qual.as_str(),
        BindError::EmptyBlock { block } => block.as_str(),
    };
    Diagnostic::error(
        "Qual not possible for this record format",
        format!("{error}."),
    )
    .at(quals::path(path))
}
