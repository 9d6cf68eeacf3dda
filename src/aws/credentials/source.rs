//! Where the first credentials come from: one variant a source.
//!
//! This module must not know how a source was chosen.

use aws_credential_types::Credentials;

use super::{
    super::error::Error, container::Container, instance, means::Means, process::Process,
    roles::WebIdentity, sso::Sso,
};

/// Where the first credentials come from.
pub(super) enum Origin {
    Keys(Credentials),
    WebIdentity(WebIdentity),
    Sso(Sso),
    Process(Process),
    Container(Container),
    /// The instance, and the profile that names it, if one does.
    Instance(Option<String>),
}

impl Origin {
    /// Gets the credentials.
    pub(super) async fn get(&self, means: &Means) -> Result<Credentials, Error> {
        match self {
            Self::Keys(keys) => Ok(keys.clone()),
            Self::WebIdentity(role) => role.assume(means).await,
            Self::Sso(sso) => sso.get(means).await,
            Self::Process(process) => process.get(means).await,
            Self::Container(container) => container.get(means).await,
            Self::Instance(profile) => instance::get(profile.as_deref(), means).await,
        }
    }
}
