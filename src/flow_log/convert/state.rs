//! Converts EC2's description of a flow log to the state.

use jiff::Timestamp;

use super::super::defaults::{family, with_default_options};
use super::super::delivery::{Destination, group_arn};
use super::super::destination::{LOGS, S3, type_of_arn};
use super::super::model::{DestinationOptions, FlowLog, TagFieldSpecification};
use super::super::target::{EDGE, Family};
use super::super::{tags, unreported, watched};
use crate::arn::{self, partition};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::Attr;

/// Returns the state of a described flow log. What the description leaves out stays as it was in the state before.
pub(crate) fn state(
    described: ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> FlowLog {
    read(described, before, region, connection).0
}

/// Returns the state of a described flow log, and the arguments that the description leaves out although AWS always
/// reports them.
pub(crate) fn read(
    described: ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> (FlowLog, Vec<&'static str>) {
    let has_options = described.destination_options.is_some();
    let mut state = as_described(described, before, region, connection);
    let mut missing = unreported::complete(&mut state, before);
    if !has_options && state.log_destination_type.given() == Some(S3) {
        missing.push("destination_options");
    }
    (state, missing)
}

/// Returns the state of a flow log of which only the id is known: the values of the request, and null for what only AWS
/// knows.
pub(crate) fn undescribed(
    id: String,
    planned: FlowLog,
    region: &str,
    connection: &Connection,
) -> FlowLog {
    FlowLog {
        arn: flow_log_arn(&id, region, connection),
        id: Attr::Known(id),
        ..planned
    }
}

/// Builds the ARN of a flow log. It is null if the account is not known.
pub(crate) fn flow_log_arn(id: &str, region: &str, connection: &Connection) -> Attr<String> {
    let (Ok(_), Some(account)) = (&connection.aws, &connection.account) else {
        return Attr::Null;
    };
    let partition = partition::of_region(region);
    Attr::Known(arn::flow_log::arn(partition, region, &account.id, id))
}

fn as_described(
    described: ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> FlowLog {
    let destination = destination(&described, before, region, connection);
    let ec2::FlowLog {
        id,
        resource_id,
        traffic_type,
        log_destination_type: _,
        log_destination: _,
        log_group_name: _,
        deliver_logs_permission_arn,
        deliver_cross_account_role,
        log_format,
        max_aggregation_interval,
        destination_options,
        tag_fields,
        tags: described_tags,
        creation_time,
        flow_log_status,
        deliver_logs_status,
        deliver_logs_error_message,
    } = described;
    let (tags, tags_all) = tags::read(connection, &described_tags, before);
    let watched = watched_resource(resource_id, traffic_type, before);
    FlowLog {
        vpc_id: watched.vpc_id,
        subnet_id: watched.subnet_id,
        eni_id: watched.eni_id,
        transit_gateway_id: watched.transit_gateway_id,
        transit_gateway_attachment_id: watched.transit_gateway_attachment_id,
        regional_nat_gateway_id: watched.regional_nat_gateway_id,
        resource_id: watched.resource_id,
        resource_type: watched.resource_type,
        traffic_type: watched.traffic_type,
        destination_options: options(destination_options, &destination.kind, before),
        log_destination_type: Attr::Known(destination.kind),
        log_destination: destination.arn,
        log_group_name: destination.log_group.into(),
        iam_role_arn: deliver_logs_permission_arn.into(),
        deliver_cross_account_role: deliver_cross_account_role.into(),
        log_format: log_format.into(),
        max_aggregation_interval: max_aggregation_interval.into(),
        tag_field_specification: Attr::Known(tag_fields.into_iter().map(tag_field).collect()),
        tags,
        tags_all,
        region: Attr::Known(region.to_owned()),
        adopt_existing: before.adopt_existing,
        timeouts: before.timeouts.clone(),
        arn: flow_log_arn(&id, region, connection),
        id: Attr::Known(id),
        creation_time: text_of(creation_time).or(before.creation_time.clone()),
        flow_log_status: flow_log_status.into(),
        deliver_logs_status: deliver_logs_status.into(),
        deliver_logs_error_message: deliver_logs_error_message.into(),
    }
}

/// Returns the arguments that follow from the id of the resource: the ids, the resource type and the traffic type.
fn watched_resource(
    resource_id: Option<String>,
    traffic_type: Option<String>,
    before: &FlowLog,
) -> FlowLog {
    let described = FlowLog {
        resource_id: resource_id.into(),
        ..FlowLog::default()
    };
    let mut watched = described.clone();
    watched::derive(&described, &mut watched);
    if watched.resource_type.is_null() {
        watched.resource_type = before.resource_type.clone();
    }
    if watched.resource_type.is_null() && traffic_type.is_none() {
        // The only type whose ids have no prefix of their own. It has no traffic type, either.
        watched.resource_type = Attr::Known(EDGE.to_owned());
    }
    watched.traffic_type = if family(&watched) == Some(Family::Transit) {
        before.traffic_type.clone()
    } else {
        traffic_type.into()
    };
    watched
}

/// The destination of a described flow log.
struct Described {
    kind: String,
    arn: Attr<String>,
    log_group: Option<String>,
}

fn destination(
    described: &ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> Described {
    let arn = described.log_destination.as_deref();
    let kind = described.log_destination_type.as_deref();
    let kind = kind.or_else(|| {
        let of_arn = arn.and_then(type_of_arn);
        of_arn.or(before.log_destination_type.given())
    });
    // Old releases of other tools have created names that end in `:*`.
    let log_group = Destination::described(described).log_group;
    Described {
        kind: kind.unwrap_or(LOGS).to_owned(),
        arn: match (arn, log_group) {
            (Some(arn), _) => Attr::Known(arn.to_owned()),
            (None, Some(name)) => group_arn(name, &Attr::Known(region.to_owned()), connection),
            (None, None) => Attr::Null,
        },
        log_group: log_group.map(str::to_owned),
    }
}

fn options(
    described: Option<ec2::DestinationOptions>,
    destination_type: &str,
    before: &FlowLog,
) -> Attr<DestinationOptions> {
    if destination_type != S3 {
        return before.destination_options.clone();
    }
    let options = match described {
        Some(options) => DestinationOptions {
            file_format: options.file_format.into(),
            hive_compatible_partitions: options.hive_compatible_partitions.into(),
            per_hour_partition: options.per_hour_partition.into(),
        },
        // Flow logs from before there were options may have none.
        None => before
            .destination_options
            .known()
            .cloned()
            .unwrap_or_default(),
    };
    Attr::Known(with_default_options(options))
}

fn text_of(time: Option<Timestamp>) -> Attr<String> {
    time.map(|time| time.to_string()).into()
}

fn tag_field(described: ec2::TagField) -> TagFieldSpecification {
    TagFieldSpecification {
        resource_type: Attr::Known(described.resource_type),
        tag_keys: Attr::Known(described.tag_keys.into_iter().map(Attr::Known).collect()),
    }
}
