//! The typed trait of a list resource, which finds existing objects, and its type-erased equivalent for values.
//!
//! Each object is sent as soon as it is found, until the client disconnects or the limit is reached.

use std::borrow::Cow;
use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::resource::encode_identity;
use super::spelling::given;
use super::validate::validate;
use super::{
    Context, Diagnostic, Diagnostics, LowerError, Model, Resource, Schema, Severity, guard, lower,
};
use crate::cty::Value;

/// A list resource, as its author writes it.
pub trait ListResource: Send + Sync + 'static {
    /// The resource whose objects it finds. The resource has the same name and an identity.
    type Resource: Resource;
    /// Its arguments.
    type Model: Model;

    /// Validates what the schema cannot express. Unknown parts are validated once they are known.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Finds objects. All arguments are known.
    fn list(
        &self,
        connection: &<Self::Resource as Resource>::Connection,
        config: Self::Model,
        found: &mut Finds<<Self::Resource as Resource>::State>,
        context: &Context,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// An object that was found.
#[derive(Debug)]
pub struct Found<S> {
    /// Display name.
    pub display_name: String,
    /// The object, as an import would return it.
    pub state: S,
}

/// Receives the objects until the limit is reached.
pub struct Finds<S> {
    left: usize,
    send: Box<dyn FnMut(Found<S>) -> BoxFuture<'static, bool> + Send>,
}

impl<S> std::fmt::Debug for Finds<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finds").field("left", &self.left).finish()
    }
}

impl<S> Finds<S> {
    /// Returns how many more objects the client wants.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Sends an object, and returns whether the client wants more. Waits while the client is busy.
    pub async fn send(&mut self, found: Found<S>) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        if !(self.send)(found).await {
            self.left = 0;
        }
        self.left > 0
    }
}

/// A message of a list call.
#[derive(Debug)]
pub enum Listed {
    /// An object.
    Object {
        /// Display name.
        display_name: String,
        /// Identity of the object.
        identity: Value,
        /// The object itself, if the client requested it.
        object: Option<Value>,
    },
    /// A diagnostic. An error is the last message.
    Message(Diagnostic),
}

/// The request of the client.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whether the client requests the objects themselves.
    pub objects: bool,
    /// The maximum number of objects. `None` means no limit.
    pub limit: Option<usize>,
}

/// A type-erased list resource, which the protocol layer uses.
pub trait ErasedListResource<C>: Send + Sync {
    /// Returns its schema.
    fn schema(&self) -> &Schema;
    /// Validates a configuration.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Finds objects and sends them.
    fn list<'a>(
        &'a self,
        connection: &'a C,
        config: Value,
        wanted: Wanted,
        listed: mpsc::Sender<Listed>,
        context: &'a Context,
    ) -> BoxFuture<'a, ()>;
}

struct Erased<L> {
    typed: L,
    schema: Schema,
    object: Schema,
    identity: Schema,
}

type ConnectionOf<L> = <<L as ListResource>::Resource as Resource>::Connection;
type StateOf<L> = <<L as ListResource>::Resource as Resource>::State;

pub(crate) fn erase<L: ListResource>(
    typed: L,
) -> Result<Box<dyn ErasedListResource<ConnectionOf<L>>>, LowerError> {
    let (object, identity) = super::resource::schemas::<L::Resource>()?;
    let identity = identity.ok_or_else(|| LowerError {
        path: L::Resource::TYPE_NAME.to_owned(),
        reason: "a listed resource requires an identity".to_owned(),
    })?;
    let schema = lower::<L::Model>(0)?;
    Ok(Box::new(Erased {
        typed,
        schema,
        object,
        identity,
    }))
}

impl<L: ListResource> ErasedListResource<ConnectionOf<L>> for Erased<L> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(&self.schema.block, config, |model, diagnostics| {
            self.typed.validate(model, diagnostics);
        })
    }

    fn list<'a>(
        &'a self,
        connection: &'a ConnectionOf<L>,
        config: Value,
        wanted: Wanted,
        listed: mpsc::Sender<Listed>,
        context: &'a Context,
    ) -> BoxFuture<'a, ()> {
        async move {
            let list = self.list_typed(connection, &config, wanted, &listed, context);
            let result = guard("Listing", list).await;
            let result = result.unwrap_or_else(|panic| Err(panic.into()));
            let mut messages = context.take_warnings();
            messages.extend(result.err().into_iter().flatten());
            for message in messages {
                // The receiver is gone, so the error is not needed.
                let _ = listed.send(Listed::Message(message)).await;
            }
        }
        .boxed()
    }
}

impl<L: ListResource> Erased<L> {
    async fn list_typed(
        &self,
        connection: &ConnectionOf<L>,
        config: &Value,
        wanted: Wanted,
        listed: &mpsc::Sender<Listed>,
        context: &Context,
    ) -> Result<(), Diagnostics> {
        // Values that were unknown during validation are known now. The warnings were reported then.
        let problems = self.validate(config);
        if problems.has_errors() {
            let errors = problems.into_iter();
            let errors = errors.filter(|d| d.severity == Severity::Error);
            return Err(errors.collect());
        }
        let model = L::Model::decode(&given(&self.schema.block, Cow::Borrowed(config)))?;
        let mut finds = self.finds(wanted, listed);
        self.typed
            .list(connection, model, &mut finds, context)
            .await
    }

    fn finds(&self, wanted: Wanted, listed: &mpsc::Sender<Listed>) -> Finds<StateOf<L>> {
        let listed = listed.clone();
        let (object, identity) = (self.object.clone(), self.identity.clone());
        let send = move |found: Found<StateOf<L>>| {
            let listed = listed.clone();
            let event = event::<L::Resource>(&found, wanted, &object, &identity);
            let event = event.unwrap_or_else(|errors| {
                let bug = || {
                    Diagnostic::error(
                        "object-not-listed",
                        "Object not listed",
                        "This is a bug in the provider.",
                    )
                };
                Listed::Message(errors.into_iter().next().unwrap_or_else(bug))
            });
            async move { listed.send(event).await.is_ok() }.boxed()
        };
        Finds {
            left: wanted.limit.unwrap_or(usize::MAX),
            send: Box::new(send),
        }
    }
}

fn event<R: Resource>(
    found: &Found<R::State>,
    wanted: Wanted,
    object: &Schema,
    identity: &Schema,
) -> Result<Listed, Diagnostics> {
    let nameless = || {
        Diagnostic::error(
            "object-not-listed",
            "Object not listed",
            "The object has no identity. This is a bug in the provider.",
        )
    };
    let whole = wanted.objects.then(|| found.state.encode(&object.ty));
    Ok(Listed::Object {
        display_name: found.display_name.clone(),
        identity: encode_identity::<R>(&found.state, identity)?.ok_or_else(nameless)?,
        object: whole.transpose()?.map(|value| object.block.complete(value)),
    })
}
