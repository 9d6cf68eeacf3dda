//! What is known of an unknown value, on the wire: an extension whose payload is a small map with numbers for keys.

use rmp::Marker;

use super::reader::Reader;
use super::writer;
use crate::cty::{Bound, Error, Number, Refinements, Type, Value};

/// The kind of extension that is an unknown with refinements; any other kind is an unknown without.
const REFINED: u8 = 12;

/// The largest payload that Terraform reads.
const MAX_PAYLOAD: usize = 1024;

const NULLABLE: i64 = 1;
const PREFIX: i64 = 2;
const MINIMUM: i64 = 3;
const MAXIMUM: i64 = 4;
const MIN_LENGTH: i64 = 5;
const MAX_LENGTH: i64 = 6;

/// Reads an unknown from an extension.
pub(super) fn decode_unknown(kind: u8, payload: &[u8], ty: &Type) -> Result<Value, Error> {
    if kind != REFINED {
        return Ok(Value::unknown());
    }
    if payload.len() > MAX_PAYLOAD {
        let message = format!("is unknown with more than {MAX_PAYLOAD} bytes of refinements");
        return Err(Error::new(message));
    }
    let refinements = read(&mut Reader::new(payload));
    match refinements {
        Ok(Some(refinements)) => Ok(Value::Unknown(refinements.suited_to(ty))),
        Ok(None) => Ok(Value::Null),
        Err(error) => Err(Error::new(format!(
            "is unknown with malformed refinements: it {}",
            error.message
        ))),
    }
}

/// Writes an unknown; refinements that Terraform would not read are left out, which loses no truth.
pub(super) fn encode_unknown(
    out: &mut Vec<u8>,
    refinements: Option<&Refinements>,
    ty: &Type,
) -> Result<(), Error> {
    if let Some(refinements) = refinements.and_then(|refinements| refinements.clone().suited_to(ty))
    {
        let payload = write(&refinements)?;
        if payload.len() <= MAX_PAYLOAD {
            return writer::extension(out, REFINED, &payload);
        }
    }
    writer::extension(out, 0, &[0])
}

/// Reads refinements; `None` if they say that the value is null.
fn read(reader: &mut Reader<'_>) -> Result<Option<Refinements>, Error> {
    let mut refinements = Refinements::default();
    let marker = reader.marker()?;
    let length = reader.map_length(marker)?.ok_or_else(malformed)?;
    for _ in 0..length {
        match integer(reader)? {
            NULLABLE => {
                if bool(reader)? {
                    return Ok(None);
                }
                refinements.not_null = true;
            }
            PREFIX => {
                let marker = reader.marker()?;
                let prefix = reader.string(marker)?.ok_or_else(malformed)?;
                refinements.prefix = Some(prefix.to_owned());
            }
            MINIMUM => refinements.minimum = Some(bound(reader)?),
            MAXIMUM => refinements.maximum = Some(bound(reader)?),
            MIN_LENGTH => refinements.min_length = Some(integer(reader)?),
            MAX_LENGTH => refinements.max_length = Some(integer(reader)?),
            _ => reader.skip()?,
        }
    }
    reader.end()?;
    Ok(Some(refinements))
}

fn bool(reader: &mut Reader<'_>) -> Result<bool, Error> {
    match reader.marker()? {
        Marker::True => Ok(true),
        Marker::False => Ok(false),
        _ => Err(malformed()),
    }
}

fn integer(reader: &mut Reader<'_>) -> Result<i64, Error> {
    let marker = reader.marker()?;
    number(reader, marker)?.as_i64().ok_or_else(malformed)
}

fn bound(reader: &mut Reader<'_>) -> Result<Bound, Error> {
    let marker = reader.marker()?;
    if reader.array_length(marker)? != Some(2) {
        return Err(malformed());
    }
    let marker = reader.marker()?;
    let value = number(reader, marker)?;
    let inclusive = bool(reader)?;
    Ok(Bound { value, inclusive })
}

fn number(reader: &mut Reader<'_>, marker: Marker) -> Result<Number, Error> {
    reader.number(marker)?.ok_or_else(malformed)
}

fn malformed() -> Error {
    Error::new("has malformed refinements")
}

fn write(refinements: &Refinements) -> Result<Vec<u8>, Error> {
    let mut entries = Entries::default();
    if refinements.not_null {
        writer::bool(entries.key(NULLABLE), false);
    }
    if let Some(prefix) = &refinements.prefix {
        writer::string(entries.key(PREFIX), prefix)?;
    }
    for (key, bound) in [
        (MINIMUM, &refinements.minimum),
        (MAXIMUM, &refinements.maximum),
    ] {
        if let Some(Bound { value, inclusive }) = bound {
            let out = entries.key(key);
            writer::array(out, 2)?;
            writer::number(out, value)?;
            writer::bool(out, *inclusive);
        }
    }
    for (key, length) in [
        (MIN_LENGTH, refinements.min_length),
        (MAX_LENGTH, refinements.max_length),
    ] {
        if let Some(length) = length {
            writer::integer(entries.key(key), length);
        }
    }
    entries.finish()
}

/// A map in the making: its entries are counted as they are written.
#[derive(Default)]
struct Entries {
    count: usize,
    bytes: Vec<u8>,
}

impl Entries {
    /// Begins an entry; its value is to be appended.
    fn key(&mut self, key: i64) -> &mut Vec<u8> {
        self.count += 1;
        writer::integer(&mut self.bytes, key);
        &mut self.bytes
    }

    fn finish(mut self) -> Result<Vec<u8>, Error> {
        let mut map = Vec::with_capacity(self.bytes.len() + 1);
        writer::map(&mut map, self.count)?;
        map.append(&mut self.bytes);
        Ok(map)
    }
}
