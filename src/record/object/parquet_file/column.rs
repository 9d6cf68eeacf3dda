//! One column of a row group, read in batches.

use std::borrow::Cow;
use std::sync::Arc;

use parquet::basic::{ConvertedType, Type};
use parquet::column::page::PageReader as _;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::SerializedPageReader;

use super::pages::Feed;
use super::window::Window;
use crate::record::parse;

/// The place of a value that is null.
const NULL: u32 = u32::MAX;

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
    Text(ColumnReaderImpl<ByteArrayType>),
    Bool(ColumnReaderImpl<BoolType>),
    Float(ColumnReaderImpl<FloatType>),
    Double(ColumnReaderImpl<DoubleType>),
}

/// The values of some rows of a column.
#[derive(Default)]
pub(super) struct Batch {
    values: Values,
    is_unsigned: bool,
    /// For each row, the index of its value; empty if no row is null.
    places: Vec<u32>,
    /// For each row, whether it has a value, as the file tells it.
    levels: Vec<i16>,
}

#[derive(Default)]
enum Values {
    #[default]
    None,
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Text(Vec<ByteArray>),
    Bool(Vec<bool>),
    Float(Vec<f32>),
    Double(Vec<f64>),
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
            Type::BYTE_ARRAY => Reader::Text(ColumnReaderImpl::new(descriptor, fed)),
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
        macro_rules! fill {
            ($variant:ident, $reader:ident) => {{
                if !matches!(batch.values, Values::$variant(_)) {
                    batch.values = Values::$variant(Vec::new());
                }
                let Values::$variant(values) = &mut batch.values else {
                    return Err(ended());
                };
                let levels = &mut batch.levels;
                fill($reader, &mut self.pages, &self.feed, rows, values, levels)?;
                locate(values.len(), rows, levels, &mut batch.places);
            }};
        }
        match &mut self.reader {
            Reader::Int32(reader) => fill!(Int32, reader),
            Reader::Int64(reader) => fill!(Int64, reader),
            Reader::Text(reader) => fill!(Text, reader),
            Reader::Bool(reader) => fill!(Bool, reader),
            Reader::Float(reader) => fill!(Float, reader),
            Reader::Double(reader) => fill!(Double, reader),
        }
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
                Reader::Text(reader) => reader.skip_records(rest),
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
                _ => feed(&mut self.pages, &self.feed)?,
            }
        }
        Ok(())
    }
}

/// Hands on the next page.
fn feed(pages: &mut SerializedPageReader<Window<'_>>, feed: &Feed) -> Result<()> {
    feed.push(pages.get_next_page()?.ok_or_else(ended)?)
}

/// Reads the values of exactly this many rows.
fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    pages: &mut SerializedPageReader<Window<'_>>,
    next: &Feed,
    rows: usize,
    values: &mut Vec<T::T>,
    levels: &mut Vec<i16>,
) -> Result<()> {
    values.clear();
    levels.clear();
    let mut read = 0;
    while read < rows {
        let (records, _, _) = reader.read_records(rows - read, Some(levels), None, values)?;
        read += records;
        if records == 0 {
            feed(pages, next)?;
        }
    }
    Ok(())
}

/// Finds the place of the value of each row, if some rows have none.
fn locate(values: usize, rows: usize, levels: &[i16], places: &mut Vec<u32>) {
    places.clear();
    if values < rows {
        let mut index = 0;
        places.extend(levels.iter().map(|level| {
            let place = if *level > 0 { index } else { NULL };
            index += u32::from(*level > 0);
            place
        }));
    }
}

/// Returns the bytes of a text that is a value.
#[inline]
fn given(text: &ByteArray) -> Option<&[u8]> {
    let bytes = text.data();
    let is_value = !bytes.is_empty() && bytes != parse::NO_VALUE.as_bytes();
    is_value.then_some(bytes)
}

fn ended() -> ParquetError {
    ParquetError::EOF("a column has fewer values than rows".to_owned())
}

impl Batch {
    /// Returns the value of a row as text; none if it is null or `-`.
    pub(super) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let place = self.place(row)?;
        Some(match &self.values {
            Values::Text(values) => {
                let bytes = given(values.get(place)?)?;
                std::str::from_utf8(bytes)
                    .map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
            }
            Values::Int32(_) | Values::Int64(_) => self.number(place)?.to_string().into(),
            Values::Bool(values) => values.get(place)?.to_string().into(),
            Values::Float(values) => values.get(place)?.to_string().into(),
            Values::Double(values) => values.get(place)?.to_string().into(),
            Values::None => return None,
        })
    }

    /// Returns the bytes of the value of a row; none if it is null, `-`, or no text.
    #[inline]
    pub(super) fn bytes(&self, row: usize) -> Option<&[u8]> {
        match &self.values {
            Values::Text(values) => given(values.get(self.place(row)?)?),
            _ => None,
        }
    }

    /// Returns the value of a row as a number, if it is one.
    #[inline]
    pub(super) fn integer(&self, row: usize) -> Option<i64> {
        let place = self.place(row)?;
        match &self.values {
            Values::Text(values) => {
                parse::integer(std::str::from_utf8(values.get(place)?.data()).ok()?)
            }
            _ => self.number(place),
        }
    }

    #[inline]
    fn number(&self, place: usize) -> Option<i64> {
        match &self.values {
            Values::Int32(values) if self.is_unsigned => values
                .get(place)
                .map(|value| i64::from(value.cast_unsigned())),
            Values::Int32(values) => values.get(place).copied().map(i64::from),
            Values::Int64(values) => values.get(place).copied(),
            _ => None,
        }
    }

    #[inline]
    fn place(&self, row: usize) -> Option<usize> {
        if self.places.is_empty() {
            return Some(row);
        }
        let place = self
            .places
            .get(row)
            .copied()
            .filter(|place| *place != NULL)?;
        usize::try_from(place).ok()
    }
}
