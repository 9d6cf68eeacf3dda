//! Pages, handed from the reader of a file to the reader of a column one by one.
//!
//! The reader of a column must own its pages, and the bytes of an object are only borrowed.

use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

/// The maximum size of a dictionary, in bytes. Writers use about one megabyte.
const LARGEST_DICTIONARY: usize = 1 << 24;

/// A place for one page.
#[derive(Clone, Default)]
pub(super) struct Feed(Arc<Mutex<Option<Page>>>);

impl Feed {
    /// Hands on a page.
    pub(super) fn push(&self, page: Page) -> Result<()> {
        check(&page)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
        Ok(())
    }
}

/// Refuses a page for which the reader would allocate more than its bytes justify.
fn check(page: &Page) -> Result<()> {
    let refuse = |what: &str| Err(ParquetError::General(what.to_owned()));
    match page {
        Page::DictionaryPage {
            buf, num_values, ..
        } if buf.len() > LARGEST_DICTIONARY || *num_values as usize > buf.len() => {
            refuse("a dictionary is too large")
        }
        _ => match page.encoding() {
            Encoding::DELTA_BYTE_ARRAY | Encoding::DELTA_LENGTH_BYTE_ARRAY => {
                refuse("the encoding of a page is not supported")
            }
            _ => Ok(()),
        },
    }
}

impl Iterator for Feed {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Feed {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).take())
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        let page = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(page.as_ref().map(|page| PageMetadata {
            num_rows: None,
            num_levels: page.is_data_page().then_some(page.num_values() as usize),
            is_dict: page.is_dictionary_page(),
        }))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.get_next_page().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_that_is_too_large_is_refused() {
        let dictionary = |bytes: usize, num_values: u32| Page::DictionaryPage {
            buf: vec![0; bytes].into(),
            num_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        assert!(check(&dictionary(LARGEST_DICTIONARY, 1000)).is_ok());
        assert!(check(&dictionary(LARGEST_DICTIONARY + 1, 1000)).is_err());
        assert!(
            check(&dictionary(1000, 1001)).is_err(),
            "more values than bytes"
        );
    }
}
