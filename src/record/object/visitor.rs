//! What is asked of the records of an object, and who takes them.
//!
//! Must not know how an object is decoded.

use std::fmt;
use std::ops::{ControlFlow, Range};

use crate::record::format::Format;
use crate::record::quals::{BindError, Quals};
use crate::record::reader::ReadError;
use crate::record::values::{Columns, Values};

/// What is asked of the records of an object.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The quals. A record of a format that lacks a field has no value for it.
    pub quals: &'a Quals,
    /// The window of the records' starts, in milliseconds since 1970.
    pub window: Range<i64>,
    /// The fields whose values the visitor reads.
    pub fields: Fields<'a>,
    /// The formats of lines in an object without a header. An export of a log group is such an object.
    pub formats: &'a [Format],
}

/// Fields whose values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields<'a> {
    /// All fields.
    All,
    /// The fields with these AWS names, if the object has them.
    Named(&'a [&'a str]),
}

/// Takes the records of an object that match. Each method may end the reading.
pub trait Visitor {
    /// Prepares for the records of a format, and returns the number by which `record` names it.
    fn format(&mut self, format: &Format) -> usize;

    /// Takes a record that matches.
    fn record(&mut self, format: usize, record: &Found<'_>) -> ControlFlow<()>;

    /// Takes records that match, column by column; none if the visitor takes records one by one. They are then handed to
    /// `record`.
    fn records(&mut self, _format: usize, _records: &dyn Columns) -> Option<ControlFlow<()>> {
        None
    }

    /// Decides, every few thousand records, whether to go on.
    fn go_on(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// Takes a line, or an element of a JSON array, that is not a record. A long one is cut.
    fn unparsed(&mut self, text: &str, problem: &Unparsed) -> ControlFlow<()>;
}

/// One record that matches.
pub struct Found<'a> {
    /// The values of its fields.
    pub values: &'a dyn Values,
    /// When it started, in milliseconds since 1970. Without a start, its end; without both, the time in front of its line.
    pub time: Option<i64>,
    /// The number of the record or line within its object, from 0.
    pub number: u64,
    pub(super) text: &'a dyn Fn() -> String,
}

/// Why a line, or an element of a JSON array, is not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unparsed {
    /// It has another form.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is not text.
    #[error("the line is not UTF-8 text")]
    NotText,
    /// It is longer than any record.
    #[error("the line has more than {0} bytes; a record is shorter")]
    Long(usize),
}

/// What was read of one object.
#[derive(Debug, Default)]
pub struct Read {
    /// The records and lines of the window.
    pub scanned: u64,
    /// The records that matched.
    pub matched: u64,
    /// The lines that are not records.
    pub unparsed: u64,
    /// The records of the window that report no traffic.
    pub no_data: u64,
    /// The records of the window that report skipped or incomplete records.
    pub skip_data: u64,
    /// The records outside of the window.
    pub outside: u64,
    /// For each format that lacks a field of a qual: the first such qual.
    pub lacks: Vec<BindError>,
    /// Whether the visitor ended the reading.
    pub stopped: bool,
}

impl Found<'_> {
    /// Renders the record as its line, or as its JSON event.
    #[must_use]
    pub fn text(&self) -> String {
        (self.text)()
    }
}

impl fmt::Debug for Found<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Found")
            .field("time", &self.time)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Read {
    /// Counts the logging status of a record.
    #[inline]
    pub(super) fn count_status(&mut self, status: Option<&[u8]>) {
        match status {
            Some(b"OK") | None => {}
            Some(b"NODATA") => self.no_data += 1,
            Some(b"SKIPDATA" | b"INCOMPLETEDATA") => self.skip_data += 1,
            _ => {}
        }
    }
}
