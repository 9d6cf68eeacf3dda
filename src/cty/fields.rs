//! The names of a struct's fields.

use serde::de::value::Error;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

/// Returns the names of the fields that a struct reads, in their order; none for other types.
pub fn fields<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // The struct asks for its fields by name, and gets no value.
    let _ = T::deserialize(Names(&mut names));
    names
}

/// A deserializer that notes the fields of a struct.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only the names are read"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_known_by_its_fields() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only the names matter")]
        struct Two {
            one: Option<String>,
            #[serde(rename = "another")]
            two: i64,
        }
        assert_eq!(fields::<Two>(), ["one", "another"]);
        assert_eq!(fields::<String>(), [""; 0]);
    }
}
