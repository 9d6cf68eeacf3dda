//! AWS flow logs as Parquet: only the columns and row groups that a question needs are read.
//!
//! | file | holds |
//! |---|---|
//! | `window` | the bytes of a column, fetched in pieces and bounded |
//! | `pages` | pages on their way from the file to the reader of a column |
//! | `column` | a column, read batch by batch |
//! | `texts` | a column of texts, read as numbers of texts where the file has them |
//! | `dictionary` | the texts that have numbers |
//! | `batch` | the values of some rows of a column |
//! | `batches` | the columns of some rows, read when they are needed |
//! | `schema` | the columns of a file as the fields of a format |
//! | `pruning` | row groups without a match, by their statistics |
//! | `row` | one row as a record |
//! | `selection` | which rows match, decided one column after another |
//! | `matches` | the rows that match, for those who take them column by column |
//! | `group` | the records of one row group |
//!
//! Nulls, `-` and empty texts are no value. A damaged file is a problem and never a panic: what the Parquet reader does
//! with it is caught.

mod batch;
mod batches;
mod column;
mod dictionary;
mod group;
mod matches;
mod pages;
mod pruning;
mod row;
mod schema;
mod selection;
mod texts;
mod window;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::content::{Content, read_exactly};
use super::matching::Matching;
use super::problem::Problem;
use super::visitor::{Ask, Fields, Read, Visitor};
use group::Group;
use schema::Schema;
use window::{Failed, PIECE};

/// The bytes at the start and the end of a file.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// How many bytes at the end of a large file are fetched first.
const TAIL: u64 = 1 << 16;

/// The maximum size of the metadata, in bytes. That of a flow log's object has some kilobytes.
const LARGEST_METADATA: u64 = 1 << 24;

/// A file whose metadata is read.
struct File<'a> {
    content: &'a dyn Content,
    metadata: ParquetMetaData,
    schema: Schema,
    /// The bytes that are there already, and where they start.
    fetched: (u64, Bytes),
    failed: Failed,
}

/// Reads the rows of a file.
pub(super) fn read(
    content: &dyn Content,
    ask: &Ask<'_>,
    visitor: &mut dyn Visitor,
    read: &mut Read,
) -> Result<(), Problem> {
    let file = File::open(content)?;
    let matching = Matching::new(&file.schema.format, ask, visitor, read)?;
    let needs = Needs::of(&file, ask, &matching)?;
    let mut first_row = 0;
    for index in 0..file.metadata.num_row_groups() {
        let group = Group {
            file: &file,
            matching: &matching,
            needs: &needs,
            metadata: file.metadata.row_group(index),
            first_row,
        };
        first_row = group.rows().saturating_add(first_row);
        if group.read(&ask.window, visitor, read)?.is_break() {
            read.stopped = true;
            break;
        }
    }
    Ok(())
}

/// Which fields are read, by their positions in the format.
struct Needs {
    /// Those that decide whether a record matches.
    deciding: Vec<usize>,
    /// Those that are asked for.
    asked: Vec<usize>,
    /// Those that are asked for and do not decide.
    other: Vec<usize>,
    /// All of these.
    all: Vec<usize>,
    /// Those that only count records.
    counting: Vec<usize>,
}

impl Needs {
    fn of(file: &File<'_>, ask: &Ask<'_>, matching: &Matching) -> Result<Self, Problem> {
        let format = &file.schema.format;
        let mut counting: Vec<usize> = matching.times().chain(format.log_status()).collect();
        let mut deciding = counting.clone();
        deciding.extend(matching.bound.places());
        let mut asked: Vec<usize> = match ask.fields {
            Fields::All => (0..format.names().len()).collect(),
            Fields::Named(names) => {
                let positions = names.iter().map(|name| format.position(name));
                positions.flatten().collect()
            }
        };
        if deciding.is_empty() {
            // The number of rows is what the columns hold.
            let mut all = 0..format.names().len();
            deciding.extend(all.find(|index| matches!(file.check(*index), Ok(true))));
        }
        for list in [&mut counting, &mut deciding, &mut asked] {
            list.sort_unstable();
            list.dedup();
        }
        let mut problem = None;
        let mut is_readable = |index: &usize| match file.check(*index) {
            Ok(readable) => readable,
            Err(found) => {
                problem.get_or_insert(found);
                false
            }
        };
        deciding.retain(&mut is_readable);
        asked.retain(&mut is_readable);
        counting.retain(&mut is_readable);
        let is_other = |index: &usize| !deciding.contains(index);
        let other: Vec<usize> = asked.iter().copied().filter(is_other).collect();
        let all = deciding.iter().chain(&other).copied().collect();
        match problem {
            Some(problem) => Err(problem),
            None => Ok(Self {
                deciding,
                asked,
                other,
                all,
                counting,
            }),
        }
    }
}

impl<'a> File<'a> {
    /// Reads the metadata at the end of the file.
    fn open(content: &'a dyn Content) -> Result<Self, Problem> {
        let size = content.size();
        let length = if size <= PIECE as u64 { size } else { TAIL };
        let fetch = |length: u64| {
            let count = usize::try_from(length).unwrap_or(usize::MAX);
            read_exactly(content, size - length, count).map_err(Problem::Content)
        };
        let mut tail = fetch(length)?;
        let end = tail.last_chunk::<8>().filter(|end| end.ends_with(MAGIC));
        let Some([a, b, c, d, ..]) = end.copied() else {
            return Err(damaged("it does not end like one"));
        };
        let needed = u64::from(u32::from_le_bytes([a, b, c, d])) + 8;
        if needed > size {
            return Err(damaged("its metadata is cut"));
        }
        if needed > LARGEST_METADATA {
            let most = LARGEST_METADATA >> 20;
            return Err(damaged(&format!("its metadata is larger than {most} MiB")));
        }
        if needed > tail.len() as u64 {
            tail = fetch(needed)?;
        }
        let start = tail.len() - usize::try_from(needed).unwrap_or(tail.len());
        let failed = Failed::default();
        let bytes = &tail[start..tail.len() - 8];
        let metadata = guarded(&failed, || ParquetMetaDataReader::decode_metadata(bytes))?;
        Ok(Self {
            content,
            schema: Schema::of(metadata.file_metadata().schema_descr())?,
            metadata,
            fetched: (size - tail.len() as u64, tail),
            failed,
        })
    }

    /// Refuses a field that cannot be read in one of the row groups. Reports whether it can be read.
    fn check(&self, index: usize) -> Result<bool, Problem> {
        let column = self.schema.columns[index];
        let descriptor = self.metadata.file_metadata().schema_descr();
        let name = &self.schema.format.names()[index];
        let is_readable = schema::check(name, &descriptor.column(column))?;
        for group in self.metadata.row_groups() {
            let Some(chunk) = group.columns().get(column) else {
                return Err(damaged("a row group lacks a column"));
            };
            group::check(chunk)?;
        }
        Ok(is_readable)
    }
}

/// Runs the Parquet reader, which may panic over a damaged file.
fn guarded<T>(
    failed: &Failed,
    run: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, Problem> {
    let result = catch_unwind(AssertUnwindSafe(run));
    if let Some(error) = failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(Problem::Content(error));
    }
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(&error.to_string())),
        Err(_) => Err(damaged("it is damaged")),
    }
}

fn damaged(what: &str) -> Problem {
    Problem::Parquet(what.to_owned())
}
