//! Pages through a log group, reads every line in its format, and re-checks every qual.
//!
//! Nothing is silent: what does not parse is counted, a limit that cuts is told, and a deadline that
//! passes is an error, since a gate that sees half the traffic must not open.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::output::{Columns, Event, Statistics};
use super::window::Window;
use crate::aws::logs::{self, EventsQuery, Logs};
use crate::aws::{self};
use crate::framework::Context;
use crate::record::{Reader, Values as _};

/// Pages between two progress lines in the log.
const PROGRESS_EVERY: i64 = 20;

/// What to look for.
#[derive(Debug)]
pub(crate) struct Scan {
    /// The calls that together bring every event that is wanted; an event counts once, whoever brings it.
    pub(crate) calls: Vec<EventsQuery>,
    pub(crate) reader: Reader,
    /// For each format of the reader, where the named results stand.
    pub(crate) columns: Vec<Columns>,
    /// Whether there are quals: then a line that does not parse is counted, not given.
    pub(crate) qualified: bool,
    pub(crate) limit: usize,
    pub(crate) include_message: bool,
    pub(crate) timeout: Duration,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) events: Vec<Event>,
    pub(crate) truncated: bool,
    pub(crate) statistics: Statistics,
    /// The first line that did not parse, and why.
    pub(crate) unparsed: Option<(String, String)>,
    /// Where each event stands among those of other calls.
    places: Vec<Place>,
    /// The ids that the records given bear themselves.
    ids: BTreeSet<String>,
}

/// What events are ordered by, and told apart by.
type Place = (Option<i64>, Option<i64>, String);

/// Why a scan has no result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The service said so.
    Refused(aws::Error),
    /// The time was over after so many pages and events.
    Deadline(Statistics),
    /// Somebody stopped the run.
    Stopped,
}

impl Scan {
    /// Reads to the end of the window, or until the limit is reached.
    pub(crate) async fn run(&self, logs: &Logs, context: &Context) -> Result<Found, Trouble> {
        let deadline = Instant::now() + self.timeout;
        let mut found = Found::default();
        for (number, call) in self.calls.iter().enumerate() {
            let before = found.events.len();
            self.read(
                call,
                before + self.limit,
                logs,
                deadline,
                &mut found,
                context,
            )
            .await?;
            if number > 0 {
                self.merge(&mut found, call.newest_first);
            }
        }
        Ok(found)
    }

    /// Brings the events of several calls into one order, each once, up to the limit.
    fn merge(&self, found: &mut Found, newest_first: bool) {
        let events = found.events.drain(..);
        let mut placed: Vec<_> = found.places.drain(..).zip(events).collect();
        placed.sort_by(|(one, _), (other, _)| match newest_first {
            true => other.cmp(one),
            false => one.cmp(other),
        });
        placed.dedup_by(|(one, _), (other, _)| one == other);
        found.truncated |= placed.len() > self.limit;
        placed.truncate(self.limit);
        (found.places, found.events) = placed.into_iter().unzip();
        found.statistics.matched = i64::try_from(found.events.len()).unwrap_or(i64::MAX);
    }

    /// Reads one call until there are so many events.
    async fn read(
        &self,
        call: &EventsQuery,
        limit: usize,
        logs: &Logs,
        deadline: Instant,
        found: &mut Found,
        context: &Context,
    ) -> Result<(), Trouble> {
        let mut token = None;
        loop {
            let page = self
                .page(logs, call, token.clone(), deadline, found, context)
                .await?;
            found.statistics.pages += 1;
            found.statistics.calls += 1;
            let rest = self.take(found, &page.events, limit);
            self.progress(&found.statistics);
            // A token that comes again is how some services say "no more".
            let next = page.next.filter(|next| Some(next) != token.as_ref());
            if found.events.len() >= limit {
                found.truncated |= rest || next.is_some();
                return Ok(());
            }
            match next {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn page(
        &self,
        logs: &Logs,
        call: &EventsQuery,
        token: Option<String>,
        deadline: Instant,
        found: &Found,
        context: &Context,
    ) -> Result<logs::EventsPage, Trouble> {
        let page = logs.events_page(call, token);
        let page = tokio::time::timeout_at(deadline.into(), page);
        match context.stop().run_until_cancelled(page).await {
            None => Err(Trouble::Stopped),
            Some(Err(_)) => Err(Trouble::Deadline(found.statistics)),
            Some(Ok(Err(error))) => Err(Trouble::Refused(error)),
            Some(Ok(Ok(page))) => Ok(page),
        }
    }

    /// Takes the events of a page until the limit is reached; says whether any were left.
    fn take(&self, found: &mut Found, events: &[logs::Event], limit: usize) -> bool {
        for (index, raw) in events.iter().enumerate() {
            if found.events.len() >= limit {
                return index < events.len();
            }
            found.statistics.scanned += 1;
            if let Some(event) = self.judge(found, raw) {
                found.statistics.matched += 1;
                found.events.push(event);
                let place = (raw.timestamp, raw.ingestion_time, raw.id.clone());
                found.places.push(place);
            }
        }
        false
    }

    /// Gives the event if it is wanted.
    fn judge(&self, found: &mut Found, raw: &logs::Event) -> Option<Event> {
        let problem = match self.reader.read(&raw.message) {
            Ok((number, row)) => {
                match self.reader.log_status(number, &row).as_deref() {
                    Some("NODATA") => found.statistics.no_data += 1,
                    Some("SKIPDATA") => found.statistics.skip_data += 1,
                    _ => {}
                }
                let wanted = self.reader.matches(number, &row, &raw.id);
                // A record that bears an id of its own counts once, however often it was delivered.
                let new = |id: &str| found.ids.insert(id.to_owned());
                if !wanted || !row.event_id().is_none_or(new) {
                    return None;
                }
                let format = self.reader.formats().get(number)?;
                return Some(Event {
                    message: self.include_message.then(|| raw.message.clone()),
                    ..self.columns.get(number)?.event(raw, format, &row)
                });
            }
            Err(problem) => problem.to_string(),
        };
        found.statistics.parse_errors += 1;
        found
            .unparsed
            .get_or_insert_with(|| (raw.message.clone(), problem.clone()));
        (!self.qualified).then(|| Event {
            message: Some(raw.message.clone()),
            parse_error: Some(problem),
            ..Event::bare(raw)
        })
    }

    fn progress(&self, statistics: &Statistics) {
        if statistics.pages % PROGRESS_EVERY == 0 {
            tracing::info!(
                log_group = self.calls.first().map(|call| call.log_group.as_str()),
                pages = statistics.pages,
                scanned = statistics.scanned,
                matched = statistics.matched,
                "reading flow-log events"
            );
        }
    }
}

/// Makes the request for a window of a log group.
pub(crate) fn request(log_group: String, window: Window) -> EventsQuery {
    EventsQuery {
        log_group,
        start_ms: Some(window.start),
        // The service includes the end; we do not.
        end_ms: Some(window.end - 1),
        ..EventsQuery::default()
    }
}
