//! The typed trait of an ephemeral resource, and its erased twin over values.
//!
//! Terraform opens an ephemeral resource in every plan and apply that needs it, closes it afterwards, and stores
//! nothing of it. Renewal is not supported, so this module must not know how long a resource stays open.

use std::borrow::Cow;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::guard::answer;
use super::spelling::{given, restore};
use super::validate::validate;
use super::{Context, Diagnostics, LowerError, Model, Schema, lower};
use crate::cty::Value;

/// An ephemeral resource, as its author writes it.
pub trait EphemeralResource: Send + Sync + 'static {
    /// The connection of a configured provider.
    type Connection: Send + Sync + 'static;
    /// Its arguments and results.
    type Model: Model;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;

    /// Validates what the schema cannot express. Unknown parts are validated once they are known.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Opens it. All arguments are known, and the result must contain them unchanged.
    fn open(
        &self,
        connection: &Self::Connection,
        config: Self::Model,
        context: &Context,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

/// An ephemeral resource over values, as the protocol layer sees it.
pub trait ErasedEphemeralResource<C>: Send + Sync {
    /// Returns its schema.
    fn schema(&self) -> &Schema;
    /// Validates a configuration.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Opens it. The value is absent if there are errors.
    fn open<'a>(
        &'a self,
        connection: &'a C,
        config: Value,
        context: &'a Context,
    ) -> BoxFuture<'a, (Option<Value>, Diagnostics)>;
}

struct Erased<E> {
    typed: E,
    schema: Schema,
}

pub(crate) fn erase<E: EphemeralResource>(
    typed: E,
) -> Result<Box<dyn ErasedEphemeralResource<E::Connection>>, LowerError> {
    let schema = lower::<E::Model>(0)?;
    Ok(Box::new(Erased { typed, schema }))
}

impl<E: EphemeralResource> ErasedEphemeralResource<E::Connection> for Erased<E> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(&self.schema.block, config, |model, diagnostics| {
            self.typed.validate(model, diagnostics);
        })
    }

    fn open<'a>(
        &'a self,
        connection: &'a E::Connection,
        config: Value,
        context: &'a Context,
    ) -> BoxFuture<'a, (Option<Value>, Diagnostics)> {
        async move {
            let value = self.open_typed(connection, &config, context);
            answer("Opening the ephemeral resource", value, context).await
        }
        .boxed()
    }
}

impl<E: EphemeralResource> Erased<E> {
    async fn open_typed(
        &self,
        connection: &E::Connection,
        config: &Value,
        context: &Context,
    ) -> Result<Value, Diagnostics> {
        // Values that were unknown during validation are known now.
        self.validate(config).into_result()?;
        let block = &self.schema.block;
        let model = E::Model::decode(&given(block, Cow::Borrowed(config)))?;
        let model = self.typed.open(connection, model, context).await?;
        let mut object = block.complete(model.encode(&self.schema.ty)?);
        restore(block, config, &mut object);
        Ok(object)
    }
}
