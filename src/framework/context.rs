//! The context of one call: the stop signal, the warnings, and the best-known state.
//!
//! Must not know who calls or what is called.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{Diagnostic, Diagnostics};

/// The context of one call to a resource or data source.
#[derive(Debug)]
pub struct Context<S = ()> {
    stop: CancellationToken,
    warnings: Mutex<Diagnostics>,
    known: Mutex<Option<S>>,
    private: Vec<u8>,
}

impl<S> Context<S> {
    /// Creates the context of a call that `stop` can end early.
    pub fn new(stop: CancellationToken) -> Self {
        Self {
            stop,
            warnings: Mutex::default(),
            known: Mutex::new(None),
            private: Vec::new(),
        }
    }

    /// Returns this context with the private data of the plan that is applied.
    #[must_use]
    pub fn with_private(self, private: Vec<u8>) -> Self {
        Self { private, ..self }
    }

    /// Returns the private data of the plan that is applied.
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Returns the stop signal. Once it is cancelled, no new mutation, retry or wait may begin.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Reports a warning, which does not fail the call.
    pub fn warn(&self, warning: Diagnostic) {
        lock(&self.warnings).push(warning);
    }

    /// Records the state of what exists now. It is saved even if the rest of the call panics.
    pub fn remember(&self, state: S) {
        *lock(&self.known) = Some(state);
    }

    /// Takes the recorded state.
    pub fn take_known(&self) -> Option<S> {
        lock(&self.known).take()
    }

    /// Takes the warnings.
    pub fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut lock(&self.warnings))
    }
}

/// Locks even after a panic, because the value that was stored before the panic is needed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
