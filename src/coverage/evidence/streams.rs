//! The newest records of flow logs in a log group.
//!
//! The times of streams come first, because one call tells them for fifty streams. CloudWatch Logs updates them late, so
//! the records themselves are asked for before it counts that none has arrived.

use jiff::{SignedDuration, Timestamp};

use super::super::judge::Unclear;
use super::super::trouble::cause;
use super::Arrival;
use super::writer::{Parts, Writer};
use crate::aws;
use crate::aws::logs::{EventsQuery, Logs, Stream};

/// The most pages of streams, and of records.
const MOST_PAGES: usize = 20;
/// The most streams that one call searches.
const MOST_STREAMS: usize = 100;
/// The most records on a page.
const PAGE: i32 = 1_000;
/// How much later than its time a record arrives, at most: the longest aggregation interval and the delivery.
const LATEST: SignedDuration = SignedDuration::from_mins(20);
/// How late CloudWatch Logs updates the times of a stream, at most.
const STALE: SignedDuration = SignedDuration::from_hours(2);

/// A flow log whose records are looked for.
#[derive(Debug)]
pub(super) struct Wanted<'w> {
    pub(super) writer: &'w Writer,
    parts: Parts,
    /// Since when a record must have arrived.
    pub(super) since: Timestamp,
}

/// What is known of the records of a flow log.
#[derive(Clone, Debug, Default)]
struct Trace {
    newest: Option<Timestamp>,
    /// The names of its streams.
    streams: Vec<String>,
}

impl<'w> Wanted<'w> {
    pub(super) fn new(writer: &'w Writer, parts: Parts, since: Timestamp) -> Self {
        Self {
            writer,
            parts,
            since,
        }
    }

    fn writes_to(&self, stream: &str) -> bool {
        self.writer.writes_to(stream, &self.parts)
    }
}

/// Searches a log group. A log group that does not exist holds nothing.
pub(super) async fn search(logs: &Logs, group: &str, wanted: &[Wanted<'_>]) -> Vec<Arrival> {
    let mut traces = vec![Trace::default(); wanted.len()];
    let are_all = match list(logs, group, wanted, &mut traces).await {
        Ok(are_all) => are_all,
        Err(error) => {
            let found = if error.is_log_group_not_found() {
                Ok(None)
            } else {
                Err(Unclear::Failed(cause(&error)))
            };
            return vec![found; wanted.len()];
        }
    };
    let mut found = Vec::new();
    for (wanted, trace) in wanted.iter().zip(traces) {
        let has_none = are_all && trace.streams.is_empty();
        found.push(if has_none || trace.has_arrived(wanted) {
            Ok(trace.newest)
        } else {
            confirm(logs, group, wanted, trace).await
        });
    }
    found
}

/// Reads the streams with the newest events, until each flow log has a new one, or the rest is old. Returns whether these
/// were all streams.
async fn list(
    logs: &Logs,
    group: &str,
    wanted: &[Wanted<'_>],
    traces: &mut [Trace],
) -> Result<bool, aws::Error> {
    let oldest = wanted.iter().map(|wanted| wanted.since).min();
    let oldest = oldest.and_then(|since| since.checked_sub(STALE).ok());
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let page = logs.newest_streams(group, token).await?;
        for stream in &page.streams {
            for (wanted, trace) in wanted.iter().zip(&mut *traces) {
                if wanted.writes_to(&stream.name) {
                    trace.add(stream);
                }
            }
        }
        let last = page
            .streams
            .last()
            .and_then(|stream| time(stream.newest_event));
        let is_old = last.zip(oldest).is_some_and(|(last, oldest)| last < oldest);
        let mut all = wanted.iter().zip(&*traces);
        token = page.next;
        if token.is_none() {
            return Ok(true);
        }
        if is_old || all.all(|(wanted, trace)| trace.has_arrived(wanted)) {
            break;
        }
    }
    Ok(false)
}

/// Asks for the records of a flow log themselves, the newest first.
async fn confirm(logs: &Logs, group: &str, wanted: &Wanted<'_>, mut trace: Trace) -> Arrival {
    let start = wanted.since.checked_sub(LATEST).unwrap_or(Timestamp::MIN);
    let query = EventsQuery {
        log_group: group.to_owned(),
        stream_names: std::mem::take(&mut trace.streams),
        start_ms: Some(start.as_millisecond().max(0)),
        newest_first: true,
        page: Some(PAGE),
        ..EventsQuery::default()
    };
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let permit = logs.permit().await;
        let page = match logs.events_page(permit, &query, token.clone()).await {
            Ok(page) => page,
            Err(error) if error.is_log_group_or_stream_not_found() => return Ok(trace.newest),
            Err(error) => return Err(Unclear::Failed(cause(&error))),
        };
        let own = page.events.iter();
        let own = own.filter(|event| wanted.writes_to(&event.stream));
        let newest = own.filter_map(|event| event.ingestion_time.or(event.timestamp));
        trace.newest = trace.newest.max(time(newest.max()));
        let next = page.next.filter(|next| Some(next) != token.as_ref());
        if trace.has_arrived(wanted) || next.is_none() {
            return Ok(trace.newest);
        }
        token = next;
    }
    Err(Unclear::TooMuch)
}

impl Trace {
    fn add(&mut self, stream: &Stream) {
        let arrival = time(stream.last_arrival.max(stream.newest_event));
        self.newest = self.newest.max(arrival);
        if self.streams.len() < MOST_STREAMS {
            self.streams.push(stream.name.clone());
        }
    }

    fn has_arrived(&self, wanted: &Wanted<'_>) -> bool {
        self.newest.is_some_and(|newest| newest >= wanted.since)
    }
}

fn time(milliseconds: Option<i64>) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds?).ok()
}
