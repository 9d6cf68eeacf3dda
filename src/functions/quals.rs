//! Reads quals from an object of any form.
//!
//! This module must not know what the quals are for.

use serde_json::{Map, Value as Json};

use crate::framework::FunctionError;
use crate::record::{Qual, QualError, Quals, field, qual};
use crate::text::suggest::nearest;

const WHERE: &str = "where";
const EXCLUDE: &str = "exclude";
const FIELDS: &str = "fields";

/// Reads the quals. A null qual is ignored, as in the data source.
pub(super) fn read(quals: &Json) -> Result<Quals, FunctionError> {
    let top = object(quals, "`filters`")?;
    let mut read = Quals::default();
    for (key, value) in top.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            WHERE => read.any = blocks(WHERE, value)?,
            EXCLUDE => read.none = blocks(EXCLUDE, value)?,
            _ => one(key, value, "", &mut read.all)?,
        }
    }
    Ok(read)
}

fn blocks(name: &str, value: &Json) -> Result<Vec<Vec<Qual>>, FunctionError> {
    let Json::Array(blocks) = value else {
        return Err(fail(format!(
            "`{name}` must be a list of objects: write `{name} = [{{ … }}]`"
        )));
    };
    let block = |(index, block): (usize, &Json)| {
        let label = format!("{name}[{index}]");
        let mut quals = Vec::new();
        for (key, value) in object(block, &format!("`{label}`"))? {
            if !value.is_null() {
                one(key, value, &format!("{label}."), &mut quals)?;
            }
        }
        Ok(quals)
    };
    blocks.iter().enumerate().map(block).collect()
}

/// Reads the value of one key: `fields` or the name of a qual.
fn one(key: &str, value: &Json, at: &str, quals: &mut Vec<Qual>) -> Result<(), FunctionError> {
    let label = format!("{at}{key}");
    if key == FIELDS {
        for (name, value) in object(value, &format!("`{label}`"))? {
            if !value.is_null() {
                let label = format!("{label}[\"{name}\"]");
                let text = text(value, &label)?;
                quals.push(checked(Qual::parse_field(name, &text), &label, &text)?);
            }
        }
    } else if qual::names().any(|name| name == key) {
        let text = text(value, &label)?;
        quals.push(checked(Qual::parse(key, &text), &label, &text)?);
    } else {
        return Err(fail(unknown(key, &label, at.is_empty())));
    }
    Ok(())
}

fn object<'a>(value: &'a Json, what: &str) -> Result<&'a Map<String, Json>, FunctionError> {
    value.as_object().ok_or_else(|| {
        let text = format!("{what} must be an object of filters, such as {{ dst_port = \"22\" }}");
        fail(text)
    })
}

/// Returns the text of a qual. A number counts as its text.
fn text(value: &Json, label: &str) -> Result<String, FunctionError> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Array(parts) => {
            let parts = parts.iter().map(|part| match part {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            });
            let joined = parts.collect::<Vec<_>>().join(",");
            Err(fail(format!(
                "`{label}` must be a single string; write \"{joined}\", in which a comma means \"or\""
            )))
        }
        Json::Null | Json::Bool(_) | Json::Object(_) => Err(fail(format!(
            "`{label}` must be a string, such as \"22,443\", \"1-1023\" or \"10.0.0.0/8\""
        ))),
    }
}

fn checked(
    parsed: Result<Qual, QualError>,
    label: &str,
    text: &str,
) -> Result<Qual, FunctionError> {
    let checked = parsed.and_then(|qual| qual.check_for_lines(text).map(|()| qual));
    checked.map_err(|error| match error.position {
        Some(_) => fail(format!("`{label}` is \"{text}\"; {error}")),
        None => fail(error.to_string()),
    })
}

fn unknown(key: &str, label: &str, top: bool) -> String {
    if !top && (key == WHERE || key == EXCLUDE) {
        return format!("`{key}` is allowed only at the top level, not as `{label}`");
    }
    if let Some(field) = field::find(key).or_else(|| field::suggest(key)) {
        return match field.column {
            Some(column) => format!("there is no filter `{label}`; did you mean `{column}`?"),
            None => format!(
                "there is no filter `{label}`; write `fields = {{ \"{}\" = … }}` for this field",
                field.name
            ),
        };
    }
    let blocks = [WHERE, EXCLUDE].into_iter().filter(|_| top);
    let names = qual::names().chain(blocks).chain([FIELDS]);
    match nearest(key, names) {
        Some(meant) => format!("there is no filter `{label}`; did you mean `{meant}`?"),
        None => format!("there is no filter `{label}`"),
    }
}

fn fail(text: String) -> FunctionError {
    FunctionError::new(text).at("filters")
}
