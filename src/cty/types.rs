//! The types of values, and the JSON in which Terraform writes them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::{Error, MAX_DEPTH, Map, Name};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Text.
    String,
    /// An exact decimal.
    Number,
    /// True or false.
    Bool,
    /// A value that carries its own type.
    Dynamic,
    /// Elements of one type, in order.
    List(Box<Self>),
    /// Elements of one type, without order, each once.
    Set(Box<Self>),
    /// Elements of one type, by key.
    Map(Box<Self>),
    /// Elements each of its own type, in order.
    Tuple(Vec<Self>),
    /// Attributes each of its own type, by name.
    Object(Map<Self>),
}

impl Type {
    /// Creates the type of a list.
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// Creates the type of a set.
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// Creates the type of a map.
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// Creates the type of an object.
    pub fn object<K: Into<Name>>(attributes: impl IntoIterator<Item = (K, Self)>) -> Self {
        let attributes = attributes.into_iter();
        Self::Object(attributes.map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// Writes the type as Terraform's type constraint in JSON.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    /// Reads a type constraint in JSON.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let ty = TypeSeed { depth: 0 }.deserialize(&mut reader);
        ty.and_then(|ty| reader.end().map(|()| ty))
            .map_err(|error| Error::new(format!("has an invalid type constraint: {error}")))
    }

    /// Names what a value of this type is, with its article.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::Dynamic => "a value with its type",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::String => out.push_str(r#""string""#),
            Self::Number => out.push_str(r#""number""#),
            Self::Bool => out.push_str(r#""bool""#),
            Self::Dynamic => out.push_str(r#""dynamic""#),
            Self::List(element) => element.write_collection("list", out),
            Self::Set(element) => element.write_collection("set", out),
            Self::Map(element) => element.write_collection("map", out),
            Self::Tuple(elements) => write_tuple(elements, out),
            Self::Object(attributes) => write_object(attributes, out),
        }
    }

    fn write_collection(&self, kind: &str, out: &mut String) {
        out.push_str(&format!(r#"["{kind}","#));
        self.write_json(out);
        out.push(']');
    }
}

fn write_tuple(elements: &[Type], out: &mut String) {
    out.push_str(r#"["tuple",["#);
    for (position, element) in elements.iter().enumerate() {
        separate(position, out);
        element.write_json(out);
    }
    out.push_str("]]");
}

fn write_object(attributes: &Map<Type>, out: &mut String) {
    out.push_str(r#"["object",{"#);
    for (position, (name, ty)) in attributes.iter().enumerate() {
        separate(position, out);
        out.push_str(&serde_json::Value::from(&**name).to_string());
        out.push(':');
        ty.write_json(out);
    }
    out.push_str("}]");
}

fn separate(position: usize, out: &mut String) {
    if position > 0 {
        out.push(',');
    }
}

/// Reads one type that is nested so deep.
#[derive(Clone, Copy)]
struct TypeSeed {
    depth: usize,
}

impl TypeSeed {
    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
        }
    }
}

impl<'de> DeserializeSeed<'de> for TypeSeed {
    type Value = Type;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Type, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom(format_args!(
                "nested deeper than {MAX_DEPTH} levels"
            )));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TypeSeed {
    type Value = Type;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a type constraint")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Type, E> {
        match name {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(E::custom(format_args!("there is no type {name:?}"))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Type, A::Error> {
        let kind: Cow<'_, str> = part(parts.next_element()?)?;
        let ty = match kind.as_ref() {
            "list" => Type::list(part(parts.next_element_seed(self.deeper())?)?),
            "set" => Type::set(part(parts.next_element_seed(self.deeper())?)?),
            "map" => Type::map(part(parts.next_element_seed(self.deeper())?)?),
            "tuple" => Type::Tuple(part(parts.next_element_seed(ElementsSeed(self.deeper()))?)?),
            "object" => {
                let attributes = part(parts.next_element_seed(AttributesSeed(self.deeper()))?)?;
                // A third part may name optional attributes. It says nothing about values.
                parts.next_element::<IgnoredAny>()?;
                Type::Object(attributes)
            }
            kind => {
                return Err(A::Error::custom(format_args!(
                    "there is no kind of type {kind:?}"
                )));
            }
        };
        match parts.next_element::<IgnoredAny>()? {
            None => Ok(ty),
            Some(IgnoredAny) => Err(A::Error::custom("a type constraint has too many parts")),
        }
    }
}

fn part<T, E: serde::de::Error>(part: Option<T>) -> Result<T, E> {
    part.ok_or_else(|| E::custom("a type constraint lacks a part"))
}

/// Reads the types of a tuple's elements.
struct ElementsSeed(TypeSeed);

impl<'de> DeserializeSeed<'de> for ElementsSeed {
    type Value = Vec<Type>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ElementsSeed {
    type Value = Vec<Type>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the types of a tuple")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut types = Vec::new();
        while let Some(ty) = elements.next_element_seed(self.0)? {
            types.push(ty);
        }
        Ok(types)
    }
}

/// Reads the types of an object's attributes.
struct AttributesSeed(TypeSeed);

impl<'de> DeserializeSeed<'de> for AttributesSeed {
    type Value = Map<Type>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AttributesSeed {
    type Value = Map<Type>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attributes of an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut attributes = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            let ty = entries.next_value_seed(self.0)?;
            attributes.push((name.into(), ty));
        }
        Ok(attributes.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_text_terraform_writes() {
        let cases = [
            (Type::String, r#""string""#),
            (Type::list(Type::Number), r#"["list","number"]"#),
            (
                Type::set(Type::map(Type::Bool)),
                r#"["set",["map","bool"]]"#,
            ),
            (Type::Tuple(vec![]), r#"["tuple",[]]"#),
            (
                Type::Tuple(vec![Type::Dynamic, Type::String]),
                r#"["tuple",["dynamic","string"]]"#,
            ),
            (
                Type::object([("b", Type::Number), ("a\"", Type::list(Type::String))]),
                r#"["object",{"a\"":["list","string"],"b":"number"}]"#,
            ),
        ];
        for (ty, json) in cases {
            assert_eq!(ty.to_json(), json);
            assert_eq!(Type::from_json(json.as_bytes()).unwrap(), ty);
        }
    }

    #[test]
    fn list_of_optional_attributes_is_read_over() {
        let ty = Type::from_json(br#" ["object", {"a": "string"}, ["a"]] "#).unwrap();
        assert_eq!(ty, Type::object([("a", Type::String)]));
    }

    #[test]
    fn malformed_type_is_refused_with_the_reason() {
        let cases = [
            (r#""text""#, "there is no type \"text\""),
            (
                r#"["array","string"]"#,
                "there is no kind of type \"array\"",
            ),
            (r#"["list"]"#, "lacks a part"),
            (r#"["list","string","string"]"#, "too many parts"),
            (r#"["object",{},[],1]"#, "too many parts"),
            (r#""string" 1"#, "trailing characters"),
            ("7", "a type constraint"),
            ("", "EOF"),
        ];
        for (json, reason) in cases {
            let error = Type::from_json(json.as_bytes()).unwrap_err();
            assert!(error.message.contains(reason), "{json}: {error}");
        }
    }

    #[test]
    fn deeply_nested_type_is_refused() {
        let nested = |depth: usize| {
            format!(
                "{}\"string\"{}",
                "[\"list\",".repeat(depth),
                "]".repeat(depth)
            )
        };
        assert!(Type::from_json(nested(MAX_DEPTH).as_bytes()).is_ok());
        let error = Type::from_json(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
        assert!(
            error.message.contains("nested deeper than 64 levels"),
            "{error}"
        );
        assert!(Type::from_json("[\"list\",".repeat(1 << 20).as_bytes()).is_err());
    }
}
