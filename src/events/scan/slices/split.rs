//! Where a slice can be split, and how often that pays.
//!
//! A split must lie beyond all that the slice has received, and should lie beyond what its calls have searched. The
//! service does not say how far it has searched: a page with events shows it, an empty page does not. In that case it is
//! estimated from finished slices. If nothing is known, a few empty pages are read again.

use super::Slices;
use super::cursor::{CallCursor, State};
use super::estimate::Searched;
use super::slice::{EMPTY_PAGES_FORGOTTEN, Slice};
use crate::events::half_open::HalfOpen;

/// The safety factor of estimates: how much more time is read than the missing rows probably fill, and how much farther
/// the service may have searched.
const MARGIN: f64 = 1.25;
/// The minimum number of pages that a part should have. The last page of a part is seldom full, so more parts cost more
/// pages.
const LEAST_PART: f64 = 2.0;
/// The maximum number of slices that one split makes.
const MOST_PARTS: usize = 32;

impl<P: Default> Slices<P> {
    /// Splits the slice with the longest rest, if more requests can be under way than there are slices.
    pub(crate) fn split(&mut self, requests_at_once: usize) {
        let spare = (requests_at_once + 1).saturating_sub(self.open());
        let spare = spare.min(MOST_PARTS);
        if spare < 2 {
            return;
        }
        let searched = self.searched();
        let splits = self
            .active()
            .filter_map(|(place, _)| self.parts(place, spare, &searched));
        let Some(split) = splits.max_by(|one, other| one.length.total_cmp(&other.length)) else {
            return;
        };
        let mut windows = split.near.into_iter();
        let Some(first) = windows.next() else {
            return;
        };
        let slice = &mut self.slices[split.place];
        slice.end_with(first);
        let near = windows.map(|window| (window, false));
        let far = split.far.map(|window| (window, true));
        let windows: Vec<_> = near.chain(far).collect();
        let new: Vec<_> = windows
            .into_iter()
            .map(|(window, reserve)| self.slice(window, reserve))
            .collect();
        self.slices.splice(split.place + 1..split.place + 1, new);
    }

    /// Returns how far the pages of each call reach, including the slices that are being read.
    fn searched(&self) -> Vec<Searched> {
        let mut searched = self.searched.clone();
        for (_, slice) in self.active() {
            for (known, cursor) in searched.iter_mut().zip(&slice.cursors) {
                if let Some(more) = cursor.searched(self.newest_first) {
                    known.add(more);
                }
            }
        }
        searched
    }

    /// Divides the rest of a slice into parts of some pages each. Those that probably hold the missing rows come first.
    fn parts(&self, place: usize, most: usize, searched: &[Searched]) -> Option<Split> {
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
        Some(Split {
            place,
            near,
            far,
            length,
        })
    }
}

/// Where a slice is to be split.
struct Split {
    place: usize,
    /// The parts in order. The slice keeps the first.
    near: Vec<HalfOpen>,
    /// The part that is probably beyond the limit.
    far: Option<HalfOpen>,
    length: f64,
}

impl<P> Slice<P> {
    /// Ends the slice where the first part ends.
    fn end_with(&mut self, part: HalfOpen) {
        if self.newest_first {
            self.window.start = part.start;
        } else {
            self.window.end = part.end;
        }
        for call in 0..self.cursors.len() {
            self.settle(call);
        }
    }

    /// Returns the time that no call has searched yet, if that is known.
    fn rest(&self, searched: &[Searched]) -> Option<HalfOpen> {
        if self.disordered {
            return None;
        }
        let mut done = 0.0_f64;
        for (cursor, searched) in self.cursors.iter().zip(searched) {
            done = done.max(self.done(cursor, *searched)?);
        }
        let done = done.min(self.window.length()) as i64;
        let window = if self.newest_first {
            HalfOpen {
                end: self.window.end - done,
                ..self.window
            }
        } else {
            HalfOpen {
                start: self.window.start + done,
                ..self.window
            }
        };
        (window.start < window.end).then_some(window)
    }

    /// Estimates how much of the slice's time a call has searched, if anything is known.
    fn done(&self, cursor: &CallCursor, searched: Searched) -> Option<f64> {
        let received = self.received(cursor);
        let under_way = usize::from(cursor.state == State::Requested);
        if cursor.state == State::Done || cursor.empty + under_way <= EMPTY_PAGES_FORGOTTEN {
            return Some(received);
        }
        let reach = searched.reach((cursor.pages + under_way) as f64)?;
        let before = cursor.requested.map_or(0.0, |window| self.offset(window));
        Some(received.max(before + reach * MARGIN))
    }

    /// Returns how much of the slice's time a call has received.
    fn received(&self, cursor: &CallCursor) -> f64 {
        match cursor.reached {
            Some(at) if self.newest_first => (self.window.end - at).max(0) as f64,
            Some(at) => (at + 1 - self.window.start).max(0) as f64,
            None => 0.0,
        }
    }

    /// Returns how much of the slice's time is before a window.
    fn offset(&self, window: HalfOpen) -> f64 {
        let offset = if self.newest_first {
            self.window.end - window.end
        } else {
            window.start - self.window.start
        };
        offset.max(0) as f64
    }

    /// Estimates how many parts the rest is worth, by the pages received.
    fn worth(&self, rest: &HalfOpen, missing: Option<usize>, searched: &[Searched]) -> usize {
        let cursors = self.cursors.iter().zip(searched);
        let left: f64 = cursors
            .map(|(cursor, searched)| self.pages_left_of(cursor, *searched, rest))
            .sum();
        let pages: usize = self.cursors.iter().map(|cursor| cursor.pages).sum();
        let enough = match missing {
            Some(missing) if self.count > 0 => pages as f64 * missing as f64 / self.count as f64,
            _ => f64::INFINITY,
        };
        // The estimate may be infinite.
        let parts = left.min(enough) / self.cursors.len() as f64 / LEAST_PART;
        parts.min(MOST_PARTS as f64).ceil() as usize
    }

    fn pages_left_of(&self, cursor: &CallCursor, searched: Searched, rest: &HalfOpen) -> f64 {
        if cursor.state == State::Done {
            return 0.0;
        }
        let own = cursor.searched(self.newest_first);
        let own = own.filter(|own| own.length > 1.0);
        let pages = own.unwrap_or(searched).pages(rest.length());
        let under_way = f64::from(u8::from(cursor.state == State::Requested));
        (pages.unwrap_or(f64::INFINITY) - under_way).max(0.0)
    }

    /// Estimates how many milliseconds of the rest hold the missing rows, if not all of it is needed.
    fn enough(&self, rest: &HalfOpen, missing: Option<usize>) -> Option<i64> {
        let done = self.window.length() - rest.length();
        let missing = missing.filter(|_| self.count > 0 && done >= 1.0)?;
        let enough = done * missing as f64 / self.count as f64 * MARGIN;
        (enough < rest.length()).then_some(enough.ceil() as i64)
    }
}
