//! A model is a struct that is declared once and is the schema, the documentation and the value.
//!
//! A model can also be a tuple of structs. Their attributes are merged into one block, and each struct is decoded from
//! the same object. (`serde(flatten)` loses unknown values.)

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cty::{self, Type, Value};

/// A struct (with an empty `impl`) or a tuple of structs that describes the values of one block.
pub trait Model: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// Returns the JSON Schemas of its structs.
    fn json_schemas() -> Vec<Schema> {
        let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
        vec![settings.into_generator().into_root_schema_for::<Self>()]
    }

    /// Decodes the model from a value of its type.
    ///
    /// # Errors
    /// If a value does not have the type of its field, or is unknown and the type of the field does not allow it. The
    /// error contains the path.
    fn decode(value: &Value) -> Result<Self, cty::Error> {
        cty::from_value(value)
    }

    /// Encodes the model as a value of the type.
    ///
    /// # Errors
    /// If a field does not match the type. The error contains the path.
    fn encode(&self, ty: &Type) -> Result<Value, cty::Error> {
        cty::to_value(self, ty)
    }
}

impl<A: Model, B: Model> Model for (A, B) {
    fn json_schemas() -> Vec<Schema> {
        [A::json_schemas(), B::json_schemas()].concat()
    }
}

impl<A: Model, B: Model, C: Model> Model for (A, B, C) {
    fn json_schemas() -> Vec<Schema> {
        [A::json_schemas(), B::json_schemas(), C::json_schemas()].concat()
    }
}

impl<A: Model, B: Model, C: Model, D: Model> Model for (A, B, C, D) {
    fn json_schemas() -> Vec<Schema> {
        [
            A::json_schemas(),
            B::json_schemas(),
            C::json_schemas(),
            D::json_schemas(),
        ]
        .concat()
    }
}

impl<A: Model, B: Model, C: Model, D: Model, E: Model> Model for (A, B, C, D, E) {
    fn json_schemas() -> Vec<Schema> {
        [
            A::json_schemas(),
            B::json_schemas(),
            C::json_schemas(),
            D::json_schemas(),
            E::json_schemas(),
        ]
        .concat()
    }
}
