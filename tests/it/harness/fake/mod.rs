//! A fake server for the AWS APIs: EC2 flow logs, STS, CloudWatch Logs, S3, deployed CloudFormation stacks, the accounts of
//! AWS Organizations, roles of IAM, policies of keys of KMS, and the networks of Cloud WAN.
//!
//! Tests use the real SDK over HTTP, so this is a server and not a test double. It is stricter than AWS where the
//! documentation of AWS defines a rule. A test controls what is random in AWS: failures, lost replies, latency, pages
//! and timing.
//!
//! It runs on its own threads, so that it responds while a test waits for a child process. It does not check
//! signatures, and reads the region, the service and the account from the credential scope and the access key.
//! It must not know Terraform or the code of this provider.

mod cloudformation;
mod controls;
mod delivery;
mod ec2;
mod fault;
mod iam;
mod kms;
mod logs;
mod network_manager;
mod organizations;
pub(crate) mod pattern;
mod request;
mod s3;
mod server;
mod state;
mod sts;
#[cfg(feature = "aws")]
mod trials;
mod xml;

use std::net::TcpListener;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

#[cfg(feature = "aws")]
pub(crate) use cloudformation::DeployedStack;
pub(crate) use ec2::Endless;
#[cfg(feature = "aws")]
pub(crate) use ec2::Network;
pub(crate) use fault::{Age, Fault, Spoiled};
#[cfg(feature = "aws")]
pub(crate) use iam::Role;
#[cfg(feature = "aws")]
pub(crate) use network_manager::CloudWan;
pub(crate) use state::{ACCOUNT, Call, DestinationOptions, FlowLog, REGION, TagFieldSpecification};

use super::canary;
use state::State;

/// A fake AWS on a free loopback port. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Fake {
    url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The task, if the server runs in the runtime of the test.
    task: Option<tokio::task::AbortHandle>,
}

impl Fake {
    /// Starts the server, which responds as soon as this function returns.
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
            task: None,
        }
    }

    /// Returns the endpoint of all services, such as `http://127.0.0.1:40123`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            task.abort();
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if std::thread::panicking() {
                return;
            }
            assert!(ended.is_ok(), "the fake's thread panicked");
            let leaks = std::mem::take(&mut self.shared.state().leaks);
            assert_eq!(leaks, [""; 0]);
        }
    }
}

/// The state that the threads of the server and the test share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Notified of every recorded call.
    seen: Condvar,
    /// Counts the releases of held replies.
    released: watch::Sender<u64>,
    /// Number of bytes sent of endless replies.
    sent_endlessly: Arc<AtomicU64>,
    /// Whether the server accepts connections.
    open: watch::Sender<bool>,
    /// Counts the replies that were held.
    held: watch::Sender<u64>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            seen: Condvar::new(),
            released: watch::Sender::new(0),
            sent_endlessly: Arc::default(),
            open: watch::Sender::new(true),
            held: watch::Sender::new(0),
        }
    }
}

impl Shared {
    /// Locks the state. A poisoned lock must not hide the message of the test that failed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
