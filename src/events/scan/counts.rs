//! What is counted while lines are read.

use std::collections::BTreeSet;

use super::error::ScanError;
use super::ids::Ids;
use crate::events::completeness::Sample;
use crate::events::statistics::Statistics;

/// The maximum number of records with ids of their own.
const MOST_IDS: usize = 1_000_000;
/// The maximum number of times of skipped records that are kept.
const MOST_TIMES: usize = 100_000;

/// What is counted while lines are read.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Everything that is not counted below.
    pub(crate) statistics: Statistics,
    /// Lines that did not parse.
    pub(crate) parse_errors: i64,
    /// Records that report no traffic.
    pub(crate) no_data: i64,
    /// Records that report skipped records.
    pub(crate) skip_data: i64,
    /// The starts of these records, in Unix seconds.
    pub(crate) skipped_at: BTreeSet<i64>,
    /// Lines that did not parse because values in them are masked.
    pub(crate) masked: i64,
    /// The first other line that did not parse.
    pub(crate) unread: Option<Sample>,
    /// Matching records that are samples of the traffic.
    pub(crate) sampled: i64,
    /// The ids of matching records that have their own.
    ids: Ids,
}

impl Counts {
    /// Returns the number of lines that are not records, without those with masked values.
    pub(crate) fn unread(&self) -> i64 {
        self.parse_errors - self.masked
    }

    /// Counts the logging status of a record. `start` returns the time of one that reports skipped records.
    pub(super) fn add_status(&mut self, status: Option<&str>, start: impl FnOnce() -> Option<i64>) {
        match status {
            Some("NODATA") => self.no_data += 1,
            Some("SKIPDATA" | "INCOMPLETEDATA") => {
                self.skip_data += 1;
                if self.skipped_at.len() < MOST_TIMES {
                    self.skipped_at.extend(start());
                }
            }
            _ => {}
        }
    }

    /// Reports whether a record is new. A record with an id of its own counts once, however often it was delivered.
    ///
    /// # Errors
    /// There are too many ids.
    pub(super) fn is_new(&mut self, id: Option<&str>) -> Result<bool, ScanError> {
        let Some(id) = id else {
            return Ok(true);
        };
        let new = self.ids.insert(id);
        if self.ids.len() > MOST_IDS {
            Err(ScanError::TooManyIds)
        } else {
            Ok(new)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_ids_are_remembered_and_one_more_is_refused() {
        let mut counts = Counts::default();
        for number in 0..MOST_IDS {
            assert!(counts.is_new(Some(&number.to_string())).unwrap());
        }
        assert!(!counts.is_new(Some("7")).unwrap());
        assert!(counts.is_new(None).unwrap());
        let refused = counts.is_new(Some("x"));
        assert!(matches!(refused, Err(ScanError::TooManyIds)));
    }
}
