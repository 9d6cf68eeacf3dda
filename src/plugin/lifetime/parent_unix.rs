//! Noticing the death of the parent: another process adopts us.
//!
//! By looking, once a second. Linux could send a signal instead, but does so when the *thread* that started us
//! ends, which for many a parent means nothing.

use std::time::Duration;

use rustix::process::{Pid, getppid};
use tokio::time::sleep;

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);

/// The process that started us; none if it lives outside our view, as across containers.
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
