//! A page to fetch.

use crate::events::half_open::HalfOpen;

/// A page to fetch for a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fetch {
    pub(crate) slice: u64,
    /// The index of the call.
    pub(crate) call: usize,
    pub(crate) window: HalfOpen,
    pub(crate) token: Option<String>,
}
