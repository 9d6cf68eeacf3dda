//! Pages through a log group at the pace that its region allows, reads every line in its format, and re-checks every
//! qual.
//!
//! | file | holds |
//! |---|---|
//! | `slices` | the window cut into slices that page side by side, in order |
//! | `lines` | a line read and judged |
//! | `ids` | what came already |
//! | `rows` | what is wanted, gathered as rows |
//! | `progress` | when to say how far it is |
//!
//! Nothing is silent: what does not parse is counted, a limit that cuts is told, and a deadline that
//! passes is an error, since a gate that sees half the traffic must not open.

mod ids;
mod lines;
mod progress;
mod rows;
mod slices;

use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

pub(crate) use lines::{Lines, Seen, Verdict};
use progress::Progress;
pub(crate) use rows::Rows;
use slices::{Ask, Slices};

use super::output::Statistics;
use super::window::Window;
use crate::aws::logs::{self, EventsPage, EventsQuery, Logs};
use crate::aws::{self};
use crate::framework::Context;
use crate::record::Values;

/// A page that took longer than this does not say how many could be under way at once: it was tried several times.
const LONGEST_PAGE: Duration = Duration::from_secs(2);

/// What to look for.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    /// The calls that together bring every event that is wanted; none if nothing can match. What two of them bring counts once.
    pub(crate) calls: Vec<EventsQuery>,
    pub(crate) window: Window,
    pub(crate) newest_first: bool,
    pub(crate) lines: Lines,
    /// The most rows; without one, everything is read.
    pub(crate) limit: Option<usize>,
    /// When the time for the query is over.
    pub(crate) deadline: Instant,
}

/// What becomes of the records that are wanted.
pub(crate) trait Gather {
    /// What is gathered of one slice of the window.
    type Part: Default;

    /// Takes a record that satisfies the quals.
    ///
    /// # Errors
    /// What is gathered grows beyond what it may.
    fn record(
        &mut self,
        part: &mut Self::Part,
        raw: &logs::Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), Trouble>;

    /// Takes a line that does not parse, where nothing is asked of records.
    fn unparsed(&mut self, part: &mut Self::Part, raw: &logs::Event, problem: String);

    /// Says how many rows a part has, as the limit counts.
    fn count(part: &Self::Part) -> usize;
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found<P> {
    /// The parts, in order; together they may have more rows than the limit.
    pub(crate) parts: Vec<P>,
    /// Whether something is left beyond the limit.
    pub(crate) truncated: bool,
    pub(crate) seen: Seen,
}

/// Why a scan has no result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The service said so.
    Refused(aws::Error),
    /// The time was over after so many pages and events.
    Deadline(Statistics),
    /// There are more groups than a summary may have.
    TooManyGroups,
    /// There are more records with ids of their own than can be remembered.
    TooManyIds,
    /// Somebody stopped the run.
    Stopped,
}

/// A page that was asked for.
type Page = (Ask, Duration, Result<EventsPage, aws::Error>);

impl Scan {
    /// Reads to the end of the window, or until the limit is reached.
    ///
    /// # Errors
    /// There is no partial result.
    pub(crate) async fn run<G: Gather>(
        &self,
        logs: &Logs,
        gather: &mut G,
        context: &Context,
    ) -> Result<Found<G::Part>, Trouble> {
        let mut seen = Seen::default();
        let mut progress = Progress::new(Instant::now());
        let mut slices = Slices::new(self.window, self.calls.len(), self.newest_first, self.limit);
        let mut pages = JoinSet::new();
        while !slices.is_over() {
            let turn = async {
                match slices.wants() {
                    true => logs.turn().await,
                    false => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = context.stop().cancelled() => return Err(Trouble::Stopped),
                () = tokio::time::sleep_until(self.deadline) => return Err(Trouble::Deadline(seen.statistics)),
                Some(page) = pages.join_next() => {
                    let (ask, took, page): Page = page.unwrap_or_else(panicked);
                    let page = page.map_err(Trouble::Refused)?;
                    seen.statistics.pages += 1;
                    seen.statistics.calls += 1;
                    slices.answer(&ask, page, |part, event| self.take(gather, part, event, &mut seen))?;
                    slices.cut(self.calls_at_once(logs, took));
                    if progress.is_due(Instant::now()) {
                        self.tell(&seen.statistics, slices.open());
                    }
                }
                turn = turn => if let Some(ask) = slices.ask() {
                    pages.spawn(self.page(logs.clone(), turn, ask));
                }
            }
        }
        let (parts, truncated) = slices.finish();
        Ok(Found {
            parts,
            truncated,
            seen,
        })
    }

    /// Asks for one page, on a task of its own: pages are decoded side by side.
    fn page(
        &self,
        logs: Logs,
        turn: logs::Turn,
        ask: Ask,
    ) -> impl Future<Output = Page> + Send + use<> {
        let base = self.calls.get(ask.call).cloned().unwrap_or_default();
        let query = EventsQuery {
            start_ms: Some(ask.window.start.max(0)),
            // The service includes the end; we do not.
            end_ms: Some(ask.window.end - 1),
            newest_first: self.newest_first,
            ..base
        };
        async move {
            let begin = Instant::now();
            let page = logs.events_page(turn, &query, ask.token.clone()).await;
            (ask, begin.elapsed(), page)
        }
    }

    fn take<G: Gather>(
        &self,
        gather: &mut G,
        part: &mut G::Part,
        event: &logs::Event,
        seen: &mut Seen,
    ) -> Result<usize, Trouble> {
        match self.lines.judge(event, seen)? {
            Verdict::Wanted(format, record) => gather.record(part, event, format, &record)?,
            Verdict::Unparsed(problem) => gather.unparsed(part, event, problem),
            Verdict::Unwanted => {}
        }
        Ok(G::count(part))
    }

    fn tell(&self, statistics: &Statistics, slices: usize) {
        tracing::info!(
            log_group = self.calls.first().map(|call| call.log_group.as_str()),
            pages = statistics.pages,
            scanned = statistics.scanned,
            matched = statistics.matched,
            slices,
            "reading flow-log events"
        );
    }

    /// How many pages have to be under way at once for the pace to be kept, by how long one takes.
    ///
    /// Which of two records of one id counts must not depend on what answers first, so up to a limit they are read one
    /// after the other.
    fn calls_at_once(&self, logs: &Logs, took: Duration) -> usize {
        if self.limit.is_some() && self.lines.own_ids {
            return 1;
        }
        let under_way = logs.pages_per_second() * took.min(LONGEST_PAGE).as_secs_f64();
        under_way.ceil() as usize
    }
}

/// Carries a panic on to the call that the page was asked for.
fn panicked(error: JoinError) -> Page {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => panic!("a page was given up although it was awaited: {error}"),
    }
}
