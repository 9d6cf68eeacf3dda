//! The typed trait of a resource, and its erased twin over values.

mod erased;
mod identity;

use std::future::Future;

use futures_util::future::BoxFuture;

use super::{Change, Context, Diagnostics, Failure, Identity, Model, Schema, Source, Stored};
use crate::cty::{Path, Value};

pub(crate) use erased::erase;
pub(crate) use identity::{encode_identity, schemas};

/// A resource, as its author writes it. An argument that is an empty text is null here: it is not given. A step that fails tells what exists all the same
/// ([`Failure::state`], and [`Context::remember`] for what must survive even a panic).
pub trait Resource: Send + Sync + 'static {
    /// What a configured provider hands over.
    type Connection: Send + Sync + 'static;
    /// Its configuration, plan and state.
    type State: Model + Clone;
    /// What identifies an object outside of a state; [`NoIdentity`](super::NoIdentity) if nothing does.
    type Identity: Identity<Self::State>;
    /// Its name in HCL.
    const TYPE_NAME: &'static str;
    /// The version of its state's form.
    const VERSION: i64 = 0;

    /// Validates what the schema cannot: parts that are unknown are judged when they are known. Core asks for it before
    /// every plan, at apply too, with all that is known by then.
    fn validate(&self, config: &Self::State, diagnostics: &mut Diagnostics);

    /// Completes a plan that follows the schema's rules, of a configuration that was judged. Pure: no clock, no random,
    /// no network.
    ///
    /// # Errors
    /// What the service would refuse beyond that.
    fn plan(
        &self,
        connection: &Self::Connection,
        change: &mut Change<Self::State>,
        warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics>;

    /// Validates a plan that is complete, with the paths whose change needs a new object. It may refuse and warn, and must
    /// not change what is planned; what it knows beside the plan is what this process has seen.
    ///
    /// # Errors
    /// What the service would refuse.
    fn judge_plan(
        &self,
        _connection: &Self::Connection,
        _change: &mut Change<Self::State>,
        _replaced: &[Path],
        _warnings: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Returns an object before and after a change in a normal form, in which two ways of writing one thing are equal: a
    /// change that is none there keeps the writing of the state where core allows it, and never needs a new object.
    fn normal(before: &Self::State, after: &Self::State) -> (Self::State, Self::State) {
        (before.clone(), after.clone())
    }

    /// Creates the object. Planned values win over returned ones; unknown ones take what is returned.
    fn create(
        &self,
        connection: &Self::Connection,
        config: Self::State,
        planned: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Failure<Self::State>>> + Send;

    /// Reads the object; `None` if it is gone.
    fn read(
        &self,
        connection: &Self::Connection,
        state: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Option<Self::State>, Diagnostics>> + Send;

    /// Changes in place what can be changed so.
    fn update(
        &self,
        connection: &Self::Connection,
        prior: Self::State,
        planned: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Failure<Self::State>>> + Send;

    /// Removes the object; that it is gone already is a success.
    fn delete(
        &self,
        connection: &Self::Connection,
        state: Self::State,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Returns the state that a read can start from, for what a user wrote behind `terraform import`.
    fn import(
        &self,
        connection: &Self::Connection,
        id: &str,
        context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Diagnostics>> + Send;

    /// Returns the state that a read can start from, for what a user wrote as `identity` in an import
    /// block. Needed if there is an identity.
    fn import_by_identity(
        &self,
        _connection: &Self::Connection,
        _identity: Self::Identity,
        _context: &Context<Self::State>,
    ) -> impl Future<Output = Result<Self::State, Diagnostics>> + Send {
        async { Err(identity::no_identity(Self::TYPE_NAME).into()) }
    }

    /// Brings a state of an older version to the present form, out of that version's own frozen struct.
    ///
    /// # Errors
    /// There was no such version, or its states did not look like this.
    fn upgrade(stored: &Stored<'_>) -> Result<Self::State, Diagnostics> {
        Err(stored.of_unknown_version(Self::VERSION))
    }

    /// Creates the state of another provider's object one of ours. The provider is not configured.
    ///
    /// # Errors
    /// Such an object cannot be one of ours.
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

/// What a plan came to.
#[derive(Debug)]
pub struct Planned {
    /// The planned object; null for a destroy.
    pub state: Value,
    /// The identity of that object, if it has one; parts of it may be unknown.
    pub identity: Option<Value>,
    /// The attributes whose change needs a new object.
    pub requires_replace: Vec<Path>,
    /// What core hands on to the plan of the replacement, if there is one.
    pub private: Vec<u8>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// What an apply or read came to.
#[derive(Debug)]
pub struct Applied {
    /// The object as it is now; null if there is none.
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
    /// What the user wrote.
    pub config: Value,
    /// What an earlier plan has left, at plan.
    pub private: Vec<u8>,
}

/// A resource over values, as the protocol layer sees it.
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
    /// Returns the identity of an object; `None` if it has none or is none.
    ///
    /// # Errors
    /// The state does not have the form of its schema.
    fn identity(&self, state: &Value) -> Result<Option<Value>, Diagnostics>;
    /// Brings a stored state to the present form.
    ///
    /// # Errors
    /// The stored form is not one this provider has written.
    fn upgrade(&self, version: i64, state: &[u8]) -> Result<Value, Diagnostics>;
    /// Brings a stored identity to the present form.
    ///
    /// # Errors
    /// The stored form is not one this provider has written.
    fn upgrade_identity(&self, version: i64, identity: &[u8]) -> Result<Value, Diagnostics>;
    /// Creates the state of another provider's object one of ours.
    ///
    /// # Errors
    /// Such an object cannot be one of ours.
    fn move_from(&self, source: &Source<'_>) -> Result<Value, Diagnostics>;
    /// Creates a configuration of a state.
    ///
    /// # Errors
    /// The state does not have the form of its schema.
    fn generate_config(&self, connection: Option<&C>, state: &Value) -> Result<Value, Diagnostics>;
}
