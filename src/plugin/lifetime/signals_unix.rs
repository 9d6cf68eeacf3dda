//! The signals that we take from the system: from here on they do not kill the process.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::plugin::Error;

/// Both kinds of signals, caught.
pub(in crate::plugin) struct Signals {
    pub(super) interrupts: Caught,
    pub(super) terminations: Caught,
}

impl Signals {
    /// Takes SIGINT and SIGTERM from the system.
    pub(in crate::plugin) fn catch() -> Result<Self, Error> {
        let caught = |kind| signal(kind).map(Caught).map_err(Error::Signals);
        Ok(Self {
            interrupts: caught(SignalKind::interrupt())?,
            terminations: caught(SignalKind::terminate())?,
        })
    }
}

/// One kind of signal.
pub(super) struct Caught(Signal);

impl Caught {
    /// Waits for the next of its kind.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending().await
        }
    }
}
