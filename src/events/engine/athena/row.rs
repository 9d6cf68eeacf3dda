//! The rows of a result.

use std::collections::BTreeMap;

use crate::events::NOT_READ;
use crate::framework::Diagnostic;
use crate::record::Aggregate;
use crate::record::aggregate::{Measure, Positions, Tally};
use crate::record::dialect::sql;

/// One row of a result.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) columns: &'a [String],
    pub(super) values: &'a [Option<String>],
}

impl<'a> Row<'a> {
    fn text(self, name: &str) -> Option<&'a str> {
        let index = self.columns.iter().position(|column| column == name)?;
        self.values.get(index)?.as_deref()
    }

    /// Returns a whole number.
    ///
    /// # Errors
    /// It is none, or too large.
    pub(super) fn number(self, name: &str) -> Result<Option<i64>, Diagnostic> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = text.parse();
        number.map(Some).map_err(|_| {
            let detail = format!(
                "Athena returned {text} for {name}, which is not a whole number of 64 bits."
            );
            Diagnostic::error("inexact-number", NOT_READ, detail).at("engine")
        })
    }

    pub(super) fn keys(self, number: usize) -> Vec<Option<&'a str>> {
        (0..number)
            .map(|index| self.text(&sql::key_column(index)))
            .collect()
    }

    /// Reads the measures under names with a prefix.
    pub(super) fn tally(
        self,
        prefix: &str,
        aggregate: &Aggregate,
        positions: &Positions,
    ) -> Result<Tally, Diagnostic> {
        let number = |name: &str| self.number(&format!("{prefix}{name}"));
        let mut measures = BTreeMap::new();
        for measure in Measure::ALL {
            measures.insert(measure, number(sql::measure_column(measure))?);
        }
        let sums = 0..aggregate.sums.len();
        let sums: Result<Vec<_>, _> = sums.map(|index| number(&sql::sum_column(index))).collect();
        let measure = |measure| measures.get(&measure).copied().flatten();
        Ok(positions.complete(&Tally::from_measures(measure, sums?.into_iter())))
    }
}
