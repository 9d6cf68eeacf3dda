//! What the fake remembers: flow logs, tokens, sessions, log groups, calls, and what it was told to do wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::fault::Faults;
use super::logs::Groups;

/// The account of every access key that no assumed role gave out.
pub(crate) const ACCOUNT: &str = "123456789012";

/// The region of what a test puts in without naming one.
pub(crate) const REGION: &str = "us-east-1";

/// A flow log as EC2 keeps it. What is `None` is left out of the description.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FlowLog {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) resource_id: String,
    /// Kept for the rules; DescribeFlowLogs does not return it.
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
    /// How many more DescribeFlowLogs do not see it yet.
    pub(crate) hidden_for: u32,
}

impl FlowLog {
    /// One of many that deliver lines of a format to a log group, known by its name.
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

    /// A flow log of a VPC's whole traffic to a log group, as if made outside Terraform; a test changes what it likes.
    pub(crate) fn sample(id: &str, resource_id: &str) -> Self {
        Self::sample_in(REGION, id, resource_id)
    }

    /// The same in another region, where its log group is too.
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

    /// Whether two flow logs would deliver the same records to the same place: EC2 refuses the second one.
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

    /// A log group is the same whether it was given by name or by ARN.
    fn destination(&self) -> Option<&str> {
        self.log_group_name
            .as_deref()
            .or(self.log_destination.as_deref())
    }
}

/// How records lie in a bucket.
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

/// The tags whose values a flow log records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagFieldSpecification {
    pub(crate) resource_type: String,
    pub(crate) tag_keys: Vec<String>,
}

/// One call as it arrived, whatever was answered.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `ec2`, `sts` or `logs`.
    pub(crate) service: String,
    /// The operation, such as `CreateFlowLogs`.
    pub(crate) action: String,
    /// A form's fields, or a JSON body's members: text as it is, everything else as JSON.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The region of the credential scope; empty when the call is not signed.
    pub(crate) region: String,
    /// The access key that signed; empty when the call is not signed.
    pub(crate) access_key: String,
    /// What the caller says it is.
    pub(crate) user_agent: String,
    /// When it arrived.
    pub(crate) at: Instant,
}

/// What a role was assumed as.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) account: String,
    /// `arn:aws:sts::…:assumed-role/role/session`.
    pub(super) arn: String,
    pub(super) user_id: String,
}

/// What a client token was first used for.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) flow_log_ids: Vec<String>,
}

/// Everything behind the lock.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By the order of their making.
    pub(super) flow_logs: BTreeMap<u64, FlowLog>,
    /// By account, region and token.
    pub(super) tokens: BTreeMap<(String, String, String), Token>,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) groups: Groups,
    pub(super) calls: Vec<Call>,
    pub(super) faults: Faults,
    pub(super) settings: Settings,
    counter: u64,
}

impl State {
    /// A number that this fake has not given out before.
    pub(super) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// What time it is at the service.
    pub(super) fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now() + self.settings.clock_ahead
    }

    /// Remembers a flow log after all others.
    pub(super) fn add(&mut self, log: FlowLog) {
        let place = self.next();
        self.flow_logs.insert(place, log);
    }

    /// The place of a flow log.
    pub(super) fn place(&self, is_meant: impl Fn(&FlowLog) -> bool) -> Option<u64> {
        let mut logs = self.flow_logs.iter();
        logs.find(|(_, log)| is_meant(log)).map(|(place, _)| *place)
    }

    /// An id such as `fl-0123456789abcdef0`: new each time, the same from run to run.
    pub(super) fn next_id(&mut self, prefix: &str) -> String {
        let mixed = self.next().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{prefix}-0{mixed:016x}")
    }
}

/// What a test has set once for all calls.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) any_resource: bool,
    pub(super) resources: BTreeSet<String>,
    /// Record fields newer than the fake's own table.
    pub(super) extra_fields: BTreeSet<String>,
    pub(super) describe_page: usize,
    pub(super) missing_is_empty: bool,
    pub(super) hide_for: u32,
    /// How the pages of DescribeFlowLogs never end.
    pub(super) endless: Option<super::ec2::Endless>,
    /// How far the service's clock is ahead of this machine's.
    pub(super) clock_ahead: jiff::SignedDuration,
    /// What descriptions leave out.
    pub(super) left_out: BTreeSet<String>,
    /// By action; `*` is every action.
    pub(super) latencies: BTreeMap<String, Duration>,
    pub(super) events_page: usize,
    /// The first of every n pages of FilterLogEvents is empty and carries a token; 0 is never.
    pub(super) empty_page_every: u64,
    pub(super) repeat_last_token: bool,
    /// What is masked in messages.
    pub(super) masked: Option<String>,
    /// Calls of an action per second; the rest is throttled.
    pub(super) rates: BTreeMap<String, Rate>,
    /// How often a query is still running when it is asked for, and what it is after that.
    pub(super) insights_running_for: u32,
    pub(super) insights_ends_as: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            any_resource: true,
            resources: BTreeSet::new(),
            extra_fields: BTreeSet::new(),
            describe_page: 1000,
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
        }
    }
}

/// A bucket of calls that fills up again by so many a second, and holds those of one second.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Rate {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second: f64::from(per_second),
            left: f64::from(per_second),
            at: Instant::now(),
        }
    }

    /// Takes a call, if there is one left.
    pub(super) fn take(&mut self) -> bool {
        let now = Instant::now();
        let filled = self.left + self.per_second * (now - self.at).as_secs_f64();
        self.left = filled.min(self.per_second);
        self.at = now;
        let allowed = self.left >= 1.0;
        if allowed {
            self.left -= 1.0;
        }
        allowed
    }
}
