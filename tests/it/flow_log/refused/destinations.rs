//! Configurations with an invalid destination.

use serde_json::json;

use super::super::{CROSS_ROLE, FOREIGN_STREAM, GROUP_ARN, ROLE, STREAM};
use super::super::{to_bucket, to_group, to_stream, with};
use super::Row;

pub(super) fn destinations() -> Vec<Row> {
    let destination = |text: &str| to_bucket(json!({ "log_destination": text }));
    vec![
        (
            to_group(json!({ "log_group_name": null })),
            "log_destination",
            "missing-destination",
        ),
        (
            to_bucket(json!({ "log_destination_type": "S3" })),
            "log_destination_type",
            "invalid-value",
        ),
        (
            to_group(json!({ "log_destination_type": "CloudWatchLogs" })),
            "log_destination_type",
            "invalid-value",
        ),
        (
            to_group(json!({ "log_destination_type": "cloudwatch" })),
            "log_destination_type",
            "invalid-value",
        ),
        (
            to_stream(json!({ "log_destination_type": "firehose" })),
            "log_destination_type",
            "invalid-value",
        ),
        (
            destination("s3"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("CloudWatchLogs"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("my-bucket"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("s3://bucket/folder"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("/aws/vpc/flow-logs"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:s3:::bucket "),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:s3:us-east-1:123456789012:bucket"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:s3:::bucket,1"),
            "log_destination",
            "malformed-destination",
        ),
        (
            with(
                destination("arn:aws:logs:eu-west-1:123456789012:log-group:flow-logs"),
                json!({ "region": "us-east-1" }),
            ),
            "log_destination",
            "destination-in-another-region",
        ),
        (
            destination("arn:aws:s3:::bucket/AWSLogs/"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:s3:::bucket/*"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:sqs:us-east-1:123456789012:queue"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:kinesis:us-east-1:123456789012:stream/x"),
            "log_destination",
            "malformed-destination",
        ),
        (
            destination("arn:aws:firehose:us-east-1:123456789012:stream/x"),
            "log_destination",
            "malformed-destination",
        ),
        (
            to_group(json!({
                "log_group_name": null, "log_destination": "arn:aws:logs:us-east-1:123456789012:group:x"
            })),
            "log_destination",
            "malformed-destination",
        ),
        (
            to_group(json!({
                "log_group_name": null,
                "log_destination": format!("{GROUP_ARN}:log-stream:x")
            })),
            "log_destination",
            "malformed-destination",
        ),
        (
            to_group(json!({
                "log_group_name": null, "log_destination": "arn:aws:logs:::log-group:x"
            })),
            "log_destination",
            "malformed-destination",
        ),
        (
            to_bucket(json!({ "log_destination_type": "cloud-watch-logs", "iam_role_arn": ROLE })),
            "log_destination_type",
            "destination-type-contradicts-the-arn",
        ),
        (
            to_group(json!({
                "log_group_name": null, "log_destination": GROUP_ARN, "log_destination_type": "s3",
                "iam_role_arn": null
            })),
            "log_destination_type",
            "destination-type-contradicts-the-arn",
        ),
        (
            to_bucket(json!({ "log_destination": null, "log_destination_type": "s3" })),
            "log_destination",
            "missing-destination",
        ),
        (
            to_stream(json!({
                "log_destination": null, "log_destination_type": "kinesis-data-firehose"
            })),
            "log_destination",
            "missing-destination",
        ),
        (
            to_bucket(json!({ "log_group_name": "flow-logs" })),
            "log_group_name",
            "log-group-not-possible",
        ),
        (
            to_stream(json!({ "log_group_name": "flow-logs" })),
            "log_group_name",
            "log-group-not-possible",
        ),
        (
            to_group(json!({ "log_group_name": GROUP_ARN })),
            "log_group_name",
            "malformed-log-group-name",
        ),
        (
            to_group(json!({ "log_group_name": "flow-logs:*" })),
            "log_group_name",
            "malformed-log-group-name",
        ),
        (
            to_group(json!({ "log_group_name": "flow logs" })),
            "log_group_name",
            "malformed-log-group-name",
        ),
        (
            to_group(json!({ "log_group_name": "a".repeat(513) })),
            "log_group_name",
            "malformed-log-group-name",
        ),
        (
            to_group(json!({ "destination_options": { "per_hour_partition": true } })),
            "destination_options.per_hour_partition",
            "destination-option-not-possible",
        ),
        (
            to_stream(json!({ "destination_options": { "file_format": "parquet" } })),
            "destination_options.file_format",
            "destination-option-not-possible",
        ),
        (
            to_bucket(json!({ "destination_options": { "file_format": "Parquet" } })),
            "destination_options.file_format",
            "invalid-value",
        ),
        (
            to_bucket(json!({ "destination_options": { "file_format": "text" } })),
            "destination_options.file_format",
            "invalid-value",
        ),
    ]
}

/// Returns configurations that compare one argument with a part of another. JSON Schema cannot express this.
pub(super) fn beyond_schemas() -> Vec<Row> {
    vec![
        (
            to_group(json!({ "log_group_name": "other", "log_destination": GROUP_ARN })),
            "log_group_name",
            "two-different-log-groups",
        ),
        (
            to_group(json!({
                "log_group_name": null,
                "log_destination": "arn:aws-cn:logs:cn-north-1:123456789012:log-group:flow-logs",
            })),
            "iam_role_arn",
            "two-different-partitions",
        ),
        (
            to_group(json!({ "region": "cn-north-1" })),
            "iam_role_arn",
            "role-of-another-partition",
        ),
        (
            to_stream(json!({
                "log_destination": STREAM, "iam_role_arn": ROLE, "deliver_cross_account_role": CROSS_ROLE
            })),
            "deliver_cross_account_role",
            "cross-account-role-not-possible",
        ),
        (
            to_stream(json!({ "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE })),
            "deliver_cross_account_role",
            "role-needed-to-deliver-across-accounts",
        ),
        (
            to_stream(json!({ "log_destination": FOREIGN_STREAM })),
            "iam_role_arn",
            "role-needed-to-deliver-across-accounts",
        ),
    ]
}
