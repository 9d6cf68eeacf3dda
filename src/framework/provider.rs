//! The provider as its author writes it: its configuration, and what it connects to.
//!
//! Must not know any noun, nor how calls arrive.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use super::{Catalogue, Diagnostics, Model};
use crate::cty::Path;

/// A provider: one configuration, the connection that it describes, and the types that use the connection.
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    type Config: Model;
    /// What a configured provider passes to its resources and data sources.
    type Connection: Send + Sync + 'static;

    /// Validates the known parts of the configuration. `Attr::Unknown` is normal here.
    fn validate(&self, config: &Self::Config, diagnostics: &mut Diagnostics);

    /// Creates the connection. During a plan, parts of the configuration may be unknown: `unknown` holds their paths.
    fn configure(
        &self,
        config: Self::Config,
        unknown: &[Path],
        stop: CancellationToken,
        warnings: &mut Diagnostics,
    ) -> impl Future<Output = Result<Self::Connection, Diagnostics>> + Send;

    /// Returns the types of this provider.
    fn catalogue() -> Catalogue<Self::Connection>;
}
