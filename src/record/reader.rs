//! Reads the messages of one log group, of whichever kind its records are.
//!
//! A line of an AWS flow log does not say which format it has. Where several flow logs write to one group it is told by
//! the number of its values, and among formats of one width by its version. Where nothing has to be told apart, a version
//! is a value like any other: AWS may write another than the fields make. A line that could be of more than one format is
//! not guessed at.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

use super::dialect::filter_pattern::{self, Plan, Streams};
use super::format::Format;
use super::parse::{ParseError, Record, parse};

use super::quals::{BindError, Bound, Quals};
use super::values::Values;
use super::yandex::{self, EventError, ExternalFlow};

/// A kind of record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// Lines of AWS flow logs.
    #[default]
    Aws,
    /// ExternalFlow events of Yandex Cloud, as JSON.
    YandexExternalFlow,
}

/// The messages of a log group as records, with the quals of a query.
#[derive(Debug, Clone)]
pub struct Reader {
    record_type: RecordType,
    formats: Vec<Format>,
    /// Of each format, whether its lines are told from others' by their version.
    by_version: Vec<bool>,
    bounds: Vec<Bound>,
}

/// One record.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the common one, and is not to be allocated"
)]
pub enum Row<'a> {
    /// A line of an AWS flow log.
    Line(Record<'a>),
    /// An ExternalFlow event.
    ExternalFlow(ExternalFlow),
}

/// What becomes of a message that is a record.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is not to be allocated, and the small one not to be moved"
)]
pub enum Outcome<'a> {
    /// It satisfies the quals; the number is that of its format.
    Match(usize, Row<'a>),
    /// It does not; with the number of its format and what it says of itself: `OK`, `NODATA`, `SKIPDATA`, …
    NoMatch(usize, Option<Cow<'a, str>>),
}

/// Says why a message is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The line fits no format.
    #[error(transparent)]
    Line(#[from] ParseError),
    /// The line fits several formats.
    #[error(
        "the line fits more than one of the record formats of its log group; `log_format` says which one is meant"
    )]
    Ambiguous,
    /// The message is no event of its kind.
    #[error(transparent)]
    Event(#[from] EventError),
}

impl RecordType {
    /// Every kind, by the name that users give it.
    pub const NAMES: &[&str] = &["aws", "yandex-external-flow"];

    /// Finds a kind by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "aws" => Some(Self::Aws),
            "yandex-external-flow" => Some(Self::YandexExternalFlow),
            _ => None,
        }
    }

    /// Returns the one format of all records of this kind; none if each flow log has its own.
    #[must_use]
    pub fn format(self) -> Option<Format> {
        match self {
            Self::Aws => None,
            Self::YandexExternalFlow => Some(yandex::format()),
        }
    }
}

impl Reader {
    /// Makes a reader for a log group with lines of these formats, and binds the quals to them. Formats do not matter to a
    /// kind of record that has its own.
    ///
    /// # Errors
    ///
    /// A qual looks at a field that every format lacks.
    pub fn new(
        record_type: RecordType,
        formats: &[Format],
        quals: &Quals,
    ) -> Result<Self, BindError> {
        let bounds = match record_type.format() {
            Some(format) => quals.bind_each(&[format])?,
            None => quals.bind_each(formats)?,
        };
        let formats: Vec<_> = bounds.iter().map(|bound| bound.format.clone()).collect();
        let is_distinguished = |format: &Format| {
            formats
                .iter()
                .any(|other| format.is_distinguished_by_version(other))
        };
        Ok(Self {
            record_type,
            by_version: formats.iter().map(is_distinguished).collect(),
            formats,
            bounds,
        })
    }

    /// Returns the formats of the records.
    #[must_use]
    pub fn formats(&self) -> &[Format] {
        &self.formats
    }

    /// Returns the quals, bound to each of the formats.
    #[must_use]
    pub fn bounds(&self) -> &[Bound] {
        &self.bounds
    }

    /// Plans the calls that receive every record that satisfies the quals; none once the plan is not wanted any more, as
    /// far as that is looked at.
    #[must_use]
    pub fn plan(&self, streams: Streams, is_wanted: &dyn Fn() -> bool) -> Option<Plan> {
        match (self.record_type, self.bounds.as_slice()) {
            (RecordType::YandexExternalFlow, [bound]) => Some(yandex::plan(bound)),
            (_, bounds) => filter_pattern::plan(bounds, streams, is_wanted),
        }
    }

    /// Reads a message; the number is that of the format that it has.
    ///
    /// # Errors
    ///
    /// The message is no record, or it cannot be told of which format it is one.
    #[inline]
    pub fn read<'a>(&'a self, message: &'a str) -> Result<(usize, Row<'a>), ReadError> {
        match self.record_type {
            RecordType::YandexExternalFlow => {
                Ok((0, Row::ExternalFlow(yandex::parse_event(message)?)))
            }
            RecordType::Aws => {
                if let [format] = self.formats.as_slice() {
                    let mut read = (0, Row::Line(Record::unread(message, format)));
                    if let Row::Line(record) = &mut read.1 {
                        record.read()?;
                    }
                    return Ok(read);
                }
                let (number, record) = self.identify(message)?;
                Ok((number, Row::Line(record)))
            }
        }
    }

    /// Reads a message and decides whether it satisfies the quals.
    ///
    /// A line that one value settles is not looked at any further: whether its other values are what they should be does
    /// not matter to the query.
    ///
    /// # Errors
    ///
    /// The message is no record, or it cannot be told of which format it is one.
    pub fn evaluate<'a>(
        &'a self,
        message: &'a str,
        event_id: &str,
    ) -> Result<Outcome<'a>, ReadError> {
        if let (RecordType::Aws, [format], [bound]) =
            (self.record_type, &*self.formats, &*self.bounds)
        {
            return evaluate_line(message, format, bound, event_id);
        }
        let (number, row) = self.read(message)?;
        if self.matches(number, &row, event_id) {
            return Ok(Outcome::Match(number, row));
        }
        let status = self.log_status(number, &row).map(Cow::into_owned);
        Ok(Outcome::NoMatch(number, status.map(Cow::Owned)))
    }

    /// Finds the one format of several that a line fits; of those that it does not fit, the nearest says what is wrong.
    fn identify<'a>(&'a self, line: &'a str) -> Result<(usize, Record<'a>), ReadError> {
        let mut problem = ParseError::Count {
            expected: 0,
            found: 0,
        };
        let mut found = None;
        let formats = self.formats.iter().zip(&self.by_version);
        for (number, (format, by_version)) in formats.enumerate() {
            let read = parse(line, format).and_then(|record| match by_version {
                true => record.refuse_version().map(|()| record),
                false => Ok(record),
            });
            match read {
                Ok(_) if found.is_some() => return Err(ReadError::Ambiguous),
                Ok(record) => found = Some((number, record)),
                Err(error) if nearness(&error) > nearness(&problem) || number == 0 => {
                    problem = error
                }
                Err(_) => {}
            }
        }
        found.ok_or(ReadError::Line(problem))
    }

    /// Decides whether a record that was read in the format of this number satisfies the quals.
    #[must_use]
    pub fn matches(&self, number: usize, row: &Row<'_>, event_id: &str) -> bool {
        let Some(bound) = self.bounds.get(number) else {
            return false;
        };
        match row {
            Row::Line(record) => bound.matches(record, event_id),
            Row::ExternalFlow(flow) => bound.matches(flow, event_id),
        }
    }

    /// Returns what a record that was read in the format of this number says of itself: `OK`, `NODATA`, `SKIPDATA`, …
    #[must_use]
    pub fn log_status<'a>(&self, number: usize, row: &'a Row<'_>) -> Option<Cow<'a, str>> {
        row.text(self.formats.get(number)?.log_status()?)
    }
}

fn evaluate_line<'a>(
    line: &'a str,
    format: &'a Format,
    bound: &Bound,
    event_id: &str,
) -> Result<Outcome<'a>, ReadError> {
    let mut record = Record::unread(line, format);
    record.split()?;
    if !bound.is_refuted_by(&record) {
        record.check()?;
        if bound.matches(&record, event_id) {
            return Ok(Outcome::Match(0, Row::Line(record)));
        }
    }
    Ok(Outcome::NoMatch(0, record.log_status().map(Cow::Borrowed)))
}

/// Tells how much of a line was understood before it turned out to be of another format.
fn nearness(error: &ParseError) -> u8 {
    match error {
        ParseError::Count { .. } | ParseError::Long { .. } => 1,
        ParseError::Value { .. } => 2,
        ParseError::Version { .. } => 3,
        ParseError::Masked { .. } | ParseError::Cut { .. } | ParseError::Foreign(_) => 4,
    }
}

impl Values for Row<'_> {
    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Line(record) => record.text(index),
            Self::ExternalFlow(flow) => flow.text(index),
        }
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        match self {
            Self::Line(record) => record.integer(index),
            Self::ExternalFlow(flow) => flow.integer(index),
        }
    }

    fn address(&self, index: usize) -> Option<IpAddr> {
        match self {
            Self::Line(record) => record.address(index),
            Self::ExternalFlow(flow) => flow.address(index),
        }
    }

    fn time(&self, index: usize) -> Option<Timestamp> {
        self.values().time(index)
    }

    fn seconds(&self, index: usize) -> Option<i64> {
        self.values().seconds(index)
    }

    fn event_id(&self) -> Option<&str> {
        self.values().event_id()
    }

    fn event_time(&self) -> Option<Timestamp> {
        self.values().event_time()
    }

    fn more(&self) -> &[(String, String)] {
        self.values().more()
    }
}

impl Row<'_> {
    fn values(&self) -> &dyn Values {
        match self {
            Self::Line(record) => record,
            Self::ExternalFlow(flow) => flow,
        }
    }
}

#[cfg(test)]
mod tests;
