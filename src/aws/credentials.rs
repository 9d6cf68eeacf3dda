//! Whose calls they are: credentials are got before the first call that needs them, shared by all clients, and got anew
//! before they end.
//!
//! The SDK would fetch them within each attempt of a call: a slow source would use up the attempt's time, and a refusal
//! would be retried with the call. So a call waits for [`Signer::ready`] first, and the SDK's clients only take what is
//! held. Where the credentials come from is decided once, when AWS is connected (`origin`): nothing that was named or
//! begun falls through to the role of the machine.
//! This module must not know what the credentials are for.

mod container;
mod instance;
mod means;
mod origin;
mod process;
mod profile;
mod roles;
mod source;
mod sso;
mod token;
mod variables;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use futures_util::future::BoxFuture;

pub(super) use instance::{address as metadata_address, is_disabled as metadata_disabled};
pub(super) use means::{ATTEMPT_TIME, ATTEMPTS, MAX_BACKOFF, Means};
pub use origin::Warning;

use super::{
    configuration::Surroundings,
    error::{Error, Kind},
    settings::Settings,
    terms::Signer,
};
use roles::Role;
use source::Origin;

/// New credentials are got when so little time is left of those that are held.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);
/// For so long a failure is told again without asking: many calls wait for the same credentials.
const FAILURE_HELD: Duration = Duration::from_secs(30);

/// The credentials of all calls.
pub(super) struct Keys {
    origin: Origin,
    /// Assumed one after the other, each with the credentials of the one before.
    roles: Vec<Role>,
    means: Means,
    held: Mutex<Option<Held>>,
    /// Locked while credentials are got, so that many calls get them once. Holds the last failure.
    getting: tokio::sync::Mutex<Option<(Instant, Error)>>,
}

#[derive(Clone)]
struct Held {
    credentials: Credentials,
    got: Instant,
    /// A service took them for expired. Calls that are on their way still sign with them.
    refused: bool,
}

impl Keys {
    /// Decides where the credentials come from.
    pub(super) fn new(
        settings: &Settings,
        surroundings: &Surroundings,
        means: Means,
    ) -> Result<Self, Error> {
        let (origin, roles) = origin::decide(settings, surroundings)?;
        Ok(Self {
            origin,
            roles,
            means,
            held: Mutex::default(),
            getting: tokio::sync::Mutex::default(),
        })
    }

    /// Gets the credentials, once for all who wait for them.
    async fn renewed(&self) -> Result<Credentials, Error> {
        let mut failure = self.getting.lock().await;
        if let Some(credentials) = self.fresh() {
            return Ok(credentials);
        }
        if let Some((at, error)) = &*failure
            && at.elapsed() < FAILURE_HELD
        {
            return self.valid().ok_or_else(|| error.clone());
        }
        match self.get().await {
            Ok(credentials) => {
                *failure = None;
                self.hold(Held {
                    credentials: credentials.clone(),
                    got: Instant::now(),
                    refused: false,
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

    async fn get(&self) -> Result<Credentials, Error> {
        let mut credentials = self.origin.get(&self.means).await?;
        for role in &self.roles {
            credentials = role.assume(&credentials, &self.means).await?;
        }
        Ok(credentials)
    }

    /// What is held, if it lasts for a while. A source that gives nothing better is not asked for every call.
    fn fresh(&self) -> Option<Credentials> {
        let held = self.held().filter(|held| !held.refused)?;
        let left = time_left(&held.credentials);
        let lasts = left.is_none_or(|left| {
            left > RENEWED_BEFORE || (left > Duration::ZERO && held.got.elapsed() < RENEWED_BEFORE)
        });
        lasts.then_some(held.credentials)
    }

    fn valid(&self) -> Option<Credentials> {
        let held = self.held().filter(|held| !held.refused)?.credentials;
        let left = time_left(&held);
        left.is_none_or(|left| left > Duration::ZERO)
            .then_some(held)
    }

    fn held(&self) -> Option<Held> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn hold(&self, held: Held) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }
}

impl Signer for Keys {
    fn ready(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        match self.fresh() {
            Some(credentials) => Box::pin(std::future::ready(Ok(credentials))),
            None => Box::pin(self.renewed()),
        }
    }

    /// Keys that were given stay the same.
    fn forget(&self, expired: &Credentials) -> bool {
        if matches!(self.origin, Origin::Keys(_)) && self.roles.is_empty() {
            return false;
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |held: &&mut Held| held.credentials.access_key_id() == expired.access_key_id();
        if let Some(held) = held.as_mut().filter(same) {
            held.refused = true;
        }
        true
    }
}

/// The time until credentials end; none if they do not.
fn time_left(credentials: &Credentials) -> Option<Duration> {
    let end = credentials.expiry()?;
    Some(end.duration_since(SystemTime::now()).unwrap_or_default())
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Hands over what [`Signer::ready`] got.
impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let held = self.held().map(|held| held.credentials);
        future::ProvideCredentials::ready(
            held.ok_or_else(|| {
                CredentialsError::not_loaded("no credentials were got before the call")
            }),
        )
    }
}
