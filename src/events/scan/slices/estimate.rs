//! How far the pages of a call reach, as an estimate.

use crate::events::half_open::HalfOpen;

/// How many pages a call took for how many milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Searched {
    pub(super) pages: f64,
    pub(super) length: f64,
}

impl Searched {
    /// Returns the pages of a whole window. On average, the last one is half full.
    pub(super) fn whole(pages: usize, window: HalfOpen) -> Self {
        Self {
            pages: pages as f64 - 0.5,
            length: window.length(),
        }
    }

    /// Returns the pages of a window up to the farthest event.
    pub(super) fn up_to(pages: usize, window: HalfOpen, reached: i64, newest_first: bool) -> Self {
        let length = if newest_first {
            window.end - reached
        } else {
            reached + 1 - window.start
        };
        Self {
            pages: pages as f64,
            length: length.max(0) as f64,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.length += other.length;
    }

    /// Estimates how far a number of pages reaches, if anything is known.
    pub(super) fn reach(self, pages: f64) -> Option<f64> {
        (self.pages > 0.0).then(|| self.length * pages / self.pages)
    }

    /// Estimates how many pages a length of time takes, if anything is known.
    pub(super) fn pages(self, length: f64) -> Option<f64> {
        (self.length > 0.0).then(|| self.pages * length / self.length)
    }
}
