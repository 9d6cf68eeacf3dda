//! The bytes that an object holds, decompressed if they are compressed with gzip.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::content::{Content, Stream};
use super::problem::Problem;

/// The first bytes of each member of gzip data.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The decompressed bytes of an object, in their order.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each object that is read"
)]
pub(super) enum Input<'a> {
    /// They are as the object holds them.
    Plain(Stream<'a>),
    /// They are those of one or more members of gzip data.
    Gzip(Members<'a>),
}

/// Members of gzip data, one after the other.
pub(super) struct Members<'a> {
    /// None after the last member.
    decoder: Option<GzDecoder<Stream<'a>>>,
    /// Whether it is the first member.
    is_first: bool,
    /// Whether the member has given bytes.
    has_begun: bool,
}

impl<'a> Input<'a> {
    /// Looks at the first bytes of an object.
    pub(super) fn new(content: &'a dyn Content) -> Result<Self, Problem> {
        let mut stream = Stream::new(content);
        let begins = match stream.fill_buf() {
            Ok(bytes) => bytes.starts_with(&MAGIC),
            Err(error) => return Err(failure(&mut stream, error)),
        };
        Ok(if begins {
            Self::Gzip(Members {
                decoder: Some(GzDecoder::new(stream)),
                is_first: true,
                has_begun: false,
            })
        } else {
            Self::Plain(stream)
        })
    }

    /// Reports whether the bytes that are read next begin like this, if they are not compressed.
    pub(super) fn begins_with(&mut self, magic: &[u8]) -> bool {
        match self {
            Self::Plain(stream) => stream
                .fill_buf()
                .is_ok_and(|bytes| bytes.starts_with(magic)),
            Self::Gzip(_) => false,
        }
    }

    /// Reads the next bytes; none at the end.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Problem> {
        match self {
            Self::Plain(stream) => stream.read(buffer).map_err(|error| failure(stream, error)),
            Self::Gzip(members) => members.fill(buffer),
        }
    }
}

impl Members<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Problem> {
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(buffer) {
                Ok(0) => self.turn()?,
                Ok(read) => {
                    self.has_begun = true;
                    return Ok(read);
                }
                Err(error) => return Err(self.problem(&error)),
            }
        }
        Ok(0)
    }

    /// Goes on to the next member, if there is one. Zeros may fill the rest of the object.
    fn turn(&mut self) -> Result<(), Problem> {
        let Some(decoder) = self.decoder.take() else {
            return Ok(());
        };
        let mut stream = decoder.into_inner();
        loop {
            let (zeros, next) = match stream.fill_buf() {
                Ok(bytes) => {
                    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                    (zeros, bytes.get(zeros).copied())
                }
                Err(error) => return Err(failure(&mut stream, error)),
            };
            match next {
                Some(byte) if byte == MAGIC[0] && zeros == 0 => {
                    self.decoder = Some(GzDecoder::new(stream));
                    (self.is_first, self.has_begun) = (false, false);
                    return Ok(());
                }
                Some(_) => return Err(Problem::Trailing),
                None if zeros == 0 => return Ok(()),
                None => stream.consume(zeros),
            }
        }
    }

    fn problem(&mut self, error: &io::Error) -> Problem {
        let failed = self.decoder.as_mut();
        if let Some(failed) = failed.and_then(|decoder| decoder.get_mut().failed.take()) {
            return Problem::Content(failed);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Problem::Truncated,
            _ if !self.is_first && !self.has_begun => Problem::Trailing,
            _ => Problem::Damaged,
        }
    }
}

fn failure(stream: &mut Stream<'_>, error: io::Error) -> Problem {
    Problem::Content(stream.failed.take().unwrap_or(error))
}
