//! How fast FilterLogEvents may be called: one bucket for each account and region.
//!
//! The quota cannot be raised and is shared with everybody else in the account, so a client that knows nothing of it
//! is throttled, and a client that fears it wastes it. The pace begins low, doubles each second up to the quota
//! of the region, and gives way when the service asks for it. It must not know what is asked for.
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

/// Calls per second at the start: what every region allows.
const START: f64 = 5.0;
/// The least that is ever asked for, in calls per second.
const LEAST: f64 = 0.5;
/// What is left of the pace after the service asked to slow down.
const AFTER_THROTTLING: f64 = 0.7;
/// What is left if the pace had just been doubled: what was before was not too fast.
const AFTER_DOUBLING: f64 = 0.5;
/// Between two changes of the pace: the service counts by the second.
const SECOND: Duration = Duration::from_secs(1);
/// How much unused time is made up for: more than that would be a burst.
const CREDIT: Duration = Duration::from_millis(200);

/// Calls of FilterLogEvents per second that AWS allows an account in a region.
fn quota(region: &str) -> f64 {
    match region {
        "us-east-1" => 25.0,
        "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "eu-central-1" | "il-central-1" => 5.0,
        _ => 10.0,
    }
}

/// The permission to make one call.
#[derive(Debug)]
pub struct Turn(());

/// The pace of one account and region. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Pace(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    quota: f64,
    rate: f64,
    /// Whether the service has asked to slow down: then the pace rises by small steps.
    throttled: bool,
    /// When the next call would be due were all calls evenly spaced.
    due: Option<Instant>,
    changed: Option<Instant>,
    /// When the pace was doubled last.
    doubled: Option<Instant>,
}

impl Pace {
    pub(super) fn of(region: &str) -> Self {
        Self(Arc::new(Mutex::new(State::new(quota(region)))))
    }

    /// Waits until a call may be made. A wait that is dropped takes no turn.
    pub(super) async fn turn(&self) -> Turn {
        loop {
            let taken = self.with(|state| state.take(Instant::now()));
            match taken {
                Ok(turn) => return turn,
                Err(due) => tokio::time::sleep_until(due).await,
            }
        }
    }

    /// Calls per second at present.
    fn rate(&self) -> f64 {
        self.with(|state| state.rate)
    }

    /// Calls per second that will soon be allowed: who prepares for fewer is not ready when they are.
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

    /// Takes a turn, or says when to ask again.
    fn take(&mut self, now: Instant) -> Result<Turn, Instant> {
        self.rise(now);
        let due = self.due.unwrap_or(now);
        if due > now {
            return Err(due);
        }
        let earliest = now.checked_sub(CREDIT).unwrap_or(now);
        self.due = Some(due.max(earliest) + Duration::from_secs_f64(1.0 / self.rate));
        Ok(Turn(()))
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
        match self.throttled {
            true => self.risen(),
            false => self.quota,
        }
    }

    fn risen(&self) -> f64 {
        let rate = match self.throttled {
            true => self.rate + self.quota / 20.0,
            false => self.rate * 2.0,
        };
        rate.min(self.quota)
    }

    /// Gives way. Calls that were sent together are throttled together: that counts once. Each of them is tried again,
    /// and that takes a turn.
    fn fall(&mut self, now: Instant) {
        let due = self.due.map_or(now, |due| due.max(now));
        self.due = Some(due + Duration::from_secs_f64(1.0 / self.rate));
        let recent = |changed| now.saturating_duration_since(changed) < SECOND;
        if self.throttled && self.changed.is_some_and(recent) {
            return;
        }
        self.throttled = true;
        let left = match self.doubled.take().is_some_and(recent) {
            true => AFTER_DOUBLING,
            false => AFTER_THROTTLING,
        };
        self.rate = (self.rate * left).max(LEAST);
        self.changed = Some(now);
    }
}

/// Every attempt that is throttled slows the pace, also one that the SDK then tries again by itself.
impl Intercept for Pace {
    fn name(&self) -> &'static str {
        "Pace"
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
            tracing::info!(rate = self.rate(), "CloudWatch Logs asks to slow down");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes turns as fast as they come, and says at which millisecond each came.
    fn turns(state: &mut State, begin: Instant, until: u64) -> Vec<u64> {
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
    fn a_region_is_called_at_its_own_quota_and_never_faster() {
        for (region, calls) in [("us-east-1", 25), ("eu-west-1", 10), ("eu-central-1", 5)] {
            let mut state = State::new(quota(region));
            let taken = turns(&mut state, Instant::now(), 20_000);
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
    fn the_first_second_is_no_faster_than_any_region_allows() {
        let mut state = State::new(quota("us-east-1"));
        assert_eq!(turns(&mut state, Instant::now(), 1_000).len(), 5);
    }

    #[test]
    fn throttling_slows_the_pace_once_for_calls_that_were_sent_together() {
        let begin = Instant::now();
        let mut state = State::new(10.0);
        turns(&mut state, begin, 5_000);
        let now = begin + Duration::from_secs(5);
        for _ in 0..4 {
            state.fall(now);
        }
        assert!((state.rate - 7.0).abs() < 1e-9, "{}", state.rate);
        turns(&mut state, now, 2_500);
        assert!((state.rate - 8.0).abs() < 1e-9, "{}", state.rate);
        turns(&mut state, now + Duration::from_millis(2_500), 60_000);
        assert!((state.rate - 10.0).abs() < 1e-9, "{}", state.rate);
    }

    #[test]
    fn a_pace_that_was_doubled_too_often_goes_back_to_what_it_was() {
        let begin = Instant::now();
        let mut state = State::new(25.0);
        turns(&mut state, begin, 2_100);
        assert!((state.rate - 20.0).abs() < 1e-9, "{}", state.rate);
        state.fall(begin + Duration::from_millis(2_100));
        assert!((state.rate - 10.0).abs() < 1e-9, "{}", state.rate);
    }

    #[test]
    fn a_pause_is_made_up_for_by_a_few_calls_at_most() {
        let begin = Instant::now();
        let mut state = State::new(10.0);
        turns(&mut state, begin, 3_000);
        let taken = turns(&mut state, begin + Duration::from_secs(60), 1_000);
        assert!(taken.len() <= 13, "{taken:?}");
        assert_eq!(taken.iter().filter(|at| **at == 0).count(), 3);
    }
}
