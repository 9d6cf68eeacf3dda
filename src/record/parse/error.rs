//! Why a line is not a record.

use super::bytes::LONGEST;
use super::likeness::Likeness;
use crate::record::field::Kind;

/// Why a line is not a record of its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The line has more or fewer values than its format has fields.
    #[error("the line has {found} values, but its record format has {expected} fields")]
    Count {
        /// The number of fields in the format.
        expected: usize,
        /// The number of values in the line.
        found: usize,
    },
    /// Several formats have as many fields as the line has values, and the version of the line is not that of this format.
    #[error(
        "the line has version {found}, but records of this format have version {expected}, and its log group has another \
         format with the same number of fields"
    )]
    Version {
        /// The version of records of the format.
        expected: u8,
        /// The version of the line.
        found: String,
    },
    /// The line is longer than any record.
    #[error("the line has {length} bytes; a record has at most {LONGEST}")]
    Long {
        /// The length of the line, in bytes.
        length: usize,
    },
    /// The line is of another kind.
    #[error(transparent)]
    Foreign(Likeness),
    /// A value has the wrong type.
    #[error("`{value}` in field {field} is not {}", noun(*.kind))]
    Value {
        /// AWS's name of the field.
        field: String,
        /// The type of the field.
        kind: Kind,
        /// The start of the value.
        value: String,
    },
    /// A data protection policy of the log group masks a value.
    #[error(
        "the value of field {field} is masked by a data protection policy; set `unmask` to read it"
    )]
    Masked {
        /// AWS's name of the field.
        field: String,
    },
    /// The line ends in the middle of its last value.
    #[error("the line ends within the value of field {field}, `{value}`")]
    Cut {
        /// AWS's name of the field.
        field: String,
        /// The rest of the value.
        value: String,
    },
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "a number",
        Kind::Text => "text",
        Kind::Address => "an IP address",
        Kind::Seconds => "a time in Unix seconds",
    }
}
