//! Lines read as records of their group, and every qual checked again.

use super::Trouble;
use super::ids::Ids;
use crate::aws::logs;
use crate::events::output::Statistics;
use crate::record::{Judged, Reader, Row, Values as _};

/// The most records with ids of their own that are remembered.
const MOST_IDS: usize = 1_000_000;

/// How the lines of a group are read, and what is wanted of them.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) reader: Reader,
    /// How many of the reader's formats are asked for. The others are those of other flow logs in the group: their lines
    /// must not be taken for others, and are not wanted.
    pub(crate) formats: usize,
    /// Whether records bear ids of their own.
    pub(crate) own_ids: bool,
    /// Whether there are quals: then a line that does not parse is counted, not given.
    pub(crate) qualified: bool,
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) statistics: Statistics,
    /// The first line that did not parse, and why.
    pub(crate) unparsed: Option<(String, String)>,
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
        match self.reader.judge(&raw.message, &raw.id) {
            Err(problem) => Ok(self.unparsed(raw, problem.to_string(), seen)),
            Ok(Judged::Unwanted(number, status)) => {
                self.note(number, status.as_deref(), seen);
                Ok(Verdict::Unwanted)
            }
            Ok(Judged::Wanted(number, row)) => {
                self.note(
                    number,
                    self.reader.log_status(number, &row).as_deref(),
                    seen,
                );
                if number >= self.formats || !seen.is_new(row.event_id())? {
                    return Ok(Verdict::Unwanted);
                }
                seen.statistics.matched += 1;
                seen.sampled += i64::from(self.is_sampled(number, &row));
                Ok(Verdict::Wanted(number, row))
            }
        }
    }

    /// Counts what records that are asked for say of themselves.
    fn note(&self, number: usize, status: Option<&str>, seen: &mut Seen) {
        match status.filter(|_| number < self.formats) {
            Some("NODATA") => seen.statistics.no_data += 1,
            Some("SKIPDATA") => seen.statistics.skip_data += 1,
            _ => {}
        }
    }

    fn unparsed<'a>(&self, raw: &logs::Event, problem: String, seen: &mut Seen) -> Verdict<'a> {
        seen.statistics.parse_errors += 1;
        seen.unparsed
            .get_or_insert_with(|| (raw.message.clone(), problem.clone()));
        if self.qualified {
            return Verdict::Unwanted;
        }
        seen.statistics.matched += 1;
        Verdict::Unparsed(problem)
    }

    fn is_sampled(&self, number: usize, row: &Row<'_>) -> bool {
        let format = self.reader.formats().get(number);
        let place = format
            .filter(|_| self.own_ids)
            .and_then(|format| format.position("sampled"));
        place.is_some_and(|place| row.text(place).as_deref() == Some("true"))
    }
}

impl Seen {
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
