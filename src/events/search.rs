//! From the arguments to what is looked for: where, in which time, in which formats, by which calls.
//!
//! All that reads events begins here: the data sources and the ephemeral resource.

use jiff::Timestamp;

use super::push_down::{self, PushDown};
use super::query::{Query, given};
use super::scan::{Lines, Scan};
use super::source::{self, Source};
use super::window::{self, Window};
use super::{quals, quals::Quals};
use crate::aws::logs::EventsQuery;
use crate::connection::Connection;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::{self, BindError, Format, pattern};

/// The beginning of 2024: CloudWatch Logs reads backwards only from there on.
const BACKWARDS_SINCE: i64 = 1_704_067_200_000;

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
        context: &Context,
    ) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let quals = quals::parse(query, quals, &mut diagnostics);
        diagnostics.into_result()?;
        let window = window::window(query, Timestamp::now())?;
        let mut source = source::find(connection, query, context).await?;
        let reader = record::Reader::new(query.record_type(), &source.formats, &quals)
            .map_err(|error| not_bound(&error))?;
        let logs = connection.aws()?.logs(&source.region);
        let push_down = push_down::decide(query, &reader, &mut source, &logs).await;
        let scan = Scan {
            calls: push_down
                .calls
                .iter()
                .map(|call| request(query, &source, call))
                .collect(),
            window: push_down.narrow(window),
            newest_first: false,
            lines: Lines {
                reader,
                qualified: !quals.is_empty(),
            },
            limit: None,
            timeout: window::timeout(query),
        };
        Ok(Self {
            source,
            scan,
            push_down,
        })
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
