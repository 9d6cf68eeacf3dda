//! When a call to AWS may begin, and when it is given up.
//!
//! A mutation that has been sent may have been carried out, so its answer is worth waiting for: whoever drops it
//! loses a flow log. Everything else (waiting for a retry, fetching credentials, a request not yet sent) may be
//! dropped at any moment. A [`Flight`] watches one call through the SDK's own hooks and knows which of the two it
//! is in. It is used twice for each call: as the interceptor, which refuses to send what must not be sent, and
//! around the call, to drop it at once when it must not go on *and* nothing is under way.
//!
//! The SDK's sleep is left alone on purpose: its timeouts sleep too, and one that woke at the stop would end the
//! very request that must be waited for.
//!
//! This module must not know any service.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        connection::CaptureSmithyConnection,
        interceptors::{
            Intercept,
            context::{
                BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
                FinalizerInterceptorContextRef,
            },
        },
        orchestrator::HttpResponse,
        result::SdkError,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, error::metadata::ProvideErrorMetadata};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::error::{Error, Kind, chain};

/// Tells when no new mutation, retry or wait may begin.
pub type Stop = CancellationToken;

/// How often a call is tried that cannot even connect; the waits between take about fifteen seconds.
const UNREACHABLE_ATTEMPTS: u32 = 6;

/// One call on its way, with all its attempts.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    operation: &'static str,
    region: Option<String>,
    mutates: bool,
    stop: Stop,
    phase: Arc<watch::Sender<Phase>>,
    log: Arc<Mutex<Log>>,
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was sent yet.
    Fresh,
    /// A request may be on the wire.
    UnderWay,
    /// An attempt is over; another may follow. `unreachable` of them in a row could not connect.
    Between { unreachable: u32 },
}

/// What the attempts so far have shown.
#[derive(Debug, Default)]
struct Log {
    attempts: u32,
    unreachable: u32,
    endpoint: Option<String>,
    connection: Option<CaptureSmithyConnection>,
    connected: bool,
    unanswered: bool,
    status: Option<u16>,
    failure: Option<String>,
}

/// Why a request was held back.
#[derive(Debug, thiserror::Error)]
#[error("the call was stopped before it was sent")]
pub(super) struct HeldBack;

impl Flight {
    /// Watches a call that changes nothing: its first attempt is allowed even after the stop.
    pub(super) fn query(operation: &'static str, region: Option<&str>, stop: &Stop) -> Self {
        Self::new(operation, region, stop, false)
    }

    /// Watches a call that changes something: it does not begin after the stop.
    pub(super) fn mutation(operation: &'static str, region: Option<&str>, stop: &Stop) -> Self {
        Self::new(operation, region, stop, true)
    }

    fn new(operation: &'static str, region: Option<&str>, stop: &Stop, mutates: bool) -> Self {
        Self {
            operation,
            region: region.map(str::to_owned),
            mutates,
            stop: stop.clone(),
            phase: Arc::new(watch::Sender::new(Phase::Fresh)),
            log: Arc::default(),
        }
    }

    /// Waits for the answer of a call that carries this flight as its interceptor.
    ///
    /// The call is polled before anything else, and the phase changes only while it is polled: an answer that has
    /// come in is therefore always returned.
    pub(super) async fn complete<T, E>(
        &self,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Error>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        tokio::select! {
            biased;
            answer = call => answer.map_err(|error| Error::from_sdk(&error, self)),
            error = self.given_up() => Err(error),
        }
    }

    /// Waits until the call must not go on and nothing of it is under way.
    async fn given_up(&self) -> Error {
        tokio::select! {
            () = self.stopped_and_idle() => self.stopped(),
            () = self.unreachable_for_good() => self.unreachable(),
        }
    }

    async fn stopped_and_idle(&self) {
        self.stop.cancelled().await;
        self.wait_for(|phase| match phase {
            Phase::Fresh => self.mutates,
            Phase::UnderWay => false,
            Phase::Between { .. } => true,
        })
        .await;
    }

    async fn unreachable_for_good(&self) {
        self.wait_for(|phase| matches!(phase, Phase::Between { unreachable } if unreachable >= UNREACHABLE_ATTEMPTS))
            .await;
    }

    async fn wait_for(&self, wanted: impl Fn(Phase) -> bool) {
        let mut phase = self.phase.subscribe();
        if phase.wait_for(|phase| wanted(*phase)).await.is_err() {
            // The sender lives in `self`; should it ever be gone, nothing can be given up any more.
            std::future::pending::<()>().await;
        }
    }

    fn stopped(&self) -> Error {
        let log = self.log();
        let message = match &log.failure {
            None => "before anything was sent".to_owned(),
            Some(failure) => {
                format!("before it was tried again; the last attempt failed: {failure}")
            }
        };
        Error {
            unanswered: log.unanswered,
            status: log.status,
            ..self.error(Kind::Stopped, message)
        }
    }

    fn unreachable(&self) -> Error {
        let log = self.log();
        let failure = log.failure.as_deref().unwrap_or("no connection");
        Error {
            unanswered: log.unanswered,
            ..self.error(Kind::Unreachable, failure.to_owned())
        }
        .at(log.endpoint.as_deref())
    }

    /// Begins an error about this call.
    pub(super) fn error(&self, kind: Kind, message: impl Into<String>) -> Error {
        Error {
            region: self.region.clone(),
            ..Error::new(self.operation, kind, message)
        }
    }

    /// Tells whether any attempt was sent and got no readable answer, so that it may have been carried out.
    pub(super) fn unanswered(&self) -> bool {
        self.log().unanswered
    }

    /// Tells whether the last attempt had a connection.
    pub(super) fn connected(&self) -> bool {
        self.log().connected
    }

    /// The address that was called last, as `https://host:port`.
    pub(super) fn endpoint(&self) -> Option<String> {
        self.log().endpoint.clone()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn begin(&mut self, uri: &str, connection: Option<CaptureSmithyConnection>) {
        self.attempts += 1;
        self.endpoint = Some(origin(uri).to_owned());
        self.connection = connection;
        self.connected = false;
        self.status = None;
        self.failure = None;
    }

    fn end(&mut self, status: Option<u16>, failure: Option<String>) {
        self.connected = status.is_some()
            || self
                .connection
                .take()
                .is_some_and(|connection| connection.get().is_some());
        self.unreachable = if self.connected {
            0
        } else {
            self.unreachable + 1
        };
        self.unanswered |= failure.is_some()
            && match status {
                None => self.connected,
                // A broken success, or a failure on the other side that does not say "not now".
                Some(status) => status < 300 || (status >= 500 && status != 503),
            };
        self.status = status;
        self.failure = failure.map(|failure| match status {
            Some(status) => format!("HTTP {status}"),
            None => failure,
        });
    }
}

impl Intercept for Flight {
    fn name(&self) -> &'static str {
        "Flight"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if request.extension::<CaptureSmithyConnection>().is_none() {
            request.add_extension(CaptureSmithyConnection::new());
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut log = self.log();
        if self.stop.is_cancelled() && (self.mutates || log.attempts > 0) {
            return Err(HeldBack.into());
        }
        let request = context.request();
        log.begin(request.uri(), request.extension().cloned());
        drop(log);
        self.phase.send_replace(Phase::UnderWay);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if *self.phase.borrow() != Phase::UnderWay {
            return Ok(());
        }
        let status = context
            .response()
            .map(|response| response.status().as_u16());
        let failure = match context.output_or_error() {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(chain(error)),
            None => Some("the attempt ended without a result".to_owned()),
        };
        let mut log = self.log();
        log.end(status, failure);
        log.unanswered &= self.mutates;
        let unreachable = log.unreachable;
        drop(log);
        self.phase.send_replace(Phase::Between { unreachable });
        Ok(())
    }
}

/// Scheme, host and port of an address.
fn origin(uri: &str) -> &str {
    let host = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[host..]
        .find(['/', '?'])
        .map_or(uri.len(), |at| host + at);
    &uri[..end]
}
