//! A server that simulates all sources of credentials: STS, EC2, the SSO portal and its OIDC service, the metadata
//! services of an instance and a container, a proxy for all of AWS, and an untrusted TLS server.
//!
//! Each test case has its own server with one address. The server records each request with the identity that signed
//! it. The request determines the operation, and the test controls the reply (`Behaviour`).
//! As a proxy, it terminates the tunnels with certificates of an authority that a test can trust. Requests to AWS hosts
//! therefore use their real names and never leave the machine.
//! It must not know Terraform or the code of this provider.

mod answer;
mod authority;
mod listen;
mod sources;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

pub(crate) use answer::READ;
pub(crate) use authority::certificate as authority;
#[cfg(target_os = "linux")]
pub(crate) use authority::server as tls;

/// The threads of all servers, so that they respond while a test blocks.
static THREADS: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("world")
        .enable_all()
        .build()
        .unwrap()
});

/// The bytes `{CANARY}` in every secret that this server returns.
pub(crate) const CANARY: &str = "CANARY";

/// The fault of a request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// An error in the format of the service: status, code, message.
    Error(u16, &'static str, &'static str),
    /// The same error, while the time of the signature differs from the server's time.
    WrongTime(u16, &'static str),
    /// A reply with this status and this body.
    Instead(u16, &'static str),
    /// An error with this status, in the format of the service. Its message repeats the request with all headers.
    Echo(u16),
    /// A page with this status that repeats the request with all headers.
    EchoPage(u16),
    /// A reply with this status, which sends the client to the same path at this address.
    Redirect(u16, String),
    /// The normal reply with half of its body.
    Half,
    /// The connection is closed without a reply.
    Drop,
    /// No reply, and the connection stays open.
    Hang,
}

/// The behavior of a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    /// Faults of the next requests by operation, in order.
    pub(crate) faults: Vec<(&'static str, Fault, u32)>,
    /// The offset of its clock.
    pub(crate) clock: jiff::SignedDuration,
}

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    /// The operation, such as `AssumeRole`, `GetRoleCredentials`, `InstanceToken` or `Connect`.
    pub(crate) operation: String,
    /// The access key, region and service of the signature. Empty if it is not signed.
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    /// The host, with its port if given.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) user_agent: String,
    /// The time of the signature in Unix seconds.
    pub(crate) signed_at: Option<i64>,
    /// The token, from any header.
    pub(crate) bearer: String,
    /// Parameters of the form, the query or the JSON body.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A running server. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct World {
    address: SocketAddr,
    shared: Arc<Shared>,
    served: JoinHandle<()>,
}

impl World {
    /// Starts the server, which responds as soon as this function returns.
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(behaviour),
            ..Shared::default()
        });
        listener.set_nonblocking(true).unwrap();
        let served = THREADS.spawn(listen::run(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            served,
        }
    }

    /// Returns its address for plain HTTP.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns all requests so far, in the order of arrival.
    pub(crate) fn notes(&self) -> Vec<Note> {
        self.shared.notes().clone()
    }

    /// Waits until a number of requests of an operation have arrived, and reports whether they did.
    pub(crate) fn wait_for(&self, operation: &str, count: usize, deadline: Duration) -> bool {
        let end = Instant::now() + deadline;
        let mut notes = self.shared.notes();
        loop {
            let of_it = notes.iter().filter(|note| note.operation == operation);
            if of_it.count() >= count {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.shared.seen.wait_timeout(notes, left);
            notes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// The state that the connections and the test share.
#[derive(Debug, Default)]
struct Shared {
    notes: Mutex<Vec<Note>>,
    /// Notified of every request.
    seen: Condvar,
    behaviour: Mutex<Behaviour>,
}

impl Shared {
    fn notes(&self) -> MutexGuard<'_, Vec<Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request, and removes and returns its fault.
    fn meet(&self, note: Note) -> Option<Fault> {
        let behaviour = &mut *self
            .behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let waiting = behaviour.faults.iter_mut();
        let mut waiting = waiting.filter(|(name, _, left)| *name == note.operation && *left > 0);
        let fault = waiting.next().map(|(_, fault, left)| {
            *left -= 1;
            fault.clone()
        });
        self.notes().push(note);
        self.seen.notify_all();
        fault
    }

    /// Returns the time of the server's clock.
    fn now(&self) -> jiff::Timestamp {
        let behaviour = self
            .behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jiff::Timestamp::now() + behaviour.clock
    }
}
