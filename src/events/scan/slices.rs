//! The window cut into disjoint slices that are paged through side by side, in the order of their time.
//!
//! A slice is cut again where it stands when there is room for more calls at once: the rest of its time is asked for
//! anew from the last timestamp that was seen, and events of that timestamp that came already are known by their
//! ids. So nothing comes twice, nothing is missed, and one slice after the other is the whole in order: nothing is
//! ever sorted. Where a query takes several calls, a slice merges their events by time and drops what comes twice.
//!
//! Bounded: a slice holds one page for each call, and all slices together keep no more than twice the limit, whichever
//! of them answers first. Must not know the service, time itself, or what an event means.

use std::collections::{BTreeSet, VecDeque};

use crate::aws::logs::{Event, EventsPage};
use crate::events::window::Window;

/// Pages without an event after which a slice is not cut any more: cutting forgets how far the service had looked.
const EMPTY_PAGES_FORGOTTEN: usize = 2;
/// How much more time is read than the rows that are missing probably fill.
const MARGIN: f64 = 1.25;
/// Slices that one cut makes at most.
const MOST_PARTS: usize = 32;

/// All slices, in the order of the results.
#[derive(Debug)]
pub(crate) struct Slices<P> {
    slices: Vec<Slice<P>>,
    newest_first: bool,
    limit: Option<usize>,
    next_id: u64,
}

/// A page to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) slice: u64,
    /// Which of the query's calls.
    pub(crate) call: usize,
    pub(crate) window: Window,
    pub(crate) token: Option<String>,
}

#[derive(Debug)]
struct Slice<P> {
    id: u64,
    window: Window,
    lanes: Vec<Lane>,
    pages: usize,
    pages_since_position: usize,
    /// Where the results stand, and the ids that came with that timestamp.
    position: Option<i64>,
    at_position: BTreeSet<String>,
    /// Whether events came out of order: then a position says nothing.
    disordered: bool,
    /// Whether the rest of it is in other slices.
    closed: bool,
    /// Whether it is probably beyond the limit: then it waits until everything before it is read.
    reserve: bool,
    part: P,
    count: usize,
}

/// The pages of one call within a slice.
#[derive(Clone, Debug, Default)]
struct Lane {
    state: State,
    buffer: VecDeque<Event>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Fresh,
    Token(String),
    Asked(Option<String>),
    Done,
}

impl<P: Default> Slices<P> {
    /// Begins with the whole window as one slice: most queries need no more than its first page.
    pub(crate) fn new(
        window: Window,
        calls: usize,
        newest_first: bool,
        limit: Option<usize>,
    ) -> Self {
        let mut slices = Self {
            slices: Vec::new(),
            newest_first,
            limit,
            next_id: 0,
        };
        let whole = slices.slice(window, vec![Lane::default(); calls]);
        slices.slices.push(whole);
        slices
    }

    fn slice(&mut self, window: Window, lanes: Vec<Lane>) -> Slice<P> {
        self.next_id += 1;
        Slice {
            id: self.next_id,
            window,
            lanes,
            pages: 0,
            pages_since_position: 0,
            position: None,
            at_position: BTreeSet::new(),
            disordered: false,
            closed: false,
            reserve: false,
            part: P::default(),
            count: 0,
        }
    }

    /// Gives the next page to ask for, of the earliest slice that can use one.
    pub(crate) fn ask(&mut self) -> Option<Ask> {
        let (place, call) = self.waiting()?;
        let slice = &mut self.slices[place];
        let lane = &mut slice.lanes[call];
        let token = match std::mem::take(&mut lane.state) {
            State::Token(token) => Some(token),
            _ => None,
        };
        lane.state = State::Asked(token.clone());
        Some(Ask {
            slice: slice.id,
            call,
            window: slice.window,
            token,
        })
    }

    /// Says whether a page could be asked for.
    pub(crate) fn wants(&self) -> bool {
        self.waiting().is_some()
    }

    fn waiting(&self) -> Option<(usize, usize)> {
        self.active().find_map(|(place, slice)| {
            let waits = |lane: &Lane| {
                matches!(lane.state, State::Fresh | State::Token(_)) && lane.buffer.is_empty()
            };
            let call = slice.lanes.iter().position(waits)?;
            Some((place, call))
        })
    }

    /// The slices that have something left that is needed.
    fn needed(&self) -> impl Iterator<Item = (usize, &Slice<P>)> {
        let mut before = 0;
        let limit = self.limit.unwrap_or(usize::MAX);
        let open = self
            .slices
            .iter()
            .enumerate()
            .take_while(move |(_, slice)| {
                before += slice.count;
                before < limit
            });
        open.filter(|(_, slice)| !slice.is_over())
    }

    /// The slices that are read now.
    fn active(&self) -> impl Iterator<Item = (usize, &Slice<P>)> {
        let numbered = self.needed().enumerate();
        let now = numbered.filter(|(number, (_, slice))| *number == 0 || !slice.reserve);
        now.map(|(_, slice)| slice)
    }

    /// Says whether everything that is needed is there.
    pub(crate) fn is_over(&self) -> bool {
        self.needed().next().is_none()
    }

    /// Says how many slices are being read.
    pub(crate) fn open(&self) -> usize {
        self.active().count()
    }

    /// Takes a page, and hands on the events whose turn has come; `take` says how many rows the part has then.
    ///
    /// # Errors
    /// The first of `take`.
    pub(crate) fn answer<E>(
        &mut self,
        ask: &Ask,
        page: EventsPage,
        mut take: impl FnMut(&mut P, &Event) -> Result<usize, E>,
    ) -> Result<(), E> {
        let Some(place) = self.slices.iter().position(|slice| slice.id == ask.slice) else {
            return Ok(());
        };
        let before: usize = self.slices[..place].iter().map(|slice| slice.count).sum();
        let room = self
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_sub(before));
        let newest_first = self.newest_first;
        let slice = &mut self.slices[place];
        slice.receive(ask, page);
        while slice.count < room
            && let Some(event) = slice.next(newest_first)
        {
            slice.count = take(&mut slice.part, &event)?;
            slice.stand_at(event, newest_first);
        }
        self.forget_unneeded();
        Ok(())
    }

    /// Drops the parts of slices that begin beyond the limit: those before them only grow.
    fn forget_unneeded(&mut self) {
        let Some(limit) = self.limit else {
            return;
        };
        let mut before = 0;
        for slice in &mut self.slices {
            if before >= limit {
                slice.part = P::default();
                slice.lanes.iter_mut().for_each(Lane::forget);
            }
            before += slice.count;
        }
    }

    /// Cuts the slice of a page that just came, if more calls can be under way than there are slices.
    pub(crate) fn cut(&mut self, ask: &Ask, calls_at_once: usize) {
        let Some(place) = self.slices.iter().position(|slice| slice.id == ask.slice) else {
            return;
        };
        let spare = (calls_at_once + 1)
            .saturating_sub(self.open())
            .min(MOST_PARTS);
        let before: usize = self.slices[..place].iter().map(|slice| slice.count).sum();
        let missing = self.limit.map(|limit| limit.saturating_sub(before));
        let newest_first = self.newest_first;
        let slice = &mut self.slices[place];
        if slice.is_over() || missing.is_some_and(|missing| slice.count >= missing) {
            return;
        }
        let Some(rest) = slice.rest(newest_first) else {
            return;
        };
        let missing = missing.map(|missing| missing - slice.count);
        let (near, far) = rest.divide(slice.enough(&rest, missing), newest_first);
        let length = usize::try_from(near.end - near.start).unwrap_or(usize::MAX);
        let parts = spare.min(slice.pages_left(&rest, missing)).min(length);
        if parts < 2 {
            return;
        }
        slice.closed = true;
        let seen = std::mem::take(&mut slice.at_position);
        let position = slice.position;
        let lanes: Vec<Lane> = slice.lanes.iter().map(Lane::anew).collect();
        let mut windows = near.parts(parts);
        if newest_first {
            windows.reverse();
        }
        let near = windows.len();
        let windows = windows.into_iter().chain(far);
        let mut new: Vec<_> = windows
            .map(|window| self.slice(window, lanes.clone()))
            .collect();
        if let Some(first) = new.first_mut() {
            first.position = position;
            first.at_position = seen;
        }
        for slice in new.iter_mut().skip(near) {
            slice.reserve = true;
        }
        self.slices.splice(place + 1..place + 1, new);
    }

    /// Gives the parts in order, and whether something may be left beyond the limit.
    pub(crate) fn finish(self) -> (Vec<P>, bool) {
        let limit = self.limit.unwrap_or(usize::MAX);
        let (mut before, mut rest) = (0, false);
        let mut parts = Vec::new();
        for slice in self.slices {
            rest |= before + slice.count > limit || !slice.is_over();
            if before < limit {
                before += slice.count;
                parts.push(slice.part);
            }
        }
        (parts, rest)
    }
}

impl Lane {
    /// The same call for another slice: what has nothing more to say need not be asked again.
    fn anew(&self) -> Self {
        Self {
            state: match self.state {
                State::Done => State::Done,
                _ => State::Fresh,
            },
            buffer: VecDeque::new(),
        }
    }

    /// Drops events that nobody looked at; that there were some is remembered.
    fn forget(&mut self) {
        if !std::mem::take(&mut self.buffer).is_empty() && self.state == State::Done {
            self.state = State::Fresh;
        }
    }
}

impl<P> Slice<P> {
    /// Says whether nothing more comes of it.
    fn is_over(&self) -> bool {
        let over = |lane: &Lane| lane.state == State::Done && lane.buffer.is_empty();
        self.closed || self.lanes.iter().all(over)
    }

    fn receive(&mut self, ask: &Ask, page: EventsPage) {
        let Some(lane) = self.lanes.get_mut(ask.call) else {
            return;
        };
        self.pages += 1;
        self.pages_since_position += 1;
        // A token that comes again is how some services say "no more".
        lane.state = match page.next {
            Some(next) if Some(&next) != ask.token.as_ref() => State::Token(next),
            _ => State::Done,
        };
        lane.buffer.extend(page.events);
    }

    /// Gives the next event, unless a call that may bring an earlier one has not answered yet.
    fn next(&mut self, newest_first: bool) -> Option<Event> {
        loop {
            let awaited = |lane: &Lane| lane.buffer.is_empty() && lane.state != State::Done;
            if self.lanes.iter().any(awaited) {
                return None;
            }
            let heads = self.lanes.iter().enumerate();
            let heads = heads.filter_map(|(call, lane)| Some((key(lane.buffer.front()?), call)));
            let (_, call) = match newest_first {
                true => heads.max(),
                false => heads.min(),
            }?;
            let event = self.lanes[call].buffer.pop_front()?;
            let again = event.timestamp == self.position && self.at_position.contains(&event.id);
            if !again {
                return Some(event);
            }
        }
    }

    fn stand_at(&mut self, event: Event, newest_first: bool) {
        self.pages_since_position = 0;
        if event.timestamp != self.position {
            let back = match (self.position, event.timestamp) {
                (Some(before), Some(now)) => (now < before) != newest_first,
                (None, Some(_)) => false,
                (_, None) => true,
            };
            self.disordered |= back;
            self.position = event.timestamp;
            self.at_position.clear();
        }
        self.at_position.insert(event.id);
    }

    /// The time that is left, where it can be asked for anew without loss.
    fn rest(&self, newest_first: bool) -> Option<Window> {
        let waiting =
            |lane: &Lane| !matches!(lane.state, State::Asked(_)) && lane.buffer.is_empty();
        if self.disordered
            || !self.lanes.iter().all(waiting)
            || self.pages_since_position > EMPTY_PAGES_FORGOTTEN * self.lanes.len()
        {
            return None;
        }
        let window = self.window;
        Some(match self.position {
            None => window,
            Some(position) if newest_first => Window {
                end: position + 1,
                ..window
            },
            Some(position) => Window {
                start: position,
                ..window
            },
        })
    }

    /// Guesses how many pages are left, by those that came.
    fn pages_left(&self, rest: &Window, missing: Option<usize>) -> usize {
        let gone = self.window.length() - rest.length();
        let left = match self.position {
            // All events so far have one timestamp: there is no getting past it but by the token.
            Some(_) if gone < 1.0 && self.pages_since_position == 0 => return 0,
            _ if gone < 1.0 => f64::INFINITY,
            _ => self.rounds() * rest.length() / gone,
        };
        let enough = match missing {
            Some(missing) if self.count > 0 => self.rounds() * missing as f64 / self.count as f64,
            _ => f64::INFINITY,
        };
        // A guess beyond any number of parts is as good as the number itself.
        left.min(enough).min(MOST_PARTS as f64).ceil() as usize
    }

    /// Guesses how many milliseconds of the rest hold the rows that are missing, if not all of it does.
    fn enough(&self, rest: &Window, missing: Option<usize>) -> Option<i64> {
        let gone = self.window.length() - rest.length();
        let missing = missing.filter(|_| self.count > 0 && gone >= 1.0)?;
        let enough = gone * missing as f64 / self.count as f64 * MARGIN;
        (enough < rest.length()).then_some(enough.ceil() as i64)
    }

    fn rounds(&self) -> f64 {
        self.pages as f64 / self.lanes.len() as f64
    }
}

/// What the service orders events by.
fn key(event: &Event) -> (Option<i64>, Option<i64>, &str) {
    (event.timestamp, event.ingestion_time, &event.id)
}

impl Window {
    fn length(&self) -> f64 {
        (self.end - self.start).max(0) as f64
    }

    /// Divides what is near enough to be needed from what is left.
    fn divide(self, near: Option<i64>, newest_first: bool) -> (Self, Option<Self>) {
        let Some(near) = near else {
            return (self, None);
        };
        let (start, end) = match newest_first {
            true => (self.end - near, self.end),
            false => (self.start, self.start + near),
        };
        let far = match newest_first {
            true => Self {
                start: self.start,
                end: start,
            },
            false => Self {
                start: end,
                end: self.end,
            },
        };
        (Self { start, end }, Some(far))
    }

    /// Cuts it into parts of the same length.
    fn parts(self, parts: usize) -> Vec<Self> {
        let length = i128::from(self.end) - i128::from(self.start);
        let count = parts as i128;
        let edge = |n: i128| self.start.saturating_add((length * n / count) as i64);
        let window = |n| Self {
            start: edge(n),
            end: edge(n + 1),
        };
        (0..count).map(window).collect()
    }
}

#[cfg(test)]
mod tests;
