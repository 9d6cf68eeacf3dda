//! When to say how far a scan is: after some pages, and after some time if pages are slow.

use std::time::Duration;

use tokio::time::Instant;

/// Pages between two lines in the log.
const PAGES: u32 = 20;
/// Time between two lines in the log, if there are fewer pages.
const TIME: Duration = Duration::from_secs(5);

/// What has come since the last line in the log.
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

    /// Takes a page, and says whether it is time for a line in the log.
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

    /// Gives the pages after which a line is written, if one comes every so many milliseconds.
    fn lines(every: u64, pages: u64) -> Vec<u64> {
        let begin = Instant::now();
        let mut progress = Progress::new(begin);
        let due = |page: &u64| progress.is_due(begin + Duration::from_millis(every * page));
        (1..=pages).filter(due).collect()
    }

    #[test]
    fn fast_pages_are_told_of_by_their_number_and_slow_ones_by_time() {
        assert_eq!(lines(40, 65), [20, 40, 60]);
        assert_eq!(lines(2_000, 10), [3, 6, 9]);
        assert_eq!(lines(60_000, 2), [1, 2]);
    }
}
