//! The data source `vpcflow_log_events`: source, window and quals in, typed events out.

use jiff::Timestamp;

use super::output::{Columns, Output, Push};
use super::query::{DEFAULT_LIMIT, NEWEST_FIRST, Query, given};
use super::scan::{self, Found, Reader, Scan, Trouble};
use super::source::{self, Source};
use super::{quals, quals::Quals, window};
use crate::aws::logs::EventsQuery;
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
        let source = source::find(connection, &query, context).await?;
        let (scan, not_pushed) = plan(&query, &parsed, &source, window)?;
        let logs = connection.aws()?.logs(&source.region);
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
            output(connection, &source, &scan, not_pushed, found)?,
        ))
    }
}

/// Decides what is pushed down, and what is checked here alone.
fn plan(
    query: &Query,
    quals: &record::Quals,
    source: &Source,
    window: window::Window,
) -> Result<(Scan, Vec<String>), Diagnostics> {
    let mut readers = Vec::new();
    for format in &source.formats {
        readers.push(Reader {
            bound: quals.bind(format).map_err(|error| not_bound(&error))?,
            columns: Columns::of(format),
            format: format.clone(),
        });
    }
    let (pattern, not_pushed) = push_down(query, &readers);
    let events = EventsQuery {
        stream_names: given(&query.log_stream_name)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        stream_prefix: given(&query.log_stream_name_prefix).map(str::to_owned),
        pattern,
        newest_first: given(&query.order) == Some(NEWEST_FIRST),
        unmask: query.unmask == Attr::Known(true),
        ..scan::request(source.log_group.clone(), window)
    };
    let limit = query
        .limit
        .known()
        .and_then(|limit| usize::try_from(*limit).ok());
    let scan = Scan {
        events,
        readers,
        qualified: !quals.is_empty(),
        limit: limit.unwrap_or(DEFAULT_LIMIT),
        include_message: query.include_message == Attr::Known(true),
        timeout: window::timeout(query),
    };
    Ok((scan, not_pushed))
}

/// Gives the filter pattern, and the quals that it does not hold. A pattern names every field of a
/// format, so it is only made where all lines have one format.
fn push_down(query: &Query, readers: &[Reader]) -> (Option<String>, Vec<String>) {
    let written = given(&query.filter_pattern).map(str::to_owned);
    match (written, readers) {
        (None, [reader]) => {
            let pushed = pattern::compile(&reader.bound);
            (pushed.pattern, pushed.not_pushed)
        }
        (written, readers) => {
            let labels = readers.first().map(|reader| reader.bound.labels());
            (written, labels.unwrap_or_default())
        }
    }
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
    scan: &Scan,
    not_pushed: Vec<String>,
    found: Found,
) -> Result<Output, Diagnostic> {
    let EventsQuery {
        pattern,
        stream_prefix,
        ..
    } = &scan.events;
    let push = Push {
        pattern: pattern.clone(),
        stream_prefix: stream_prefix.clone(),
    };
    let pushed = pattern.is_some() || stream_prefix.is_some();
    let mut statistics = found.statistics;
    statistics.calls += source.calls;
    Ok(Output {
        events: Attr::Known(found.events),
        truncated: Attr::Known(found.truncated),
        pushed: Attr::Known(if pushed { vec![push] } else { Vec::new() }),
        not_pushed: Attr::Known(not_pushed),
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
