//! Which rows match, decided one column after another.
//!
//! A column is read only for rows that the columns before it left, and a text of a dictionary is checked once.

use super::batch::{Batch, Cell, Numbers};
use super::batches::Batches;
use super::row::Single;
use crate::record::field::Kind;
use crate::record::object::matching::Matching;
use crate::record::object::problem::Problem;
use crate::record::parse::{self, ParseError};
use crate::record::qual::Test;
use crate::record::quals::{BoundQual, Place};

/// A dictionary with more texts than this for each row is not worth remembering.
const TEXTS_FOR_ROW: usize = 4;

/// The quals and the window, for the rows of one row group.
pub(super) struct Selection<'a> {
    matching: &'a Matching,
    /// The quals that must all match, the cheap ones first.
    all: Vec<&'a BoundQual>,
}

impl<'a> Selection<'a> {
    pub(super) fn new(matching: &'a Matching) -> Self {
        let mut all: Vec<_> = matching.bound.all.iter().collect();
        all.sort_by_key(|qual| cost(&qual.test));
        Self { matching, all }
    }

    /// Removes the rows that are outside of the window.
    pub(super) fn place(
        &self,
        batches: &mut Batches<'_>,
        rows: &mut Vec<u32>,
    ) -> Result<(), Problem> {
        let Some(first) = self.matching.times().next() else {
            return Ok(());
        };
        batches.need(&[first])?;
        let contains = |time| self.matching.window.contains(&time);
        let Some(batch) = batches.get(first) else {
            return Ok(());
        };
        let is_within = |(low, high): (i64, i64)| {
            let in_seconds = low >= 0 && parse::in_seconds(high) == high;
            in_seconds && contains(low * 1000) && contains(high * 1000)
        };
        if batch.bounds().is_some_and(is_within) {
            return Ok(());
        }
        let mut is_missing = false;
        rows.retain(|row| {
            let time = batch.cell(*row as usize).integer();
            match time.and_then(parse::milliseconds) {
                Some(time) => contains(time),
                None => {
                    is_missing = true;
                    true
                }
            }
        });
        if is_missing {
            let times: Vec<_> = self.matching.times().collect();
            batches.need(&times)?;
            rows.retain(|row| {
                let record = batches.row(self.matching.format(), *row as usize);
                self.matching.is_inside(&record)
            });
        }
        Ok(())
    }

    /// Removes the rows that one number or address refutes, whatever their other values are.
    pub(super) fn refute(
        &self,
        batches: &mut Batches<'_>,
        rows: &mut Vec<u32>,
    ) -> Result<(), Problem> {
        for qual in &self.all {
            let Place::Fields(indexes) = &qual.place else {
                continue;
            };
            if rows.is_empty() || indexes.is_empty() || !qual.test.can_refute() {
                continue;
            }
            let mut stays = vec![false; rows.len()];
            for index in indexes {
                // A number that a test does not accept refutes it.
                if !mark_numbers(&qual.test, batches, *index, rows, &mut stays)? {
                    let test = |single: &Single<'_>| !qual.test.is_refuted_by(single, 0);
                    self.mark(batches, *index, rows, test, &mut stays)?;
                }
            }
            keep(rows, &stays);
        }
        Ok(())
    }

    /// Removes the rows with a value of the wrong type at one of the positions, and returns why.
    pub(super) fn check(
        &self,
        typed: &[(usize, Kind)],
        batches: &mut Batches<'_>,
        rows: &mut Vec<u32>,
    ) -> Result<Vec<(u32, ParseError)>, Problem> {
        let mut all = Vec::new();
        for (index, kind) in typed {
            if rows.is_empty() {
                break;
            }
            batches.need(&[*index])?;
            let is_number = matches!(kind, Kind::Integer | Kind::Seconds);
            let bounds = batches.get(*index).and_then(Batch::bounds);
            if is_number && bounds.is_some_and(|(low, _)| low >= 0) {
                continue;
            }
            let mut right = vec![false; rows.len()];
            let is_right = |single: &Single<'_>| !single.is_wrong(*kind);
            self.mark(batches, *index, rows, is_right, &mut right)?;
            for (row, _) in rows.iter().zip(&right).filter(|(_, right)| !**right) {
                let record = batches.row(self.matching.format(), *row as usize);
                all.push((*row, record.wrong_value(*index, *kind)));
            }
            keep(rows, &right);
        }
        all.sort_by_key(|(row, _)| *row);
        Ok(all)
    }

    /// Removes the rows that do not match.
    pub(super) fn select(
        &self,
        batches: &mut Batches<'_>,
        rows: &mut Vec<u32>,
    ) -> Result<(), Problem> {
        for qual in &self.all {
            if rows.is_empty() {
                return Ok(());
            }
            let holds = self.holds(qual, batches, rows)?;
            keep(rows, &holds);
        }
        let bound = &self.matching.bound;
        if !bound.any.is_empty() && !rows.is_empty() {
            let mut any = vec![false; rows.len()];
            for block in &bound.any {
                let holds = self.block(block, batches, rows)?;
                any.iter_mut().zip(holds).for_each(|(any, one)| *any |= one);
            }
            keep(rows, &any);
        }
        for block in &bound.none {
            if rows.is_empty() {
                return Ok(());
            }
            let mut holds = self.block(block, batches, rows)?;
            holds.iter_mut().for_each(|holds| *holds = !*holds);
            keep(rows, &holds);
        }
        Ok(())
    }

    /// Returns the rows whose value at a position fails a test.
    pub(super) fn failing(
        &self,
        batches: &mut Batches<'_>,
        index: usize,
        rows: &[u32],
        test: impl Fn(&Single<'_>) -> bool,
    ) -> Result<Vec<u32>, Problem> {
        let mut passes = vec![false; rows.len()];
        self.mark(batches, index, rows, test, &mut passes)?;
        let failing = rows.iter().zip(&passes).filter(|(_, passes)| !**passes);
        Ok(failing.map(|(row, _)| *row).collect())
    }

    /// Reports for each row whether all quals of a block match.
    fn block(
        &self,
        quals: &[BoundQual],
        batches: &mut Batches<'_>,
        rows: &[u32],
    ) -> Result<Vec<bool>, Problem> {
        let mut all = vec![true; rows.len()];
        for qual in quals {
            let holds = self.holds(qual, batches, rows)?;
            all.iter_mut().zip(holds).for_each(|(all, one)| *all &= one);
        }
        Ok(all)
    }

    /// Reports for each row whether a qual matches.
    fn holds(
        &self,
        qual: &BoundQual,
        batches: &mut Batches<'_>,
        rows: &[u32],
    ) -> Result<Vec<bool>, Problem> {
        let mut holds = vec![false; rows.len()];
        match &qual.place {
            Place::Anywhere => holds.fill(true),
            Place::EventId => holds.fill(qual.test.holds_for_text("")),
            Place::Fields(indexes) => {
                for index in indexes {
                    if !mark_numbers(&qual.test, batches, *index, rows, &mut holds)? {
                        let test = |single: &Single<'_>| qual.test.holds(single, 0);
                        self.mark(batches, *index, rows, test, &mut holds)?;
                    }
                }
            }
        }
        Ok(holds)
    }

    /// Marks the rows whose value at a position passes a test.
    fn mark(
        &self,
        batches: &mut Batches<'_>,
        index: usize,
        rows: &[u32],
        test: impl Fn(&Single<'_>) -> bool,
        marks: &mut [bool],
    ) -> Result<(), Problem> {
        batches.need(&[index])?;
        let is_encoded = self.matching.format().is_encoded(index);
        let test = |cell| test(&Single { cell, is_encoded });
        let marks = rows.iter().map(|row| *row as usize).zip(marks);
        let Some(batch) = batches.get(index) else {
            let passes = test(Cell::Null);
            marks.for_each(|(_, mark)| *mark |= passes);
            return Ok(());
        };
        let texts = batch.texts().map_or(usize::MAX, |texts| texts + 1);
        if texts > rows.len().saturating_mul(TEXTS_FOR_ROW) {
            marks.for_each(|(row, mark)| *mark |= test(batch.cell(row)));
            return Ok(());
        }
        let mut known = vec![None; texts];
        for (row, mark) in marks {
            *mark |= match known.get_mut(batch.code(row)) {
                Some(known) => *known.get_or_insert_with(|| test(batch.cell(row))),
                None => test(batch.cell(row)),
            };
        }
        Ok(())
    }
}

/// Marks the rows whose value at a position a test accepts, if all rows have numbers there and the test is one of
/// numbers. Reports whether this is so.
fn mark_numbers(
    test: &Test,
    batches: &mut Batches<'_>,
    index: usize,
    rows: &[u32],
    marks: &mut [bool],
) -> Result<bool, Problem> {
    fn of<T: Copy + Into<i64>>(values: &[T], rows: &[u32], marks: &mut [bool], test: &Test) {
        // One range for all rows, which is most frequent, becomes a loop without branches.
        if let (Test::Integer(ranges), true) = (test, rows.len() == values.len())
            && let [range] = ranges[..]
        {
            for (value, mark) in values.iter().zip(marks) {
                *mark |= range.holds((*value).into());
            }
            return;
        }
        for (row, mark) in rows.iter().zip(marks) {
            let value = values.get(*row as usize);
            *mark |= value.is_some_and(|value| test.holds_for_number((*value).into()));
        }
    }
    let Some(test) = test.of_numbers() else {
        return Ok(false);
    };
    batches.need(&[index])?;
    match batches.get(index).and_then(Batch::numbers) {
        Some(Numbers::Int32(values)) => of(values, rows, marks, test),
        Some(Numbers::Int64(values)) => of(values, rows, marks, test),
        None => return Ok(false),
    }
    Ok(true)
}

/// Returns how much work a test is, compared with others.
fn cost(test: &Test) -> u8 {
    match test {
        Test::Integer(_) | Test::Flags(_) | Test::Seconds(_) => 0,
        Test::Text(_) | Test::AnyCase(_) => 1,
        Test::Address(_) => 2,
        Test::OrAbsent(test) => cost(test),
    }
}

/// Keeps the rows that are marked. No branch depends on the marks, which are hard to predict.
fn keep(rows: &mut Vec<u32>, marks: &[bool]) {
    let mut kept = 0;
    for (at, mark) in marks.iter().enumerate() {
        let row = rows.get(at).copied();
        if let (Some(row), Some(place)) = (row, rows.get_mut(kept)) {
            *place = row;
            kept += usize::from(*mark);
        }
    }
    rows.truncate(kept);
}
