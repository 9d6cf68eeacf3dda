//! Lines read in one of the formats of their group, and every qual checked again.

use crate::aws::logs;
use crate::events::output::Statistics;
use crate::record::{Bound, Format, ParseError, Record, parse};

/// One format with the quals bound to it.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) format: Format,
    pub(crate) bound: Bound,
}

/// How the lines of a group are read, and what is wanted of them.
#[derive(Debug)]
pub(crate) struct Lines {
    /// At least one; the format of a line is the one whose number of fields it has.
    pub(crate) readers: Vec<Reader>,
    /// Whether there are quals: then a line that does not parse is counted, not given.
    pub(crate) qualified: bool,
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) statistics: Statistics,
    /// The first line that did not parse, and why.
    pub(crate) unparsed: Option<(String, String)>,
}

/// What becomes of a line.
#[derive(Debug)]
pub(crate) enum Verdict<'a> {
    /// A record that satisfies the quals, read by the reader of this number.
    Wanted(usize, Record<'a>),
    /// No record, and the reason; wanted where nothing is asked of records.
    Unparsed(String),
    /// Not wanted.
    Unwanted,
}

impl Lines {
    /// Judges one line, and counts it.
    pub(crate) fn judge<'a>(&'a self, raw: &'a logs::Event, seen: &mut Seen) -> Verdict<'a> {
        let statistics = &mut seen.statistics;
        statistics.scanned += 1;
        let mut problem = None;
        for (number, reader) in self.readers.iter().enumerate() {
            match parse(&raw.message, &reader.format) {
                Ok(record) => {
                    match record.log_status() {
                        Some("NODATA") => statistics.no_data += 1,
                        Some("SKIPDATA") => statistics.skip_data += 1,
                        _ => {}
                    }
                    if !reader.bound.matches(&record, &raw.id) {
                        return Verdict::Unwanted;
                    }
                    statistics.matched += 1;
                    return Verdict::Wanted(number, record);
                }
                // Of several formats, the one whose count fits knows best what is wrong.
                Err(error @ ParseError::Value { .. }) => problem = Some(error),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        let problem = problem.map(|error| error.to_string()).unwrap_or_default();
        statistics.parse_errors += 1;
        seen.unparsed
            .get_or_insert_with(|| (raw.message.clone(), problem.clone()));
        if self.qualified {
            return Verdict::Unwanted;
        }
        statistics.matched += 1;
        Verdict::Unparsed(problem)
    }
}
