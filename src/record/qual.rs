//! One condition on a record, as a user writes it: the one grammar of quals.
//!
//! `22`, `22,3389`, `1-1023`, `>=1024`, `10.0.0.0/8`, `tcp`, `syn+ack`: alternatives are separated by commas, white space
//! around parts is ignored. A record in which the field has no value (`-`) satisfies no qual. Nothing here knows where a
//! field stands in a line; [`super::quals`] finds that out for a format.

mod address;
mod flags;
mod number;
mod part;
mod protocol;
mod text;
mod time;

use ipnet::IpNet;

use super::field::{self, Field, Kind};
use super::parse::NO_VALUE;
pub use part::QualError;

/// The name of the qual on the id that CloudWatch Logs gives an event.
const EVENT_ID: &str = "event_id";

/// The quals on either side of a flow, each with AWS's names of the two fields.
const EITHER_SIDE: [(&str, [&str; 2]); 2] = [
    ("addr", ["srcaddr", "dstaddr"]),
    ("port", ["srcport", "dstport"]),
];

/// One condition on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qual {
    name: String,
    pub(super) target: Target,
    pub(super) test: Test,
}

/// What a qual looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A field, by its AWS name.
    Field(String),
    /// Two fields, of which either may satisfy the qual.
    Either([&'static str; 2]),
    /// The id of the event that carried the record.
    EventId,
}

/// What a value has to be; each list is of alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// Exactly one of the texts.
    Text(Vec<String>),
    /// A number in one of the inclusive ranges.
    Integer(Vec<Range>),
    /// An instant in one of the inclusive ranges of whole Unix seconds.
    Seconds(Vec<Range>),
    /// An address in one of the networks.
    Address(Vec<IpNet>),
    /// A bit set that holds all bits of one of the masks; the empty mask stands for the empty set alone.
    Flags(Vec<i64>),
}

/// An inclusive range of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Qual {
    /// Reads a qual by its name, such as `src_addr`.
    ///
    /// # Errors
    ///
    /// The name is not one of [`names`], or the text does not fit what the field holds; the error points at the character.
    pub fn parse(name: &str, text: &str) -> Result<Self, QualError> {
        let (target, test) = if name == EVENT_ID {
            (Target::EventId, Test::Text(text::exact(text)?))
        } else if let Some((_, sides)) = EITHER_SIDE.iter().find(|(known, _)| *known == name) {
            let Some(field) = field::find(sides[0]) else {
                return Err(unknown(name));
            };
            (Target::Either(*sides), test(field, text)?)
        } else {
            let Some(field) = field::by_column(name) else {
                return Err(unknown(name));
            };
            (Target::Field(field.name.to_owned()), test(field, text)?)
        };
        Ok(Self {
            name: name.to_owned(),
            target,
            test,
        })
    }

    /// Reads a qual on any field, by AWS's name; a field that the table lacks is compared as text.
    ///
    /// # Errors
    ///
    /// The text does not fit what the field holds; the error points at the character.
    pub fn parse_field(aws_name: &str, text: &str) -> Result<Self, QualError> {
        let test = match field::find(aws_name) {
            Some(field) if field.encoded => Test::Text(text::decoded(text)?),
            Some(field) if field.kind == Kind::Text => Test::Text(text::open(text, field.values)?),
            Some(field) => test(field, text)?,
            None => Test::Text(text::free(text)?),
        };
        Ok(Self {
            name: format!("fields[\"{aws_name}\"]"),
            target: Target::Field(aws_name.to_owned()),
            test,
        })
    }

    /// Makes a qual that nobody wrote: the field of this AWS name holds this value, or none, as in a record that says that
    /// there was no traffic. Every record names its network interface.
    #[must_use]
    pub fn implied(name: &str, aws_name: &str, value: &str) -> Self {
        let none = (aws_name != "interface-id").then_some(NO_VALUE);
        let values = [Some(value), none].into_iter().flatten();
        Self {
            name: name.to_owned(),
            target: Target::Field(aws_name.to_owned()),
            test: Test::Text(values.map(str::to_owned).collect()),
        }
    }

    /// Returns the name by which the user knows the qual: `src_addr`, or `fields["pkt-srcaddr"]`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Returns the names of all quals: one for each field with a column, then `addr`, `port` and `event_id`.
pub fn names() -> impl Iterator<Item = &'static str> {
    let columns = field::FIELDS.iter().filter_map(|field| field.column);
    columns
        .chain(EITHER_SIDE.map(|(name, _)| name))
        .chain([EVENT_ID])
}

fn test(field: &Field, text: &str) -> Result<Test, QualError> {
    Ok(match (field.name, field.kind) {
        ("srcport" | "dstport", _) => Test::Integer(number::ranges(text, &number::PORT)?),
        ("protocol", _) => Test::Integer(number::ranges(text, &number::PROTOCOL)?),
        ("tcp-flags", _) => Test::Flags(flags::masks(text)?),
        (_, Kind::Integer) => Test::Integer(number::ranges(text, &number::ANY)?),
        (_, Kind::Address) => Test::Address(address::networks(text)?),
        (_, Kind::Seconds) => Test::Seconds(time::ranges(text)?),
        (_, Kind::Text) if field.values.is_empty() => Test::Text(text::exact(text)?),
        (_, Kind::Text) => Test::Text(text::one_of(text, field)?),
    })
}

fn unknown(name: &str) -> QualError {
    let names: Vec<_> = names().collect();
    let message = format!(
        "there is no qual `{name}`; there are {}, and `fields` with AWS's name for any other field",
        names.join(", ")
    );
    QualError {
        position: 0,
        message,
    }
}

impl Range {
    pub(super) fn single(value: i64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    pub(super) fn holds(self, value: i64) -> bool {
        self.low <= value && value <= self.high
    }
}

#[cfg(test)]
mod tests;
