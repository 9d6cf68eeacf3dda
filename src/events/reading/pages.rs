//! Reads the lines of a log group, and takes a second look at what that could not show: lines that the filter pattern
//! excludes, and records by which AWS says that it skipped others.
//!
//! A second look takes calls of its own. It looks at lines if nothing was found, since that distinguishes "there was
//! nothing" from "nothing could be seen". It looks at everything only if the answer must be complete.

use tokio::time::timeout_at;

use super::Reading;
use crate::events::completeness::{Detail, FoundBy, Reason, Unread};
use crate::events::diagnostics;
use crate::events::page::{Event, Page, PageRequest, Subset};
use crate::events::scan::{Collector, Counts, Paging, Scan, ScanError};
use crate::events::search::Search;
use crate::events::source::LogGroup;
use crate::events::statistics::Statistics;
use crate::framework::{Context, Diagnostic};
use crate::record::{Format, Values};

/// The maximum number of lines that a second look reads, from each end of the window.
const LINES: i32 = 1000;

/// The lines of a log group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages<'a> {
    search: &'a Search,
    group: &'a LogGroup,
    context: &'a Context,
}

impl<'a> Pages<'a> {
    pub(super) fn new(search: &'a Search, group: &'a LogGroup, context: &'a Context) -> Self {
        Self {
            search,
            group,
            context,
        }
    }

    /// Reads them. A flow log whose log group does not exist has delivered nothing yet, so its result is empty.
    pub(super) async fn read<C: Collector>(
        self,
        paging: Paging,
        collector: &mut C,
        detail: Detail,
        reading: &mut Reading<C::Part>,
    ) -> Result<(), Diagnostic> {
        if let Err(error) = self.scan(paging, collector, reading).await {
            let empty = diagnostics::empty_or_error(error, self.search, detail).await?;
            reading.gaps.add(Reason::NothingDelivered(empty));
        }
        Ok(())
    }

    async fn scan<C: Collector>(
        self,
        paging: Paging,
        collector: &mut C,
        reading: &mut Reading<C::Part>,
    ) -> Result<(), ScanError> {
        let Self { search, group, .. } = self;
        let scan = search.scan(group, paging);
        reading.found = scan.run(collector, self.context).await?;
        let selective = search.is_selective(group);
        self.count(reading, selective);
        let (mut sample, mut skipped) = (None, None);
        if selective && !reading.found.truncated {
            if search.required || reading.statistics.matched == 0 {
                sample = Some(self.at_lines().await?);
            }
            if search.required && search.reports_skipped() {
                skipped = Some(self.at_skipped().await?);
            }
        }
        reading.gaps.unchecked |= selective && !search.required;
        let sample = sample.unwrap_or_default();
        self.note_lines(reading, &sample);
        let counts = [Some(&reading.found.counts), Some(&sample), skipped.as_ref()];
        let times = counts.into_iter().flatten();
        let times = times.flat_map(|counts| counts.skipped_at.iter().copied());
        let times: Vec<_> = times.collect();
        let most = counts.into_iter().flatten().map(|counts| counts.skip_data);
        let most = most.max().unwrap_or_default();
        reading.skipped_at.extend(times);
        if let Some(counts) = skipped {
            reading.statistics.calls += counts.statistics.calls;
            reading.statistics.skip_data = Some(counts.skip_data);
        }
        reading.note_skipped(most);
        Ok(())
    }

    fn count<P>(self, reading: &mut Reading<P>, selective: bool) {
        let counts = &reading.found.counts;
        let counted = self.search.reports_skipped() && !selective;
        reading.statistics = Statistics {
            parse_errors: Some(counts.parse_errors),
            no_data: counted.then_some(counts.no_data),
            skip_data: counted.then_some(counts.skip_data),
            ..counts.statistics
        };
    }

    /// Notes what the received lines show, and those of a second look.
    fn note_lines<P>(self, reading: &mut Reading<P>, sample: &Counts) {
        let (counts, log_group) = (&reading.found.counts, self.group.name());
        reading.statistics.calls += sample.statistics.calls;
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
            reading.gaps.add(unread(counts.unread(), found_by));
        } else if let Some(first) = sample.unread.clone() {
            let among = sampled;
            let found_by = FoundBy::SecondLook { among, first };
            reading.gaps.add(unread(sample.unread(), found_by));
        } else if left_out && !self.search.has_own_pattern {
            let lines = sample.statistics.matched;
            reading.gaps.add(unread(lines, FoundBy::LeftOut));
        }
        let masked = counts.masked.max(sample.masked);
        if masked > 0 {
            reading.gaps.add(Reason::Masked {
                log_group: log_group.to_owned(),
                count: masked,
            });
        }
        if received + sampled == 0 {
            self.search.note_no_lines(&mut reading.gaps);
        }
    }
}

/// The second look, without the filter pattern of the query.
impl Pages<'_> {
    /// Reads some lines from the start of the window, and some from its end.
    async fn at_lines(&self) -> Result<Counts, ScanError> {
        let mut counts = Counts::default();
        let is_all = self.at_first_lines(false, &mut counts).await?;
        if !is_all && self.group.reads_backward(self.search.window.start) {
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
            let permit = self.group.permit().await;
            permit.page(request).await
        };
        let page = timeout_at(self.search.deadline, page);
        match self.context.stop().run_until_cancelled(page).await {
            Some(Ok(page)) => page.map_err(ScanError::Refused),
            Some(Err(_)) => Err(ScanError::Deadline(Box::new(*statistics))),
            None => Err(ScanError::Stopped),
        }
    }

    /// Finds every record by which AWS says that it skipped others.
    async fn at_skipped(&self) -> Result<Counts, ScanError> {
        let scan = Scan {
            calls: vec![Subset::SkippedRecords],
            window: self.search.window,
            ..self.search.scan(self.group, Paging::default())
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
