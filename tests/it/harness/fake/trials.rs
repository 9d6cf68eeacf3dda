//! What a sweep needs: a server in the runtime of the test, refused connections, and states to begin with.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Fake, FlowLog, Shared, server};

impl Fake {
    /// Starts the server in the runtime of the caller, without threads of its own.
    pub(crate) fn start_here() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let address = listener.local_addr().expect("the port just bound");
        listener.set_nonblocking(true).expect("a listener");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(server::accept(listener, Arc::clone(&shared)));
        Self {
            url: format!("http://{address}"),
            shared,
            stop: None,
            thread: None,
            task: Some(task.abort_handle()),
        }
    }

    /// Refuses connections after this number of calls, for a time or until [`Fake::heal`].
    pub(crate) fn refuse_after(&self, calls: u32, length: Option<Duration>) {
        if calls == 0 {
            server::refuse(&self.shared, length);
        } else {
            self.shared.state().refuses = Some((calls, length));
        }
    }

    /// Removes all faults, accepts connections and replies to all calls that are held.
    pub(crate) fn heal(&self) {
        let mut state = self.shared.state();
        state.faults.clear();
        state.refuses = None;
        drop(state);
        self.shared.open.send_replace(true);
        self.release();
    }

    /// Returns a channel that counts the replies that were held.
    pub(crate) fn held(&self) -> watch::Receiver<u64> {
        self.shared.held.subscribe()
    }

    /// Makes all flow logs old, so that EC2 must show them.
    pub(crate) fn age(&self) {
        for log in self.shared.state().flow_logs.values_mut() {
            "2026-01-02T03:04:05.678Z".clone_into(&mut log.creation_time);
        }
    }

    /// Returns the flow logs of all regions, in the order of creation.
    pub(crate) fn all_flow_logs(&self) -> Vec<FlowLog> {
        self.shared.state().flow_logs.values().cloned().collect()
    }

    /// Continues the sequence of IDs after that of another server.
    pub(crate) fn count_from(&self, other: &Self) {
        let last = other.shared.state().counter();
        self.shared.state().skip_to(last);
    }
}
