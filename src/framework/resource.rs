//! The typed trait of a resource, and its erased counterpart over values.

mod erased;
mod identity;

use std::future::Future;

use futures_util::future::BoxFuture;

use super::{
    Change, Context, Diagnostics, Failure, Identity, Model, Private, Schema, Source, Stored,
};
use crate::cty::{Path, Value};

pub(crate) use erased::erase;
pub(crate) use identity::{encode_identity, schemas};

/// A resource. An argument that is an empty string is null here, because it is not given. A step that fails returns what
/// exists nevertheless ([`Failure::state`]); [`Context::remember`] keeps it even after a panic.
pub trait Resource: Send + Sync + 'static {
    /// The connection of a configured provider.
    type Connection: Send + Sync + 'static;
    /// The model of its configuration, plan and state.
    type State: Model + Clone;
    /// The identity of an object; [`NoIdentity`](super::NoIdentity) if it has none.
    type Identity: Identity<Self::State>;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;
    /// The version of its state's form.
    const VERSION: i64 = 0;

    /// Validates what the schema cannot. Unknown values are skipped. Core validates again before every plan, also during
    /// apply, when more values are known.
    fn validate(&self, config: &Self::State, diagnostics: &mut Diagnostics);

    /// Completes a plan that follows the rules of the schema. The configuration is valid. Pure: no clock, no randomness,
    /// no network.
    ///
    /// # Errors
    /// What the service would refuse in addition.
    fn plan(
        &self,
        connection: &Self::Connection,
        change: &mut Change<Self::State>,
        warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics>;

    /// Checks a complete plan and the paths that require a replacement. It may return errors and warnings, and must not
    /// change the plan. Besides the plan, it knows only what this process has seen.
    ///
    /// # Errors
    /// What the service would refuse.
    fn check_plan(
        &self,
        _connection: &Self::Connection,
        _change: &Change<Self::State>,
        _replaced: &[Path],
        _warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Returns the private data of a complete plan: for the plan of the replacement, for the plan that repeats this one, and
    /// for the apply ([`Context::private`]). Core compares nothing of it, so this is the only part of a plan that may be
    /// random.
    fn private(&self, _change: &Change<Self::State>, _replaced: &[Path]) -> Vec<u8> {
        Vec::new()
    }

    /// Returns an object before and after a change in a normal form, in which two ways of writing one thing are equal: a
    /// change that is none there keeps the writing of the state where core allows it, and never needs a new object.
    fn normal(before: &Self::State, after: &Self::State) -> (Self::State, Self::State) {
        (before.clone(), after.clone())
    }

    /// Creates the object. Known planned values override returned values; unknown values take the returned ones.
    fn create(
        &self,
        connection: &Self::Connection,
        config: Self::State,
        planned: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Failure<Self::State>>> + Send;

    /// Reads the object; `None` if it no longer exists.
    fn read(
        &self,
        connection: &Self::Connection,
        state: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Option<Self::State>, Diagnostics>> + Send;

    /// Updates the object in place.
    fn update(
        &self,
        connection: &Self::Connection,
        prior: Self::State,
        planned: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Failure<Self::State>>> + Send;

    /// Deletes the object. Succeeds if it no longer exists.
    fn delete(
        &self,
        connection: &Self::Connection,
        state: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Returns the state from which a read can start, for the ID of an import.
    fn import(
        &self,
        connection: &Self::Connection,
        id: &str,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Diagnostics>> + Send;

    /// Returns the state from which a read can start, for the `identity` of an import block. Required if the resource has
    /// an identity.
    fn import_by_identity(
        &self,
        _connection: &Self::Connection,
        _identity: Self::Identity,
        _context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Diagnostics>> + Send {
        async { Err(identity::no_identity(Self::TYPE_NAME).into()) }
    }

    /// Upgrades a state of an older version, which is read into the frozen struct of that version.
    ///
    /// # Errors
    /// The version does not exist, or the state does not have its form.
    fn upgrade(stored: &Stored<'_>) -> Result<Self::State, Diagnostics> {
        Err(stored.of_unknown_version(Self::VERSION))
    }

    /// Converts the state of another provider's object. The provider is not configured.
    ///
    /// # Errors
    /// The object cannot be moved to this resource.
    fn move_from(source: &Source<'_>) -> Result<Self::State, Diagnostics> {
        Err(source.refused(Self::TYPE_NAME, "Nothing can be moved to it."))
    }

    /// Leaves of a state what a user would write. What the schema alone tells (computed and defaulted
    /// attributes) is left out already.
    fn generate_config(
        &self,
        _connection: Option<&Self::Connection>,
        state: Self::State,
    ) -> Self::State {
        state
    }
}

/// The result of a plan.
#[derive(Debug)]
pub struct Planned {
    /// The planned object; null for a destroy.
    pub state: Value,
    /// The identity of that object, if it has one; parts of it may be unknown.
    pub identity: Option<Value>,
    /// The attributes whose change requires a replacement.
    pub requires_replace: Vec<Path>,
    /// The private data of the plan.
    pub private: Vec<u8>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// The result of an apply or a read.
#[derive(Debug)]
pub struct Applied {
    /// The current object; null if it does not exist.
    pub state: Value,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// The three views of an object that core sends with a change; each may be null.
#[derive(Debug)]
pub struct Target {
    /// The state before.
    pub prior: Value,
    /// Core's proposal at plan, the plan at apply.
    pub planned: Value,
    /// The configuration.
    pub config: Value,
    /// The private data of earlier plans.
    pub private: Private,
}

/// A resource over values, for the protocol layer.
pub trait ErasedResource<C>: Send + Sync {
    /// Returns its schema.
    fn schema(&self) -> &Schema;
    /// Validates a configuration.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Plans a change.
    fn plan(&self, connection: &C, target: Target) -> Planned;
    /// Creates, updates or deletes.
    fn apply<'a>(
        &'a self,
        connection: &'a C,
        target: Target,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied>;
    /// Refreshes.
    fn read<'a>(
        &'a self,
        connection: &'a C,
        state: Value,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied>;
    /// Starts an import.
    fn import<'a>(
        &'a self,
        connection: &'a C,
        id: &'a str,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied>;
    /// Starts an import by identity.
    fn import_by_identity<'a>(
        &'a self,
        connection: &'a C,
        identity: Value,
        stop: tokio_util::sync::CancellationToken,
    ) -> BoxFuture<'a, Applied>;
    /// Returns the schema of its identity, if it has one.
    fn identity_schema(&self) -> Option<&Schema>;
    /// Returns the identity of an object; `None` if it has none, or if the object is null.
    ///
    /// # Errors
    /// The state does not have the form of its schema.
    fn identity(&self, state: &Value) -> Result<Option<Value>, Diagnostics>;
    /// Upgrades a stored state.
    ///
    /// # Errors
    /// The stored data does not have a form that this provider has written.
    fn upgrade(&self, version: i64, state: &[u8]) -> Result<Value, Diagnostics>;
    /// Upgrades a stored identity.
    ///
    /// # Errors
    /// The stored data does not have a form that this provider has written.
    fn upgrade_identity(&self, version: i64, identity: &[u8]) -> Result<Value, Diagnostics>;
    /// Converts the state of another provider's object.
    ///
    /// # Errors
    /// The object cannot be moved to this resource.
    fn move_from(&self, source: &Source<'_>) -> Result<Value, Diagnostics>;
    /// Generates a configuration from a state.
    ///
    /// # Errors
    /// The state does not have the form of its schema.
    fn generate_config(&self, connection: Option<&C>, state: &Value) -> Result<Value, Diagnostics>;
}
