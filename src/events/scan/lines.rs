//! Lines parsed as records of their source, with every qual checked again.

use super::counts::Counts;
use super::error::ScanError;
use crate::events::completeness::Sample;
use crate::events::page::Event;
use crate::record::reader::ReadError;
use crate::record::{self, Format, ParseError, Reader, Row, Values as _};

/// How the lines of a source are parsed, and which of them match.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) reader: Reader,
    /// How many of the reader's formats are asked for. The others belong to other flow logs that write to the source:
    /// their lines must be recognized, and do not match.
    pub(crate) formats: usize,
    /// Values that the records of the flow log have, by their positions. A record with another value belongs to another
    /// flow log.
    pub(crate) implied: Vec<(usize, String)>,
    /// Whether records have ids of their own.
    pub(crate) own_ids: bool,
    /// Whether there are quals. If so, a line that does not parse is only counted.
    pub(crate) qualified: bool,
}

/// What becomes of a line.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large variant is the common one, and must not be allocated"
)]
pub(crate) enum Outcome<'a> {
    /// A record that matches, with the index of its format.
    Match(usize, Row<'a>),
    /// Not a record, for this reason. Only if there are no quals.
    Unparsed(String),
    /// Does not match.
    NoMatch,
}

impl Lines {
    /// Returns the formats that are asked for.
    pub(crate) fn asked(&self) -> &[Format] {
        let formats = self.reader.formats();
        formats.get(..self.formats).unwrap_or(formats)
    }

    /// Parses a line, checks it, and counts it.
    ///
    /// # Errors
    /// There are too many records with ids of their own.
    pub(crate) fn evaluate<'a>(
        &'a self,
        event: &'a Event,
        counts: &mut Counts,
    ) -> Result<Outcome<'a>, ScanError> {
        counts.statistics.scanned += 1;
        match self.reader.evaluate(&event.payload, &event.id) {
            Err(error) => Ok(self.unparsed(event, &error, counts)),
            Ok(record::Outcome::NoMatch(format, status)) => {
                self.count_other(event, format, status.as_deref(), counts);
                Ok(Outcome::NoMatch)
            }
            Ok(record::Outcome::Match(format, row)) => {
                if !self.is_asked_for(format, &row) {
                    return Ok(Outcome::NoMatch);
                }
                let status = self.reader.log_status(format, &row);
                counts.add_status(status.as_deref(), || self.start(format, &row));
                if !counts.is_new(row.event_id())? {
                    return Ok(Outcome::NoMatch);
                }
                counts.statistics.matched += 1;
                counts.sampled += i64::from(self.is_sampled(format, &row));
                Ok(Outcome::Match(format, row))
            }
        }
    }

    /// Counts the logging status of a record that does not match. Most records are complete (`OK`), and only the others
    /// are parsed again.
    fn count_other(&self, event: &Event, format: usize, status: Option<&str>, counts: &mut Counts) {
        if format >= self.formats || matches!(status, None | Some("OK")) {
            return;
        }
        if self.implied.is_empty() && status == Some("NODATA") {
            counts.add_status(status, || None);
            return;
        }
        let read = self.reader.read(&event.payload).ok();
        let is_asked_for = |(format, row): &(usize, Row<'_>)| self.is_asked_for(*format, row);
        if self.implied.is_empty() || read.as_ref().is_some_and(is_asked_for) {
            counts.add_status(status, || {
                let (format, row) = read.as_ref()?;
                self.start(*format, row)
            });
        }
    }

    /// Returns when a record starts, in Unix seconds.
    fn start(&self, format: usize, row: &Row<'_>) -> Option<i64> {
        let position = self.reader.formats().get(format)?.position("start")?;
        row.seconds(position)
    }

    /// Reports whether a record has a format and values that are asked for.
    fn is_asked_for(&self, format: usize, row: &Row<'_>) -> bool {
        let may_be = |(position, value): &(usize, String)| match row.text(*position) {
            Some(text) => text == *value,
            None => true,
        };
        format < self.formats && self.implied.iter().all(may_be)
    }

    fn unparsed<'a>(&self, event: &Event, error: &ReadError, counts: &mut Counts) -> Outcome<'a> {
        counts.parse_errors += 1;
        if matches!(error, ReadError::Line(ParseError::Masked { .. })) {
            counts.masked += 1;
        } else {
            counts.unread.get_or_insert_with(|| Sample {
                line: event.payload.clone(),
                problem: error.to_string(),
            });
        }
        if self.qualified {
            Outcome::NoMatch
        } else {
            Outcome::Unparsed(error.to_string())
        }
    }

    fn is_sampled(&self, format: usize, row: &Row<'_>) -> bool {
        let format = self.reader.formats().get(format);
        let position = format
            .filter(|_| self.own_ids)
            .and_then(|format| format.position("sampled"));
        position.is_some_and(|position| row.text(position).as_deref() == Some("true"))
    }
}
