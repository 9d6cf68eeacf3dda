//! A resource over values: applies the rules that hold for every resource, and calls the typed one.

mod generate;
mod import;

use std::borrow::Cow;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::identity::{encode_identity, schemas};
use super::{Applied, ErasedResource, Planned, Resource, Target};
use crate::cty::{Path, Value};
use crate::framework::mocked;
use crate::framework::plan::{propose, requires_replace, settle};
use crate::framework::spelling::{Normal, given, respell, restore};
use crate::framework::validate::validate;
use crate::framework::{
    Change, Context, Diagnostics, Failure, LowerError, Model as _, Schema, Source, guard,
};

/// A resource with the schemas of its models.
pub(super) struct Erased<R> {
    typed: R,
    schema: Schema,
    identity: Option<Schema>,
}

/// Converts a typed resource to one over values.
///
/// # Errors
/// A model cannot be a schema.
pub(crate) fn erase<R: Resource>(
    typed: R,
) -> Result<Box<dyn ErasedResource<R::Connection>>, LowerError> {
    let (schema, identity) = schemas::<R>()?;
    Ok(Box::new(Erased {
        typed,
        schema,
        identity,
    }))
}

impl<R: Resource> ErasedResource<R::Connection> for Erased<R> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.problems(&mocked::unknown(&self.schema.block, config))
    }

    fn plan(&self, connection: &R::Connection, target: Target) -> Planned {
        let mut diagnostics = Diagnostics::new();
        let mut otherwise = Value::Null;
        if !target.planned.is_null() {
            otherwise = target.prior.clone();
            match self.plan_typed(connection, target, &mut diagnostics) {
                Ok(planned) => {
                    return Planned {
                        diagnostics,
                        ..planned
                    };
                }
                Err(errors) => diagnostics.extend(errors),
            }
        }
        Planned {
            state: otherwise,
            identity: None,
            requires_replace: Vec::new(),
            private: Vec::new(),
            diagnostics,
        }
    }

    fn apply<'a>(
        &'a self,
        connection: &'a R::Connection,
        target: Target,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied> {
        async move {
            let context = Context::new(stop).with_private(target.private.planned.clone());
            let prior = target.prior.clone();
            let planned = target.planned.clone();
            let applied = guard(
                "Applying the change",
                self.apply_typed(connection, target, &context),
            );
            let failure = match applied.await {
                Ok(Ok(state)) => {
                    let state = settle(&planned, state).unknown_to_null();
                    return Applied {
                        state,
                        diagnostics: context.take_warnings(),
                    };
                }
                Ok(Err(failure)) => failure,
                Err(panic) => panic.into(),
            };
            self.failed(failure, &prior, &planned, &context)
        }
        .boxed()
    }

    fn read<'a>(
        &'a self,
        connection: &'a R::Connection,
        state: Value,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied> {
        async move {
            let context = Context::new(stop);
            let read = guard(
                "Reading the resource",
                self.read_typed(connection, &state, &context),
            );
            let result = read.await.unwrap_or_else(|panic| Err(panic.into()));
            answer(result, state, &context)
        }
        .boxed()
    }

    fn import<'a>(
        &'a self,
        connection: &'a R::Connection,
        id: &'a str,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied> {
        async move {
            let context = Context::new(stop);
            let import = async {
                let state = self.typed.import(connection, id, &context).await?;
                self.encode(&state)
            };
            let import = guard("Importing the resource", import).await;
            let result = import.unwrap_or_else(|panic| Err(panic.into()));
            answer(result, Value::Null, &context)
        }
        .boxed()
    }

    fn import_by_identity<'a>(
        &'a self,
        connection: &'a R::Connection,
        identity: Value,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied> {
        async move {
            let context = Context::new(stop);
            let import = self.import_by_identity_typed(connection, &identity, &context);
            let import = guard("Importing the resource", import).await;
            let result = import.unwrap_or_else(|panic| Err(panic.into()));
            answer(result, Value::Null, &context)
        }
        .boxed()
    }

    fn identity_schema(&self) -> Option<&Schema> {
        self.identity.as_ref()
    }

    fn identity(&self, state: &Value) -> Result<Option<Value>, Diagnostics> {
        self.identity_of(state)
    }

    fn upgrade(&self, version: i64, state: &[u8]) -> Result<Value, Diagnostics> {
        self.upgrade_typed(version, state)
    }

    fn upgrade_identity(&self, version: i64, identity: &[u8]) -> Result<Value, Diagnostics> {
        self.upgrade_identity_typed(version, identity)
    }

    fn move_from(&self, source: &Source<'_>) -> Result<Value, Diagnostics> {
        self.encode(&R::move_from(source)?)
    }

    fn generate_config(
        &self,
        connection: Option<&R::Connection>,
        state: &Value,
    ) -> Result<Value, Diagnostics> {
        self.generate_config_typed(connection, state)
    }
}

impl<R: Resource> Erased<R> {
    fn plan_typed(
        &self,
        connection: &R::Connection,
        target: Target,
        warnings: &mut Diagnostics,
    ) -> Result<Planned, Diagnostics> {
        let Target {
            prior,
            planned: proposed,
            config,
            mut private,
        } = target;
        if !prior.is_null() {
            // These are of the state: an older version of the provider has left them there.
            private.prior.clear();
        }
        let block = &self.schema.block;
        if matches!(mocked::unknown(block, &config), Cow::Owned(_)) {
            // A mocked provider never plans, so the value is from the user.
            self.problems(&config).into_result()?;
        }
        let written = given(block, Cow::Borrowed(&config));
        let proposed = given(block, Cow::Owned(proposed)).into_owned();
        let proposed = propose(&self.schema, &prior, proposed, &written);
        let mut change = Change {
            prior: if prior.is_null() {
                None
            } else {
                Some(R::State::decode(&prior)?)
            },
            config: R::State::decode(&written)?,
            planned: R::State::decode(&proposed)?,
            in_place: Vec::new(),
            private,
        };
        self.typed.plan(connection, &mut change, warnings)?;
        let (state, requires_replace) = self.spelled(&prior, &config, &change)?;
        self.typed
            .check_plan(connection, &change, &requires_replace, warnings)?;
        let identity = match &self.identity {
            Some(schema) => encode_identity::<R>(&change.planned, schema)?,
            None => None,
        };
        Ok(Planned {
            private: self.typed.private(&change, &requires_replace),
            requires_replace,
            state,
            identity,
            diagnostics: Diagnostics::new(),
        })
    }

    /// Encodes a plan in which each value that has the same meaning as before keeps its spelling. Returns the paths that
    /// require a replacement, too.
    fn spelled(
        &self,
        prior: &Value,
        config: &Value,
        change: &Change<R::State>,
    ) -> Result<(Value, Vec<Path>), Diagnostics> {
        let mut state = self.encode(&change.planned)?;
        let (old, new) = if prior.is_null() {
            (Value::Null, Value::Null)
        } else {
            self.normal(&self.decode(prior)?, &change.planned)?
        };
        let normal = Normal {
            before: &old,
            after: &new,
        };
        respell(&self.schema.block, prior, Some(config), normal, &mut state);
        let mut requires_replace = requires_replace(&self.schema, prior, &state, normal);
        let in_place = |path: &Path| {
            change
                .in_place
                .iter()
                .any(|name| *path == Path::from(*name))
        };
        requires_replace.retain(|path| !in_place(path));
        Ok((state, requires_replace))
    }

    async fn apply_typed(
        &self,
        connection: &R::Connection,
        target: Target,
        context: &Context<R::State>,
    ) -> Result<Value, Failure<R::State>> {
        let decode = |value: &Value| self.decode(value);
        let Target {
            prior,
            planned,
            config,
            private: _,
        } = target;
        let state = match (prior.is_null(), planned.is_null()) {
            (_, true) => {
                self.typed
                    .delete(connection, decode(&prior)?, context)
                    .await?;
                return Ok(Value::Null);
            }
            (true, false) => {
                let (config, planned) = (decode(&config)?, decode(&planned)?);
                self.typed
                    .create(connection, config, planned, context)
                    .await?
            }
            (false, false) => {
                let (prior, planned) = (decode(&prior)?, decode(&planned)?);
                self.typed
                    .update(connection, prior, planned, context)
                    .await?
            }
        };
        Ok(self.encode(&state)?)
    }

    async fn read_typed(
        &self,
        connection: &R::Connection,
        state: &Value,
        context: &Context<R::State>,
    ) -> Result<Value, Diagnostics> {
        let before = self.decode(state)?;
        let Some(now) = self.typed.read(connection, before.clone(), context).await? else {
            return Ok(Value::Null);
        };
        let mut read = self.encode(&now)?;
        let (old, new) = self.normal(&before, &now)?;
        let normal = Normal {
            before: &old,
            after: &new,
        };
        respell(&self.schema.block, state, None, normal, &mut read);
        Ok(read)
    }

    /// Returns the state after a failed apply: what the step returned, or what it remembered, or the prior state.
    fn failed(
        &self,
        failure: Failure<R::State>,
        prior: &Value,
        planned: &Value,
        context: &Context<R::State>,
    ) -> Applied {
        let known = failure.state.or_else(|| context.take_known());
        let mut diagnostics = context.take_warnings();
        diagnostics.extend(failure.diagnostics);
        let state = known.map_or(Ok(prior.clone()), |state| self.encode(&state));
        let mut state = state.unwrap_or_else(|errors| {
            diagnostics.extend(errors);
            Value::Null
        });
        let written = if prior.is_null() { planned } else { prior };
        restore(&self.schema.block, written, &mut state);
        Applied {
            state: state.unknown_to_null(),
            diagnostics,
        }
    }

    fn problems(&self, config: &Value) -> Diagnostics {
        validate(&self.schema.block, config, |config, diagnostics| {
            self.typed.validate(config, diagnostics);
        })
    }

    fn normal(&self, before: &R::State, after: &R::State) -> Result<(Value, Value), Diagnostics> {
        let (before, after) = R::normal(before, after);
        Ok((self.encode(&before)?, self.encode(&after)?))
    }

    /// Decodes the model. Empty strings are null.
    fn decode(&self, value: &Value) -> Result<R::State, Diagnostics> {
        Ok(R::State::decode(&given(
            &self.schema.block,
            Cow::Borrowed(value),
        ))?)
    }

    fn encode(&self, state: &R::State) -> Result<Value, Diagnostics> {
        Ok(self.schema.block.complete(state.encode(&self.schema.ty)?))
    }
}

fn answer<S>(
    result: Result<Value, Diagnostics>,
    otherwise: Value,
    context: &Context<S>,
) -> Applied {
    let mut diagnostics = context.take_warnings();
    let state = result.unwrap_or_else(|errors| {
        diagnostics.extend(errors);
        otherwise
    });
    Applied { state, diagnostics }
}
