//! The loop of a scan: requests pages side by side, and hands their events on in order.

use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::collector::Collector;
use super::counts::Counts;
use super::error::ScanError;
use super::lines::{Lines, Outcome};
use super::progress::Progress;
use super::slices::{Fetch, Slices};
use crate::aws;
use crate::events::half_open::HalfOpen;
use crate::events::page::{Event, Page, PageRequest, Subset};
use crate::events::source::{LogGroup, Permit};
use crate::events::statistics::Statistics;
use crate::framework::Context;

/// What to scan.
#[derive(Clone, Debug)]
pub(crate) struct Scan<'a> {
    pub(crate) source: &'a LogGroup,
    /// The calls that together receive every matching event; none if no event can match. What two of them receive counts
    /// once.
    pub(crate) calls: Vec<Subset>,
    pub(crate) window: HalfOpen,
    pub(crate) lines: &'a Lines,
    pub(crate) paging: Paging,
    /// When the time for the query is over.
    pub(crate) deadline: Instant,
}

/// How many rows are wanted, and in which order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paging {
    pub(crate) newest_first: bool,
    /// The maximum number of rows. Without one, everything is read.
    pub(crate) limit: Option<usize>,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Found<P> {
    /// The parts, in order. Together they may have more rows than the limit.
    pub(crate) parts: Vec<P>,
    /// Whether the limit left something out.
    pub(crate) truncated: bool,
    pub(crate) counts: Counts,
}

/// The reply to a request for a page, and how long it took.
type Reply = (Fetch, Duration, Result<Page, aws::Error>);

impl Scan<'_> {
    /// Reads to the end of the window, or until the limit is reached.
    ///
    /// # Errors
    /// The scan did not finish. It never returns a partial result.
    pub(crate) async fn run<C: Collector>(
        &self,
        collector: &mut C,
        context: &Context,
    ) -> Result<Found<C::Part>, ScanError> {
        let formats = self.lines.asked().iter();
        let formats: Vec<usize> = formats.map(|format| collector.format(format)).collect();
        let mut counts = Counts::default();
        let mut progress = Progress::new(Instant::now());
        let Paging {
            newest_first,
            limit,
        } = self.paging;
        let mut slices = Slices::new(self.window, self.calls.len(), newest_first, limit);
        let mut pages = JoinSet::new();
        while !slices.is_over() {
            let permit = async {
                if slices.has_next() {
                    self.source.permit().await
                } else {
                    std::future::pending().await
                }
            };
            tokio::select! {
                biased;
                () = context.stop().cancelled() => return Err(ScanError::Stopped),
                () = tokio::time::sleep_until(self.deadline) => return Err(ScanError::Deadline(Box::new(counts.statistics))),
                Some(reply) = pages.join_next() => {
                    let (fetch, took, page): Reply = reply.unwrap_or_else(resume_panic);
                    let page = page.map_err(ScanError::Refused)?;
                    counts.statistics.pages += 1;
                    counts.statistics.calls += 1;
                    let add = |part: &mut C::Part, event: &Event| self.add(collector, &formats, part, event, &mut counts);
                    slices.receive(&fetch, page, add)?;
                    slices.split(self.requests_at_once(took));
                    if progress.is_due(Instant::now()) {
                        self.log(&counts.statistics, slices.open());
                    }
                }
                permit = permit => if let Some(fetch) = slices.next_fetch() {
                    pages.spawn(self.fetch(permit, fetch));
                }
            }
        }
        let (parts, truncated) = slices.finish();
        Ok(Found {
            parts,
            truncated,
            counts,
        })
    }

    /// Requests one page, in a task of its own so that pages are decoded side by side.
    fn fetch(&self, permit: Permit, fetch: Fetch) -> impl Future<Output = Reply> + Send + use<> {
        let request = PageRequest {
            subset: self.calls.get(fetch.call).copied().unwrap_or(Subset::All),
            window: fetch.window,
            newest_first: self.paging.newest_first,
            token: fetch.token.clone(),
            most: None,
        };
        async move {
            let start = Instant::now();
            let page = permit.page(&request).await;
            (fetch, start.elapsed(), page)
        }
    }

    fn add<C: Collector>(
        &self,
        collector: &mut C,
        formats: &[usize],
        part: &mut C::Part,
        event: &Event,
        counts: &mut Counts,
    ) -> Result<usize, ScanError> {
        match self.lines.evaluate(event, counts)? {
            Outcome::Match(format, record) => {
                if let Some(format) = formats.get(format) {
                    collector.record(part, event, *format, &record)?;
                }
            }
            Outcome::Unparsed(problem) => collector.unparsed(part, event, problem),
            Outcome::NoMatch => {}
        }
        Ok(C::count(part))
    }

    fn log(&self, statistics: &Statistics, slices: usize) {
        tracing::info!(
            log_group = self.source.name(),
            pages = statistics.pages,
            scanned = statistics.scanned,
            matched = statistics.matched,
            slices,
            "reading flow-log events"
        );
    }

    /// Returns how many requests must be under way to keep the pace, if one takes this long.
    ///
    /// Which of two records with the same id counts must not depend on which reply arrives first, so with a limit they are
    /// read one after the other.
    fn requests_at_once(&self, took: Duration) -> usize {
        if self.paging.limit.is_some() && self.lines.own_ids {
            1
        } else {
            self.source.requests_at_once(took)
        }
    }
}

/// Resumes a panic of the task that requested a page.
pub(super) fn resume_panic<T>(error: JoinError) -> T {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => panic!("the task of a page was canceled: {error}"),
    }
}
