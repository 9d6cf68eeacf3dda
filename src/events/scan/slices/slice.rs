//! One slice of the window: the pages of its calls, merged by time.
//!
//! What two calls bring counts once. The service gives events in their order; where it does not, all are given all the
//! same, but the slice is not cut any more.

use std::collections::VecDeque;

use super::Ask;
use super::cut::Searched;
use crate::aws::logs::{Event, EventsPage};
use crate::events::scan::ids::Ids;
use crate::events::window::Window;

/// Pages without an event that are rather read again than trusted to be within the slice, after it was cut: nobody knows
/// how far the service had looked.
pub(super) const EMPTY_PAGES_FORGOTTEN: usize = 2;
/// Ids that a slice remembers at most; then those of earlier timestamps are left to the order of the service.
const MOST_IDS: usize = 500_000;

#[derive(Debug)]
pub(super) struct Slice<P> {
    pub(super) id: u64,
    /// The time whose events are its own.
    pub(super) window: Window,
    pub(super) lanes: Vec<Lane>,
    pub(super) newest_first: bool,
    /// Where the results stand.
    position: Option<i64>,
    /// The ids of what was given: with one call, only of what has the timestamp of the position.
    given: Ids,
    /// Whether events came out of order: then a timestamp does not tell what has come before it.
    pub(super) disordered: bool,
    /// Whether it is probably beyond the limit: then it waits until everything before it is read.
    pub(super) reserve: bool,
    pub(super) part: P,
    pub(super) count: usize,
}

/// The pages of one call within a slice.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    pub(super) state: State,
    buffer: VecDeque<Event>,
    /// The window that was asked for, which may reach beyond that of the slice.
    pub(super) asked: Option<Window>,
    /// Pages of that window.
    pub(super) pages: usize,
    /// Pages since the last that brought something.
    pub(super) empty: usize,
    /// The farthest timestamp that came.
    pub(super) reached: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Fresh,
    Token(String),
    Asked,
    Done,
}

impl Lane {
    /// Says whether a page can be asked for and held.
    pub(super) fn waits(&self) -> bool {
        matches!(self.state, State::Fresh | State::Token(_)) && self.buffer.is_empty()
    }

    fn is_over(&self) -> bool {
        self.state == State::Done && self.buffer.is_empty()
    }

    /// Says how far the pages reached, if the last of them tells.
    pub(super) fn searched(&self, newest_first: bool) -> Option<Searched> {
        let (asked, reached) = (self.asked?, self.reached?);
        let known = self.pages > 0 && self.empty == 0;
        known.then(|| Searched::up_to(self.pages, asked, reached, newest_first))
    }

    /// Begins anew: how far the service had looked is forgotten.
    fn restart(&mut self) {
        *self = Self {
            reached: self.reached,
            ..Self::default()
        };
    }

    /// Drops events that nobody looked at; that there were some is remembered.
    pub(super) fn forget(&mut self) {
        if !std::mem::take(&mut self.buffer).is_empty() && self.state == State::Done {
            self.state = State::Fresh;
        }
    }
}

impl<P: Default> Slice<P> {
    pub(super) fn new(
        id: u64,
        window: Window,
        calls: usize,
        newest_first: bool,
        reserve: bool,
    ) -> Self {
        Self {
            id,
            window,
            lanes: vec![Lane::default(); calls],
            newest_first,
            position: None,
            given: Ids::default(),
            disordered: false,
            reserve,
            part: P::default(),
            count: 0,
        }
    }
}

impl<P> Slice<P> {
    /// Says whether nothing more comes of it.
    pub(super) fn is_over(&self) -> bool {
        self.lanes.iter().all(Lane::is_over)
    }

    pub(super) fn ask(&mut self, call: usize) -> Option<Ask> {
        let rest = self.not_given();
        let lane = self.lanes.get_mut(call)?;
        let token = match std::mem::replace(&mut lane.state, State::Asked) {
            State::Token(token) => Some(token),
            _ => None,
        };
        // A token goes with the window that it was given for.
        let window = *lane.asked.get_or_insert(rest);
        Some(Ask {
            slice: self.id,
            call,
            window,
            token,
        })
    }

    /// The time that is left; of its first timestamp something may have been given.
    fn not_given(&self) -> Window {
        match self.position {
            None => self.window,
            Some(position) if self.newest_first => Window {
                end: self.window.end.min(position + 1),
                ..self.window
            },
            Some(position) => Window {
                start: self.window.start.max(position),
                ..self.window
            },
        }
    }

    /// Takes a page, and says how far the call's pages reached if this was the last.
    pub(super) fn receive(&mut self, ask: &Ask, page: EventsPage) -> Option<Searched> {
        let lane = self.lanes.get_mut(ask.call)?;
        lane.pages += 1;
        lane.empty = match page.events.is_empty() {
            true => lane.empty + 1,
            false => 0,
        };
        let (window, newest_first) = (self.window, self.newest_first);
        let mut beyond = false;
        for event in page.events {
            let at = event.timestamp;
            self.disordered |= is_before(at, lane.reached, newest_first);
            lane.reached = at.or(lane.reached);
            if at.is_some_and(|at| window.is_before(at, newest_first)) {
                beyond = true;
            } else {
                lane.buffer.push_back(event);
            }
        }
        // A token that comes again is how some services say "no more".
        let next = page.next.filter(|next| Some(next) != ask.token.as_ref());
        let last = next.is_none();
        lane.state = match next {
            Some(token) if self.disordered || !beyond => State::Token(token),
            _ => State::Done,
        };
        let searched = match last {
            true => Some(Searched::whole(lane.pages, ask.window)),
            false if beyond => lane.searched(newest_first),
            false => None,
        };
        self.settle(ask.call);
        searched
    }

    /// Begins a call anew of which nobody knows whether it is still within the window.
    pub(super) fn settle(&mut self, call: usize) {
        let (window, disordered) = (self.window, self.disordered);
        let Some(lane) = self.lanes.get_mut(call) else {
            return;
        };
        let lost = (1..=EMPTY_PAGES_FORGOTTEN).contains(&lane.empty);
        let astray = lane.asked.is_some_and(|asked| !window.holds(asked));
        if lost && astray && !disordered && matches!(lane.state, State::Token(_)) {
            lane.restart();
        }
    }

    /// Gives the next event, unless a call that may bring an earlier one has not answered yet.
    pub(super) fn next(&mut self) -> Option<Event> {
        loop {
            let awaited = |lane: &Lane| lane.buffer.is_empty() && lane.state != State::Done;
            if self.lanes.iter().any(awaited) {
                return None;
            }
            let heads = self.lanes.iter().enumerate();
            let heads = heads.filter_map(|(call, lane)| Some((key(lane.buffer.front()?), call)));
            let (_, call) = match self.newest_first {
                true => heads.max(),
                false => heads.min(),
            }?;
            let event = self.lanes[call].buffer.pop_front()?;
            self.stand_at(event.timestamp);
            if self.given.insert(&event.id) {
                return Some(event);
            }
        }
    }

    /// Forgets what a slice that is over needs no more.
    pub(super) fn close(&mut self) {
        if self.is_over() {
            self.given.clear();
        }
    }

    fn stand_at(&mut self, timestamp: Option<i64>) {
        if timestamp == self.position {
            return;
        }
        self.position = timestamp;
        if self.lanes.len() == 1 || self.given.len() >= MOST_IDS {
            self.given.clear();
        }
    }
}

/// Says whether an event comes too late to be in order.
fn is_before(at: Option<i64>, reached: Option<i64>, newest_first: bool) -> bool {
    match (at, reached) {
        (Some(at), Some(reached)) if newest_first => at > reached,
        (Some(at), Some(reached)) => at < reached,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// What the service orders events by.
fn key(event: &Event) -> (Option<i64>, Option<i64>, &str) {
    (event.timestamp, event.ingestion_time, &event.id)
}

impl Window {
    /// Says whether it ends before a time is reached.
    fn is_before(self, at: i64, newest_first: bool) -> bool {
        match newest_first {
            true => at < self.start,
            false => at >= self.end,
        }
    }

    fn holds(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}
