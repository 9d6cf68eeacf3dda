//! The values of some rows of a column.

use std::borrow::Cow;
use std::sync::Arc;

use parquet::data_type::ByteArray;

use super::dictionary::Dictionary;
use crate::record::parse;

/// The place of a value that is null.
const NULL: u32 = u32::MAX;

/// The widest span of numbers that get codes: that of ports.
const WIDEST: usize = 1 << 16;

/// The values of some rows of a column.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) values: Values,
    pub(super) is_unsigned: bool,
    /// Whether these are the rows that are being decided.
    pub(super) is_current: bool,
    /// For each row, the index of its value; empty if no row is null.
    places: Vec<u32>,
    /// For each row, whether it has a value, as the file tells it.
    pub(super) levels: Vec<i16>,
}

/// The values of the rows that are not null.
#[derive(Default)]
pub(super) enum Values {
    #[default]
    None,
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Text(Vec<ByteArray>),
    /// Texts of a dictionary, by their numbers in it.
    Coded(Arc<Dictionary>, Vec<i32>),
    Bool(Vec<bool>),
    Float(Vec<f32>),
    Double(Vec<f64>),
}

/// The numbers of all rows.
#[derive(Clone, Copy)]
pub(super) enum Numbers<'a> {
    Int32(&'a [i32]),
    Int64(&'a [i64]),
}

/// One value.
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    Null,
    Number(i64),
    Text(&'a [u8]),
    Bool(bool),
    Float(f32),
    Double(f64),
}

impl Batch {
    /// Finds the place of the value of each row, if some of this many rows have none.
    pub(super) fn locate(&mut self, rows: usize) {
        self.places.clear();
        if self.values.len() < rows {
            let mut index = 0;
            self.places.extend(self.levels.iter().map(|level| {
                let place = if *level > 0 { index } else { NULL };
                index += u32::from(*level > 0);
                place
            }));
        }
    }

    /// Returns the value of a row.
    #[inline]
    pub(super) fn cell(&self, row: usize) -> Cell<'_> {
        let value = self.place(row).and_then(|place| {
            Some(match &self.values {
                Values::Int32(values) => {
                    let value = *values.get(place)?;
                    Cell::Number(if self.is_unsigned {
                        i64::from(value.cast_unsigned())
                    } else {
                        i64::from(value)
                    })
                }
                Values::Int64(values) => Cell::Number(*values.get(place)?),
                Values::Coded(dictionary, codes) => {
                    Cell::Text(dictionary.entry(*codes.get(place)?)?)
                }
                Values::Text(values) => Cell::Text(values.get(place)?.data()),
                Values::Bool(values) => Cell::Bool(*values.get(place)?),
                Values::Float(values) => Cell::Float(*values.get(place)?),
                Values::Double(values) => Cell::Double(*values.get(place)?),
                Values::None => return None,
            })
        });
        value.unwrap_or(Cell::Null)
    }

    /// Returns the number of texts in the dictionary, if there is one.
    pub(super) fn texts(&self) -> Option<usize> {
        match &self.values {
            Values::Coded(dictionary, _) => Some(dictionary.len()),
            _ => None,
        }
    }

    /// Returns the number of the text of a row in the dictionary; the number of texts if there is none.
    #[inline]
    pub(super) fn code(&self, row: usize) -> usize {
        let Values::Coded(dictionary, codes) = &self.values else {
            return 0;
        };
        let code = self.place(row).and_then(|place| codes.get(place));
        let code = code.and_then(|code| usize::try_from(*code).ok());
        code.unwrap_or(dictionary.len())
    }

    /// Reads codes for the values of rows: the same code for the same value. Returns the number above the codes; none if
    /// there may be too many.
    pub(super) fn codes(&self, rows: &[u32], into: &mut Vec<usize>) -> Option<usize> {
        if let Some(texts) = self.texts() {
            into.extend(rows.iter().map(|row| self.code(*row as usize)));
            return Some(texts + 1);
        }
        let mut numbers = Vec::with_capacity(rows.len());
        self.integers(rows, &mut numbers);
        if !matches!(self.values, Values::Int32(_) | Values::Int64(_)) {
            return None;
        }
        let low = numbers.iter().flatten().min().copied().unwrap_or(0);
        let high = numbers.iter().flatten().max().copied().unwrap_or(0);
        let span = high
            .checked_sub(low)
            .and_then(|span| usize::try_from(span).ok());
        let above = span.filter(|span| *span < WIDEST)? + 1;
        let code = |number: Option<i64>| {
            let code = number.and_then(|number| usize::try_from(number - low).ok());
            code.unwrap_or(above)
        };
        into.extend(numbers.into_iter().map(code));
        Some(above + 1)
    }

    /// Returns the least and the greatest value, if all rows have numbers.
    pub(super) fn bounds(&self) -> Option<(i64, i64)> {
        fn of<T: Copy + Ord>(values: &[T]) -> Option<(T, T)> {
            let first = *values.first()?;
            let grow = |(low, high): (T, T), value: &T| (low.min(*value), high.max(*value));
            Some(values.iter().fold((first, first), grow))
        }
        match self.numbers()? {
            Numbers::Int32(values) => of(values).map(|(low, high)| (low.into(), high.into())),
            Numbers::Int64(values) => of(values),
        }
    }

    /// Reads the numbers of rows.
    pub(super) fn integers(&self, rows: &[u32], into: &mut Vec<Option<i64>>) {
        let all = rows.iter().map(|row| *row as usize);
        match self.numbers() {
            Some(Numbers::Int64(values)) => into.extend(all.map(|row| values.get(row).copied())),
            Some(Numbers::Int32(values)) => {
                into.extend(all.map(|row| values.get(row).copied().map(i64::from)));
            }
            None => into.extend(all.map(|row| self.cell(row).integer())),
        }
    }

    /// Returns the numbers, if all rows have one.
    pub(super) fn numbers(&self) -> Option<Numbers<'_>> {
        match &self.values {
            _ if !self.places.is_empty() => None,
            Values::Int32(values) if !self.is_unsigned => Some(Numbers::Int32(values)),
            Values::Int64(values) => Some(Numbers::Int64(values)),
            _ => None,
        }
    }

    #[inline]
    fn place(&self, row: usize) -> Option<usize> {
        if self.places.is_empty() {
            return Some(row);
        }
        let place = self.places.get(row).copied();
        usize::try_from(place.filter(|place| *place != NULL)?).ok()
    }
}

impl Values {
    /// Removes the values, and keeps their memory.
    pub(super) fn clear(&mut self) {
        match self {
            Self::None => {}
            Self::Int32(values) => values.clear(),
            Self::Int64(values) => values.clear(),
            Self::Text(values) => values.clear(),
            Self::Coded(_, codes) => codes.clear(),
            Self::Bool(values) => values.clear(),
            Self::Float(values) => values.clear(),
            Self::Double(values) => values.clear(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Int32(values) => values.len(),
            Self::Int64(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Coded(_, codes) => codes.len(),
            Self::Bool(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Double(values) => values.len(),
        }
    }
}

impl<'a> Cell<'a> {
    /// Returns the value as text; none if it is null or `-`.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::Null => return None,
            Self::Number(number) => number.to_string().into(),
            Self::Text(_) => String::from_utf8_lossy(self.bytes()?),
            Self::Bool(value) => value.to_string().into(),
            Self::Float(value) => value.to_string().into(),
            Self::Double(value) => value.to_string().into(),
        })
    }

    /// Returns the bytes of the value; none if it is null, `-`, or no text.
    #[inline]
    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Text(bytes) => {
                let is_value = !bytes.is_empty() && bytes != parse::NO_VALUE.as_bytes();
                is_value.then_some(bytes)
            }
            _ => None,
        }
    }

    /// Returns the value as a number, if it is one.
    #[inline]
    pub(super) fn integer(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(bytes) => parse::integer(std::str::from_utf8(bytes).ok()?),
            _ => None,
        }
    }
}
