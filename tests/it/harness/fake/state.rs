//! The state of the fake server: flow logs, tokens, sessions, log groups, calls and faults.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::cloudformation::DeployedStack;
use super::fault::Faults;
use super::iam::Role;
use super::logs::Groups;
use super::network_manager::CloudWan;
use super::s3::Bucket;

/// The account of all access keys that do not come from an assumed role.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The default region of a test.
pub(crate) const REGION: &str = "us-east-1";

/// How long after a change a stale reply can come from the time before it.
const STALE_FOR: jiff::SignedDuration = jiff::SignedDuration::from_secs(120);

/// A flow log as EC2 stores it. `None` is omitted from the description.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FlowLog {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) resource_id: String,
    /// Stored for the checks. DescribeFlowLogs does not return it.
    pub(crate) resource_type: String,
    pub(crate) traffic_type: Option<String>,
    pub(crate) log_destination_type: String,
    pub(crate) log_destination: Option<String>,
    pub(crate) log_group_name: Option<String>,
    pub(crate) deliver_logs_permission_arn: Option<String>,
    pub(crate) deliver_cross_account_role: Option<String>,
    pub(crate) log_format: String,
    pub(crate) max_aggregation_interval: u32,
    pub(crate) destination_options: Option<DestinationOptions>,
    pub(crate) tag_field_specifications: Vec<TagFieldSpecification>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) creation_time: String,
    pub(crate) flow_log_status: String,
    pub(crate) deliver_logs_status: String,
    pub(crate) deliver_logs_error_message: Option<String>,
    /// The number of DescribeFlowLogs calls that do not return it yet.
    pub(crate) hidden_for: u32,
}

impl FlowLog {
    /// Returns a flow log with a record format that delivers to a log group.
    #[cfg(feature = "aws")]
    pub(crate) fn of_group(number: usize, group: &str, format: &str) -> Self {
        let id = format!("fl-0aaaaaaaaaaaaaaa{number}");
        Self {
            log_group_name: Some(group.to_owned()),
            log_destination: None,
            log_format: format.to_owned(),
            creation_time: "2025-12-01T03:04:05.678Z".to_owned(),
            ..Self::sample(&id, "vpc-0123456789abcdef0")
        }
    }

    /// Returns a flow log of all traffic of a VPC to a log group, as created outside of Terraform. A test can change it.
    pub(crate) fn sample(id: &str, resource_id: &str) -> Self {
        Self::sample_in(REGION, id, resource_id)
    }

    /// Returns the same flow log in another region, with its log group.
    pub(crate) fn sample_in(region: &str, id: &str, resource_id: &str) -> Self {
        Self {
            id: id.to_owned(),
            account: ACCOUNT.to_owned(),
            region: region.to_owned(),
            resource_id: resource_id.to_owned(),
            resource_type: "VPC".to_owned(),
            traffic_type: Some("ALL".to_owned()),
            log_destination_type: "cloud-watch-logs".to_owned(),
            log_destination: Some(format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:sample")),
            log_group_name: Some("sample".to_owned()),
            deliver_logs_permission_arn: Some(format!("arn:aws:iam::{ACCOUNT}:role/sample")),
            deliver_cross_account_role: None,
            log_format: super::ec2::default_format("VPC"),
            max_aggregation_interval: 600,
            destination_options: None,
            tag_field_specifications: Vec::new(),
            tags: BTreeMap::new(),
            creation_time: "2026-01-02T03:04:05.678Z".to_owned(),
            flow_log_status: "ACTIVE".to_owned(),
            deliver_logs_status: "SUCCESS".to_owned(),
            deliver_logs_error_message: None,
            hidden_for: 0,
        }
    }

    /// Reports whether two flow logs deliver the same records to the same destination. EC2 refuses the second one.
    pub(super) fn delivers_like(&self, other: &Self) -> bool {
        self.account == other.account
            && self.region == other.region
            && self.resource_id == other.resource_id
            && self.traffic_type == other.traffic_type
            && self.log_destination_type == other.log_destination_type
            && self.destination() == other.destination()
            && self.deliver_logs_permission_arn == other.deliver_logs_permission_arn
            && self.deliver_cross_account_role == other.deliver_cross_account_role
            && self.log_format == other.log_format
            && self.max_aggregation_interval == other.max_aggregation_interval
            && self.destination_options == other.destination_options
            && self.tag_field_specifications == other.tag_field_specifications
    }

    /// Returns the name of the log group, from its name or its ARN.
    fn destination(&self) -> Option<&str> {
        self.log_group_name
            .as_deref()
            .or(self.log_destination.as_deref())
    }
}

/// The format of records in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DestinationOptions {
    pub(crate) file_format: String,
    pub(crate) hive_compatible_partitions: bool,
    pub(crate) per_hour_partition: bool,
}

impl Default for DestinationOptions {
    fn default() -> Self {
        Self {
            file_format: "plain-text".to_owned(),
            hive_compatible_partitions: false,
            per_hour_partition: false,
        }
    }
}

/// The tags that a flow log records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagFieldSpecification {
    pub(crate) resource_type: String,
    pub(crate) tag_keys: Vec<String>,
}

/// A call as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `ec2`, `sts`, `logs` or `cloudformation`.
    pub(crate) service: String,
    /// The operation, such as `CreateFlowLogs`.
    pub(crate) action: String,
    /// The fields of a form or the members of a JSON body: text unchanged, everything else as JSON.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The region of the credential scope. Empty if the call is not signed.
    pub(crate) region: String,
    /// The access key of the signature. Empty if the call is not signed.
    pub(crate) access_key: String,
    /// The user agent.
    pub(crate) user_agent: String,
    /// Whether it is signed with a session token.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only tests of the AWS half use it")
    )]
    pub(crate) has_token: bool,
    /// The time of arrival.
    pub(crate) at: Instant,
}

/// A session of an assumed role.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) account: String,
    /// `arn:aws:sts::…:assumed-role/role/session`.
    pub(super) arn: String,
    pub(super) user_id: String,
}

/// The first use of a client token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) flow_log_ids: Vec<String>,
}

/// The state behind the lock.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Flow logs in the order of creation.
    pub(super) flow_logs: BTreeMap<u64, FlowLog>,
    /// Networks in the order of creation.
    pub(super) networks: Vec<super::ec2::Network>,
    /// Core networks and attachments in the order of creation.
    pub(super) cloud_wan: Vec<CloudWan>,
    /// Client tokens by account, region and token.
    pub(super) tokens: BTreeMap<(String, String, String), Token>,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) groups: Groups,
    pub(super) stacks: Vec<DeployedStack>,
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) calls: Vec<Call>,
    /// Requests that contained a secret.
    pub(super) leaks: Vec<String>,
    pub(super) faults: Faults,
    /// The flow logs after each change and the time of the change, if the server remembers them.
    pub(super) history: Option<Vec<(jiff::Timestamp, BTreeMap<u64, FlowLog>)>>,
    /// The calls after which the server refuses connections, and for how long.
    pub(super) refuses: Option<(u32, Option<Duration>)>,
    /// The calls that were throttled because of a rate.
    pub(super) throttled: usize,
    pub(super) settings: Settings,
    counter: u64,
}

impl State {
    /// Returns a new number.
    pub(super) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Returns the last number.
    #[cfg(feature = "aws")]
    pub(super) fn counter(&self) -> u64 {
        self.counter
    }

    /// Continues after a number.
    #[cfg(feature = "aws")]
    pub(super) fn skip_to(&mut self, number: u64) {
        self.counter = self.counter.max(number);
    }

    /// Returns the time of the service.
    pub(super) fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now() + self.settings.clock_ahead
    }

    /// Remembers the flow logs, if they have changed.
    pub(super) fn remember(&mut self) {
        let now = self.now();
        let flow_logs = &self.flow_logs;
        if let Some(history) = &mut self.history
            && history.last().is_none_or(|(_, last)| last != flow_logs)
        {
            history.push((now, flow_logs.clone()));
        }
    }

    /// Returns the remembered flow logs that a stale reply may still contain, from the oldest to the present.
    pub(super) fn past(&self) -> Vec<BTreeMap<u64, FlowLog>> {
        let history = self.history.as_deref().unwrap_or_default();
        let oldest = self.now() - STALE_FOR;
        let is_allowed = |place: usize| history.get(place + 1).is_none_or(|(end, _)| *end > oldest);
        let allowed = (0..history.len()).filter(|place| is_allowed(*place));
        allowed.map(|place| history[place].1.clone()).collect()
    }

    /// Adds a flow log at the end.
    pub(super) fn add(&mut self, log: FlowLog) {
        let place = self.next();
        self.flow_logs.insert(place, log);
    }

    /// Returns the index of a flow log.
    pub(super) fn place(&self, is_meant: impl Fn(&FlowLog) -> bool) -> Option<u64> {
        let mut logs = self.flow_logs.iter();
        logs.find(|(_, log)| is_meant(log)).map(|(place, _)| *place)
    }

    /// Returns a new ID such as `fl-0123456789abcdef0`. The sequence is the same in each run.
    pub(super) fn next_id(&mut self, prefix: &str) -> String {
        let mixed = self.next().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{prefix}-0{mixed:016x}")
    }
}

/// The settings of a test for all calls.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) any_resource: bool,
    /// The enabled regions; all if it is empty.
    pub(super) regions: BTreeSet<String>,
    pub(super) resources: BTreeSet<String>,
    /// The roles by name. `None` if nobody may read them.
    pub(super) roles: Option<BTreeMap<String, Role>>,
    /// The policies of keys by ARN.
    pub(super) key_policies: BTreeMap<String, String>,
    /// The ARNs of the roles that nobody may assume.
    pub(super) refused_roles: BTreeSet<String>,
    /// The accounts of the organization with their states, in the order in which they are listed.
    pub(super) organization: Vec<(String, String)>,
    /// Record fields that are not in the table of the fake server.
    pub(super) extra_fields: BTreeSet<String>,
    pub(super) describe_page: usize,
    pub(super) networks_page: usize,
    pub(super) missing_is_empty: bool,
    pub(super) hide_for: u32,
    /// The kind of endless pages of DescribeFlowLogs.
    pub(super) endless: Option<super::ec2::Endless>,
    /// The offset of the service's clock.
    pub(super) clock_ahead: jiff::SignedDuration,
    /// Elements that descriptions omit.
    pub(super) left_out: BTreeSet<String>,
    /// Latency by action. `*` stands for all actions.
    pub(super) latencies: BTreeMap<String, Duration>,
    pub(super) events_page: usize,
    /// The first of every n pages of FilterLogEvents is empty and has a token. 0 turns this off.
    pub(super) empty_page_every: u64,
    pub(super) repeat_last_token: bool,
    /// The text to mask in messages.
    pub(super) masked: Option<String>,
    /// Maximum number of calls per second by action. Other calls are throttled.
    pub(super) rates: BTreeMap<String, Rate>,
    /// The number of polls that see a query as running, and its status afterwards.
    pub(super) insights_running_for: u32,
    pub(super) insights_ends_as: &'static str,
    /// The most rows of one page of a result.
    pub(super) insights_page: usize,
    /// The events that the service says it skipped because of field indexes.
    pub(super) insights_skipped: u32,
    /// Whether the times of streams are not updated yet.
    pub(super) stale_streams: bool,
    /// The most stacks, resources or exports on a page.
    pub(super) stacks_page: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            any_resource: true,
            regions: BTreeSet::new(),
            resources: BTreeSet::new(),
            roles: None,
            key_policies: BTreeMap::new(),
            refused_roles: BTreeSet::new(),
            organization: Vec::new(),
            extra_fields: BTreeSet::new(),
            describe_page: 1000,
            networks_page: 1000,
            missing_is_empty: false,
            hide_for: 0,
            endless: None,
            clock_ahead: jiff::SignedDuration::ZERO,
            left_out: BTreeSet::new(),
            latencies: BTreeMap::new(),
            events_page: 10_000,
            empty_page_every: 0,
            repeat_last_token: false,
            masked: None,
            rates: BTreeMap::new(),
            insights_running_for: 1,
            insights_ends_as: "Complete",
            insights_page: 10_000,
            insights_skipped: 0,
            stale_streams: false,
            stacks_page: 2,
        }
    }
}

/// A token bucket that refills at a rate per second.
#[derive(Debug)]
pub(super) struct Rate {
    size: f64,
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Rate {
    /// A full bucket.
    pub(super) fn new(size: u32, per_second: u32) -> Self {
        Self {
            size: f64::from(size),
            per_second: f64::from(per_second),
            left: f64::from(size),
            at: Instant::now(),
        }
    }

    /// Takes a token, if one is left.
    pub(super) fn take(&mut self) -> bool {
        let now = Instant::now();
        let filled = self.left + self.per_second * (now - self.at).as_secs_f64();
        self.left = filled.min(self.size);
        self.at = now;
        let allowed = self.left >= 1.0;
        if allowed {
            self.left -= 1.0;
        }
        allowed
    }
}
