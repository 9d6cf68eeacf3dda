//! When the process ends.
//!
//! | what happens | as a child | for a debugger |
//! |---|---|---|
//! | SIGINT | nothing: the terminal sends it to the whole process group, and the parent decides | ends |
//! | SIGTERM, SIGHUP | accepts no more calls and ends after the last one; a second signal ends it at once | the same, after 1.5 seconds at most |
//! | `Shutdown` | waits for calls in flight, for 1.5 seconds at most | the same |
//! | the parent has died | ends at once, since no result could be stored | – |
//! | the last connection closes, or none arrives | ends after a timeout | – |

#[cfg_attr(unix, path = "lifetime/parent_unix.rs")]
#[cfg_attr(not(unix), path = "lifetime/parent_other.rs")]
mod parent;
#[cfg_attr(unix, path = "lifetime/signals_unix.rs")]
#[cfg_attr(not(unix), path = "lifetime/signals_other.rs")]
mod signals;

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::server::Handle;
pub(super) use parent::Parent;
pub(super) use signals::Signals;

/// How long calls in flight may outlive `Shutdown`; after two seconds the parent kills us.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(1500);

/// How long a child waits for its first connection.
const FIRST_CONNECTION: Duration = Duration::from_secs(60);

/// How long a child waits for another connection after its last one closed.
const NEXT_CONNECTION: Duration = Duration::from_secs(10);

/// Waits until a child should end.
pub(super) async fn of_child(
    signals: Signals,
    parent: Parent,
    server: Handle,
    interrupt: CancellationToken,
) {
    let Signals {
        mut interrupts,
        mut terminations,
    } = signals;
    let ignored = async {
        loop {
            interrupts.next().await;
            tracing::debug!("interrupt ignored: the parent decides");
        }
    };
    tokio::select! {
        () = ignored => {}
        () = after_shutdown(&server) => {}
        () = terminations.next() => {
            tracing::info!("asked to terminate: finishing the calls in flight");
            interrupt.cancel();
            server.draining.cancel();
            terminations.next().await;
        }
        () = parent.gone() => tracing::info!("the parent is gone"),
        () = abandoned(server.open.subscribe(), FIRST_CONNECTION, NEXT_CONNECTION) => {
            tracing::info!("no client is connected any more");
        }
    }
}

/// Waits until a process under a debugger should end.
pub(super) async fn of_debugging(signals: Signals, server: Handle, interrupt: CancellationToken) {
    let Signals {
        mut interrupts,
        mut terminations,
    } = signals;
    tokio::select! {
        () = after_shutdown(&server) => return,
        () = interrupts.next() => {}
        () = terminations.next() => {}
    }
    interrupt.cancel();
    server.draining.cancel();
    tokio::select! {
        () = sleep(SHUTDOWN_GRACE) => {}
        () = interrupts.next() => {}
        () = terminations.next() => {}
    }
}

async fn after_shutdown(server: &Handle) {
    server.shutdown.cancelled().await;
    sleep(SHUTDOWN_GRACE).await;
}

/// Waits until there has been no connection for too long, before the first or after the last one.
async fn abandoned(mut open: watch::Receiver<usize>, first: Duration, next: Duration) {
    let mut patience = first;
    loop {
        let connected = open.wait_for(|count| *count > 0);
        match timeout(patience, connected).await {
            Err(_elapsed) => return,
            Ok(Err(_closed)) => return pending().await,
            Ok(Ok(_)) => patience = next,
        }
        if open.wait_for(|count| *count == 0).await.is_err() {
            return pending().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;
    const NEVER: Duration = Duration::MAX;

    /// Whether the wait is over as soon as everything that is ready has run.
    async fn is_over(waiting: impl Future<Output = ()>) -> bool {
        timeout(Duration::from_millis(50), waiting).await.is_ok()
    }

    #[tokio::test]
    async fn a_child_that_nobody_connects_to_is_abandoned() {
        let open = watch::Sender::new(0);
        assert!(is_over(abandoned(open.subscribe(), NOW, NEVER)).await);
        assert!(!is_over(abandoned(open.subscribe(), NEVER, NOW)).await);
    }

    #[tokio::test]
    async fn a_child_is_abandoned_after_its_last_connection() {
        let open = watch::Sender::new(1);
        let mut waiting = Box::pin(abandoned(open.subscribe(), NEVER, NOW));
        assert!(!is_over(&mut waiting).await, "one is open");
        open.send_replace(2);
        open.send_replace(1);
        assert!(!is_over(&mut waiting).await, "one of two is left");
        open.send_replace(0);
        assert!(is_over(&mut waiting).await);
    }

    #[tokio::test]
    async fn a_client_that_comes_back_is_waited_for() {
        let open = watch::Sender::new(1);
        let mut waiting = Box::pin(abandoned(open.subscribe(), NEVER, NEVER));
        open.send_replace(0);
        assert!(!is_over(&mut waiting).await);
        open.send_replace(1);
        assert!(!is_over(&mut waiting).await);
    }

    #[tokio::test]
    async fn shutdown_drains_at_once_and_ends_after_a_moment() {
        let server = Handle::default();
        server.shutdown.cancel();
        assert!(server.draining.is_cancelled());
        assert!(!is_over(after_shutdown(&server)).await);
    }

    #[tokio::test]
    async fn draining_alone_is_not_shutdown() {
        let server = Handle::default();
        server.draining.cancel();
        assert!(!server.shutdown.is_cancelled());
    }
}
