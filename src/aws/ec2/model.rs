//! A flow log in EC2's terms: in a description, and in the request that creates it.
//!
//! Enumerations are plain text, so that a value that is newer than the SDK is kept.
//! This module must not know how it is sent.

use std::collections::BTreeMap;

use aws_sdk_ec2::types;

use crate::arn::is_arn_like;

/// A flow log as EC2 describes it. EC2 does not describe the type of the resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowLog {
    /// The ID, such as `fl-0123456789abcdef0`.
    pub id: String,
    /// The ID of the resource that it watches.
    pub resource_id: Option<String>,
    /// The traffic that it records: `ACCEPT`, `REJECT` or `ALL`.
    pub traffic_type: Option<String>,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    pub log_destination_type: Option<String>,
    /// The ARN that it delivers to. Absent if it was created with the name of a log group.
    pub log_destination: Option<String>,
    /// The name of the log group that it delivers to.
    pub log_group_name: Option<String>,
    /// The role that delivers its records.
    pub deliver_logs_permission_arn: Option<String>,
    /// The role that delivers its records to another account.
    pub deliver_cross_account_role: Option<String>,
    /// The format of its records.
    pub log_format: Option<String>,
    /// The aggregation interval, in seconds.
    pub max_aggregation_interval: Option<i64>,
    /// How it organizes files on S3.
    pub destination_options: Option<DestinationOptions>,
    /// The tags that its records contain.
    pub tag_fields: Vec<TagField>,
    /// Its own tags.
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub creation_time: Option<jiff::Timestamp>,
    /// `ACTIVE`, even when delivery fails.
    pub flow_log_status: Option<String>,
    /// `SUCCESS` or `FAILED`.
    pub deliver_logs_status: Option<String>,
    /// Why delivery fails.
    pub deliver_logs_error_message: Option<String>,
}

/// A flow log to create. Empty values are not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewFlowLog {
    /// The ID of the resource to watch.
    pub resource_id: String,
    /// The type of the resource, such as `VPC`.
    pub resource_type: String,
    /// The traffic to record.
    pub traffic_type: Option<String>,
    /// The type of the destination.
    pub log_destination_type: Option<String>,
    /// The ARN to deliver to.
    pub log_destination: Option<String>,
    /// The name of the log group to deliver to.
    pub log_group_name: Option<String>,
    /// The role that delivers the records.
    pub deliver_logs_permission_arn: Option<String>,
    /// The role that delivers the records to another account.
    pub deliver_cross_account_role: Option<String>,
    /// The format of the records.
    pub log_format: Option<String>,
    /// The aggregation interval, in seconds.
    pub max_aggregation_interval: Option<i64>,
    /// How files are organized on S3.
    pub destination_options: Option<DestinationOptions>,
    /// The tags that the records contain.
    pub tag_fields: Vec<TagField>,
    /// The tags of the flow log.
    pub tags: BTreeMap<String, String>,
    /// The token that makes all attempts of this create one create.
    pub client_token: String,
}

/// How a flow log organizes files on S3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DestinationOptions {
    /// `plain-text` or `parquet`.
    pub file_format: Option<String>,
    /// Whether prefixes are Hive-compatible.
    pub hive_compatible_partitions: Option<bool>,
    /// Whether each hour has its own prefix.
    pub per_hour_partition: Option<bool>,
}

/// The tags of one type of resource that records contain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagField {
    /// `network-interface`, `instance` or `auto-scaling-group`.
    pub resource_type: String,
    /// The keys of the tags, in the order of the fields.
    pub tag_keys: Vec<String>,
}

impl From<types::FlowLog> for FlowLog {
    fn from(described: types::FlowLog) -> Self {
        let tags = described.tags.unwrap_or_default();
        let (log_destination, group) = destination(described.log_destination);
        let tag_fields = described.tag_field_specifications.unwrap_or_default();
        Self {
            id: described.flow_log_id.unwrap_or_default(),
            resource_id: described.resource_id,
            traffic_type: described
                .traffic_type
                .map(|value| value.as_str().to_owned()),
            log_destination_type: described
                .log_destination_type
                .map(|value| value.as_str().to_owned()),
            log_destination,
            log_group_name: described.log_group_name.or(group),
            deliver_logs_permission_arn: described.deliver_logs_permission_arn,
            deliver_cross_account_role: described.deliver_cross_account_role,
            log_format: described.log_format,
            max_aggregation_interval: described.max_aggregation_interval.map(i64::from),
            destination_options: described.destination_options.map(DestinationOptions::from),
            tag_fields: tag_fields.into_iter().map(TagField::from).collect(),
            tags: tags
                .into_iter()
                .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
                .collect(),
            creation_time: described.creation_time.and_then(|time| {
                jiff::Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
            }),
            flow_log_status: described.flow_log_status,
            deliver_logs_status: described.deliver_logs_status,
            deliver_logs_error_message: described.deliver_logs_error_message,
        }
    }
}

/// Returns the ARN that records go to, or the name of the log group, which an emulator writes instead.
fn destination(described: Option<String>) -> (Option<String>, Option<String>) {
    match described.filter(|text| !text.is_empty()) {
        Some(arn) if is_arn_like(&arn) => (Some(arn), None),
        other => (None, other),
    }
}

impl From<types::DestinationOptionsResponse> for DestinationOptions {
    fn from(described: types::DestinationOptionsResponse) -> Self {
        Self {
            file_format: described
                .file_format
                .map(|format| format.as_str().to_owned()),
            hive_compatible_partitions: described.hive_compatible_partitions,
            per_hour_partition: described.per_hour_partition,
        }
    }
}

impl From<types::TagFieldSpecificationResponse> for TagField {
    fn from(described: types::TagFieldSpecificationResponse) -> Self {
        Self {
            resource_type: described
                .resource_type
                .map(|kind| kind.as_str().to_owned())
                .unwrap_or_default(),
            tag_keys: described.tag_keys.unwrap_or_default(),
        }
    }
}
