//! Reads what a query asks for, and takes a second look at what that could not show: lines that the filter pattern
//! excludes, and records by which AWS says that it skipped others.
//!
//! A second look takes calls of its own. It looks at lines if nothing was found, since that distinguishes "there was
//! nothing" from "nothing could be seen". It looks at everything only if the answer must be complete.

use tokio::time::timeout_at;

use super::completeness::{Detail, FoundBy, Gaps, Reason, Unread};
use super::diagnostics;
use super::page::{Event, Page, PageRequest, Subset};
use super::scan::{Collector, Counts, Found, Paging, Scan, ScanError};
use super::search::Search;
use super::statistics::Statistics;
use crate::framework::{Context, Diagnostic};
use crate::record::{Format, Values};

/// The maximum number of lines that a second look reads, from each end of the window.
const LINES: i32 = 1000;

/// What a query found, and what it could not see.
#[derive(Debug)]
pub(crate) struct Reading<P> {
    pub(crate) found: Found<P>,
    pub(crate) gaps: Gaps,
    pub(crate) statistics: Statistics,
    /// The highest number of records in one scan that report skipped records.
    skipped: i64,
}

/// Runs the scan of a search, and finds out what it could not see.
///
/// # Errors
/// A service refuses a request, or the query runs out of time or is stopped. There is no partial result.
pub(crate) async fn read<C: Collector>(
    search: &Search,
    paging: Paging,
    collector: &mut C,
    detail: Detail,
    context: &Context,
) -> Result<Reading<C::Part>, Diagnostic> {
    let mut reading = Reading {
        found: Found::default(),
        gaps: search.discovery.gaps.clone(),
        statistics: Statistics::default(),
        skipped: 0,
    };
    let result = reading.scan(search, paging, collector, context).await;
    if let Err(error) = result {
        let empty = diagnostics::empty_or_error(error, search, detail).await?;
        reading.gaps.add(Reason::NothingDelivered(empty));
    }
    reading.statistics.calls += search.discovery.calls;
    Ok(reading)
}

impl<P> Reading<P> {
    async fn scan<C: Collector<Part = P>>(
        &mut self,
        search: &Search,
        paging: Paging,
        collector: &mut C,
        context: &Context,
    ) -> Result<(), ScanError> {
        self.found = search.scan(paging).run(collector, context).await?;
        let selective = search.is_selective();
        self.count(search, selective);
        let look = SecondLook { search, context };
        let (mut sample, mut skipped) = (None, None);
        if selective && !self.found.truncated {
            if search.required || self.statistics.matched == 0 {
                sample = Some(look.at_lines().await?);
            }
            if search.required && search.reports_skipped() {
                skipped = Some(look.at_skipped().await?);
            }
        }
        self.gaps.unchecked |= selective && !search.required;
        self.note_lines(search, &sample.unwrap_or_default());
        self.note_skipped(skipped);
        Ok(())
    }

    fn count(&mut self, search: &Search, selective: bool) {
        let counts = &self.found.counts;
        let counted = search.reports_skipped() && !selective;
        self.statistics = Statistics {
            parse_errors: Some(counts.parse_errors),
            no_data: counted.then_some(counts.no_data),
            skip_data: counted.then_some(counts.skip_data),
            ..counts.statistics
        };
    }

    /// Notes what the received lines show, and those of a second look.
    fn note_lines(&mut self, search: &Search, sample: &Counts) {
        let (counts, log_group) = (&self.found.counts, search.source.name());
        self.statistics.calls += sample.statistics.calls;
        self.skipped = counts.skip_data.max(sample.skip_data);
        let unread = |lines, found_by| {
            Reason::UnreadLines(Unread {
                log_group: log_group.to_owned(),
                lines,
                found_by,
            })
        };
        let (received, sampled) = (counts.statistics.scanned, sample.statistics.scanned);
        let left_out = counts.statistics.matched == 0 && sample.statistics.matched > 0;
        if let Some(first) = counts.unread.clone() {
            let among = received;
            let found_by = FoundBy::Query { among, first };
            self.gaps.add(unread(counts.unread(), found_by));
        } else if let Some(first) = sample.unread.clone() {
            let among = sampled;
            let found_by = FoundBy::SecondLook { among, first };
            self.gaps.add(unread(sample.unread(), found_by));
        } else if left_out && !search.has_own_pattern {
            let lines = sample.statistics.matched;
            self.gaps.add(unread(lines, FoundBy::LeftOut));
        }
        let masked = counts.masked.max(sample.masked);
        if masked > 0 {
            self.gaps.add(Reason::Masked {
                log_group: log_group.to_owned(),
                count: masked,
            });
        }
        if received + sampled == 0 {
            search.note_no_lines(&mut self.gaps);
        }
    }

    /// Notes that AWS skipped records.
    fn note_skipped(&mut self, found: Option<Counts>) {
        if let Some(counts) = found {
            self.statistics.calls += counts.statistics.calls;
            self.statistics.skip_data = Some(counts.skip_data);
            self.skipped = self.skipped.max(counts.skip_data);
        }
        if self.skipped > 0 {
            let count = self.skipped;
            self.gaps.add(Reason::SkippedRecords { count });
        }
    }
}

/// Looks at a source without the filter pattern of a query.
struct SecondLook<'a> {
    search: &'a Search,
    context: &'a Context,
}

impl SecondLook<'_> {
    /// Reads some lines from the start of the window, and some from its end.
    async fn at_lines(&self) -> Result<Counts, ScanError> {
        let mut counts = Counts::default();
        let is_all = self.at_first_lines(false, &mut counts).await?;
        if !is_all && self.search.window.start >= self.search.source.backward_since() {
            self.at_first_lines(true, &mut counts).await?;
        }
        Ok(counts)
    }

    /// Reads the first page that is not empty, and reports whether there are no more lines.
    async fn at_first_lines(
        &self,
        newest_first: bool,
        counts: &mut Counts,
    ) -> Result<bool, ScanError> {
        let mut request = PageRequest {
            subset: Subset::All,
            window: self.search.window,
            newest_first,
            token: None,
            most: Some(LINES),
        };
        loop {
            counts.statistics.calls += 1;
            let page = self.page(&request, &counts.statistics).await?;
            for event in &page.events {
                self.search.lines.evaluate(event, counts)?;
            }
            match page
                .next
                .filter(|next| Some(next) != request.token.as_ref())
            {
                Some(next) if page.events.is_empty() => request.token = Some(next),
                next => return Ok(next.is_none()),
            }
        }
    }

    async fn page(
        &self,
        request: &PageRequest,
        statistics: &Statistics,
    ) -> Result<Page, ScanError> {
        let page = async {
            let permit = self.search.source.permit().await;
            permit.page(request).await
        };
        let page = timeout_at(self.search.deadline, page);
        match self.context.stop().run_until_cancelled(page).await {
            Some(Ok(page)) => page.map_err(ScanError::Refused),
            Some(Err(_)) => Err(ScanError::Deadline(*statistics)),
            None => Err(ScanError::Stopped),
        }
    }

    /// Finds every record by which AWS says that it skipped others.
    async fn at_skipped(&self) -> Result<Counts, ScanError> {
        let scan = Scan {
            calls: vec![Subset::SkippedRecords],
            window: self.search.window,
            ..self.search.scan(Paging::default())
        };
        let found = scan.run(&mut CountsOnly, self.context).await?;
        Ok(found.counts)
    }
}

/// Collects nothing: the records are only counted.
#[derive(Debug)]
struct CountsOnly;

impl Collector for CountsOnly {
    type Part = ();

    fn format(&mut self, _format: &Format) -> usize {
        0
    }

    fn record(
        &mut self,
        (): &mut (),
        _event: &Event,
        _format: usize,
        _record: &dyn Values,
    ) -> Result<(), ScanError> {
        Ok(())
    }

    fn unparsed(&mut self, (): &mut (), _event: &Event, _problem: String) {}

    fn fork(&self) -> Self {
        Self
    }

    fn join(&mut self, _other: Self) -> Result<(), ScanError> {
        Ok(())
    }

    fn count((): &()) -> usize {
        0
    }
}
