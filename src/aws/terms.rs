//! On what terms the calls of a gateway are made: whose they are, what stops them, when none goes on any more, and what
//! time it is at the service.
//!
//! This module must not know any call.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::{DateTime, date_time::Format};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::Error;

/// Tells when no new mutation, retry or wait may begin.
pub type Stop = CancellationToken;

/// Whoever has the credentials of calls.
pub(super) trait Signer: fmt::Debug + Send + Sync {
    /// Gets the credentials to sign with, if they are not at hand.
    fn ready(&self) -> BoxFuture<'_, Result<Credentials, Error>>;

    /// Forgets credentials that a service takes for expired, and tells whether others can be got.
    fn forget(&self, expired: &Credentials) -> bool;
}

/// The terms of one gateway. Clones share the service's clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    pub(super) stop: Stop,
    /// When no call goes on any more, nor begins.
    pub(super) deadline: Option<Instant>,
    /// Whose calls they are, if they need credentials that are not at hand.
    pub(super) keys: Option<Arc<dyn Signer>>,
    clock: Clock,
}

/// How far the service's clock is ahead of this machine's, in seconds, as the last reply said.
#[derive(Clone, Debug, Default)]
struct Clock(Arc<AtomicI64>);

impl Terms {
    pub(super) fn new(stop: Stop, deadline: Option<Instant>) -> Self {
        Self {
            stop,
            deadline,
            keys: None,
            clock: Clock::default(),
        }
    }

    /// The same terms for calls with these credentials.
    #[must_use]
    pub(super) fn signed(self, keys: Arc<dyn Signer>) -> Self {
        Self {
            keys: Some(keys),
            ..self
        }
    }

    /// The same terms for another service, whose clock is its own.
    pub(super) fn elsewhere(&self) -> Self {
        Self {
            clock: Clock::default(),
            ..self.clone()
        }
    }

    /// The same terms, for so long at most.
    #[must_use]
    pub(super) fn within(&self, time: Duration) -> Self {
        let end = Instant::now() + time;
        Self {
            deadline: Some(self.deadline.map_or(end, |deadline| deadline.min(end))),
            ..self.clone()
        }
    }

    /// Whether the time is over.
    pub(super) fn is_over(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Waits until the time is over.
    pub(super) async fn over(&self) {
        match self.deadline {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }

    /// Sets the clock by a reply.
    pub(super) fn heard(&self, reply: &HttpResponse) {
        let date = reply.headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        if let Some(date) = date {
            let ahead = date.secs().saturating_sub(Timestamp::now().as_second());
            self.clock.0.store(ahead, Ordering::Relaxed);
        }
    }

    /// How far the service's clock is ahead of this machine's; zero before any reply.
    pub(super) fn ahead(&self) -> SignedDuration {
        SignedDuration::from_secs(self.clock.0.load(Ordering::Relaxed))
    }
}
