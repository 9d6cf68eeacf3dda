//! The typed trait of an action, and its erased twin over values.
//!
//! Terraform runs an action on demand or as a part of an apply. An action returns nothing but messages: lines of progress
//! while it runs, and diagnostics at its end. Must not know who shows them.

use std::borrow::Cow;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::guard::guard;
use super::spelling::given;
use super::validate::validate;
use super::{Context, Diagnostics, LowerError, Model, Schema, lower};
use crate::cty::Value;

/// An action, as its author writes it.
pub trait Action: Send + Sync + 'static {
    /// The connection of a configured provider.
    type Connection: Send + Sync + 'static;
    /// Its arguments.
    type Model: Model;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;

    /// Validates what the schema cannot express. Unknown parts are validated once they are known.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Runs it. All arguments are known.
    fn invoke(
        &self,
        connection: &Self::Connection,
        config: Self::Model,
        progress: &Progress,
        context: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// Shows how far an action is.
#[derive(Clone, Debug)]
pub struct Progress(mpsc::Sender<String>);

impl Progress {
    /// Creates it from what receives the lines.
    pub fn new(lines: mpsc::Sender<String>) -> Self {
        Self(lines)
    }

    /// Shows a line. Waits while the client is busy. If the client is gone, nobody sees it.
    pub async fn say(&self, line: impl Into<String>) {
        let _ = self.0.send(line.into()).await;
    }
}

/// An action over values, as the protocol layer sees it.
pub trait ErasedAction<C>: Send + Sync {
    /// Returns its schema.
    fn schema(&self) -> &Schema;
    /// Validates a configuration, also one that is known only in part.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Runs it. It has failed if there are errors.
    fn invoke<'a>(
        &'a self,
        connection: &'a C,
        config: Value,
        progress: Progress,
        context: &'a Context,
    ) -> BoxFuture<'a, Diagnostics>;
}

struct Erased<A> {
    typed: A,
    schema: Schema,
}

pub(crate) fn erase<A: Action>(
    typed: A,
) -> Result<Box<dyn ErasedAction<A::Connection>>, LowerError> {
    let schema = lower::<A::Model>(0)?;
    Ok(Box::new(Erased { typed, schema }))
}

impl<A: Action> ErasedAction<A::Connection> for Erased<A> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(&self.schema.block, config, |model, diagnostics| {
            self.typed.validate(model, diagnostics);
        })
    }

    fn invoke<'a>(
        &'a self,
        connection: &'a A::Connection,
        config: Value,
        progress: Progress,
        context: &'a Context,
    ) -> BoxFuture<'a, Diagnostics> {
        async move {
            let run = self.invoke_typed(connection, &config, &progress, context);
            let result = guard("Invoking the action", run).await;
            let result = result.unwrap_or_else(|panic| Err(panic.into()));
            let mut diagnostics = context.take_warnings();
            diagnostics.extend(result.err().into_iter().flatten());
            diagnostics
        }
        .boxed()
    }
}

impl<A: Action> Erased<A> {
    async fn invoke_typed(
        &self,
        connection: &A::Connection,
        config: &Value,
        progress: &Progress,
        context: &Context,
    ) -> Result<(), Diagnostics> {
        // Values that were unknown during validation are known now.
        self.validate(config).into_result()?;
        let model = A::Model::decode(&given(&self.schema.block, Cow::Borrowed(config)))?;
        self.typed
            .invoke(connection, model, progress, context)
            .await
    }
}
