//! A flow-log record: its fields, how a line is parsed, and what a query asks of it.
//!
//! | file | holds |
//! |---|---|
//! | [`mod@field`] | the one table of record fields |
//! | [`format`](mod@format) | the fields of a flow log's lines, in order |
//! | [`mod@parse`] | a line of an AWS flow log, parsed without copying it |
//! | [`yandex`] | a JSON event of Yandex Cloud |
//! | [`values`] | what every kind of record can answer |
//! | [`qual`], [`quals`] | one condition, and all conditions of a query bound to a format |
//! | [`aggregate`] | what is counted of the records that match |
//! | [`reader`] | messages of a log group as records, of either kind |
//! | [`object`] | the records of one object of a bucket: text, Parquet and JSON |
//! | [`dialect`] | quals and aggregates in the language of a service |
//!
//! This module is pure. It must not know Terraform or AWS's APIs, read a clock, or do any input or output.

pub mod aggregate;
pub mod dialect;
pub mod field;
pub mod format;
pub mod object;
pub mod parse;
mod percent;
pub mod qual;
pub mod quals;
pub mod reader;
pub mod values;
pub mod yandex;

pub use aggregate::{Aggregate, Key, Measure, Order};
pub use format::Format;
pub use parse::{Likeness, ParseError, Record, parse};
pub use qual::{Block, Qual, QualError, QualName, QualPath};
pub use quals::{BindError, Bound, Quals};
pub use reader::{Outcome, Reader, RecordType, Row};
pub use values::Values;
