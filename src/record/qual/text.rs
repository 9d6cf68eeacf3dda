//! Quals on text: the exact value, or one of several.

use super::part::{Part, QualError};
use crate::record::field::Field;
use crate::record::parse::NO_VALUE;
use crate::record::percent;

/// Parses values that are compared as they are written.
pub(super) fn exact(parts: Vec<Part<'_>>) -> Result<Vec<String>, QualError> {
    open(parts, &[])
}

/// Parses values, and converts known ones to AWS's spelling.
pub(super) fn open(parts: Vec<Part<'_>>, known: &[&str]) -> Result<Vec<String>, QualError> {
    let value = |part| {
        Ok(spelling(checked(part)?, known)
            .unwrap_or(part.text)
            .to_owned())
    };
    parts.into_iter().map(value).collect()
}

/// Parses values that are compared without regard to case.
pub(super) fn any_case(parts: Vec<Part<'_>>) -> Result<Vec<String>, QualError> {
    let value = |part| Ok(checked(part)?.text.to_ascii_uppercase());
    parts.into_iter().map(value).collect()
}

/// Parses values that may contain white space.
pub(super) fn free(parts: Vec<Part<'_>>) -> Result<Vec<String>, QualError> {
    let value = |part: Part<'_>| Ok(present(part)?.text.to_owned());
    parts.into_iter().map(value).collect()
}

/// Parses values of tags, which are compared as they were before AWS percent-encoded them. They can be written as they are,
/// or percent-encoded. A comma must be encoded (`%2C`).
pub(super) fn decoded(parts: Vec<Part<'_>>) -> Result<Vec<String>, QualError> {
    let value = |part: Part<'_>| Ok(percent::decode(present(part)?.text).into_owned());
    parts.into_iter().map(value).collect()
}

/// Parses values that must be known, in any case.
pub(super) fn one_of(parts: Vec<Part<'_>>, field: &Field) -> Result<Vec<String>, QualError> {
    let value = |part: Part<'_>| {
        match spelling(checked(part)?, field.values) {
            Some(known) => Ok(known.to_owned()),
            None => Err(part.error(format!(
                "`{}` is not one of {}; for a value newer than this list, write `fields = {{ \"{}\" = \"…\" }}`",
                part.text,
                field.values.join(", "),
                field.name
            ))),
        }
    };
    parts.into_iter().map(value).collect()
}

fn spelling<'a>(part: Part<'_>, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(part.text))
}

fn checked(part: Part<'_>) -> Result<Part<'_>, QualError> {
    let part = present(part)?;
    part.refuse_any(char::is_whitespace, || {
        "values of this field have no white space".to_owned()
    })?;
    part.refuse_any(|letter| letter == '*', || {
        "`*` is not a wildcard, and no value of this field contains it; write complete values, separated by commas"
            .to_owned()
    })?;
    Ok(part)
}

fn present(part: Part<'_>) -> Result<Part<'_>, QualError> {
    part.refuse_comparison("texts")?;
    if part.text == NO_VALUE {
        return Err(part.error("`-` means no value, but every event has an id"));
    }
    Ok(part)
}
