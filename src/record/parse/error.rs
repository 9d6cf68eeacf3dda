//! Why a line is no record.

use super::bytes::LONGEST;
use super::likeness::Likeness;
use crate::record::field::Kind;

/// Says why a line is no record of its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The line has more or fewer values than its format has fields.
    #[error("the line holds {found} values, but its record format has {expected} fields")]
    Count {
        /// The number of fields in the format.
        expected: usize,
        /// The number of values in the line.
        found: usize,
    },
    /// The line has as many values as several formats have fields, and a version that this format's lines do not bear.
    #[error(
        "the line is of version {found}, but the fields of its record format make version {expected}, and its log group \
         has another format with as many fields"
    )]
    Version {
        /// The version that lines of the format bear.
        expected: u8,
        /// What the line holds.
        found: String,
    },
    /// The line is longer than any record.
    #[error("the line is {length} bytes long, which no record is; the longest has {LONGEST}")]
    Long {
        /// The length of the line, in bytes.
        length: usize,
    },
    /// The line is of quite another kind.
    #[error(transparent)]
    Foreign(Likeness),
    /// A value is not what its field holds.
    #[error("`{value}` in field {field} is not {}", noun(*.kind))]
    Value {
        /// AWS's name of the field.
        field: String,
        /// What the field holds.
        kind: Kind,
        /// The beginning of the value.
        value: String,
    },
    /// A value has been masked by a data protection policy of the log group.
    #[error(
        "the value of field {field} is masked by a data protection policy; `unmask` shows it to who is allowed"
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
        /// What there is of the value.
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
