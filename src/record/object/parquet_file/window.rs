//! The bytes of one column, fetched in large pieces, with limits on what a page may take.
//!
//! Must not know what a page holds.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::record::object::content::{Content, read_exactly};

/// How many bytes are fetched at once.
pub(super) const PIECE: usize = 1 << 20;

/// The maximum size of a page, compressed or not.
const LARGEST_PAGE: usize = 1 << 28;

/// The greatest ratio of gzip.
const GREATEST_RATIO: usize = 1032;

/// The error of the content, which the Parquet reader would turn into text.
pub(super) type Failed = Arc<Mutex<Option<io::Error>>>;

/// A part of an object.
pub(super) struct Window<'a> {
    content: &'a dyn Content,
    /// The end of the part.
    end: u64,
    is_gzip: bool,
    /// The bytes that were fetched last, and where they start.
    fetched: Mutex<(u64, Bytes)>,
    failed: Failed,
}

impl<'a> Window<'a> {
    /// Creates a part that ends at a place. `fetched` are bytes that are there already.
    pub(super) fn new(
        content: &'a dyn Content,
        end: u64,
        is_gzip: bool,
        fetched: (u64, Bytes),
        failed: Failed,
    ) -> Self {
        Self {
            content,
            end: end.min(content.size()),
            is_gzip,
            fetched: Mutex::new(fetched),
            failed,
        }
    }

    /// Returns bytes from a place on: at least `least`, and more if they are there.
    fn bytes(&self, start: u64, least: usize) -> Result<Bytes> {
        let rest = self.end.saturating_sub(start);
        if least as u64 > rest || rest == 0 {
            return Err(ParquetError::EOF("the column ends early".to_owned()));
        }
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = start
            .checked_sub(fetched.0)
            .and_then(|at| usize::try_from(at).ok());
        if let Some(offset) = offset
            && fetched.1.len() >= offset.saturating_add(least.max(1))
        {
            return Ok(fetched.1.slice(offset..));
        }
        let length = (least.max(PIECE) as u64).min(rest);
        let read = read_exactly(
            self.content,
            start,
            usize::try_from(length).unwrap_or(least),
        );
        let bytes = read.map_err(|error| {
            let told = ParquetError::General(error.to_string());
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            told
        })?;
        *fetched = (start, bytes.clone());
        Ok(bytes)
    }
}

impl Length for Window<'_> {
    fn len(&self) -> u64 {
        self.content.size()
    }
}

impl ChunkReader for Window<'_> {
    type T = Header;

    fn get_read(&self, start: u64) -> Result<Header> {
        // A header is far shorter than this.
        let least = self.end.saturating_sub(start).min(4096);
        let bytes = self.bytes(start, usize::try_from(least).unwrap_or(0))?;
        Ok(Header {
            bytes,
            is_checked: false,
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if length > LARGEST_PAGE {
            return Err(too_large());
        }
        if length == 0 {
            return Ok(Bytes::new());
        }
        let page = self.bytes(start, length)?.slice(..length);
        if self.is_gzip && length > LARGEST_PAGE / GREATEST_RATIO {
            // The Parquet reader decompresses all that there is, so it is counted first.
            let limit = LARGEST_PAGE as u64 + 1;
            let mut unpacked = MultiGzDecoder::new(&*page).take(limit);
            if io::copy(&mut unpacked, &mut io::sink())? == limit {
                return Err(too_large());
            }
        }
        Ok(page)
    }
}

/// The bytes of the header of a page, and what follows.
pub(super) struct Header {
    bytes: Bytes,
    is_checked: bool,
}

impl Read for Header {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_checked {
            self.is_checked = true;
            let size = unpacked_size(&self.bytes);
            if size.is_none_or(|size| size > LARGEST_PAGE as u64) {
                return Err(io::Error::other(too_large()));
            }
        }
        let length = buffer.len().min(self.bytes.len());
        buffer[..length].copy_from_slice(&self.bytes.split_to(length));
        Ok(length)
    }
}

fn too_large() -> ParquetError {
    ParquetError::General("a page is too large".to_owned())
}

/// Returns the size of a decompressed page: the second field of its header, which follows the type. Both are numbers.
fn unpacked_size(header: &[u8]) -> Option<u64> {
    const NUMBER: u8 = 0x15;
    let mut bytes = header.iter().copied();
    let mut number = || {
        (bytes.next()? == NUMBER).then_some(())?;
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = bytes.next()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // A number that is not negative is stored doubled.
                return Some(value / 2);
            }
            shift += 7;
            (shift < 35).then_some(())?;
        }
    };
    number()?;
    number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_too_large_is_refused_before_it_is_read() {
        let content = Bytes::from_static(b"short");
        for is_gzip in [false, true] {
            let fetched = (0, Bytes::new());
            let window = Window::new(&content, u64::MAX, is_gzip, fetched, Failed::default());
            let refused = window.get_bytes(0, LARGEST_PAGE + 1).unwrap_err();
            assert!(refused.to_string().contains("too large"), "{refused}");
            assert!(window.get_bytes(0, LARGEST_PAGE).is_err(), "it ends early");
            assert_eq!(&*window.get_bytes(0, 5).unwrap(), b"short");
        }
    }
}
