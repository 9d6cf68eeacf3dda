//! When to log the progress of a scan: after some pages, and after some time if pages are slow.

use std::time::Duration;

use tokio::time::Instant;

/// The number of pages between two log lines.
const PAGES: u32 = 20;
/// The time between two log lines, if there are fewer pages.
const TIME: Duration = Duration::from_secs(5);

/// What was received since the last log line.
#[derive(Debug)]
pub(crate) struct Progress {
    pages: u32,
    since: Instant,
}

impl Progress {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            pages: 0,
            since: now,
        }
    }

    /// Counts a page, and reports whether a log line is due.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        self.pages += 1;
        let due = self.pages >= PAGES || now.duration_since(self.since) >= TIME;
        if due {
            *self = Self::new(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the pages after which a line is logged, if a page arrives every `every` milliseconds.
    fn lines(every: u64, pages: u64) -> Vec<u64> {
        let begin = Instant::now();
        let mut progress = Progress::new(begin);
        let due = |page: &u64| progress.is_due(begin + Duration::from_millis(every * page));
        (1..=pages).filter(due).collect()
    }

    #[test]
    fn fast_pages_are_logged_by_number_and_slow_ones_by_time() {
        assert_eq!(lines(40, 65), [20, 40, 60]);
        assert_eq!(lines(2_000, 10), [3, 6, 9]);
        assert_eq!(lines(60_000, 2), [1, 2]);
    }
}
