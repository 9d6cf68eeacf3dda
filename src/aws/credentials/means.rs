//! What the sources of credentials are asked with, and what all of them need.
//!
//! This module must not know any source.

use std::time::{Duration, SystemTime};

use aws_config::imds;
use aws_types::os_shim_internal::Env;
use jiff::Timestamp;

use super::super::{
    error::{Error, Kind},
    http,
    terms::Terms,
};

/// How often a source of credentials is asked: a call waits for them.
pub(in super::super) const ATTEMPTS: u32 = 5;
/// The longest wait between two attempts.
pub(in super::super) const MAX_BACKOFF: Duration = Duration::from_secs(2);
/// Time for one attempt.
pub(in super::super) const ATTEMPT_TIME: Duration = Duration::from_secs(10);
/// Time for all attempts of one call. Only an address that neither answers nor refuses takes so long.
const TIME: Duration = Duration::from_secs(30);
/// What the sources need in order to be asked.
pub(in super::super) struct Means {
    pub(in super::super) env: Env,
    pub(in super::super) http: http::Client,
    /// The instance metadata service, unless it is to be left alone.
    pub(in super::super) metadata: Option<imds::Client>,
    /// Settings of the calls to STS and to IAM Identity Center.
    pub(in super::super) sts: aws_sdk_sts::config::Builder,
    pub(in super::super) sso: aws_sdk_sso::config::Builder,
    pub(in super::super) sso_oidc: aws_sdk_ssooidc::config::Builder,
    /// The terms of these calls.
    pub(in super::super) terms: Terms,
}

impl Means {
    /// The terms of one call.
    pub(super) fn terms(&self) -> Terms {
        self.terms.within(TIME)
    }
}

/// Says that a source of credentials cannot be used as it is configured.
pub(super) fn unusable(reason: impl Into<String>) -> Error {
    Error::new("Configure", Kind::Configuration, reason)
}

/// Takes a secret out of a message: a service may repeat what was sent to it.
pub(super) fn hide(error: &mut Error, secret: &str) {
    if !secret.is_empty() {
        error.message = error.message.replace(secret, "(hidden)");
    }
}

/// Reads a time as AWS writes it; older tools write `UTC` in place of the Z.
pub(super) fn time(text: &str) -> Option<SystemTime> {
    let text = match text.strip_suffix("UTC") {
        Some(text) => format!("{text}Z"),
        None => text.to_owned(),
    };
    Some(text.parse::<Timestamp>().ok()?.into())
}

/// The wait after so many attempts.
pub(super) fn backoff(attempts: u32) -> Duration {
    (Duration::from_millis(100) * 2_u32.saturating_pow(attempts)).min(MAX_BACKOFF)
}
