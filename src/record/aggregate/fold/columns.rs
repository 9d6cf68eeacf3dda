//! Records counted column by column.
//!
//! Where values have codes, a group is looked up once for each code instead of for each record.

use super::super::tally::{earliest, sum};
use super::{Fold, Positions, State, Tally, TooLarge};
use crate::record::parse;
use crate::record::values::{Columns, Values};

/// The most combinations of codes for which groups are remembered.
const MOST_CODES: usize = 1 << 17;
/// The group of a code that has not occurred.
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
        let (states, sums) = (&mut self.states, positions.sums.len());
        for group in &groups {
            let Some(State { tally, .. }) = states.get_mut(*group) else {
                continue;
            };
            tally.flows = tally.flows.saturating_add(1);
            if tally.sums.len() < sums {
                tally.sums = vec![None; sums].into();
            }
        }
        let mut adding = Adding {
            states,
            groups: &groups,
            records,
            numbers: Vec::new(),
        };
        adding.numbers(positions.packets, |tally, number| {
            tally.packets = sum(tally.packets, Some(number.unwrap_or(0)));
        });
        adding.numbers(positions.bytes, |tally, number| {
            tally.bytes = sum(tally.bytes, Some(number.unwrap_or(0)));
        });
        adding.numbers(positions.start, |tally, number| {
            tally.first = earliest(tally.first, number.map(parse::in_seconds));
        });
        adding.numbers(positions.end, |tally, number| {
            tally.last = tally.last.max(number.map(parse::in_seconds));
        });
        for (index, position) in positions.sums.iter().enumerate() {
            adding.numbers(*position, |tally, number| {
                if let Some(known) = tally.sums.get_mut(index) {
                    *known = sum(*known, Some(number.unwrap_or(0)));
                }
            });
        }
        adding.actions(positions.action);
        self.distinct(positions, records, &groups)
    }

    /// Returns the number of the group of each record. New groups are added.
    fn groups_of(
        &mut self,
        positions: &Positions,
        records: &dyn Columns,
    ) -> Result<Vec<usize>, TooLarge> {
        let mut groups = Vec::with_capacity(records.len());
        let Some((codes, above)) = codes(positions, records) else {
            for number in 0..records.len() {
                groups.push(self.group_at(positions, records, number)?);
            }
            return Ok(groups);
        };
        let mut known = vec![UNKNOWN; above];
        for (number, code) in codes.into_iter().enumerate() {
            let group = match known.get(code) {
                Some(group) if *group != UNKNOWN => *group as usize,
                _ => self.group_at(positions, records, number)?,
            };
            if let Some(known) = known.get_mut(code) {
                *known = u32::try_from(group).unwrap_or(UNKNOWN);
            }
            groups.push(group);
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
        groups: &[usize],
    ) -> Result<(), TooLarge> {
        if positions.distinct.is_empty() {
            return Ok(());
        }
        for (number, group) in groups.iter().enumerate() {
            let mut counted = Ok(());
            records.record(number, &mut |record| {
                counted = self.count_distinct(*group, record, &positions.distinct);
            });
            counted?;
        }
        Ok(())
    }
}

/// Adds columns to the tallies of groups.
struct Adding<'a> {
    states: &'a mut [State],
    /// The group of each record.
    groups: &'a [usize],
    records: &'a dyn Columns,
    numbers: Vec<Option<i64>>,
}

impl Adding<'_> {
    fn numbers(&mut self, index: Option<usize>, add: impl Fn(&mut Tally, Option<i64>)) {
        let Some(index) = index else {
            return;
        };
        self.numbers.clear();
        self.records.integers(index, &mut self.numbers);
        for (group, number) in self.groups.iter().zip(&self.numbers) {
            if let Some(state) = self.states.get_mut(*group) {
                add(&mut state.tally, *number);
            }
        }
    }

    fn actions(&mut self, index: Option<usize>) {
        let Some(index) = index else {
            return;
        };
        let mut codes = Vec::with_capacity(self.groups.len());
        let above = self.records.codes(index, &mut codes);
        let mut known = vec![Action::Unknown; above.unwrap_or(0)];
        for (number, group) in self.groups.iter().enumerate() {
            let code = codes.get(number).filter(|_| above.is_some());
            let place = code.and_then(|code| known.get_mut(*code));
            let action = match place {
                Some(known) if *known != Action::Unknown => *known,
                Some(known) => {
                    *known = action_of(self.records, number, index);
                    *known
                }
                None => action_of(self.records, number, index),
            };
            let Some(State { tally, .. }) = self.states.get_mut(*group) else {
                continue;
            };
            let is = |wanted| Some(i64::from(action == wanted));
            tally.accepted = sum(tally.accepted, is(Action::Accepted));
            tally.rejected = sum(tally.rejected, is(Action::Rejected));
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
