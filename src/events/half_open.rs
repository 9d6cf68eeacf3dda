//! A half-open stretch of time.

use jiff::Timestamp;

/// A stretch of time in milliseconds since 1970 that includes its start and excludes its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HalfOpen {
    /// The first millisecond.
    pub(crate) start: i64,
    /// The millisecond after the last.
    pub(crate) end: i64,
}

impl HalfOpen {
    /// Returns the start as a time.
    pub(crate) fn start_time(self) -> Timestamp {
        Timestamp::from_millisecond(self.start).unwrap_or_default()
    }

    /// Returns the end as a time.
    pub(crate) fn end_time(self) -> Timestamp {
        Timestamp::from_millisecond(self.end).unwrap_or_default()
    }

    /// Returns the first and the last second, both included, for services that count in seconds.
    pub(crate) fn seconds(self) -> (i64, i64) {
        (
            self.start.div_euclid(1000),
            self.end.div_euclid(1000) + i64::from(self.end.rem_euclid(1000) > 0),
        )
    }

    /// Returns the length in milliseconds.
    pub(crate) fn length(self) -> f64 {
        (i128::from(self.end) - i128::from(self.start)).max(0) as f64
    }

    /// Reports whether a read in this direction leaves it before it reaches a time.
    pub(crate) fn ends_before(self, at: i64, newest_first: bool) -> bool {
        if newest_first {
            at < self.start
        } else {
            at >= self.end
        }
    }

    /// Reports whether it includes all of another one.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Divides it after a number of milliseconds, counted in reading direction, into the near and the far part.
    pub(crate) fn divide(self, near: Option<i64>, newest_first: bool) -> (Self, Option<Self>) {
        let Some(near) = near else {
            return (self, None);
        };
        let at = if newest_first {
            self.end - near
        } else {
            self.start + near
        };
        let early = Self { end: at, ..self };
        let late = Self { start: at, ..self };
        if newest_first {
            (late, Some(early))
        } else {
            (early, Some(late))
        }
    }

    /// Divides it into parts of equal length.
    pub(crate) fn parts(self, parts: usize) -> Vec<Self> {
        let length = i128::from(self.end) - i128::from(self.start);
        let count = parts as i128;
        let edge = |n: i128| self.start.saturating_add((length * n / count) as i64);
        let part = |n| Self {
            start: edge(n),
            end: edge(n + 1),
        };
        (0..count).map(part).collect()
    }
}
