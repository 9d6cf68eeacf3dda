//! The identity of a resource's objects: its schema, and its value for a state.

use super::Resource;
use crate::cty::Value;
use crate::framework::identity::lower_identity;
use crate::framework::{
    Diagnostic, Diagnostics, Identity as _, LowerError, Model as _, Schema, lower,
};

/// Returns a resource's schema, and that of its identity.
///
/// # Errors
/// A model cannot be a schema.
pub(crate) fn schemas<R: Resource>() -> Result<(Schema, Option<Schema>), LowerError> {
    let schema = lower::<R::State>(R::VERSION)?;
    Ok((schema, lower_identity::<R::State, R::Identity>()?))
}

/// Returns the identity of a state, as a value of the identity's schema.
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
        format!("A {type_name} has no identity. Use `id` in the import block."),
    )
}
