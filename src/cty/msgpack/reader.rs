//! Takes MessagePack's primitives from a slice. Knows nothing of Terraform's types.

use rmp::Marker;

use crate::cty::value::too_many_values;
use crate::cty::{Error, MAX_VALUES, Number};

/// The bytes that are not yet read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// How many values may still be made of them.
    values: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            values: MAX_VALUES,
        }
    }

    /// Ensures that nothing is left.
    pub(super) fn end(&self) -> Result<(), Error> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(Error::new(format!(
                "is followed by {left} bytes that belong to nothing"
            ))),
        }
    }

    /// Counts one more value that is made.
    pub(super) fn make(&mut self) -> Result<(), Error> {
        self.values = self.values.checked_sub(1).ok_or_else(too_many_values)?;
        Ok(())
    }

    pub(super) fn marker(&mut self) -> Result<Marker, Error> {
        Ok(Marker::from_u8(self.u8()?))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(u8::from_be_bytes)
    }

    /// Reads the length of an array; no array is longer than the bytes left.
    pub(super) fn array_length(&mut self, marker: Marker) -> Result<Option<usize>, Error> {
        let length = match marker {
            Marker::FixArray(length) => usize::from(length),
            Marker::Array16 => self.length16()?,
            Marker::Array32 => self.length32()?,
            _ => return Ok(None),
        };
        self.justify(length).map(Some)
    }

    /// Reads the length of a map; no map has more entries than half the bytes left.
    pub(super) fn map_length(&mut self, marker: Marker) -> Result<Option<usize>, Error> {
        let length = match marker {
            Marker::FixMap(length) => usize::from(length),
            Marker::Map16 => self.length16()?,
            Marker::Map32 => self.length32()?,
            _ => return Ok(None),
        };
        self.justify(length.saturating_mul(2))?;
        Ok(Some(length))
    }

    /// Reads over a text if it is this one, and a short one; else stays where it is.
    pub(super) fn skip_text(&mut self, text: &str) -> bool {
        let Some(short) = u8::try_from(text.len()).ok().filter(|length| *length < 32) else {
            return false;
        };
        match self.rest.split_first() {
            Some((marker, rest)) if *marker == Marker::FixStr(short).to_u8() => {
                let after = rest.strip_prefix(text.as_bytes());
                self.rest = after.unwrap_or(self.rest);
                after.is_some()
            }
            _ => false,
        }
    }

    pub(super) fn string(&mut self, marker: Marker) -> Result<Option<&'a str>, Error> {
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => self.length8()?,
            Marker::Str16 => self.length16()?,
            Marker::Str32 => self.length32()?,
            _ => return Ok(None),
        };
        let text = std::str::from_utf8(self.take(length)?);
        text.map(Some)
            .map_err(|_| Error::new("is text that is not valid UTF-8"))
    }

    pub(super) fn binary(&mut self, marker: Marker) -> Result<Option<&'a [u8]>, Error> {
        let length = match marker {
            Marker::Bin8 => self.length8()?,
            Marker::Bin16 => self.length16()?,
            Marker::Bin32 => self.length32()?,
            _ => return Ok(None),
        };
        self.take(length).map(Some)
    }

    /// Reads an extension: its kind and payload.
    pub(super) fn extension(&mut self, marker: Marker) -> Result<Option<(u8, &'a [u8])>, Error> {
        let length = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length8()?,
            Marker::Ext16 => self.length16()?,
            Marker::Ext32 => self.length32()?,
            _ => return Ok(None),
        };
        let kind = self.u8()?;
        Ok(Some((kind, self.take(length)?)))
    }

    pub(super) fn number(&mut self, marker: Marker) -> Result<Option<Number>, Error> {
        let number = match marker {
            Marker::FixPos(number) => Number::from(i64::from(number)),
            Marker::FixNeg(number) => Number::from(i64::from(number)),
            Marker::U8 => Number::from(u64::from(self.u8()?)),
            Marker::U16 => Number::from(u64::from(u16::from_be_bytes(self.array()?))),
            Marker::U32 => Number::from(u64::from(u32::from_be_bytes(self.array()?))),
            Marker::U64 => Number::from(u64::from_be_bytes(self.array()?)),
            Marker::I8 => Number::from(i64::from(i8::from_be_bytes(self.array()?))),
            Marker::I16 => Number::from(i64::from(i16::from_be_bytes(self.array()?))),
            Marker::I32 => Number::from(i64::from(i32::from_be_bytes(self.array()?))),
            Marker::I64 => Number::from(i64::from_be_bytes(self.array()?)),
            Marker::F32 => exact(f64::from(f32::from_be_bytes(self.array()?)))?,
            Marker::F64 => exact(f64::from_be_bytes(self.array()?))?,
            _ => return self.string(marker)?.map(str::parse).transpose(),
        };
        Ok(Some(number))
    }

    /// Reads over one value, whatever it is. Needs no recursion: a container only adds to what is to be read over.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let mut left: usize = 1;
        while left > 0 {
            left -= 1;
            let marker = self.marker()?;
            if let Some(length) = self.array_length(marker)? {
                left = left.saturating_add(length);
            } else if let Some(length) = self.map_length(marker)? {
                left = left.saturating_add(2 * length);
            } else {
                self.skip_scalar(marker)?;
            }
        }
        Ok(())
    }

    fn skip_scalar(&mut self, marker: Marker) -> Result<(), Error> {
        let length = match marker {
            Marker::U8 | Marker::I8 => 1,
            Marker::U16 | Marker::I16 => 2,
            Marker::U32 | Marker::I32 | Marker::F32 => 4,
            Marker::U64 | Marker::I64 | Marker::F64 => 8,
            _ => {
                // Each takes nothing from the slice unless the marker is its own.
                self.string(marker)?;
                self.binary(marker)?;
                self.extension(marker)?;
                0
            }
        };
        self.take(length).map(|_| ())
    }

    fn length8(&mut self) -> Result<usize, Error> {
        self.u8().map(usize::from)
    }

    fn length16(&mut self) -> Result<usize, Error> {
        Ok(usize::from(u16::from_be_bytes(self.array()?)))
    }

    fn length32(&mut self) -> Result<usize, Error> {
        Ok(usize::try_from(u32::from_be_bytes(self.array()?)).unwrap_or(usize::MAX))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (array, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Refuses a count of values for which there are not even as many bytes.
    fn justify(&self, length: usize) -> Result<usize, Error> {
        if length > self.rest.len() {
            return Err(truncated());
        }
        Ok(length)
    }
}

fn exact(float: f64) -> Result<Number, Error> {
    Number::exact(float).ok_or_else(|| Error::new("must be a finite number"))
}

fn truncated() -> Error {
    Error::new("ends before it is complete")
}
