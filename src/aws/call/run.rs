//! When a call to AWS may begin, and when it ends early.
//!
//! A mutation that was sent may have been carried out, so its reply must be awaited: without the reply a flow log is
//! lost. Everything else (waiting for a retry, getting credentials, a request that was not sent) may end at any moment. A
//! [`Call`] follows its attempts through the SDK's hooks, and so knows which of the two it is in. It is used twice: as the
//! interceptor, which does not send what must not be sent, and around the call, to drop it as soon as it must not go on
//! *and* nothing is in flight.
//!
//! The SDK's sleep does not obey the stop: its timeouts sleep too, and would end the very request whose reply must be
//! awaited.
//!
//! This module must not know any service.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    interceptors::context::Output, orchestrator::HttpResponse, result::SdkError,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::watch;

use super::super::{
    error::{Error, Kind},
    error_chain::{MESSAGE, one_line},
    network::NetworkProblem,
};
use super::attempts::{Attempts, Failure, metadata};
use super::context::CallContext;
use super::pace::Pace;

/// The most attempts in a row that cannot connect, or whose success cannot be read. A retry seldom fixes either. The waits
/// between them take about fifteen seconds.
pub(super) const MOST_FUTILE_ATTEMPTS: u32 = 6;
/// How long a query may take, with all its attempts and the waits between them.
pub(in super::super) const QUERY_TIME: Duration = Duration::from_secs(300);

/// Sends a request with its call as the interceptor, each time that the closure runs.
macro_rules! send {
    ($request:expr, $call:expr) => {
        || {
            let request = $request.clone().customize();
            request.interceptor($call.clone()).send()
        }
    };
}
pub(in super::super) use send;

/// One call, with all its attempts.
#[derive(Clone, Debug)]
pub(in super::super) struct Call {
    operation: &'static str,
    region: Option<String>,
    pub(super) mutates: bool,
    /// Whether the stop ends the call even while a request is in flight.
    droppable: bool,
    pub(super) context: CallContext,
    pub(super) requirement: Option<Requirement>,
    pub(super) pace: Option<Pace>,
    /// Whether the first attempt has its permit.
    permitted: bool,
    pub(super) phase: Arc<watch::Sender<Phase>>,
    attempts: Arc<Mutex<Attempts>>,
}

/// What a successful reply must contain.
#[derive(Clone)]
pub(super) struct Requirement(Arc<Missing>);

type Missing = dyn Fn(&Output, &HttpResponse) -> Option<&'static str> + Send + Sync;

impl Requirement {
    /// Returns what a reply lacks.
    pub(super) fn missing(&self, output: &Output, reply: &HttpResponse) -> Option<&'static str> {
        (self.0)(output, reply)
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Requirement")
    }
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing was sent.
    Unsent,
    /// A request may be on the wire.
    InFlight,
    /// An attempt has ended, and another may follow. The last `futile` attempts failed in a way that a retry seldom fixes.
    Between { futile: u32 },
}

/// A request that was not sent, because its call must not go on.
#[derive(Debug, thiserror::Error)]
#[error("the call was stopped before it was sent")]
pub(super) struct NotSent;

impl Call {
    /// Creates a call that changes nothing. Its first attempt is allowed even after the stop. It ends after [`QUERY_TIME`].
    pub(in super::super) fn query(
        operation: &'static str,
        region: Option<&str>,
        context: &CallContext,
    ) -> Self {
        Self::new(operation, region, context.within(QUERY_TIME), false)
    }

    /// Creates a call for credentials: a query that the stop ends at once, because its reply is useless without the call
    /// that needs it. One that begins after the stop is for a query that is still allowed.
    pub(in super::super) fn for_credentials(
        operation: &'static str,
        region: Option<&str>,
        context: &CallContext,
    ) -> Self {
        Self {
            droppable: !context.stop.is_cancelled(),
            ..Self::query(operation, region, context)
        }
    }

    /// Creates a call that changes something. It does not begin after the stop.
    pub(in super::super) fn mutation(
        operation: &'static str,
        region: Option<&str>,
        context: &CallContext,
    ) -> Self {
        Self::new(operation, region, context.clone(), true)
    }

    fn new(
        operation: &'static str,
        region: Option<&str>,
        context: CallContext,
        mutates: bool,
    ) -> Self {
        Self {
            operation,
            region: region.map(str::to_owned),
            mutates,
            droppable: false,
            context,
            requirement: None,
            pace: None,
            permitted: false,
            phase: Arc::new(watch::Sender::new(Phase::Unsent)),
            attempts: Arc::default(),
        }
    }

    /// Sets the bucket that the attempts of this call use.
    #[must_use]
    pub(in super::super) fn paced(mut self, pace: &Pace) -> Self {
        self.pace = Some(pace.clone());
        self
    }

    /// Notes that the caller has waited for the permit of the first attempt.
    #[must_use]
    pub(in super::super) fn permitted(mut self) -> Self {
        self.permitted = true;
        self
    }

    /// Sets what a successful reply must contain. A reply that lacks it is retried, like one that was cut off.
    #[must_use]
    pub(in super::super) fn requiring<T: fmt::Debug + Send + Sync + 'static>(
        self,
        missing: impl Fn(&T, &HttpResponse) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        let missing =
            move |output: &Output, reply: &HttpResponse| missing(output.downcast_ref()?, reply);
        Self {
            requirement: Some(Requirement(Arc::new(missing))),
            ..self
        }
    }

    /// Sends a request that has this call as its interceptor, and waits for the reply.
    ///
    /// The credentials come first, so that getting them takes no time of an attempt. If the service takes them for
    /// expired, the call is sent once more with new ones: it was not carried out.
    pub(in super::super) async fn run<T, E, F>(&self, send: impl Fn() -> F) -> Result<T, Error>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.wait_for_permit().await?;
        let mut renewed = false;
        loop {
            let credentials = self.credentials().await?;
            let result = self.run_without_credentials(send()).await;
            match (result, credentials) {
                (Err(error), Some(credentials)) if !renewed && error.is_expired() => {
                    renewed = true;
                    let provider = self.context.credentials.as_ref();
                    if !provider.is_some_and(|provider| provider.invalidate(&credentials)) {
                        return Err(error);
                    }
                }
                (result, _) => return result,
            }
        }
    }

    /// Waits for the reply of a call that has its own credentials, or needs none.
    ///
    /// The call is polled before anything else, and the phase changes only while it is polled. Therefore a reply that has
    /// arrived is always returned.
    pub(in super::super) async fn run_without_credentials<T, E>(
        &self,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Error>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        self.attempts().metadata = Some(metadata::<E>);
        tokio::select! {
            biased;
            answer = sent => answer.map_err(|error| self.failed(&error)),
            error = self.interrupted() => Err(error),
        }
    }

    async fn wait_for_permit(&self) -> Result<(), Error> {
        let Some(pace) = self.pace.as_ref().filter(|_| !self.permitted) else {
            return Ok(());
        };
        tokio::select! {
            biased;
            () = pace.permit() => Ok(()),
            error = self.interrupted() => Err(error),
        }
    }

    /// Returns the credentials of the call, or `None` if it has its own.
    async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        let Some(provider) = &self.context.credentials else {
            return Ok(None);
        };
        tokio::select! {
            biased;
            credentials = provider.get() => match credentials {
                Ok(credentials) => Ok(Some(credentials)),
                Err(error) => Err(self.without_credentials(&error)),
            },
            error = self.interrupted() => Err(error),
        }
    }

    /// Waits until the call must not go on and nothing is in flight.
    async fn interrupted(&self) -> Error {
        tokio::select! {
            () = self.stopped_and_idle() => self.stopped(),
            () = self.out_of_time() => self.stopped().out_of_time(),
            () = self.only_futile() => self.gave_up(),
        }
    }

    async fn out_of_time(&self) {
        self.context.deadline().await;
        // A mutation in flight may be carried out, so it is awaited. Each attempt has a timeout of its own.
        self.wait_for(|phase| !self.mutates || phase != Phase::InFlight)
            .await;
    }

    async fn stopped_and_idle(&self) {
        self.context.stop.cancelled().await;
        self.wait_for(|phase| match phase {
            Phase::Unsent => self.mutates || self.droppable,
            Phase::InFlight => self.droppable,
            Phase::Between { .. } => true,
        })
        .await;
    }

    async fn only_futile(&self) {
        self.wait_for(
            |phase| matches!(phase, Phase::Between { futile } if futile >= MOST_FUTILE_ATTEMPTS),
        )
        .await;
    }

    async fn wait_for(&self, wanted: impl Fn(Phase) -> bool) {
        let mut phase = self.phase.subscribe();
        if phase.wait_for(|phase| wanted(*phase)).await.is_err() {
            // The sender is part of `self`, so this cannot happen.
            std::future::pending::<()>().await;
        }
    }

    fn stopped(&self) -> Error {
        let attempts = self.attempts();
        let last = attempts.failure.as_ref();
        let message = match (last, attempts.count) {
            (None, 0) => "before anything was sent".to_owned(),
            (None, _) => "while waiting for the reply".to_owned(),
            (Some(last), _) => {
                let text = &last.text;
                format!("before a retry; the last attempt failed: {text}")
            }
        };
        let (code, status) = (last.and_then(|last| last.code.clone()), attempts.status);
        drop(attempts);
        Error {
            code,
            status,
            ..self.error(Kind::Stopped, message)
        }
    }

    fn gave_up(&self) -> Error {
        let attempts = self.attempts();
        let (failure, endpoint) = (attempts.failure.clone(), attempts.endpoint.clone());
        let (status, request_id) = (attempts.status, attempts.request_id.clone());
        drop(attempts);
        match failure {
            Some(Failure {
                unreadable: Some(unreadable),
                ..
            }) => self.unreadable(&unreadable),
            Some(Failure {
                code: Some(code),
                message,
                ..
            }) => Error {
                code: Some(code),
                status,
                request_id: request_id.map(String::into_boxed_str),
                ..self.error(Kind::Refused, message)
            },
            failure => {
                let (text, problem) = match failure {
                    Some(failure) => (failure.text, failure.network),
                    None => ("no connection".to_owned(), NetworkProblem::Other),
                };
                self.unreachable(text, problem).at(endpoint.as_deref())
            }
        }
    }

    /// Reports whether an attempt may have been carried out although its reply was lost.
    pub(in super::super) fn is_unanswered(&self) -> bool {
        self.attempts().unanswered
    }

    /// Creates an error about this call.
    pub(in super::super) fn error(&self, kind: Kind, message: impl Into<String>) -> Error {
        let attempts = self.attempts();
        let message = one_line(&message.into(), MESSAGE);
        Error {
            region: self.region.as_deref().map(Box::from),
            unanswered: attempts.unanswered,
            attempts: u8::try_from(attempts.count).unwrap_or(u8::MAX),
            skew: seconds(self.context.clock_ahead()),
            ..Error::new(self.operation, kind, message)
        }
    }

    /// Creates an error about a call that was not sent.
    pub(in super::super) fn not_sent(&self) -> Error {
        let error = self.stopped();
        if self.context.is_past_deadline() {
            error.out_of_time()
        } else {
            error
        }
    }

    /// Reports whether the last attempt had a connection.
    pub(in super::super) fn connected(&self) -> bool {
        self.attempts().connected
    }

    /// Returns the address that was called last, such as `https://host:port`.
    pub(in super::super) fn endpoint(&self) -> Option<String> {
        self.attempts().endpoint.clone()
    }

    /// Returns the region of the bucket, if the last reply named another one than was called.
    pub(in super::super) fn other_region(&self) -> Option<String> {
        let region = self.attempts().bucket_region.clone();
        region.filter(|region| Some(region) != self.region.as_ref())
    }

    pub(super) fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whole seconds, of 68 years at most: the service's clock comes from a header, which can hold any time.
fn seconds(duration: jiff::SignedDuration) -> i32 {
    let most = i64::from(i32::MAX);
    i32::try_from(duration.as_secs().clamp(-most, most)).unwrap_or(i32::MAX)
}
