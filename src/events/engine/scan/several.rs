//! Several aggregates, counted while the records are read once.
//!
//! Bounded: each aggregate takes at most [`MEMORY`]. Cells take at most [`CELLS`] for each thread, and are poured into the
//! aggregates that are made from them whenever that is full.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::MEMORY;
use super::super::several::{Derived, Plan};
use crate::events::page::Event;
use crate::events::scan::{Collector, ScanError};
use crate::record::aggregate::{Answer, Budget, Fold, Positions, Tally, TooLarge};
use crate::record::values::Columns;
use crate::record::{Aggregate, Format, Values};

/// The most memory that the cells of one thread take, in bytes.
const CELLS: usize = 16 * 1024 * 1024;

/// How many records were received so far.
#[derive(Clone, Debug, Default)]
pub struct Received(Arc<AtomicU64>);

impl Received {
    /// Returns the number.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, records: usize) {
        self.0.fetch_add(records as u64, Ordering::Relaxed);
    }
}

/// The groups of several aggregates so far.
#[derive(Debug)]
pub(super) struct Counters {
    plan: Arc<Plan>,
    count: usize,
    formats: Vec<(Format, Places)>,
    /// Those that are counted record by record; none once there are too many groups.
    direct: Vec<Option<Fold>>,
    cells: Fold,
    derived: Derived,
    received: Received,
}

/// Where the values are in the records of a format.
#[derive(Debug)]
struct Places {
    direct: Vec<Positions>,
    cells: Positions,
}

impl Counters {
    pub(super) fn new(aggregates: &[Aggregate], received: &Received) -> Self {
        let plan = Arc::new(Plan::of(aggregates));
        let direct = plan.direct.iter();
        let fold = |(_, of): &(usize, Aggregate)| Some(Fold::new(of, Budget::new(MEMORY)));
        Self {
            count: aggregates.len(),
            formats: Vec::new(),
            direct: direct.map(fold).collect(),
            cells: Fold::new(&plan.cells, Budget::new(CELLS)),
            derived: Derived::new(&plan.derived),
            received: received.clone(),
            plan,
        }
    }

    /// Returns the answers, in the order of the aggregates.
    pub(super) fn answers(mut self, window: (i64, i64)) -> Vec<Option<Answer>> {
        self.pour();
        let mut answers = vec![None; self.count];
        let formats: Vec<_> = self.formats.iter().map(|(format, _)| format).collect();
        let nothing = |aggregate: &Aggregate| {
            if formats.is_empty() {
                // No record shows which fields there are.
                return Tally::zero(aggregate.sums.len());
            }
            let positions = formats.iter();
            let positions: Vec<_> = positions
                .map(|format| Positions::of(format, aggregate))
                .collect();
            Tally::nothing(positions.iter())
        };
        let direct = self.plan.direct.iter().zip(self.direct);
        let direct = direct.map(|((index, aggregate), fold)| {
            let answer = fold.map(|fold| fold.answer(&nothing(aggregate), window));
            (*index, answer)
        });
        for (index, answer) in direct.chain(self.derived.answers(nothing, window)) {
            if let Some(place) = answers.get_mut(index) {
                *place = answer;
            }
        }
        answers
    }

    /// Makes the groups of the other aggregates from the cells, which are empty then.
    fn pour(&mut self) {
        let derived = &mut self.derived;
        self.cells.pour(|values, tally| derived.add(values, tally));
    }

    /// Counts what `add` adds to a fold: in each direct one, and in the cells.
    fn count(
        &mut self,
        format: usize,
        add: impl Fn(&mut Fold, &Positions) -> Result<(), TooLarge>,
    ) -> Result<(), ScanError> {
        let Some((_, places)) = self.formats.get(format) else {
            return Ok(());
        };
        for (fold, positions) in self.direct.iter_mut().zip(&places.direct) {
            if let Some(counting) = fold
                && add(counting, positions).is_err()
            {
                *fold = None;
            }
        }
        if add(&mut self.cells, &places.cells).is_ok() {
            return Ok(());
        }
        let derived = &mut self.derived;
        self.cells.pour(|values, tally| derived.add(values, tally));
        let counted = add(&mut self.cells, &places.cells);
        counted.map_err(|TooLarge| ScanError::TooManyGroups)
    }
}

impl Collector for Counters {
    type Part = ();

    fn format(&mut self, format: &Format) -> usize {
        let mut known = self.formats.iter();
        known
            .position(|(known, _)| known == format)
            .unwrap_or_else(|| {
                let direct = self.plan.direct.iter();
                let places = Places {
                    direct: direct.map(|(_, of)| Positions::of(format, of)).collect(),
                    cells: Positions::of(format, &self.plan.cells),
                };
                self.formats.push((format.clone(), places));
                self.formats.len() - 1
            })
    }

    fn fields(&self) -> Option<Vec<String>> {
        let direct = self.plan.direct.iter().map(|(_, of)| of);
        let aggregates = direct.chain([&self.plan.cells]);
        let fields: BTreeSet<&str> = aggregates.flat_map(Aggregate::fields).collect();
        Some(fields.into_iter().map(str::to_owned).collect())
    }

    fn record(
        &mut self,
        (): &mut (),
        _event: &Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), ScanError> {
        self.received.add(1);
        self.count(format, |fold, positions| fold.record(positions, record))
    }

    fn records(
        &mut self,
        (): &mut (),
        format: usize,
        records: &dyn Columns,
    ) -> Option<Result<(), ScanError>> {
        self.formats.get(format)?;
        self.received.add(records.len());
        Some(self.count(format, |fold, positions| fold.records(positions, records)))
    }

    /// Ignores the line: it belongs to no group, and is counted and reported elsewhere.
    fn unparsed(&mut self, (): &mut (), _event: &Event, _problem: String) {}

    fn fork(&self) -> Self {
        let direct = self.direct.iter();
        Self {
            plan: Arc::clone(&self.plan),
            count: self.count,
            formats: Vec::new(),
            direct: direct.map(|fold| fold.as_ref().map(Fold::fork)).collect(),
            cells: Fold::new(&self.plan.cells, Budget::new(CELLS)),
            derived: self.derived.fork(),
            received: self.received.clone(),
        }
    }

    fn join(&mut self, mut other: Self) -> Result<(), ScanError> {
        for (format, _) in &other.formats {
            self.format(format);
        }
        other.pour();
        self.derived.join(other.derived);
        for (fold, other) in self.direct.iter_mut().zip(other.direct) {
            let joined = match (fold.take(), other) {
                (Some(mut fold), Some(other)) => fold.join(other).map(|()| fold),
                _ => Err(TooLarge),
            };
            *fold = joined.ok();
        }
        Ok(())
    }

    fn count((): &()) -> usize {
        0
    }
}
