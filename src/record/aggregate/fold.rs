//! Records, or finer groups, counted into groups.
//!
//! Bounded by the memory that the groups take, whatever their number. What one record adds is looked up by the bytes of
//! its key, so a record of a known group allocates nothing.

mod columns;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use super::answer::{Answer, Whole};
use super::tally::{Positions, Tally};
use super::{Aggregate, packed};
use crate::record::values::Values;

/// What a group takes besides its key and its sums: its numbers, and its places in the tables.
const GROUP: usize = size_of::<State>() + 2 * (size_of::<Box<[u8]>>() + 16);
/// What a value that is counted once takes besides its bytes.
const SEEN: usize = 2 * size_of::<Box<[u8]>>() + 16;

#[expect(
    clippy::disallowed_types,
    reason = "a lookup for each record must be fast; what is returned is sorted by `answer`"
)]
type Index<T> = std::collections::HashMap<Box<[u8]>, T>;

/// The memory that groups may take, shared by the folds that count side by side.
#[derive(Debug, Clone)]
pub struct Budget {
    used: Arc<AtomicUsize>,
    most: usize,
}

/// The groups take more memory than they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// The groups so far.
#[derive(Debug)]
pub struct Fold {
    aggregate: Aggregate,
    budget: Budget,
    /// The bytes of the budget that this fold takes.
    held: usize,
    groups: Index<u32>,
    states: Vec<State>,
    /// The values that were counted: the number of the group, the index of the key, and the value.
    seen: Index<()>,
    /// Where the current key is put together.
    key: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    tally: Tally,
    distinct: Box<[i64]>,
}

/// Values as text, by their position.
struct Texts<'a>(&'a [Option<&'a str>]);

impl Budget {
    /// Creates a budget of this many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            used: Arc::default(),
            most,
        }
    }

    fn take(&self, bytes: usize) -> Result<(), TooLarge> {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed);
        if used.saturating_add(bytes) <= self.most {
            return Ok(());
        }
        self.give_back(bytes);
        Err(TooLarge)
    }

    fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Fold {
    /// Creates an empty fold.
    #[must_use]
    pub fn new(aggregate: &Aggregate, budget: Budget) -> Self {
        Self {
            aggregate: aggregate.clone(),
            budget,
            held: 0,
            groups: Index::default(),
            states: Vec::new(),
            seen: Index::default(),
            key: Vec::new(),
        }
    }

    /// Creates an empty fold of the same aggregate, within the same memory.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(&self.aggregate, self.budget.clone())
    }

    /// Counts a record.
    ///
    /// # Errors
    /// The groups take more memory than they may.
    pub fn record(&mut self, positions: &Positions, record: &dyn Values) -> Result<(), TooLarge> {
        let group = self.group_of(record, &positions.keys)?;
        if let Some(state) = self.states.get_mut(group) {
            state.tally.record(positions, record);
        }
        self.count_distinct(group, record, &positions.distinct)
    }

    /// Counts a finer group: the values of the fields of the keys, then those of the fields that are counted once.
    ///
    /// # Errors
    /// The groups take more memory than they may.
    pub fn partial(&mut self, values: &[Option<&str>], tally: &Tally) -> Result<(), TooLarge> {
        let (keys, distinct) = (self.aggregate.keys.len(), self.aggregate.distinct.len());
        let places = |range: std::ops::Range<usize>| range.map(Some).collect::<Vec<_>>();
        let record = Texts(values);
        let group = self.group_of(&record, &places(0..keys))?;
        if let Some(state) = self.states.get_mut(group) {
            state.tally.add(tally);
        }
        self.count_distinct(group, &record, &places(keys..keys + distinct))
    }

    /// Adds what another fold of the same aggregate counted.
    ///
    /// # Errors
    /// The groups take more memory than they may.
    pub fn join(&mut self, mut other: Self) -> Result<(), TooLarge> {
        let mut numbers = vec![0; other.states.len()];
        let mut states = std::mem::take(&mut other.states);
        for (key, number) in std::mem::take(&mut other.groups) {
            let number = number as usize;
            self.key.clear();
            self.key.extend_from_slice(&key);
            let group = self.group()?;
            if let (Some(state), Some(counted)) =
                (self.states.get_mut(group), states.get_mut(number))
            {
                state.tally.add(&std::mem::take(&mut counted.tally));
            }
            if let Some(known) = numbers.get_mut(number) {
                *known = group;
            }
        }
        for (seen, ()) in std::mem::take(&mut other.seen) {
            let Some((number, rest)) = seen.split_first_chunk::<4>() else {
                continue;
            };
            let number = u32::from_le_bytes(*number) as usize;
            let group = numbers.get(number).copied().unwrap_or(0);
            let index = rest.first().copied().unwrap_or(0);
            self.begin_seen(group, index);
            self.key
                .extend_from_slice(rest.get(1..).unwrap_or_default());
            self.see(group, usize::from(index))?;
        }
        Ok(())
    }

    /// Hands over every group, with the values of its key, and begins anew. The order is any.
    pub fn pour(&mut self, mut into: impl FnMut(&[Option<&str>], &Tally)) {
        let groups = std::mem::take(&mut self.groups);
        let states = std::mem::take(&mut self.states);
        self.seen.clear();
        self.budget.give_back(std::mem::take(&mut self.held));
        let mut values = Vec::new();
        for (key, number) in &groups {
            let Some(State { tally, .. }) = states.get(*number as usize) else {
                continue;
            };
            values.clear();
            values.extend(
                packed::values(key).map(|value| value.and_then(|value| str::from_utf8(value).ok())),
            );
            into(&values, tally);
        }
    }

    /// Returns the answer. `nothing` is the tally of no record, and the window is in milliseconds.
    #[must_use]
    pub fn answer(mut self, nothing: &Tally, window: (i64, i64)) -> Answer {
        let mut states = std::mem::take(&mut self.states);
        let groups = std::mem::take(&mut self.groups).into_iter();
        let whole = groups.map(|(key, number)| {
            let state = states.get_mut(number as usize);
            let State { tally, distinct } = state.map(std::mem::take).unwrap_or_default();
            Whole {
                key,
                tally,
                distinct,
            }
        });
        let whole = whole.collect();
        self.aggregate.answer(whole, nothing, window)
    }

    /// Returns the number of groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Reports whether there is no group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    fn group_of(
        &mut self,
        record: &dyn Values,
        positions: &[Option<usize>],
    ) -> Result<usize, TooLarge> {
        let mut packed = std::mem::take(&mut self.key);
        packed.clear();
        for (key, index) in self.aggregate.keys.iter().zip(positions) {
            key.push(record, *index, &mut packed);
        }
        self.key = packed;
        self.group()
    }

    /// Returns the number of the group of the current key. A new group is added.
    fn group(&mut self) -> Result<usize, TooLarge> {
        if let Some(number) = self.groups.get(self.key.as_slice()) {
            return Ok(*number as usize);
        }
        let more = self.aggregate.sums.len() * size_of::<Option<i64>>()
            + self.aggregate.distinct.len() * size_of::<i64>();
        self.take(GROUP + self.key.len() + more)?;
        let number = self.states.len();
        let place = u32::try_from(number).map_err(|_| TooLarge)?;
        self.groups.insert(self.key.as_slice().into(), place);
        self.states.push(State {
            tally: Tally::default(),
            distinct: vec![0; self.aggregate.distinct.len()].into(),
        });
        Ok(number)
    }

    fn count_distinct(
        &mut self,
        group: usize,
        record: &dyn Values,
        positions: &[Option<usize>],
    ) -> Result<(), TooLarge> {
        for (index, position) in positions.iter().enumerate() {
            let place = u8::try_from(index).unwrap_or(u8::MAX);
            self.begin_seen(group, place);
            let begin = self.key.len();
            let mut packed = std::mem::take(&mut self.key);
            if let Some(key) = self.aggregate.distinct.get(index) {
                key.push(record, *position, &mut packed);
            }
            self.key = packed;
            let value = self.key.get(begin..).unwrap_or_default();
            let is_known = packed::values(value).next().flatten().is_some();
            if is_known {
                self.see(group, index)?;
            }
        }
        Ok(())
    }

    fn begin_seen(&mut self, group: usize, index: u8) {
        self.key.clear();
        let group = u32::try_from(group).unwrap_or(u32::MAX);
        self.key.extend_from_slice(&group.to_le_bytes());
        self.key.push(index);
    }

    /// Counts the current value unless it was counted.
    fn see(&mut self, group: usize, index: usize) -> Result<(), TooLarge> {
        if self.seen.contains_key(self.key.as_slice()) {
            return Ok(());
        }
        self.take(SEEN + self.key.len())?;
        if let Entry::Vacant(entry) = self.seen.entry(self.key.as_slice().into()) {
            entry.insert(());
        }
        let state = self.states.get_mut(group);
        if let Some(count) = state.and_then(|state| state.distinct.get_mut(index)) {
            *count += 1;
        }
        Ok(())
    }

    fn take(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.budget.take(bytes)?;
        self.held += bytes;
        Ok(())
    }
}

impl Drop for Fold {
    fn drop(&mut self) {
        self.budget.give_back(self.held);
    }
}

impl Values for Texts<'_> {
    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        self.0.get(index).copied().flatten().map(Cow::Borrowed)
    }

    fn integer(&self, index: usize) -> Option<i64> {
        self.0.get(index).copied().flatten()?.parse().ok()
    }

    fn address(&self, index: usize) -> Option<IpAddr> {
        self.0.get(index).copied().flatten()?.parse().ok()
    }

    fn time(&self, index: usize) -> Option<Timestamp> {
        crate::record::parse::timestamp(self.integer(index)?)
    }
}
