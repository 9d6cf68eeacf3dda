//! Converts a panic to a diagnostic, so that no call ends the process or loses state.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::{Context, Diagnostic, Diagnostics};
use crate::cty::Value;

/// Runs a call to its end.
///
/// # Errors
/// A diagnostic that names the call, if the call panics.
pub async fn guard<T>(call: &str, future: impl Future<Output = T>) -> Result<T, Diagnostic> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .map_err(|panic| diagnose(call, panic.as_ref()))
}

/// Runs a call to its end, and returns its value with the warnings. The value is absent if there are errors.
pub(super) async fn answer(
    call: &str,
    value: impl Future<Output = Result<Value, Diagnostics>>,
    context: &Context,
) -> (Option<Value>, Diagnostics) {
    let result = guard(call, value).await;
    let result = result.unwrap_or_else(|panic| Err(panic.into()));
    let mut diagnostics = context.take_warnings();
    match result {
        Ok(value) => (Some(value), diagnostics),
        Err(errors) => {
            diagnostics.extend(errors);
            (None, diagnostics)
        }
    }
}

fn diagnose(call: &str, panic: &(dyn Any + Send)) -> Diagnostic {
    let message = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Diagnostic::error(
        "did-not-finish",
        format!("{call} did not finish"),
        format!(
            "The provider panicked: {message}. This is a bug in the provider; please report it with \
             the output of TF_LOG=debug. Terraform keeps the last known state."
        ),
    )
}
