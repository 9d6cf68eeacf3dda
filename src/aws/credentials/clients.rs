//! The clients and settings of the credential sources, and what several sources need.
//!
//! This module must not know any source.

use std::time::{Duration, SystemTime};

use aws_config::imds;
use aws_types::os_shim_internal::Env;
use jiff::Timestamp;

use super::super::{
    call::CallContext,
    error::{Error, Kind},
    http,
};

/// The most attempts of a call for credentials. Another call waits for it.
pub(in super::super) const ATTEMPTS: u32 = 5;
/// The longest wait between two attempts.
pub(in super::super) const MAX_BACKOFF: Duration = Duration::from_secs(2);
/// The timeout of one attempt.
pub(in super::super) const ATTEMPT_TIME: Duration = Duration::from_secs(10);
/// The timeout of a call, with all its attempts. Only an address that never replies takes so long.
const TIME: Duration = Duration::from_secs(30);

/// The clients and settings of the credential sources.
#[derive(Clone)]
pub(in super::super) struct Clients {
    pub(in super::super) env: Env,
    pub(in super::super) http: http::Client,
    /// The instance metadata service, unless it is disabled.
    pub(in super::super) metadata: Option<imds::Client>,
    /// The settings of calls to STS and to IAM Identity Center.
    pub(in super::super) sts: aws_sdk_sts::config::Builder,
    pub(in super::super) sso: aws_sdk_sso::config::Builder,
    pub(in super::super) sso_oidc: aws_sdk_ssooidc::config::Builder,
    /// What these calls share.
    pub(in super::super) context: CallContext,
}

impl Clients {
    /// Returns the context of one call.
    pub(super) fn context(&self) -> CallContext {
        self.context.within(TIME)
    }
}

/// Creates an error about a source of credentials that is configured wrongly.
pub(super) fn unusable(reason: impl Into<String>) -> Error {
    Error::new("Configure", Kind::Configuration, reason)
}

/// Removes a secret from a message, because a service may repeat what was sent to it.
pub(super) fn hide(error: &mut Error, secret: &str) {
    if !secret.is_empty() {
        error.message = error.message.replace(secret, "(hidden)");
    }
}

/// Parses a time in the form of AWS. Older tools write `UTC` instead of `Z`.
pub(super) fn time(text: &str) -> Option<SystemTime> {
    let text = match text.strip_suffix("UTC") {
        Some(text) => format!("{text}Z"),
        None => text.to_owned(),
    };
    Some(text.parse::<Timestamp>().ok()?.into())
}

/// Returns the wait after a number of attempts.
pub(super) fn backoff(attempts: u32) -> Duration {
    (Duration::from_millis(100) * 2_u32.saturating_pow(attempts)).min(MAX_BACKOFF)
}
