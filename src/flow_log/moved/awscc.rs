//! The frozen state of `awscc_ec2_flow_log`: the properties of CloudFormation in the spelling of Terraform. It contains
//! neither an ARN nor a region. The flow log is in the region of that provider.

use serde::Deserialize;

use super::text::text;
use crate::flow_log::model::{DestinationOptions, FlowLog, TagFieldSpecification};
use crate::framework::Attr;

/// The names of attributes that differ from the model's: first that of the model.
pub(super) const NAMES: super::Names = &[
    ("iam_role_arn", "deliver_logs_permission_arn"),
    ("tag_field_specification", "tag_field_specifications"),
];

/// The attributes of the state.
#[derive(Deserialize)]
pub(super) struct AwsccFlowLog {
    id: Option<String>,
    flow_log_id: Option<String>,
    resource_id: Option<String>,
    resource_type: Option<String>,
    traffic_type: Option<String>,
    log_destination_type: Option<String>,
    log_destination: Option<String>,
    log_group_name: Option<String>,
    deliver_logs_permission_arn: Option<String>,
    deliver_cross_account_role: Option<String>,
    log_format: Option<String>,
    max_aggregation_interval: Option<i64>,
    destination_options: Option<AwsccDestinationOptions>,
    tag_field_specifications: Option<Vec<AwsccTagFieldSpecification>>,
    tags: Option<Vec<AwsccTag>>,
}

#[derive(Deserialize)]
struct AwsccDestinationOptions {
    file_format: Option<String>,
    hive_compatible_partitions: Option<bool>,
    per_hour_partition: Option<bool>,
}

#[derive(Deserialize)]
struct AwsccTagFieldSpecification {
    resource_type: Option<String>,
    tag_keys: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct AwsccTag {
    key: Option<String>,
    value: Option<String>,
}

impl From<AwsccFlowLog> for FlowLog {
    fn from(state: AwsccFlowLog) -> Self {
        let AwsccFlowLog {
            id,
            flow_log_id,
            resource_id,
            resource_type,
            traffic_type,
            log_destination_type,
            log_destination,
            log_group_name,
            deliver_logs_permission_arn,
            deliver_cross_account_role,
            log_format,
            max_aggregation_interval,
            destination_options,
            tag_field_specifications,
            tags,
        } = state;
        let tag_fields = tag_field_specifications.into_iter().flatten();
        let tags = tags.map(|tags| {
            let pair = |tag: AwsccTag| Some((tag.key?, Attr::Known(tag.value.unwrap_or_default())));
            tags.into_iter().filter_map(pair).collect()
        });
        Self {
            vpc_id: Attr::Null,
            subnet_id: Attr::Null,
            eni_id: Attr::Null,
            transit_gateway_id: Attr::Null,
            transit_gateway_attachment_id: Attr::Null,
            regional_nat_gateway_id: Attr::Null,
            resource_id: text(resource_id),
            resource_type: text(resource_type),
            traffic_type: text(traffic_type),
            log_destination_type: text(log_destination_type),
            log_destination: text(log_destination),
            log_group_name: text(log_group_name),
            iam_role_arn: text(deliver_logs_permission_arn),
            deliver_cross_account_role: text(deliver_cross_account_role),
            log_format: text(log_format),
            max_aggregation_interval: max_aggregation_interval.into(),
            destination_options: destination_options.map(DestinationOptions::from).into(),
            tag_field_specification: Attr::Known(tag_fields.map(Into::into).collect()),
            tags: tags.into(),
            tags_all: Attr::Null,
            region: Attr::Null,
            adopt_existing: Attr::Null,
            timeouts: Attr::Null,
            id: text(flow_log_id).or(text(id)),
            arn: Attr::Null,
            creation_time: Attr::Null,
            flow_log_status: Attr::Null,
            deliver_logs_status: Attr::Null,
            deliver_logs_error_message: Attr::Null,
        }
    }
}

impl From<AwsccDestinationOptions> for DestinationOptions {
    fn from(options: AwsccDestinationOptions) -> Self {
        let AwsccDestinationOptions {
            file_format,
            hive_compatible_partitions,
            per_hour_partition,
        } = options;
        Self {
            file_format: text(file_format),
            hive_compatible_partitions: hive_compatible_partitions.into(),
            per_hour_partition: per_hour_partition.into(),
        }
    }
}

impl From<AwsccTagFieldSpecification> for TagFieldSpecification {
    fn from(specification: AwsccTagFieldSpecification) -> Self {
        let AwsccTagFieldSpecification {
            resource_type,
            tag_keys,
        } = specification;
        Self {
            resource_type: text(resource_type),
            tag_keys: tag_keys
                .map(|keys| keys.into_iter().map(Attr::Known).collect())
                .into(),
        }
    }
}
