//! From the arguments to what is looked for: where, in which time, in which formats, by which calls.
//!
//! All that reads events begins here: the data sources and the ephemeral resource.

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

use super::completeness::{Nothing, Reason, Sight};
use super::implied::Implied;
use super::push_down::{self, PushDown};
use super::query::{Engine, Query};
use super::scan::{Lines, Scan};
use super::source::{self, Source};
use super::window::{self, Window};
use super::{quals, quals::Quals};
use crate::aws::ec2::FlowLog;
use crate::aws::logs::{EventsQuery, Logs};
use crate::connection::Connection;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::dialect::filter_pattern as pattern;
use crate::record::format::Flaw;
use crate::record::{BindError, Format, Quals as Asked, Reader, RecordType};

/// How long AWS usually takes to deliver a record to CloudWatch Logs, in milliseconds.
const USUAL_DELAY: i64 = 300_000;
/// The aggregation interval of a flow log that is not known, in seconds: the longest.
const LONGEST_INTERVAL: i64 = 600;
/// The beginning of 2024: CloudWatch Logs reads backwards only from there on.
pub(crate) const BACKWARDS_SINCE: i64 = 1_704_067_200_000;

/// What to look for, and what of the quals the service is told.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) source: Source,
    pub(crate) scan: Scan,
    pub(crate) push_down: PushDown,
    /// What is asked of records that are asked for, with what the flow log implies.
    pub(crate) asked: Reader,
    /// The window as the user gave it; that of the scan may be narrower.
    pub(crate) window: Window,
    /// The request for every line in which the user looks.
    pub(crate) every_line: EventsQuery,
    /// Whether the user has chosen lines by a pattern.
    pub(crate) has_own_pattern: bool,
    /// Whether the answer has to be complete.
    pub(crate) required: bool,
    /// Up to when records have had time to arrive.
    pub(crate) settled: Option<Timestamp>,
}

/// Judges the arguments that are known.
pub(crate) fn validate(query: &Query, quals: &Quals, diagnostics: &mut Diagnostics) {
    let sources = [&query.flow_log_id, &query.log_group_name];
    let unknown = sources.iter().any(|source| source.is_unknown());
    if !unknown && sources.iter().all(|source| source.given().is_none()) {
        diagnostics.push(source::one_source());
    }
    diagnostics.extend(window::validate(query));
    diagnostics.extend(source::validate(query));
    quals::parse(query, quals, diagnostics);
    validate_format(query, diagnostics);
    if let Some(text) = query.filter_pattern.given()
        && text.chars().count() > pattern::MAX_LENGTH
    {
        let detail = format!(
            "The pattern has {} characters; CloudWatch Logs takes {}.",
            text.chars().count(),
            pattern::MAX_LENGTH
        );
        diagnostics.error(
            "filter_pattern",
            "filter-pattern-too-long",
            "Filter pattern too long",
            detail,
        );
    }
}

/// Judges the record format by the rules of the resource.
fn validate_format(query: &Query, diagnostics: &mut Diagnostics) {
    let Some(text) = query.log_format.given() else {
        return;
    };
    let format = match Format::parse(text) {
        Ok(format) => format,
        Err(error) => {
            let detail = format!("`log_format` is \"{text}\"; {error}.");
            diagnostics.error(
                "log_format",
                "malformed-record-format",
                "Malformed record format",
                detail,
            );
            return;
        }
    };
    for flaw in format.flaws() {
        match &flaw {
            Flaw::Alias { .. } => {
                diagnostics.error(
                    "log_format",
                    "not-a-record-field",
                    "Not a record field",
                    flaw.to_string(),
                );
            }
            Flaw::Mixed { .. } => {
                let summary = "Fields of different kinds of flow log";
                diagnostics.error(
                    "log_format",
                    "mixed-record-fields",
                    summary,
                    flaw.to_string(),
                );
            }
            Flaw::Unknown { .. } => {
                let detail = format!("{flaw} Its values are read as text.");
                diagnostics.warning(
                    "log_format",
                    "unknown-record-field",
                    "Unknown record field",
                    detail,
                );
            }
        }
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
        let action = quals.action.given();
        let quals = quals::parse(query, quals, &mut diagnostics);
        diagnostics.into_result()?;
        let now = Timestamp::now();
        let window = window::window(query, now)?;
        let found = timeout_at(deadline, source::find(connection, query)).await;
        let mut source = found.map_err(|_| too_late("its record format was known"))??;
        if engine == Engine::Insights && source.assumed {
            let possible = |format: &Format| quals.bind(format).is_ok();
            if source.formats.iter().any(possible) {
                source.formats.retain(possible);
            }
        }
        let implied = source.implied();
        let logs = connection.aws()?.logs(&source.region);
        let asked = asked(query, &quals, engine, &source, &implied)?;
        let is_wanted = || Instant::now() < deadline && !context.stop().is_cancelled();
        let decided = push_down::decide(query, &asked, engine, &mut source, &logs, &is_wanted);
        let decided = timeout_at(deadline, decided).await;
        let push_down =
            match decided.map_err(|_| too_late("the names of its streams were known"))? {
                Some(push_down) => push_down,
                None if context.stop().is_cancelled() => return Err(stopped().into()),
                None => return Err(too_late("its quals were made into a filter pattern").into()),
            };
        let scan = Scan {
            calls: push_down
                .calls
                .iter()
                .map(|call| request(query, &source, call))
                .collect(),
            window: push_down.narrow(window),
            newest_first: false,
            lines: lines(query, &quals, &source, &implied)?,
            limit: None,
            deadline,
        };
        judge(&mut source, action, scan.window);
        if query.requires_everything() {
            let looked =
                timeout_at(deadline, look_at_retention(&mut source, &logs, window, now)).await;
            looked.map_err(|_| too_late("the retention of the log group was known"))?;
        }
        let every_line = pattern::Call {
            stream_prefix: query.log_stream_name_prefix.given().map(str::to_owned),
            ..pattern::Call::default()
        };
        Ok(Self {
            every_line: request(query, &source, &every_line),
            has_own_pattern: query.filter_pattern.given().is_some(),
            required: query.requires_everything(),
            settled: settled(query, &source, window, now),
            source,
            scan,
            push_down,
            asked,
            window,
        })
    }

    /// Says whether the calls of the scan need not bring every line in the window.
    pub(crate) fn is_selective(&self) -> bool {
        self.scan.window != self.window || self.scan.calls != [self.every_line.clone()]
    }

    /// Says whether records can tell that others were skipped.
    pub(crate) fn tells_of_skipped(&self) -> bool {
        let mut formats = self.formats().iter();
        formats.any(|format| format.position("log-status").is_some())
    }

    /// Notes that the window holds no line. Flow logs of AWS write some even where there is no traffic; others need not.
    pub(crate) fn note_no_lines(&self, sight: &mut Sight) {
        let time = |millisecond| Timestamp::from_millisecond(millisecond).unwrap_or_default();
        if !self.scan.lines.own_ids {
            sight.add(Reason::NothingDelivered(Nothing::NoLines {
                log_group: self.source.log_group.clone(),
                start: time(self.window.start),
                end: time(self.window.end),
            }));
        }
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
            return Err(
                Diagnostic::error("order-not-possible", "Order not possible", detail).at("order"),
            );
        }
        self.scan.newest_first = true;
        Ok(())
    }
}

/// Looks whether the group still keeps what the window begins with. Every group keeps events for a day at least.
async fn look_at_retention(source: &mut Source, logs: &Logs, window: Window, now: Timestamp) {
    let start = Timestamp::from_millisecond(window.start).unwrap_or_default();
    let age = now.duration_since(start);
    if age <= SignedDuration::from_hours(24) {
        return;
    }
    source.calls += 1;
    let log_group = source.log_group.clone();
    match logs.group(&log_group).await {
        Ok(Some(group)) => {
            let days = group.retention_days;
            if let Some(days) =
                days.filter(|days| age > SignedDuration::from_hours(24 * i64::from(*days)))
            {
                source.sight.add(Reason::Expired {
                    log_group,
                    days,
                    start,
                });
            }
        }
        // One of another account cannot be described from here; one that does not exist is told by the reading.
        Ok(None) => source.sight.not_looked_at = true,
        Err(error) => source
            .sight
            .add(Reason::RetentionDenied { log_group, error }),
    }
}

/// Binds what the service is asked for to the formats that are asked for: the quals, and what the flow log implies where
/// others write to its group.
fn asked(
    query: &Query,
    quals: &Asked,
    engine: Engine,
    source: &Source,
    implied: &[Implied],
) -> Result<Reader, Diagnostic> {
    let mut quals = quals.clone();
    // A scan without quals reads every line anyhow; Insights reads what the query says.
    let tells = engine == Engine::Insights || source.shared && !quals.is_empty();
    if tells {
        quals.all.extend(implied.iter().map(Implied::qual));
    }
    let reader = Reader::new(query.record_type(), &source.formats, &quals);
    reader.map_err(|error| not_bound(&error))
}

/// Reads lines of every format in the group, since those that are not asked for must not be taken for others.
fn lines(
    query: &Query,
    quals: &Asked,
    source: &Source,
    implied: &[Implied],
) -> Result<Lines, Diagnostic> {
    let formats = [source.formats.as_slice(), &source.others].concat();
    let reader = Reader::new(query.record_type(), &formats, quals);
    let place = |implied: &Implied| {
        let place = source.formats.first()?.position(implied.field)?;
        Some((place, implied.value.clone()))
    };
    Ok(Lines {
        reader: reader.map_err(|error| not_bound(&error))?,
        formats: source.formats.len(),
        implied: implied.iter().filter_map(place).collect(),
        own_ids: query.record_type() != RecordType::Aws,
        qualified: !quals.is_empty(),
    })
}

/// Notes what cannot be seen however well it is read.
fn judge(source: &mut Source, action: Option<&str>, window: Window) {
    let start = Timestamp::from_millisecond(window.start).unwrap_or_default();
    let created = |flow_log: &FlowLog| Some((flow_log.id.clone(), flow_log.creation_time?));
    let created = source.writers.iter().filter_map(created);
    let flow_logs: Vec<_> = created.filter(|(_, created)| *created > start).collect();
    if !flow_logs.is_empty() {
        source.sight.add(Reason::FormatChanged { flow_logs, start });
    }
    if let (Some(kind), Some(action)) = (source.kind_of_traffic(), action) {
        let is_recorded =
            |wanted: &str| [kind, "-"].contains(&wanted.trim().to_uppercase().as_str());
        if !action.split(',').any(is_recorded) {
            let recorded = kind.to_owned();
            source.sight.add(Reason::NotRecorded { recorded });
        }
    }
}

/// Gives up to when records have had time to arrive, in whole seconds; none where AWS delivers nothing.
fn settled(query: &Query, source: &Source, window: Window, now: Timestamp) -> Option<Timestamp> {
    if query.record_type() != RecordType::Aws {
        return None;
    }
    let intervals = source.writers.iter();
    let interval = intervals.filter_map(|flow_log| flow_log.max_aggregation_interval);
    let interval = interval.max().unwrap_or(LONGEST_INTERVAL);
    let arrived = now.as_millisecond() - interval * 1000 - USUAL_DELAY;
    Timestamp::from_second(arrived.min(window.end).div_euclid(1000)).ok()
}

fn too_late(before: &str) -> Diagnostic {
    let detail = format!(
        "The `timeout` was over before {before}, so that no event was read. Raise `timeout`, ask for fewer values, or \
         set `log_format` together with `log_group_name`, which leaves nothing to be asked for beforehand."
    );
    Diagnostic::error(
        "flow-log-events-not-read",
        "Flow-log events not read",
        detail,
    )
    .at("timeout")
}

fn stopped() -> Diagnostic {
    let detail = "The run was stopped before any event was asked for.";
    Diagnostic::error(
        "flow-log-events-not-read",
        "Flow-log events not read",
        detail,
    )
}

/// Makes the request of one call.
fn request(query: &Query, source: &Source, call: &pattern::Call) -> EventsQuery {
    EventsQuery {
        log_group: source.log_group.clone(),
        stream_names: query
            .log_stream_name
            .given()
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
        BindError::MissingField { qual, .. } => qual,
        BindError::EmptyBlock { block } => block,
    };
    Diagnostic::error(
        "qual-not-possible-for-this-record-format",
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
