//! The provider as its author writes it: its configuration, and what it connects to.
//!
//! Must not know which nouns there are, nor how they are called.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use super::{Catalogue, Diagnostics, Model};

/// A provider: one configuration, one connection made of it, and the types that use the connection.
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    type Config: Model;
    /// What a configured provider hands to its resources and data sources.
    type Connection: Send + Sync + 'static;

    /// Judges the parts of the configuration that are known; `Attr::Unknown` is normal here.
    fn validate(&self, config: &Self::Config, diagnostics: &mut Diagnostics);

    /// Makes the connection. Unknown values are normal during a plan.
    fn configure(
        &self,
        config: Self::Config,
        stop: CancellationToken,
        warnings: &mut Diagnostics,
    ) -> impl Future<Output = Result<Self::Connection, Diagnostics>> + Send;

    /// Gives the types of this provider.
    fn catalogue() -> Catalogue<Self::Connection>;
}
