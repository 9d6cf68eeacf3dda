//! Reading a line of an AWS flow log.
//!
//! A [`Record`] borrows the line and keeps where each value stands: nothing is allocated. It must not know what is asked
//! of it. Lines are read tolerantly (runs of spaces, white space at the ends, times in milliseconds), but a line whose
//! number of values differs from its format's, or in which a typed result holds something else, is an error: such a line
//! was written in another format or cut, and its values would come out under wrong names. So is a line in which a data
//! protection policy has masked a value: what it says is not known.

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
pub(super) use bytes::{address, integer};

pub use error::ParseError;
pub use likeness::Likeness;

/// How AWS writes that there is no value.
pub(super) const NO_VALUE: &str = "-";

/// How a masked part of a value looks at least.
const MASK: &str = "****";

/// From this number on a time is in milliseconds: as seconds it would lie beyond the year 5000.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// One flow-log record, borrowed from its line.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    line: &'a str,
    format: &'a Format,
    /// Where the values stand in the line; valid up to the number of the format's fields.
    begins: Begins,
    /// The numbers that were read when the line was checked, by their place in the format.
    numbers: [i64; KEPT],
}

/// How many numbers are kept; the others are read anew each time.
const KEPT: usize = 16;

/// No number that a record can hold.
const UNREAD: i64 = -1;

/// Reads a line in the given format.
///
/// # Errors
///
/// The line is not of this format, or was cut or masked.
pub fn parse<'a>(line: &'a str, format: &'a Format) -> Result<Record<'a>, ParseError> {
    let mut record = Record::unread(line, format);
    record.read()?;
    Ok(record)
}

impl<'a> Record<'a> {
    /// Makes a record of a line that nobody has looked at; it is read where it stands, since it is large.
    #[inline]
    pub(super) fn unread(line: &'a str, format: &'a Format) -> Self {
        Self {
            line: line.trim_ascii(),
            format,
            begins: [0; MAX_FIELDS + 1],
            numbers: [UNREAD; KEPT],
        }
    }

    /// Finds the values of a line and checks what they are.
    pub(super) fn read(&mut self) -> Result<(), ParseError> {
        self.split()?;
        self.check()
    }

    /// Finds the values of a line that has as many as the format has fields; what they are is not checked.
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

    /// Says what a line looks like that is of quite another kind, which tells more than what is wrong with it as a record.
    #[cold]
    fn foreign_or(&self, error: ParseError) -> ParseError {
        Likeness::of(self.line).map_or(error, ParseError::Foreign)
    }

    /// Returns the value at a position of the format; `-` is none.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a str> {
        let raw = self.raw(index)?;
        (raw != NO_VALUE).then_some(raw)
    }

    /// Returns the value at a position as it was before it was percent-encoded, as the values of tags are; `-` is none.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<Cow<'a, str>> {
        let raw = self.get(index)?;
        Some(if self.format.is_encoded(index) {
            percent::decode(raw)
        } else {
            Cow::Borrowed(raw)
        })
    }

    /// Returns the value of a field by its AWS name; `-` is none.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'a str> {
        self.get(self.format.position(name)?)
    }

    /// Returns every field of the format with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let values = (0..self.format.names().len()).map(|index| self.get(index));
        self.format.names().iter().map(String::as_str).zip(values)
    }

    /// Returns the value as a number, if it is one as AWS writes it: digits, no leading zero.
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

    /// Returns the value as an instant in whole Unix seconds, if it is one; milliseconds are understood.
    #[inline]
    #[must_use]
    pub fn seconds(&self, index: usize) -> Option<i64> {
        let number = self.integer(index)?;
        Some(if number < FIRST_MILLISECONDS {
            number
        } else {
            number / 1000
        })
    }

    /// Returns the value as an instant, if it is one; milliseconds are understood and kept.
    #[must_use]
    pub fn time(&self, index: usize) -> Option<Timestamp> {
        timestamp(self.integer(index)?)
    }

    /// Returns what the record says of itself: `OK`, `NODATA`, `SKIPDATA`, …; none if the format lacks the field.
    #[must_use]
    pub fn log_status(&self) -> Option<&'a str> {
        self.get(self.format.log_status()?)
    }

    /// Refuses a line with values that its fields cannot hold.
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

    /// Refuses a line of another version than the fields of the format make, where the version tells formats apart.
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

    /// Where a value stands in the line, after any spaces before it; of what there is not, a place without bytes.
    #[inline]
    fn place(&self, index: usize) -> Range<usize> {
        // Not copied as two in one: a processor hands on what it has just been told to store only to one who reads the same.
        let Some([begin, next]) = self.begins.get(index..).and_then(<[u16]>::first_chunk) else {
            return 0..0;
        };
        let (mut begin, end) = (usize::from(*begin), usize::from(next.saturating_sub(1)));
        while self.line.as_bytes().get(begin) == Some(&b' ') {
            begin += 1;
        }
        begin..end
    }

    /// Reads a value as a number that is not kept; apart from the look-up, so that this can be done in place by everyone.
    #[inline(never)]
    fn read_integer(&self, index: usize) -> Option<i64> {
        digits(self.line.as_bytes(), self.place(index))
    }

    /// Returns the number at a position, or that there is none to keep; nothing if the value is not what the field holds.
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

    /// Tells whether an unusual value is one that its field can hold.
    #[cold]
    fn is_valid(&self, index: usize, kind: Kind) -> bool {
        let value = self.raw(index).unwrap_or_default();
        match kind {
            Kind::Text => true,
            Kind::Address => value == NO_VALUE || address(value).is_some(),
            Kind::Integer | Kind::Seconds => value == NO_VALUE,
        }
    }

    /// Refuses a line with a masked value: stars alone, or a run of them within other text.
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

    /// Refuses a line whose last value is the beginning of a known one: values that are newer than the table are kept.
    #[inline]
    fn refuse_cut(&self) -> Result<(), ParseError> {
        let last = self.format.names().len() - 1;
        let value = self.line.as_bytes().get(self.place(last));
        let (Some(known), Some(value)) = (self.format.last_values(), value) else {
            return Ok(());
        };
        // The first byte tells most values apart without a comparison of slices, which is a call.
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

fn timestamp(number: i64) -> Option<Timestamp> {
    if number < FIRST_MILLISECONDS {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

/// Tells whether a number is an instant; in seconds each is.
#[inline]
fn is_time(number: i64) -> bool {
    number < FIRST_MILLISECONDS || timestamp(number).is_some()
}

#[cfg(test)]
mod tests;
