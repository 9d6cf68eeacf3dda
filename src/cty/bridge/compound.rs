//! From sequences, maps and structs to values: what the [`Writer`] hands its parts to.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser;

use super::writer::Writer;
use crate::cty::value::{check_length, no_attribute};
use crate::cty::{Error, Name, Type, Value};

/// The elements of a list, set or tuple, or the structs that make up one object.
pub(super) struct Elements<'t> {
    writer: Writer<'t>,
    values: Vec<Value>,
}

impl<'t> Elements<'t> {
    pub(super) fn new(writer: Writer<'t>, length: Option<usize>) -> Self {
        Self {
            writer,
            values: Vec::with_capacity(length.unwrap_or(0)),
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), Error> {
        let index = self.values.len();
        let ty = self.writer.ty;
        let value = match ty {
            Type::List(ty) => element
                .serialize(Writer::new(ty))
                .map_err(|error| error.within_index(index)),
            Type::Set(ty) => element
                .serialize(Writer::new(ty))
                .map_err(Error::within_set),
            Type::Tuple(types) => {
                let ty = types
                    .get(index)
                    .ok_or_else(|| Error::new("is one element too many"));
                ty.and_then(|ty| element.serialize(Writer::new(ty)))
                    .map_err(|error| error.within_index(index))
            }
            Type::Object(_) => element.serialize(Writer { ty, partial: true }),
            _ => element
                .serialize(Writer::new(ty))
                .map_err(|error| error.within_index(index)),
        };
        self.values.push(value?);
        Ok(())
    }

    fn finish(self) -> Result<Value, Error> {
        let Self { writer, values } = self;
        match writer.ty {
            Type::Set(_) => Ok(Value::set(values)),
            Type::Tuple(types) => {
                check_length(values.len(), types.len())?;
                Ok(Value::List(values))
            }
            Type::Object(types) => merge(values, types, writer.partial),
            Type::Dynamic => {
                let (types, values) = values.into_iter().map(typed).unzip();
                Ok(Value::Dynamic(Box::new((
                    Type::Tuple(types),
                    Value::List(values),
                ))))
            }
            _ => Ok(Value::List(values)),
        }
    }
}

/// Joins the attributes of several structs to one object.
fn merge(parts: Vec<Value>, types: &BTreeMap<Name, Type>, partial: bool) -> Result<Value, Error> {
    let mut whole = BTreeMap::new();
    for part in parts {
        let Value::Map(entries) = part else {
            return Err(Error::new(format!(
                "has a part that must be an object, but is {}",
                part.noun()
            )));
        };
        for (name, value) in entries {
            if whole.get(&name).is_some_and(|other| *other != value) {
                return Err(Error::new("is given twice, and differently").within_attribute(&name));
            }
            whole.insert(name, value);
        }
    }
    Ok(complete(whole, types, partial))
}

/// Gives an object the attributes it does not have yet, as null.
fn complete(
    mut entries: BTreeMap<Name, Value>,
    types: &BTreeMap<Name, Type>,
    partial: bool,
) -> Value {
    if !partial && entries.len() < types.len() {
        for name in types.keys() {
            if !entries.contains_key(name) {
                entries.insert(name.clone(), Value::Null);
            }
        }
    }
    Value::Map(entries)
}

/// Parts a value from the type it carries.
fn typed(value: Value) -> (Type, Value) {
    match value {
        Value::Dynamic(typed) => *typed,
        other => (Type::Dynamic, other),
    }
}

macro_rules! elements {
    ($($interface:ident $method:ident),+) => {$(
        impl ser::$interface for Elements<'_> {
            type Ok = Value;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), Error> {
                self.push(element)
            }

            fn end(self) -> Result<Value, Error> {
                self.finish()
            }
        }
    )+};
}

elements!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field);

/// The entries of a map or the attributes of an object.
pub(super) struct Entries<'t> {
    writer: Writer<'t>,
    key: Name,
    values: Vec<(Name, Value)>,
}

impl<'t> Entries<'t> {
    pub(super) fn new(writer: Writer<'t>, length: Option<usize>) -> Self {
        Self {
            writer,
            key: Name::default(),
            values: Vec::with_capacity(length.unwrap_or(0)),
        }
    }

    fn insert<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Result<(), Error> {
        let value = match self.writer.ty {
            Type::Object(types) => return self.insert_attribute(types, &name, value),
            Type::Map(ty) => value
                .serialize(Writer::new(ty))
                .map_err(|error| error.within_key(&name)),
            ty => value
                .serialize(Writer::new(ty))
                .map_err(|error| error.within_attribute(&name)),
        };
        self.values.push((name, value?));
        Ok(())
    }

    fn insert_attribute<T: Serialize + ?Sized>(
        &mut self,
        types: &BTreeMap<Name, Type>,
        name: &str,
        value: &T,
    ) -> Result<(), Error> {
        let known = types.get_key_value(name);
        let (name, ty) = known.ok_or_else(|| no_attribute(name))?;
        let value = value.serialize(Writer::new(ty));
        let value = value.map_err(|error| error.within_attribute(name))?;
        self.values.push((name.clone(), value));
        Ok(())
    }

    fn finish(self) -> Value {
        let Self { writer, values, .. } = self;
        match writer.ty {
            Type::Object(types) => complete(values.into_iter().collect(), types, writer.partial),
            Type::Dynamic => {
                let mut types = BTreeMap::new();
                let mut attributes = BTreeMap::new();
                for (name, value) in values {
                    let (ty, value) = typed(value);
                    types.insert(name.clone(), ty);
                    attributes.insert(name, value);
                }
                Value::Dynamic(Box::new((Type::Object(types), Value::Map(attributes))))
            }
            _ => Value::Map(values.into_iter().collect()),
        }
    }
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        match key.serialize(Writer::new(&Type::String))? {
            Value::String(key) => self.key = key.into(),
            other => {
                return Err(Error::new(format!(
                    "has a key that must be a string, but is {}",
                    other.noun()
                )));
            }
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = std::mem::take(&mut self.key);
        self.insert(key, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}

impl ser::SerializeStruct for Entries<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        match self.writer.ty {
            Type::Object(types) => self.insert_attribute(types, name, value),
            _ => self.insert(name.into(), value),
        }
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.finish())
    }
}
