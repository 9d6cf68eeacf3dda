//! The records of one object of a bucket.
//!
//! | file | holds |
//! |---|---|
//! | `content` | the bytes of an object, read by range |
//! | `visitor` | what is asked of the records, and who takes them |
//! | `problem` | why an object cannot be read |
//! | `matching` | the quals and the window, for the records of one format |
//! | [`key`] | the keys of objects, and where those of a window are |
//! | `names` | the names of fields in a header or a schema as a format |
//! | `gzip` | compressed bytes, decompressed |
//! | `lines` | the lines of text, in bounded memory |
//! | `text` | lines of AWS flow logs, with a header or without |
//!
//! An object of any size takes bounded memory, and damaged bytes are a problem of their object, never a panic.

mod content;
mod gzip;
pub mod key;
mod lines;
mod matching;
mod names;
mod problem;
mod text;
mod visitor;

pub use content::Content;
pub use problem::{Problem, Unreadable};
pub use visitor::{Ask, Fields, Found, Read, Unparsed, Visitor};

use gzip::Input;

/// What an object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Lines of AWS flow logs, compressed or not.
    Text,
    /// AWS flow logs as Parquet.
    Parquet,
    /// ExternalFlow events of Yandex Cloud as JSON, compressed or not.
    ExternalFlow,
}

/// Reads an object from its first to its last record. Blocks, so it belongs on a thread of its own.
///
/// # Errors
///
/// The object, or the rest of it, cannot be read. The records before were handed on, and count.
pub fn read(
    content: &dyn Content,
    kind: Kind,
    ask: &Ask<'_>,
    visitor: &mut dyn Visitor,
) -> Result<Read, Box<Unreadable>> {
    let mut read = Read::default();
    let result = read_into(content, kind, ask, visitor, &mut read);
    match result {
        Ok(()) => Ok(read),
        Err(problem) => Err(Box::new(Unreadable { problem, read })),
    }
}

fn read_into(
    content: &dyn Content,
    kind: Kind,
    ask: &Ask<'_>,
    visitor: &mut dyn Visitor,
    read: &mut Read,
) -> Result<(), Problem> {
    if content.size() == 0 {
        return Err(Problem::Empty);
    }
    match kind {
        Kind::Text => text::read(&mut Input::new(content)?, ask, visitor, read),
        Kind::Parquet | Kind::ExternalFlow => Err(Problem::Foreign),
    }
}

#[cfg(test)]
mod tests;
