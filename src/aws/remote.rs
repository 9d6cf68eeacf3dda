//! Queries that run at a service, and bill there. Each is stopped when the caller no longer waits for it.
//!
//! A query is started by a task of its own. If the caller stops waiting while a start is under way, its reply still comes
//! and names the query to stop. This module must not know any service.

use std::{fmt, future::Future, mem, panic::resume_unwind, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{runtime::Handle, task::JoinHandle, time::timeout};
use tokio_util::task::TaskTracker;

use super::call::{CallContext, Stop};
use super::error::Error;

/// The timeout for stopping a query, with the wait for its ID.
const STOP_TIME: Duration = Duration::from_secs(10);

/// The queries that are being stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct Stopping(TaskTracker);

/// A query at a service. Stops it there when dropped before its end.
pub(super) struct Remote {
    stopping: Stopping,
    state: State,
    stop: Option<StopCall>,
    /// Ends the start.
    given_up: Stop,
}

/// Stops a query. Without an ID, the reply of the start was lost, and the query may run.
type StopCall = Box<dyn FnOnce(Option<String>) -> BoxFuture<'static, ()> + Send>;

#[derive(Debug)]
enum State {
    Starting(JoinHandle<Result<String, Error>>),
    Running(String),
    /// The reply of the start was lost.
    Lost,
    Ended,
}

impl Stopping {
    /// Begins to stop a query.
    pub(super) fn begin(&self, stop: impl Future<Output = ()> + Send + 'static) {
        self.begin_on(stop, &Handle::current());
    }

    fn begin_on(&self, stop: impl Future<Output = ()> + Send + 'static, runtime: &Handle) {
        // A failure has no consequence here.
        self.0.spawn_on(timeout(STOP_TIME, stop), runtime);
    }

    /// Waits until the queries that were given up are stopped, or cannot be stopped.
    pub(super) async fn done(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

impl Remote {
    /// Begins to start a query. The calls of `start` use the context that it receives, in which nothing more is sent when
    /// the caller no longer waits.
    pub(super) fn start<F>(
        stopping: &Stopping,
        context: &CallContext,
        start: impl FnOnce(CallContext) -> F,
        stop: impl FnOnce(Option<String>) -> BoxFuture<'static, ()> + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String, Error>> + Send + 'static,
    {
        let given_up = context.stop.child_token();
        let context = context.stopped_by(given_up.clone());
        Self {
            stopping: stopping.clone(),
            state: State::Starting(tokio::spawn(start(context))),
            stop: Some(Box::new(stop)),
            given_up,
        }
    }

    /// Waits until the query has started, and returns its ID.
    ///
    /// # Errors
    /// The service did not start it.
    pub(super) async fn id(&mut self) -> Result<String, Error> {
        let State::Starting(starting) = &mut self.state else {
            return Ok(String::new());
        };
        let started = match starting.await {
            Ok(started) => started,
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => return Ok(String::new()),
            },
        };
        self.state = match &started {
            Ok(id) => State::Running(id.clone()),
            Err(error) if error.unanswered => State::Lost,
            Err(_) => State::Ended,
        };
        started
    }

    /// Notes that the query ended, so that nothing needs to be stopped.
    pub(super) fn end(&mut self) {
        self.state = State::Ended;
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote").field(&self.state).finish()
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.given_up.cancel();
        let state = mem::replace(&mut self.state, State::Ended);
        let (Some(stop), Ok(runtime)) = (self.stop.take(), Handle::try_current()) else {
            return;
        };
        let stop = async move {
            match state {
                State::Ended => {}
                State::Lost => stop(None).await,
                State::Running(id) => stop(Some(id)).await,
                State::Starting(starting) => match starting.await {
                    Ok(Ok(id)) => stop(Some(id)).await,
                    Ok(Err(error)) if error.unanswered => stop(None).await,
                    _ => {}
                },
            }
        };
        self.stopping.begin_on(stop, &runtime);
    }
}
