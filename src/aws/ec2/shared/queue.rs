//! Callers that share a call, one call after the other.
//!
//! The first caller's call begins at once. Callers that arrive while it is under way form a batch, and one call for all
//! of them follows. A call belongs to those who wait for it: it goes on while one of them does, and ends with the last.
//!
//! A caller that is stopped before its call began leaves and asks alone, because what is still allowed after a stop
//! differs between calls. After it began, the call itself is stopped: what was sent is awaited, and nothing is retried.
//! Callers that were not stopped then ask again.
//!
//! This module must not know what is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};

use super::super::super::{
    call::Stop,
    error::{Error, Kind},
};
use super::super::limits::IDS;

/// How long a batch waits for the call before it. A call that hangs holds up nobody.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer for each ID of a call.
pub(in super::super) type Answers<V> = BTreeMap<String, Result<V, Error>>;

/// What one call does for several IDs.
pub(in super::super) trait Work: Clone + Send + Sync + 'static {
    /// What each caller gets.
    type Value: Clone + Send + Sync + 'static;

    /// Waits until the call may begin. Meanwhile, callers can still join.
    fn ready(&self) -> BoxFuture<'static, ()>;

    /// Makes the call. Every ID gets an answer.
    fn run(&self, ids: BTreeSet<String>, stop: Stop) -> BoxFuture<'static, Answers<Self::Value>>;
}

/// The callers of one kind of call in one region.
pub(in super::super) struct Queue<V: Clone> {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The batch that callers can join.
    open: Mutex<Option<Open<V>>>,
}

type Call<V> = BoxFuture<'static, Arc<Answers<V>>>;
/// The open batch, and its call, which belongs to the callers.
type Open<V> = (Arc<Batch>, WeakShared<Call<V>>);

/// The callers of one call.
#[derive(Debug, Default)]
struct Batch {
    waiting: Mutex<Waiting>,
    stop: Stop,
}

#[derive(Debug, Default)]
struct Waiting {
    has_begun: bool,
    next: u64,
    ids: BTreeMap<u64, String>,
}

/// The place of one caller in a batch. A caller that is gone before the call began is not in it.
#[derive(Debug)]
struct Ticket {
    batch: Arc<Batch>,
    number: u64,
}

impl<V: Clone> Default for Queue<V> {
    fn default() -> Self {
        Self {
            turn: Arc::default(),
            open: Mutex::default(),
        }
    }
}

impl<V: Clone> fmt::Debug for Queue<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl<V: Clone + Send + Sync + 'static> Queue<V> {
    /// Returns the answer for one ID, from a call that began after this one was made.
    pub(in super::super) async fn ask<W: Work<Value = V>>(
        &self,
        id: &str,
        stop: &Stop,
        work: &W,
    ) -> Result<V, Error> {
        // An earlier call may have been carried out without a reply.
        let mut unanswered = false;
        loop {
            let shared = if stop.is_cancelled() {
                None
            } else {
                self.share(id, stop, work).await
            };
            let answer = match shared {
                Some(answers) => answers.get(id).cloned(),
                None => {
                    let ids = BTreeSet::from([id.to_owned()]);
                    work.run(ids, stop.clone()).await.remove(id)
                }
            };
            match answer {
                Some(Ok(value)) => return Ok(value),
                Some(Err(mut error)) => {
                    unanswered |= error.unanswered;
                    error.unanswered = unanswered;
                    // Another caller was stopped, if it was not this one.
                    if error.kind != Kind::Stopped || stop.is_cancelled() {
                        return Err(error);
                    }
                }
                // Its ID was not in the call, which cannot happen.
                None => {}
            }
        }
    }

    /// Waits for a shared call. Returns `None` if the caller was stopped before the call began.
    async fn share<W: Work<Value = V>>(
        &self,
        id: &str,
        stop: &Stop,
        work: &W,
    ) -> Option<Arc<Answers<V>>> {
        let (ticket, call) = self.join(id, work);
        tokio::select! {
            biased;
            answers = call.clone() => return Some(answers),
            () = stop.cancelled() => {}
        }
        if ticket.leave() {
            return None;
        }
        ticket.batch.stop.cancel();
        Some(call.await)
    }

    /// Joins the open batch, or opens one.
    fn join<W: Work<Value = V>>(&self, id: &str, work: &W) -> (Ticket, Shared<Call<V>>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((batch, call)) = &*open
            && let Some(call) = call.upgrade()
            && let Some(ticket) = Batch::add(batch, id)
        {
            return (ticket, call);
        }
        let batch = Arc::new(Batch::default());
        let ticket = batch.first(id);
        let call = call(self.turn.clone(), batch.clone(), work.clone())
            .boxed()
            .shared();
        *open = call.downgrade().map(|call| (batch, call));
        (ticket, call)
    }
}

/// Makes the call of a batch when it is its turn.
async fn call<W: Work>(
    turn: Arc<tokio::sync::Mutex<()>>,
    batch: Arc<Batch>,
    work: W,
) -> Arc<Answers<W::Value>> {
    let _turn = tokio::time::timeout(PATIENCE, turn.lock_owned()).await;
    work.ready().await;
    let ids = batch.begin();
    if ids.is_empty() {
        return Arc::default();
    }
    Arc::new(work.run(ids, batch.stop.clone()).await)
}

impl Batch {
    fn first(self: &Arc<Self>, id: &str) -> Ticket {
        let mut waiting = self.waiting();
        waiting.next = 1;
        waiting.ids.insert(0, id.to_owned());
        Ticket {
            batch: self.clone(),
            number: 0,
        }
    }

    /// Adds a caller, unless the call has begun or is full.
    fn add(self: &Arc<Self>, id: &str) -> Option<Ticket> {
        let mut waiting = self.waiting();
        if waiting.has_begun || waiting.ids.len() >= IDS {
            return None;
        }
        let number = waiting.next;
        waiting.next += 1;
        waiting.ids.insert(number, id.to_owned());
        Some(Ticket {
            batch: self.clone(),
            number,
        })
    }

    /// Returns the IDs of the call. No caller can join any more.
    fn begin(&self) -> BTreeSet<String> {
        let mut waiting = self.waiting();
        waiting.has_begun = true;
        waiting.ids.values().cloned().collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Leaves the batch. Returns `false` if its call has begun.
    fn leave(&self) -> bool {
        let mut waiting = self.batch.waiting();
        if !waiting.has_begun {
            waiting.ids.remove(&self.number);
        }
        !waiting.has_begun
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.leave();
    }
}
