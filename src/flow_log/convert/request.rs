//! Converts a plan to the request that creates the flow log.

use super::super::destination::S3;
use super::super::model::FlowLog;
use super::super::normal_form::normal_form;
use crate::arn::log_group;
use crate::aws::ec2;
use crate::framework::Attr;

/// Returns the request that creates a planned flow log, in its normal form. A log group that is given by name is sent by
/// name, and one that is given by ARN is sent by ARN.
pub(crate) fn request(
    config: &FlowLog,
    planned: &FlowLog,
    client_token: String,
) -> ec2::NewFlowLog {
    let planned = &normal_form(planned);
    let text = |value: &Attr<String>| value.given().map(str::to_owned);
    let arn = config.log_destination.given().map(log_group::trim);
    ec2::NewFlowLog {
        resource_id: text(&planned.resource_id).unwrap_or_default(),
        resource_type: text(&planned.resource_type).unwrap_or_default(),
        traffic_type: text(&planned.traffic_type),
        log_destination_type: text(&planned.log_destination_type),
        log_group_name: text(&config.log_group_name).filter(|_| arn.is_none()),
        log_destination: arn.map(str::to_owned),
        deliver_logs_permission_arn: text(&planned.iam_role_arn),
        deliver_cross_account_role: text(&planned.deliver_cross_account_role),
        log_format: text(&planned.log_format),
        max_aggregation_interval: planned.max_aggregation_interval.known().copied(),
        destination_options: options(planned),
        tag_fields: tag_fields(planned),
        tags: planned.tags_all.known().cloned().unwrap_or_default(),
        client_token,
    }
}

fn options(planned: &FlowLog) -> Option<ec2::DestinationOptions> {
    let options = planned.destination_options.known()?;
    let is_on_s3 = planned.log_destination_type.given() == Some(S3);
    is_on_s3.then(|| ec2::DestinationOptions {
        file_format: options.file_format.known().cloned(),
        hive_compatible_partitions: options.hive_compatible_partitions.known().copied(),
        per_hour_partition: options.per_hour_partition.known().copied(),
    })
}

fn tag_fields(planned: &FlowLog) -> Vec<ec2::TagField> {
    let specifications = planned.tag_field_specification.known();
    let specifications = specifications.into_iter().flatten();
    let tag_fields = specifications.map(|specification| {
        let keys = specification.tag_keys.known().into_iter().flatten();
        ec2::TagField {
            resource_type: specification
                .resource_type
                .known()
                .cloned()
                .unwrap_or_default(),
            tag_keys: keys.filter_map(|key| key.known().cloned()).collect(),
        }
    });
    tag_fields.collect()
}
