//! The window cut into disjoint slices that are paged through side by side, in the order of their time.
//!
//! | file | holds |
//! |---|---|
//! | `slice` | one slice: the pages of its calls, merged |
//! | `cut` | where a slice can be cut, and how often that pays |
//!
//! A slice is cut beyond everything that it has received: it keeps its tokens and ends earlier, and what its calls bring
//! from there on is dropped, since the slices that take over the rest ask for that anew. So nothing comes twice, nothing
//! is missed, and one slice after the other is the whole in order: nothing is ever sorted.
//!
//! Bounded: a slice holds one page for each call, and nothing new is asked of later slices while all together hold twice
//! the limit. Must not know the service, time itself, or what an event means.

mod cut;
mod slice;

use crate::aws::logs::{Event, EventsPage};
use crate::events::window::Window;
use cut::Searched;
use slice::{Lane, Slice};

/// All slices, in the order of the results.
#[derive(Debug)]
pub(crate) struct Slices<P> {
    slices: Vec<Slice<P>>,
    /// How far the pages of each call reach, by those of the slices that are over.
    searched: Vec<Searched>,
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
            searched: vec![Searched::default(); calls],
            newest_first,
            limit,
            next_id: 0,
        };
        let whole = slices.slice(window, false);
        slices.slices.push(whole);
        slices
    }

    fn slice(&mut self, window: Window, reserve: bool) -> Slice<P> {
        self.next_id += 1;
        let calls = self.searched.len();
        Slice::new(self.next_id, window, calls, self.newest_first, reserve)
    }

    /// Gives the next page to ask for, of the earliest slice that can use one.
    pub(crate) fn ask(&mut self) -> Option<Ask> {
        let (place, call) = self.waiting()?;
        self.slices[place].ask(call)
    }

    /// Says whether a page could be asked for.
    pub(crate) fn wants(&self) -> bool {
        self.waiting().is_some()
    }

    fn waiting(&self) -> Option<(usize, usize)> {
        let held: usize = self.slices.iter().map(|slice| slice.count).sum();
        let full = self.limit.is_some_and(|limit| held >= 2 * limit);
        let now = match full {
            true => 1,
            false => usize::MAX,
        };
        self.active().take(now).find_map(|(place, slice)| {
            let call = slice.lanes.iter().position(Lane::waits)?;
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

    /// Says how many rows the slices before a place have.
    fn before(&self, place: usize) -> usize {
        self.slices[..place].iter().map(|slice| slice.count).sum()
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
        let before = self.before(place);
        let room = self
            .limit
            .map_or(usize::MAX, |limit| limit.saturating_sub(before));
        let slice = &mut self.slices[place];
        if let Some(searched) = slice.receive(ask, page)
            && let Some(known) = self.searched.get_mut(ask.call)
        {
            known.add(searched);
        }
        while slice.count < room
            && let Some(event) = slice.next()
        {
            slice.count = take(&mut slice.part, &event)?;
        }
        slice.close();
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

#[cfg(test)]
mod tests;
