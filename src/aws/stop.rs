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

mod failure;
mod hooks;

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

use super::{
    attempts::{Failure, Log, metadata},
    causes::{MESSAGE, one_line},
    error::{Error, Kind},
    terms::Terms,
};

/// How often a call is tried in a row that cannot connect, or whose success cannot be read: neither passes soon. The
/// waits between take about fifteen seconds.
const ATTEMPTS_IN_VAIN: u32 = 6;
/// A request that a flight watches, to be sent each time that this is called.
macro_rules! sends {
    ($request:expr, $flight:expr) => {
        || {
            let request = $request.clone().customize();
            request.interceptor($flight.clone()).send()
        }
    };
}
pub(super) use sends;

/// How AWS says that credentials are over.
const EXPIRED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
/// How long a query may take, with all its attempts and the waits between them.
pub(super) const QUERY_TIME: Duration = Duration::from_secs(300);

/// One call on its way, with all its attempts.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    operation: &'static str,
    region: Option<String>,
    mutates: bool,
    /// Whether the stop ends it even while its request is on the wire.
    droppable: bool,
    terms: Terms,
    demand: Option<Demand>,
    phase: Arc<watch::Sender<Phase>>,
    log: Arc<Mutex<Log>>,
}

/// What a successful reply must hold: says what is missing.
#[derive(Clone)]
struct Demand(Arc<Missing>);

type Missing = dyn Fn(&Output, &HttpResponse) -> Option<&'static str> + Send + Sync;

impl fmt::Debug for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Demand")
    }
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was sent yet.
    Fresh,
    /// A request may be on the wire.
    UnderWay,
    /// An attempt is over; another may follow. `in_vain` of them in a row failed in a way that does not pass soon.
    Between { in_vain: u32 },
}

/// Why a request was held back.
#[derive(Debug, thiserror::Error)]
#[error("the call was stopped before it was sent")]
pub(super) struct HeldBack;

impl Flight {
    /// Watches a call that changes nothing: its first attempt is allowed even after the stop.
    /// It ends after a while, whatever it is doing.
    pub(super) fn query(operation: &'static str, region: Option<&str>, terms: &Terms) -> Self {
        Self::new(operation, region, terms.within(QUERY_TIME), false)
    }

    /// Watches a call whose answer is worth nothing without the call that it is made for, such as one for credentials: a
    /// query that the stop ends at once. One that begins after the stop is for a query that is still allowed.
    pub(super) fn source(operation: &'static str, region: Option<&str>, terms: &Terms) -> Self {
        Self {
            droppable: !terms.stop.is_cancelled(),
            ..Self::query(operation, region, terms)
        }
    }

    /// Watches a call that changes something: it does not begin after the stop.
    pub(super) fn mutation(operation: &'static str, region: Option<&str>, terms: &Terms) -> Self {
        Self::new(operation, region, terms.clone(), true)
    }

    fn new(operation: &'static str, region: Option<&str>, terms: Terms, mutates: bool) -> Self {
        Self {
            operation,
            region: region.map(str::to_owned),
            mutates,
            droppable: false,
            terms,
            demand: None,
            phase: Arc::new(watch::Sender::new(Phase::Fresh)),
            log: Arc::default(),
        }
    }

    /// Says what a successful reply must hold. One that lacks it is retried like one that was cut off.
    #[must_use]
    pub(super) fn holding<T: fmt::Debug + Send + Sync + 'static>(
        self,
        missing: impl Fn(&T, &HttpResponse) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        let demand =
            move |output: &Output, reply: &HttpResponse| missing(output.downcast_ref()?, reply);
        Self {
            demand: Some(Demand(Arc::new(demand))),
            ..self
        }
    }

    /// Makes a call that carries this flight as its interceptor, and waits for its answer.
    ///
    /// The credentials are got first: the time that they take is no attempt's. When the service says that they are over,
    /// they are got anew and the call is made once more: it was not carried out.
    pub(super) async fn complete<T, E, F>(&self, call: impl Fn() -> F) -> Result<T, Error>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut renewed = false;
        loop {
            let credentials = self.credentials().await?;
            let result = self.complete_alone(call()).await;
            match (result, credentials) {
                (Err(error), Some(credentials)) if !renewed && error.has_code(&EXPIRED) => {
                    renewed = true;
                    let keys = self.terms.keys.as_ref();
                    if !keys.is_some_and(|keys| keys.forget(&credentials)) {
                        return Err(error);
                    }
                }
                (result, _) => return result,
            }
        }
    }

    /// Waits for the answer of a call that has its own credentials, or needs none.
    ///
    /// The call is polled before anything else, and the phase changes only while it is polled: an answer that has
    /// come in is therefore always returned.
    pub(super) async fn complete_alone<T, E>(
        &self,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Error>
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        self.log().metadata = Some(metadata::<E>);
        tokio::select! {
            biased;
            answer = call => answer.map_err(|error| self.failed(&error)),
            error = self.given_up() => Err(error),
        }
    }

    /// Waits for the credentials of the call; none if it has its own.
    async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        let Some(keys) = &self.terms.keys else {
            return Ok(None);
        };
        tokio::select! {
            biased;
            credentials = keys.ready() => match credentials {
                Ok(credentials) => Ok(Some(credentials)),
                Err(error) => Err(self.without_credentials(&error)),
            },
            error = self.given_up() => Err(error),
        }
    }

    /// Waits until the call must not go on and nothing of it is under way.
    async fn given_up(&self) -> Error {
        tokio::select! {
            () = self.stopped_and_idle() => self.stopped(),
            () = self.out_of_time() => self.stopped().out_of_time(),
            () = self.hopeless() => self.in_vain(),
        }
    }

    async fn out_of_time(&self) {
        self.terms.over().await;
        // What was sent and may have been carried out is waited for; an attempt has a timeout of its own.
        self.wait_for(|phase| !self.mutates || phase != Phase::UnderWay)
            .await;
    }

    async fn stopped_and_idle(&self) {
        self.terms.stop.cancelled().await;
        self.wait_for(|phase| match phase {
            Phase::Fresh => self.mutates || self.droppable,
            Phase::UnderWay => self.droppable,
            Phase::Between { .. } => true,
        })
        .await;
    }

    async fn hopeless(&self) {
        self.wait_for(
            |phase| matches!(phase, Phase::Between { in_vain } if in_vain >= ATTEMPTS_IN_VAIN),
        )
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
        let last = log.failure.as_ref();
        let message = match (last, log.attempts) {
            (None, 0) => "before anything was sent".to_owned(),
            (None, _) => "while waiting for the reply".to_owned(),
            (Some(last), _) => {
                let text = &last.text;
                format!("before it was tried again; the last attempt failed: {text}")
            }
        };
        let (code, status) = (last.and_then(|last| last.code.clone()), log.status);
        drop(log);
        Error {
            code,
            status,
            ..self.error(Kind::Stopped, message)
        }
    }

    fn in_vain(&self) -> Error {
        let log = self.log();
        let (failure, endpoint) = (log.failure.clone(), log.endpoint.clone());
        let (status, request_id) = (log.status, log.request_id.clone());
        drop(log);
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
                request_id,
                ..self.error(Kind::Refused, message)
            },
            failure => {
                let text = failure.map_or("no connection".to_owned(), |failure| failure.text);
                self.error(Kind::Unreachable, text).at(endpoint.as_deref())
            }
        }
    }

    /// Begins an error about this call.
    pub(super) fn error(&self, kind: Kind, message: impl Into<String>) -> Error {
        let log = self.log();
        let message = one_line(&message.into(), MESSAGE);
        Error {
            region: self.region.as_deref().map(Box::from),
            unanswered: log.unanswered,
            attempts: u8::try_from(log.attempts).unwrap_or(u8::MAX),
            skew: self.terms.ahead().as_secs(),
            ..Error::new(self.operation, kind, message)
        }
    }

    /// Begins an error about a call that was held back.
    pub(super) fn held_back(&self) -> Error {
        let error = self.stopped();
        match self.terms.is_over() {
            true => error.out_of_time(),
            false => error,
        }
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
