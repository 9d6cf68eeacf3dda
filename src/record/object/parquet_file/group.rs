//! The records of one row group.

use std::ops::{ControlFlow, Range};

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};

use super::column::{Batch, Column};
use super::pruning::{self, Verdict};
use super::row::Row;
use super::window::Window;
use super::{File, Needs, guarded};
use crate::record::field::Kind;
use crate::record::object::matching::{Matching, Place};
use crate::record::object::problem::Problem;
use crate::record::object::visitor::{Found, Read, Unparsed, Visitor};
use crate::record::parse::ParseError;
use crate::record::reader::ReadError;

/// How many rows are read at once.
const BATCH: u64 = 1024;

/// One row group of a file.
pub(super) struct Group<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) matching: &'a Matching,
    pub(super) needs: &'a Needs,
    pub(super) metadata: &'a RowGroupMetaData,
    /// The number of rows before it.
    pub(super) first_row: u64,
}

/// Columns that are read together.
struct Columns<'a> {
    /// By their positions in the format.
    columns: Vec<(usize, Column<'a>)>,
    /// Those of them whose values are checked.
    typed: Vec<(usize, Kind)>,
}

/// Refuses a column with a codec that is not supported.
pub(super) fn check(chunk: &ColumnChunkMetaData) -> Result<(), Problem> {
    match chunk.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => Ok(()),
        codec => Err(Problem::Codec {
            column: chunk.column_descr().name().to_owned(),
            codec: codec
                .to_string()
                .split('(')
                .next()
                .unwrap_or_default()
                .to_owned(),
        }),
    }
}

impl<'a> Group<'a> {
    /// Returns the number of rows, as the metadata tells it.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.num_rows()).unwrap_or(0)
    }

    /// Reads the rows, and hands on those that match.
    pub(super) fn read(
        &mut self,
        window: &Range<i64>,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        let rows = self.rows();
        match pruning::judge(self.metadata, &self.file.schema, self.matching, window) {
            Verdict::Outside => read.outside = read.outside.saturating_add(rows),
            Verdict::NoMatch => read.scanned = read.scanned.saturating_add(rows),
            Verdict::NoMatchButCount => {
                return self.scan(false, &self.needs.counting, &[], visitor, read);
            }
            Verdict::Open => {
                let needs = (&self.needs.deciding, &self.needs.other);
                return self.scan(true, needs.0, needs.1, visitor, read);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads the columns that decide, and the other columns of records that match. Without `may_match`, records are only
    /// counted.
    fn scan(
        &self,
        may_match: bool,
        deciding: &[usize],
        other: &[usize],
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        let (mut first, mut second) = (self.columns(deciding)?, self.columns(other)?);
        let names = self.matching.format().names().len();
        let mut batches: Vec<Option<Batch>> = Vec::new();
        batches.resize_with(names, || None);
        let rows = self.rows();
        let (mut matches, mut begin) = (Vec::new(), 0);
        while begin < rows {
            if visitor.go_on().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let count = usize::try_from(BATCH.min(rows - begin)).unwrap_or_default();
            self.fill(&mut first, begin, count, &mut batches)?;
            matches.clear();
            for row in 0..count {
                let record = self.row(&batches, row);
                match self.decide(&record, &first.typed, may_match, read) {
                    Ok(Some(time)) => matches.push((row, time)),
                    Ok(None) => {}
                    Err(error) => {
                        if unparsed(&record, error, visitor, read).is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                }
            }
            if !matches.is_empty() {
                self.fill(&mut second, begin, count, &mut batches)?;
            }
            for (row, time) in matches.drain(..) {
                let record = self.row(&batches, row);
                let flow = match record.check(&second.typed) {
                    Ok(()) => self.hand_on(&record, begin, time, visitor, read),
                    Err(error) => {
                        read.scanned -= 1;
                        unparsed(&record, error, visitor, read)
                    }
                };
                if flow.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            begin += count as u64;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Decides whether a record matches, and returns its time.
    #[inline]
    fn decide(
        &self,
        record: &Row<'_>,
        typed: &[(usize, Kind)],
        may_match: bool,
        read: &mut Read,
    ) -> Result<Option<Option<i64>>, ParseError> {
        let Place::Inside(time) = self.matching.place(record, None) else {
            read.outside += 1;
            return Ok(None);
        };
        let refuted = !may_match || self.matching.bound.is_refuted_by(record);
        if !refuted {
            record.check(typed)?;
        }
        read.scanned += 1;
        if let Some(index) = self.matching.format().log_status() {
            read.count_status(record.bytes(index));
        }
        Ok((!refuted && self.matching.bound.matches(record, "")).then_some(time))
    }

    fn hand_on(
        &self,
        record: &Row<'_>,
        begin: u64,
        time: Option<i64>,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> ControlFlow<()> {
        read.matched += 1;
        let found = Found {
            values: record,
            time,
            number: self.first_row + begin + record.row as u64,
            text: &|| record.line(),
        };
        visitor.record(self.matching.number, &found)
    }

    fn row<'b>(&'b self, batches: &'b [Option<Batch>], row: usize) -> Row<'b> {
        Row {
            format: self.matching.format(),
            batches,
            row,
        }
    }

    /// Starts to read the columns of these positions.
    fn columns(&self, positions: &[usize]) -> Result<Columns<'a>, Problem> {
        let file = self.file;
        let rows = usize::try_from(self.metadata.num_rows()).unwrap_or(0);
        let mut columns = Vec::new();
        for position in positions {
            let chunk = self.metadata.column(file.schema.columns[*position]);
            let column = guarded(&file.failed, || {
                let (start, length) = chunk.byte_range();
                let is_gzip = matches!(chunk.compression(), Compression::GZIP(_));
                let (fetched, failed) = (file.fetched.clone(), file.failed.clone());
                let end = start.saturating_add(length);
                let window = Window::new(file.content, end, is_gzip, fetched, failed);
                Column::new(window, chunk, rows)
            })?;
            columns.push((*position, column));
        }
        let typed = self.matching.format().typed().iter();
        let typed = typed.filter(|(index, _)| positions.contains(index));
        Ok(Columns {
            columns,
            typed: typed.copied().collect(),
        })
    }

    /// Reads the values of the next rows of columns, which may lag behind.
    fn fill(
        &self,
        columns: &mut Columns<'_>,
        begin: u64,
        count: usize,
        batches: &mut [Option<Batch>],
    ) -> Result<(), Problem> {
        for (position, column) in &mut columns.columns {
            let Some(batch) = batches.get_mut(*position) else {
                continue;
            };
            let batch = batch.get_or_insert_default();
            guarded(&self.file.failed, || {
                column.skip(begin.saturating_sub(column.at))?;
                column.read(count, batch)
            })?;
        }
        Ok(())
    }
}

#[cold]
fn unparsed(
    record: &Row<'_>,
    error: ParseError,
    visitor: &mut dyn Visitor,
    read: &mut Read,
) -> ControlFlow<()> {
    read.scanned += 1;
    read.unparsed += 1;
    visitor.unparsed(&record.line(), &Unparsed::Read(ReadError::Line(error)))
}
