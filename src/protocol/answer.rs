//! What is the same for every call: a log line, and a panic that becomes a diagnostic.

use std::future::Future;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;
use tonic::{Response, Status};

use super::{convert, pb};
use crate::framework::{Diagnostic, Diagnostics, guard};

/// A request of fewer bytes is small.
const SMALL: usize = 64 << 10;

/// An answer that can carry diagnostics.
pub(crate) trait Answer: Default {
    /// Adds messages for the user.
    fn diagnose(&mut self, diagnostics: Diagnostics);

    /// Makes an answer of nothing but messages.
    fn only(diagnostics: impl Into<Diagnostics>) -> Self {
        let mut answer = Self::default();
        answer.diagnose(diagnostics.into());
        answer
    }
}

/// Runs one call: logs it, and answers a panic in it with a diagnostic.
pub(crate) async fn call<A: Answer>(
    rpc: &'static str,
    type_name: &str,
    future: impl Future<Output = A>,
) -> Result<Response<A>, Status> {
    let started = Instant::now();
    tracing::trace!(tf_rpc = rpc, tf_resource_type = type_name, "call begins");
    let answer = guard(rpc, future).await;
    let answer = answer.unwrap_or_else(|panic| A::only(panic));
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(
        tf_rpc = rpc,
        tf_resource_type = type_name,
        tf_req_duration_ms = milliseconds,
        "call answered"
    );
    Ok(Response::new(answer))
}

/// Runs a call on a thread of its own. One thread serves: what computes for long would keep other calls and the stop from
/// being heard. Once nobody waits for the answer any more, the call ends where it next waits for something.
pub(crate) async fn apart<A, F>(work: impl FnOnce() -> F + Send + 'static) -> A
where
    A: Answer + Send + 'static,
    F: Future<Output = A>,
{
    let abandoned = CancellationToken::new();
    let _abandons = abandoned.clone().drop_guard();
    let runtime = Handle::current();
    let run = move || runtime.block_on(abandoned.run_until_cancelled(work()));
    match spawn_blocking(run).await {
        Ok(answer) => answer.unwrap_or_default(),
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(failure) => A::only(ended_early(&failure)),
        },
    }
}

/// Runs a call on a thread of its own if its request is large. The work grows no faster than the request, and handing
/// each small one over costs a plan of many resources more than a third of its CPU.
pub(crate) async fn apart_if_large<A, F>(
    bytes: usize,
    work: impl FnOnce() -> F + Send + 'static,
) -> A
where
    A: Answer + Send + 'static,
    F: Future<Output = A> + Send,
{
    if bytes < SMALL {
        work().await
    } else {
        apart(work).await
    }
}

/// Runs work that must come to its end even if the call is cancelled: a mutation that was sent is
/// never aborted, and its result is waited for.
pub(crate) async fn to_the_end<A: Answer + Send + 'static>(
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
        $(impl Answer for $response {
            fn diagnose(&mut self, diagnostics: Diagnostics) {
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
