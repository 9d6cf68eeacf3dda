//! The frozen state of `aws_flow_log`: schema version 0 (releases up to 5, with `log_group_name`) and
//! version 1 (from 6 on). An attribute that a release does not have is absent.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::text::text;
use crate::flow_log::model::{DestinationOptions, FlowLog, TagFieldSpecification};
use crate::framework::Attr;

/// The attributes of the state.
#[derive(Deserialize)]
pub(super) struct AwsFlowLog {
    id: Option<String>,
    arn: Option<String>,
    vpc_id: Option<String>,
    subnet_id: Option<String>,
    eni_id: Option<String>,
    transit_gateway_id: Option<String>,
    transit_gateway_attachment_id: Option<String>,
    regional_nat_gateway_id: Option<String>,
    traffic_type: Option<String>,
    log_destination_type: Option<String>,
    log_destination: Option<String>,
    log_group_name: Option<String>,
    iam_role_arn: Option<String>,
    deliver_cross_account_role: Option<String>,
    log_format: Option<String>,
    max_aggregation_interval: Option<i64>,
    destination_options: Option<Vec<Option<AwsDestinationOptions>>>,
    tag_field_specification: Option<Vec<AwsTagFieldSpecification>>,
    tags: Option<BTreeMap<String, Option<String>>>,
    tags_all: Option<BTreeMap<String, String>>,
    region: Option<String>,
}

#[derive(Deserialize)]
struct AwsDestinationOptions {
    file_format: Option<String>,
    hive_compatible_partitions: Option<bool>,
    per_hour_partition: Option<bool>,
}

#[derive(Deserialize)]
struct AwsTagFieldSpecification {
    resource_type: Option<String>,
    tag_keys: Option<Vec<String>>,
}

impl From<AwsFlowLog> for FlowLog {
    fn from(state: AwsFlowLog) -> Self {
        let AwsFlowLog {
            id,
            arn,
            vpc_id,
            subnet_id,
            eni_id,
            transit_gateway_id,
            transit_gateway_attachment_id,
            regional_nat_gateway_id,
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
            tags,
            tags_all,
            region,
        } = state;
        let options = destination_options.into_iter().flatten().flatten().next();
        let tag_fields = tag_field_specification.into_iter().flatten();
        Self {
            vpc_id: text(vpc_id),
            subnet_id: text(subnet_id),
            eni_id: text(eni_id),
            transit_gateway_id: text(transit_gateway_id),
            transit_gateway_attachment_id: text(transit_gateway_attachment_id),
            regional_nat_gateway_id: text(regional_nat_gateway_id),
            resource_id: Attr::Null,
            resource_type: Attr::Null,
            traffic_type: text(traffic_type),
            log_destination_type: text(log_destination_type),
            log_destination: text(log_destination),
            log_group_name: text(log_group_name),
            iam_role_arn: text(iam_role_arn),
            deliver_cross_account_role: text(deliver_cross_account_role),
            log_format: text(log_format),
            max_aggregation_interval: max_aggregation_interval.into(),
            destination_options: options.map(DestinationOptions::from).into(),
            tag_field_specification: Attr::Known(tag_fields.map(Into::into).collect()),
            tags: tags
                .map(|tags| tags.into_iter().map(|(k, v)| (k, v.into())).collect())
                .into(),
            tags_all: tags_all.into(),
            region: text(region),
            adopt_existing: Attr::Null,
            timeouts: Attr::Null,
            id: text(id),
            arn: text(arn),
            creation_time: Attr::Null,
            flow_log_status: Attr::Null,
            deliver_logs_status: Attr::Null,
            deliver_logs_error_message: Attr::Null,
        }
    }
}

impl From<AwsDestinationOptions> for DestinationOptions {
    fn from(options: AwsDestinationOptions) -> Self {
        let AwsDestinationOptions {
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

impl From<AwsTagFieldSpecification> for TagFieldSpecification {
    fn from(specification: AwsTagFieldSpecification) -> Self {
        let AwsTagFieldSpecification {
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
