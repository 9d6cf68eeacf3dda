//! The credentials of all calls: fetched before the first call that needs them, shared by all clients, and renewed before
//! they expire.
//!
//! The SDK would fetch them within each attempt of a call. A slow source would then use the attempt's time, and a refusal
//! would be retried with the call. Therefore a call waits for [`CredentialProvider::get`] first, and the SDK's clients only
//! take what is cached. The source of the credentials is resolved once, when AWS is connected (`resolve`). A source that is
//! configured, even incompletely, never falls back to the role of the machine.
//! This module must not know what the credentials are for.

mod clients;
mod container;
mod instance;
mod process;
mod profile;
mod resolve;
mod roles;
mod source;
mod sso;
mod token;
mod variables;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use futures_util::future::BoxFuture;

pub(super) use clients::{ATTEMPT_TIME, ATTEMPTS, Clients, MAX_BACKOFF};
pub(super) use instance::{address as metadata_address, is_disabled as metadata_disabled};
pub use resolve::Warning;

use super::{
    call::CredentialProvider,
    configuration::Environment,
    error::{Error, Kind},
    settings::{AssumeRole, Settings},
};
use roles::Role;
use source::CredentialSource;

use crate::text::secrets;

/// Credentials are renewed when they expire within this time.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);
/// For this time a failure is returned again without another request, because many calls wait for the same credentials.
const FAILURE_HELD: Duration = Duration::from_secs(30);

/// Fetches and caches the credentials of all calls.
pub(super) struct CredentialCache {
    source: CredentialSource,
    /// Assumed in sequence, each with the credentials of the previous one.
    roles: Vec<Role>,
    clients: Clients,
    cached: Mutex<Option<Cached>>,
    /// Locked while credentials are fetched, so that many calls fetch them once. Contains the last failure.
    fetching: tokio::sync::Mutex<Option<(Instant, Error)>>,
}

#[derive(Clone)]
struct Cached {
    credentials: Credentials,
    fetched: Instant,
    /// A service takes them for expired. Calls in progress still sign with them.
    invalidated: bool,
}

impl CredentialCache {
    /// Resolves the source of the credentials.
    pub(super) fn new(
        settings: &Settings,
        environment: &Environment,
        clients: Clients,
    ) -> Result<Self, Error> {
        let (source, roles) = resolve::resolve(settings, environment)?;
        Ok(Self {
            source,
            roles,
            clients,
            cached: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        })
    }

    /// Returns the credentials of a role that is assumed with other credentials.
    pub(super) fn assuming(base: &Arc<Self>, role_arn: &str, session_name: &str) -> Self {
        let role = Role {
            request: AssumeRole {
                role_arn: role_arn.to_owned(),
                session_name: Some(session_name.to_owned()),
                ..AssumeRole::default()
            },
            seconds: None,
        };
        let provider: Arc<dyn CredentialProvider> = base.clone();
        Self {
            source: CredentialSource::Provider(provider),
            roles: vec![role],
            clients: base.clients.clone(),
            cached: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// Fetches the credentials, once for all calls that wait for them.
    async fn renewed(&self) -> Result<Credentials, Error> {
        let mut failure = self.fetching.lock().await;
        if let Some(credentials) = self.fresh() {
            return Ok(credentials);
        }
        if let Some((at, error)) = &*failure
            && at.elapsed() < FAILURE_HELD
        {
            return self.valid().ok_or_else(|| error.clone());
        }
        match self.fetch().await {
            Ok(credentials) => {
                *failure = None;
                self.store(Cached {
                    credentials: credentials.clone(),
                    fetched: Instant::now(),
                    invalidated: false,
                });
                Ok(credentials)
            }
            Err(error) => {
                if !matches!(error.kind, Kind::Stopped | Kind::OutOfTime) {
                    *failure = Some((Instant::now(), error.clone()));
                }
                self.valid().ok_or(error)
            }
        }
    }

    async fn fetch(&self) -> Result<Credentials, Error> {
        let mut credentials = self.source.get(&self.clients).await?;
        for role in &self.roles {
            credentials = role.assume(&credentials, &self.clients).await?;
        }
        Ok(credentials)
    }

    /// Returns the cached credentials, unless they expire soon. If a source provides only credentials that expire soon,
    /// they are still not fetched for each call.
    fn fresh(&self) -> Option<Credentials> {
        let cached = self.cached().filter(|cached| !cached.invalidated)?;
        let left = time_left(&cached.credentials);
        let lasts = left.is_none_or(|left| {
            left > RENEWED_BEFORE
                || (left > Duration::ZERO && cached.fetched.elapsed() < RENEWED_BEFORE)
        });
        lasts.then_some(cached.credentials)
    }

    fn valid(&self) -> Option<Credentials> {
        let cached = self
            .cached()
            .filter(|cached| !cached.invalidated)?
            .credentials;
        let left = time_left(&cached);
        left.is_none_or(|left| left > Duration::ZERO)
            .then_some(cached)
    }

    fn cached(&self) -> Option<Cached> {
        self.cached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn store(&self, cached: Cached) {
        secrets::remember(cached.credentials.secret_access_key());
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached);
    }
}

impl CredentialProvider for CredentialCache {
    fn get(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        match self.fresh() {
            Some(credentials) => Box::pin(std::future::ready(Ok(credentials))),
            None => Box::pin(self.renewed()),
        }
    }

    /// Static keys cannot be renewed.
    fn invalidate(&self, expired: &Credentials) -> bool {
        if matches!(self.source, CredentialSource::Keys(_)) && self.roles.is_empty() {
            return false;
        }
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |cached: &&mut Cached| cached.credentials.access_key_id() == expired.access_key_id();
        if let Some(cached) = cached.as_mut().filter(same) {
            cached.invalidated = true;
        }
        true
    }
}

/// Returns the time until credentials expire, or `None` if they do not.
fn time_left(credentials: &Credentials) -> Option<Duration> {
    let end = credentials.expiry()?;
    Some(end.duration_since(SystemTime::now()).unwrap_or_default())
}

impl fmt::Debug for CredentialCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialCache").finish_non_exhaustive()
    }
}

/// Provides what [`CredentialProvider::get`] fetched.
impl ProvideCredentials for CredentialCache {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let cached = self.cached().map(|cached| cached.credentials);
        future::ProvideCredentials::ready(cached.ok_or_else(|| {
            CredentialsError::not_loaded("no credentials were fetched before the call")
        }))
    }
}
