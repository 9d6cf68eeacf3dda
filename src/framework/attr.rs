//! The three states of an attribute.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::cty::UNKNOWN;

/// An attribute that may be null, unknown until apply, or known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attr<T> {
    /// The attribute is not set.
    #[default]
    Null,
    /// The value will be known after apply.
    Unknown,
    /// The value is known.
    Known(T),
}

impl Attr<String> {
    /// Returns the text if it is known and not empty. An empty text means "not set".
    pub fn given(&self) -> Option<&str> {
        self.known()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }
}

impl<T> Attr<T> {
    /// Returns the value if it is known.
    pub fn known(&self) -> Option<&T> {
        self.as_ref().into_known()
    }

    /// Returns the value if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Checks whether the attribute is not set.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Checks whether the value will be known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Checks whether the value is known.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Returns this attribute, or the other one if this is null.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_null() { other } else { self }
    }

    /// Converts a known value.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(turn(value)),
        }
    }

    /// Borrows the value.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(value),
        }
    }
}

impl<T: Deref> Attr<T> {
    /// Borrows the target of the value, such as `str` for a `String` or a slice for a `Vec`.
    pub fn as_deref(&self) -> Attr<&T::Target> {
        self.as_ref().map(T::deref)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T: Serialize> Serialize for Attr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Unknown => serializer.serialize_newtype_struct(UNKNOWN, &Unspeakable),
            Self::Known(value) => serializer.serialize_some(value),
        }
    }
}

/// Marks an unknown value. Any format other than Terraform's reports an error instead of writing null.
struct Unspeakable;

impl Serialize for Unspeakable {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("must be known"))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Attr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(AttrVisitor(PhantomData))
    }
}

struct AttrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AttrVisitor<T> {
    type Value = Attr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, null or unknown")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Attr<T>, E> {
        Ok(Attr::Null)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Attr<T>, E> {
        Ok(Attr::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Attr<T>, D::Error> {
        T::deserialize(deserializer).map(Attr::Known)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Attr<T>, D::Error> {
        match <&str>::deserialize(deserializer)? {
            UNKNOWN => Ok(Attr::Unknown),
            _ => Err(D::Error::custom("is neither a value, null nor unknown")),
        }
    }
}

/// The schema is that of the value. Whether it may be null or unknown is a property of the field.
impl<T: JsonSchema> JsonSchema for Attr<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_null_and_value_are_null_and_known() {
        let attrs: Vec<Attr<String>> = serde_json::from_str(r#"[null, "a"]"#).unwrap();
        assert_eq!(attrs, [Attr::Null, Attr::Known("a".to_owned())]);
        assert_eq!(serde_json::to_string(&attrs).unwrap(), r#"[null,"a"]"#);
    }

    #[test]
    fn unknown_is_refused_by_json_rather_than_written_as_null() {
        let error = serde_json::to_string(&[Attr::<String>::Unknown]).unwrap_err();
        assert!(error.to_string().contains("must be known"), "{error}");
    }

    #[test]
    fn schema_is_that_of_the_value() {
        let attr = schemars::schema_for!(Attr<Vec<String>>);
        let plain = schemars::schema_for!(Vec<String>);
        assert_eq!(attr, plain);
    }

    #[test]
    fn state_is_kept_by_map_and_borrowing() {
        let known = Attr::from("ab".to_owned());
        assert_eq!(known.as_deref(), Attr::Known("ab"));
        assert_eq!(known.known().map(String::len), Some(2));
        assert_eq!(known.map(|text| text.len()).into_known(), Some(2));
        assert_eq!(
            Attr::<String>::Unknown.map(|text| text.len()),
            Attr::Unknown
        );
        assert!(Attr::<i64>::from(None).is_null());
        assert!(Attr::<i64>::Unknown.known().is_none());
    }
}
