//! The bytes of one object, and how they are read from the first to the last.
//!
//! Must not know what an object holds.

use std::io::{self, BufRead, Read};

use bytes::Bytes;

/// How many bytes of an object are asked for at once.
const PIECE: usize = 1 << 20;

/// The bytes of one object. Reading blocks, so it belongs on a thread of its own.
pub trait Content: Send + Sync {
    /// Returns the number of bytes.
    fn size(&self) -> u64;

    /// Reads bytes from a place on: at least one and at most `length`, and none only at the end of the object.
    ///
    /// # Errors
    ///
    /// The bytes cannot be fetched.
    fn read(&self, start: u64, length: usize) -> io::Result<Bytes>;
}

impl Content for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let start = usize::try_from(start).map_or(self.len(), |start| start.min(self.len()));
        Ok(self.slice(start..self.len().min(start.saturating_add(length))))
    }
}

/// Reads exactly this many bytes.
pub(super) fn read_exactly(content: &dyn Content, start: u64, length: usize) -> io::Result<Bytes> {
    let first = content.read(start, length)?;
    if first.len() == length {
        return Ok(first);
    }
    let mut all = first.to_vec();
    while all.len() < length {
        let more = content.read(start + all.len() as u64, length - all.len())?;
        if more.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        all.extend_from_slice(&more);
    }
    Ok(all.into())
}

/// The bytes of an object in their order.
pub(super) struct Stream<'a> {
    content: &'a dyn Content,
    next: u64,
    piece: Bytes,
    /// Why the content could not be read.
    pub(super) failed: Option<io::Error>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(content: &'a dyn Content) -> Self {
        Self {
            content,
            next: 0,
            piece: Bytes::new(),
            failed: None,
        }
    }
}

impl BufRead for Stream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece.is_empty() && self.next < self.content.size() {
            match self.content.read(self.next, PIECE) {
                Ok(piece) if piece.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(piece) => self.piece = piece,
                Err(error) => {
                    // A decoder may wrap or lose an error, so it is kept here.
                    let kind = error.kind();
                    self.failed = Some(error);
                    return Err(kind.into());
                }
            }
            self.next += self.piece.len() as u64;
        }
        Ok(&self.piece)
    }

    fn consume(&mut self, amount: usize) {
        let _ = self.piece.split_to(amount.min(self.piece.len()));
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
