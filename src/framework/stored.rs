//! Stored data: a state or an identity of an older version, or the state of another provider.
//!
//! It is read into a frozen struct of that version. This module must not know any of these structs.

use serde::de::DeserializeOwned;

use super::{Diagnostic, Diagnostics};
use crate::cty;

/// A stored state or identity, as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The version of its form.
    pub version: i64,
    /// The name of its type, for messages.
    pub of: &'a str,
    /// The JSON text.
    pub json: &'a [u8],
}

impl Stored<'_> {
    /// Reads it as a frozen struct.
    ///
    /// # Errors
    /// It is not of that form.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Diagnostics> {
        let size = cty::json::check_size(self.json).map_err(|error| error.message);
        let read = size
            .and_then(|()| serde_json::from_slice(self.json).map_err(|error| error.to_string()));
        read.map_err(|error| {
            Diagnostic::error(
                "stored-state-not-read", "Stored state not read",
                format!(
                    "The stored state of {} does not match schema version {}: \
                     {error}. Remove the resource from the state (terraform state rm …) and import it.",
                    self.of, self.version
                ),
            )
            .into()
        })
    }

    /// Creates the error for a version that does not exist.
    pub fn of_unknown_version(&self, newest: i64) -> Diagnostics {
        Diagnostic::error(
            "state-not-upgraded", "State not upgraded",
            format!(
                "The stored state of {} has schema version {}, but this provider supports versions up to {newest}.",
                self.of, self.version
            ),
        )
        .into()
    }
}

/// An object of another provider, to be moved to a resource of this provider.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The address of that provider, such as `registry.terraform.io/hashicorp/aws`.
    pub provider: &'a str,
    /// Its state; [`Stored::of`] is the name of its type.
    pub stored: Stored<'a>,
}

impl Source<'_> {
    /// Returns the namespace and the name of the provider, without the host of its registry.
    pub fn namespace_and_name(&self) -> Option<(&str, &str)> {
        let (rest, name) = self.provider.rsplit_once('/')?;
        let namespace = rest
            .rsplit_once('/')
            .map_or(rest, |(_, namespace)| namespace);
        Some((namespace, name))
    }

    /// Creates the error for an object that cannot be moved, and names the types that can.
    pub fn refused(&self, target: &str, possible: &str) -> Diagnostics {
        Diagnostic::error(
            "resource-not-moved",
            "Resource not moved",
            format!(
                "A {} of {} (schema version {}) cannot be moved to {target}. {possible} Otherwise, \
                 remove it from the state with a `removed` block and take it over with an `import` \
                 block.",
                self.stored.of, self.provider, self.stored.version
            ),
        )
        .into()
    }
}
