//! How objects come into a state otherwise than by being made: by identity, from an older version, from
//! another provider; and the configuration that is written for them.

use super::Resource;
use super::erased::Erased;
use crate::cty::{self, Name, Value};
use crate::framework::identity::lower_identity;
use crate::framework::schema::{Attribute, Block, Nesting, Shape};
use crate::framework::{
    Context, Diagnostic, Diagnostics, Identity as _, LowerError, Mode, Model as _, Schema, Stored,
    lower,
};

/// Gives a resource's schema, and that of its identity.
///
/// # Errors
/// A model cannot be a schema.
pub(crate) fn schemas<R: Resource>() -> Result<(Schema, Option<Schema>), LowerError> {
    let schema = lower::<R::State>(R::VERSION)?;
    Ok((schema, lower_identity::<R::State, R::Identity>()?))
}

/// Gives the identity of a state, as a value of the identity's schema.
///
/// # Errors
/// The identity does not fit its own schema.
pub(crate) fn encode_identity<R: Resource>(
    state: &R::State,
    schema: &Schema,
) -> Result<Option<Value>, Diagnostics> {
    let identity = R::Identity::of(state).map(|identity| identity.encode(&schema.ty));
    Ok(identity.transpose()?)
}

pub(super) fn no_identity(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        "resource-not-imported",
        "Resource not imported",
        format!("A {type_name} has no identity to import it by; write `id` in the import block."),
    )
}

impl<R: Resource> Erased<R> {
    pub(super) async fn import_by_identity_typed(
        &self,
        connection: &R::Connection,
        identity: &Value,
        context: &Context<R::State>,
    ) -> Result<Value, Diagnostics> {
        if self.identity.is_none() {
            return Err(no_identity(R::TYPE_NAME).into());
        }
        let identity = R::Identity::decode(identity)?;
        let import = self.typed.import_by_identity(connection, identity, context);
        self.encode(&import.await?)
    }

    pub(super) fn identity_of(&self, state: &Value) -> Result<Option<Value>, Diagnostics> {
        match &self.identity {
            Some(schema) if !state.is_null() => encode_identity::<R>(&self.decode(state)?, schema),
            _ => Ok(None),
        }
    }

    pub(super) fn upgrade_typed(&self, version: i64, json: &[u8]) -> Result<Value, Diagnostics> {
        if version == R::VERSION {
            let value = cty::json::decode(json, &self.schema.ty)?;
            return self.encode(&R::State::decode(&value)?);
        }
        let stored = Stored {
            version,
            of: R::TYPE_NAME,
            json,
        };
        self.encode(&R::upgrade(&stored)?)
    }

    pub(super) fn upgrade_identity_typed(
        &self,
        version: i64,
        json: &[u8],
    ) -> Result<Value, Diagnostics> {
        let Some(schema) = &self.identity else {
            return Err(Diagnostic::error(
                "unknown-resource-identity",
                "Unknown resource identity",
                format!("A {} has no identity.", R::TYPE_NAME),
            )
            .into());
        };
        if version == R::Identity::VERSION {
            return Ok(cty::json::decode(json, &schema.ty)?);
        }
        let stored = Stored {
            version,
            of: R::TYPE_NAME,
            json,
        };
        Ok(R::Identity::upgrade(&stored)?.encode(&schema.ty)?)
    }

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

/// Leaves out what only the provider sets, and what is as it would be by default.
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
