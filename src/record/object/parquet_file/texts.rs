//! A column of texts. Where its pages name the texts of a dictionary, their numbers are read, and no text is touched.

use std::sync::Arc;

use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::Page;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor, Type};

use super::batch::Values;
use super::dictionary::Dictionary;
use super::pages::{self, Feed, some};

/// Reads texts, or their numbers in the dictionary of the column.
pub(super) struct Texts {
    plain: ColumnReaderImpl<ByteArrayType>,
    plain_pages: Feed,
    coded: ColumnReaderImpl<Int32Type>,
    coded_pages: Feed,
    dictionary: Option<Arc<Dictionary>>,
    /// Whether the current page names texts by number.
    is_coded: bool,
}

impl Texts {
    pub(super) fn new(descriptor: ColumnDescPtr, plain_pages: Feed) -> Result<Self> {
        let numbers = Type::primitive_type_builder(descriptor.name(), Physical::INT32);
        let numbers = ColumnDescriptor::new(
            Arc::new(numbers.build()?),
            descriptor.max_def_level(),
            descriptor.max_rep_level(),
            descriptor.path().clone(),
        );
        let coded_pages = Feed::default();
        Ok(Self {
            plain: ColumnReaderImpl::new(descriptor, Box::new(plain_pages.clone())),
            plain_pages,
            coded: ColumnReaderImpl::new(Arc::new(numbers), Box::new(coded_pages.clone())),
            coded_pages,
            dictionary: None,
            is_coded: false,
        })
    }

    /// Takes the next page.
    pub(super) fn take(&mut self, page: Page) -> Result<()> {
        pages::check(&page)?;
        let is_coded = matches!(
            page.encoding(),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY
        );
        if let Page::DictionaryPage {
            buf,
            num_values,
            encoding,
            ..
        } = page
        {
            let is_plain = matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY);
            if !is_plain || self.dictionary.is_some() {
                return Err(refused());
            }
            let dictionary = Dictionary::read(buf, num_values)?;
            // The reader takes it when it is asked for rows, before it takes a page that follows.
            self.coded_pages.push(dictionary.of_numbers())?;
            self.dictionary = Some(Arc::new(dictionary));
            self.is_coded = true;
            return Ok(());
        }
        if is_coded && self.dictionary.is_none() {
            return Err(refused());
        }
        self.is_coded = is_coded;
        if is_coded {
            self.coded_pages.push(page)
        } else {
            self.plain_pages.push(page)
        }
    }

    /// Reads rows of the current page, and returns their number.
    pub(super) fn read(
        &mut self,
        rows: usize,
        values: &mut Values,
        levels: &mut Vec<i16>,
    ) -> Result<usize> {
        if let (true, Some(dictionary)) = (self.is_coded, &self.dictionary) {
            let is_empty = values.len() == 0;
            if is_empty && !is_of(values, dictionary) {
                *values = Values::Coded(Arc::clone(dictionary), Vec::new());
            }
            if let Values::Coded(_, codes) = values {
                return some(&mut self.coded, rows, codes, levels);
            }
            let mut codes = Vec::new();
            let read = some(&mut self.coded, rows, &mut codes, levels)?;
            texts_of(values)?.extend(decoded(dictionary, &codes));
            return Ok(read);
        }
        some(&mut self.plain, rows, texts_of(values)?, levels)
    }

    /// Skips rows of the current page, and returns their number.
    pub(super) fn skip(&mut self, rows: usize) -> Result<usize> {
        if self.is_coded {
            self.coded.skip_records(rows)
        } else {
            self.plain.skip_records(rows)
        }
    }
}

/// Reports whether values are numbers of texts in this dictionary.
fn is_of(values: &Values, dictionary: &Arc<Dictionary>) -> bool {
    matches!(values, Values::Coded(known, _) if Arc::ptr_eq(known, dictionary))
}

/// Returns the values as texts. Numbers of texts are replaced by the texts.
fn texts_of(values: &mut Values) -> Result<&mut Vec<ByteArray>> {
    if let Values::Coded(dictionary, codes) = values {
        *values = Values::Text(decoded(dictionary, codes).collect());
    } else if !matches!(values, Values::Text(_)) {
        *values = Values::Text(Vec::new());
    }
    match values {
        Values::Text(texts) => Ok(texts),
        _ => Err(refused()),
    }
}

fn decoded(dictionary: &Dictionary, codes: &[i32]) -> impl Iterator<Item = ByteArray> {
    codes
        .iter()
        .map(|code| dictionary.part(*code).unwrap_or_default().into())
}

fn refused() -> ParquetError {
    ParquetError::General("the dictionary of a column cannot be used".to_owned())
}
