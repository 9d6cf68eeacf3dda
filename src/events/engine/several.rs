//! Several aggregates over the same records, which are read once.
//!
//! Aggregates without time are made from *cells*: the groups by all the fields that they need. An engine counts the cells,
//! and each aggregate is folded from them. Must not know how an engine counts.

use std::collections::BTreeSet;

use super::counted::Counted;
use super::{MEMORY, is_too_many};
use crate::events::completeness::Gaps;
use crate::events::statistics::Statistics;
use crate::framework::Diagnostics;
use crate::record::aggregate::{Answer, Budget, Fold, Tally, TooLarge};
use crate::record::{Aggregate, Key};

/// What an engine counted for several aggregates.
#[derive(Debug, Default)]
pub(crate) struct Several {
    /// The answers, in the order of the aggregates; none where there are too many groups to count.
    pub(crate) answers: Vec<Option<Answer>>,
    pub(crate) statistics: Statistics,
    pub(crate) gaps: Gaps,
    /// When records that report skipped ones start, in Unix seconds, as far as the engine has read them.
    pub(crate) skipped_at: BTreeSet<i64>,
    /// The queries that a service ran.
    pub(crate) queries: Vec<String>,
}

/// How several aggregates are counted.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Those that are counted for themselves, by their index.
    pub(super) direct: Vec<(usize, Aggregate)>,
    /// The groups from which the others are made.
    pub(super) cells: Aggregate,
    pub(super) derived: Vec<Derivation>,
}

/// How an aggregate is made from cells.
#[derive(Clone, Debug)]
pub(super) struct Derivation {
    /// The index of the aggregate.
    pub(super) index: usize,
    pub(super) aggregate: Aggregate,
    /// Where the values of its keys, and those that are counted once, are in the key of a cell.
    places: Vec<usize>,
}

/// The aggregates that are made from cells, so far.
#[derive(Debug)]
pub(super) struct Derived {
    derivations: Vec<Derivation>,
    /// None once there are too many groups.
    folds: Vec<Option<Fold>>,
}

/// Whether a service also counts what a query leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Checked,
    Known,
}

/// What a service counted so far, query by query.
#[derive(Debug)]
struct Running {
    several: Several,
    /// Whether a query was answered.
    has_begun: bool,
}

/// Counts each aggregate with time by a query, and those without by one query for the cells. If there are too many cells,
/// each of them gets its own query. What the queries leave out is counted once. `count` runs a query, and `nothing` returns
/// the tally of no record.
///
/// # Errors
/// A query failed, for another reason than too many groups.
pub(super) async fn by_queries(
    aggregates: &[Aggregate],
    window: (i64, i64),
    count: impl AsyncFn(&Aggregate, Rest) -> Result<Counted, Diagnostics>,
    nothing: impl Fn(&Aggregate) -> Tally,
) -> Result<Several, Diagnostics> {
    let plan = Plan::of(aggregates);
    let mut running = Running::new(aggregates.len());
    for (index, aggregate) in &plan.direct {
        let counted = count(aggregate, running.rest()).await;
        running.receive(*index, counted)?;
    }
    match count(&plan.cells, running.rest()).await {
        Ok(counted) => running.receive_cells(&plan, counted, nothing, window),
        Err(error) if is_too_many(&error) => {
            for derivation in &plan.derived {
                let counted = count(&derivation.aggregate, running.rest()).await;
                running.receive(derivation.index, counted)?;
            }
        }
        Err(error) => return Err(error),
    }
    Ok(running.several)
}

impl Running {
    fn new(aggregates: usize) -> Self {
        Self {
            several: Several {
                answers: vec![None; aggregates],
                ..Several::default()
            },
            has_begun: false,
        }
    }

    /// Returns whether the next query counts what it leaves out: the first one does.
    fn rest(&self) -> Rest {
        if self.has_begun {
            Rest::Known
        } else {
            Rest::Checked
        }
    }

    /// Takes the answer of one aggregate.
    ///
    /// # Errors
    /// The query failed, for another reason than too many groups.
    fn receive(
        &mut self,
        index: usize,
        counted: Result<Counted, Diagnostics>,
    ) -> Result<(), Diagnostics> {
        let counted = match counted {
            Ok(counted) => counted,
            Err(error) if is_too_many(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let answer = self.note(counted);
        if let Some(place) = self.several.answers.get_mut(index) {
            *place = Some(answer);
        }
        Ok(())
    }

    /// Takes the cells, and makes the answers of the aggregates that follow from them.
    fn receive_cells(
        &mut self,
        plan: &Plan,
        counted: Counted,
        nothing: impl Fn(&Aggregate) -> Tally,
        window: (i64, i64),
    ) {
        let cells = self.note(counted);
        let mut derived = Derived::new(&plan.derived, MEMORY);
        for cell in &cells.groups {
            let values: Vec<_> = cell.values.iter().map(Option::as_deref).collect();
            derived.add(&values, &cell.tally);
        }
        for (index, answer) in derived.answers(nothing, window) {
            if let Some(place) = self.several.answers.get_mut(index) {
                *place = answer;
            }
        }
    }

    /// Keeps what belongs to all aggregates. All queries have the same gaps, and only the first looks for more.
    fn note(&mut self, counted: Counted) -> Answer {
        let several = &mut self.several;
        several.queries.extend(counted.query);
        if self.has_begun {
            several.statistics.calls += counted.statistics.calls;
            let bytes = several.statistics.bytes_scanned;
            let more = counted.statistics.bytes_scanned;
            several.statistics.bytes_scanned = bytes.zip(more).map(|(one, other)| one + other);
        } else {
            several.statistics = counted.statistics;
            several.gaps = counted.gaps;
        }
        self.has_begun = true;
        counted.answer
    }
}

impl Plan {
    pub(super) fn of(aggregates: &[Aggregate]) -> Self {
        let mut plan = Self {
            direct: Vec::new(),
            cells: Aggregate::default(),
            derived: Vec::new(),
        };
        for (index, aggregate) in aggregates.iter().enumerate() {
            let has_time = aggregate.keys.iter().any(|key| key.bin().is_some());
            if has_time || !aggregate.sums.is_empty() {
                plan.direct.push((index, aggregate.clone()));
            } else {
                plan.derive(index, aggregate);
            }
        }
        plan
    }

    fn derive(&mut self, index: usize, aggregate: &Aggregate) {
        let cells = &mut self.cells.keys;
        let mut place = |key: &Key| {
            let known = cells.iter().position(|cell| cell.field == key.field);
            known.unwrap_or_else(|| {
                cells.push(Key::named(&key.field));
                cells.len() - 1
            })
        };
        let keys = aggregate.keys.iter().chain(&aggregate.distinct);
        let places = keys.map(&mut place).collect();
        self.derived.push(Derivation {
            index,
            aggregate: aggregate.clone(),
            places,
        });
    }
}

impl Derived {
    /// Each aggregate may take so many bytes.
    pub(super) fn new(derivations: &[Derivation], most: usize) -> Self {
        let fold = |of: &Derivation| Some(Fold::new(&of.aggregate, Budget::new(most)));
        Self {
            derivations: derivations.to_vec(),
            folds: derivations.iter().map(fold).collect(),
        }
    }

    /// Creates an empty one that shares the memory.
    pub(super) fn fork(&self) -> Self {
        let folds = self.folds.iter();
        Self {
            derivations: self.derivations.clone(),
            folds: folds.map(|fold| fold.as_ref().map(Fold::fork)).collect(),
        }
    }

    /// Counts a cell. An aggregate with too many groups is given up.
    pub(super) fn add(&mut self, values: &[Option<&str>], tally: &Tally) {
        // A group that was looked up for a record that was not counted.
        if tally.flows == 0 {
            return;
        }
        let mut own = Vec::new();
        for (derivation, fold) in self.derivations.iter().zip(&mut self.folds) {
            let value = |place: &usize| values.get(*place).copied().flatten();
            own.clear();
            own.extend(derivation.places.iter().map(value));
            if let Some(counting) = fold
                && counting.partial(&own, tally).is_err()
            {
                *fold = None;
            }
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for (fold, other) in self.folds.iter_mut().zip(other.folds) {
            let joined = match (fold.take(), other) {
                (Some(mut fold), Some(other)) => fold.join(other).map(|()| fold),
                _ => Err(TooLarge),
            };
            *fold = joined.ok();
        }
    }

    /// Returns the answers, each with the index of its aggregate. `nothing` returns the tally of no record.
    pub(super) fn answers(
        self,
        nothing: impl Fn(&Aggregate) -> Tally,
        window: (i64, i64),
    ) -> impl Iterator<Item = (usize, Option<Answer>)> {
        let folds = self.derivations.into_iter().zip(self.folds);
        folds.map(move |(derivation, fold)| {
            let nothing = nothing(&derivation.aggregate);
            let answer = fold.map(|fold| fold.answer(&nothing, window));
            (derivation.index, answer)
        })
    }
}
