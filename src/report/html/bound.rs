//! What fits into a page.

use crate::report::quantity::thousands;

/// The lengths, in bytes, that the parts of a page take at most. Together with the head of the page, they are shorter than
/// the longest page.
pub(super) const FINDINGS: usize = 1_300 << 10;
pub(super) const MAP: usize = 320 << 10;
pub(super) const FAILURES: usize = 128 << 10;
pub(super) const WARNINGS: usize = 48 << 10;
pub(super) const SOURCES: usize = 32 << 10;
pub(super) const PASSED: usize = 32 << 10;

/// The room that is left in a part of the page.
pub(super) struct Room(usize);

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// Adds what fits, and returns how many did not.
    pub(super) fn fill(&mut self, text: &mut String, parts: impl Iterator<Item = String>) -> usize {
        let mut left_out = 0;
        for part in parts {
            if part.len() > self.0 {
                left_out += 1;
            } else {
                self.0 -= part.len();
                text.push_str(&part);
            }
        }
        left_out
    }
}

/// Returns a sentence about what does not fit.
pub(super) fn left_out(count: usize, what: &str) -> String {
    match count {
        0 => String::new(),
        count => format!(
            "<p class=\"empty\">And {} more {what}, which do not fit into this page. The other formats have them.</p>\n",
            thousands(count as u128)
        ),
    }
}
