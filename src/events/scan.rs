//! Pages through a log group, reads every line in its format, and re-checks every qual.
//!
//! Nothing is silent: what does not parse is counted, a limit that cuts is told, and a deadline that
//! passes is an error, since a gate that sees half the traffic must not open.

use std::time::{Duration, Instant};

use super::output::{Columns, Event, Statistics};
use super::window::Window;
use crate::aws::logs::{self, EventsQuery, Logs};
use crate::aws::{self};
use crate::framework::Context;
use crate::record::{Bound, Format, ParseError, parse};

/// Pages between two progress lines in the log.
const PROGRESS_EVERY: i64 = 20;

/// One format with the quals bound to it.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) format: Format,
    pub(crate) bound: Bound,
    pub(crate) columns: Columns,
}

/// What to look for.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) events: EventsQuery,
    /// At least one; the format of a line is the one whose number of fields it has.
    pub(crate) readers: Vec<Reader>,
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
}

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
        let mut token = None;
        loop {
            let page = self
                .page(logs, token.clone(), deadline, &found, context)
                .await?;
            found.statistics.pages += 1;
            found.statistics.calls += 1;
            let rest = self.take(&mut found, &page.events);
            self.progress(&found.statistics);
            // A token that comes again is how some services say "no more".
            let next = page.next.filter(|next| Some(next) != token.as_ref());
            if found.events.len() >= self.limit {
                found.truncated = rest || next.is_some();
                return Ok(found);
            }
            match next {
                Some(next) => token = Some(next),
                None => return Ok(found),
            }
        }
    }

    async fn page(
        &self,
        logs: &Logs,
        token: Option<String>,
        deadline: Instant,
        found: &Found,
        context: &Context,
    ) -> Result<logs::EventsPage, Trouble> {
        let page = logs.events_page(&self.events, token);
        let page = tokio::time::timeout_at(deadline.into(), page);
        match context.stop().run_until_cancelled(page).await {
            None => Err(Trouble::Stopped),
            Some(Err(_)) => Err(Trouble::Deadline(found.statistics)),
            Some(Ok(Err(error))) => Err(Trouble::Refused(error)),
            Some(Ok(Ok(page))) => Ok(page),
        }
    }

    /// Takes the events of a page until the limit is reached; says whether any were left.
    fn take(&self, found: &mut Found, events: &[logs::Event]) -> bool {
        for (index, raw) in events.iter().enumerate() {
            if found.events.len() >= self.limit {
                return index < events.len();
            }
            found.statistics.scanned += 1;
            if let Some(event) = self.judge(found, raw) {
                found.statistics.matched += 1;
                found.events.push(event);
            }
        }
        false
    }

    /// Gives the event if it is wanted.
    fn judge(&self, found: &mut Found, raw: &logs::Event) -> Option<Event> {
        let mut problem = None;
        for reader in &self.readers {
            match parse(&raw.message, &reader.format) {
                Ok(record) => {
                    match record.log_status() {
                        Some("NODATA") => found.statistics.no_data += 1,
                        Some("SKIPDATA") => found.statistics.skip_data += 1,
                        _ => {}
                    }
                    let wanted = reader.bound.matches(&record, &raw.id);
                    return wanted.then(|| Event {
                        message: self.include_message.then(|| raw.message.clone()),
                        ..reader.columns.event(raw, &reader.format, &record)
                    });
                }
                // Of several formats, the one whose count fits knows best what is wrong.
                Err(error @ ParseError::Value { .. }) => problem = Some(error),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        let problem = problem.map(|error| error.to_string()).unwrap_or_default();
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
                log_group = self.events.log_group,
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
