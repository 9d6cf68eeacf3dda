//! Where a slice can be cut, and how often that pays.
//!
//! A cut must lie beyond all that the slice has received, and should lie beyond what its calls have looked through.
//! The service does not say how far it has looked: a page with events tells it, a page without any does not. Then it is
//! guessed from the slices that are over; and where nothing is known, a few empty pages are rather read again.

use super::Slices;
use super::slice::{EMPTY_PAGES_FORGOTTEN, Lane, Slice, State};
use crate::events::window::Window;

/// How much more time is read than the rows that are missing probably fill, and how much farther the service has
/// perhaps looked than is guessed.
const MARGIN: f64 = 1.25;
/// Pages that a part probably has at least: its last page is seldom full, so more cuts cost more pages.
const LEAST_PART: f64 = 2.0;
/// Slices that one cut makes at most.
const MOST_PARTS: usize = 32;

/// How many pages a call took for how many milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Searched {
    pages: f64,
    length: f64,
}

impl Searched {
    /// Pages of a whole window: the last is half full, as a rule.
    pub(super) fn whole(pages: usize, window: Window) -> Self {
        Self {
            pages: pages as f64 - 0.5,
            length: window.length(),
        }
    }

    /// Pages of a window up to the farthest event.
    pub(super) fn up_to(pages: usize, window: Window, reached: i64, newest_first: bool) -> Self {
        let length = match newest_first {
            true => window.end - reached,
            false => reached + 1 - window.start,
        };
        Self {
            pages: pages as f64,
            length: length.max(0) as f64,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.length += other.length;
    }

    /// Guesses how far so many pages reach, if anything is known.
    fn reach(self, pages: f64) -> Option<f64> {
        (self.pages > 0.0).then(|| self.length * pages / self.pages)
    }

    /// Guesses how many pages so much time takes, if anything is known.
    fn pages(self, length: f64) -> Option<f64> {
        (self.length > 0.0).then(|| self.pages * length / self.length)
    }
}

impl<P: Default> Slices<P> {
    /// Cuts the slice with the longest rest, if more calls can be under way than there are slices.
    pub(crate) fn cut(&mut self, calls_at_once: usize) {
        let spare = (calls_at_once + 1).saturating_sub(self.open());
        let spare = spare.min(MOST_PARTS);
        if spare < 2 {
            return;
        }
        let searched = self.searched();
        let cuts = self
            .active()
            .filter_map(|(place, _)| self.parts(place, spare, &searched));
        let Some(cut) = cuts.max_by(|one, other| one.length.total_cmp(&other.length)) else {
            return;
        };
        let mut windows = cut.near.into_iter();
        let Some(first) = windows.next() else {
            return;
        };
        let slice = &mut self.slices[cut.place];
        slice.end_with(first);
        let near = windows.map(|window| (window, false));
        let far = cut.far.map(|window| (window, true));
        let windows: Vec<_> = near.chain(far).collect();
        let new: Vec<_> = windows
            .into_iter()
            .map(|(window, reserve)| self.slice(window, reserve))
            .collect();
        self.slices.splice(cut.place + 1..cut.place + 1, new);
    }

    /// How far the pages of each call reach, also by what is being read.
    fn searched(&self) -> Vec<Searched> {
        let mut searched = self.searched.clone();
        for (_, slice) in self.active() {
            for (known, lane) in searched.iter_mut().zip(&slice.lanes) {
                if let Some(more) = lane.searched(self.newest_first) {
                    known.add(more);
                }
            }
        }
        searched
    }

    /// Cuts the rest of a slice into parts of some pages each, those first that probably hold what is missing.
    fn parts(&self, place: usize, most: usize, searched: &[Searched]) -> Option<Cut> {
        let slice = &self.slices[place];
        let before = self.before(place);
        let missing = self
            .limit
            .map(|limit| limit.saturating_sub(before + slice.count));
        if missing == Some(0) {
            return None;
        }
        let rest = slice.rest(searched)?;
        let (near, far) = rest.divide(slice.enough(&rest, missing), self.newest_first);
        let length = usize::try_from(near.end - near.start).unwrap_or(usize::MAX);
        let worth = slice.worth(&rest, missing, searched);
        let parts = most.min(worth).min(length);
        if parts < 2 {
            return None;
        }
        let length = near.length();
        let mut near = near.parts(parts);
        if self.newest_first {
            near.reverse();
        }
        Some(Cut {
            place,
            near,
            far,
            length,
        })
    }
}

/// Where a slice is to be cut.
struct Cut {
    place: usize,
    /// The parts in their order; the first stays with the slice.
    near: Vec<Window>,
    /// What is probably beyond the limit.
    far: Option<Window>,
    length: f64,
}

impl<P> Slice<P> {
    /// Ends the slice where the first part of its rest ends.
    fn end_with(&mut self, part: Window) {
        match self.newest_first {
            true => self.window.start = part.start,
            false => self.window.end = part.end,
        }
        for call in 0..self.lanes.len() {
            self.settle(call);
        }
    }

    /// The time that no call has looked through yet, if that is known.
    fn rest(&self, searched: &[Searched]) -> Option<Window> {
        if self.disordered {
            return None;
        }
        let mut gone = 0.0_f64;
        for (lane, searched) in self.lanes.iter().zip(searched) {
            gone = gone.max(self.gone(lane, *searched)?);
        }
        let gone = gone.min(self.window.length()) as i64;
        let window = match self.newest_first {
            true => Window {
                end: self.window.end - gone,
                ..self.window
            },
            false => Window {
                start: self.window.start + gone,
                ..self.window
            },
        };
        (window.start < window.end).then_some(window)
    }

    /// Guesses how much of the slice's time a call has looked through, if that is known.
    fn gone(&self, lane: &Lane, searched: Searched) -> Option<f64> {
        let come = self.come(lane);
        let under_way = usize::from(lane.state == State::Asked);
        if lane.state == State::Done || lane.empty + under_way <= EMPTY_PAGES_FORGOTTEN {
            return Some(come);
        }
        let reach = searched.reach((lane.pages + under_way) as f64)?;
        let before = lane.asked.map_or(0.0, |asked| self.offset(asked));
        Some(come.max(before + reach * MARGIN))
    }

    /// How much of the slice's time is before what a call has not brought yet.
    fn come(&self, lane: &Lane) -> f64 {
        match lane.reached {
            Some(at) if self.newest_first => (self.window.end - at).max(0) as f64,
            Some(at) => (at + 1 - self.window.start).max(0) as f64,
            None => 0.0,
        }
    }

    /// How much of the slice's time is before a window begins.
    fn offset(&self, window: Window) -> f64 {
        match self.newest_first {
            true => (self.window.end - window.end).max(0) as f64,
            false => (window.start - self.window.start).max(0) as f64,
        }
    }

    /// Guesses of how many parts the rest is worth, by the pages that came.
    fn worth(&self, rest: &Window, missing: Option<usize>, searched: &[Searched]) -> usize {
        let lanes = self.lanes.iter().zip(searched);
        let left: f64 = lanes
            .map(|(lane, searched)| self.pages_left_of(lane, *searched, rest))
            .sum();
        let pages: usize = self.lanes.iter().map(|lane| lane.pages).sum();
        let enough = match missing {
            Some(missing) if self.count > 0 => pages as f64 * missing as f64 / self.count as f64,
            _ => f64::INFINITY,
        };
        // A guess beyond any number of parts is as good as the number itself.
        let parts = left.min(enough) / self.lanes.len() as f64 / LEAST_PART;
        parts.min(MOST_PARTS as f64).ceil() as usize
    }

    fn pages_left_of(&self, lane: &Lane, searched: Searched, rest: &Window) -> f64 {
        if lane.state == State::Done {
            return 0.0;
        }
        let own = lane.searched(self.newest_first);
        let own = own.filter(|own| own.length > 1.0);
        let pages = own.unwrap_or(searched).pages(rest.length());
        let under_way = f64::from(u8::from(lane.state == State::Asked));
        (pages.unwrap_or(f64::INFINITY) - under_way).max(0.0)
    }

    /// Guesses how many milliseconds of the rest hold the rows that are missing, if not all of it does.
    fn enough(&self, rest: &Window, missing: Option<usize>) -> Option<i64> {
        let gone = self.window.length() - rest.length();
        let missing = missing.filter(|_| self.count > 0 && gone >= 1.0)?;
        let enough = gone * missing as f64 / self.count as f64 * MARGIN;
        (enough < rest.length()).then_some(enough.ceil() as i64)
    }
}

impl Window {
    fn length(self) -> f64 {
        (i128::from(self.end) - i128::from(self.start)).max(0) as f64
    }

    /// Divides what is near enough to be needed from what is left.
    fn divide(self, near: Option<i64>, newest_first: bool) -> (Self, Option<Self>) {
        let Some(near) = near else {
            return (self, None);
        };
        let cut = match newest_first {
            true => self.end - near,
            false => self.start + near,
        };
        let early = Self { end: cut, ..self };
        let late = Self { start: cut, ..self };
        match newest_first {
            true => (late, Some(early)),
            false => (early, Some(late)),
        }
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
