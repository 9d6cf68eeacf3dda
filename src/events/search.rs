//! From the arguments to what is looked for: where, in which time, in which formats, by which calls.
//!
//! All that reads events begins here: the data sources and the ephemeral resource.

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::push_down::{self, PushDown};
use super::query::{Query, given};
use super::scan::{Lines, Scan};
use super::source::{self, Source};
use super::window::{self, Window};
use super::{quals, quals::Quals};
use crate::aws::logs::{EventsQuery, Logs};
use crate::connection::Connection;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::{BindError, Format, Quals as Asked, Reader, RecordType, pattern};

/// The beginning of 2024: CloudWatch Logs reads backwards only from there on.
const BACKWARDS_SINCE: i64 = 1_704_067_200_000;

/// Who reads the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// We do, page by page.
    Scan,
    /// CloudWatch Logs Insights does.
    Insights,
}

/// What to look for, and what of the quals the service is told.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) source: Source,
    pub(crate) scan: Scan,
    pub(crate) push_down: PushDown,
}

/// Judges the arguments that are known.
pub(crate) fn validate(query: &Query, quals: &Quals, diagnostics: &mut Diagnostics) {
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

impl Search {
    /// Finds the source of a query whose arguments are known, and decides what is pushed down.
    ///
    /// # Errors
    /// Arguments that cannot be, a source that is not there, quals that its records cannot satisfy.
    pub(crate) async fn prepare(
        connection: &Connection,
        query: &Query,
        quals: &Quals,
        engine: Engine,
        context: &Context,
    ) -> Result<Self, Diagnostics> {
        let deadline = Instant::now() + window::timeout(query);
        let mut diagnostics = Diagnostics::new();
        let quals = quals::parse(query, quals, &mut diagnostics);
        diagnostics.into_result()?;
        let window = window::window(query, Timestamp::now())?;
        let found = timeout_at(deadline, source::find(connection, query, context)).await;
        let mut source = found.map_err(|_| too_late("its record format was known"))??;
        let logs = connection.aws()?.logs(&source.region);
        let decided = decide(query, &quals, engine, &mut source, &logs);
        let decided = timeout_at(deadline, decided).await;
        let push_down = decided.map_err(|_| too_late("the names of its streams were known"))??;
        let scan = Scan {
            calls: push_down
                .calls
                .iter()
                .map(|call| request(query, &source, call))
                .collect(),
            window: push_down.narrow(window),
            newest_first: false,
            lines: lines(query, &quals, &source)?,
            limit: None,
            deadline,
        };
        Ok(Self {
            source,
            scan,
            push_down,
        })
    }

    /// Gives the reader's formats that are asked for.
    pub(crate) fn formats(&self) -> &[Format] {
        &self.source.formats
    }

    /// Looks for the newest rows first.
    ///
    /// # Errors
    /// A window in which the service cannot do that.
    pub(crate) fn newest_first(&mut self) -> Result<(), Diagnostic> {
        if self.scan.window.start < BACKWARDS_SINCE {
            let detail = "CloudWatch Logs reads backwards only from 2024-01-01T00:00:00Z on, and this window \
                          begins before that. Let it begin later, or take `order = \"oldest_first\"`.";
            return Err(Diagnostic::error("Order not possible", detail).at("order"));
        }
        self.scan.newest_first = true;
        Ok(())
    }
}

/// Decides what is pushed down for the formats that are asked for.
async fn decide(
    query: &Query,
    quals: &Asked,
    engine: Engine,
    source: &mut Source,
    logs: &Logs,
) -> Result<PushDown, Diagnostic> {
    let reader = Reader::new(query.record_type(), &source.formats, quals);
    let reader = reader.map_err(|error| not_bound(&error))?;
    Ok(push_down::decide(query, &reader, engine, source, logs).await)
}

/// Reads lines of every format in the group, since those that are not asked for must not be taken for others.
fn lines(query: &Query, quals: &Asked, source: &Source) -> Result<Lines, Diagnostic> {
    let formats = [source.formats.as_slice(), &source.others].concat();
    let reader = Reader::new(query.record_type(), &formats, quals);
    Ok(Lines {
        reader: reader.map_err(|error| not_bound(&error))?,
        formats: source.formats.len(),
        own_ids: query.record_type() != RecordType::Aws,
        qualified: !quals.is_empty(),
    })
}

fn too_late(before: &str) -> Diagnostic {
    let detail = format!(
        "The `timeout` was over before {before}, so that no event was read. Raise `timeout`, or set `log_format` \
         together with `log_group_name`, which leaves nothing to be asked for beforehand."
    );
    Diagnostic::error("Flow-log events not read", detail).at("timeout")
}

/// Makes the request of one call.
fn request(query: &Query, source: &Source, call: &pattern::Call) -> EventsQuery {
    EventsQuery {
        log_group: source.log_group.clone(),
        stream_names: given(&query.log_stream_name)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        stream_prefix: call.stream_prefix.clone(),
        pattern: call.pattern.clone(),
        unmask: query.unmask.known() == Some(&true),
        ..EventsQuery::default()
    }
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

/// Gives the window as seconds, both included, for what counts in seconds.
pub(crate) fn seconds(window: Window) -> (i64, i64) {
    (
        window.start.div_euclid(1000),
        window.end.div_euclid(1000) + i64::from(window.end.rem_euclid(1000) > 0),
    )
}
