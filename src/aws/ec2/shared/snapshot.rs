//! The flow logs of a listing that no read has returned yet, and when a listing takes fewer calls.
//!
//! A listing begins after three calls by ID for three flow logs or more, because a fourth would not be cheaper than the
//! first page. Every further page must be paid by a call by ID, so that a listing of a large account at most doubles the calls.
//!
//! Each flow log is given once, and only for a minute. One that this process has written is never given: it is always
//! asked for again. This module must not know how anything is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::super::{limits::PAGE, model::FlowLog, seen::Position};

/// The calls by ID before a listing, and the flow logs.
const CALLS_BEFORE: usize = 3;
/// How long a flow log of a listing can be given.
const AGE: Duration = Duration::from_secs(60);
/// The most flow logs that are kept. A listing that would exceed it waits until some are given.
const MOST: usize = 10_000;

/// A listing and what is left of it. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Flow logs that no read has returned yet.
    left: BTreeMap<String, FlowLog>,
    written: BTreeSet<String>,
    /// Calls by ID.
    calls: usize,
    /// Flow logs that were read. A second read asks again.
    read: BTreeSet<String>,
    pages: usize,
    listing: Listing,
    begun: Option<Instant>,
}

#[derive(Debug)]
enum Listing {
    /// The next page begins here.
    At(Position),
    /// A page is being read.
    Busy,
    /// All pages were read.
    Complete,
    /// A page could not be read.
    Failed,
}

impl Default for Listing {
    fn default() -> Self {
        Self::At(Position::default())
    }
}

/// The permission to read the next page. If it is dropped, the listing has failed.
#[derive(Debug)]
pub(super) struct Turn {
    snapshot: Snapshot,
    position: Option<Position>,
}

impl Snapshot {
    /// Returns a listed flow log, once.
    pub(super) fn take(&self, id: &str, now: Instant) -> Option<FlowLog> {
        let mut state = self.state();
        state.expire(now);
        if state.is_old(now) {
            return None;
        }
        let listed = state.left.remove(id)?;
        state.read.insert(id.to_owned());
        Some(listed)
    }

    /// Reports whether all flow logs were listed, and this one was not among them.
    pub(super) fn lacks(&self, id: &str) -> bool {
        let state = self.state();
        matches!(state.listing, Listing::Complete)
            && !state.is_known(id)
            && !state.left.contains_key(id)
    }

    /// Records that this process writes, or has written, a flow log.
    pub(super) fn wrote(&self, id: &str) {
        let mut state = self.state();
        state.left.remove(id);
        state.written.insert(id.to_owned());
    }

    /// Records a call by ID.
    pub(super) fn called(&self, ids: &[String]) {
        let mut state = self.state();
        for id in ids {
            // A page of another call may have listed it since.
            state.left.remove(id);
            state.read.insert(id.clone());
        }
        state.calls = state.calls.saturating_add(1);
    }

    /// Returns the permission to read the next page, if there is one and it pays.
    pub(super) fn turn(&self, now: Instant) -> Option<Turn> {
        let mut state = self.state();
        state.expire(now);
        // Reading the same one again and again is no reason for a listing.
        let reads_many = state.calls >= CALLS_BEFORE && state.read.len() >= CALLS_BEFORE;
        let pays = reads_many && state.calls > state.pages;
        if !pays || state.left.len() + PAGE > MOST {
            return None;
        }
        match std::mem::replace(&mut state.listing, Listing::Busy) {
            Listing::At(position) => {
                state.begun.get_or_insert(now);
                state.pages += 1;
                Some(Turn {
                    snapshot: self.clone(),
                    position: Some(position),
                })
            }
            other => {
                state.listing = other;
                None
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Reports whether this process has read or written a flow log.
    fn is_known(&self, id: &str) -> bool {
        self.read.contains(id) || self.written.contains(id)
    }

    fn is_old(&self, now: Instant) -> bool {
        self.begun
            .is_some_and(|begun| now.saturating_duration_since(begun) > AGE)
    }

    /// Forgets a listing that is too old, and how it came about.
    fn expire(&mut self, now: Instant) {
        if self.is_old(now) && !matches!(self.listing, Listing::Busy) {
            let written = std::mem::take(&mut self.written);
            *self = Self {
                written,
                ..Self::default()
            };
        }
    }
}

impl Turn {
    /// Returns where the page begins.
    pub(super) fn position(&mut self) -> Position {
        self.position.take().unwrap_or_default()
    }

    /// Keeps the flow logs of the page, and where the next one begins.
    pub(super) fn done(self, page: Vec<FlowLog>, next: Option<Position>) {
        let mut state = self.snapshot.state();
        for flow_log in page {
            if !state.is_known(&flow_log.id) {
                state.left.insert(flow_log.id.clone(), flow_log);
            }
        }
        state.listing = next.map_or(Listing::Complete, Listing::At);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.snapshot.state();
        if matches!(state.listing, Listing::Busy) {
            state.listing = Listing::Failed;
        }
    }
}
