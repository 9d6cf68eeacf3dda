//! The values of columns as expressions: numbers, texts, times, and whether there is a value.

use super::quoting::{name, text};
use super::source::{Column, Holds, SqlError};
use crate::record::parse::NO_VALUE;

/// From this number on, a time is in milliseconds, as in `record::parse`.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

impl Column {
    /// Returns the value as a number; null if it is none as AWS writes it.
    pub(super) fn number(&self) -> Result<String, SqlError> {
        let column = name(&self.name);
        match &self.holds {
            Holds::Numbers => Ok(column),
            Holds::Text => Ok(format!(
                "TRY_CAST(IF(regexp_like({column}, '^(0|[1-9][0-9]{{0,18}})$'), {column}) AS BIGINT)"
            )),
            Holds::Other(_) => Err(self.wrong("a whole number or text")),
        }
    }

    /// Returns the value as a time in whole Unix seconds.
    pub(super) fn seconds(&self) -> Result<String, SqlError> {
        let number = self.number()?;
        Ok(format!(
            "IF({number} < {FIRST_MILLISECONDS}, {number}, {number} / 1000)"
        ))
    }

    /// Returns the value as text; may be null, `-` or empty if there is none.
    pub(super) fn text(&self) -> Result<String, SqlError> {
        match &self.holds {
            Holds::Text => Ok(name(&self.name)),
            _ => Err(self.wrong("string")),
        }
    }

    /// Returns the value of a field of any type, for a key; null if there is none.
    pub(super) fn key(&self) -> Result<String, SqlError> {
        let column = name(&self.name);
        match &self.holds {
            Holds::Text => Ok(format!("NULLIF(NULLIF({column}, ''), {})", text(NO_VALUE))),
            Holds::Numbers => Ok(column),
            Holds::Other(_) => Err(self.wrong("a whole number or text")),
        }
    }

    /// Returns the condition that there is no value.
    pub(super) fn absent(&self) -> String {
        let column = name(&self.name);
        match &self.holds {
            Holds::Text => format!("({column} IS NULL OR {column} IN ({}, ''))", text(NO_VALUE)),
            _ => format!("{column} IS NULL"),
        }
    }

    fn wrong(&self, expected: &'static str) -> SqlError {
        SqlError::WrongType {
            column: self.name.clone(),
            expected,
            found: self.holds.noun(),
        }
    }
}
