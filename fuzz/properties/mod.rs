//! What must hold for all input, including hostile input: the code neither panics nor hangs, and what it accepts is consistent.
//!
//! Each property is one function of bytes. The fuzz targets call it for millions of inputs, and `tests/it/hostile.rs` for
//! the corpus and mutations of it, so that each finding stays a test.
//!
//! | file | input |
//! |---|---|
//! | `values` | values of Terraform as msgpack and JSON, and types |
//! | `messages` | calls of Terraform |
//! | `lines` | messages of a log group |
//! | `formats` | record formats |
//! | `quals` | quals, rendered for every service |
//! | `functions` | arguments of the provider's functions |
//! | `objects` | objects of a bucket: text, gzip, Parquet, JSON |
//! | `environment` | the environment of the handshake |
//! | `text` | identifiers, durations, and text that is shown |
//! | `stacks` | stack definitions, templates and states |

mod environment;
mod formats;
mod functions;
mod lines;
mod messages;
mod objects;
mod quals;
#[cfg(feature = "aws")]
mod stacks;
mod text;
mod values;

/// Checks one property for one input.
pub(crate) type Property = fn(&[u8]);

/// All properties, by the name of their target and of the folder of their corpus.
pub(crate) const ALL: &[(&str, Property)] = &[
    ("values", values::check),
    ("messages", messages::check),
    ("lines", lines::check),
    ("formats", formats::check),
    ("quals", quals::check),
    ("functions", functions::check),
    ("objects", objects::check),
    ("environment", environment::check),
    ("text", text::check),
    #[cfg(feature = "aws")]
    ("stacks", stacks::check),
];

/// Splits the first byte off, which selects among variants.
fn selected(bytes: &[u8]) -> (usize, &[u8]) {
    match bytes.split_first() {
        Some((first, rest)) => (usize::from(*first), rest),
        None => (0, bytes),
    }
}
