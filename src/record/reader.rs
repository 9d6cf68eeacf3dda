//! Reads the messages of one log group as records, of either type.
//!
//! A line of an AWS flow log does not say which format it has. If several flow logs write to one log group, the number of
//! its values shows the format, and among formats with the same number of fields, its version does. Otherwise the version
//! is a value like any other, since AWS may write another version than the fields imply. A line that fits several formats
//! is an error, not a guess.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

use super::dialect::filter_pattern::{self, Plan, Streams};
use super::format::Format;
use super::parse::{ParseError, Record, parse};

use super::quals::{BindError, Bound, Quals};
use super::values::Values;
use super::yandex::{self, EventError, ExternalFlow};

/// A type of record.
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
    /// For each format, whether its lines are distinguished by their version.
    by_version: Vec<bool>,
    bounds: Vec<Bound>,
}

/// One record.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large variant is the common one, and must not be allocated"
)]
pub enum Row<'a> {
    /// A line of an AWS flow log.
    Line(Record<'a>),
    /// An ExternalFlow event.
    ExternalFlow(ExternalFlow),
}

/// Whether a record matches.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large variant must not be allocated, and the small one must not be moved"
)]
pub enum Outcome<'a> {
    /// It matches the quals. The number is the index of its format.
    Match(usize, Row<'a>),
    /// It does not match. With the index of its format, and its logging status: `OK`, `NODATA`, `SKIPDATA`, …
    NoMatch(usize, Option<Cow<'a, str>>),
}

/// Why a message is not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The line fits no format.
    #[error(transparent)]
    Line(#[from] ParseError),
    /// The line fits several formats.
    #[error(
        "the line fits more than one of the record formats of its log group; set `log_format` to the right one"
    )]
    Ambiguous,
    /// The message is not an event of its type.
    #[error(transparent)]
    Event(#[from] EventError),
}

impl RecordType {
    /// All types.
    const ALL: [Self; 2] = [Self::Aws, Self::YandexExternalFlow];

    /// The names of all types.
    pub const NAMES: &[&str] = &{
        let mut names = [""; Self::ALL.len()];
        let mut next = 0;
        while next < names.len() {
            names[next] = Self::ALL[next].name();
            next += 1;
        }
        names
    };

    /// Finds a type by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|record_type| record_type.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::YandexExternalFlow => "yandex-external-flow",
        }
    }

    /// Returns the format of all records of this type; none if each flow log has its own.
    #[must_use]
    pub fn format(self) -> Option<Format> {
        match self {
            Self::Aws => None,
            Self::YandexExternalFlow => Some(yandex::format()),
        }
    }
}

impl Reader {
    /// Creates a reader for a log group with lines of these formats, and binds the quals to them. A type of record with its
    /// own format ignores them.
    ///
    /// # Errors
    ///
    /// A qual is on a field that every format lacks.
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

    /// Plans the calls that receive every matching record. May return nothing once `is_wanted` returns false.
    #[must_use]
    pub fn plan(&self, streams: Streams, is_wanted: &dyn Fn() -> bool) -> Option<Plan> {
        match (self.record_type, self.bounds.as_slice()) {
            (RecordType::YandexExternalFlow, [bound]) => Some(yandex::plan(bound)),
            (_, bounds) => filter_pattern::plan(bounds, streams, is_wanted),
        }
    }

    /// Reads a message. The number is the index of its format.
    ///
    /// # Errors
    ///
    /// The message is not a record, or its format is ambiguous.
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

    /// Reads a message, and checks whether it matches the quals.
    ///
    /// If one value of a line shows that it does not match, its other values are not checked.
    ///
    /// # Errors
    ///
    /// The message is not a record, or its format is ambiguous.
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

    /// Finds the only format that a line fits. If it fits none, the error is that of the nearest format.
    fn identify<'a>(&'a self, line: &'a str) -> Result<(usize, Record<'a>), ReadError> {
        let mut problem = ParseError::Count {
            expected: 0,
            found: 0,
        };
        let mut found = None;
        let formats = self.formats.iter().zip(&self.by_version);
        for (number, (format, by_version)) in formats.enumerate() {
            let read = parse(line, format).and_then(|record| {
                if *by_version {
                    record.refuse_version()?;
                }
                Ok(record)
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

    /// Checks whether a record that was read in the format of this index matches the quals.
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

    /// Returns the logging status of a record that was read in the format of this index: `OK`, `NODATA`, `SKIPDATA`, …
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

/// Returns how much of a line was understood before it turned out to have another format.
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
