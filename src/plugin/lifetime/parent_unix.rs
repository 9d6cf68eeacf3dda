//! Noticing the death of the parent: another process adopts us.
//!
//! By looking, once a second. Linux could send a signal instead, but does so when the *thread* that started us
//! ends, which for many a parent means nothing.

use std::time::Duration;

use rustix::process::getppid;
use tokio::time::sleep;

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits until the parent is dead; for ever if it lives outside our view, as across containers.
pub(super) async fn gone() {
    let parent = getppid();
    while getppid() == parent {
        sleep(INTERVAL).await;
    }
}
