//! The records of one row group.

use std::ops::{ControlFlow, Range};

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};

use super::batches::Batches;
use super::matches::Matches;
use super::pruning::{self, Verdict};
use super::row::Single;
use super::selection::Selection;
use super::{File, Needs};
use crate::record::field::Kind;
use crate::record::object::matching::{Matching, Place};
use crate::record::object::problem::Problem;
use crate::record::object::visitor::{Found, Read, Unparsed, Visitor};
use crate::record::parse::ParseError;
use crate::record::reader::ReadError;

/// How many rows are read at once. The tests have many batches.
const BATCH: u64 = if cfg!(test) { 6 } else { 4096 };

/// One row group of a file.
pub(super) struct Group<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) matching: &'a Matching,
    pub(super) needs: &'a Needs,
    pub(super) metadata: &'a RowGroupMetaData,
    /// The number of rows before it.
    pub(super) first_row: u64,
}

/// What is done with the rows of a group.
struct Scan<'a> {
    group: &'a Group<'a>,
    selection: Selection<'a>,
    /// Whether a row may match. Otherwise, rows are only counted.
    may_match: bool,
    /// The column that shows how many rows there are.
    witness: Option<usize>,
    /// The position of the logging status, unless all rows are known to report traffic.
    status: Option<usize>,
    /// The values that decide, and that may be of the wrong type.
    deciding: Vec<(usize, Kind)>,
    /// The other values that may be of the wrong type.
    other: Vec<(usize, Kind)>,
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

impl Group<'_> {
    /// Returns the number of rows, as the metadata tells it.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.num_rows()).unwrap_or(0)
    }

    /// Reads the rows, and hands on those that match.
    pub(super) fn read(
        &self,
        window: &Range<i64>,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        let rows = self.rows();
        match pruning::judge(self.metadata, &self.file.schema, self.matching, window) {
            Verdict::Outside => read.outside = read.outside.saturating_add(rows),
            Verdict::NoMatch => read.scanned = read.scanned.saturating_add(rows),
            Verdict::NoMatchButCount => return self.scan(false, visitor, read),
            Verdict::Open => return self.scan(true, visitor, read),
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads the rows batch by batch.
    fn scan(
        &self,
        may_match: bool,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        let scan = Scan::new(self, may_match);
        let readable = if may_match {
            &self.needs.all
        } else {
            &self.needs.counting
        };
        let mut batches = Batches::new(self.file, self.metadata, readable);
        let (rows, mut begin) = (self.rows(), 0);
        while begin < rows {
            if visitor.go_on().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let count = usize::try_from(BATCH.min(rows - begin)).unwrap_or_default();
            batches.advance(begin, count);
            if scan.batch(&mut batches, visitor, read)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            begin += count as u64;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn chunk(&self, position: usize) -> Option<&ColumnChunkMetaData> {
        let column = self.file.schema.columns.get(position)?;
        self.metadata.columns().get(*column)
    }
}

impl<'a> Scan<'a> {
    fn new(group: &'a Group<'a>, may_match: bool) -> Self {
        let (needs, format) = (group.needs, group.matching.format());
        let is_proven = |index: usize, kind: Kind| {
            let is_number = matches!(kind, Kind::Integer | Kind::Seconds);
            is_number && group.chunk(index).is_some_and(pruning::is_valid)
        };
        let open = |positions: &[usize]| {
            let typed = format.typed().iter().copied();
            let open = typed
                .filter(|(index, kind)| positions.contains(index) && !is_proven(*index, *kind));
            open.collect()
        };
        let status = format.log_status();
        let is_ok = |index: &usize| group.chunk(*index).is_some_and(pruning::is_ok);
        Self {
            group,
            selection: Selection::new(group.matching),
            may_match,
            witness: needs.deciding.first().copied(),
            status: status.filter(|index| !is_ok(index)),
            deciding: open(&needs.deciding),
            other: open(&needs.other),
        }
    }

    /// Decides which rows of a batch match, and hands them on.
    fn batch(
        &self,
        batches: &mut Batches<'_>,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        if self.group.matching.times().next().is_none() {
            batches.need(self.witness.as_slice())?;
        }
        let mut rows: Vec<u32> = (0..).take(batches.count).collect();
        self.selection.place(batches, &mut rows)?;
        read.outside += (batches.count - rows.len()) as u64;
        let mut inside = rows.clone();
        if self.may_match {
            self.selection.refute(batches, &mut rows)?;
        } else {
            rows.clear();
        }
        let wrong = self.selection.check(&self.deciding, batches, &mut rows)?;
        if !wrong.is_empty() {
            inside.retain(|row| wrong.binary_search_by_key(row, |(row, _)| *row).is_err());
        }
        read.scanned += inside.len() as u64;
        self.count_statuses(batches, &inside, read)?;
        if self.report(wrong, batches, visitor, read)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.selection.select(batches, &mut rows)?;
        if rows.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        batches.need(&self.group.needs.asked)?;
        let wrong = self.selection.check(&self.other, batches, &mut rows)?;
        read.scanned -= wrong.len() as u64;
        if self.report(wrong, batches, visitor, read)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.hand_on(batches, &rows, visitor, read)
    }

    fn count_statuses(
        &self,
        batches: &mut Batches<'_>,
        rows: &[u32],
        read: &mut Read,
    ) -> Result<(), Problem> {
        let Some(index) = self.status else {
            return Ok(());
        };
        let is_ok = |single: &Single<'_>| matches!(single.cell.bytes(), None | Some(b"OK"));
        let others = self.selection.failing(batches, index, rows, is_ok)?;
        let Some(batch) = batches.get(index) else {
            return Ok(());
        };
        for row in others {
            read.count_status(batch.cell(row as usize).bytes());
        }
        Ok(())
    }

    /// Hands on rows with a value of the wrong type.
    fn report(
        &self,
        wrong: Vec<(u32, ParseError)>,
        batches: &mut Batches<'_>,
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        if wrong.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        batches.need(&self.group.needs.all)?;
        for (row, error) in wrong {
            read.scanned += 1;
            read.unparsed += 1;
            let line = batches
                .row(self.group.matching.format(), row as usize)
                .line();
            let problem = Unparsed::Read(ReadError::Line(error));
            if visitor.unparsed(&line, &problem).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn hand_on(
        &self,
        batches: &mut Batches<'_>,
        rows: &[u32],
        visitor: &mut dyn Visitor,
        read: &mut Read,
    ) -> Result<ControlFlow<()>, Problem> {
        if rows.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let matching = self.group.matching;
        let format = matching.format();
        let matches = Matches {
            format,
            batches,
            rows,
        };
        if let Some(flow) = visitor.records(matching.number, &matches) {
            read.matched += rows.len() as u64;
            return Ok(flow);
        }
        batches.need(&self.group.needs.all)?;
        for row in rows {
            let record = batches.row(format, *row as usize);
            let Place::Inside(time) = matching.place(&record, None) else {
                continue;
            };
            read.matched += 1;
            let found = Found {
                values: &record,
                time,
                number: self.group.first_row + batches.begin + u64::from(*row),
                text: &|| record.line(),
            };
            if visitor.record(matching.number, &found).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
