//! The position of one call within a slice.

use std::collections::VecDeque;

use super::estimate::Searched;
use crate::events::half_open::HalfOpen;
use crate::events::page::Event;

/// The pages of one call within a slice.
#[derive(Clone, Debug, Default)]
pub(super) struct CallCursor {
    pub(super) state: State,
    pub(super) buffer: VecDeque<Event>,
    /// The window of the requests, which may extend beyond that of the slice.
    pub(super) requested: Option<HalfOpen>,
    /// The number of pages received for that window.
    pub(super) pages: usize,
    /// The number of pages since the last one with events.
    pub(super) empty: usize,
    /// The farthest timestamp received.
    pub(super) reached: Option<i64>,
}

/// What a call does next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Requests the first page.
    #[default]
    Fresh,
    /// Requests the page of this token.
    Token(String),
    /// Waits for a page.
    Requested,
    /// Nothing: there are no more pages.
    Done,
}

impl CallCursor {
    /// Reports whether a page can be requested and held.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state, State::Fresh | State::Token(_)) && self.buffer.is_empty()
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Done && self.buffer.is_empty()
    }

    /// Reports whether the call may deliver an event that is earlier than those of other calls.
    pub(super) fn is_awaited(&self) -> bool {
        self.buffer.is_empty() && self.state != State::Done
    }

    /// Returns how far the pages reached, if the last of them shows that.
    pub(super) fn searched(&self, newest_first: bool) -> Option<Searched> {
        let (requested, reached) = (self.requested?, self.reached?);
        let known = self.pages > 0 && self.empty == 0;
        known.then(|| Searched::up_to(self.pages, requested, reached, newest_first))
    }

    /// Starts over, since how far the service had searched is not known.
    pub(super) fn restart(&mut self) {
        *self = Self {
            reached: self.reached,
            ..Self::default()
        };
    }

    /// Drops events that were not handed on, but remembers that there were some.
    pub(super) fn forget(&mut self) {
        if !std::mem::take(&mut self.buffer).is_empty() && self.state == State::Done {
            self.state = State::Fresh;
        }
    }
}
