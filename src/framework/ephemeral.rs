//! The typed trait of an ephemeral resource, and its erased twin over values.
//!
//! An ephemeral resource is opened in every plan and every apply that needs it, and closed after it; nothing of it is
//! kept. Must not know how long that takes: what is opened here needs no renewal.

use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::guard::answer;
use super::validate::judge;
use super::{Context, Diagnostics, LowerError, Model, Schema, lower};
use crate::cty::Value;

/// An ephemeral resource, as its author writes it.
pub trait EphemeralResource: Send + Sync + 'static {
    /// What a configured provider hands over.
    type Connection: Send + Sync + 'static;
    /// Its arguments and results.
    type Model: Model;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;

    /// Validates what the schema cannot: parts that are unknown are judged when they are known.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Opens it. All arguments are known, and must be in the result as they are.
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
    /// Opens it; the value is absent if there are errors.
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
        judge(&self.schema.block, config, |model, diagnostics| {
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
        // What was unknown at validate is known now.
        self.validate(config).into_result()?;
        let model = E::Model::decode(config)?;
        let model = self.typed.open(connection, model, context).await?;
        Ok(self.schema.block.complete(model.encode(&self.schema.ty)?))
    }
}
