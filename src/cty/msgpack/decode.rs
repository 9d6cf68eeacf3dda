//! From bytes to values.

use rmp::Marker;

use super::reader::Reader;
use super::refinements::decode_unknown;
use crate::cty::value::{attribute_type, check_length, missing_attributes};
use crate::cty::{Error, MAX_DEPTH, Map, Name, Number, Type, Value};

/// How much is reserved before elements are seen: a header is a claim, not a reason.
const MAX_RESERVED: usize = 64;

/// Decodes a value of a type. An empty slice is an error: the caller knows whether it stands for null.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, Error> {
    let mut reader = Reader::new(bytes);
    let value = value(&mut reader, ty, 0)?;
    reader.end()?;
    Ok(value)
}

fn value(reader: &mut Reader<'_>, ty: &Type, depth: usize) -> Result<Value, Error> {
    reader.make()?;
    let marker = reader.marker()?;
    if marker == Marker::Null {
        return Ok(Value::Null);
    }
    if let Some((kind, payload)) = reader.extension(marker)? {
        return decode_unknown(kind, payload, ty);
    }
    if depth == MAX_DEPTH && !matches!(ty, Type::String | Type::Number | Type::Bool) {
        return Err(Error::new(format!(
            "is nested deeper than {MAX_DEPTH} levels"
        )));
    }
    match ty {
        Type::String => string(reader, marker).map(Value::from),
        Type::Number => number(reader, marker).map(Value::Number),
        Type::Bool => bool(marker).map(Value::Bool),
        Type::Dynamic => dynamic(reader, marker, depth + 1),
        Type::List(element) => list(reader, marker, element, depth + 1),
        Type::Set(element) => set(reader, marker, element, depth + 1),
        Type::Tuple(elements) => tuple(reader, marker, elements, depth + 1),
        Type::Map(element) => map(reader, marker, element, depth + 1),
        Type::Object(attributes) => object(reader, marker, attributes, depth + 1),
    }
}

fn string<'a>(reader: &mut Reader<'a>, marker: Marker) -> Result<&'a str, Error> {
    reader
        .string(marker)?
        .ok_or_else(|| mismatch("a string", marker))
}

fn number(reader: &mut Reader<'_>, marker: Marker) -> Result<Number, Error> {
    reader
        .number(marker)?
        .ok_or_else(|| mismatch("a number", marker))
}

fn bool(marker: Marker) -> Result<bool, Error> {
    match marker {
        Marker::True => Ok(true),
        Marker::False => Ok(false),
        _ => Err(mismatch("a bool", marker)),
    }
}

fn dynamic(reader: &mut Reader<'_>, marker: Marker, depth: usize) -> Result<Value, Error> {
    if reader.array_length(marker)? != Some(2) {
        return Err(mismatch("a pair of type and value", marker));
    }
    let marker = reader.marker()?;
    let json = match reader.binary(marker)? {
        Some(json) => json,
        None => string(reader, marker)?.as_bytes(),
    };
    let ty = Type::from_json(json)?;
    let value = value(reader, &ty, depth)?;
    Ok(Value::Dynamic(Box::new((ty, value))))
}

fn list(reader: &mut Reader<'_>, marker: Marker, ty: &Type, depth: usize) -> Result<Value, Error> {
    let length = array_length(reader, marker, "a list")?;
    let mut elements = Vec::with_capacity(length.min(MAX_RESERVED));
    for index in 0..length {
        elements.push(value(reader, ty, depth).map_err(|error| error.within_index(index))?);
    }
    Ok(Value::List(elements))
}

fn set(reader: &mut Reader<'_>, marker: Marker, ty: &Type, depth: usize) -> Result<Value, Error> {
    let length = array_length(reader, marker, "a set")?;
    let mut elements = Vec::with_capacity(length.min(MAX_RESERVED));
    for _ in 0..length {
        elements.push(value(reader, ty, depth).map_err(Error::within_set)?);
    }
    Ok(Value::set(elements))
}

fn tuple(
    reader: &mut Reader<'_>,
    marker: Marker,
    types: &[Type],
    depth: usize,
) -> Result<Value, Error> {
    let length = array_length(reader, marker, "a tuple")?;
    check_length(length, types.len())?;
    let mut elements = Vec::with_capacity(length.min(MAX_RESERVED));
    for (index, ty) in types.iter().enumerate() {
        elements.push(value(reader, ty, depth).map_err(|error| error.within_index(index))?);
    }
    Ok(Value::List(elements))
}

fn map(reader: &mut Reader<'_>, marker: Marker, ty: &Type, depth: usize) -> Result<Value, Error> {
    let length = map_length(reader, marker, "a map")?;
    let mut entries = Vec::with_capacity(length.min(MAX_RESERVED));
    for _ in 0..length {
        let key = key(reader)?;
        let value = value(reader, ty, depth).map_err(|error| error.within_key(key))?;
        entries.push((key.into(), value));
    }
    unique(entries).map(Value::Map)
}

/// Decodes an object. Terraform sends attributes in the order of their names; any other order is read as well.
fn object(
    reader: &mut Reader<'_>,
    marker: Marker,
    types: &Map<Type>,
    depth: usize,
) -> Result<Value, Error> {
    let length = map_length(reader, marker, "an object")?;
    let mut expected = types.iter();
    let mut in_order = true;
    let mut entries = Vec::with_capacity(length.min(MAX_RESERVED));
    for _ in 0..length {
        let (name, ty) = match expected.next() {
            Some((name, ty)) if reader.skip_text(name) => (name, ty),
            _ => {
                in_order = false;
                let (_, name, ty) = attribute_type(types, key(reader)?)?;
                (name, ty)
            }
        };
        let value = value(reader, ty, depth).map_err(|error| error.within_attribute(name))?;
        entries.push((name.clone(), value));
    }
    let entries = if in_order {
        Map::from_sorted_store_unchecked(entries)
    } else {
        unique(entries)?
    };
    if entries.len() < types.len() {
        return Err(missing_attributes(types, |name| entries.contains_key(name)));
    }
    Ok(Value::Map(entries))
}

fn key<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Error> {
    let marker = reader.marker()?;
    let key = reader.string(marker)?;
    key.ok_or_else(|| {
        Error::new(format!(
            "has a key that must be a string, but is {}",
            noun(marker)
        ))
    })
}

fn unique(mut entries: Vec<(Name, Value)>) -> Result<Map<Value>, Error> {
    if !entries.is_sorted_by(|left, right| left.0 < right.0) {
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        if let Some(twice) = entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Error::new("is given twice").within_key(&twice[0].0));
        }
    }
    Ok(Map::from_sorted_store_unchecked(entries))
}

fn array_length(reader: &mut Reader<'_>, marker: Marker, wanted: &str) -> Result<usize, Error> {
    reader
        .array_length(marker)?
        .ok_or_else(|| mismatch(wanted, marker))
}

fn map_length(reader: &mut Reader<'_>, marker: Marker, wanted: &str) -> Result<usize, Error> {
    reader
        .map_length(marker)?
        .ok_or_else(|| mismatch(wanted, marker))
}

fn mismatch(wanted: &str, marker: Marker) -> Error {
    Error::new(format!("must be {wanted}, but is {}", noun(marker)))
}

fn noun(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "a bool",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "binary",
        Marker::Reserved => "no MessagePack",
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => "unknown",
        Marker::FixPos(_)
        | Marker::FixNeg(_)
        | Marker::U8
        | Marker::U16
        | Marker::U32
        | Marker::U64
        | Marker::I8
        | Marker::I16
        | Marker::I32
        | Marker::I64
        | Marker::F32
        | Marker::F64 => "a number",
    }
}
