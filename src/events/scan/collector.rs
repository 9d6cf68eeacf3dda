//! What collects the records that match.

use super::error::ScanError;
use crate::events::page::Event;
use crate::record::values::Columns;
use crate::record::{Format, Values};

/// Collects the records that match. Several of one kind may collect side by side.
pub(crate) trait Collector: Sized + Send + 'static {
    /// What is collected from one slice of the window.
    type Part: Default + Send + 'static;

    /// Prepares for the records of a format, and returns the number by which `record` names it. Equal formats have the
    /// same number.
    fn format(&mut self, format: &Format) -> usize;

    /// Returns AWS's names of the fields that `record` reads; none if it reads all of them.
    fn fields(&self) -> Option<Vec<String>> {
        None
    }

    /// Reports whether `record` reads the message of an event.
    fn wants_message(&self) -> bool {
        false
    }

    /// Adds a record that matches the quals. `format` is the number that was returned for its format.
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

    /// Adds records that match the quals, column by column; none if only `record` adds records.
    fn records(
        &mut self,
        _part: &mut Self::Part,
        _format: usize,
        _records: &dyn Columns,
    ) -> Option<Result<(), ScanError>> {
        None
    }

    /// Adds a line that does not parse. Called only if there are no quals.
    fn unparsed(&mut self, part: &mut Self::Part, event: &Event, problem: String);

    /// Creates an empty collector that collects the same.
    fn fork(&self) -> Self;

    /// Adds what another collector of the same kind collected.
    ///
    /// # Errors
    /// The collection exceeds its limit.
    fn join(&mut self, other: Self) -> Result<(), ScanError>;

    /// Returns how many rows of the limit a part takes.
    fn count(part: &Self::Part) -> usize;
}
