//! The model of a flow log: schema, documentation, configuration, plan and state in one declaration.
//!
//! The first sentence of a description says what the attribute is, the others how to write it: read-only views show the
//! first sentence only.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::destination::TYPES;
use super::target::RESOURCE_TYPES;
use crate::framework::{Attr, Model, behaviour};

/// The types of traffic.
pub(crate) const TRAFFIC_TYPES: &[&str] = &["ACCEPT", "REJECT", ALL];
/// The type of traffic of resources that have no choice.
pub(crate) const ALL: &str = "ALL";
/// The file formats on S3.
pub(crate) const FILE_FORMATS: &[&str] = &["plain-text", "parquet"];
/// The aggregation intervals, in seconds.
pub(crate) const INTERVALS: &[i64] = &[60, 600];
/// The types of resources whose tags can become record fields.
pub(crate) const TAG_FIELD_RESOURCE_TYPES: &[&str] =
    &["network-interface", "instance", "auto-scaling-group"];

/// Manages a flow log, which records the IP traffic of a VPC, a subnet, a network interface, a transit gateway or
/// another network resource, and delivers the records to CloudWatch Logs, S3 or Firehose.
///
/// AWS cannot change a flow log. A change of any argument except `tags`, `timeouts` and `adopt_existing` replaces it.
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
    /// The resource whose traffic is recorded, of any type. **One of `vpc_id`, `subnet_id`, `eni_id`, `transit_gateway_id`,
    /// `transit_gateway_attachment_id`, `regional_nat_gateway_id` and `resource_id` is required**. Several are accepted if they
    /// contain the same ID.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub resource_id: Attr<String>,
    /// The type of the resource whose traffic is recorded; null if the ID does not determine it. Set it if the ID has
    /// no known prefix, for example for a Cloud WAN edge (`CoreNetworkEdge`).
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(RESOURCE_TYPES))]
    pub resource_type: Attr<String>,
    /// The traffic that is recorded: `ACCEPT`, `REJECT` or `ALL`; null for transit gateways and Cloud WAN. Required for
    /// a VPC, a subnet, a network interface and a regional NAT gateway. It has no effect for transit gateways and Cloud
    /// WAN, whose flow logs record all traffic.
    #[serde(default)]
    #[schemars(transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(TRAFFIC_TYPES))]
    pub traffic_type: Attr<String>,
    /// The type of the destination: `cloud-watch-logs`, `s3` or `kinesis-data-firehose`. The default is derived from
    /// the destination.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(TYPES))]
    pub log_destination_type: Attr<String>,
    /// The ARN of the log group, bucket (optionally with a folder) or delivery stream that receives the records. **One of
    /// `log_destination` and `log_group_name` is required**. A `:*` at the end of the ARN of a log group is ignored.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub log_destination: Attr<String>,
    /// The name of the CloudWatch Logs group that receives the records. Set it instead of `log_destination`.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub log_group_name: Attr<String>,
    /// The ARN of the role that delivers to CloudWatch Logs, or to Firehose in another account. Required for CloudWatch
    /// Logs, and not allowed for S3.
    #[serde(default)]
    #[schemars(transform = behaviour::requires_replace)]
    pub iam_role_arn: Attr<String>,
    /// The ARN of the role in the account of the destination, for delivery to Firehose in another account.
    #[serde(default)]
    #[schemars(transform = behaviour::requires_replace)]
    pub deliver_cross_account_role: Attr<String>,
    /// The fields of a record, in order, as `${field}` separated by spaces. In HCL, write `$${field}`. The default is
    /// AWS's default format for the resource type. Line breaks and repeated spaces are ignored.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub log_format: Attr<String>,
    /// The longest time, in seconds, over which the packets of a flow are aggregated into one record: 60 or 600. The
    /// default is 600. For transit gateways and Cloud WAN, 60 is the default and the only possible value.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    #[schemars(transform = behaviour::one_of(INTERVALS))]
    pub max_aggregation_interval: Attr<i64>,
    /// How records are stored on S3. Other destinations accept only the default values, which have no effect.
    #[serde(default)]
    #[schemars(transform = behaviour::group_block)]
    pub destination_options: Attr<DestinationOptions>,
    /// Tags of instances, network interfaces or Auto Scaling groups that become record fields, such as
    /// `${instance-tag}`. Use one block for each resource type. `log_format` must contain the fields.
    #[serde(default)]
    #[schemars(transform = behaviour::set_block, transform = behaviour::requires_replace)]
    pub tag_field_specification: Attr<BTreeSet<TagFieldSpecification>>,
    /// The tags of the flow log. They override tags with the same keys in the provider's `default_tags`.
    #[serde(default)]
    #[schemars(transform = behaviour::computed)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// All tags of the flow log, including those from the provider's `default_tags`.
    #[serde(default, skip_serializing_if = "Attr::is_null")]
    #[schemars(transform = behaviour::read_only)]
    pub tags_all: Attr<BTreeMap<String, String>>,
    /// The region of the flow log. The default is the region of the provider. A log group or a delivery stream must be in
    /// the same region. Set it when you import a flow log from another region.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    pub region: Attr<String>,
    /// Whether a create adopts an existing flow log that differs at most in its tags, instead of failing. The provider
    /// then changes its tags to the planned ones. In one run, the provider does not delete a flow log that it has
    /// adopted, and does not adopt a flow log that it has deleted or that belongs to another resource. The plan fails
    /// if another resource of the configuration keeps the flow log. **The provider cannot detect that another
    /// configuration or workspace manages the flow log, or a resource whose arguments are known only after apply. In
    /// this case two resources manage one flow log, and destroying either resource deletes it**.
    #[serde(default, skip_serializing_if = "Attr::is_null")]
    pub adopt_existing: Attr<bool>,
    /// The time limits of operations.
    #[serde(default, skip_serializing_if = "Attr::is_null")]
    #[schemars(transform = behaviour::single_block)]
    pub timeouts: Attr<Timeouts>,
    /// The ID of the flow log (`fl-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub id: Attr<String>,
    /// The ARN of the flow log; null if `skip_requesting_account_id` is set.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only, transform = behaviour::requires_replace)]
    pub arn: Attr<String>,
    /// The time when the flow log was created, in RFC 3339 format.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub creation_time: Attr<String>,
    /// The status of the flow log: `ACTIVE`, even if delivery fails.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub flow_log_status: Attr<String>,
    /// The status of the delivery: `SUCCESS` or `FAILED`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub deliver_logs_status: Attr<String>,
    /// The cause of failed delivery: `Access error`, `Rate limited` or `Unknown error`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub deliver_logs_error_message: Attr<String>,
}

impl Model for FlowLog {}

/// How records are stored on S3.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DestinationOptions {
    /// The format of the files: `plain-text` or `parquet`. The default is `plain-text`.
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
    /// The keys of the tags, one or two, in order. The first key belongs to the field without a number, such as
    /// `${instance-tag}`, and the second key to the field with `-2`, such as `${instance-tag-2}`.
    #[schemars(length(max = 2))]
    pub tag_keys: Attr<Vec<Attr<String>>>,
}

/// The time limits of operations, as durations such as `30s` or `5m`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeouts {
    /// The time limit for creating the flow log, as a duration such as `30s` or `10m`. It includes retries and waits. The
    /// default is `5m`.
    #[serde(default)]
    pub create: Attr<String>,
    /// The time limit for deleting the flow log, as a duration such as `30s` or `10m`. It includes retries. The default is
    /// `2m`.
    #[serde(default)]
    pub delete: Attr<String>,
}
