//! From all groups to those that are asked for, the total, and the others.

use std::cmp::Ordering;

use super::measure::{Order, OrderBy, Quantity};
use super::{Aggregate, Tally, packed};

/// A whole group: no other group has the same key.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    pub(super) key: Box<[u8]>,
    pub(super) tally: Tally,
    pub(super) distinct: Box<[i64]>,
}

/// One group of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The values of the keys, in their order; none for no value.
    pub values: Vec<Option<String>>,
    /// The measures.
    pub tally: Tally,
    /// How many different values there are, in the order of the aggregate.
    pub distinct: Vec<i64>,
}

/// The groups that an answer leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// How many there are, if that is known.
    pub count: Option<usize>,
    /// Their measures, except for times.
    pub tally: Tally,
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The groups, in order, at most as many as the limit.
    pub groups: Vec<Group>,
    /// The number of all groups, if it is known.
    pub count: Option<usize>,
    /// The measures of all groups.
    pub total: Tally,
    /// All groups that are not among `groups`: left out by `having`, by `top` or by the limit.
    pub others: Others,
    /// Whether the limit left out groups.
    pub truncated: bool,
}

impl Whole {
    /// Creates a group from the values of its keys, its measures, and how many different values there are.
    #[must_use]
    pub fn new(values: &[Option<&str>], tally: Tally, distinct: &[i64]) -> Self {
        let mut key = Vec::new();
        for value in values {
            packed::push(&mut key, value.filter(|value| *value != "-"));
        }
        Self {
            key: key.into(),
            tally,
            distinct: distinct.into(),
        }
    }

    fn quantity(&self, quantity: Quantity) -> Option<i64> {
        match quantity {
            Quantity::Measure(measure) => self.tally.measure(measure),
            Quantity::Distinct(index) => self.distinct.get(index).copied(),
            Quantity::Sum(index) => self.tally.sums.get(index).copied().flatten(),
        }
    }
}

impl Aggregate {
    /// Returns the answer, given all groups. `nothing` is the tally of no record, and the window is in milliseconds.
    #[must_use]
    pub fn answer(&self, mut groups: Vec<Whole>, nothing: &Tally, window: (i64, i64)) -> Answer {
        let mut total = nothing.clone();
        groups.iter().for_each(|group| total.add(&group.tally));
        if let Some(width) = self.filled_bins() {
            self.fill(&mut groups, nothing, width, window);
        } else if groups.is_empty() && self.keys.is_empty() {
            groups.push(self.empty(Box::default(), nothing));
        }
        let count = groups.len();
        groups.retain(|group| {
            let mut conditions = self.having.iter();
            conditions.all(|having| having.holds(group.quantity(having.quantity)))
        });
        if let Some(most) = self.top {
            self.keep_top(&mut groups, most);
        }
        let truncated = groups.len() > self.limit;
        if truncated {
            let order = |one: &Whole, other: &Whole| self.compare(self.order, one, other);
            groups.select_nth_unstable_by(self.limit, order);
            groups.truncate(self.limit);
        }
        groups.sort_unstable_by(|one, other| self.compare(self.order, one, other));
        let groups = groups.into_iter().map(|group| Group {
            values: packed::texts(&group.key),
            tally: group.tally,
            distinct: group.distinct.into(),
        });
        let answer = Answer {
            groups: groups.collect(),
            truncated,
            ..Answer::default()
        };
        answer.within(total, Some(count))
    }

    /// Adds an empty group for each bin of the window that holds no record.
    fn fill(&self, groups: &mut Vec<Whole>, nothing: &Tally, width: i64, window: (i64, i64)) {
        let (start, end) = window;
        let first = start.div_euclid(1000).div_euclid(width);
        let last = (end - 1).div_euclid(1000).div_euclid(width);
        let mut known: Vec<_> = groups.iter().map(|group| group.key.clone()).collect();
        known.sort_unstable();
        for bin in first..=last {
            let mut key = Vec::new();
            packed::push(&mut key, Some(&(bin * width).to_string()));
            let key: Box<[u8]> = key.into();
            if known.binary_search(&key).is_err() {
                groups.push(self.empty(key, nothing));
            }
        }
    }

    fn empty(&self, key: Box<[u8]>, nothing: &Tally) -> Whole {
        Whole {
            key,
            tally: nothing.clone(),
            distinct: vec![0; self.distinct.len()].into(),
        }
    }

    /// Keeps the first groups among those that differ only in the last key.
    fn keep_top(&self, groups: &mut Vec<Whole>, most: usize) {
        let order = self.order.of_top();
        groups.sort_unstable_by(|one, other| {
            let (outer, other_outer) = (
                packed::without_last(&one.key),
                packed::without_last(&other.key),
            );
            let same = outer.cmp(other_outer);
            same.then_with(|| self.compare(order, one, other))
        });
        let (mut outer, mut taken): (Box<[u8]>, usize) = (Box::default(), 0);
        groups.retain(|group| {
            let current = packed::without_last(&group.key);
            if *current != *outer {
                (outer, taken) = (current.into(), 0);
            }
            taken += 1;
            taken <= most
        });
    }

    /// Compares two groups: by the order, then by their keys.
    fn compare(&self, order: Order, one: &Whole, other: &Whole) -> Ordering {
        let by_key = || {
            let values = packed::values(&one.key).zip(packed::values(&other.key));
            let mut compared = self.keys.iter().zip(values);
            let different = compared.find_map(|(key, (one, other))| {
                Some(key.compare(one, other)).filter(|order| order.is_ne())
            });
            different.unwrap_or(Ordering::Equal)
        };
        let ascending = match order.by {
            OrderBy::Key => by_key(),
            OrderBy::Quantity(quantity) => {
                let number = |group: &Whole| group.quantity(quantity).unwrap_or(0);
                number(one).cmp(&number(other))
            }
        };
        let ordered = if order.ascending {
            ascending
        } else {
            ascending.reverse()
        };
        ordered.then_with(by_key)
    }
}

impl Answer {
    /// Sets the total of all groups, of which the answer holds a part, and with it the others.
    #[must_use]
    pub fn within(mut self, total: Tally, count: Option<usize>) -> Self {
        let mut shown = Tally::default();
        self.groups.iter().for_each(|group| shown.add(&group.tally));
        self.others = Others {
            count: count.map(|count| count.saturating_sub(self.groups.len())),
            tally: total.without(&shown),
        };
        self.total = total;
        self.count = count;
        self
    }
}
