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
    limits: Limits,
}

/// The memory that groups may take, in bytes.
#[derive(Clone, Copy, Debug)]
struct Limits {
    aggregate: usize,
    cells: usize,
}

impl Limits {
    const ALL: Self = Self {
        aggregate: MEMORY,
        cells: CELLS,
    };
}

/// Where the values are in the records of a format.
#[derive(Debug)]
struct Places {
    direct: Vec<Positions>,
    cells: Positions,
}

impl Counters {
    pub(super) fn new(aggregates: &[Aggregate], received: &Received) -> Self {
        Self::within(Limits::ALL, aggregates, received)
    }

    fn within(limits: Limits, aggregates: &[Aggregate], received: &Received) -> Self {
        let plan = Arc::new(Plan::of(aggregates));
        let direct = plan.direct.iter();
        let fold =
            |(_, of): &(usize, Aggregate)| Some(Fold::new(of, Budget::new(limits.aggregate)));
        Self {
            count: aggregates.len(),
            formats: Vec::new(),
            direct: direct.map(fold).collect(),
            cells: Fold::new(&plan.cells, Budget::new(limits.cells)),
            derived: Derived::new(&plan.derived, limits.aggregate),
            received: received.clone(),
            limits,
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
    fn add(
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
        self.add(format, |fold, positions| fold.record(positions, record))
    }

    fn records(
        &mut self,
        (): &mut (),
        format: usize,
        records: &dyn Columns,
    ) -> Option<Result<(), ScanError>> {
        self.formats.get(format)?;
        self.received.add(records.len());
        Some(self.add(format, |fold, positions| fold.records(positions, records)))
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
            cells: Fold::new(&self.plan.cells, Budget::new(self.limits.cells)),
            derived: self.derived.fork(),
            received: self.received.clone(),
            limits: self.limits,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Key, Measure, Order, parse};

    const WINDOW: (i64, i64) = (0, 600_000);

    fn aggregates() -> Vec<Aggregate> {
        let by = |keys: &[&str], distinct: &[&str]| Aggregate {
            keys: keys.iter().map(|name| Key::named(name)).collect(),
            distinct: distinct.iter().map(|name| Key::named(name)).collect(),
            order: Order::greatest(Measure::Bytes),
            ..Aggregate::default()
        };
        let mut in_bins = by(&["action"], &[]);
        in_bins.keys.insert(0, Key::bins(60));
        let mut scopes = by(&[], &[]);
        scopes.keys.push(Key::scope("src_scope", "srcaddr"));
        vec![
            in_bins,
            by(&["src_addr"], &["dst_port"]),
            scopes,
            by(&["protocol"], &[]),
            by(&["src_addr", "dst_addr", "dst_port", "action"], &[]),
        ]
    }

    fn lines() -> Vec<String> {
        let line = |number: i64| {
            let (source, port) = (number % 50, number % 300);
            let network = if number % 3 == 0 {
                "10.0.0"
            } else {
                "203.0.113"
            };
            let (start, action) = (
                number % 600,
                if number % 7 == 0 { "REJECT" } else { "ACCEPT" },
            );
            format!(
                "2 1 eni-1 {network}.{source} 10.1.0.1 40000 {port} 6 1 {number} {start} {start} {action} OK"
            )
        };
        (0..2_000).map(line).collect()
    }

    /// Counts the lines in several collectors side by side.
    fn counted(limits: Limits) -> Vec<Option<Answer>> {
        let format = Format::vpc_default();
        let mut all = Counters::within(limits, &aggregates(), &Received::default());
        all.format(&format);
        let mut forks = [all.fork(), all.fork(), all.fork()];
        for (number, line) in lines().iter().enumerate() {
            let fork = &mut forks[number % 3];
            let place = fork.format(&format);
            let record = parse(line, &format).unwrap();
            fork.add(place, |fold, positions| fold.record(positions, &record))
                .unwrap();
        }
        for fork in forks {
            all.join(fork).unwrap();
        }
        all.answers(WINDOW)
    }

    #[test]
    fn aggregates_are_the_same_alone_and_together_however_often_cells_are_poured() {
        let format = Format::vpc_default();
        let alone = aggregates().into_iter().map(|aggregate| {
            let positions = Positions::of(&format, &aggregate);
            let mut fold = Fold::new(&aggregate, Budget::new(MEMORY));
            for line in lines() {
                let record = parse(&line, &format).unwrap();
                fold.record(&positions, &record).unwrap();
            }
            Some(fold.answer(&Tally::nothing([positions].iter()), WINDOW))
        });
        let alone: Vec<_> = alone.collect();
        let often = Limits {
            cells: 4_000,
            ..Limits::ALL
        };
        assert_eq!(counted(Limits::ALL), alone);
        assert_eq!(counted(often), alone);
    }

    #[test]
    fn only_an_aggregate_with_too_many_groups_is_given_up() {
        let few = Limits {
            aggregate: 64_000,
            cells: 4_000,
        };
        let all = counted(Limits::ALL);
        let known: Vec<_> = counted(few).iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, true, true, false]);
        assert_eq!(counted(few)[3], all[3]);
    }
}
