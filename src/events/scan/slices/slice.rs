//! One slice of the window: the pages of its calls, merged by time.
//!
//! An event that two calls return counts once. The service returns events in order. If it does not, all of them are still
//! handed on, but the slice is not split any more.

use super::cursor::{CallCursor, State};
use super::estimate::Searched;
use super::fetch::Fetch;
use crate::events::half_open::HalfOpen;
use crate::events::page::{Event, Page};
use crate::events::scan::ids::Ids;

/// The number of empty pages that are read again after a split, since it is not known how far the service had searched.
pub(super) const EMPTY_PAGES_FORGOTTEN: usize = 2;
/// The maximum number of ids that a slice remembers. Beyond it, ids of earlier timestamps are forgotten.
const MOST_IDS: usize = 500_000;

/// One slice of the window.
#[derive(Debug)]
pub(super) struct Slice<P> {
    pub(super) id: u64,
    /// The time whose events belong to it.
    pub(super) window: HalfOpen,
    pub(super) cursors: Vec<CallCursor>,
    pub(super) newest_first: bool,
    /// The timestamp of the last event handed on.
    position: Option<i64>,
    /// The ids of events handed on. With one call, only of those at `position`.
    handed_on: Ids,
    /// Whether events were received out of order. A timestamp then does not show what was received before it.
    pub(super) disordered: bool,
    /// Whether it is probably beyond the limit. If so, it waits until everything before it is read.
    pub(super) reserve: bool,
    pub(super) part: P,
    pub(super) count: usize,
}

impl<P: Default> Slice<P> {
    pub(super) fn new(
        id: u64,
        window: HalfOpen,
        calls: usize,
        newest_first: bool,
        reserve: bool,
    ) -> Self {
        Self {
            id,
            window,
            cursors: vec![CallCursor::default(); calls],
            newest_first,
            position: None,
            handed_on: Ids::default(),
            disordered: false,
            reserve,
            part: P::default(),
            count: 0,
        }
    }
}

impl<P> Slice<P> {
    /// Reports whether it is finished.
    pub(super) fn is_over(&self) -> bool {
        self.cursors.iter().all(CallCursor::is_over)
    }

    /// Returns the next page of a call to fetch.
    pub(super) fn fetch(&mut self, call: usize) -> Option<Fetch> {
        let rest = self.rest_of_window();
        let cursor = self.cursors.get_mut(call)?;
        let token = match std::mem::replace(&mut cursor.state, State::Requested) {
            State::Token(token) => Some(token),
            _ => None,
        };
        // A token is valid only for the window that it was returned for.
        let window = *cursor.requested.get_or_insert(rest);
        Some(Fetch {
            slice: self.id,
            call,
            window,
            token,
        })
    }

    /// Returns the time that is left. Some events of its first timestamp may have been handed on.
    fn rest_of_window(&self) -> HalfOpen {
        match self.position {
            None => self.window,
            Some(position) if self.newest_first => HalfOpen {
                end: self.window.end.min(position + 1),
                ..self.window
            },
            Some(position) => HalfOpen {
                start: self.window.start.max(position),
                ..self.window
            },
        }
    }

    /// Receives a page, and returns how far the call's pages reached if this was the last one.
    pub(super) fn receive(&mut self, fetch: &Fetch, page: Page) -> Option<Searched> {
        let cursor = self.cursors.get_mut(fetch.call)?;
        cursor.pages += 1;
        cursor.empty = if page.events.is_empty() {
            cursor.empty + 1
        } else {
            0
        };
        let (window, newest_first) = (self.window, self.newest_first);
        let mut beyond = false;
        for event in page.events {
            let at = event.time;
            self.disordered |= is_before(at, cursor.reached, newest_first);
            cursor.reached = at.or(cursor.reached);
            if at.is_some_and(|at| window.ends_before(at, newest_first)) {
                beyond = true;
            } else {
                cursor.buffer.push_back(event);
            }
        }
        // Some services repeat the token to say that there are no more pages.
        let next = page.next.filter(|next| Some(next) != fetch.token.as_ref());
        let last = next.is_none();
        cursor.state = match next {
            Some(token) if self.disordered || !beyond => State::Token(token),
            _ => State::Done,
        };
        let searched = if last {
            Some(Searched::whole(cursor.pages, fetch.window))
        } else if beyond {
            cursor.searched(newest_first)
        } else {
            None
        };
        self.settle(fetch.call);
        searched
    }

    /// Restarts a call if it is not known whether it is still within the window.
    pub(super) fn settle(&mut self, call: usize) {
        let (window, disordered) = (self.window, self.disordered);
        let Some(cursor) = self.cursors.get_mut(call) else {
            return;
        };
        let lost = (1..=EMPTY_PAGES_FORGOTTEN).contains(&cursor.empty);
        let beyond = cursor
            .requested
            .is_some_and(|requested| !window.contains(requested));
        if lost && beyond && !disordered && matches!(cursor.state, State::Token(_)) {
            cursor.restart();
        }
    }

    /// Returns the next event, unless a call that may return an earlier one has not been answered yet.
    pub(super) fn next(&mut self) -> Option<Event> {
        loop {
            if self.cursors.iter().any(CallCursor::is_awaited) {
                return None;
            }
            let fronts = self.cursors.iter().enumerate();
            let fronts =
                fronts.filter_map(|(call, cursor)| Some((cursor.buffer.front()?.key(), call)));
            let (_, call) = if self.newest_first {
                fronts.max()
            } else {
                fronts.min()
            }?;
            let event = self.cursors[call].buffer.pop_front()?;
            self.advance_to(event.time);
            if self.handed_on.insert(&event.id) {
                return Some(event);
            }
        }
    }

    /// Forgets the ids of a finished slice.
    pub(super) fn close(&mut self) {
        if self.is_over() {
            self.handed_on.clear();
        }
    }

    fn advance_to(&mut self, timestamp: Option<i64>) {
        if timestamp == self.position {
            return;
        }
        self.position = timestamp;
        if self.cursors.len() == 1 || self.handed_on.len() >= MOST_IDS {
            self.handed_on.clear();
        }
    }
}

/// Reports whether an event is out of order.
fn is_before(at: Option<i64>, reached: Option<i64>, newest_first: bool) -> bool {
    match (at, reached) {
        (Some(at), Some(reached)) if newest_first => at > reached,
        (Some(at), Some(reached)) => at < reached,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}
