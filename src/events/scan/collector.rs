//! What collects the records that match.

use super::error::ScanError;
use crate::events::page::Event;
use crate::record::Values;

/// Collects the records that match.
pub(crate) trait Collector {
    /// What is collected from one slice of the window.
    type Part: Default;

    /// Adds a record that matches the quals. `format` is the index of its format.
    ///
    /// # Errors
    /// The collection exceeds its limit.
    fn record(
        &mut self,
        part: &mut Self::Part,
        event: &Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), ScanError>;

    /// Adds a line that does not parse. Called only if there are no quals.
    fn unparsed(&mut self, part: &mut Self::Part, event: &Event, problem: String);

    /// Returns how many rows of the limit a part takes.
    fn count(part: &Self::Part) -> usize;
}
