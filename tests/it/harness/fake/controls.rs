//! What a test may do to the fake, and ask it. All of it is synchronous and safe from any thread.

use std::time::{Duration, Instant};

use super::state::Rate;
use super::{Call, Fake, Fault, FlowLog, REGION};

impl Fake {
    /// The flow logs of a region, of all accounts, in the order in which they were made.
    pub(crate) fn flow_logs(&self, region: &str) -> Vec<FlowLog> {
        let state = self.shared.state();
        let found = state.flow_logs.values().filter(|log| log.region == region);
        found.cloned().collect()
    }

    /// Changes a flow log behind everybody's back.
    #[track_caller]
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut FlowLog)) {
        let mut state = self.shared.state();
        let found = state.flow_logs.values_mut().find(|log| log.id == id);
        change(found.unwrap_or_else(|| panic!("no flow log {id}")));
    }

    /// Deletes a flow log behind everybody's back.
    #[track_caller]
    pub(crate) fn remove(&self, id: &str) -> FlowLog {
        let mut state = self.shared.state();
        let place = state.place(|log| log.id == id);
        let removed = place.and_then(|place| state.flow_logs.remove(&place));
        removed.unwrap_or_else(|| panic!("no flow log {id}"))
    }

    /// Adds a flow log as if made by somebody else; no rule is checked.
    #[track_caller]
    pub(crate) fn insert(&self, log: FlowLog) {
        let mut state = self.shared.state();
        let known = state.place(|known| known.id == log.id);
        assert!(known.is_none(), "flow log {} exists already", log.id);
        state.add(log);
    }

    /// Lets a flow log's delivery fail, in the words of AWS such as `Access error`.
    #[track_caller]
    pub(crate) fn deliver_failing(&self, id: &str, message: &str) {
        self.change(id, |log| {
            "FAILED".clone_into(&mut log.deliver_logs_status);
            log.deliver_logs_error_message = Some(message.to_owned());
        });
    }

    /// Accepts every resource id (the start), or none but those added.
    pub(crate) fn allow_any_resource(&self, any: bool) {
        self.shared.state().settings.any_resource = any;
    }

    /// Lets a resource exist, where not every id is accepted.
    pub(crate) fn add_resource(&self, id: &str) {
        let mut state = self.shared.state();
        state.settings.resources.insert(id.to_owned());
    }

    /// Accepts a record field that is newer than the fake's table.
    pub(crate) fn add_record_field(&self, name: &str) {
        let mut state = self.shared.state();
        state.settings.extra_fields.insert(name.to_owned());
    }

    /// The most flow logs on a page of DescribeFlowLogs, whatever is asked for (1000 at the start).
    pub(crate) fn describe_page_size(&self, size: usize) {
        assert!(size > 0, "a page holds at least one flow log");
        self.shared.state().settings.describe_page = size;
    }

    /// Answers an unknown id with an empty set instead of `InvalidFlowLogId.NotFound`: EC2 has been seen to do both.
    pub(crate) fn missing_is_empty(&self, empty: bool) {
        self.shared.state().settings.missing_is_empty = empty;
    }

    /// Sets the service's clock ahead of this machine's, or behind it: times of creation and the dates of replies.
    pub(crate) fn clock_ahead(&self, by: jiff::SignedDuration) {
        self.shared.state().settings.clock_ahead = by;
    }

    /// Lets the pages of DescribeFlowLogs never end.
    pub(crate) fn describe_endlessly(&self, how: super::Endless) {
        self.shared.state().settings.endless = Some(how);
    }

    /// Bytes that were handed out of replies without an end.
    #[cfg(feature = "aws")]
    pub(crate) fn sent_endlessly(&self) -> u64 {
        self.shared
            .sent_endlessly
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Hides every flow log made from now on from its first `calls` descriptions.
    pub(crate) fn hide_for(&self, calls: u32) {
        self.shared.state().settings.hide_for = calls;
    }

    /// Leaves elements such as `logFormat` out of all descriptions, as emulators of AWS do.
    #[cfg(feature = "aws")]
    pub(crate) fn leave_out(&self, elements: &[&str]) {
        let names = elements.iter().map(|name| (*name).to_owned());
        self.shared.state().settings.left_out = names.collect();
    }

    /// Lets the next `times` calls of an action meet a fault, after those that wait already.
    pub(crate) fn fail(&self, action: &str, fault: Fault, times: u32) {
        self.shared.state().faults.push(action, fault, times);
    }

    /// Forgets the faults that still wait.
    pub(crate) fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }

    /// Answers every call that is held now.
    pub(crate) fn release(&self) {
        self.shared.released.send_modify(|count| *count += 1);
    }

    /// Lets every call of an action take this long; `*` is every action that has no latency of its own.
    pub(crate) fn latency(&self, action: &str, latency: Duration) {
        let mut state = self.shared.state();
        state.settings.latencies.insert(action.to_owned(), latency);
    }

    /// Puts events (milliseconds, message) into a log group of the usual region, which is made if need be.
    pub(crate) fn put_events(&self, group: &str, stream: &str, events: Vec<(i64, String)>) {
        self.put_events_in(REGION, group, stream, events);
    }

    /// Puts events into a log group of a region.
    pub(crate) fn put_events_in(
        &self,
        region: &str,
        group: &str,
        stream: &str,
        events: Vec<(i64, String)>,
    ) {
        let mut state = self.shared.state();
        let account = super::ACCOUNT;
        state.groups.put(account, region, group, stream, events);
    }

    /// Puts events into a log group of another account, in the usual region.
    #[cfg(feature = "aws")]
    pub(crate) fn put_events_of(
        &self,
        account: &str,
        group: &str,
        stream: &str,
        events: Vec<(i64, String)>,
    ) {
        let mut state = self.shared.state();
        state.groups.put(account, REGION, group, stream, events);
    }

    /// The most events on a page of FilterLogEvents, whatever is asked for (10,000 at the start).
    pub(crate) fn events_page_size(&self, size: usize) {
        assert!(size > 0, "a page holds at least one event");
        self.shared.state().settings.events_page = size;
    }

    /// Makes the first of every n pages of FilterLogEvents empty, with a token to go on; 0 is never.
    pub(crate) fn empty_page_every(&self, n: u64) {
        assert!(n != 1, "were every page empty, no reader would get on");
        self.shared.state().settings.empty_page_every = n;
    }

    /// Ends FilterLogEvents by handing back the token that was sent, instead of none.
    pub(crate) fn repeat_last_token(&self, repeat: bool) {
        self.shared.state().settings.repeat_last_token = repeat;
    }

    /// Throttles what exceeds so many calls of an action a second, as the service does for an account and region.
    pub(crate) fn calls_per_second(&self, action: &str, calls: u32) {
        let mut state = self.shared.state();
        let rates = &mut state.settings.rates;
        rates.insert(action.to_owned(), Rate::new(calls));
    }

    /// Changes the class of a log group of the usual region, which is made if need be.
    pub(crate) fn group_class(&self, group: &str, class: &str) {
        let mut state = self.shared.state();
        state.groups.set_class(super::ACCOUNT, REGION, group, class);
    }

    /// Has a log group of the usual region keep events for so many days. Nothing is deleted.
    #[cfg(feature = "aws")]
    pub(crate) fn retention(&self, group: &str, days: u32) {
        let mut state = self.shared.state();
        state
            .groups
            .set_retention(super::ACCOUNT, REGION, group, days);
    }

    /// Masks a text in every message, as a data protection policy does, for who does not ask for `unmask`.
    #[cfg(feature = "aws")]
    pub(crate) fn mask(&self, text: &str) {
        self.shared.state().settings.masked = Some(text.to_owned());
    }

    /// Lets queries of Insights be running for so many questions, and then be as this says (`Complete` at the start).
    pub(crate) fn insights_end(&self, running_for: u32, as_status: &'static str) {
        let mut state = self.shared.state();
        state.settings.insights_running_for = running_for;
        state.settings.insights_ends_as = as_status;
    }

    /// Every call so far, in the order of arrival.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The calls of one action so far.
    pub(crate) fn calls_of(&self, action: &str) -> Vec<Call> {
        let state = self.shared.state();
        let found = state.calls.iter().filter(|call| call.action == action);
        found.cloned().collect()
    }

    /// Blocks until `n` calls of an action have arrived, answered or not.
    ///
    /// # Panics
    /// When the deadline passes first.
    #[track_caller]
    pub(crate) fn wait_for_calls(&self, action: &str, n: usize, deadline: Duration) {
        let end = Instant::now() + deadline;
        let mut state = self.shared.state();
        loop {
            let of_action = state.calls.iter().filter(|call| call.action == action);
            let seen = of_action.count();
            if seen >= n {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{seen} of {n} calls of {action} in {deadline:?}"
            );
            let waited = self.shared.seen.wait_timeout(state, left);
            state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
    }
}
