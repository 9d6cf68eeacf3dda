//! The types of destinations. This module must not know the model.

use crate::arn::{Arn, bucket, delivery_stream, log_group};

/// The values of `log_destination_type`.
pub(crate) const TYPES: &[&str] = &[LOGS, S3, FIREHOSE];
/// A log group of CloudWatch Logs.
pub(crate) const LOGS: &str = "cloud-watch-logs";
/// A bucket, or a folder in one.
pub(crate) const S3: &str = "s3";
/// A delivery stream of Firehose.
pub(crate) const FIREHOSE: &str = "kinesis-data-firehose";

/// Returns the destination type of an ARN, by its service.
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

/// Returns the noun for a destination of a type.
pub(crate) fn noun(destination_type: &str) -> &'static str {
    match destination_type {
        LOGS => "log group",
        S3 => "bucket",
        FIREHOSE => "delivery stream",
        _ => "destination",
    }
}
