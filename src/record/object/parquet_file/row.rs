//! One row as a record.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;

use super::batch::{Batch, Cell};
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

/// One value as a record of its own, whatever the position.
#[derive(Clone, Copy)]
pub(super) struct Single<'a> {
    pub(super) cell: Cell<'a>,
    /// Whether the value is percent-encoded.
    pub(super) is_encoded: bool,
}

impl Single<'_> {
    /// Reports whether the value cannot be one of a field of this kind.
    #[inline]
    pub(super) fn is_wrong(&self, kind: Kind) -> bool {
        match kind {
            Kind::Text => false,
            Kind::Address => self.address(0).is_none() && self.text(0).is_some(),
            Kind::Integer | Kind::Seconds => match self.cell.integer() {
                Some(number) => number < 0,
                None => self.text(0).is_some(),
            },
        }
    }
}

impl Row<'_> {
    /// Renders the row as a line.
    pub(super) fn line(&self) -> String {
        let values = (0..self.format.names().len()).map(|index| {
            let value = self.single(index).and_then(|single| single.cell.text());
            value.map_or(Cow::Borrowed(parse::NO_VALUE), |value| {
                value.into_owned().into()
            })
        });
        values.collect::<Vec<_>>().join(" ")
    }

    /// Describes a value of the wrong type.
    #[cold]
    pub(super) fn wrong_value(&self, index: usize, kind: Kind) -> ParseError {
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
    fn single(&self, index: usize) -> Option<Single<'_>> {
        let batch = self.batches.get(index)?.as_ref()?;
        batch.is_current.then(|| Single {
            cell: batch.cell(self.row),
            is_encoded: self.format.is_encoded(index),
        })
    }
}

impl Values for Row<'_> {
    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        let single = self.single(index)?;
        Some(match single.cell.text()? {
            Cow::Borrowed(text) if single.is_encoded => percent::decode(text),
            text => text,
        })
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        self.single(index)?.cell.integer()
    }

    #[inline]
    fn address(&self, index: usize) -> Option<IpAddr> {
        self.single(index)?.address(index)
    }

    fn time(&self, index: usize) -> Option<Timestamp> {
        parse::timestamp(self.integer(index)?)
    }

    #[inline]
    fn seconds(&self, index: usize) -> Option<i64> {
        self.integer(index).map(parse::in_seconds)
    }
}

impl Values for Single<'_> {
    fn text(&self, _index: usize) -> Option<Cow<'_, str>> {
        Some(match self.cell.text()? {
            Cow::Borrowed(text) if self.is_encoded => percent::decode(text),
            text => text,
        })
    }

    #[inline]
    fn integer(&self, _index: usize) -> Option<i64> {
        self.cell.integer()
    }

    #[inline]
    fn address(&self, _index: usize) -> Option<IpAddr> {
        parse::address(&self.cell.text()?)
    }

    fn time(&self, _index: usize) -> Option<Timestamp> {
        parse::timestamp(self.cell.integer()?)
    }

    #[inline]
    fn seconds(&self, _index: usize) -> Option<i64> {
        self.cell.integer().map(parse::in_seconds)
    }
}
