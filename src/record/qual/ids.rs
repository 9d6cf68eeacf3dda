//! Ids and names that no line of an AWS flow log can have.
//!
//! Without these checks, a mistake silently gives an empty result: the id of an instance instead of an interface, or an id
//! in upper case. Records of other types have their own ids, so only lines of AWS are checked.

use super::part::{self, Part, QualError};
use crate::record::field::{self, FIELDS, Field};
use crate::record::parse::NO_VALUE;

/// The number of digits of an account id.
const ACCOUNT_DIGITS: usize = 12;

/// Checks the values of a qual on a field, by its AWS name.
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

/// Refuses an alias of a field. Other unknown names may be newer than the table.
fn known(name: &str) -> Result<(), QualError> {
    let Some(field) = field::suggest(name) else {
        return Ok(());
    };
    let column = field
        .column
        .map(|column| format!(", or the filter `{column}`"));
    Err(QualError::about_the_name(format!(
        "there is no record field `{name}`; did you mean `{}`{}?",
        field.name,
        column.unwrap_or_default()
    )))
}

fn of_kind(part: Part<'_>, field: &Field, beginning: &str) -> Result<(), QualError> {
    if part.text.starts_with(beginning) {
        // Only ids are always in lower case.
        return if beginning.ends_with('-') {
            lowercase(part)
        } else {
            Ok(())
        };
    }
    if part.text.to_ascii_lowercase().starts_with(beginning) {
        return lowercase(part);
    }
    let columns = FIELDS.iter().filter(|other| other.column.is_some());
    let suggestion = columns.filter(|other| *other != field).find(|other| {
        other
            .begins_with
            .is_some_and(|own| part.text.starts_with(own))
    });
    let hint = match suggestion.and_then(|field| field.column) {
        Some(column) => format!("; did you mean the filter `{column}`?"),
        None => String::new(),
    };
    Err(part.error(format!(
        "`{}` is not a value of {}, which starts with `{beginning}`{hint}",
        part.text, field.name
    )))
}

fn lowercase(part: Part<'_>) -> Result<(), QualError> {
    part.refuse_any(
        |letter| letter.is_ascii_uppercase(),
        || {
            let lowercase = part.text.to_ascii_lowercase();
            format!("ids in records are in lower case; write `{lowercase}`")
        },
    )
}

fn account(part: Part<'_>) -> Result<(), QualError> {
    if !part.is_number() || part.text.len() == ACCOUNT_DIGITS {
        return Ok(());
    }
    Err(part.error(format!(
        "`{}` is not an account id, which has {ACCOUNT_DIGITS} digits; put it in quotes to keep leading zeros",
        part.text
    )))
}
