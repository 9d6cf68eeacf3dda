//! Ids and names that no line of a flow log of AWS can hold.
//!
//! Most mistakes here give an empty result without a word: the id of an instance where that of an interface belongs, or
//! one in capitals. Records of other kinds have ids of their own, so this is asked for lines of AWS alone.

use super::part::{self, Part, QualError};
use crate::record::field::{self, FIELDS, Field};
use crate::record::parse::NO_VALUE;

/// The digits of an account's id.
const ACCOUNT_DIGITS: usize = 12;

/// Judges the values of a qual on a field, by its AWS name.
pub(super) fn check(name: &str, text: &str) -> Result<(), QualError> {
    let Some(field) = field::find(name) else {
        return known(name);
    };
    let values = part::split(text)?.into_iter();
    let mut values = values.filter(|part| part.text != NO_VALUE);
    match field.begins_with {
        Some(beginning) => values.try_for_each(|part| of_kind(part, field, beginning)),
        None if field.name.ends_with("account-id") => values.try_for_each(account),
        None => Ok(()),
    }
}

/// Refuses a name that is not AWS's, but means a field; others may be newer than the table.
fn known(name: &str) -> Result<(), QualError> {
    let Some(field) = field::suggest(name) else {
        return Ok(());
    };
    let column = field
        .column
        .map(|column| format!(", or the qual `{column}`"));
    Err(QualError::about_the_name(format!(
        "there is no record field `{name}`; did you mean `{}`{}?",
        field.name,
        column.unwrap_or_default()
    )))
}

fn of_kind(part: Part<'_>, field: &Field, beginning: &str) -> Result<(), QualError> {
    if part.text.starts_with(beginning) {
        // Only ids are in small letters throughout.
        return match beginning.ends_with('-') {
            true => small(part),
            false => Ok(()),
        };
    }
    if part.text.to_ascii_lowercase().starts_with(beginning) {
        return small(part);
    }
    let columns = FIELDS.iter().filter(|other| other.column.is_some());
    let meant = columns.filter(|other| *other != field).find(|other| {
        other
            .begins_with
            .is_some_and(|own| part.text.starts_with(own))
    });
    let hint = match meant.and_then(|field| field.column) {
        Some(column) => format!("; did you mean the qual `{column}`?"),
        None => String::new(),
    };
    Err(part.error(format!(
        "`{}` is not a value of {}, which begins with `{beginning}`{hint}",
        part.text, field.name
    )))
}

fn small(part: Part<'_>) -> Result<(), QualError> {
    part.refuse_any(
        |letter| letter.is_ascii_uppercase(),
        || {
            let small = part.text.to_ascii_lowercase();
            format!("ids in records are in small letters; write `{small}`")
        },
    )
}

fn account(part: Part<'_>) -> Result<(), QualError> {
    if !part.is_number() || part.text.len() == ACCOUNT_DIGITS {
        return Ok(());
    }
    Err(part.error(format!(
        "`{}` is not the id of an account, which has {ACCOUNT_DIGITS} digits; a text, in quotes, keeps the zeros in front",
        part.text
    )))
}
