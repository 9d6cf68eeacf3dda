//! Parses a line of an AWS flow log.
//!
//! A [`Record`] borrows the line and keeps the position of each value, so nothing is allocated. It must not know quals.
//! Parsing is tolerant: runs of spaces, white space at the ends, and times in milliseconds are accepted. A line with
//! another number of values than its format has fields, or with a value of the wrong type, is an error: it was written in
//! another format or cut, and its values would get wrong names. A line with a value that a data protection policy masks
//! is an error as well.

mod bytes;
mod error;
mod likeness;

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

use jiff::Timestamp;

use super::field::Kind;
use super::format::{Format, MAX_FIELDS};
use super::percent;
use super::values::Values;
use bytes::{Begins, digits, has, ipv4, words};
pub(super) use bytes::{LONGEST, address, integer};

pub use error::ParseError;
pub use likeness::Likeness;
pub(super) use likeness::is_header;

/// How AWS writes that there is no value.
pub(super) const NO_VALUE: &str = "-";

/// The shortest mask within a value.
const MASK: &str = "****";

/// From this number on, a time is in milliseconds: as seconds it would be after the year 5000.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// One flow-log record, borrowed from its line.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    line: &'a str,
    format: &'a Format,
    /// Where the values start in the line; valid for as many values as the format has fields.
    begins: Begins,
    /// The numbers that were parsed when the line was checked, by their index in the format.
    numbers: [i64; KEPT],
}

/// How many numbers are kept. The others are parsed each time.
const KEPT: usize = 16;

/// A number that no record can have.
const UNREAD: i64 = -1;

/// Parses a line in the given format.
///
/// # Errors
///
/// The line does not have this format, or was cut or masked.
pub fn parse<'a>(line: &'a str, format: &'a Format) -> Result<Record<'a>, ParseError> {
    let mut record = Record::unread(line, format);
    record.read()?;
    Ok(record)
}

impl<'a> Record<'a> {
    /// Creates a record of a line that is not parsed yet. It is parsed in place, since it is large.
    #[inline]
    pub(super) fn unread(line: &'a str, format: &'a Format) -> Self {
        Self {
            line: line.trim_ascii(),
            format,
            begins: [0; MAX_FIELDS + 1],
            numbers: [UNREAD; KEPT],
        }
    }

    /// Finds the values of the line, and checks them.
    pub(super) fn read(&mut self) -> Result<(), ParseError> {
        self.split()?;
        self.check()
    }

    /// Finds the values of the line, and checks their number.
    #[inline]
    pub(super) fn split(&mut self) -> Result<(), ParseError> {
        let Some(found) = words(self.line.as_bytes(), &mut self.begins) else {
            return Err(self.foreign_or(ParseError::Long {
                length: self.line.len(),
            }));
        };
        let expected = self.format.names().len();
        if found != expected {
            return Err(self.foreign_or(ParseError::Count { expected, found }));
        }
        Ok(())
    }

    /// Returns what a line looks like if it is of another kind, which helps more than what is wrong with it as a record.
    #[cold]
    fn foreign_or(&self, error: ParseError) -> ParseError {
        Likeness::of(self.line).map_or(error, ParseError::Foreign)
    }

    /// Returns the value at a position of the format; none for `-`.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a str> {
        let raw = self.raw(index)?;
        (raw != NO_VALUE).then_some(raw)
    }

    /// Returns the value at a position; none for `-`. Values of tags are percent-decoded.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<Cow<'a, str>> {
        let raw = self.get(index)?;
        Some(if self.format.is_encoded(index) {
            percent::decode(raw)
        } else {
            Cow::Borrowed(raw)
        })
    }

    /// Returns the value of a field by its AWS name; none for `-`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'a str> {
        self.get(self.format.position(name)?)
    }

    /// Returns every field of the format with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let values = (0..self.format.names().len()).map(|index| self.get(index));
        self.format.names().iter().map(String::as_str).zip(values)
    }

    /// Returns the value as a number, if it is one as AWS writes it: digits without leading zeros.
    #[inline]
    #[must_use]
    pub fn integer(&self, index: usize) -> Option<i64> {
        match self.numbers.get(self.format.kept(index)) {
            Some(number) if *number != UNREAD => Some(*number),
            _ => self.read_integer(index),
        }
    }

    /// Returns the value as an address, if it is one.
    #[inline]
    #[must_use]
    pub fn address(&self, index: usize) -> Option<IpAddr> {
        match ipv4(self.line.as_bytes(), self.place(index)) {
            Some(address) => Some(IpAddr::V4(address)),
            None => self.raw(index)?.parse().ok(),
        }
    }

    /// Returns the value as a time in whole Unix seconds, if it is one. Milliseconds are accepted.
    #[inline]
    #[must_use]
    pub fn seconds(&self, index: usize) -> Option<i64> {
        self.integer(index).map(in_seconds)
    }

    /// Returns the value as a time, if it is one. Milliseconds are accepted and kept.
    #[must_use]
    pub fn time(&self, index: usize) -> Option<Timestamp> {
        timestamp(self.integer(index)?)
    }

    /// Returns the logging status: `OK`, `NODATA`, `SKIPDATA`, …; none if the format lacks the field.
    #[must_use]
    pub fn log_status(&self) -> Option<&'a str> {
        self.get(self.format.log_status()?)
    }

    /// Refuses a line with values that its fields cannot have.
    pub(super) fn check(&mut self) -> Result<(), ParseError> {
        if has(self.line.as_bytes(), b'*') {
            self.refuse_masked()?;
        }
        self.refuse_cut()?;
        for (place, &(index, kind)) in self.format.typed().iter().enumerate() {
            let Some(number) = self.number_if_valid(index, kind) else {
                return Err(self.foreign_or(self.wrong_value(index, kind)));
            };
            if let Some(kept) = self.numbers.get_mut(place) {
                *kept = number;
            }
        }
        Ok(())
    }

    /// Refuses a line with another version than its format has. Used if the version distinguishes formats.
    pub(super) fn refuse_version(&self) -> Result<(), ParseError> {
        let Some(place) = self.format.version() else {
            return Ok(());
        };
        let versions = self.format.versions();
        let version = self.integer(place);
        let version = version.and_then(|found| u8::try_from(found).ok());
        if version.is_some_and(|version| versions.contains(&version)) {
            return Ok(());
        }
        Err(ParseError::Version {
            expected: *versions.start(),
            found: self.get(place).unwrap_or(NO_VALUE).to_owned(),
        })
    }

    #[inline]
    fn raw(&self, index: usize) -> Option<&'a str> {
        if index >= self.format.names().len() {
            return None;
        }
        self.line.get(self.place(index))
    }

    /// Returns the bytes of a value in the line, without leading spaces; an empty range if there is no such value.
    #[inline]
    fn place(&self, index: usize) -> Range<usize> {
        // Two separate loads: store forwarding works only if a load has the same width as the store before it.
        let Some([begin, next]) = self.begins.get(index..).and_then(<[u16]>::first_chunk) else {
            return 0..0;
        };
        let (mut begin, end) = (usize::from(*begin), usize::from(next.saturating_sub(1)));
        while self.line.as_bytes().get(begin) == Some(&b' ') {
            begin += 1;
        }
        begin..end
    }

    /// Parses a number that is not kept. Not inlined, so that the lookup in `integer` can be.
    #[inline(never)]
    fn read_integer(&self, index: usize) -> Option<i64> {
        digits(self.line.as_bytes(), self.place(index))
    }

    /// Returns the number at a position, or `UNREAD` if there is none to keep; none if the value has the wrong type.
    #[inline]
    fn number_if_valid(&self, index: usize, kind: Kind) -> Option<i64> {
        let (line, place) = (self.line.as_bytes(), self.place(index));
        let number = match kind {
            Kind::Address => ipv4(line, place).map(|_| UNREAD),
            Kind::Integer | Kind::Text => digits(line, place),
            Kind::Seconds => digits(line, place).filter(|number| is_time(*number)),
        };
        number.or_else(|| self.is_valid(index, kind).then_some(UNREAD))
    }

    /// Reports whether an unusual value has the type of its field.
    #[cold]
    fn is_valid(&self, index: usize, kind: Kind) -> bool {
        let value = self.raw(index).unwrap_or_default();
        match kind {
            Kind::Text => true,
            Kind::Address => value == NO_VALUE || address(value).is_some(),
            Kind::Integer | Kind::Seconds => value == NO_VALUE,
        }
    }

    /// Refuses a line with a masked value: only asterisks, or a run of them within other text.
    fn refuse_masked(&self) -> Result<(), ParseError> {
        let is_masked =
            |value: &str| value.contains(MASK) || value.bytes().all(|byte| byte == b'*');
        let masked = self
            .fields()
            .find(|(_, value)| value.is_some_and(is_masked));
        match masked {
            Some((field, _)) => Err(ParseError::Masked {
                field: field.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Refuses a line whose last value is a proper prefix of a known one. Values newer than the table are accepted.
    #[inline]
    fn refuse_cut(&self) -> Result<(), ParseError> {
        let last = self.format.names().len() - 1;
        let value = self.line.as_bytes().get(self.place(last));
        let (Some(known), Some(value)) = (self.format.last_values(), value) else {
            return Ok(());
        };
        // The first byte distinguishes most values without a slice comparison, which is a call.
        let begins = |known: &&str| {
            let known = known.as_bytes();
            known.len() > value.len() && known.first() == value.first() && known.starts_with(value)
        };
        if !known.iter().any(begins) || known.iter().any(|known| known.as_bytes() == value) {
            return Ok(());
        }
        Err(ParseError::Cut {
            field: self.format.names()[last].clone(),
            value: self.raw(last).unwrap_or_default().to_owned(),
        })
    }

    fn wrong_value(&self, index: usize, kind: Kind) -> ParseError {
        let value = self.raw(index).unwrap_or_default();
        let field = self.format.names().get(index).cloned().unwrap_or_default();
        ParseError::Value {
            field,
            kind,
            value: value.chars().take(40).collect(),
        }
    }
}

impl Values for Record<'_> {
    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        self.text(index)
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        self.integer(index)
    }

    fn address(&self, index: usize) -> Option<IpAddr> {
        self.address(index)
    }

    fn time(&self, index: usize) -> Option<Timestamp> {
        self.time(index)
    }

    fn seconds(&self, index: usize) -> Option<i64> {
        self.seconds(index)
    }
}

/// Converts a number in seconds or milliseconds to a time.
pub(super) fn timestamp(number: i64) -> Option<Timestamp> {
    if number < FIRST_MILLISECONDS {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

/// Converts a number in seconds or milliseconds to milliseconds, if it is a time.
#[inline]
pub(super) fn milliseconds(number: i64) -> Option<i64> {
    if (0..FIRST_MILLISECONDS).contains(&number) {
        return Some(number * 1000);
    }
    timestamp(number).map(Timestamp::as_millisecond)
}

/// Converts a number in seconds or milliseconds to whole seconds.
#[inline]
pub(super) fn in_seconds(number: i64) -> i64 {
    if number < FIRST_MILLISECONDS {
        number
    } else {
        number / 1000
    }
}

/// Reports whether a number is a time. In seconds, each one is.
#[inline]
fn is_time(number: i64) -> bool {
    number < FIRST_MILLISECONDS || timestamp(number).is_some()
}

#[cfg(test)]
mod tests;
