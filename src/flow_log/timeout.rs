//! The time limit of an operation: the `timeouts` block, its defaults, and the error when the time is up.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::model::Timeouts;
use crate::aws::{Error, Kind};
use crate::cty::Path;
use crate::framework::{Attr, Diagnostic};
use crate::text::duration;

/// The time limit of a create, if `timeouts` does not set one.
const CREATE: &str = "5m";
/// The time limit of a delete, if `timeouts` does not set one.
const DELETE: &str = "2m";

/// The time limit of one operation.
#[derive(Debug)]
pub(crate) struct Limit {
    /// The argument in `timeouts`.
    operation: &'static str,
    written: Option<String>,
    default: &'static str,
}

impl Limit {
    /// Returns the time limit of a create.
    pub(crate) fn create(timeouts: &Attr<Timeouts>) -> Self {
        let written = timeouts.known().and_then(|t| t.create.given());
        Self::new("create", written, CREATE)
    }

    /// Returns the time limit of a delete.
    pub(crate) fn delete(timeouts: &Attr<Timeouts>) -> Self {
        let written = timeouts.known().and_then(|t| t.delete.given());
        Self::new("delete", written, DELETE)
    }

    fn new(operation: &'static str, written: Option<&str>, default: &'static str) -> Self {
        Self {
            operation,
            written: written.map(str::to_owned),
            default,
        }
    }

    /// Runs a mutation with a stop signal that is also sent when the time limit is reached. The mutation then waits for
    /// the reply to a call that it has sent, and sends no other call. Returns its result, and whether the time limit
    /// was reached.
    pub(crate) async fn keep<T, F: Future<Output = T>>(
        &self,
        stop: &CancellationToken,
        mutation: impl FnOnce(CancellationToken) -> F,
    ) -> (T, bool) {
        let stop = stop.child_token();
        let mut mutation = std::pin::pin!(mutation(stop.clone()));
        match tokio::time::timeout(self.length(), &mut mutation).await {
            Ok(result) => (result, false),
            Err(_) => {
                stop.cancel();
                (mutation.await, true)
            }
        }
    }

    /// Adds to an error that the time limit was reached, if that was the cause.
    pub(crate) fn explain(&self, error: &Error, diagnostic: Diagnostic) -> Diagnostic {
        if error.kind != Kind::OutOfTime {
            return diagnostic;
        }
        let operation = self.operation;
        let length = match &self.written {
            Some(written) => format!("`timeouts.{operation}` is {written}"),
            None => format!(
                "`timeouts.{operation}` is not set, and its default is {}",
                self.default
            ),
        };
        let Diagnostic {
            summary, detail, ..
        } = diagnostic;
        let detail = format!("{detail}\n\nTimed out ({length}). Increase it to wait longer.");
        let path = Path::root().attribute("timeouts").attribute(operation);
        Diagnostic::error("out-of-time", summary, detail).at(path)
    }

    fn length(&self) -> Duration {
        let written = self
            .written
            .as_deref()
            .and_then(|text| duration::parse(text).ok());
        written
            .or(duration::parse(self.default).ok())
            .unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_durations() {
        let length = |limit: Limit| limit.length();
        assert_eq!(length(Limit::create(&Attr::Null)), Duration::from_secs(300));
        assert_eq!(length(Limit::delete(&Attr::Null)), Duration::from_secs(120));
    }
}
