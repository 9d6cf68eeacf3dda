//! The rows that match, for those who take them column by column.

use super::batches::Batches;
use crate::record::format::Format;
use crate::record::values::{Columns, Values};

/// Rows that match, with the columns that are read.
pub(super) struct Matches<'a> {
    pub(super) format: &'a Format,
    pub(super) batches: &'a Batches<'a>,
    pub(super) rows: &'a [u32],
}

impl Columns for Matches<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn integers(&self, index: usize, into: &mut Vec<Option<i64>>) {
        match self.batches.get(index) {
            Some(batch) => batch.integers(self.rows, into),
            None => into.resize(into.len() + self.rows.len(), None),
        }
    }

    fn codes(&self, index: usize, into: &mut Vec<usize>) -> Option<usize> {
        match self.batches.get(index) {
            Some(batch) => batch.codes(self.rows, into),
            None => {
                into.resize(into.len() + self.rows.len(), 0);
                Some(1)
            }
        }
    }

    fn record(&self, number: usize, take: &mut dyn FnMut(&dyn Values)) {
        if let Some(row) = self.rows.get(number) {
            take(&self.batches.row(self.format, *row as usize));
        }
    }
}
