//! Keeps the calls of one operation within the token bucket of the service.
//!
//! EC2 gives each operation in each account and region a bucket of its own. A client that ignores it is throttled, and its
//! retries use up the bucket as well. Only calls beyond the bucket wait. Others may use the same account: if the service
//! throttles, the bucket counts as empty.
//!
//! See <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>. This module must not know any operation.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The part of the service's bucket that is used: replies and requests travel at different speeds.
const MARGIN: f64 = 0.95;

/// The bucket of one operation. Clones share it.
#[derive(Clone, Debug)]
pub(in super::super) struct Pace(Arc<Mutex<Bucket>>);

#[derive(Debug)]
struct Bucket {
    size: f64,
    per_second: f64,
    left: f64,
    at: Option<Instant>,
}

impl Pace {
    /// Creates the full bucket of an operation that allows `size` calls at once and `per_second` calls in the long run.
    pub(in super::super) fn new(size: f64, per_second: f64) -> Self {
        Self(Arc::new(Mutex::new(Bucket {
            size: size * MARGIN,
            per_second: per_second * MARGIN,
            left: size * MARGIN,
            at: None,
        })))
    }

    /// Waits until a call may be made.
    pub(in super::super) async fn permit(&self) {
        let due = self.with(|bucket| bucket.take(Instant::now()));
        if let Some(due) = due {
            tokio::time::sleep_until(due).await;
        }
    }

    /// Counts an attempt that nobody waits for.
    pub(super) fn count(&self) {
        self.with(|bucket| bucket.take(Instant::now()));
    }

    /// Empties the bucket, because the service throttles.
    pub(super) fn empty(&self) {
        self.with(|bucket| {
            bucket.fill(Instant::now());
            bucket.left = bucket.left.min(0.0);
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Bucket) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Bucket {
    /// Takes a token. Returns when it is due, if none is left: callers wait in the order in which they came.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        self.fill(now);
        self.left -= 1.0;
        if self.left >= 0.0 {
            return None;
        }
        Some(now + Duration::from_secs_f64(-self.left / self.per_second))
    }

    fn fill(&mut self, now: Instant) {
        let since = self
            .at
            .map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.left = (self.left + self.per_second * since.as_secs_f64()).min(self.size);
        self.at = Some(self.at.map_or(now, |at| at.max(now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes permits as fast as possible. Returns the second of each.
    fn permits(bucket: &mut Bucket, begin: Instant, calls: usize) -> Vec<f64> {
        let mut now = begin;
        let taken = (0..calls).map(|_| {
            now = bucket.take(now).unwrap_or(now);
            now.duration_since(begin).as_secs_f64()
        });
        taken.collect()
    }

    fn bucket(size: f64, per_second: f64) -> Bucket {
        Bucket {
            size: size * MARGIN,
            per_second: per_second * MARGIN,
            left: size * MARGIN,
            at: None,
        }
    }

    #[test]
    fn a_thousand_calls_stay_within_the_bucket_and_waste_little_of_it() {
        let taken = permits(&mut bucket(50.0, 5.0), Instant::now(), 1_000);
        for (number, at) in taken.iter().enumerate() {
            let allowed = 50.0 + 5.0 * at;
            assert!(number as f64 + 1.0 <= allowed, "call {number} at {at}");
        }
        assert!(taken[46] < 1e-9, "the burst waits: {}", taken[46]);
        assert!(taken[999] < 205.0, "{}", taken[999]);
    }

    #[test]
    fn callers_wait_in_the_order_in_which_they_came() {
        let mut bucket = bucket(1.0, 10.0);
        let now = Instant::now();
        let due: Vec<_> = (0..5).map(|_| bucket.take(now)).collect();
        assert!(due.is_sorted(), "{due:?}");
        assert!(due[1..].iter().all(Option::is_some), "{due:?}");
    }

    #[test]
    fn after_throttling_the_burst_is_over() {
        let mut bucket = bucket(50.0, 5.0);
        let begin = Instant::now();
        permits(&mut bucket, begin, 10);
        bucket.left = bucket.left.min(0.0);
        let taken = permits(&mut bucket, begin, 20);
        assert!(taken[19] > 3.9, "{taken:?}");
    }
}
