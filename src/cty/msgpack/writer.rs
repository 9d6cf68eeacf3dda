//! Appends MessagePack's primitives to a buffer, each in its shortest form. Knows nothing of Terraform's types.

use rmp::Marker;

use crate::cty::{Error, Number};

pub(super) fn nil(out: &mut Vec<u8>) {
    out.push(Marker::Null.to_u8());
}

pub(super) fn bool(out: &mut Vec<u8>, bool: bool) {
    out.push(if bool { Marker::True } else { Marker::False }.to_u8());
}

pub(super) fn integer(out: &mut Vec<u8>, integer: i64) {
    if let Ok(small) = i8::try_from(integer) {
        match u8::try_from(small) {
            Ok(positive) => out.push(Marker::FixPos(positive).to_u8()),
            Err(_) if small >= -32 => out.push(Marker::FixNeg(small).to_u8()),
            Err(_) => tagged(out, Marker::I8, &small.to_be_bytes()),
        }
    } else if let Ok(byte) = u8::try_from(integer) {
        tagged(out, Marker::U8, &byte.to_be_bytes());
    } else if let Ok(short) = i16::try_from(integer) {
        tagged(out, Marker::I16, &short.to_be_bytes());
    } else if let Ok(word) = i32::try_from(integer) {
        tagged(out, Marker::I32, &word.to_be_bytes());
    } else {
        tagged(out, Marker::I64, &integer.to_be_bytes());
    }
}

pub(super) fn float(out: &mut Vec<u8>, float: f64) {
    tagged(out, Marker::F64, &float.to_be_bytes());
}

/// Writes a number as Terraform does: integer if it fits, float if that is exact, else decimal text.
pub(super) fn number(out: &mut Vec<u8>, number: &Number) -> Result<(), Error> {
    if let Some(integer) = number.as_i64() {
        self::integer(out, integer);
        return Ok(());
    }
    match number.as_exact_f64() {
        Some(float) if !number.is_whole() => {
            self::float(out, float);
            Ok(())
        }
        _ => string(out, &number.to_string()),
    }
}

pub(super) fn string(out: &mut Vec<u8>, text: &str) -> Result<(), Error> {
    match u8::try_from(text.len()) {
        Ok(short @ 0..32) => out.push(Marker::FixStr(short).to_u8()),
        Ok(length) => tagged(out, Marker::Str8, &[length]),
        Err(_) => long(out, text.len(), Marker::Str16, Marker::Str32)?,
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

pub(super) fn binary(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    match u8::try_from(bytes.len()) {
        Ok(length) => tagged(out, Marker::Bin8, &[length]),
        Err(_) => long(out, bytes.len(), Marker::Bin16, Marker::Bin32)?,
    }
    out.extend_from_slice(bytes);
    Ok(())
}

pub(super) fn array(out: &mut Vec<u8>, length: usize) -> Result<(), Error> {
    match u8::try_from(length) {
        Ok(short @ 0..16) => out.push(Marker::FixArray(short).to_u8()),
        _ => long(out, length, Marker::Array16, Marker::Array32)?,
    }
    Ok(())
}

pub(super) fn map(out: &mut Vec<u8>, length: usize) -> Result<(), Error> {
    match u8::try_from(length) {
        Ok(short @ 0..16) => out.push(Marker::FixMap(short).to_u8()),
        _ => long(out, length, Marker::Map16, Marker::Map32)?,
    }
    Ok(())
}

pub(super) fn extension(out: &mut Vec<u8>, kind: u8, payload: &[u8]) -> Result<(), Error> {
    match payload.len() {
        1 => out.push(Marker::FixExt1.to_u8()),
        2 => out.push(Marker::FixExt2.to_u8()),
        4 => out.push(Marker::FixExt4.to_u8()),
        8 => out.push(Marker::FixExt8.to_u8()),
        16 => out.push(Marker::FixExt16.to_u8()),
        length => match u8::try_from(length) {
            Ok(length) => tagged(out, Marker::Ext8, &[length]),
            Err(_) => long(out, length, Marker::Ext16, Marker::Ext32)?,
        },
    }
    out.push(kind);
    out.extend_from_slice(payload);
    Ok(())
}

fn tagged(out: &mut Vec<u8>, marker: Marker, bytes: &[u8]) {
    out.push(marker.to_u8());
    out.extend_from_slice(bytes);
}

fn long(out: &mut Vec<u8>, length: usize, marker16: Marker, marker32: Marker) -> Result<(), Error> {
    if let Ok(length) = u16::try_from(length) {
        tagged(out, marker16, &length.to_be_bytes());
        return Ok(());
    }
    let length = u32::try_from(length).map_err(|_| Error::new("is too long for MessagePack"))?;
    tagged(out, marker32, &length.to_be_bytes());
    Ok(())
}
