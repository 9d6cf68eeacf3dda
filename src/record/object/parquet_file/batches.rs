//! The columns of a row group, each read only when one of its values is needed.

use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;

use super::batch::Batch;
use super::column::Column;
use super::row::Row;
use super::window::Window;
use super::{File, guarded};
use crate::record::format::Format;
use crate::record::object::problem::Problem;

/// Some rows of a row group.
pub(super) struct Batches<'a> {
    file: &'a File<'a>,
    metadata: &'a RowGroupMetaData,
    /// The columns that may be read, by their positions in the format.
    readable: &'a [usize],
    /// The columns that are being read.
    columns: Vec<Option<Column<'a>>>,
    batches: Vec<Option<Batch>>,
    /// The number of rows before these.
    pub(super) begin: u64,
    pub(super) count: usize,
}

impl<'a> Batches<'a> {
    pub(super) fn new(
        file: &'a File<'a>,
        metadata: &'a RowGroupMetaData,
        readable: &'a [usize],
    ) -> Self {
        let fields = file.schema.columns.len();
        Self {
            file,
            metadata,
            readable,
            columns: (0..fields).map(|_| None).collect(),
            batches: (0..fields).map(|_| None).collect(),
            begin: 0,
            count: 0,
        }
    }

    /// Goes on to other rows. No column of them is read yet.
    pub(super) fn advance(&mut self, begin: u64, count: usize) {
        (self.begin, self.count) = (begin, count);
        for batch in self.batches.iter_mut().flatten() {
            batch.is_current = false;
        }
    }

    /// Reads the columns of these positions, unless they are read or cannot be.
    pub(super) fn need(&mut self, positions: &[usize]) -> Result<(), Problem> {
        positions
            .iter()
            .try_for_each(|position| self.read(*position))
    }

    /// Returns the values at a position, if they are read.
    #[inline]
    pub(super) fn get(&self, position: usize) -> Option<&Batch> {
        let batch = self.batches.get(position)?.as_ref();
        batch.filter(|batch| batch.is_current)
    }

    /// Returns a row with the values that are read.
    #[inline]
    pub(super) fn row<'b>(&'b self, format: &'b Format, row: usize) -> Row<'b> {
        Row {
            format,
            batches: &self.batches,
            row,
        }
    }

    fn read(&mut self, position: usize) -> Result<(), Problem> {
        if self.get(position).is_some() || !self.readable.contains(&position) {
            return Ok(());
        }
        if self.columns.get(position).is_some_and(Option::is_none) {
            let column = self.open(position)?;
            if let Some(place) = self.columns.get_mut(position) {
                *place = Some(column);
            }
        }
        let (Some(Some(column)), Some(batch)) = (
            self.columns.get_mut(position),
            self.batches.get_mut(position),
        ) else {
            return Ok(());
        };
        let batch = batch.get_or_insert_default();
        guarded(&self.file.failed, || {
            column.skip(self.begin.saturating_sub(column.at))?;
            column.read(self.count, batch)
        })?;
        batch.is_current = true;
        Ok(())
    }

    /// Starts to read a column.
    fn open(&self, position: usize) -> Result<Column<'a>, Problem> {
        let file = self.file;
        let rows = usize::try_from(self.metadata.num_rows()).unwrap_or(0);
        let chunk = self.metadata.column(file.schema.columns[position]);
        guarded(&file.failed, || {
            let (start, length) = chunk.byte_range();
            let is_gzip = matches!(chunk.compression(), Compression::GZIP(_));
            let (fetched, failed) = (file.fetched.clone(), file.failed.clone());
            let end = start.saturating_add(length);
            let window = Window::new(file.content, end, is_gzip, fetched, failed);
            Column::new(window, chunk, rows)
        })
    }
}
