//! What the calls of one gateway share: their stop, their deadline, their credentials, and the service's clock.
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

use super::super::error::Error;

/// Signals that no new mutation, retry or wait may begin.
pub type Stop = CancellationToken;

/// Provides the credentials of calls.
pub(in super::super) trait CredentialProvider: fmt::Debug + Send + Sync {
    /// Returns the credentials to sign with, and gets them first if necessary.
    fn get(&self) -> BoxFuture<'_, Result<Credentials, Error>>;

    /// Discards credentials that a service takes for expired, and reports whether there may be others.
    fn invalidate(&self, expired: &Credentials) -> bool;
}

/// What the calls of one gateway share. Clones share the service's clock.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct CallContext {
    pub(in super::super) stop: Stop,
    /// When every call ends, except a mutation that was sent, and no other begins.
    pub(in super::super) deadline: Option<Instant>,
    /// Provides the credentials, for calls that need any.
    pub(super) credentials: Option<Arc<dyn CredentialProvider>>,
    clock: Clock,
}

/// The seconds by which the service's clock is ahead of this machine's, according to its last reply.
#[derive(Clone, Debug, Default)]
struct Clock(Arc<AtomicI64>);

impl CallContext {
    pub(in super::super) fn new(stop: Stop, deadline: Option<Instant>) -> Self {
        Self {
            stop,
            deadline,
            credentials: None,
            clock: Clock::default(),
        }
    }

    /// Returns this context with credentials.
    #[must_use]
    pub(in super::super) fn with_credentials(
        self,
        credentials: Arc<dyn CredentialProvider>,
    ) -> Self {
        Self {
            credentials: Some(credentials),
            ..self
        }
    }

    /// Returns this context for another service, which has its own clock.
    pub(in super::super) fn for_another_service(&self) -> Self {
        Self {
            clock: Clock::default(),
            ..self.clone()
        }
    }

    /// Returns this context with a timeout.
    #[must_use]
    pub(in super::super) fn within(&self, timeout: Duration) -> Self {
        let end = Instant::now() + timeout;
        Self {
            deadline: Some(self.deadline.map_or(end, |deadline| deadline.min(end))),
            ..self.clone()
        }
    }

    /// Returns this context with a stop of its own, which follows this one's.
    #[must_use]
    pub(in super::super) fn stopped_by(&self, stop: Stop) -> Self {
        Self {
            stop,
            ..self.clone()
        }
    }

    /// Reports whether the deadline has passed.
    pub(in super::super) fn is_past_deadline(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Waits for the deadline.
    pub(in super::super) async fn deadline(&self) {
        match self.deadline {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }

    /// Reads the service's clock from a reply.
    pub(super) fn read_clock(&self, reply: &HttpResponse) {
        let date = reply.headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        if let Some(date) = date {
            let ahead = date.secs().saturating_sub(Timestamp::now().as_second());
            self.clock.0.store(ahead, Ordering::Relaxed);
        }
    }

    /// Returns how far the service's clock is ahead of this machine's. Zero before the first reply.
    pub(in super::super) fn clock_ahead(&self) -> SignedDuration {
        SignedDuration::from_secs(self.clock.0.load(Ordering::Relaxed))
    }
}
