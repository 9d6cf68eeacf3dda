//! The sources of credentials, one variant each.
//!
//! This module must not know how a source was chosen.

use std::sync::Arc;

use aws_credential_types::Credentials;

use super::{
    super::{call::CredentialProvider, error::Error},
    clients::Clients,
    container::Container,
    instance,
    process::Process,
    roles::WebIdentity,
    sso::Sso,
};

/// The source of the first credentials.
pub(super) enum CredentialSource {
    Keys(Credentials),
    WebIdentity(WebIdentity),
    Sso(Sso),
    Process(Process),
    Container(Container),
    /// The instance, and the profile that names it, if any.
    Instance(Option<String>),
    /// Other credentials, which have their own cache.
    Provider(Arc<dyn CredentialProvider>),
}

impl CredentialSource {
    /// Fetches the credentials.
    pub(super) async fn get(&self, clients: &Clients) -> Result<Credentials, Error> {
        match self {
            Self::Keys(keys) => Ok(keys.clone()),
            Self::WebIdentity(role) => role.assume(clients).await,
            Self::Sso(sso) => sso.get(clients).await,
            Self::Process(process) => process.get(clients).await,
            Self::Container(container) => container.get(clients).await,
            Self::Instance(profile) => instance::get(profile.as_deref(), clients).await,
            Self::Provider(provider) => provider.get().await,
        }
    }
}
