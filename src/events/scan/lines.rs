//! Lines read as records of their group, and every qual checked again.

use super::Trouble;
use super::ids::Ids;
use crate::aws::logs;
use crate::events::completeness::Sample;
use crate::events::output::Statistics;
use crate::record::reader::ReadError;
use crate::record::{Outcome, ParseError, Reader, Row, Values as _};

/// The most records with ids of their own that are remembered.
const MOST_IDS: usize = 1_000_000;

/// How the lines of a group are read, and what is wanted of them.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) reader: Reader,
    /// How many of the reader's formats are asked for. The others are those of other flow logs in the group: their lines
    /// must not be taken for others, and are not wanted.
    pub(crate) formats: usize,
    /// Values that records which are asked for have, by their positions, if they have one there: others are of other flow
    /// logs.
    pub(crate) implied: Vec<(usize, String)>,
    /// Whether records bear ids of their own.
    pub(crate) own_ids: bool,
    /// Whether there are quals: then a line that does not parse is counted, not given.
    pub(crate) qualified: bool,
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// What was counted, but for what stands below.
    pub(crate) statistics: Statistics,
    /// Lines that did not parse.
    pub(crate) parse_errors: i64,
    /// Records that say that there was no traffic.
    pub(crate) no_data: i64,
    /// Records that say that others were skipped.
    pub(crate) skip_data: i64,
    /// Lines that did not parse since values in them are masked.
    pub(crate) masked: i64,
    /// The first other line that did not parse.
    pub(crate) unread: Option<Sample>,
    /// Wanted records that are samples of the traffic.
    pub(crate) sampled: i64,
    /// The ids that wanted records bear themselves.
    ids: Ids,
}

/// What becomes of a line.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the common one, and is not to be allocated"
)]
pub(crate) enum Verdict<'a> {
    /// A record that satisfies the quals, in the format of this number.
    Wanted(usize, Row<'a>),
    /// No record, and the reason; wanted where nothing is asked of records.
    Unparsed(String),
    /// Not wanted.
    Unwanted,
}

impl Lines {
    /// Judges one line, and counts it.
    ///
    /// # Errors
    /// There are more records with ids of their own than can be remembered.
    pub(crate) fn judge<'a>(
        &'a self,
        raw: &'a logs::Event,
        seen: &mut Seen,
    ) -> Result<Verdict<'a>, Trouble> {
        seen.statistics.scanned += 1;
        match self.reader.evaluate(&raw.message, &raw.id) {
            Err(error) => Ok(self.unparsed(raw, &error, seen)),
            Ok(Outcome::NoMatch(number, status)) => {
                self.note_unwanted(raw, number, status.as_deref(), seen);
                Ok(Verdict::Unwanted)
            }
            Ok(Outcome::Match(number, row)) => {
                if !self.is_asked_for(number, &row) {
                    return Ok(Verdict::Unwanted);
                }
                note(self.reader.log_status(number, &row).as_deref(), seen);
                if !seen.is_new(row.event_id())? {
                    return Ok(Verdict::Unwanted);
                }
                seen.statistics.matched += 1;
                seen.sampled += i64::from(self.is_sampled(number, &row));
                Ok(Verdict::Wanted(number, row))
            }
        }
    }

    /// Counts what a record says of itself that does not satisfy the quals. Only the few that say something else than that
    /// they are whole are looked at again.
    fn note_unwanted(
        &self,
        raw: &logs::Event,
        number: usize,
        status: Option<&str>,
        seen: &mut Seen,
    ) {
        if number >= self.formats || matches!(status, None | Some("OK")) {
            return;
        }
        let is_asked_for = self.implied.is_empty()
            || self
                .reader
                .read(&raw.message)
                .is_ok_and(|(number, row)| self.is_asked_for(number, &row));
        if is_asked_for {
            note(status, seen);
        }
    }

    /// Tells whether a record is one of those that are asked for: of one of their formats, and with the values that they have.
    fn is_asked_for(&self, number: usize, row: &Row<'_>) -> bool {
        let may_be = |(place, value): &(usize, String)| match row.text(*place) {
            Some(text) => text == *value,
            None => true,
        };
        number < self.formats && self.implied.iter().all(may_be)
    }

    fn unparsed<'a>(&self, raw: &logs::Event, error: &ReadError, seen: &mut Seen) -> Verdict<'a> {
        seen.parse_errors += 1;
        if matches!(error, ReadError::Line(ParseError::Masked { .. })) {
            seen.masked += 1;
        } else {
            seen.unread.get_or_insert_with(|| Sample {
                line: raw.message.clone(),
                problem: error.to_string(),
            });
        }
        match self.qualified {
            true => Verdict::Unwanted,
            false => Verdict::Unparsed(error.to_string()),
        }
    }

    fn is_sampled(&self, number: usize, row: &Row<'_>) -> bool {
        let format = self.reader.formats().get(number);
        let place = format
            .filter(|_| self.own_ids)
            .and_then(|format| format.position("sampled"));
        place.is_some_and(|place| row.text(place).as_deref() == Some("true"))
    }
}

/// Counts what a record that is asked for says of itself.
fn note(status: Option<&str>, seen: &mut Seen) {
    match status {
        Some("NODATA") => seen.no_data += 1,
        Some("SKIPDATA" | "INCOMPLETEDATA") => seen.skip_data += 1,
        _ => {}
    }
}

impl Seen {
    /// Gives the number of lines that are no record, but for those with masked values.
    pub(crate) fn unread(&self) -> i64 {
        self.parse_errors - self.masked
    }

    /// Says whether a record is new: one that bears an id of its own counts once, however often it was delivered.
    fn is_new(&mut self, id: Option<&str>) -> Result<bool, Trouble> {
        let Some(id) = id else {
            return Ok(true);
        };
        let new = self.ids.insert(id);
        match self.ids.len() > MOST_IDS {
            true => Err(Trouble::TooManyIds),
            false => Ok(new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_ids_are_remembered_and_one_more_is_refused() {
        let mut seen = Seen::default();
        for number in 0..MOST_IDS {
            assert!(seen.is_new(Some(&number.to_string())).unwrap());
        }
        assert!(!seen.is_new(Some("7")).unwrap());
        assert!(seen.is_new(None).unwrap());
        assert!(matches!(seen.is_new(Some("x")), Err(Trouble::TooManyIds)));
    }
}
