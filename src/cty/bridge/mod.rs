//! The bridge between values and the structs of a resource, over serde.
//!
//! The type of a field says what it may hold: `T` a known value, `Option<T>` null or a known value, and `Attr<T>`,
//! which speaks through [`UNKNOWN`], null, unknown or a known value. A field that meets what it may not hold is an
//! error with its path. A tuple of structs is one object of which each struct takes its own attributes.

mod reader;
mod writer;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, Type, Value};

/// The marker through which a field that may be unknown and this bridge speak about unknown.
///
/// Reading: a field asks for an option, and an unknown is handed to it as a newtype struct that holds this text, which
/// `Option` refuses. Writing: the field gives a newtype struct of this name.
pub const UNKNOWN: &str = "$vpcflow::cty::unknown";

/// Reads a struct from a value.
///
/// # Errors
/// The path is that of the attribute that does not fit its field.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(reader::Reader(value))
}

/// Writes a struct as a value of a type; attributes the struct does not have are null.
///
/// # Errors
/// The path is that of the attribute the type does not have, or has with another type.
pub fn to_value<T: Serialize>(value: &T, ty: &Type) -> Result<Value, Error> {
    value.serialize(writer::Writer::new(ty))
}

#[cfg(test)]
mod tests;
