//! The first rows in order, whatever the order in which they are found.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::events::half_open::HalfOpen;

/// The first rows of those found so far, at most as many as the limit.
#[derive(Debug)]
pub(super) struct First<P> {
    rows: BinaryHeap<Row<P>>,
    limit: usize,
    newest_first: bool,
    /// Whether a row was left out.
    cut: bool,
}

/// Where a row stands: by time, then by the key of its object and its number in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) time: Option<i64>,
    pub(super) key: std::sync::Arc<str>,
    pub(super) number: u64,
}

#[derive(Debug)]
struct Row<P> {
    position: Position,
    newest_first: bool,
    part: P,
}

impl<P> First<P> {
    pub(super) fn new(limit: usize, newest_first: bool) -> Self {
        Self {
            rows: BinaryHeap::new(),
            limit,
            newest_first,
            cut: false,
        }
    }

    /// Adds a row, unless the limit leaves it out. Only then is it not made.
    pub(super) fn add<E>(
        &mut self,
        position: Position,
        make: impl FnOnce() -> Result<P, E>,
    ) -> Result<(), E> {
        if self.rows.len() == self.limit {
            self.cut = true;
            let last = self.rows.peek();
            if last.is_none_or(|last| last.is_before(&position)) {
                return Ok(());
            }
            self.rows.pop();
        }
        self.rows.push(Row {
            position,
            newest_first: self.newest_first,
            part: make()?,
        });
        Ok(())
    }

    /// Adds the rows of another one with the same limit and order.
    pub(super) fn extend(&mut self, other: Self) {
        self.cut |= other.cut;
        for row in other.rows {
            let Row { position, part, .. } = row;
            let Ok(()) = self.add(position, || Ok::<_, std::convert::Infallible>(part));
        }
    }

    /// Reports whether records that begin in a stretch of time can be among the first.
    pub(super) fn can_use(&self, span: HalfOpen) -> bool {
        let last = self.rows.peek().filter(|_| self.rows.len() == self.limit);
        match last.and_then(|last| last.position.time) {
            None => true,
            Some(time) if self.newest_first => span.end > time,
            Some(time) => span.start <= time,
        }
    }

    /// Returns the rows in order, and whether some were left out.
    pub(super) fn finish(self) -> (Vec<P>, bool) {
        let rows = self.rows.into_sorted_vec().into_iter();
        (rows.map(|row| row.part).collect(), self.cut)
    }
}

impl Position {
    fn sort_key(&self) -> (Option<i64>, &str, u64) {
        (self.time, &self.key, self.number)
    }
}

impl<P> Row<P> {
    /// Reports whether it comes before a position.
    fn is_before(&self, position: &Position) -> bool {
        self.order(position).is_lt()
    }

    fn order(&self, position: &Position) -> Ordering {
        let order = self.position.sort_key().cmp(&position.sort_key());
        if self.newest_first {
            order.reverse()
        } else {
            order
        }
    }
}

impl<P> PartialEq for Row<P> {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
    }
}

impl<P> Eq for Row<P> {}

impl<P> PartialOrd for Row<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for Row<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(&other.position)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn position(time: i64, key: &str, number: u64) -> Position {
        Position {
            time: (time != 0).then_some(time),
            key: Arc::from(key),
            number,
        }
    }

    proptest! {
        #[test]
        fn the_first_rows_are_those_of_all_rows_sorted(
            rows in proptest::collection::vec((0..50_i64, 0..3_usize), 0..60),
            limit in 1..20_usize,
            newest_first in any::<bool>(),
            split in 0..60_usize,
        ) {
            let keys = ["a", "b", "c"];
            let positions: Vec<_> = rows
                .iter()
                .zip(0..)
                .map(|((time, key), number)| position(*time, keys[*key], number))
                .collect();
            let mut halves = [First::new(limit, newest_first), First::new(limit, newest_first)];
            for (number, position) in positions.iter().enumerate() {
                let half = &mut halves[usize::from(number >= split)];
                let Ok(()) = half.add(position.clone(), || Ok::<_, std::convert::Infallible>(position.clone()));
            }
            let [mut first, second] = halves;
            first.extend(second);
            let (found, cut) = first.finish();
            let mut all = positions;
            all.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
            if newest_first {
                all.reverse();
            }
            prop_assert_eq!(cut, all.len() > limit);
            all.truncate(limit);
            prop_assert_eq!(found, all);
        }
    }
}
