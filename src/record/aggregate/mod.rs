//! What is counted of the records that match: declared once, rendered for each engine.
//!
//! | file | holds |
//! |---|---|
//! | `key` | what makes a group: a field, or what follows from one |
//! | `service` | names of well-known ports |
//! | `scope` | which addresses are inside, and which are outside |
//! | `measure` | the numbers of a group, and the order of groups |
//! | `having` | conditions on the numbers of a group |
//! | `tally` | the measures of one group |
//! | `fold` | records, or finer groups, counted into groups |
//! | `packed` | the values of a key in one piece of memory |
//! | `answer` | from all groups to those that are asked for, the total, and the others |
//!
//! Every engine returns what [`Fold::answer`] or [`Aggregate::answer`] returns, so that all return the same. An engine
//! that counts for itself delivers either finer groups, with the values of the fields ([`Fold::partial`]), or whole groups
//! ([`Whole`]). Must not know how an engine counts or how a service writes an aggregate.

mod answer;
mod fold;
mod having;
mod key;
mod measure;
mod packed;
mod scope;
mod service;
mod tally;

use std::collections::BTreeSet;

pub use answer::{Answer, Group, Others, Whole};
pub use fold::{Budget, Fold, TooLarge};
pub use having::Having;
pub use key::{BinError, Derived, Key, KeyError};
pub use measure::{Measure, Order, OrderBy, OrderError, Quantity};
pub use scope::Scope;
pub use service::{SERVICES, name as service_name};
pub use tally::{Positions, Tally};

/// The name of the key that holds the time of a bin.
pub const BIN: &str = "bin";

/// Groups of records, with measures of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// What makes a group. Without any key, all records are one group. Bins of time come first.
    pub keys: Vec<Key>,
    /// The values that are counted once for each group.
    pub distinct: Vec<Key>,
    /// The fields whose sums are formed, besides packets and bytes.
    pub sums: Vec<Key>,
    /// The conditions that a group must meet. All of them must hold.
    pub having: Vec<Having>,
    /// The order of the groups; ties are ordered by key.
    pub order: Order,
    /// How many values of the last key are kept in each group of the other keys; none for all.
    pub top: Option<usize>,
    /// The maximum number of groups.
    pub limit: usize,
}

impl Default for Aggregate {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            distinct: Vec::new(),
            sums: Vec::new(),
            having: Vec::new(),
            order: Order::default(),
            top: None,
            limit: usize::MAX,
        }
    }
}

impl Aggregate {
    /// Returns the aggregate of all records together.
    #[must_use]
    pub fn total(&self) -> Self {
        Self {
            sums: self.sums.clone(),
            ..Self::default()
        }
    }

    /// Returns AWS's names of the fields that the aggregate reads.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&str> {
        let keys = self.keys.iter().chain(&self.distinct).chain(&self.sums);
        let mut fields: BTreeSet<&str> = Measure::ALL.iter().filter_map(|of| of.field()).collect();
        for key in keys {
            fields.insert(&key.field);
        }
        fields
    }

    /// Reports whether the groups of an engine that groups by the fields themselves are the groups of the answer.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = |key: &Key| matches!(key.derived, Derived::Value | Derived::Bin(_));
        self.keys.iter().all(plain) && self.distinct.is_empty()
    }

    /// Returns the width of the bins, in seconds, if time is the only key. Empty bins are then part of the answer.
    #[must_use]
    pub fn filled_bins(&self) -> Option<i64> {
        match self.keys.as_slice() {
            [key] => key.bin(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
