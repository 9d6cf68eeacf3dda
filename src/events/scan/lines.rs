//! Lines read as records of their group, and every qual checked again.

use std::collections::BTreeSet;

use crate::aws::logs;
use crate::events::output::Statistics;
use crate::record::{Reader, Row, Values as _};

/// How the lines of a group are read, and what is wanted of them.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) reader: Reader,
    /// Whether there are quals: then a line that does not parse is counted, not given.
    pub(crate) qualified: bool,
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) statistics: Statistics,
    /// The first line that did not parse, and why.
    pub(crate) unparsed: Option<(String, String)>,
    /// The ids that wanted records bear themselves.
    ids: BTreeSet<String>,
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
    pub(crate) fn judge<'a>(&'a self, raw: &'a logs::Event, seen: &mut Seen) -> Verdict<'a> {
        let statistics = &mut seen.statistics;
        statistics.scanned += 1;
        let problem = match self.reader.read(&raw.message) {
            Ok((number, row)) => {
                match self.reader.log_status(number, &row).as_deref() {
                    Some("NODATA") => statistics.no_data += 1,
                    Some("SKIPDATA") => statistics.skip_data += 1,
                    _ => {}
                }
                let wanted = self.reader.matches(number, &row, &raw.id);
                // A record that bears an id of its own counts once, however often it was delivered.
                let new = |id: &str| seen.ids.insert(id.to_owned());
                if !wanted || !row.event_id().is_none_or(new) {
                    return Verdict::Unwanted;
                }
                statistics.matched += 1;
                return Verdict::Wanted(number, row);
            }
            Err(problem) => problem.to_string(),
        };
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
