//! How far a listing has come. This module must not know how a page is read.

use std::collections::BTreeSet;

use super::model::FlowLog;

/// The most pages in a row without anything new. A service may send empty pages, because it filters each page.
pub(in crate::aws) const MOST_BARREN_PAGES: usize = 100;

/// The place in a listing where the next page begins.
#[derive(Debug, Default)]
pub(super) struct Position {
    pub(super) token: Option<String>,
    pub(super) seen: Seen,
}

/// The flow logs on the pages so far. They tell a listing that never ends: it repeats itself, with new tokens.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: BTreeSet<String>,
    /// The last pages in a row without a new flow log.
    barren: usize,
}

impl Seen {
    /// Returns the new flow logs of a page, or `None` if too many pages in a row had none.
    pub(super) fn news(&mut self, mut page: Vec<FlowLog>) -> Option<Vec<FlowLog>> {
        page.retain(|flow_log| self.ids.insert(flow_log.id.clone()));
        self.barren = if page.is_empty() { self.barren + 1 } else { 0 };
        (self.barren <= MOST_BARREN_PAGES).then_some(page)
    }
}
