//! A server that plays every place that identities come from: STS, EC2, the SSO portal and its OIDC, the metadata
//! service of an instance and of a container, a proxy in front of all of AWS, and a TLS server that nobody knows.
//!
//! One address does it all, each case has one of its own, and every request is noted with the identity that it was
//! signed with. What a request is for is read from the request; how it is met, a test decides (`Behaviour`).
//! As a proxy it opens the tunnels itself, with certificates of an authority that a test may trust or not, so that
//! hosts of AWS are asked by their own names without anything leaving the machine.
//! It must know nothing of Terraform and nothing of this provider's own code.

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

/// The threads of all worlds: a test that blocks still gets answers.
static THREADS: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("world")
        .enable_all()
        .build()
        .unwrap()
});

/// The bytes `{CANARY}` of every secret that this server gives out.
pub(crate) const CANARY: &str = "CANARY";

/// What a request meets instead of the plain answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// An error in the words of the service: status, code, message.
    Error(u16, &'static str, &'static str),
    /// The same, for as long as the time of the signature is not this world's.
    WrongTime(u16, &'static str),
    /// This status and this body.
    Instead(u16, &'static str),
    /// The plain answer, of which half the body is there.
    Half,
    /// The connection is closed without a reply.
    Drop,
    /// No reply, and the connection stays open.
    Hang,
}

/// How a world behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    /// What the next so many requests of an operation meet, in order.
    pub(crate) faults: Vec<(&'static str, Fault, u32)>,
    /// How far its clock is ahead of this machine's.
    pub(crate) clock: jiff::SignedDuration,
}

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    /// What it asks for, such as `AssumeRole`, `GetRoleCredentials`, `InstanceToken` or `Connect`.
    pub(crate) operation: String,
    /// The access key, region and service that it is signed for; empty if it is not signed.
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    /// The host that was asked, with its port if it was named.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) user_agent: String,
    /// When it was signed, in seconds since 1970.
    pub(crate) signed_at: Option<i64>,
    /// The token that it bears, in whichever header.
    pub(crate) bearer: String,
    /// Of the form, the query or the JSON body.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A running world; it stops when dropped.
#[derive(Debug)]
pub(crate) struct World {
    address: SocketAddr,
    shared: Arc<Shared>,
    served: JoinHandle<()>,
}

impl World {
    /// Starts the server; it answers as soon as this returns.
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

    /// Its address over plain HTTP.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every request so far, in the order of arrival.
    pub(crate) fn notes(&self) -> Vec<Note> {
        self.shared.notes().clone()
    }

    /// Blocks until so many requests of an operation have arrived, answered or not, and tells whether they did.
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

/// What the connections and the test share.
#[derive(Debug, Default)]
struct Shared {
    notes: Mutex<Vec<Note>>,
    /// Told of every request.
    seen: Condvar,
    behaviour: Mutex<Behaviour>,
}

impl Shared {
    fn notes(&self) -> MutexGuard<'_, Vec<Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down, and takes what it meets.
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

    /// The time by this world's clock.
    fn now(&self) -> jiff::Timestamp {
        let behaviour = self
            .behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jiff::Timestamp::now() + behaviour.clock
    }
}
