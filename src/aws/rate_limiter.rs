//! Limits the rate of FilterLogEvents calls: one bucket for each account and region.
//!
//! The quota cannot be raised, and all clients of the account share it. A client that ignores it is throttled, and a
//! client that is too careful wastes it. The rate begins low, doubles each second up to the quota of the region, and falls
//! when the service throttles. This module must not know what is read.
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsError;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::FinalizerInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, error::metadata::ProvideErrorMetadata};
use tokio::time::Instant;

/// The calls per second at the start: every region allows as many.
const START: f64 = 5.0;
/// The lowest rate, in calls per second.
const LEAST: f64 = 0.5;
/// The part of the rate that is left after the service throttled.
const AFTER_THROTTLING: f64 = 0.7;
/// The part that is left if the rate had just doubled: the rate before was not too high.
const AFTER_DOUBLING: f64 = 0.5;
/// The time between two changes of the rate. The service counts by the second.
const SECOND: Duration = Duration::from_secs(1);
/// The unused time that later calls may use. More would be a burst.
const CREDIT: Duration = Duration::from_millis(200);

/// Returns the FilterLogEvents calls per second that AWS allows an account in a region.
fn quota(region: &str) -> f64 {
    match region {
        "us-east-1" => 25.0,
        "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "eu-central-1" | "il-central-1" => 5.0,
        _ => 10.0,
    }
}

/// The permission to make one call.
#[derive(Debug)]
pub struct Permit(());

/// The rate limiter of one account and region. Clones share their state.
#[derive(Clone, Debug)]
pub(super) struct RateLimiter(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    quota: f64,
    rate: f64,
    /// Whether the service has throttled. The rate then rises in small steps.
    throttled: bool,
    /// When the next call is due if all calls are evenly spaced.
    due: Option<Instant>,
    changed: Option<Instant>,
    /// When the rate last doubled.
    doubled: Option<Instant>,
}

impl RateLimiter {
    pub(super) fn of(region: &str) -> Self {
        Self(Arc::new(Mutex::new(State::new(quota(region)))))
    }

    /// Waits until a call may be made. A wait that is dropped uses no permit.
    pub(super) async fn permit(&self) -> Permit {
        loop {
            let taken = self.with(|state| state.take(Instant::now()));
            match taken {
                Ok(permit) => return permit,
                Err(due) => tokio::time::sleep_until(due).await,
            }
        }
    }

    /// Returns the calls per second that are allowed now.
    fn rate(&self) -> f64 {
        self.with(|state| state.rate)
    }

    /// Returns the calls per second that will soon be allowed, for callers that prepare for them.
    pub(super) fn soon(&self) -> f64 {
        self.with(|state| state.soon())
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn new(quota: f64) -> Self {
        Self {
            quota,
            rate: quota.min(START),
            throttled: false,
            due: None,
            changed: None,
            doubled: None,
        }
    }

    /// Takes a permit, or returns when to try again.
    fn take(&mut self, now: Instant) -> Result<Permit, Instant> {
        self.rise(now);
        let due = self.due.unwrap_or(now);
        if due > now {
            return Err(due);
        }
        let earliest = now.checked_sub(CREDIT).unwrap_or(now);
        self.due = Some(due.max(earliest) + Duration::from_secs_f64(1.0 / self.rate));
        Ok(Permit(()))
    }

    fn rise(&mut self, now: Instant) {
        let changed = *self.changed.get_or_insert(now);
        if now.saturating_duration_since(changed) < SECOND {
            return;
        }
        let risen = self.risen();
        if risen > self.rate && !self.throttled {
            self.doubled = Some(now);
        }
        self.rate = risen;
        self.changed = Some(now);
    }

    fn soon(&self) -> f64 {
        if self.throttled {
            self.risen()
        } else {
            self.quota
        }
    }

    fn risen(&self) -> f64 {
        let rate = if self.throttled {
            self.rate + self.quota / 20.0
        } else {
            self.rate * 2.0
        };
        rate.min(self.quota)
    }

    /// Lowers the rate. Calls that were sent together are throttled together, which counts once. Each of them is retried,
    /// which uses a permit.
    fn fall(&mut self, now: Instant) {
        let due = self.due.map_or(now, |due| due.max(now));
        self.due = Some(due + Duration::from_secs_f64(1.0 / self.rate));
        let recent = |changed| now.saturating_duration_since(changed) < SECOND;
        if self.throttled && self.changed.is_some_and(recent) {
            return;
        }
        self.throttled = true;
        let left = if self.doubled.take().is_some_and(recent) {
            AFTER_DOUBLING
        } else {
            AFTER_THROTTLING
        };
        self.rate = (self.rate * left).max(LEAST);
        self.changed = Some(now);
    }
}

/// Each throttled attempt lowers the rate, even if the SDK then retries it.
impl Intercept for RateLimiter {
    fn name(&self) -> &'static str {
        "RateLimiter"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error()?.downcast_ref());
        let code = error.and_then(|error: &FilterLogEventsError| error.code());
        if matches!(code, Some("ThrottlingException" | "Throttling")) {
            self.with(|state| state.fall(Instant::now()));
            tracing::info!(rate = self.rate(), "CloudWatch Logs throttles");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes permits as fast as possible. Returns the millisecond of each.
    fn permits(state: &mut State, begin: Instant, until: u64) -> Vec<u64> {
        let mut taken = Vec::new();
        let mut now = begin;
        while now.duration_since(begin) < Duration::from_millis(until) {
            match state.take(now) {
                Ok(_) => taken.push(now.duration_since(begin).as_millis() as u64),
                Err(due) => now = due,
            }
        }
        taken
    }

    #[test]
    fn a_region_is_called_at_its_quota_and_never_faster() {
        for (region, calls) in [("us-east-1", 25), ("eu-west-1", 10), ("eu-central-1", 5)] {
            let mut state = State::new(quota(region));
            let taken = permits(&mut state, Instant::now(), 20_000);
            let late = taken.iter().filter(|at| **at >= 10_000).count();
            assert!(
                (calls * 10 - 1..=calls * 10 + 1).contains(&late),
                "{region}: {late}"
            );
            for window in taken.windows(calls + 1) {
                assert!(window[calls] - window[0] >= 999, "{region}: {window:?}");
            }
        }
    }

    #[test]
    fn the_first_second_is_within_the_quota_of_every_region() {
        let mut state = State::new(quota("us-east-1"));
        assert_eq!(permits(&mut state, Instant::now(), 1_000).len(), 5);
    }

    #[test]
    fn calls_that_are_throttled_together_lower_the_rate_once() {
        let begin = Instant::now();
        let mut state = State::new(10.0);
        permits(&mut state, begin, 5_000);
        let now = begin + Duration::from_secs(5);
        for _ in 0..4 {
            state.fall(now);
        }
        assert!((state.rate - 7.0).abs() < 1e-9, "{}", state.rate);
        permits(&mut state, now, 2_500);
        assert!((state.rate - 8.0).abs() < 1e-9, "{}", state.rate);
        permits(&mut state, now + Duration::from_millis(2_500), 60_000);
        assert!((state.rate - 10.0).abs() < 1e-9, "{}", state.rate);
    }

    #[test]
    fn a_rate_that_doubled_once_too_often_goes_back() {
        let begin = Instant::now();
        let mut state = State::new(25.0);
        permits(&mut state, begin, 2_100);
        assert!((state.rate - 20.0).abs() < 1e-9, "{}", state.rate);
        state.fall(begin + Duration::from_millis(2_100));
        assert!((state.rate - 10.0).abs() < 1e-9, "{}", state.rate);
    }

    #[test]
    fn a_pause_allows_only_a_few_calls_at_once() {
        let begin = Instant::now();
        let mut state = State::new(10.0);
        permits(&mut state, begin, 3_000);
        let taken = permits(&mut state, begin + Duration::from_secs(60), 1_000);
        assert!(taken.len() <= 13, "{taken:?}");
        assert_eq!(taken.iter().filter(|at| **at == 0).count(), 3);
    }
}
