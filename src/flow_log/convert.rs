//! The model and EC2's words for it, each made of the other, field by field without `..`: a field
//! that is forgotten does not compile.

use super::destination::{self, LOGS, S3};
use super::model::{DestinationOptions, FlowLog, TagFieldSpecification};
use super::normal::{self, single_blanks};
use super::plan::default_options;
use super::tags;
use super::target::{self, EDGE, Family};
use super::told;
use crate::arn::{self, log_group, partition};
use crate::aws::ec2;
use crate::connection::Connection;
use crate::framework::Attr;

/// Makes the request that creates a planned flow log, in its normal form. A log group that was given by name is sent by
/// name, one that was given by ARN is sent by ARN.
pub(crate) fn request(
    config: &FlowLog,
    planned: &FlowLog,
    client_token: String,
) -> ec2::NewFlowLog {
    let planned = &normal::form(planned);
    let text = |value: &Attr<String>| value.given().map(str::to_owned);
    let arn = config
        .log_destination
        .given()
        .map(|arn| log_group::trim(arn).to_owned());
    ec2::NewFlowLog {
        resource_id: text(&planned.resource_id).unwrap_or_default(),
        resource_type: text(&planned.resource_type).unwrap_or_default(),
        traffic_type: text(&planned.traffic_type),
        log_destination_type: text(&planned.log_destination_type),
        log_group_name: text(&config.log_group_name).filter(|_| arn.is_none()),
        log_destination: arn,
        deliver_logs_permission_arn: text(&planned.iam_role_arn),
        deliver_cross_account_role: text(&planned.deliver_cross_account_role),
        log_format: text(&planned.log_format),
        max_aggregation_interval: planned.max_aggregation_interval.known().copied(),
        destination_options: options_request(planned),
        tag_fields: tag_fields_request(planned),
        tags: planned.tags_all.known().cloned().unwrap_or_default(),
        client_token,
    }
}

fn options_request(planned: &FlowLog) -> Option<ec2::DestinationOptions> {
    let options = planned.destination_options.known()?;
    let on_s3 = planned
        .log_destination_type
        .known()
        .is_some_and(|kind| kind == S3);
    on_s3.then(|| ec2::DestinationOptions {
        file_format: options.file_format.known().cloned(),
        hive_compatible_partitions: options.hive_compatible_partitions.known().copied(),
        per_hour_partition: options.per_hour_partition.known().copied(),
    })
}

fn tag_fields_request(planned: &FlowLog) -> Vec<ec2::TagField> {
    let specifications = planned
        .tag_field_specification
        .known()
        .into_iter()
        .flatten();
    specifications
        .map(|specification| ec2::TagField {
            resource_type: specification
                .resource_type
                .known()
                .cloned()
                .unwrap_or_default(),
            tag_keys: specification
                .tag_keys
                .known()
                .into_iter()
                .flatten()
                .filter_map(|key| key.known().cloned())
                .collect(),
        })
        .collect()
}

/// Says whether a described flow log is what a request asked for, with its tags.
pub(crate) fn is_answer(
    request: &ec2::NewFlowLog,
    planned: &FlowLog,
    described: &ec2::FlowLog,
) -> bool {
    let has = |(key, value): (&String, &String)| described.tags.get(key) == Some(value);
    is_equal(request, planned, described) && request.tags.iter().all(has)
}

/// Says whether a described flow log is equal to what a request asks for, its tags aside. What the
/// request leaves to the service is not compared.
pub(crate) fn is_equal(
    request: &ec2::NewFlowLog,
    planned: &FlowLog,
    described: &ec2::FlowLog,
) -> bool {
    let ec2::NewFlowLog {
        resource_id,
        resource_type: _,
        traffic_type,
        log_destination_type,
        log_destination: _,
        log_group_name: _,
        deliver_logs_permission_arn,
        deliver_cross_account_role,
        log_format,
        max_aggregation_interval,
        destination_options,
        tag_fields,
        tags: _,
        client_token: _,
    } = request;
    let mut wanted_fields = tag_fields.clone();
    let mut found_fields = described.tag_fields.clone();
    wanted_fields.sort();
    found_fields.sort();
    let kind = |kind: &Option<String>| kind.clone().unwrap_or_else(|| LOGS.to_owned());
    let on_s3 = kind(log_destination_type) == S3;
    described.resource_id.as_ref() == Some(resource_id)
        // For some targets it is never sent, and EC2 describes what it likes.
        && (traffic_type.is_none() || *traffic_type == described.traffic_type)
        && kind(log_destination_type) == kind(&described.log_destination_type)
        && is_same_destination(request, planned, described)
        && *deliver_logs_permission_arn == described.deliver_logs_permission_arn
        && *deliver_cross_account_role == described.deliver_cross_account_role
        && (log_format.is_none()
            || *log_format == described.log_format.as_deref().map(single_blanks))
        && (max_aggregation_interval.is_none()
            || *max_aggregation_interval == described.max_aggregation_interval)
        && (!on_s3
            || with_defaults(destination_options.as_ref())
                == with_defaults(described.destination_options.as_ref()))
        && wanted_fields == found_fields
}

/// A log group is the same whether it is given by name or by ARN; EC2 describes one made by name
/// without its ARN.
fn is_same_destination(
    request: &ec2::NewFlowLog,
    planned: &FlowLog,
    described: &ec2::FlowLog,
) -> bool {
    let wanted = request
        .log_destination
        .as_deref()
        .or(planned.log_destination.given());
    let found = described.log_destination.as_deref();
    if let (Some(wanted), Some(found)) = (wanted, found) {
        return log_group::trim(wanted) == log_group::trim(found);
    }
    let group = |name: Option<&String>, arn: Option<&str>| {
        let in_arn = arn.and_then(log_group::name_in_arn);
        let name = name.map(|name| log_group::trim(name));
        name.or(in_arn).map(str::to_owned)
    };
    let wanted = group(request.log_group_name.as_ref(), wanted);
    wanted.is_some() && wanted == group(described.log_group_name.as_ref(), found)
}

fn with_defaults(options: Option<&ec2::DestinationOptions>) -> (String, bool, bool) {
    let options = options.cloned().unwrap_or_default();
    (
        options
            .file_format
            .unwrap_or_else(|| "plain-text".to_owned()),
        options.hive_compatible_partitions.unwrap_or(false),
        options.per_hour_partition.unwrap_or(false),
    )
}

/// Makes the state of a described flow log, with what only the state before can tell: what the description leaves out
/// stays as it was.
pub(crate) fn state(
    described: ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> FlowLog {
    read(described, before, region, connection).0
}

/// Makes the state of a described flow log, and gives the arguments that AWS would have told and the description does
/// not.
pub(crate) fn read(
    described: ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> (FlowLog, Vec<&'static str>) {
    let has_options = described.destination_options.is_some();
    let mut state = as_described(described, before, region, connection);
    let mut untold = told::complete(&mut state, before);
    if !has_options && state.log_destination_type.given() == Some(S3) {
        untold.push("destination_options");
    }
    (state, untold)
}

fn as_described(
    described: ec2::FlowLog,
    before: &FlowLog,
    region: &str,
    connection: &Connection,
) -> FlowLog {
    let ec2::FlowLog {
        id,
        resource_id,
        traffic_type,
        log_destination_type,
        log_destination,
        log_group_name,
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
    let targets = targets(resource_id);
    let resource_type = match targets.resource_type.or(before.resource_type.clone()) {
        // The one kind whose ids have no prefix of their own; like its family it has no traffic type.
        Attr::Null if traffic_type.is_none() => Attr::Known(EDGE.to_owned()),
        other => other,
    };
    let destination_type = log_destination_type
        .or_else(|| {
            let of_arn = log_destination
                .as_deref()
                .and_then(destination::type_of_arn);
            let told = of_arn.or(before.log_destination_type.given());
            told.map(str::to_owned)
        })
        .unwrap_or_else(|| LOGS.to_owned());
    // Old releases of other tools have made names that end in `:*`.
    let group = match (&log_group_name, &log_destination) {
        (Some(name), _) => Some(log_group::trim(name).to_owned()),
        (None, Some(arn)) => log_group::name_in_arn(arn).map(str::to_owned),
        (None, None) => None,
    };
    let arn = match (log_destination, &group) {
        (Some(arn), _) => Attr::Known(arn),
        (None, Some(name)) => {
            destination::group_arn(name, &Attr::Known(region.to_owned()), connection)
        }
        (None, None) => Attr::Null,
    };
    let (tags, tags_all) = tags::read(connection, &described_tags, before);
    FlowLog {
        vpc_id: targets.vpc_id,
        subnet_id: targets.subnet_id,
        eni_id: targets.eni_id,
        transit_gateway_id: targets.transit_gateway_id,
        transit_gateway_attachment_id: targets.transit_gateway_attachment_id,
        regional_nat_gateway_id: targets.regional_nat_gateway_id,
        resource_id: targets.resource_id,
        traffic_type: match resource_type.known().and_then(|name| Family::of(name)) {
            Some(Family::Transit) => before.traffic_type.clone(),
            _ => traffic_type.into(),
        },
        resource_type,
        log_destination: arn,
        log_group_name: group.into(),
        iam_role_arn: deliver_logs_permission_arn.into(),
        deliver_cross_account_role: deliver_cross_account_role.into(),
        log_format: log_format.into(),
        max_aggregation_interval: max_aggregation_interval.into(),
        destination_options: options(destination_options, &destination_type, before),
        log_destination_type: Attr::Known(destination_type),
        tag_field_specification: Attr::Known(tag_fields.into_iter().map(tag_field).collect()),
        tags,
        tags_all,
        region: Attr::Known(region.to_owned()),
        adopt_existing: before.adopt_existing,
        timeouts: before.timeouts.clone(),
        arn: flow_log_arn(&id, region, connection),
        id: Attr::Known(id),
        creation_time: Attr::from(creation_time.map(|time| time.to_string()))
            .or(before.creation_time.clone()),
        flow_log_status: flow_log_status.into(),
        deliver_logs_status: deliver_logs_status.into(),
        deliver_logs_error_message: deliver_logs_error_message.into(),
    }
}

/// Makes the state of a flow log of which only the id is known: the request's values, and null for
/// what only the service knows.
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

/// Gives the seven ids and the type that follow from one id.
fn targets(resource_id: Option<String>) -> FlowLog {
    let described = FlowLog {
        resource_id: resource_id.into(),
        ..FlowLog::default()
    };
    let mut targets = described.clone();
    target::derive(&described, &mut targets);
    targets
}

fn options(
    described: Option<ec2::DestinationOptions>,
    destination_type: &str,
    before: &FlowLog,
) -> Attr<DestinationOptions> {
    if destination_type != S3 {
        return before.destination_options.clone();
    }
    let defaults = default_options();
    Attr::Known(match described {
        Some(options) => DestinationOptions {
            file_format: Attr::from(options.file_format).or(defaults.file_format),
            hive_compatible_partitions: Attr::from(options.hive_compatible_partitions)
                .or(defaults.hive_compatible_partitions),
            per_hour_partition: Attr::from(options.per_hour_partition)
                .or(defaults.per_hour_partition),
        },
        // Flow logs from before there were options may have none.
        None => match &before.destination_options {
            Attr::Known(before) => DestinationOptions {
                file_format: before.file_format.clone().or(defaults.file_format),
                hive_compatible_partitions: before
                    .hive_compatible_partitions
                    .or(defaults.hive_compatible_partitions),
                per_hour_partition: before.per_hour_partition.or(defaults.per_hour_partition),
            },
            Attr::Null | Attr::Unknown => defaults,
        },
    })
}

fn tag_field(described: ec2::TagField) -> TagFieldSpecification {
    TagFieldSpecification {
        resource_type: Attr::Known(described.resource_type),
        tag_keys: Attr::Known(described.tag_keys.into_iter().map(Attr::Known).collect()),
    }
}

pub(crate) fn flow_log_arn(id: &str, region: &str, connection: &Connection) -> Attr<String> {
    let (Ok(_), Some(account)) = (&connection.aws, &connection.account) else {
        return Attr::Null;
    };
    let partition = partition::of_region(region);
    Attr::Known(arn::flow_log::arn(partition, region, &account.id, id))
}
