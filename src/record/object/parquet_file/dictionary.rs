//! The different texts of a column, which its pages name by number.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::errors::{ParquetError, Result};

/// The texts of a dictionary page.
pub(super) struct Dictionary {
    bytes: Bytes,
    /// Where each text starts and ends.
    entries: Vec<(u32, u32)>,
}

impl Dictionary {
    /// Reads the texts of a page: each with its length in front.
    pub(super) fn read(bytes: Bytes, count: u32) -> Result<Self> {
        let mut entries = Vec::new();
        let mut at = 0_usize;
        for _ in 0..count {
            let length = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
            let length = length.map(|length| u32::from_le_bytes(*length));
            let start = at + 4;
            let end = length.and_then(|length| start.checked_add(usize::try_from(length).ok()?));
            let (Some(end), Ok(from)) =
                (end.filter(|end| *end <= bytes.len()), u32::try_from(start))
            else {
                return Err(ParquetError::EOF("a dictionary ends early".to_owned()));
            };
            entries.push((from, u32::try_from(end).unwrap_or(from)));
            at = end;
        }
        Ok(Self { bytes, entries })
    }

    /// Returns the number of texts.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns a text by its number.
    #[inline]
    pub(super) fn entry(&self, code: i32) -> Option<&[u8]> {
        let (from, end) = self.entries.get(usize::try_from(code).ok()?)?;
        self.bytes.get(*from as usize..*end as usize)
    }

    /// Returns a text by its number, as a part of the page.
    pub(super) fn part(&self, code: i32) -> Option<Bytes> {
        let (from, end) = self.entries.get(usize::try_from(code).ok()?)?;
        let is_within = *end as usize <= self.bytes.len() && from <= end;
        is_within.then(|| self.bytes.slice(*from as usize..*end as usize))
    }

    /// Creates a dictionary page of numbers in which each number stands for itself. With it, a reader of numbers returns
    /// the numbers of texts instead of the texts.
    pub(super) fn of_numbers(&self) -> Page {
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let numbers = (0..count).flat_map(u32::to_le_bytes);
        Page::DictionaryPage {
            buf: numbers.collect::<Vec<_>>().into(),
            num_values: count,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        }
    }
}
