//! The identity of an object outside of any state, declared by a struct.
//!
//! An attribute without a serde default is required for an import by identity. An attribute with a default is
//! optional. Must not know how a resource finds an object by its identity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stored::Stored;
use super::{Attribute, Diagnostics, LowerError, Mode, Model, Schema, Shape, lower};
use crate::cty::{Name, Type};

/// Identity of the objects whose state is `S`.
pub trait Identity<S>: Model {
    /// Whether the objects have an identity.
    const DECLARED: bool = true;
    /// Version of the identity's schema.
    const VERSION: i64 = 0;

    /// Returns the identity of an object, or `None` if the state does
    /// not identify the object. A plan may have unknown parts.
    fn of(state: &S) -> Option<Self>;

    /// Converts an identity of an older version, which has a frozen struct of its own.
    ///
    /// # Errors
    /// The version does not exist, or the identity does not match it.
    fn upgrade(stored: &Stored<'_>) -> Result<Self, Diagnostics> {
        Err(stored.of_unknown_version(Self::VERSION))
    }
}

/// The identity of objects that have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoIdentity {}

impl Model for NoIdentity {}

impl<S> Identity<S> for NoIdentity {
    const DECLARED: bool = false;

    fn of(_: &S) -> Option<Self> {
        None
    }
}

/// Lowers an identity to its schema. Returns `None` if there is no identity.
///
/// # Errors
/// An attribute has a type that Terraform does not allow in an identity.
pub(crate) fn lower_identity<S, I: Identity<S>>() -> Result<Option<Schema>, LowerError> {
    if !I::DECLARED {
        return Ok(None);
    }
    let schema = lower::<I>(I::VERSION)?;
    let refused = |path: &Name| LowerError {
        path: path.to_string(),
        reason: "an identity has only required and optional primitive values and lists of them"
            .into(),
    };
    if let Some(name) = schema.block.blocks.keys().next() {
        return Err(refused(name));
    }
    let mut attributes = schema.block.attributes.iter();
    match attributes.find(|(_, attribute)| !is_for_identities(attribute)) {
        Some((name, _)) => Err(refused(name)),
        None => Ok(Some(schema)),
    }
}

fn is_for_identities(attribute: &Attribute) -> bool {
    let simple = |ty: &Type| matches!(ty, Type::String | Type::Bool | Type::Number);
    let settable = matches!(attribute.mode, Mode::Required | Mode::Optional);
    settable
        && match &attribute.shape {
            Shape::Plain(Type::List(element)) => simple(element),
            Shape::Plain(ty) => simple(ty),
            Shape::Nested(..) => false,
        }
}
