//! Events that replace signals on systems without them: Ctrl-C and a closed console.

use std::future::pending;

use tokio::signal::windows::{CtrlC, CtrlClose, ctrl_c, ctrl_close};

use crate::plugin::Error;

/// Both kinds of events, caught.
pub(in crate::plugin) struct Signals {
    pub(super) interrupts: Interrupts,
    pub(super) terminations: Terminations,
}

impl Signals {
    /// Takes the events from the system.
    pub(in crate::plugin) fn catch() -> Result<Self, Error> {
        Ok(Self {
            interrupts: Interrupts(ctrl_c().map_err(Error::Signals)?),
            terminations: Terminations(ctrl_close().map_err(Error::Signals)?),
        })
    }
}

/// Ctrl-C.
pub(super) struct Interrupts(CtrlC);

impl Interrupts {
    /// Waits for the next Ctrl-C.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            pending().await
        }
    }
}

/// The console being closed.
pub(super) struct Terminations(CtrlClose);

impl Terminations {
    /// Waits for the console to be closed.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            pending().await
        }
    }
}
