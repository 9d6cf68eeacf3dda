//! Whose calls they are: credentials are got before the first call that needs them, shared by all clients, and got anew
//! before they end.
//!
//! The SDK would fetch them within each attempt of a call: a slow source would use up the attempt's time, and a refusal
//! would be retried with the call. So a call waits for [`Keys::ready`] first, and the SDK's clients only take what is
//! held. Where the credentials come from is decided once, when AWS is connected (`origin`): nothing that was named or
//! begun falls through to the role of the machine.
//! This module must not know what the credentials are for.

mod container;
mod instance;
mod origin;
mod process;
mod profile;
mod roles;
mod sso;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use aws_config::imds;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use aws_types::os_shim_internal::Env;
use jiff::Timestamp;

pub(super) use instance::{address as metadata_address, is_disabled as metadata_disabled};
pub use origin::Warning;

use super::{
    configuration::Surroundings,
    error::{Error, Kind},
    http,
    settings::Settings,
    terms::Terms,
};
use origin::Origin;
use roles::Role;

/// How often a source of credentials is asked: a call waits for them.
pub(super) const ATTEMPTS: u32 = 5;
/// The longest wait between two attempts.
pub(super) const MAX_BACKOFF: Duration = Duration::from_secs(2);
/// Time for one attempt.
pub(super) const ATTEMPT_TIME: Duration = Duration::from_secs(10);
/// Time for all attempts of one call. Only an address that neither answers nor refuses takes so long.
const TIME: Duration = Duration::from_secs(30);
/// New credentials are got when so little time is left of those that are held.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);
/// For so long a failure is told again without asking: many calls wait for the same credentials.
const FAILURE_HELD: Duration = Duration::from_secs(30);

/// What the sources need in order to be asked.
pub(super) struct Means {
    pub(super) env: Env,
    pub(super) http: http::Client,
    /// The instance metadata service, unless it is to be left alone.
    pub(super) metadata: Option<imds::Client>,
    /// Settings of the calls to STS and to IAM Identity Center.
    pub(super) sts: aws_sdk_sts::config::Builder,
    pub(super) sso: aws_sdk_sso::config::Builder,
    pub(super) sso_oidc: aws_sdk_ssooidc::config::Builder,
    /// The terms of these calls.
    pub(super) terms: Terms,
}

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

    /// The credentials to sign with, got anew if need be.
    pub(super) async fn ready(&self) -> Result<Credentials, Error> {
        if let Some(credentials) = self.fresh() {
            return Ok(credentials);
        }
        let mut failure = self.getting.lock().await;
        if let Some(credentials) = self.fresh() {
            return Ok(credentials);
        }
        if let Some((at, error)) = &*failure
            && at.elapsed() < FAILURE_HELD
        {
            return Err(error.clone());
        }
        // Boxed: it is rare, and every call would be as large as all sources together.
        match Box::pin(self.get()).await {
            Ok(credentials) => {
                *failure = None;
                self.hold(Some(Held {
                    credentials: credentials.clone(),
                    got: Instant::now(),
                }));
                Ok(credentials)
            }
            Err(error) => self.valid().ok_or_else(|| {
                if !matches!(error.kind, Kind::Stopped | Kind::OutOfTime) {
                    *failure = Some((Instant::now(), error.clone()));
                }
                error
            }),
        }
    }

    /// Forgets credentials that a service takes for expired. Tells whether others can be got: keys that were given stay
    /// the same.
    pub(super) fn forget(&self, expired: &Credentials) -> bool {
        if matches!(self.origin, Origin::Keys(_)) && self.roles.is_empty() {
            return false;
        }
        let same = |held: &Held| held.credentials.access_key_id() == expired.access_key_id();
        if self.held().as_ref().is_some_and(same) {
            self.hold(None);
        }
        true
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
        let held = self.held()?;
        let left = time_left(&held.credentials);
        let lasts = left.is_none_or(|left| {
            left > RENEWED_BEFORE || (left > Duration::ZERO && held.got.elapsed() < RENEWED_BEFORE)
        });
        lasts.then_some(held.credentials)
    }

    fn valid(&self) -> Option<Credentials> {
        let held = self.held()?.credentials;
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

    fn hold(&self, held: Option<Held>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

/// The time until credentials end; none if they do not.
fn time_left(credentials: &Credentials) -> Option<Duration> {
    let end = credentials.expiry()?;
    Some(end.duration_since(SystemTime::now()).unwrap_or_default())
}

impl Means {
    /// The terms of one call.
    fn terms(&self) -> Terms {
        self.terms.within(TIME)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Hands over what [`Keys::ready`] got.
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

/// Says that a source of credentials cannot be used as it is configured.
fn unusable(reason: impl Into<String>) -> Error {
    Error::new("Configure", Kind::Configuration, reason)
}

/// Takes a secret out of a message: a service may repeat what was sent to it.
fn hide(error: &mut Error, secret: &str) {
    if !secret.is_empty() {
        error.message = error.message.replace(secret, "(hidden)");
    }
}

/// Reads a time as AWS writes it; older tools write `UTC` in place of the Z.
fn time(text: &str) -> Option<SystemTime> {
    let text = match text.strip_suffix("UTC") {
        Some(text) => format!("{text}Z"),
        None => text.to_owned(),
    };
    Some(text.parse::<Timestamp>().ok()?.into())
}

/// The wait after so many attempts.
fn backoff(attempts: u32) -> Duration {
    (Duration::from_millis(100) * 2_u32.saturating_pow(attempts)).min(MAX_BACKOFF)
}
