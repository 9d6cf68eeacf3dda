//! The model of a flow log: schema, documentation, configuration, plan and state in one declaration.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{destination, target};
use crate::framework::{Attr, Model, behaviour};

/// Traffic that may be recorded.
pub(crate) const TRAFFIC_TYPES: &[&str] = &["ACCEPT", "REJECT", ALL];
/// What is recorded of the targets that take no traffic type.
pub(crate) const ALL: &str = "ALL";
/// File formats on S3.
pub(crate) const FILE_FORMATS: &[&str] = &["plain-text", "parquet"];
/// Seconds over which records may be gathered.
pub(crate) const INTERVALS: &[i64] = &[60, 600];
/// Resource types whose tags can become record fields.
pub(crate) const TAG_FIELD_RESOURCE_TYPES: &[&str] =
    &["network-interface", "instance", "auto-scaling-group"];

/// Manages a flow log, which records the IP traffic of a VPC, a subnet, a network interface, a transit
/// gateway or another network resource, and delivers the records to CloudWatch Logs, S3 or Firehose.
///
/// AWS cannot change a flow log: every argument but `tags`, `timeouts` and `adopt_existing` replaces it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlowLog {
    /// The VPC whose traffic is recorded (`vpc-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub vpc_id: Attr<String>,
    /// The subnet whose traffic is recorded (`subnet-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub subnet_id: Attr<String>,
    /// The network interface whose traffic is recorded (`eni-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub eni_id: Attr<String>,
    /// The transit gateway whose traffic is recorded (`tgw-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub transit_gateway_id: Attr<String>,
    /// The transit gateway attachment whose traffic is recorded (`tgw-attach-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub transit_gateway_attachment_id: Attr<String>,
    /// The regional NAT gateway whose traffic is recorded (`nat-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub regional_nat_gateway_id: Attr<String>,
    /// The resource whose traffic is recorded, of whatever type. At least one of the id arguments is
    /// required; several are accepted if they name the same resource.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub resource_id: Attr<String>,
    /// The type of the resource whose traffic is recorded. It follows from the id; give it when the id's
    /// prefix does not tell, as for a Cloud WAN edge (`CoreNetworkEdge`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(target::RESOURCE_TYPES))]
    pub resource_type: Attr<String>,
    /// The traffic that is recorded: `ACCEPT`, `REJECT` or `ALL`. Required for a VPC, a subnet, a network
    /// interface and a regional NAT gateway; without effect for transit gateways and Cloud WAN, of which
    /// all traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(TRAFFIC_TYPES))]
    pub traffic_type: Attr<String>,
    /// The kind of destination: `cloud-watch-logs`, `s3` or `kinesis-data-firehose`. It follows from the
    /// destination.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(destination::TYPES))]
    pub log_destination_type: Attr<String>,
    /// The ARN of the log group, bucket (with a folder, if any) or delivery stream that gets the records.
    /// A trailing `:*` on a log group's ARN makes no difference.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub log_destination: Attr<String>,
    /// The name of the CloudWatch Logs group that gets the records, instead of `log_destination`.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub log_group_name: Attr<String>,
    /// The ARN of the role that delivers to CloudWatch Logs, or across accounts to Firehose. Required for
    /// CloudWatch Logs; refused for S3.
    #[serde(default)]
    #[schemars(transform = behaviour::requires_replace)]
    pub iam_role_arn: Attr<String>,
    /// The ARN of the role in the destination account, for delivery across accounts to Firehose.
    #[serde(default)]
    #[schemars(transform = behaviour::requires_replace)]
    pub deliver_cross_account_role: Attr<String>,
    /// The fields of a record, in order, as `${field}` separated by spaces (in HCL: `$${field}`). Without
    /// it, AWS's default format of the resource type. Line breaks and more than one space make no difference.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub log_format: Attr<String>,
    /// The longest time, in seconds, over which a flow's packets are gathered into one record: 60 or 600.
    /// The default is 600; for transit gateways and Cloud WAN it is 60, the only value there.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(INTERVALS))]
    pub max_aggregation_interval: Attr<i64>,
    /// How records are stored on S3. For other destinations the defaults may be written, without effect.
    #[serde(default)]
    #[schemars(transform = behaviour::group_block)]
    pub destination_options: Attr<DestinationOptions>,
    /// Tags of instances, network interfaces or Auto Scaling groups that become record fields, such as
    /// `${instance-tag}`. One block for each resource type.
    #[serde(default)]
    #[schemars(transform = behaviour::set_block, transform = behaviour::requires_replace)]
    pub tag_field_specification: Attr<BTreeSet<TagFieldSpecification>>,
    /// Tags of the flow log. With `default_tags` in the provider, these win where keys are equal.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the flow log, those from the provider's `default_tags` included.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub tags_all: Attr<BTreeMap<String, String>>,
    /// The region in which the flow log is managed. The default is the provider's. A log group or a delivery
    /// stream must be in the same region. Set it when you import a flow log from another region.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub region: Attr<String>,
    /// Whether a flow log that exists already and is equal in everything but its tags is taken over, instead
    /// of failing. Its tags are then changed to what is planned here. What was taken over is not deleted by
    /// the same run, and what a run has deleted or given to another resource is not taken over. The plan
    /// refuses a flow log that another resource of the configuration keeps. **What another configuration or
    /// workspace manages, or a resource whose arguments are known only after apply, cannot be seen and is
    /// taken over too: two resources then manage one flow log, and destroying either deletes it**.
    #[serde(default)]
    pub adopt_existing: Attr<bool>,
    /// How long the operations may take.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub timeouts: Attr<Timeouts>,
    /// The id of the flow log (`fl-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub id: Attr<String>,
    /// The ARN of the flow log; null if the provider was told not to ask for the account.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only, transform = behaviour::requires_replace)]
    pub arn: Attr<String>,
    /// When the flow log was made, as RFC 3339.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub creation_time: Attr<String>,
    /// The status of the flow log: `ACTIVE`, even while delivery fails.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub flow_log_status: Attr<String>,
    /// Whether records are delivered: `SUCCESS` or `FAILED`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub deliver_logs_status: Attr<String>,
    /// Why records are not delivered: `Access error`, `Rate limited` or `Unknown error`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub deliver_logs_error_message: Attr<String>,
}

impl Model for FlowLog {}

/// How records are stored on S3.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DestinationOptions {
    /// The format of the files: `plain-text` (the default) or `parquet`.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(FILE_FORMATS))]
    pub file_format: Attr<String>,
    /// Whether folders are named as Hive partitions. The default is `false`.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub hive_compatible_partitions: Attr<bool>,
    /// Whether there is a folder for each hour. The default is `false`.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub per_hour_partition: Attr<bool>,
}

/// The tags of one resource type that become record fields.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct TagFieldSpecification {
    /// The type of the tagged resource: `network-interface`, `instance` or `auto-scaling-group`.
    #[schemars(transform = behaviour::one_of(TAG_FIELD_RESOURCE_TYPES))]
    pub resource_type: Attr<String>,
    /// The keys of the tags, one or two, in order: the first is the field without a number, as
    /// `${instance-tag}`, the second the one with `-2`, as `${instance-tag-2}`.
    #[schemars(length(max = 2))]
    pub tag_keys: Attr<Vec<Attr<String>>>,
}

/// How long the operations may take, as durations such as `30s` or `5m`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeouts {
    /// For creating, retries and waits included. The default is `5m`.
    #[serde(default)]
    pub create: Attr<String>,
    /// For deleting, retries included. The default is `2m`.
    #[serde(default)]
    pub delete: Attr<String>,
}
