//! Conditions on the numbers of a group.

use super::measure::Quantity;
use crate::record::qual::{self, QualError, Range};

/// A condition on a number of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Having {
    /// The number.
    pub quantity: Quantity,
    /// The ranges, of which one must hold the number.
    pub(in crate::record) ranges: Vec<Range>,
}

impl Having {
    /// Parses a condition in the grammar of quals on numbers, such as `>100`, `10-20` or `1,2`.
    ///
    /// # Errors
    /// The text is not a condition on a number.
    pub fn parse(quantity: Quantity, text: &str) -> Result<Self, QualError> {
        let ranges = qual::numbers(text)?;
        Ok(Self { quantity, ranges })
    }

    /// Returns the inclusive ranges, of which one must hold the number.
    pub fn bounds(&self) -> impl Iterator<Item = (i64, i64)> {
        self.ranges.iter().map(|range| (range.low, range.high))
    }

    /// Reports whether a number meets the condition. An unknown number does not.
    #[must_use]
    pub fn holds(&self, number: Option<i64>) -> bool {
        number.is_some_and(|number| self.ranges.iter().any(|range| range.holds(number)))
    }
}
