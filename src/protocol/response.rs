//! What every call has in common: log lines, its thread, and a diagnostic in place of a panic.

use std::future::Future;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;
use tonic::{Response, Status};

use super::{convert, pb};
use crate::framework::{Diagnostic, Diagnostics, guard};

/// The size from which a request counts as large, in bytes.
const LARGE: usize = 64 << 10;

/// A response that carries diagnostics.
pub(crate) trait WithDiagnostics: Default {
    /// Adds diagnostics.
    fn add(&mut self, diagnostics: Diagnostics);

    /// Creates a response that holds nothing but diagnostics.
    fn only(diagnostics: impl Into<Diagnostics>) -> Self {
        let mut response = Self::default();
        response.add(diagnostics.into());
        response
    }
}

/// Runs one call: logs it, and turns a panic into a diagnostic.
pub(crate) async fn call<A: WithDiagnostics>(
    rpc: &'static str,
    type_name: &str,
    future: impl Future<Output = A>,
) -> Result<Response<A>, Status> {
    let started = Instant::now();
    tracing::trace!(tf_rpc = rpc, tf_resource_type = type_name, "call begins");
    let response = guard(rpc, future).await;
    let response = response.unwrap_or_else(|panic| A::only(panic));
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(
        tf_rpc = rpc,
        tf_resource_type = type_name,
        tf_req_duration_ms = milliseconds,
        "call answered"
    );
    Ok(Response::new(response))
}

/// Runs a call on its own thread. A single thread serves all calls, so a long computation would delay other calls and
/// `StopProvider`. If the client cancels the call, it ends at its next await point.
pub(crate) async fn on_own_thread<A, F>(work: impl FnOnce() -> F + Send + 'static) -> A
where
    A: WithDiagnostics + Send + 'static,
    F: Future<Output = A>,
{
    let abandoned = CancellationToken::new();
    let _abandons = abandoned.clone().drop_guard();
    let runtime = Handle::current();
    let run = move || runtime.block_on(abandoned.run_until_cancelled(work()));
    match spawn_blocking(run).await {
        Ok(response) => response.unwrap_or_default(),
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(failure) => A::only(ended_early(&failure)),
        },
    }
}

/// Runs a call on its own thread if its request is large. The work grows with the size of the request. Moving every
/// small request to another thread would cost a plan of many resources more than a third of its CPU time.
pub(crate) async fn on_own_thread_if_large<A, F>(
    bytes: usize,
    work: impl FnOnce() -> F + Send + 'static,
) -> A
where
    A: WithDiagnostics + Send + 'static,
    F: Future<Output = A> + Send,
{
    if bytes < LARGE {
        work().await
    } else {
        on_own_thread(work).await
    }
}

/// Runs a call to its end even if the client cancels it: a mutation that was sent is never aborted.
pub(crate) async fn uncancelled<A: WithDiagnostics + Send + 'static>(
    future: impl Future<Output = A> + Send + 'static,
) -> A {
    let ended = tokio::spawn(future).await;
    ended.unwrap_or_else(|failure| A::only(ended_early(&failure)))
}

fn ended_early(failure: &JoinError) -> Diagnostic {
    let detail =
        format!("The provider's task ended early: {failure}. This is a bug in the provider.");
    Diagnostic::error("call-not-finished", "Call not finished", detail)
}

macro_rules! answers {
    ($($response:path),* $(,)?) => {
        $(impl WithDiagnostics for $response {
            fn add(&mut self, diagnostics: Diagnostics) {
                self.diagnostics.extend(convert::diagnostics(diagnostics));
            }
        })*
    };
}

answers!(
    pb::get_metadata::Response,
    pb::get_provider_schema::Response,
    pb::get_resource_identity_schemas::Response,
    pb::get_functions::Response,
    pb::validate_provider_config::Response,
    pb::validate_resource_config::Response,
    pb::validate_data_resource_config::Response,
    pb::validate_ephemeral_resource_config::Response,
    pb::validate_list_resource_config::Response,
    pb::validate_action_config::Response,
    pb::validate_state_store::Response,
    pb::configure_provider::Response,
    pb::upgrade_resource_state::Response,
    pb::upgrade_resource_identity::Response,
    pb::read_resource::Response,
    pb::plan_resource_change::Response,
    pb::apply_resource_change::Response,
    pb::import_resource_state::Response,
    pb::move_resource_state::Response,
    pb::generate_resource_config::Response,
    pb::read_data_source::Response,
    pb::open_ephemeral_resource::Response,
    pb::renew_ephemeral_resource::Response,
    pb::close_ephemeral_resource::Response,
    pb::plan_action::Response,
    pb::configure_state_store::Response,
    pb::write_state_bytes::Response,
    pb::lock_state::Response,
    pb::unlock_state::Response,
    pb::get_states::Response,
    pb::delete_state::Response,
);
