//! Records counted column by column.
//!
//! Where values have codes, a group is looked up once for each code instead of for each record.

use super::super::tally::{earliest, sum};
use super::{Fold, Positions, State, Tally, TooLarge};
use crate::record::parse;
use crate::record::values::{Columns, Values};

/// The most combinations of codes for which groups are remembered.
const MOST_CODES: usize = 1 << 17;
/// The place of the group of a code that has not occurred.
const UNKNOWN: u32 = u32::MAX;

/// What an action adds to the accepted and rejected records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Unknown,
    Accepted,
    Rejected,
    Other,
}

impl Fold {
    /// Counts records.
    ///
    /// # Errors
    /// The groups take more memory than they may.
    pub fn records(
        &mut self,
        positions: &Positions,
        records: &dyn Columns,
    ) -> Result<(), TooLarge> {
        let groups = self.groups_of(positions, records)?;
        let mut adding = Adding {
            states: &mut self.states,
            groups: &groups,
            records,
            numbers: Vec::new(),
        };
        adding.flows(positions.sums.len());
        let total = |total: i64, number: Option<i64>| total.saturating_add(number.unwrap_or(0));
        adding.numbers(positions.packets, 0, total, |tally, total| {
            tally.packets = sum(tally.packets, Some(total));
        });
        adding.numbers(positions.bytes, 0, total, |tally, total| {
            tally.bytes = sum(tally.bytes, Some(total));
        });
        let first = |first, number: Option<i64>| earliest(first, number.map(parse::in_seconds));
        adding.numbers(positions.start, None, first, |tally, first| {
            tally.first = earliest(tally.first, first);
        });
        let last = |last: Option<i64>, number: Option<i64>| last.max(number.map(parse::in_seconds));
        adding.numbers(positions.end, None, last, |tally, last| {
            tally.last = tally.last.max(last);
        });
        for (index, position) in positions.sums.iter().enumerate() {
            adding.numbers(*position, 0, total, |tally, total| {
                if let Some(known) = tally.sums.get_mut(index) {
                    *known = sum(*known, Some(total));
                }
            });
        }
        adding.actions(positions.action);
        self.distinct(positions, records, &groups)
    }

    /// Returns the groups of records. New groups are added.
    fn groups_of(
        &mut self,
        positions: &Positions,
        records: &dyn Columns,
    ) -> Result<Groups, TooLarge> {
        let mut groups = Groups::default();
        let Some((codes, above)) = codes(positions, records) else {
            for number in 0..records.len() {
                groups.places.push(groups.numbers.len());
                groups
                    .numbers
                    .push(self.group_at(positions, records, number)?);
            }
            return Ok(groups);
        };
        let mut known = vec![UNKNOWN; above];
        groups.places.reserve(codes.len());
        for (number, code) in codes.into_iter().enumerate() {
            let place = match known.get(code) {
                Some(place) if *place != UNKNOWN => *place as usize,
                _ => {
                    let group = self.group_at(positions, records, number)?;
                    groups.numbers.push(group);
                    groups.numbers.len() - 1
                }
            };
            if let Some(known) = known.get_mut(code) {
                *known = u32::try_from(place).unwrap_or(UNKNOWN);
            }
            groups.places.push(place);
        }
        Ok(groups)
    }

    fn group_at(
        &mut self,
        positions: &Positions,
        records: &dyn Columns,
        number: usize,
    ) -> Result<usize, TooLarge> {
        let mut group = Ok(0);
        records.record(number, &mut |record| {
            group = self.group_of(record, &positions.keys);
        });
        group
    }

    fn distinct(
        &mut self,
        positions: &Positions,
        records: &dyn Columns,
        groups: &Groups,
    ) -> Result<(), TooLarge> {
        if positions.distinct.is_empty() {
            return Ok(());
        }
        for (number, place) in groups.places.iter().enumerate() {
            let Some(group) = groups.numbers.get(*place) else {
                continue;
            };
            let mut counted = Ok(());
            records.record(number, &mut |record| {
                counted = self.count_distinct(*group, record, &positions.distinct);
            });
            counted?;
        }
        Ok(())
    }
}

/// The groups of some records.
#[derive(Default)]
struct Groups {
    /// The numbers of groups in the fold. One may occur more than once.
    numbers: Vec<usize>,
    /// For each record, the place of its group among these numbers.
    places: Vec<usize>,
}

/// Adds columns to the tallies of groups: first up by place, then once to each tally.
struct Adding<'a> {
    states: &'a mut [State],
    groups: &'a Groups,
    records: &'a dyn Columns,
    numbers: Vec<Option<i64>>,
}

impl Adding<'_> {
    fn flows(&mut self, sums: usize) {
        let mut flows = vec![0_i64; self.groups.numbers.len()];
        for place in &self.groups.places {
            if let Some(flows) = flows.get_mut(*place) {
                *flows += 1;
            }
        }
        self.pour(flows, |tally, flows| {
            tally.flows = tally.flows.saturating_add(flows);
            if tally.sums.len() < sums {
                tally.sums = vec![None; sums].into();
            }
        });
    }

    fn numbers<T: Copy>(
        &mut self,
        index: Option<usize>,
        nothing: T,
        add: impl Fn(T, Option<i64>) -> T,
        into: impl Fn(&mut Tally, T),
    ) {
        let Some(index) = index else {
            return;
        };
        self.numbers.clear();
        self.records.integers(index, &mut self.numbers);
        let mut all = vec![nothing; self.groups.numbers.len()];
        for (place, number) in self.groups.places.iter().zip(&self.numbers) {
            if let Some(known) = all.get_mut(*place) {
                *known = add(*known, *number);
            }
        }
        self.pour(all, into);
    }

    fn actions(&mut self, index: Option<usize>) {
        let Some(index) = index else {
            return;
        };
        let mut codes = Vec::with_capacity(self.groups.places.len());
        let above = self.records.codes(index, &mut codes);
        let mut known = vec![Action::Unknown; above.unwrap_or(0)];
        let mut all = vec![(0_i64, 0_i64); self.groups.numbers.len()];
        for (number, place) in self.groups.places.iter().enumerate() {
            let code = codes.get(number).filter(|_| above.is_some());
            let action = match code.and_then(|code| known.get_mut(*code)) {
                Some(known) if *known != Action::Unknown => *known,
                Some(known) => {
                    *known = action_of(self.records, number, index);
                    *known
                }
                None => action_of(self.records, number, index),
            };
            if let Some((accepted, rejected)) = all.get_mut(*place) {
                *accepted += i64::from(action == Action::Accepted);
                *rejected += i64::from(action == Action::Rejected);
            }
        }
        self.pour(all, |tally, (accepted, rejected)| {
            tally.accepted = sum(tally.accepted, Some(accepted));
            tally.rejected = sum(tally.rejected, Some(rejected));
        });
    }

    /// Adds what belongs to each place to the tally of its group.
    fn pour<T>(&mut self, all: Vec<T>, into: impl Fn(&mut Tally, T)) {
        for (group, one) in self.groups.numbers.iter().zip(all) {
            if let Some(state) = self.states.get_mut(*group) {
                into(&mut state.tally, one);
            }
        }
    }
}

fn action_of(records: &dyn Columns, number: usize, index: usize) -> Action {
    let mut action = Action::Other;
    records.record(number, &mut |record: &dyn Values| {
        action = match record.text(index).as_deref() {
            Some("ACCEPT") => Action::Accepted,
            Some("REJECT") => Action::Rejected,
            _ => Action::Other,
        };
    });
    action
}

/// Returns a code for the key of each record, and the number above the codes; none if there are too many.
fn codes(positions: &Positions, records: &dyn Columns) -> Option<(Vec<usize>, usize)> {
    let mut codes = vec![0; records.len()];
    let (mut above, mut column) = (1_usize, Vec::new());
    for index in positions.keys.iter().flatten() {
        column.clear();
        let more = records.codes(*index, &mut column)?;
        above = above
            .checked_mul(more)
            .filter(|above| *above <= MOST_CODES)?;
        for (code, other) in codes.iter_mut().zip(&column) {
            *code = *code * more + other;
        }
    }
    Some((codes, above))
}
