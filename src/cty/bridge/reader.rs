//! From values to structs: a serde deserializer over a borrowed value.

use std::slice;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::UNKNOWN;
use crate::cty::value::check_length;
use crate::cty::{Error, Name, Number, Value};

/// Reads from one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'v>(pub(super) &'v Value);

impl<'v> Reader<'v> {
    /// Creates the error of a value that is not what the field wants.
    fn mismatch(self, wanted: &str) -> Error {
        match self.0.itself() {
            Value::Null => Error::new("must not be null"),
            Value::Unknown(_) => unknown_here(),
            other => Error::new(format!("must be {wanted}, but is {}", other.noun())),
        }
    }

    fn string(self) -> Result<&'v str, Error> {
        match self.0.itself() {
            Value::String(text) => Ok(text),
            _ => Err(self.mismatch("a string")),
        }
    }

    fn number(self) -> Result<&'v Number, Error> {
        match self.0.itself() {
            Value::Number(number) => Ok(number),
            _ => Err(self.mismatch("a number")),
        }
    }

    fn float(self) -> Result<f64, Error> {
        let float = self.number()?.to_f64();
        if float.is_finite() {
            return Ok(float);
        }
        Err(Error::new("is a number beyond what can be used here"))
    }

    fn elements<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::List(elements) => visitor.visit_seq(Elements::new(elements, false)),
            Value::Set(elements) => visitor.visit_seq(Elements::new(elements, true)),
            _ => Err(self.mismatch("a list or set")),
        }
    }

    fn entries<V: Visitor<'v>>(self, visitor: V, object: bool) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::Map(entries) => visitor.visit_map(Entries {
                entries: entries.as_slice().iter(),
                current: None,
                object,
            }),
            _ => Err(self.mismatch(if object { "an object" } else { "a map" })),
        }
    }
}

fn unknown_here() -> Error {
    Error::new("must be known")
}

macro_rules! integers {
    ($($method:ident $visit:ident $integer:ty),+) => {$(
        fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
            let number = self.number()?;
            if !number.is_whole() {
                return Err(Error::new(format!("is {number}, but must be a whole number")));
            }
            match number.as_i128().map(<$integer>::try_from) {
                Some(Ok(integer)) => visitor.$visit(integer),
                _ => Err(Error::new(format!(
                    "is {number}, but must be between {} and {}", <$integer>::MIN, <$integer>::MAX,
                ))),
            }
        }
    )+};
}

impl<'v> Deserializer<'v> for Reader<'v> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::Null => visitor.visit_unit(),
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Number(number) if number.as_i64().is_some() => self.deserialize_i64(visitor),
            Value::Number(number) if number.is_whole() => self.deserialize_u64(visitor),
            Value::Number(_) => self.deserialize_f64(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(_) | Value::Set(_) => self.elements(visitor),
            Value::Map(_) => self.entries(visitor, false),
            Value::Unknown(_) | Value::Dynamic(_) => Err(unknown_here()),
        }
    }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::Bool(bool) => visitor.visit_bool(*bool),
            _ => Err(self.mismatch("a bool")),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128
    }

    fn deserialize_f32<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_f64<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_char<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_str<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_string<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_bytes<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_bytes(self.string()?.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::Null => visitor.visit_none(),
            Value::Unknown(_) => visitor
                .visit_newtype_struct(BorrowedStrDeserializer::<Error>::new(UNKNOWN))
                .map_err(|_| unknown_here()),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::Null => visitor.visit_unit(),
            _ => Err(self.mismatch("null")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        self.elements(visitor)
    }

    fn deserialize_tuple<V: Visitor<'v>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0.itself() {
            Value::Map(_) => visitor.visit_seq(Views {
                value: self,
                left: length,
            }),
            Value::List(elements) | Value::Set(elements) => {
                check_length(elements.len(), length)?;
                self.elements(visitor)
            }
            _ => Err(self.mismatch("an object or a list")),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        self.entries(visitor, false)
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.entries(visitor, true)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.string()?))
    }

    fn deserialize_identifier<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

/// The elements of a list or set.
struct Elements<'v> {
    elements: slice::Iter<'v, Value>,
    index: usize,
    set: bool,
}

impl<'v> Elements<'v> {
    fn new(elements: &'v [Value], set: bool) -> Self {
        Self {
            elements: elements.iter(),
            index: 0,
            set,
        }
    }
}

impl<'v> SeqAccess<'v> for Elements<'v> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'v>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(element) = self.elements.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Reader(element))
            .map(Some)
            .map_err(|error| {
                if self.set {
                    error.within_set()
                } else {
                    error.within_index(index)
                }
            })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len())
    }
}

/// One object, seen once by each struct of a tuple.
struct Views<'v> {
    value: Reader<'v>,
    left: usize,
}

impl<'v> SeqAccess<'v> for Views<'v> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'v>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(self.value).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The entries of a map or the attributes of an object.
struct Entries<'v> {
    entries: slice::Iter<'v, (Name, Value)>,
    current: Option<(&'v str, &'v Value)>,
    object: bool,
}

impl<'v> MapAccess<'v> for Entries<'v> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'v>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.current = self.entries.next().map(|(name, value)| (&**name, value));
        match self.current {
            Some((name, _)) => seed.deserialize(StrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'v>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let (name, value) = self
            .current
            .ok_or_else(|| Error::custom("is read out of order"))?;
        seed.deserialize(Reader(value)).map_err(|error| {
            if self.object {
                error.within_attribute(name)
            } else {
                error.within_key(name)
            }
        })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}
