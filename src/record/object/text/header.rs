//! The header: the names of the fields, in the order of the values.

use crate::record::field::{self, FIELDS};
use crate::record::format::Format;
use crate::record::object::names;
use crate::record::object::problem::Problem;
use crate::record::parse;

/// Reports whether a line may be a header. Decides most lines by their first byte.
#[inline]
pub(super) fn may_be(line: &str) -> bool {
    line.as_bytes().first().is_some_and(|byte| {
        byte.is_ascii_lowercase() || *byte == 0xef || byte.is_ascii_whitespace()
    })
}

/// Returns the format that a line names; none if it is not a header. The first line may name only fields that are not
/// known, or a single one.
///
/// # Errors
///
/// It is a header that cannot be that of records.
pub(super) fn format(line: &str, is_first: bool) -> Result<Option<Format>, Problem> {
    // Some programs write a byte order mark in front of a text.
    let line = line.trim_start_matches('\u{feff}').trim_ascii();
    let begins = begins_with_field(line);
    let has_words = line.contains(' ');
    let is_header = match (is_first, has_words) {
        (true, true) => parse::is_header(line) || all_could_be_fields(line),
        (true, false) => begins,
        // A value may be the name of a field, but hardly as the first of a line of such words.
        (false, true) => begins && all_could_be_fields(line),
        (false, false) => false,
    };
    if !is_header {
        return Ok(None);
    }
    names::format(line.split_ascii_whitespace()).map(Some)
}

/// Reports whether the first word is the name of a field, or could be one that is not known.
fn begins_with_field(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    let is =
        |name: &str| name.len() == word.len() && name.replace('-', "_") == word.replace('-', "_");
    FIELDS.iter().any(|field| is(field.name))
}

/// Reports whether every word could be the name of a field, and one is.
fn all_could_be_fields(line: &str) -> bool {
    let could_be = |word: &str| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let is_known = |word: &str| field::find(&names::name_of(word)).is_some();
    line.split_ascii_whitespace().all(could_be) && line.split_ascii_whitespace().any(is_known)
}
