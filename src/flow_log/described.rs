//! A flow log as data sources show it: every attribute of the resource, all of them read.
//!
//! Made of the resource's state, field by field without `..`, so that both show the same.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::convert;
use super::model::{self, FlowLog};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::{Attr, Model, behaviour};

/// A flow log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Described {
    /// The id of the flow log (`fl-…`).
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub id: Attr<String>,
    /// The ARN of the flow log; null if the provider was told not to ask for the account.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub arn: Attr<String>,
    /// The region of the flow log.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub region: Attr<String>,
    /// The VPC whose traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub vpc_id: Attr<String>,
    /// The subnet whose traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub subnet_id: Attr<String>,
    /// The network interface whose traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub eni_id: Attr<String>,
    /// The transit gateway whose traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub transit_gateway_id: Attr<String>,
    /// The transit gateway attachment whose traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub transit_gateway_attachment_id: Attr<String>,
    /// The regional NAT gateway whose traffic is recorded.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub regional_nat_gateway_id: Attr<String>,
    /// The resource whose traffic is recorded, of whatever type.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub resource_id: Attr<String>,
    /// The type of that resource, as its id tells it; null if the id does not.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub resource_type: Attr<String>,
    /// The traffic that is recorded: `ACCEPT`, `REJECT` or `ALL`; null for transit gateways and Cloud WAN.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub traffic_type: Attr<String>,
    /// The kind of destination: `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub log_destination_type: Attr<String>,
    /// The ARN of the log group, bucket or delivery stream that gets the records.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub log_destination: Attr<String>,
    /// The name of the CloudWatch Logs group that gets the records.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub log_group_name: Attr<String>,
    /// The ARN of the role that delivers.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub iam_role_arn: Attr<String>,
    /// The ARN of the role in the destination account.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub deliver_cross_account_role: Attr<String>,
    /// The fields of a record, in order, as `${field}` separated by spaces.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub log_format: Attr<String>,
    /// The longest time, in seconds, over which a flow's packets are gathered into one record.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub max_aggregation_interval: Attr<i64>,
    /// How records are stored on S3; null for other destinations.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub destination_options: Attr<DestinationOptions>,
    /// Tags of other resources that become record fields.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub tag_field_specification: Attr<BTreeSet<TagFieldSpecification>>,
    /// The tags of the flow log, without those that the provider ignores.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
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

impl Model for Described {}

/// How records are stored on S3.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DestinationOptions {
    /// The format of the files: `plain-text` or `parquet`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub file_format: Attr<String>,
    /// Whether folders are named as Hive partitions.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub hive_compatible_partitions: Attr<bool>,
    /// Whether there is a folder for each hour.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub per_hour_partition: Attr<bool>,
}

/// The tags of one resource type that become record fields.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct TagFieldSpecification {
    /// The type of the tagged resource.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub resource_type: Attr<String>,
    /// The keys of the tags, in the order of the fields.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub tag_keys: Attr<Vec<Attr<String>>>,
}

impl Described {
    /// Shows a flow log as EC2 describes it.
    pub(crate) fn of(described: ec2::FlowLog, region: &str, connection: &Connection) -> Self {
        convert::state(described, &FlowLog::default(), region, connection).into()
    }
}

impl From<FlowLog> for Described {
    fn from(state: FlowLog) -> Self {
        let FlowLog {
            vpc_id,
            subnet_id,
            eni_id,
            transit_gateway_id,
            transit_gateway_attachment_id,
            regional_nat_gateway_id,
            resource_id,
            resource_type,
            traffic_type,
            log_destination_type,
            log_destination,
            log_group_name,
            iam_role_arn,
            deliver_cross_account_role,
            log_format,
            max_aggregation_interval,
            destination_options,
            tag_field_specification,
            tags: _,
            tags_all,
            region,
            adopt_existing: _,
            timeouts: _,
            id,
            arn,
            creation_time,
            flow_log_status,
            deliver_logs_status,
            deliver_logs_error_message,
        } = state;
        Self {
            id,
            arn,
            region,
            vpc_id,
            subnet_id,
            eni_id,
            transit_gateway_id,
            transit_gateway_attachment_id,
            regional_nat_gateway_id,
            resource_id,
            resource_type,
            traffic_type,
            log_destination_type,
            log_destination,
            log_group_name,
            iam_role_arn,
            deliver_cross_account_role,
            log_format,
            max_aggregation_interval,
            destination_options: destination_options.map(DestinationOptions::from),
            tag_field_specification: tag_field_specification
                .map(|set| set.into_iter().map(TagFieldSpecification::from).collect()),
            tags: tags_all.map(|tags| tags.into_iter().map(|(k, v)| (k, Attr::Known(v))).collect()),
            creation_time,
            flow_log_status,
            deliver_logs_status,
            deliver_logs_error_message,
        }
    }
}

impl From<model::DestinationOptions> for DestinationOptions {
    fn from(options: model::DestinationOptions) -> Self {
        let model::DestinationOptions {
            file_format,
            hive_compatible_partitions,
            per_hour_partition,
        } = options;
        Self {
            file_format,
            hive_compatible_partitions,
            per_hour_partition,
        }
    }
}

impl From<model::TagFieldSpecification> for TagFieldSpecification {
    fn from(specification: model::TagFieldSpecification) -> Self {
        let model::TagFieldSpecification {
            resource_type,
            tag_keys,
        } = specification;
        Self {
            resource_type,
            tag_keys,
        }
    }
}
