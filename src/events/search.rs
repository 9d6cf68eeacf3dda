//! From the arguments to what was prepared: the source, the reader, the window and the deadline.
//!
//! Everything that reads events starts here. Must not know how records are counted or shown.

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::NOT_READ;
use super::completeness::{Empty, Gaps, Reason};
use super::half_open::HalfOpen;
use super::query::{self, Quals, Query};
use super::scan::{Lines, Paging, Scan};
use super::source::{self, Discovery, Implied, LogGroup, PushDown, Source};
use crate::aws::ec2::FlowLog;
use crate::connection::Connection;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::record::{self, Format, Reader, RecordType};

/// How long AWS usually takes to deliver a record to CloudWatch Logs, in milliseconds.
const USUAL_DELAY: i64 = 300_000;
/// How long AWS usually takes to deliver a record to S3, in milliseconds.
const USUAL_DELAY_OF_OBJECTS: i64 = 600_000;

/// What was prepared for a query.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) source: Source,
    /// What is known about the records of the source.
    pub(crate) discovery: Discovery,
    pub(crate) push_down: PushDown,
    /// How lines are parsed and checked.
    pub(crate) lines: Lines,
    /// The quals.
    pub(crate) quals: record::Quals,
    /// The most bytes of objects to read.
    pub(crate) most_bytes: Option<u64>,
    /// The quals as the service is asked, including what the flow log implies.
    pub(crate) asked: Reader,
    pub(crate) record_type: RecordType,
    /// The window in the configuration.
    pub(crate) window: HalfOpen,
    /// The part of the window that can hold matching records.
    pub(crate) narrowed: HalfOpen,
    /// When the time for the query is over.
    pub(crate) deadline: Instant,
    /// Whether the configuration has a filter pattern.
    pub(crate) has_own_pattern: bool,
    /// Whether the answer must be complete.
    pub(crate) required: bool,
    /// Up to when records have had time to arrive.
    pub(crate) settled: Option<Timestamp>,
}

/// What an engine needs a search to prepare.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    /// Whether calls may be limited to the log streams of network interfaces.
    pub(crate) by_stream: bool,
    /// Whether only the service decides which records match. It must then get all quals, for one format.
    pub(crate) service_decides: bool,
}

impl Search {
    /// Finds the source of a query whose arguments are known, and decides what is pushed down.
    ///
    /// # Errors
    /// An argument is invalid, the source does not exist, or its records cannot have a field that a qual is on.
    pub(crate) async fn prepare(
        connection: &Connection,
        query: &Query,
        quals: &Quals,
        needs: Needs,
        context: &Context,
    ) -> Result<Self, Diagnostics> {
        let deadline = Instant::now() + query::timeout(query);
        let mut diagnostics = Diagnostics::new();
        let action = quals.action.given();
        let quals = query::parse(query, quals, &mut diagnostics);
        diagnostics.into_result()?;
        let now = Timestamp::now();
        let window = query::window(query, now)?;
        let found = timeout_at(deadline, source::find(connection, query)).await;
        let found = found.map_err(|_| too_late("its record format was known"))?;
        let (mut source, mut discovery) = found?;
        if needs.service_decides && discovery.assumed {
            keep_possible(&mut discovery.formats, &quals);
        }
        let implied = discovery.implied();
        let asked = asked(query, &quals, needs, &discovery, &implied)?;
        let is_wanted = || Instant::now() < deadline && !context.stop().is_cancelled();
        let decided = source.push_down(query, &asked, needs.by_stream, &mut discovery, &is_wanted);
        let decided = timeout_at(deadline, decided).await;
        let decided = decided.map_err(|_| too_late("the names of its streams were known"))?;
        let push_down = decided.ok_or_else(|| not_planned(context))?;
        let narrowed = push_down.narrow(window);
        check_writers(&mut discovery, action, narrowed);
        if query.requires_everything() {
            let age = now.duration_since(window.start_time());
            let checked = source.check_retention(window, age, &mut discovery);
            let checked = timeout_at(deadline, checked).await;
            checked.map_err(|_| too_late("the retention of the log group was known"))?;
        }
        Ok(Self {
            lines: lines(query, &quals, &discovery, &implied)?,
            settled: settled(query, &source, &discovery, window, now),
            quals,
            most_bytes: query.most_bytes(),
            source,
            discovery,
            push_down,
            asked,
            record_type: query.record_type(),
            window,
            narrowed,
            deadline,
            has_own_pattern: query.filter_pattern.given().is_some(),
            required: query.requires_everything(),
        })
    }

    /// Creates the scan that reads every matching record.
    pub(crate) fn scan<'a>(&'a self, group: &'a LogGroup, paging: Paging) -> Scan<'a> {
        Scan {
            source: group,
            calls: group.planned(),
            window: self.narrowed,
            lines: &self.lines,
            paging,
            deadline: self.deadline,
        }
    }

    /// Reports whether the calls of the plan leave out lines in the window.
    pub(crate) fn is_selective(&self, group: &LogGroup) -> bool {
        self.narrowed != self.window || group.is_selective()
    }

    /// Reports whether records can report skipped records.
    pub(crate) fn reports_skipped(&self) -> bool {
        let mut formats = self.formats().iter();
        formats.any(|format| format.position("log-status").is_some())
    }

    /// Notes that the window holds no line. AWS flow logs write lines even if there is no traffic; other sources need not.
    pub(crate) fn note_no_lines(&self, gaps: &mut Gaps) {
        if !self.lines.own_ids {
            gaps.add(Reason::NothingDelivered(Empty::NoLines {
                log_group: self.source.name().to_owned(),
                start: self.window.start_time(),
                end: self.window.end_time(),
            }));
        }
    }

    /// Returns the formats of the records that are asked for.
    pub(crate) fn formats(&self) -> &[Format] {
        &self.discovery.formats
    }

    /// Checks that the window can be read backward.
    ///
    /// # Errors
    /// The service cannot do that.
    pub(crate) fn check_backward(&self) -> Result<(), Diagnostic> {
        match &self.source {
            Source::LogGroup(group) if !group.reads_backward(self.narrowed.start) => {}
            Source::LogGroup(_) | Source::Bucket(_) => return Ok(()),
        }
        let detail = "CloudWatch Logs reads backward only from 2024-01-01T00:00:00Z on, and this window starts before \
                      that. Start the window later, or set `order = \"oldest_first\"`.";
        Err(Diagnostic::error("order-not-possible", "Order not possible", detail).at("order"))
    }
}

/// Keeps the formats that have every field that a qual is on, if there are any.
fn keep_possible(formats: &mut Vec<Format>, quals: &record::Quals) {
    let possible = |format: &Format| quals.bind(format).is_ok();
    if formats.iter().any(possible) {
        formats.retain(possible);
    }
}

/// Binds what the service is asked for: the quals, and what the flow log implies if other flow logs write to its source.
fn asked(
    query: &Query,
    quals: &record::Quals,
    needs: Needs,
    discovery: &Discovery,
    implied: &[Implied],
) -> Result<Reader, Diagnostic> {
    let mut quals = quals.clone();
    // A scan without quals reads every line anyway.
    if needs.service_decides || discovery.shared && !quals.is_empty() {
        quals.all.extend(implied.iter().map(Implied::qual));
    }
    let reader = Reader::new(query.record_type(), &discovery.formats, &quals);
    reader.map_err(|error| query::cannot_bind(&error))
}

/// Binds the quals to every format of the source, since lines that are not asked for must be recognized.
fn lines(
    query: &Query,
    quals: &record::Quals,
    discovery: &Discovery,
    implied: &[Implied],
) -> Result<Lines, Diagnostic> {
    let formats = [discovery.formats.as_slice(), &discovery.others].concat();
    let reader = Reader::new(query.record_type(), &formats, quals);
    let position = |implied: &Implied| {
        let position = discovery.formats.first()?.position(implied.field)?;
        Some((position, implied.value.clone()))
    };
    Ok(Lines {
        reader: reader.map_err(|error| query::cannot_bind(&error))?,
        formats: discovery.formats.len(),
        implied: implied.iter().filter_map(position).collect(),
        own_ids: query.record_type() != RecordType::Aws,
        qualified: !quals.is_empty(),
    })
}

/// Notes what the flow logs cannot have recorded.
fn check_writers(discovery: &mut Discovery, action: Option<&str>, window: HalfOpen) {
    let start = window.start_time();
    let created = |flow_log: &FlowLog| Some((flow_log.id.clone(), flow_log.creation_time?));
    let created = discovery.writers.iter().filter_map(created);
    let flow_logs: Vec<_> = created.filter(|(_, created)| *created > start).collect();
    if !flow_logs.is_empty() {
        let reason = Reason::FormatChanged { flow_logs, start };
        discovery.gaps.add(reason);
    }
    if let (Some(traffic), Some(action)) = (discovery.only_traffic(), action) {
        let is_recorded =
            |wanted: &str| [traffic, "-"].contains(&wanted.trim().to_uppercase().as_str());
        if !action.split(',').any(is_recorded) {
            let recorded = traffic.to_owned();
            discovery.gaps.add(Reason::NotRecorded { recorded });
        }
    }
}

/// Returns up to when records have had time to arrive, in whole seconds; none for records that AWS does not deliver.
fn settled(
    query: &Query,
    source: &Source,
    discovery: &Discovery,
    window: HalfOpen,
    now: Timestamp,
) -> Option<Timestamp> {
    if query.record_type() != RecordType::Aws {
        return None;
    }
    let delay = match source {
        Source::LogGroup(_) => USUAL_DELAY,
        Source::Bucket(_) => USUAL_DELAY_OF_OBJECTS,
    };
    let arrived = now.as_millisecond() - discovery.interval() * 1000 - delay;
    Timestamp::from_second(arrived.min(window.end).div_euclid(1000)).ok()
}

/// Explains why there is no plan of calls.
fn not_planned(context: &Context) -> Diagnostic {
    if !context.stop().is_cancelled() {
        return too_late("its filters were compiled into a filter pattern");
    }
    let detail = "The run was stopped before any event was requested.";
    Diagnostic::error("stopped", NOT_READ, detail)
}

fn too_late(before: &str) -> Diagnostic {
    let detail = format!(
        "The `timeout` passed before {before}, so no event was read. Increase `timeout`, ask for fewer values, or set both \
         `log_format` and `log_group_name`, which makes the calls before the query unnecessary."
    );
    Diagnostic::error("out-of-time", NOT_READ, detail).at("timeout")
}
