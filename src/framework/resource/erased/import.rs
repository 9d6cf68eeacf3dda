//! Objects that enter a state without being created: imported by identity, or read from an older version.

use super::Erased;
use crate::cty::{self, Value};
use crate::framework::resource::Resource;
use crate::framework::resource::identity::{encode_identity, no_identity};
use crate::framework::{Context, Diagnostic, Diagnostics, Identity as _, Model as _, Stored};

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
}
