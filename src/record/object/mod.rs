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
//! | `json` | ExternalFlow events of Yandex Cloud, in an array or in lines |
//! | `parquet_file` | AWS flow logs as Parquet |
//!
//! An object of any size takes bounded memory, and damaged bytes are a problem of their object, never a panic.

mod content;
mod gzip;
mod json;
pub mod key;
mod lines;
mod matching;
mod names;
mod parquet_file;
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
        Kind::Parquet => parquet_file::read(content, ask, visitor, read),
        Kind::ExternalFlow => json::read(&mut Input::new(content)?, ask, visitor, read),
        Kind::Text => {
            let mut input = Input::new(content)?;
            if input.begins_with(parquet_file::MAGIC) {
                parquet_file::read(content, ask, visitor, read)
            } else {
                text::read(&mut input, ask, visitor, read)
            }
        }
    }
}

#[cfg(test)]
mod tests;
