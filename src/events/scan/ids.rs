//! Ids that were received, each as a hash of 128 bits: an id of CloudWatch Logs takes 56 bytes, and there may be a million.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A set of ids.
#[derive(Debug, Default)]
pub(crate) struct Ids(BTreeSet<(u64, u64)>);

impl Ids {
    /// Adds an id, and reports whether it is new.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        self.0.insert((hash(0, id), hash(1, id)))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Returns a hash. Hashes with different seeds are independent.
fn hash(seed: u8, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, id).hash(&mut hasher);
    hasher.finish()
}
