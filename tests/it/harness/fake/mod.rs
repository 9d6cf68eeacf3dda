//! A server that speaks AWS's wire: EC2 flow logs, STS, CloudWatch Logs.
//!
//! Tests meet the real SDK over HTTP, so this is a server and no double. It is stricter than AWS where AWS's own
//! documentation gives a rule, and it lets a test decide what AWS leaves to chance: failures, lost replies, slowness,
//! pages, and the moment at which something happens.
//!
//! It runs on threads of its own, so that a test which blocks on a child process still gets answers. It checks no
//! signatures: the region, the service and the account are read from the credential scope and the access key.
//! It must know nothing of Terraform and nothing of this provider's own code.

mod controls;
mod ec2;
mod fault;
mod logs;
pub(crate) mod pattern;
mod request;
mod server;
mod state;
mod sts;
mod xml;

use std::net::TcpListener;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

pub(crate) use ec2::Endless;
pub(crate) use fault::Fault;
pub(crate) use state::{ACCOUNT, Call, DestinationOptions, FlowLog, REGION, TagFieldSpecification};

use state::State;

/// A fake AWS on a free loopback port; it stops when dropped.
#[derive(Debug)]
pub(crate) struct Fake {
    url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts the server; it answers as soon as this returns.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let address = listener.local_addr().expect("the port just bound");
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("fake-aws".to_owned())
            .spawn(move || server::run(listener, served, stopped))
            .expect("a thread for the fake");
        Self {
            url: format!("http://{address}"),
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The endpoint for every service, such as `http://127.0.0.1:40123`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if ended.is_err() && !std::thread::panicking() {
                panic!("the fake's thread panicked");
            }
        }
    }
}

/// What the server's threads and the test share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Told of every call as it is recorded.
    seen: Condvar,
    /// Counts the releases of held replies.
    released: watch::Sender<u64>,
    /// Bytes that were handed out of replies without an end.
    sent_endlessly: Arc<AtomicU64>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            seen: Condvar::new(),
            released: watch::Sender::new(0),
            sent_endlessly: Arc::default(),
        }
    }
}

impl Shared {
    /// A test that failed while it held the lock must not hide its message behind a poisoned one.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
