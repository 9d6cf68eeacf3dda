//! From values to bytes.

use super::refinements::encode_unknown;
use super::writer;
use crate::cty::value::{check_attributes, check_length};
use crate::cty::{Error, MAX_DEPTH, Map, Type, Value};

/// Encodes a value as its type. A value that is not of the type is an error with the path of the part that is not.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value, ty, 0)?;
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type, depth: usize) -> Result<(), Error> {
    match (value, ty) {
        (Value::Null, _) => writer::nil(out),
        (Value::Unknown(refinements), _) => encode_unknown(out, refinements.as_deref(), ty)?,
        (Value::String(text), Type::String) => writer::string(out, text)?,
        (Value::Bool(bool), Type::Bool) => writer::bool(out, *bool),
        (Value::Number(value), Type::Number) => writer::number(out, value)?,
        _ if depth == MAX_DEPTH => {
            return Err(Error::new(format!(
                "is nested deeper than {MAX_DEPTH} levels"
            )));
        }
        (Value::Dynamic(typed), Type::Dynamic) => dynamic(out, &typed.0, &typed.1, depth + 1)?,
        (Value::List(elements), Type::List(ty)) => list(out, elements, ty, depth + 1)?,
        (Value::Set(elements), Type::Set(ty)) => set(out, elements, ty, depth + 1)?,
        (Value::List(elements), Type::Tuple(types)) => tuple(out, elements, types, depth + 1)?,
        (Value::Map(entries), Type::Map(ty)) => map(out, entries, ty, depth + 1)?,
        (Value::Map(entries), Type::Object(types)) => object(out, entries, types, depth + 1)?,
        _ => return Err(value.mismatch(ty)),
    }
    Ok(())
}

fn dynamic(out: &mut Vec<u8>, ty: &Type, value: &Value, depth: usize) -> Result<(), Error> {
    writer::array(out, 2)?;
    writer::binary(out, ty.to_json().as_bytes())?;
    write(out, value, ty, depth)
}

fn list(out: &mut Vec<u8>, elements: &[Value], ty: &Type, depth: usize) -> Result<(), Error> {
    writer::array(out, elements.len())?;
    for (index, element) in elements.iter().enumerate() {
        write(out, element, ty, depth).map_err(|error| error.within_index(index))?;
    }
    Ok(())
}

fn set(out: &mut Vec<u8>, elements: &[Value], ty: &Type, depth: usize) -> Result<(), Error> {
    writer::array(out, elements.len())?;
    for element in elements {
        write(out, element, ty, depth).map_err(Error::within_set)?;
    }
    Ok(())
}

fn tuple(out: &mut Vec<u8>, elements: &[Value], types: &[Type], depth: usize) -> Result<(), Error> {
    check_length(elements.len(), types.len())?;
    writer::array(out, elements.len())?;
    for (index, (element, ty)) in elements.iter().zip(types).enumerate() {
        write(out, element, ty, depth).map_err(|error| error.within_index(index))?;
    }
    Ok(())
}

fn map(out: &mut Vec<u8>, entries: &Map<Value>, ty: &Type, depth: usize) -> Result<(), Error> {
    writer::map(out, entries.len())?;
    for (key, value) in entries {
        writer::string(out, key)?;
        write(out, value, ty, depth).map_err(|error| error.within_key(key))?;
    }
    Ok(())
}

fn object(
    out: &mut Vec<u8>,
    entries: &Map<Value>,
    types: &Map<Type>,
    depth: usize,
) -> Result<(), Error> {
    check_attributes(entries, types)?;
    writer::map(out, entries.len())?;
    for ((name, value), ty) in entries.iter().zip(types.values()) {
        writer::string(out, name)?;
        write(out, value, ty, depth).map_err(|error| error.within_attribute(name))?;
    }
    Ok(())
}
