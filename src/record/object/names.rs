//! The names of fields, in a header or a schema, as a format.

use crate::record::field;
use crate::record::format::{Format, MAX_FIELDS};

use super::problem::Problem;

/// Returns the format with fields of these names. Known fields may be written with `_` for `-`.
///
/// # Errors
///
/// There is no name, there are too many, or one occurs twice.
pub(super) fn format<'a>(names: impl Iterator<Item = &'a str>) -> Result<Format, Problem> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        let name = name_of(name);
        if found.contains(&name) {
            return Err(Problem::Header(format!("{name} occurs twice")));
        }
        if found.len() == MAX_FIELDS {
            return Err(Problem::Header(format!(
                "there are more than {MAX_FIELDS} names"
            )));
        }
        found.push(name);
    }
    if found.is_empty() {
        return Err(Problem::Header("there is no name".to_owned()));
    }
    Ok(Format::of(found))
}

/// Returns AWS's name of a field that may be written with `_` for `-`. A name that the field table lacks is kept.
pub(super) fn name_of(name: &str) -> String {
    let with_hyphens = name.replace('_', "-");
    match field::find(&with_hyphens) {
        Some(_) => with_hyphens,
        None => name.to_owned(),
    }
}
