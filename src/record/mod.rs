//! A flow-log record: what its fields are, how a line is read, what a query asks of it.
//!
//! One table ([`field::FIELDS`]) says what every field is. A [`format::Format`] says in which order a flow log writes them,
//! [`parse::Record`] reads a line of that format without copying it, [`qual::Qual`] is one condition as a user writes it,
//! [`quals::Quals`] puts conditions together and decides about a record, and [`pattern`] turns them into the CloudWatch
//! filter pattern that lets the service drop most of what would be dropped here; [`insights`] lets the service count.
//!
//! AWS's lines are one kind of record, [`yandex`]'s JSON events another; both answer [`values::Values`], and
//! [`reader::Reader`] chooses by [`reader::RecordType`], so that another kind is this folder's business alone.
//!
//! This module is pure: it knows neither Terraform nor AWS's APIs, reads no clock, and does no input or output.

pub mod field;
pub mod format;
pub mod insights;
pub mod parse;
pub mod pattern;
mod percent;
pub mod qual;
pub mod quals;
pub mod reader;
pub mod values;
pub mod yandex;

pub use format::Format;
pub use parse::{Likeness, ParseError, Record, parse};
pub use qual::{Qual, QualError};
pub use quals::{BindError, Bound, Quals};
pub use reader::{Judged, Reader, RecordType, Row};
pub use values::Values;
