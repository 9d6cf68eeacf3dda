//! One row as a record.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

use super::column::Batch;
use crate::record::field::Kind;
use crate::record::format::Format;
use crate::record::parse::{self, ParseError};
use crate::record::percent;
use crate::record::values::Values;

/// One row of the batches of its columns. A column that is not read has no value.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) format: &'a Format,
    pub(super) batches: &'a [Option<Batch>],
    pub(super) row: usize,
}

impl Row<'_> {
    /// Refuses a value of the wrong type at one of the positions.
    #[inline]
    pub(super) fn check(&self, typed: &[(usize, Kind)]) -> Result<(), ParseError> {
        let wrong = typed.iter().find(|(index, kind)| match kind {
            Kind::Text => false,
            Kind::Address => self.address(*index).is_none() && self.text(*index).is_some(),
            Kind::Integer | Kind::Seconds => match self.integer(*index) {
                Some(number) => number < 0,
                None => self.text(*index).is_some(),
            },
        });
        match wrong {
            Some((index, kind)) => Err(self.wrong_value(*index, *kind)),
            None => Ok(()),
        }
    }

    /// Returns the bytes of a text.
    #[inline]
    pub(super) fn bytes(&self, index: usize) -> Option<&[u8]> {
        self.batch(index)?.bytes(self.row)
    }

    /// Renders the row as a line.
    pub(super) fn line(&self) -> String {
        let values = (0..self.format.names().len()).map(|index| {
            let value = self.batch(index).and_then(|batch| batch.text(self.row));
            value.map_or(Cow::Borrowed(parse::NO_VALUE), |value| {
                value.into_owned().into()
            })
        });
        values.collect::<Vec<_>>().join(" ")
    }

    #[cold]
    fn wrong_value(&self, index: usize, kind: Kind) -> ParseError {
        ParseError::Value {
            field: self.format.names().get(index).cloned().unwrap_or_default(),
            kind,
            value: self
                .text(index)
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect(),
        }
    }

    #[inline]
    fn batch(&self, index: usize) -> Option<&Batch> {
        self.batches.get(index)?.as_ref()
    }
}

impl Values for Row<'_> {
    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        let text = self.batch(index)?.text(self.row)?;
        Some(match text {
            Cow::Borrowed(text) if self.format.is_encoded(index) => percent::decode(text),
            text => text,
        })
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        self.batch(index)?.integer(self.row)
    }

    #[inline]
    fn address(&self, index: usize) -> Option<IpAddr> {
        parse::address(&self.batch(index)?.text(self.row)?)
    }

    fn time(&self, index: usize) -> Option<Timestamp> {
        parse::timestamp(self.integer(index)?)
    }

    #[inline]
    fn seconds(&self, index: usize) -> Option<i64> {
        self.integer(index).map(parse::in_seconds)
    }
}
