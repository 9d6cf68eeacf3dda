//! The typed trait of a data source, and its erased twin over values.

use std::borrow::Cow;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::guard::answer;
use super::spelling::{given, restore};
use super::validate::validate;
use super::{Context, Diagnostics, LowerError, Model, Schema, lower, mocked};
use crate::cty::Value;

/// A data source, as its author writes it.
pub trait DataSource: Send + Sync + 'static {
    /// The connection of a configured provider.
    type Connection: Send + Sync + 'static;
    /// Its arguments and results.
    type Model: Model;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;

    /// Validates what the schema cannot express. Unknown parts are validated once they are known.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Reads the results. All arguments are known.
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
    /// Reads the results. The value is absent if there are errors.
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
        self.problems(&mocked::unknown(&self.schema.block, config))
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
    fn problems(&self, config: &Value) -> Diagnostics {
        validate(&self.schema.block, config, |model, diagnostics| {
            self.typed.validate(model, diagnostics);
        })
    }

    async fn read_typed(
        &self,
        connection: &D::Connection,
        config: &Value,
        context: &Context,
    ) -> Result<Value, Diagnostics> {
        // Values that were unknown during validation are known now.
        self.problems(config).into_result()?;
        let block = &self.schema.block;
        let model = D::Model::decode(&given(block, Cow::Borrowed(config)))?;
        let model = self.typed.read(connection, model, context).await?;
        let mut object = block.complete(model.encode(&self.schema.ty)?);
        restore(block, config, &mut object);
        Ok(object)
    }
}
