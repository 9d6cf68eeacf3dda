//! Values in JSON, as state files hold them.
//!
//! Terraform hands the JSON of a state file over when state is upgraded or moved. It may be of another version or of
//! another provider: attributes that are missing are null, others are read over, and a number, bool or string is
//! taken for another where its text says the same, as Terraform itself does.

use std::cell::Cell;

use serde_json::Value as Json;

use super::value::{check_attributes, check_length, missing_attributes, too_many_values};
use super::{Error, MAX_DEPTH, MAX_VALUES, Map, Name, Number, Type, Value};

/// Refuses a document of more values than a message may hold, before memory is taken for them.
///
/// # Errors
/// There are more than [`MAX_VALUES`].
pub fn check_size(bytes: &[u8]) -> Result<(), Error> {
    match count(bytes) {
        values if values > MAX_VALUES => Err(too_many_values()),
        _ => Ok(()),
    }
}

/// Counts the values of a document, without reading it: each but the first begins behind a comma or an opening bracket.
pub fn count(bytes: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (1, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

/// Decodes a value of a type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, Error> {
    check_size(bytes)?;
    let left = Cell::new(MAX_VALUES);
    let json = serde_json::from_slice(bytes)
        .map_err(|error| Error::new(format!("is not valid JSON: {error}")))?;
    read(
        json,
        ty,
        Place {
            depth: 0,
            own_type: false,
            left: &left,
        },
    )
}

/// Encodes a value as its type. An unknown is an error: JSON cannot say it.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, Error> {
    let mut out = String::with_capacity(256);
    write(&mut out, value, ty, 0)?;
    Ok(out.into_bytes())
}

/// Converts a value to JSON for people and programs, without its type. Null and unknown are null.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown(_) => Json::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => {
            let text = number.to_string();
            text.parse::<serde_json::Number>()
                .map_or(Json::String(text), Json::Number)
        }
        Value::String(text) => text.as_str().into(),
        Value::List(values) | Value::Set(values) => values.iter().map(to_json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (&**key, to_json(value)))
            .collect(),
        Value::Dynamic(typed) => to_json(&typed.1),
    }
}

/// Where the decoder is.
#[derive(Clone, Copy)]
struct Place<'a> {
    depth: usize,
    /// How many values may still come: an object that leaves out attributes has more of them than its text.
    left: &'a Cell<usize>,
    /// The type comes with the value, so the value has all it names; if it did not, few bytes could grow to many.
    own_type: bool,
}

impl Place<'_> {
    fn deeper(self) -> Result<Self, Error> {
        check_depth(self.depth)?;
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

fn check_depth(depth: usize) -> Result<(), Error> {
    if depth == MAX_DEPTH {
        return Err(Error::new(format!(
            "is nested deeper than {MAX_DEPTH} levels"
        )));
    }
    Ok(())
}

fn read(json: Json, ty: &Type, place: Place<'_>) -> Result<Value, Error> {
    let left = place.left.get().checked_sub(1);
    place.left.set(left.ok_or_else(too_many_values)?);
    match (ty, json) {
        (_, Json::Null) => Ok(Value::Null),
        (Type::String, Json::String(text)) => Ok(Value::String(text)),
        (Type::String, Json::Bool(bool)) => Ok(Value::String(bool.to_string())),
        (Type::String, Json::Number(number)) => Ok(Value::String(number.as_str().to_owned())),
        (Type::Number, Json::Number(number)) => number.as_str().parse().map(Value::Number),
        (Type::Number, Json::String(text)) => text.parse().map(Value::Number),
        (Type::Bool, Json::Bool(bool)) => Ok(Value::Bool(bool)),
        (Type::Bool, Json::String(text)) if text == "true" => Ok(Value::Bool(true)),
        (Type::Bool, Json::String(text)) if text == "false" => Ok(Value::Bool(false)),
        (Type::List(ty), Json::Array(elements)) => {
            list(elements, ty, place.deeper()?).map(Value::List)
        }
        (Type::Set(ty), Json::Array(elements)) => set(elements, ty, place.deeper()?),
        (Type::Tuple(types), Json::Array(elements)) => tuple(elements, types, place.deeper()?),
        (Type::Map(ty), Json::Object(entries)) => map(entries, ty, place.deeper()?),
        (Type::Object(types), Json::Object(entries)) => object(entries, types, place.deeper()?),
        (Type::Dynamic, Json::Object(entries)) => dynamic(entries, place.deeper()?),
        (ty, json) => Err(Error::new(format!(
            "must be {}, but is {}",
            ty.noun(),
            noun(&json)
        ))),
    }
}

fn list(elements: Vec<Json>, ty: &Type, place: Place<'_>) -> Result<Vec<Value>, Error> {
    let elements = elements.into_iter().enumerate();
    elements
        .map(|(index, element)| read(element, ty, place).map_err(|error| error.within_index(index)))
        .collect()
}

fn set(elements: Vec<Json>, ty: &Type, place: Place<'_>) -> Result<Value, Error> {
    let elements: Result<Vec<Value>, Error> = elements
        .into_iter()
        .map(|element| read(element, ty, place).map_err(Error::within_set))
        .collect();
    elements.map(Value::set)
}

fn tuple(elements: Vec<Json>, types: &[Type], place: Place<'_>) -> Result<Value, Error> {
    check_length(elements.len(), types.len())?;
    let elements = elements.into_iter().zip(types).enumerate();
    let elements: Result<Vec<Value>, Error> = elements
        .map(|(index, (element, ty))| {
            read(element, ty, place).map_err(|error| error.within_index(index))
        })
        .collect();
    elements.map(Value::List)
}

fn map(
    entries: serde_json::Map<String, Json>,
    ty: &Type,
    place: Place<'_>,
) -> Result<Value, Error> {
    let entries = entries.into_iter().map(|(key, value)| {
        let value = read(value, ty, place).map_err(|error| error.within_key(&key))?;
        Ok((Name::from(key), value))
    });
    entries.collect::<Result<_, Error>>().map(Value::Map)
}

fn object(
    mut entries: serde_json::Map<String, Json>,
    types: &Map<Type>,
    place: Place<'_>,
) -> Result<Value, Error> {
    if place.own_type && !types.keys().all(|name| entries.contains_key(&**name)) {
        return Err(missing_attributes(types, |name| entries.contains_key(name)));
    }
    let attributes = types.iter().map(|(name, ty)| {
        let json = entries.remove(&**name).unwrap_or(Json::Null);
        let value = read(json, ty, place).map_err(|error| error.within_attribute(name))?;
        Ok((name.clone(), value))
    });
    attributes.collect::<Result<_, Error>>().map(Value::Map)
}

fn dynamic(mut entries: serde_json::Map<String, Json>, place: Place<'_>) -> Result<Value, Error> {
    let (Some(ty), Some(json)) = (entries.remove("type"), entries.remove("value")) else {
        return Err(Error::new("must be an object of \"value\" and \"type\""));
    };
    let ty = Type::from_json(ty.to_string().as_bytes())?;
    let value = read(
        json,
        &ty,
        Place {
            own_type: true,
            ..place
        },
    )?;
    Ok(Value::Dynamic(Box::new((ty, value))))
}

fn noun(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn write(out: &mut String, value: &Value, ty: &Type, depth: usize) -> Result<(), Error> {
    match (value, ty) {
        (Value::Null, _) => out.push_str("null"),
        (Value::Unknown(_), _) => {
            return Err(Error::new("is unknown here, but JSON needs a known value"));
        }
        (Value::String(text), Type::String) => write_string(out, text),
        (Value::Bool(bool), Type::Bool) => out.push_str(if *bool { "true" } else { "false" }),
        (Value::Number(number), Type::Number) => write_number(out, number),
        _ => {
            check_depth(depth)?;
            write_nested(out, value, ty, depth + 1)?;
        }
    }
    Ok(())
}

fn write_nested(out: &mut String, value: &Value, ty: &Type, depth: usize) -> Result<(), Error> {
    match (value, ty) {
        (Value::Dynamic(typed), Type::Dynamic) => {
            out.push_str(r#"{"value":"#);
            write(out, &typed.1, &typed.0, depth)?;
            out.push_str(r#","type":"#);
            out.push_str(&typed.0.to_json());
            out.push('}');
            Ok(())
        }
        (Value::List(elements), Type::List(ty)) => {
            write_array(out, elements.iter().enumerate(), |out, (index, element)| {
                write(out, element, ty, depth).map_err(|error| error.within_index(index))
            })
        }
        (Value::Set(elements), Type::Set(ty)) => write_array(out, elements, |out, element| {
            write(out, element, ty, depth).map_err(Error::within_set)
        }),
        (Value::List(elements), Type::Tuple(types)) => {
            check_length(elements.len(), types.len())?;
            write_array(
                out,
                elements.iter().zip(types).enumerate(),
                |out, (index, (element, ty))| {
                    write(out, element, ty, depth).map_err(|error| error.within_index(index))
                },
            )
        }
        (Value::Map(entries), Type::Map(ty)) => write_object(out, entries, |out, key, value| {
            write(out, value, ty, depth).map_err(|error| error.within_key(key))
        }),
        (Value::Map(entries), Type::Object(types)) => {
            check_attributes(entries, types)?;
            let mut types = types.values();
            write_object(out, entries, |out, name, value| {
                let ty = types.next().unwrap_or(&Type::Dynamic);
                write(out, value, ty, depth).map_err(|error| error.within_attribute(name))
            })
        }
        _ => Err(value.mismatch(ty)),
    }
}

fn write_array<T>(
    out: &mut String,
    elements: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push('[');
    for (position, element) in elements.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(out, element)?;
    }
    out.push(']');
    Ok(())
}

fn write_object(
    out: &mut String,
    entries: &Map<Value>,
    mut write: impl FnMut(&mut String, &str, &Value) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push('{');
    for (position, (name, value)) in entries.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_string(out, name);
        out.push(':');
        write(out, name, value)?;
    }
    out.push('}');
    Ok(())
}

fn write_string(out: &mut String, text: &str) {
    out.push_str(&Json::from(text).to_string());
}

fn write_number(out: &mut String, number: &Number) {
    out.push_str(&number.to_string());
}

#[cfg(test)]
mod tests;
