//! The configuration that is generated for an imported object.

use super::Erased;
use crate::cty::{Name, Value};
use crate::framework::resource::Resource;
use crate::framework::schema::{Attribute, Block, Nesting, Shape};
use crate::framework::{Diagnostics, Mode};

impl<R: Resource> Erased<R> {
    pub(super) fn generate_config_typed(
        &self,
        connection: Option<&R::Connection>,
        state: &Value,
    ) -> Result<Value, Diagnostics> {
        let written = writable_block(&self.schema.block, state);
        let written = self.decode(&written)?;
        self.encode(&self.typed.generate_config(connection, written))
    }
}

/// Removes computed values and values that equal their default.
fn writable_block(block: &Block, object: &Value) -> Value {
    let Value::Map(values) = object else {
        return object.clone();
    };
    let write = |(name, value): (&Name, &Value)| {
        let value = match (block.attributes.get(name), block.blocks.get(name)) {
            (Some(attribute), _) => writable(attribute, value),
            (_, Some(nested)) => elements(nested.nesting, value, |value| {
                writable_block(&nested.block, value)
            }),
            (None, None) => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Map(values.iter().map(write).collect())
}

fn writable(attribute: &Attribute, value: &Value) -> Value {
    if attribute.mode == Mode::Computed || attribute.default.as_ref() == Some(value) {
        return Value::Null;
    }
    let Shape::Nested(nesting, attributes) = &attribute.shape else {
        return value.clone();
    };
    elements(*nesting, value, |object| {
        let Value::Map(values) = object else {
            return object.clone();
        };
        let write = |(name, value): (&Name, &Value)| {
            let value = attributes
                .get(name)
                .map_or(Value::Null, |a| writable(a, value));
            (name.clone(), value)
        };
        Value::Map(values.iter().map(write).collect())
    })
}

fn elements(nesting: Nesting, value: &Value, write: impl Fn(&Value) -> Value) -> Value {
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => write(value),
        (_, Value::List(elements)) => Value::List(elements.iter().map(write).collect()),
        (_, Value::Set(elements)) => Value::set(elements.iter().map(write)),
        (_, Value::Map(elements)) => Value::Map(
            elements
                .iter()
                .map(|(key, value)| (key.clone(), write(value)))
                .collect(),
        ),
        (_, other) => other.clone(),
    }
}
