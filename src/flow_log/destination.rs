//! Where records go: destination types, and log groups by name and by ARN.

use super::model::FlowLog;
use crate::arn::{Arn, bucket, delivery_stream, log_group, partition};
use crate::connection::Connection;
use crate::framework::Attr;

/// The values of `log_destination_type`.
pub(crate) const TYPES: &[&str] = &[LOGS, S3, FIREHOSE];
pub(crate) const LOGS: &str = "cloud-watch-logs";
pub(crate) const S3: &str = "s3";
pub(crate) const FIREHOSE: &str = "kinesis-data-firehose";

/// Fills the destination arguments that the user did not give, from those that are given.
pub(crate) fn derive(config: &FlowLog, planned: &mut FlowLog, connection: &Connection) {
    derive_group(config, planned);
    if config.log_destination.is_null() {
        planned.log_destination = match &config.log_group_name {
            Attr::Unknown => Attr::Unknown,
            Attr::Known(name) => group_arn(name, &planned.region, connection),
            Attr::Null => Attr::Null,
        };
    }
}

/// Fills the type of the destination and the log group's name, which follow from the rest without an account.
pub(crate) fn derive_group(config: &FlowLog, planned: &mut FlowLog) {
    if config.log_destination_type.is_null() {
        planned.log_destination_type = destination_type(config);
    }
    if config.log_group_name.is_null() {
        planned.log_group_name = match &config.log_destination {
            Attr::Unknown if planned.log_destination_type == Attr::Known(LOGS.to_owned()) => {
                Attr::Unknown
            }
            Attr::Unknown if planned.log_destination_type.is_unknown() => Attr::Unknown,
            destination => Attr::from(
                destination
                    .given()
                    .and_then(log_group::name_in_arn)
                    .map(str::to_owned),
            ),
        };
    }
}

fn destination_type(config: &FlowLog) -> Attr<String> {
    let told = match (&config.log_destination, &config.log_group_name) {
        (Attr::Unknown, _) => return Attr::Unknown,
        (destination, _) => destination.given().and_then(type_of_arn).unwrap_or(LOGS),
    };
    Attr::Known(told.to_owned())
}

/// Returns the destination type that an ARN tells by its service.
pub(crate) fn type_of_arn(arn: &str) -> Option<&'static str> {
    type_of_service(Arn::parse(arn)?.service)
}

/// Returns the destination type of a service, as ARNs name it.
pub(crate) fn type_of_service(service: &str) -> Option<&'static str> {
    match service {
        log_group::SERVICE => Some(LOGS),
        bucket::SERVICE => Some(S3),
        delivery_stream::SERVICE => Some(FIREHOSE),
        _ => None,
    }
}

/// Builds the ARN of a log group, as EC2 describes a flow log that was made with a group's name. It is
/// null if the provider was told not to ask for the account.
pub(crate) fn group_arn(
    name: &str,
    region: &Attr<String>,
    connection: &Connection,
) -> Attr<String> {
    match (region, &connection.aws, &connection.account) {
        (Attr::Known(region), Ok(_), Some(account)) => {
            let partition = partition::of_region(region);
            Attr::Known(log_group::arn(partition, region, &account.id, name))
        }
        (Attr::Unknown, _, _) | (_, Err(_), _) => Attr::Unknown,
        (_, Ok(_), _) => Attr::Null,
    }
}
