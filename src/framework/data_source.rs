//! The typed trait of a data source, and its erased twin over values.

use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::guard::answer;
use super::validate::judge;
use super::{Context, Diagnostics, LowerError, Model, Schema, lower, mocked};
use crate::cty::Value;

/// A data source, as its author writes it.
pub trait DataSource: Send + Sync + 'static {
    /// What a configured provider hands over.
    type Connection: Send + Sync + 'static;
    /// Its arguments and results.
    type Model: Model;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;

    /// Validates what the schema cannot: parts that are unknown are judged when they are known.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Reads. All arguments are known.
    fn read(
        &self,
        connection: &Self::Connection,
        config: Self::Model,
        context: &Context,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

/// A data source over values, as the protocol layer sees it.
pub trait ErasedDataSource<C>: Send + Sync {
    /// Returns its schema.
    fn schema(&self) -> &Schema;
    /// Validates a configuration.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Reads; the value is absent if there are errors.
    fn read<'a>(
        &'a self,
        connection: &'a C,
        config: Value,
        context: &'a Context,
    ) -> BoxFuture<'a, (Option<Value>, Diagnostics)>;
}

struct Erased<D> {
    typed: D,
    schema: Schema,
}

pub(crate) fn erase<D: DataSource>(
    typed: D,
) -> Result<Box<dyn ErasedDataSource<D::Connection>>, LowerError> {
    let schema = lower::<D::Model>(0)?;
    Ok(Box::new(Erased { typed, schema }))
}

impl<D: DataSource> ErasedDataSource<D::Connection> for Erased<D> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.judge(&mocked::unknown(&self.schema.block, config))
    }

    fn read<'a>(
        &'a self,
        connection: &'a D::Connection,
        config: Value,
        context: &'a Context,
    ) -> BoxFuture<'a, (Option<Value>, Diagnostics)> {
        async move {
            let value = self.read_typed(connection, &config, context);
            answer("Reading the data source", value, context).await
        }
        .boxed()
    }
}

impl<D: DataSource> Erased<D> {
    fn judge(&self, config: &Value) -> Diagnostics {
        judge(&self.schema.block, config, |model, diagnostics| {
            self.typed.validate(model, diagnostics);
        })
    }

    async fn read_typed(
        &self,
        connection: &D::Connection,
        config: &Value,
        context: &Context,
    ) -> Result<Value, Diagnostics> {
        // What was unknown at validate is known now.
        self.judge(config).into_result()?;
        let model = D::Model::decode(config)?;
        let model = self.typed.read(connection, model, context).await?;
        Ok(self.schema.block.complete(model.encode(&self.schema.ty)?))
    }
}
