//! From sequences, maps and structs to values: what the [`Writer`] hands its parts to.

use std::sync::atomic::{AtomicU8, Ordering};

use serde::Serialize;
use serde::ser;

use super::Writer;
use crate::cty::value::{attribute_type, check_length};
use crate::cty::{Error, Map, Name, Type, Value};

/// The elements of a list, set or tuple, or the structs that make up one object.
pub(in crate::cty::bridge) struct Elements<'t> {
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
fn merge(parts: Vec<Value>, types: &Map<Type>, partial: bool) -> Result<Value, Error> {
    let mut whole: Map<Value> = Map::new();
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
    if !partial && whole.len() < types.len() {
        for name in types.keys() {
            whole.entry(name.clone()).or_insert(Value::Null);
        }
    }
    Ok(Value::Map(whole))
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

/// The entries of a map or the attributes of an object. A whole object begins with all its attributes, as null.
pub(in crate::cty::bridge) struct Entries<'t> {
    writer: Writer<'t>,
    key: Name,
    values: Vec<(Name, Value)>,
}

impl<'t> Entries<'t> {
    pub(super) fn new(writer: Writer<'t>, length: Option<usize>) -> Self {
        let null = |name: &Name| (name.clone(), Value::Null);
        let values = match writer.ty {
            Type::Object(types) if !writer.partial => types.keys().map(null).collect(),
            _ => Vec::with_capacity(length.unwrap_or(0)),
        };
        Self {
            writer,
            key: Name::default(),
            values,
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
        types: &Map<Type>,
        name: &str,
        value: &T,
    ) -> Result<(), Error> {
        let (place, name, ty) = place(types, name)?;
        let value = value.serialize(Writer::new(ty));
        let value = value.map_err(|error| error.within_attribute(name))?;
        if self.writer.partial {
            self.values.push((name.clone(), value));
        } else {
            self.values[place].1 = value;
        }
        Ok(())
    }

    fn finish(self) -> Value {
        let Self { writer, values, .. } = self;
        match writer.ty {
            Type::Object(_) if !writer.partial => {
                Value::Map(Map::from_sorted_store_unchecked(values))
            }
            Type::Dynamic => {
                let typed = |(name, value): (Name, Value)| {
                    let (ty, value) = typed(value);
                    ((name.clone(), ty), (name, value))
                };
                let (types, attributes) = values.into_iter().map(typed).unzip();
                Value::Dynamic(Box::new((Type::Object(types), Value::Map(attributes))))
            }
            _ => Value::Map(values.into_iter().collect()),
        }
    }
}

/// Where the field whose name lies at an address went the last time: the same structs are written again and again.
static PLACES: [AtomicU8; 256] = [const { AtomicU8::new(0) }; 256];

/// Finds an attribute's type, its place and its shared name: first where it was the last time, which is a hint and no
/// more.
fn place<'t>(types: &'t Map<Type>, name: &str) -> Result<(usize, &'t Name, &'t Type), Error> {
    let hint = &PLACES[name.as_ptr().addr() % PLACES.len()];
    let place = usize::from(hint.load(Ordering::Relaxed));
    match types.get_indexed(place) {
        Some((known, ty)) if **known == *name => Ok((place, known, ty)),
        _ => {
            let found = attribute_type(types, name)?;
            hint.store(u8::try_from(found.0).unwrap_or(0), Ordering::Relaxed);
            Ok(found)
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
