//! What a provider is between calls: its types, and its connection once it is configured.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{convert, pb};
use crate::cty::Value;
use crate::framework::{
    Catalogue, Diagnostic, Diagnostics, ErasedDataSource, ErasedEphemeralResource,
    ErasedListResource, ErasedResource, LowerError, Model, Provider, Schema, lower,
};

/// One provider process. Calls come concurrently; in reattach mode it is configured again and again.
pub(crate) struct Session<P: Provider> {
    provider: P,
    interrupt: CancellationToken,
    types: OnceLock<Result<Types<P>, LowerError>>,
    configured: Mutex<Configured<P::Connection>>,
}

/// The schemas, made when first asked for: the handshake does not wait for them.
pub(crate) struct Types<P: Provider> {
    pub(crate) config: Schema,
    pub(crate) catalogue: Catalogue<P::Connection>,
}

struct Configured<C> {
    connection: Option<Arc<C>>,
    /// Stops all connections that were made, or are being made, since the last stop.
    stop: CancellationToken,
}

impl<P: Provider> Session<P> {
    /// `interrupt` stops whatever connection there is, as `StopProvider` does.
    pub(crate) fn new(provider: P, interrupt: CancellationToken) -> Self {
        let stop = interrupt.child_token();
        Self {
            provider,
            interrupt,
            types: OnceLock::new(),
            configured: Mutex::new(Configured {
                connection: None,
                stop,
            }),
        }
    }

    pub(crate) fn types(&self) -> Result<&Types<P>, Diagnostic> {
        let types = self.types.get_or_init(|| {
            let config = lower::<P::Config>(0)?;
            let catalogue = P::catalogue()?;
            Ok(Types { config, catalogue })
        });
        types.as_ref().map_err(|error| {
            let detail =
                format!("A model cannot be a schema: {error}. This is a bug in the provider.");
            Diagnostic::error("Schema not made", detail)
        })
    }

    pub(crate) fn resource(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedResource<P::Connection>, Diagnostic> {
        let found = self.types()?.catalogue.resources.get(type_name);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| unknown_type("resource", type_name))
    }

    pub(crate) fn data_source(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedDataSource<P::Connection>, Diagnostic> {
        let found = self.types()?.catalogue.data_sources.get(type_name);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| unknown_type("data source", type_name))
    }

    pub(crate) fn list_resource(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedListResource<P::Connection>, Diagnostic> {
        let found = self.types()?.catalogue.list_resources.get(type_name);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| unknown_type("list resource", type_name))
    }

    pub(crate) fn ephemeral(
        &self,
        type_name: &str,
    ) -> Result<&dyn ErasedEphemeralResource<P::Connection>, Diagnostic> {
        let found = self.types()?.catalogue.ephemeral_resources.get(type_name);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| unknown_type("ephemeral resource", type_name))
    }

    pub(crate) fn connection(&self) -> Result<Arc<P::Connection>, Diagnostic> {
        self.configured().connection.clone().ok_or_else(|| {
            Diagnostic::error(
                "Provider not configured",
                "Terraform asked for this before it configured the provider, or the configuration \
                 failed; the first error of the run says why.",
            )
        })
    }

    /// Gives the signal of a connection that is about to be made. What was stopped stays so; a run that
    /// comes later, in reattach mode, starts afresh.
    fn begin(&self) -> CancellationToken {
        let mut configured = self.configured();
        if configured.stop.is_cancelled() {
            configured.stop = self.interrupt.child_token();
        }
        configured.stop.clone()
    }

    /// Gives the signal that `StopProvider` sends.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.configured().stop.clone()
    }

    pub(crate) fn validate(&self, config: Option<&pb::DynamicValue>) -> Diagnostics {
        match self.config(config) {
            Ok((config, mut diagnostics)) => {
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
            Ok((config, _)) => self.provider.configure(config, stop, &mut warnings).await,
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

    /// Locks for a moment, even after a panic.
    fn configured(&self) -> MutexGuard<'_, Configured<P::Connection>> {
        let configured = self.configured.lock();
        configured.unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes the provider block and checks it against its schema.
    fn config(
        &self,
        config: Option<&pb::DynamicValue>,
    ) -> Result<(P::Config, Diagnostics), Diagnostics> {
        let types = self.types()?;
        let value = match convert::value(config, &types.config.ty)? {
            Value::Null => return Err(no_config().into()),
            value => value,
        };
        let diagnostics = crate::framework::check(&types.config.block, &value).into_result()?;
        Ok((P::Config::decode(&value)?, diagnostics))
    }
}

fn no_config() -> Diagnostic {
    Diagnostic::error(
        "Provider not configured",
        "Terraform sent no provider configuration.",
    )
}

fn unknown_type(kind: &str, type_name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind} type"),
        format!("This provider has no {kind} named \"{type_name}\"; is a newer version needed?"),
    )
}
