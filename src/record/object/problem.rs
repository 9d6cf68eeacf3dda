//! Why an object, or the rest of it, cannot be read.

use std::io;

use crate::record::quals::BindError;

use super::visitor::Read;

/// Why an object cannot be read to its end. What was read before counts.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct Unreadable {
    /// The reason.
    #[source]
    pub problem: Problem,
    /// What was read until then.
    pub read: Read,
}

/// Why an object cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Its bytes cannot be fetched. The error is that of the content.
    #[error("its bytes could not be fetched: {0}")]
    Content(#[source] io::Error),
    /// It holds nothing.
    #[error("it is empty")]
    Empty,
    /// Its compressed data ends too early.
    #[error("its gzip data ends too early")]
    Truncated,
    /// Its compressed data is damaged.
    #[error("its gzip data is damaged")]
    Damaged,
    /// Other bytes follow its compressed data.
    #[error("other data follows the end of its gzip data")]
    Trailing,
    /// It has no header, and no formats are known for its lines.
    #[error("its first line does not name the fields of its records")]
    NoHeader,
    /// Its header cannot name the fields of records.
    #[error("its header does not name the fields of records: {0}")]
    Header(String),
    /// It is not a Parquet file, or it is damaged.
    #[error("it is not a valid Parquet file: {0}")]
    Parquet(String),
    /// It is compressed by a codec that is not supported.
    #[error("its column {column} is compressed with {codec}, which is not supported")]
    Codec {
        /// The name of the column.
        column: String,
        /// The name of the codec.
        codec: String,
    },
    /// A column has a type that its field cannot have.
    #[error("its column {column} has the type {found} instead of {expected}")]
    Column {
        /// The name of the column.
        column: String,
        /// The types that the field may have.
        expected: &'static str,
        /// The type of the column.
        found: String,
    },
    /// No column or value is that of a flow-log record.
    #[error("it does not hold flow-log records")]
    Foreign,
    /// It is neither a JSON array nor JSON lines, or ends too early.
    #[error("it is not valid JSON: {0}")]
    Json(String),
    /// A block of quals is empty.
    #[error(transparent)]
    Quals(#[from] BindError),
}
