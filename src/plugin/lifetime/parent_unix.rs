//! Detects the death of the parent: another process becomes the parent.
//!
//! The process checks once a second. Linux could send a signal instead, but sends it when the *thread* that started the
//! process ends, and many parents outlive that thread.

use std::time::Duration;

use rustix::process::{Pid, getppid};
use tokio::time::sleep;

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);

/// The parent process; none if it is not visible, for example in another container.
pub(in crate::plugin) struct Parent(Option<Pid>);

impl Parent {
    /// Remembers who it is, while it is still there.
    pub(in crate::plugin) fn remember() -> Self {
        Self(getppid())
    }

    /// Waits until it is dead.
    pub(super) async fn gone(&self) {
        while getppid() == self.0 {
            sleep(INTERVAL).await;
        }
    }
}
