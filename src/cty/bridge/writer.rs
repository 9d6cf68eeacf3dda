//! From structs to values: a serde serializer for a value of a known type.

mod compound;

use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::UNKNOWN;
use crate::cty::{Error, Map, Number, Type, Value};
use compound::{Elements, Entries};

/// Writes one value of a type.
#[derive(Clone, Copy)]
pub(super) struct Writer<'t> {
    pub(super) ty: &'t Type,
    /// The object is completed by others, so attributes may be missing.
    pub(super) partial: bool,
}

impl<'t> Writer<'t> {
    pub(super) fn new(ty: &'t Type) -> Self {
        Self { ty, partial: false }
    }

    /// Writes a value of a primitive type, where such a value or any value is wanted.
    fn primitive(self, own: Type, value: Value) -> Result<Value, Error> {
        match self.ty {
            Type::Dynamic => Ok(Value::Dynamic(Box::new((own, value)))),
            wanted if *wanted == own => Ok(value),
            wanted => Err(value.mismatch(wanted)),
        }
    }

    fn number(self, number: Number) -> Result<Value, Error> {
        self.primitive(Type::Number, Value::Number(number))
    }

    fn elements(self, length: Option<usize>, tuple: bool) -> Result<Elements<'t>, Error> {
        match self.ty {
            Type::Object(_) if tuple => {}
            Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic => {}
            wanted => return Err(Value::List(Vec::new()).mismatch(wanted)),
        }
        Ok(Elements::new(self, length))
    }

    fn entries(self, length: Option<usize>) -> Result<Entries<'t>, Error> {
        match self.ty {
            Type::Map(_) | Type::Object(_) | Type::Dynamic => Ok(Entries::new(self, length)),
            wanted => Err(Value::Map(Map::new()).mismatch(wanted)),
        }
    }
}

fn unsupported() -> Error {
    Error::new("is of a shape that Terraform's types do not have")
}

impl<'t> Serializer for Writer<'t> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Elements<'t>;
    type SerializeTuple = Elements<'t>;
    type SerializeTupleStruct = Elements<'t>;
    type SerializeTupleVariant = Impossible<Value, Error>;
    type SerializeMap = Entries<'t>;
    type SerializeStruct = Entries<'t>;
    type SerializeStructVariant = Impossible<Value, Error>;

    fn serialize_bool(self, value: bool) -> Result<Value, Error> {
        self.primitive(Type::Bool, Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, Error> {
        self.number(i64::from(value).into())
    }

    fn serialize_i16(self, value: i16) -> Result<Value, Error> {
        self.number(i64::from(value).into())
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        self.number(i64::from(value).into())
    }

    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        self.number(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result<Value, Error> {
        self.number(value.to_string().parse()?)
    }

    fn serialize_u8(self, value: u8) -> Result<Value, Error> {
        self.number(u64::from(value).into())
    }

    fn serialize_u16(self, value: u16) -> Result<Value, Error> {
        self.number(u64::from(value).into())
    }

    fn serialize_u32(self, value: u32) -> Result<Value, Error> {
        self.number(u64::from(value).into())
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        self.number(value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<Value, Error> {
        self.number(value.to_string().parse()?)
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        self.number(value.to_string().parse()?)
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        let number = Number::shortest(value);
        self.number(number.ok_or_else(|| Error::new("must be a finite number"))?)
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        self.primitive(Type::String, Value::from(value))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Value, Error> {
        Err(unsupported())
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        if name == UNKNOWN {
            return Ok(Value::unknown());
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<Value, Error> {
        Err(unsupported())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Elements<'t>, Error> {
        self.elements(length, false)
    }

    fn serialize_tuple(self, length: usize) -> Result<Elements<'t>, Error> {
        self.elements(Some(length), true)
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<Elements<'t>, Error> {
        self.elements(Some(length), true)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(unsupported())
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries<'t>, Error> {
        self.entries(length)
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<Entries<'t>, Error> {
        self.entries(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(unsupported())
    }
}
