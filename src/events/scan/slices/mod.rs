//! The window, split into disjoint slices that are read side by side, in the order of their time.
//!
//! | file | holds |
//! |---|---|
//! | `slice` | one slice: the pages of its calls, merged |
//! | `cursor` | the position of one call within a slice |
//! | `split` | where a slice can be split, and how often that pays |
//! | `estimate` | how far the pages of a call reach |
//! | `fetch` | a page to fetch |
//!
//! A slice is split beyond everything that it has received. It keeps its tokens and ends earlier. Events that its calls
//! return beyond the new end are dropped, since the slices that take over the rest request them again. So no event comes
//! twice, none is missed, and the slices one after the other are in order without sorting.
//!
//! Bounded: a slice holds one page for each call, and later slices request nothing while all together hold twice the
//! limit. Must not know the service, the clock, or what an event holds.

mod cursor;
mod estimate;
mod fetch;
mod slice;
mod split;

pub(crate) use fetch::Fetch;

use crate::events::half_open::HalfOpen;
use crate::events::page::{Event, Page};
use cursor::CallCursor;
use estimate::Searched;
use slice::Slice;

/// All slices, in the order of the results.
#[derive(Debug)]
pub(crate) struct Slices<P> {
    slices: Vec<Slice<P>>,
    /// How far the pages of each call reach, by those of the finished slices.
    searched: Vec<Searched>,
    newest_first: bool,
    limit: Option<usize>,
    next_id: u64,
}

impl<P: Default> Slices<P> {
    /// Starts with the whole window as one slice: most queries need only its first page.
    pub(crate) fn new(
        window: HalfOpen,
        calls: usize,
        newest_first: bool,
        limit: Option<usize>,
    ) -> Self {
        let mut slices = Self {
            slices: Vec::new(),
            searched: vec![Searched::default(); calls],
            newest_first,
            limit,
            next_id: 0,
        };
        let whole = slices.slice(window, false);
        slices.slices.push(whole);
        slices
    }

    fn slice(&mut self, window: HalfOpen, reserve: bool) -> Slice<P> {
        self.next_id += 1;
        let calls = self.searched.len();
        Slice::new(self.next_id, window, calls, self.newest_first, reserve)
    }

    /// Returns the next page to fetch, for the earliest slice that can use one.
    pub(crate) fn next_fetch(&mut self) -> Option<Fetch> {
        let (place, call) = self.ready()?;
        self.slices[place].fetch(call)
    }

    /// Reports whether there is a page to fetch.
    pub(crate) fn has_next(&self) -> bool {
        self.ready().is_some()
    }

    fn ready(&self) -> Option<(usize, usize)> {
        let held: usize = self.slices.iter().map(|slice| slice.count).sum();
        let full = self.limit.is_some_and(|limit| held >= 2 * limit);
        let now = if full { 1 } else { usize::MAX };
        self.active().take(now).find_map(|(place, slice)| {
            let call = slice.cursors.iter().position(CallCursor::is_ready)?;
            Some((place, call))
        })
    }

    /// Returns the slices that are not finished and whose rest is needed.
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

    /// Returns the slices that are read now.
    fn active(&self) -> impl Iterator<Item = (usize, &Slice<P>)> {
        let numbered = self.needed().enumerate();
        let now = numbered.filter(|(number, (_, slice))| *number == 0 || !slice.reserve);
        now.map(|(_, slice)| slice)
    }

    /// Reports whether everything that is needed was received.
    pub(crate) fn is_over(&self) -> bool {
        self.needed().next().is_none()
    }

    /// Returns how many slices are being read.
    pub(crate) fn open(&self) -> usize {
        self.active().count()
    }

    /// Returns how many rows the slices before a place have.
    fn before(&self, place: usize) -> usize {
        self.slices[..place].iter().map(|slice| slice.count).sum()
    }

    /// Receives a page, and hands on the events that are next in order. `add` returns how many rows the part then has.
    ///
    /// # Errors
    /// The first error of `add`.
    pub(crate) fn receive<E>(
        &mut self,
        fetch: &Fetch,
        page: Page,
        mut add: impl FnMut(&mut P, &Event) -> Result<usize, E>,
    ) -> Result<(), E> {
        let Some(place) = self.slices.iter().position(|slice| slice.id == fetch.slice) else {
            return Ok(());
        };
        let before = self.before(place);
        let room = self
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_sub(before));
        let slice = &mut self.slices[place];
        if let Some(searched) = slice.receive(fetch, page)
            && let Some(known) = self.searched.get_mut(fetch.call)
        {
            known.add(searched);
        }
        while slice.count < room
            && let Some(event) = slice.next()
        {
            slice.count = add(&mut slice.part, &event)?;
        }
        slice.close();
        self.forget_unneeded();
        Ok(())
    }

    /// Drops the parts of slices that start beyond the limit, since those before them only grow.
    fn forget_unneeded(&mut self) {
        let Some(limit) = self.limit else {
            return;
        };
        let mut before = 0;
        for slice in &mut self.slices {
            if before >= limit {
                slice.part = P::default();
                slice.cursors.iter_mut().for_each(CallCursor::forget);
            }
            before += slice.count;
        }
    }

    /// Returns the parts in order, and whether there may be more beyond the limit.
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

#[cfg(test)]
mod tests;
