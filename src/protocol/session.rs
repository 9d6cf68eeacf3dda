//! The state of a provider between calls: its types, and its connection once it is configured.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{convert, pb};
use crate::cty::{Path, Value};
use crate::framework::{
    Catalogue, Diagnostic, Diagnostics, ErasedAction, ErasedDataSource, ErasedEphemeralResource,
    ErasedListResource, ErasedResource, LowerError, Model, Provider, Schema, Types, lower,
};

/// One provider process. Calls arrive concurrently. In reattach mode, every Terraform run configures the provider again.
pub(crate) struct Session<P: Provider> {
    provider: P,
    interrupt: CancellationToken,
    config: OnceLock<Result<Schema, LowerError>>,
    catalogue: Catalogue<P::Connection>,
    configured: Mutex<Configured<P::Connection>>,
}

struct Configured<C> {
    connection: Option<Arc<C>>,
    /// Stops all connections since the last stop, including one that is being made.
    stop: CancellationToken,
}

impl<P: Provider> Session<P> {
    /// Creates a session. Cancelling `interrupt` stops its connection, as `StopProvider` does.
    pub(crate) fn new(provider: P, interrupt: CancellationToken) -> Self {
        let stop = interrupt.child_token();
        Self {
            provider,
            interrupt,
            config: OnceLock::new(),
            catalogue: P::catalogue(),
            configured: Mutex::new(Configured {
                connection: None,
                stop,
            }),
        }
    }

    pub(crate) fn catalogue(&self) -> &Catalogue<P::Connection> {
        &self.catalogue
    }

    /// Returns the schema of the provider block.
    pub(crate) fn config_schema(&self) -> Result<&Schema, Diagnostic> {
        let schema = self.config.get_or_init(|| lower::<P::Config>(0));
        schema.as_ref().map_err(|error| error.clone().into())
    }

    pub(crate) fn resource(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedResource<P::Connection>, Diagnostic> {
        find(&self.catalogue.resources, "resource", type_name)
    }

    pub(crate) fn data_source(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedDataSource<P::Connection>, Diagnostic> {
        find(&self.catalogue.data_sources, "data source", type_name)
    }

    pub(crate) fn list_resource(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedListResource<P::Connection>, Diagnostic> {
        find(&self.catalogue.list_resources, "list resource", type_name)
    }

    pub(crate) fn ephemeral(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedEphemeralResource<P::Connection>, Diagnostic> {
        let types = &self.catalogue.ephemeral_resources;
        find(types, "ephemeral resource", type_name)
    }

    pub(crate) fn action(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedAction<P::Connection>, Diagnostic> {
        find(&self.catalogue.actions, "action", type_name)
    }

    pub(crate) fn connection(&self) -> Result<Arc<P::Connection>, Diagnostic> {
        self.configured().connection.clone().ok_or_else(|| {
            Diagnostic::error(
                "provider-not-configured",
                "Provider not configured",
                "Terraform sent this call before it configured the provider, or the configuration failed. See the \
                 first error of this run.",
            )
        })
    }

    /// Returns the stop signal for a new connection. After a stop, a later run in reattach mode gets a new signal.
    fn begin(&self) -> CancellationToken {
        let mut configured = self.configured();
        if configured.stop.is_cancelled() {
            configured.stop = self.interrupt.child_token();
        }
        configured.stop.clone()
    }

    /// Returns the signal that `StopProvider` cancels.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.configured().stop.clone()
    }

    pub(crate) fn validate(&self, config: Option<&pb::DynamicValue>) -> Diagnostics {
        match self.config(config) {
            Ok((config, _, mut diagnostics)) => {
                self.provider.validate(&config, &mut diagnostics);
                diagnostics
            }
            Err(diagnostics) => diagnostics,
        }
    }

    pub(crate) async fn configure(&self, config: Option<&pb::DynamicValue>) -> Diagnostics {
        let stop = self.begin();
        let mut warnings = Diagnostics::new();
        let connected = match self.config(config) {
            Ok((config, unknown, _)) => {
                let provider = &self.provider;
                provider
                    .configure(config, &unknown, stop, &mut warnings)
                    .await
            }
            Err(errors) => Err(errors),
        };
        let connection = match connected {
            Ok(connection) => Some(Arc::new(connection)),
            Err(errors) => {
                warnings.extend(errors);
                None
            }
        };
        self.configured().connection = connection;
        warnings
    }

    /// Locks the configuration, even after a panic.
    fn configured(&self) -> MutexGuard<'_, Configured<P::Connection>> {
        let configured = self.configured.lock();
        configured.unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes the provider block and checks it against its schema. Returns the paths of its unknown parts, too.
    fn config(
        &self,
        config: Option<&pb::DynamicValue>,
    ) -> Result<(P::Config, Vec<Path>, Diagnostics), Diagnostics> {
        let schema = self.config_schema()?;
        let value = match convert::value(config, &schema.ty)? {
            Value::Null => return Err(no_config().into()),
            value => value,
        };
        let diagnostics = crate::framework::check(&schema.block, &value).into_result()?;
        Ok((
            P::Config::decode(&value)?,
            value.unknown_paths(),
            diagnostics,
        ))
    }
}

fn no_config() -> Diagnostic {
    Diagnostic::error(
        "provider-not-configured",
        "Provider not configured",
        "Terraform sent no provider configuration.",
    )
}

fn find<'t, T: ?Sized>(
    types: &'t Types<T>,
    kind: &str,
    type_name: &str,
) -> Result<&'t T, Diagnostic> {
    types.get(type_name)?.ok_or_else(|| {
        Diagnostic::error(
            "unknown-type",
            format!("Unknown {kind} type"),
            format!("This version of the provider has no {kind} named \"{type_name}\"."),
        )
    })
}
