//! The engine "scan": we read the records, and count groups while the pages arrive.
//!
//! Bounded: the groups, and the values that are counted once, take at most [`MEMORY`].

mod several;

pub use several::Received;

use super::MEMORY;
use super::counted::Counted;
use super::several::Several;
use crate::events::completeness::Detail;
use crate::events::diagnostics;
use crate::events::page::Event;
use crate::events::query::Query;
use crate::events::reading;
use crate::events::scan::{Collector, Paging, ScanError};
use crate::events::search::{Needs, Search};
use crate::framework::{Context, Diagnostics};
use crate::record::aggregate::{Answer, Budget, Fold, Positions, Tally};
use crate::record::values::Columns;
use crate::record::{Aggregate, Format, Values};

/// A scan makes its own calls, and checks every record itself.
pub(super) const NEEDS: Needs = Needs {
    by_stream: true,
    service_decides: false,
};

/// Checks nothing: a scan allows all arguments.
pub(super) fn validate(_query: &Query, _diagnostics: &mut Diagnostics) {}

/// Reads the records and counts them.
///
/// # Errors
/// A service refuses a request, time runs out, or the groups take too much memory.
pub(super) async fn count(
    search: &Search,
    aggregate: &Aggregate,
    context: &Context,
) -> Result<Counted, Diagnostics> {
    let mut groups = Groups::new(aggregate, Budget::new(MEMORY));
    // The formats decide which measures are known, even if there is no record.
    for format in search.formats() {
        groups.format(format);
    }
    let (paging, detail) = (Paging::default(), Detail::Full);
    let reading = reading::read(search, paging, &mut groups, detail, context).await?;
    diagnostics::warn_of_samples(&reading.found.counts, context);
    Ok(Counted {
        statistics: reading.statistics,
        gaps: reading.gaps,
        pushed: search.push_down.pushed(),
        not_pushed: search.push_down.not_pushed(),
        answer: groups.answer((search.window.start, search.window.end)),
        query: None,
    })
}

/// Reads the records once, and counts all aggregates.
///
/// # Errors
/// A service refuses a request, or time runs out.
pub(super) async fn count_several(
    search: &Search,
    aggregates: &[Aggregate],
    received: &Received,
    context: &Context,
) -> Result<Several, Diagnostics> {
    let mut counters = several::Counters::new(aggregates, received);
    for format in search.formats() {
        counters.format(format);
    }
    let (paging, detail) = (Paging::default(), Detail::Full);
    let reading = reading::read(search, paging, &mut counters, detail, context).await?;
    diagnostics::warn_of_samples(&reading.found.counts, context);
    Ok(Several {
        answers: counters.answers((search.window.start, search.window.end)),
        statistics: reading.statistics,
        gaps: reading.gaps,
        skipped_at: reading.skipped_at,
        queries: Vec::new(),
    })
}

/// The groups so far.
#[derive(Debug)]
struct Groups {
    aggregate: Aggregate,
    formats: Vec<(Format, Positions)>,
    fold: Fold,
}

impl Groups {
    fn new(aggregate: &Aggregate, budget: Budget) -> Self {
        Self {
            aggregate: aggregate.clone(),
            formats: Vec::new(),
            fold: Fold::new(aggregate, budget),
        }
    }

    fn answer(self, window: (i64, i64)) -> Answer {
        let positions = self.formats.iter().map(|(_, positions)| positions);
        let nothing = if self.formats.is_empty() {
            // No record shows which fields there are.
            Tally::zero(self.aggregate.sums.len())
        } else {
            Tally::nothing(positions)
        };
        self.fold.answer(&nothing, window)
    }
}

impl Collector for Groups {
    type Part = ();

    fn format(&mut self, format: &Format) -> usize {
        let mut known = self.formats.iter();
        known
            .position(|(known, _)| known == format)
            .unwrap_or_else(|| {
                let positions = Positions::of(format, &self.aggregate);
                self.formats.push((format.clone(), positions));
                self.formats.len() - 1
            })
    }

    fn fields(&self) -> Option<Vec<String>> {
        let fields = self.aggregate.fields().into_iter();
        Some(fields.map(str::to_owned).collect())
    }

    fn record(
        &mut self,
        (): &mut (),
        _event: &Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), ScanError> {
        let Some((_, positions)) = self.formats.get(format) else {
            return Ok(());
        };
        let counted = self.fold.record(positions, record);
        counted.map_err(|_| ScanError::TooManyGroups)
    }

    fn records(
        &mut self,
        (): &mut (),
        format: usize,
        records: &dyn Columns,
    ) -> Option<Result<(), ScanError>> {
        let (_, positions) = self.formats.get(format)?;
        let counted = self.fold.records(positions, records);
        Some(counted.map_err(|_| ScanError::TooManyGroups))
    }

    /// Ignores the line: it belongs to no group, and is counted and reported elsewhere.
    fn unparsed(&mut self, (): &mut (), _event: &Event, _problem: String) {}

    fn fork(&self) -> Self {
        Self {
            aggregate: self.aggregate.clone(),
            formats: Vec::new(),
            fold: self.fold.fork(),
        }
    }

    fn join(&mut self, other: Self) -> Result<(), ScanError> {
        for (format, _) in &other.formats {
            self.format(format);
        }
        let joined = self.fold.join(other.fold);
        joined.map_err(|_| ScanError::TooManyGroups)
    }

    fn count((): &()) -> usize {
        0
    }
}
