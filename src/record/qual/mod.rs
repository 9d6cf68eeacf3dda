//! One condition on a record, as a user writes it: the one grammar of quals.
//!
//! Examples are `22`, `22,3389`, `1-1023`, `>=1024`, `10.0.0.0/8`, `tcp`, `syn+ack`, `=syn` and `-`. Alternatives are
//! separated by commas, and white space around them is ignored. A record without a value for the field matches no qual,
//! unless the qual asks for that with `-`. A qual that no record can match is an error. This module must not know where a
//! field is in a line; [`super::quals`] finds that out for a format.

mod address;
mod flags;
mod ids;
mod number;
mod part;
mod path;
mod protocol;
mod test;
mod text;
mod time;

use super::field::{self, Field, Kind};
use super::parse::NO_VALUE;
use part::Part;
pub use part::QualError;
pub use path::{Block, QualName, QualPath};
pub(super) use test::{Mask, Range, Test};

/// The name of the qual on the id that CloudWatch Logs assigns to an event.
const EVENT_ID: &str = "event_id";

/// The quals on either side of a flow, with AWS's names of both fields.
const EITHER_SIDE: [(&str, [&str; 2]); 2] = [
    ("addr", ["srcaddr", "dstaddr"]),
    ("port", ["srcport", "dstport"]),
];

/// One condition on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qual {
    name: QualName,
    pub(super) target: Target,
    pub(super) test: Test,
}

/// What a qual checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A field, by its AWS name.
    Field(String),
    /// Two fields, of which either may match.
    Either([&'static str; 2]),
    /// The id of the event that carried the record.
    EventId,
}

impl Qual {
    /// Parses a qual by its name, such as `src_addr`.
    ///
    /// # Errors
    ///
    /// The name is not one of [`names`], or the text does not fit the field. The error has the position of the character.
    pub fn parse(name: &str, text: &str) -> Result<Self, QualError> {
        let sides = EITHER_SIDE.iter().find(|(known, _)| *known == name);
        let field = match sides {
            Some((_, [side, _])) => field::find(side),
            None => field::by_column(name),
        };
        let (target, test) = match (sides, field) {
            _ if name == EVENT_ID => {
                let ids = text::exact(part::split(text)?)?;
                (Target::EventId, Test::Text(ids))
            }
            (Some((_, sides)), Some(field)) => (
                Target::Either(*sides),
                test(text, |parts| of_field(field, parts))?,
            ),
            (None, Some(field)) => {
                let test = test(text, |parts| of_field(field, parts))?;
                (Target::Field(field.name.to_owned()), test)
            }
            (_, None) => return Err(unknown(name)),
        };
        Ok(Self {
            name: QualName::Argument(name.to_owned()),
            target,
            test,
        })
    }

    /// Parses a qual on any field, by its AWS name. A field that the table lacks is compared as text.
    ///
    /// # Errors
    ///
    /// The text does not fit the field. The error has the position of the character.
    pub fn parse_field(aws_name: &str, text: &str) -> Result<Self, QualError> {
        let test = test(text, |parts| {
            Ok(match field::find(aws_name) {
                Some(field) if field.encoded => Test::Text(text::decoded(parts)?),
                Some(field) if field.any_case => Test::AnyCase(text::any_case(parts)?),
                Some(field) if field.kind == Kind::Text => {
                    Test::Text(text::open(parts, field.values)?)
                }
                Some(field) => of_field(field, parts)?,
                None => Test::Text(text::free(parts)?),
            })
        })?;
        Ok(Self {
            name: QualName::Field(aws_name.to_owned()),
            target: Target::Field(aws_name.to_owned()),
            test,
        })
    }

    /// Creates a qual that follows from a flow log: a field has this value, or none, as in a record that reports no
    /// traffic. Every record names its network interface.
    #[must_use]
    pub fn implied(aws_name: &str, value: &str) -> Self {
        let test = Test::Text(vec![value.to_owned()]);
        Self {
            name: QualName::Implied(aws_name.to_owned()),
            target: Target::Field(aws_name.to_owned()),
            test: match aws_name {
                "interface-id" => test,
                _ => Test::OrAbsent(Box::new(test)),
            },
        }
    }

    /// Checks that lines of AWS flow logs can match, given the text of the qual: its ids must be of the right type, and its
    /// field must exist. Records of other types have their own ids and names.
    ///
    /// # Errors
    ///
    /// No line can match.
    pub fn check_for_lines(&self, text: &str) -> Result<(), QualError> {
        match &self.target {
            Target::Field(name) => ids::check(name, text),
            Target::Either(_) | Target::EventId => Ok(()),
        }
    }

    /// Returns the name of the qual, displayed as `src_addr` or `fields["pkt-srcaddr"]`.
    #[must_use]
    pub fn name(&self) -> &QualName {
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

/// Parses alternatives of numbers in the grammar of quals.
pub(super) fn numbers(text: &str) -> Result<Vec<Range>, QualError> {
    number::ranges(&part::split(text)?, &number::ANY)
}

/// Finds the usual name of a protocol.
#[must_use]
pub fn protocol_name(number: i64) -> Option<&'static str> {
    protocol::name(number)
}

/// Parses the alternatives of a qual. A `-` among them matches records without a value for the field.
fn test(
    text: &str,
    read: impl FnOnce(Vec<Part<'_>>) -> Result<Test, QualError>,
) -> Result<Test, QualError> {
    let mut parts = part::split(text)?;
    let count = parts.len();
    parts.retain(|part| part.text != NO_VALUE);
    let absent = parts.len() < count;
    let test = read(parts)?;
    Ok(if absent {
        Test::OrAbsent(Box::new(test))
    } else {
        test
    })
}

fn of_field(field: &Field, parts: Vec<Part<'_>>) -> Result<Test, QualError> {
    Ok(match (field.name, field.kind) {
        ("srcport" | "dstport", _) => Test::Integer(number::ranges(&parts, &number::PORT)?),
        ("protocol", _) => Test::Integer(number::ranges(&parts, &number::PROTOCOL)?),
        ("tcp-flags", _) => Test::Flags(flags::masks(parts)?),
        (_, Kind::Integer) => Test::Integer(number::ranges(&parts, &number::ANY)?),
        (_, Kind::Address) => Test::Address(address::networks(parts)?),
        (_, Kind::Seconds) => Test::Seconds(time::ranges(&parts)?),
        (_, Kind::Text) if field.values.is_empty() => Test::Text(text::exact(parts)?),
        (_, Kind::Text) => Test::Text(text::one_of(parts, field)?),
    })
}

fn unknown(name: &str) -> QualError {
    let names: Vec<_> = names().collect();
    QualError::about_the_name(format!(
        "there is no filter `{name}`; there are {}, and `fields` with AWS's name for any other field",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests;
