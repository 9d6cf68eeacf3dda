//! The functions with which a test controls and inspects the fake server. All are synchronous and thread-safe.

use std::time::{Duration, Instant};

#[cfg(feature = "aws")]
use super::DeployedStack;
use super::state::Rate;
use super::{Call, Fake, Fault, FlowLog, REGION};

impl Fake {
    /// Returns the flow logs of a region in all accounts, in the order of creation.
    pub(crate) fn flow_logs(&self, region: &str) -> Vec<FlowLog> {
        let state = self.shared.state();
        let found = state.flow_logs.values().filter(|log| log.region == region);
        found.cloned().collect()
    }

    /// Changes a flow log outside of the API.
    #[track_caller]
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut FlowLog)) {
        let mut state = self.shared.state();
        let found = state.flow_logs.values_mut().find(|log| log.id == id);
        change(found.unwrap_or_else(|| panic!("no flow log {id}")));
    }

    /// Deletes a flow log outside of the API.
    #[track_caller]
    pub(crate) fn remove(&self, id: &str) -> FlowLog {
        let mut state = self.shared.state();
        let place = state.place(|log| log.id == id);
        let removed = place.and_then(|place| state.flow_logs.remove(&place));
        removed.unwrap_or_else(|| panic!("no flow log {id}"))
    }

    /// Adds a flow log outside of the API, without any checks.
    #[track_caller]
    pub(crate) fn insert(&self, log: FlowLog) {
        let mut state = self.shared.state();
        let known = state.place(|known| known.id == log.id);
        assert!(known.is_none(), "flow log {} exists already", log.id);
        state.add(log);
    }

    /// Adds a network, without any checks.
    #[cfg(feature = "aws")]
    pub(crate) fn add_network(&self, network: super::Network) {
        self.shared.state().networks.push(network);
    }

    /// Adds a core network or an attachment, without any checks.
    #[cfg(feature = "aws")]
    pub(crate) fn add_cloud_wan(&self, network: super::CloudWan) {
        self.shared.state().cloud_wan.push(network);
    }

    /// Sets the maximum page size of the descriptions of networks (default 1000, or 500 for Cloud WAN).
    #[cfg(feature = "aws")]
    pub(crate) fn networks_page_size(&self, size: usize) {
        assert!(size > 0, "a page holds at least one network");
        self.shared.state().settings.networks_page = size;
    }

    /// Adds a deployed stack, without any checks.
    #[cfg(feature = "aws")]
    pub(crate) fn deploy(&self, stack: DeployedStack) {
        self.shared.state().stacks.push(stack);
    }

    /// Sets the delivery of a flow log to failed, with a cause of AWS such as `Access error`.
    #[track_caller]
    pub(crate) fn deliver_failing(&self, id: &str, message: &str) {
        self.change(id, |log| {
            "FAILED".clone_into(&mut log.deliver_logs_status);
            log.deliver_logs_error_message = Some(message.to_owned());
        });
    }

    /// Accepts all resource IDs (the default), or only those that were added.
    pub(crate) fn allow_any_resource(&self, any: bool) {
        self.shared.state().settings.any_resource = any;
    }

    /// Adds a resource, for a server that does not accept all IDs.
    pub(crate) fn add_resource(&self, id: &str) {
        let mut state = self.shared.state();
        state.settings.resources.insert(id.to_owned());
    }

    /// Accepts a record field that is not in the table of the fake server.
    pub(crate) fn add_record_field(&self, name: &str) {
        let mut state = self.shared.state();
        state.settings.extra_fields.insert(name.to_owned());
    }

    /// Sets the maximum page size of DescribeFlowLogs, for all requests (default 1000).
    pub(crate) fn describe_page_size(&self, size: usize) {
        assert!(size > 0, "a page holds at least one flow log");
        self.shared.state().settings.describe_page = size;
    }

    /// Returns an empty set for an unknown ID instead of `InvalidFlowLogId.NotFound`. EC2 does both.
    pub(crate) fn missing_is_empty(&self, empty: bool) {
        self.shared.state().settings.missing_is_empty = empty;
    }

    /// Sets the offset of the service's clock, which determines creation times and the dates of replies.
    pub(crate) fn clock_ahead(&self, by: jiff::SignedDuration) {
        self.shared.state().settings.clock_ahead = by;
    }

    /// Makes the pages of DescribeFlowLogs endless.
    pub(crate) fn describe_endlessly(&self, how: super::Endless) {
        self.shared.state().settings.endless = Some(how);
    }

    /// Sets the regions that are enabled in all accounts. Before, all are enabled, and none is listed.
    #[cfg(feature = "aws")]
    pub(crate) fn enable_regions(&self, regions: &[&str]) {
        let names = regions.iter().map(|name| (*name).to_owned());
        self.shared.state().settings.regions = names.collect();
    }

    /// Sets the accounts of the organization with their states, such as `ACTIVE`. Before, there is no organization.
    #[cfg(feature = "aws")]
    pub(crate) fn organize(&self, accounts: &[(&str, &str)]) {
        let accounts = accounts.iter();
        let accounts = accounts.map(|(id, state)| ((*id).to_owned(), (*state).to_owned()));
        self.shared.state().settings.organization = accounts.collect();
    }

    /// Sets the roles, and lets everybody read them.
    #[cfg(feature = "aws")]
    pub(crate) fn roles(&self, roles: &[(&str, super::Role)]) {
        let roles = roles.iter();
        let roles = roles.map(|(name, role)| ((*name).to_owned(), role.clone()));
        self.shared.state().settings.roles = Some(roles.collect());
    }

    /// Sets the policy of a key, and lets everybody read it.
    #[cfg(feature = "aws")]
    pub(crate) fn key_policy(&self, arn: &str, policy: &str) {
        let mut state = self.shared.state();
        let policies = &mut state.settings.key_policies;
        policies.insert(arn.to_owned(), policy.to_owned());
    }

    /// Lets nobody assume the role.
    #[cfg(feature = "aws")]
    pub(crate) fn refuse_role(&self, arn: &str) {
        let mut state = self.shared.state();
        state.settings.refused_roles.insert(arn.to_owned());
    }

    /// Returns the number of bytes sent of endless replies.
    #[cfg(feature = "aws")]
    pub(crate) fn sent_endlessly(&self) -> u64 {
        self.shared
            .sent_endlessly
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Hides each new flow log from its first `calls` descriptions.
    pub(crate) fn hide_for(&self, calls: u32) {
        self.shared.state().settings.hide_for = calls;
    }

    /// Omits elements such as `logFormat` from all descriptions, as emulators of AWS do.
    #[cfg(feature = "aws")]
    pub(crate) fn leave_out(&self, elements: &[&str]) {
        let names = elements.iter().map(|name| (*name).to_owned());
        self.shared.state().settings.left_out = names.collect();
    }

    /// Adds a fault for `times` calls of an action, after the faults that are already queued.
    pub(crate) fn fail(&self, action: &str, fault: Fault, times: u32) {
        self.shared.state().faults.push(action, fault, times);
    }

    /// Adds a fault for `times` calls of an action, after `before` calls without it.
    pub(crate) fn aim(&self, action: &str, before: u32, fault: Fault, times: u32) {
        let mut state = self.shared.state();
        state.faults.aim(action, before, fault, times);
    }

    /// Begins to remember the flow logs after each change, for stale replies. If those that exist are young, there was a
    /// state without them.
    pub(crate) fn remember(&self, young: bool) {
        let mut state = self.shared.state();
        let now = state.now();
        let before = young.then(std::collections::BTreeMap::new);
        let states = before.into_iter().chain([state.flow_logs.clone()]);
        state.history = Some(states.map(|flow_logs| (now, flow_logs)).collect());
    }

    /// Removes all queued faults.
    pub(crate) fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }

    /// Replies to all calls that are currently held.
    pub(crate) fn release(&self) {
        self.shared.released.send_modify(|count| *count += 1);
    }

    /// Sets the latency of an action. `*` stands for all actions without their own latency.
    pub(crate) fn latency(&self, action: &str, latency: Duration) {
        let mut state = self.shared.state();
        state.settings.latencies.insert(action.to_owned(), latency);
    }

    /// Writes events (milliseconds, message) to a log group in the default region, and creates the log group if necessary.
    pub(crate) fn put_events(&self, group: &str, stream: &str, events: Vec<(i64, String)>) {
        self.put_events_in(REGION, group, stream, events);
    }

    /// Writes events to a log group in a region.
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

    /// Writes events to a log group of another account, in the default region.
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

    /// Sets the maximum page size of FilterLogEvents, for all requests (default 10,000).
    pub(crate) fn events_page_size(&self, size: usize) {
        assert!(size > 0, "a page holds at least one event");
        self.shared.state().settings.events_page = size;
    }

    /// Makes the first of every n pages of FilterLogEvents empty, with a token for the next page. 0 turns this off.
    pub(crate) fn empty_page_every(&self, n: u64) {
        assert!(n != 1, "if every page is empty, no client can finish");
        self.shared.state().settings.empty_page_every = n;
    }

    /// Ends FilterLogEvents by returning the token that was sent, instead of no token.
    pub(crate) fn repeat_last_token(&self, repeat: bool) {
        self.shared.state().settings.repeat_last_token = repeat;
    }

    /// Throttles an action above this number of calls per second, as the service does for an account and region.
    pub(crate) fn calls_per_second(&self, action: &str, calls: u32) {
        let mut state = self.shared.state();
        let rates = &mut state.settings.rates;
        rates.insert(action.to_owned(), Rate::new(calls, calls));
    }

    /// Throttles calls about flow logs as EC2 documents it: 100 at once and 20 per second for descriptions, 50 at once and
    /// 5 per second for each operation that changes something.
    #[cfg(feature = "aws")]
    pub(crate) fn ec2_buckets(&self) {
        let mut state = self.shared.state();
        let rates = &mut state.settings.rates;
        rates.insert("DescribeFlowLogs".to_owned(), Rate::new(100, 20));
        for action in [
            "CreateFlowLogs",
            "DeleteFlowLogs",
            "CreateTags",
            "DeleteTags",
        ] {
            rates.insert(action.to_owned(), Rate::new(50, 5));
        }
    }

    /// Returns the number of calls that were throttled because of a rate.
    #[cfg(feature = "aws")]
    pub(crate) fn throttled(&self) -> usize {
        self.shared.state().throttled
    }

    /// Changes the class of a log group in the default region, and creates the log group if necessary.
    pub(crate) fn group_class(&self, group: &str, class: &str) {
        let mut state = self.shared.state();
        state.groups.set_class(super::ACCOUNT, REGION, group, class);
    }

    /// Sets the retention in days of a log group in the default region. Nothing is deleted.
    #[cfg(feature = "aws")]
    pub(crate) fn retention(&self, group: &str, days: u32) {
        let mut state = self.shared.state();
        state
            .groups
            .set_retention(super::ACCOUNT, REGION, group, days);
    }

    /// Encrypts a log group in the default region with a key of KMS.
    #[cfg(feature = "aws")]
    pub(crate) fn group_key(&self, group: &str, key: &str) {
        let mut state = self.shared.state();
        state.groups.set_key(REGION, group, key);
    }

    /// Masks a text in all messages, as a data protection policy does, unless the request sets `unmask`.
    #[cfg(feature = "aws")]
    pub(crate) fn mask(&self, text: &str) {
        self.shared.state().settings.masked = Some(text.to_owned());
    }

    /// Lets a page of a query's result hold at most this many rows, and says that events were skipped because of indexes.
    #[cfg(feature = "aws")]
    pub(crate) fn insights_pages(&self, rows: usize, skipped: u32) {
        let mut state = self.shared.state();
        state.settings.insights_page = rows;
        state.settings.insights_skipped = skipped;
    }

    /// Sets how many polls see an Insights query as running, and its status afterwards (default `Complete`).
    pub(crate) fn insights_end(&self, running_for: u32, as_status: &'static str) {
        let mut state = self.shared.state();
        state.settings.insights_running_for = running_for;
        state.settings.insights_ends_as = as_status;
    }

    /// Leaves out the times of streams, which CloudWatch Logs updates late.
    #[cfg(feature = "aws")]
    pub(crate) fn stale_streams(&self, stale: bool) {
        self.shared.state().settings.stale_streams = stale;
    }

    /// Returns the number of Insights queries that run.
    #[cfg(feature = "aws")]
    pub(crate) fn running_queries(&self) -> usize {
        self.shared.state().groups.running_queries()
    }

    /// Returns all calls so far, in the order of arrival.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// Returns the calls of one action so far.
    pub(crate) fn calls_of(&self, action: &str) -> Vec<Call> {
        let state = self.shared.state();
        let found = state.calls.iter().filter(|call| call.action == action);
        found.cloned().collect()
    }

    /// Waits until `n` calls of an action have arrived, with or without a reply.
    ///
    /// # Panics
    /// If the deadline passes first.
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
