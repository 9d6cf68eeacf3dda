//! Reads what a query asks for, and looks again at what it could not show: lines that the filter pattern kept away, and
//! records by which AWS says that it skipped others.
//!
//! A second look costs calls of its own. At lines it is taken where nothing was found, since then it makes the difference
//! between "there was nothing" and "nothing could be seen"; at everything only where the answer has to be complete.

use tokio::time::timeout_at;

use super::completeness::{How, Reason, Sight, Telling, Unread};
use super::output::Statistics;
use super::scan::{Found, Gather, Scan, Seen, Trouble};
use super::search::{BACKWARDS_SINCE, Search};
use super::trouble;
use crate::aws::logs::{self, EventsPage, EventsQuery, Logs};
use crate::framework::{Context, Diagnostic};
use crate::record::Values;

/// The most lines that a second look is taken at, from either end of the window.
const LINES: i32 = 1000;
/// Finds the records by which AWS says that it skipped others, whatever their format.
const SKIPPED: &str = "?SKIPDATA ?INCOMPLETEDATA";

/// What a query found, and what it could not see.
#[derive(Debug)]
pub(crate) struct Reading<P> {
    pub(crate) found: Found<P>,
    pub(crate) sight: Sight,
    pub(crate) statistics: Statistics,
    /// The most records seen in one go that say that others were skipped.
    skipped: i64,
}

/// Runs the scan of a search, and judges what it could not see.
///
/// # Errors
/// What the service refuses, and a timeout or a stop: there is no partial result.
pub(crate) async fn read<G: Gather>(
    search: &Search,
    logs: &Logs,
    gather: &mut G,
    telling: Telling,
    context: &Context,
) -> Result<Reading<G::Part>, Diagnostic> {
    let mut reading = Reading {
        found: Found::default(),
        sight: search.source.sight.clone(),
        statistics: Statistics::default(),
        skipped: 0,
    };
    let outcome = reading.scan(search, logs, gather, context).await;
    if let Err(trouble) = outcome {
        let nothing = trouble::nothing_yet(trouble, &search.source, logs, telling).await?;
        reading.sight.add(Reason::NothingDelivered(nothing));
    }
    reading.statistics.calls += search.source.calls;
    Ok(reading)
}

impl<P> Reading<P> {
    async fn scan<G: Gather<Part = P>>(
        &mut self,
        search: &Search,
        logs: &Logs,
        gather: &mut G,
        context: &Context,
    ) -> Result<(), Trouble> {
        self.found = search.scan.run(logs, gather, context).await?;
        let selective = search.is_selective();
        self.count(search, selective);
        let look = Look {
            search,
            logs,
            context,
        };
        let (mut sample, mut skipped) = (None, None);
        if selective && !self.found.truncated {
            if search.required || self.statistics.matched == 0 {
                sample = Some(look.at_lines().await?);
            }
            if search.required && search.tells_of_skipped() {
                skipped = Some(look.at_skipped().await?);
            }
        }
        self.sight.not_looked_at |= selective && !search.required;
        self.note_lines(search, &sample.unwrap_or_default());
        self.note_skipped(skipped);
        Ok(())
    }

    fn count(&mut self, search: &Search, selective: bool) {
        let seen = &self.found.seen;
        let tells = search.tells_of_skipped() && !selective;
        self.statistics = Statistics {
            parse_errors: Some(seen.parse_errors),
            no_data: tells.then_some(seen.no_data),
            skip_data: tells.then_some(seen.skip_data),
            ..seen.statistics
        };
    }

    /// Notes what the lines tell that came, and those of a second look.
    fn note_lines(&mut self, search: &Search, sample: &Seen) {
        let (seen, log_group) = (&self.found.seen, &search.source.log_group);
        self.statistics.calls += sample.statistics.calls;
        self.skipped = seen.skip_data.max(sample.skip_data);
        let unread = |lines, how| {
            Reason::UnreadLines(Unread {
                log_group: log_group.clone(),
                lines,
                how,
            })
        };
        let (among, looked_at) = (seen.statistics.scanned, sample.statistics.scanned);
        let left_out = seen.statistics.matched == 0 && sample.statistics.matched > 0;
        if let Some(first) = seen.unread.clone() {
            let how = How::Received { among, first };
            self.sight.add(unread(seen.unread(), how));
        } else if let Some(first) = sample.unread.clone() {
            let among = looked_at;
            let how = How::SecondLook { among, first };
            self.sight.add(unread(sample.unread(), how));
        } else if left_out && !search.has_own_pattern {
            self.sight
                .add(unread(sample.statistics.matched, How::LeftOut));
        }
        let masked = seen.masked.max(sample.masked);
        if masked > 0 {
            self.sight.add(Reason::Masked {
                log_group: log_group.clone(),
                count: masked,
            });
        }
        if among + looked_at == 0 {
            search.note_no_lines(&mut self.sight);
        }
    }

    /// Notes that AWS has left records out.
    fn note_skipped(&mut self, asked_for: Option<Seen>) {
        if let Some(seen) = asked_for {
            self.statistics.calls += seen.statistics.calls;
            self.statistics.skip_data = Some(seen.skip_data);
            self.skipped = self.skipped.max(seen.skip_data);
        }
        if self.skipped > 0 {
            self.sight.add(Reason::SkippedRecords {
                count: self.skipped,
            });
        }
    }
}

/// Looks at a log group without the filter pattern of a query.
struct Look<'a> {
    search: &'a Search,
    logs: &'a Logs,
    context: &'a Context,
}

impl Look<'_> {
    /// Looks at some lines from the beginning of the window, and at some from its end.
    async fn at_lines(&self) -> Result<Seen, Trouble> {
        let mut seen = Seen::default();
        let is_all = self.at_first_lines(false, &mut seen).await?;
        if !is_all && self.search.window.start >= BACKWARDS_SINCE {
            self.at_first_lines(true, &mut seen).await?;
        }
        Ok(seen)
    }

    /// Looks at the first page that is not empty, and says whether there is nothing else.
    async fn at_first_lines(&self, newest_first: bool, seen: &mut Seen) -> Result<bool, Trouble> {
        let query = EventsQuery {
            start_ms: Some(self.search.window.start),
            end_ms: Some(self.search.window.end - 1),
            newest_first,
            page: Some(LINES),
            ..self.search.every_line.clone()
        };
        let mut token = None;
        loop {
            seen.statistics.calls += 1;
            let page = self.page(&query, token.clone(), &seen.statistics).await?;
            for event in &page.events {
                self.search.scan.lines.judge(event, seen)?;
            }
            match page.next.filter(|next| Some(next) != token.as_ref()) {
                Some(next) if page.events.is_empty() => token = Some(next),
                next => return Ok(next.is_none()),
            }
        }
    }

    async fn page(
        &self,
        query: &EventsQuery,
        token: Option<String>,
        statistics: &Statistics,
    ) -> Result<EventsPage, Trouble> {
        let page = async {
            let turn = self.logs.turn().await;
            self.logs.events_page(turn, query, token).await
        };
        let page = timeout_at(self.search.scan.deadline, page);
        match self.context.stop().run_until_cancelled(page).await {
            Some(Ok(page)) => page.map_err(Trouble::Refused),
            Some(Err(_)) => Err(Trouble::Deadline(*statistics)),
            None => Err(Trouble::Stopped),
        }
    }

    /// Looks for every record by which AWS says that it skipped others.
    async fn at_skipped(&self) -> Result<Seen, Trouble> {
        let call = EventsQuery {
            pattern: Some(SKIPPED.to_owned()),
            ..self.search.every_line.clone()
        };
        let scan = Scan {
            calls: vec![call],
            window: self.search.window,
            limit: None,
            ..self.search.scan.clone()
        };
        let found = scan.run(self.logs, &mut Nobody, self.context).await?;
        Ok(found.seen)
    }
}

/// Wants no record for itself.
#[derive(Debug)]
struct Nobody;

impl Gather for Nobody {
    type Part = ();

    fn record(
        &mut self,
        (): &mut (),
        _raw: &logs::Event,
        _format: usize,
        _record: &dyn Values,
    ) -> Result<(), Trouble> {
        Ok(())
    }

    fn unparsed(&mut self, (): &mut (), _raw: &logs::Event, _problem: String) {}

    fn count((): &()) -> usize {
        0
    }
}
