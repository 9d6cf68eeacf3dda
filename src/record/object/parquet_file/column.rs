//! One column of a row group, read in batches.

use std::sync::Arc;

use parquet::basic::{ConvertedType, Type};
use parquet::column::page::PageReader as _;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{BoolType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::SerializedPageReader;

use super::batch::{Batch, Values};
use super::pages::{Feed, some};
use super::texts::Texts;
use super::window::Window;

/// Reads one column from its first to its last row.
pub(super) struct Column<'a> {
    pages: SerializedPageReader<Window<'a>>,
    feed: Feed,
    reader: Reader,
    is_unsigned: bool,
    /// How many rows were read or skipped.
    pub(super) at: u64,
}

enum Reader {
    Int32(ColumnReaderImpl<Int32Type>),
    Int64(ColumnReaderImpl<Int64Type>),
    Text(Box<Texts>),
    Bool(ColumnReaderImpl<BoolType>),
    Float(ColumnReaderImpl<FloatType>),
    Double(ColumnReaderImpl<DoubleType>),
}

/// Reports whether columns of a type can be read.
pub(super) fn is_readable(kind: Type) -> bool {
    !matches!(kind, Type::INT96 | Type::FIXED_LEN_BYTE_ARRAY)
}

impl<'a> Column<'a> {
    pub(super) fn new(
        window: Window<'a>,
        chunk: &ColumnChunkMetaData,
        rows: usize,
    ) -> Result<Self> {
        let pages = SerializedPageReader::new(Arc::new(window), chunk, rows, None)?;
        let feed = Feed::default();
        let (descriptor, fed) = (chunk.column_descr_ptr(), Box::new(feed.clone()));
        let reader = match descriptor.physical_type() {
            Type::INT32 => Reader::Int32(ColumnReaderImpl::new(descriptor, fed)),
            Type::INT64 => Reader::Int64(ColumnReaderImpl::new(descriptor, fed)),
            Type::BYTE_ARRAY => Reader::Text(Box::new(Texts::new(descriptor, feed.clone())?)),
            Type::BOOLEAN => Reader::Bool(ColumnReaderImpl::new(descriptor, fed)),
            Type::FLOAT => Reader::Float(ColumnReaderImpl::new(descriptor, fed)),
            Type::DOUBLE => Reader::Double(ColumnReaderImpl::new(descriptor, fed)),
            Type::INT96 | Type::FIXED_LEN_BYTE_ARRAY => return Err(ended()),
        };
        let converted = chunk.column_descr().converted_type();
        Ok(Self {
            pages,
            feed,
            reader,
            is_unsigned: matches!(
                converted,
                ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32
            ),
            at: 0,
        })
    }

    /// Reads the values of the next rows into a batch.
    pub(super) fn read(&mut self, rows: usize, batch: &mut Batch) -> Result<()> {
        batch.levels.clear();
        batch.values.clear();
        let mut read = 0;
        while read < rows {
            let records = self.read_some(rows - read, batch)?;
            read += records;
            if records == 0 {
                self.next_page()?;
            }
        }
        batch.locate(rows);
        batch.is_unsigned = self.is_unsigned;
        self.at += rows as u64;
        Ok(())
    }

    /// Skips rows. Pages of which no row is read are not decompressed.
    pub(super) fn skip(&mut self, rows: u64) -> Result<()> {
        self.at += rows;
        let mut rest = usize::try_from(rows).map_err(|_| ended())?;
        while rest > 0 {
            let skipped = match &mut self.reader {
                Reader::Int32(reader) => reader.skip_records(rest),
                Reader::Int64(reader) => reader.skip_records(rest),
                Reader::Text(texts) => texts.skip(rest),
                Reader::Bool(reader) => reader.skip_records(rest),
                Reader::Float(reader) => reader.skip_records(rest),
                Reader::Double(reader) => reader.skip_records(rest),
            }?;
            rest -= skipped.min(rest);
            if rest == 0 {
                break;
            }
            let next = self.pages.peek_next_page()?.ok_or_else(ended)?;
            match next.num_rows.or(next.num_levels) {
                Some(rows) if !next.is_dict && rows <= rest => {
                    self.pages.skip_next_page()?;
                    rest -= rows;
                }
                _ => self.next_page()?,
            }
        }
        Ok(())
    }

    /// Reads rows of the current page, and returns their number.
    fn read_some(&mut self, rows: usize, batch: &mut Batch) -> Result<usize> {
        macro_rules! some {
            ($variant:ident, $reader:ident) => {{
                if !matches!(batch.values, Values::$variant(_)) {
                    batch.values = Values::$variant(Vec::new());
                }
                let Values::$variant(values) = &mut batch.values else {
                    return Err(ended());
                };
                some($reader, rows, values, &mut batch.levels)
            }};
        }
        match &mut self.reader {
            Reader::Int32(reader) => some!(Int32, reader),
            Reader::Int64(reader) => some!(Int64, reader),
            Reader::Text(texts) => texts.read(rows, &mut batch.values, &mut batch.levels),
            Reader::Bool(reader) => some!(Bool, reader),
            Reader::Float(reader) => some!(Float, reader),
            Reader::Double(reader) => some!(Double, reader),
        }
    }

    /// Hands on the next page.
    fn next_page(&mut self) -> Result<()> {
        let page = self.pages.get_next_page()?.ok_or_else(ended)?;
        match &mut self.reader {
            Reader::Text(texts) => texts.take(page),
            _ => self.feed.push(page),
        }
    }
}

fn ended() -> ParquetError {
    ParquetError::EOF("a column has fewer values than rows".to_owned())
}
