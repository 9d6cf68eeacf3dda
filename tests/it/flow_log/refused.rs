//! The configurations that must be refused before anything is sent: path, and what to write instead.

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::{CROSS_ROLE, FOREIGN_STREAM, GROUP_ARN, ROLE, STREAM, VPC};
use super::{of_gateway, to_bucket, to_group, to_stream, with};
use crate::harness::core::{Core, errors};
use crate::harness::fake::Fake;

/// The configuration, the path of the error, and a part of its text.
pub(crate) type Row = (Json, &'static str, &'static str);

fn targets() -> Vec<Row> {
    let without = |more: Json| to_group(super::with(json!({ "vpc_id": null }), more));
    vec![
        (without(json!({})), "resource_id", "Set one of vpc_id"),
        (
            without(json!({ "vpc_id": "" })),
            "resource_id",
            "Nothing to watch",
        ),
        (
            to_group(json!({ "subnet_id": "subnet-0123456789abcdef0" })),
            "subnet_id",
            "A flow log watches one resource",
        ),
        (
            to_group(json!({ "resource_id": "", "resource_type": "Subnet" })),
            "resource_type",
            "is the id of a VPC",
        ),
        (
            to_group(json!({ "resource_id": "vpc-0fedcba9876543210" })),
            "resource_id",
            "Two different resources",
        ),
        (
            to_group(json!({ "vpc_id": "vpc-xyz" })),
            "vpc_id",
            "8 or 17 hexadecimal digits",
        ),
        (
            to_group(json!({ "vpc_id": "vpc-0123456789" })),
            "vpc_id",
            "8 or 17 hexadecimal digits",
        ),
        (
            to_group(json!({ "vpc_id": "subnet-0123456789abcdef0" })),
            "vpc_id",
            "begin with `vpc-`",
        ),
        (
            without(json!({ "eni_id": "i-0123456789abcdef0" })),
            "eni_id",
            "begin with `eni-`",
        ),
        (
            without(json!({ "resource_id": "vpc-12" })),
            "resource_id",
            "8 or 17 hexadecimal digits",
        ),
        (
            without(json!({ "resource_id": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1" })),
            "resource_id",
            "an id is needed here, not an ARN",
        ),
        (
            without(json!({ "resource_id": " vpc-0123456789abcdef0" })),
            "resource_id",
            "no white space",
        ),
        (
            without(json!({ "resource_id": "i-0123456789abcdef0" })),
            "resource_id",
            "watched by its network interface",
        ),
        (
            without(json!({ "resource_id": "sg-0123456789abcdef0" })),
            "resource_id",
            "watch the VPC",
        ),
        (
            without(json!({ "resource_id": "odd-1" })),
            "resource_type",
            "Set `resource_type` to one of: VPC",
        ),
        (
            without(json!({ "resource_id": "odd-1", "resource_type": "Subnet" })),
            "resource_type",
            "such ids begin with `subnet-`",
        ),
        (
            to_group(json!({ "resource_type": "Subnet" })),
            "resource_type",
            "is the id of a VPC",
        ),
        (
            to_group(json!({ "resource_type": "vpc" })),
            "resource_type",
            "Write \"VPC\".",
        ),
        (
            without(json!({ "resource_id": VPC, "resource_type": "NETWORK_INTERFACE" })),
            "resource_type",
            "Write \"NetworkInterface\".",
        ),
        (
            of_gateway(json!({ "transit_gateway_id": "tgw-attach-0123456789abcdef0" })),
            "transit_gateway_id",
            "use transit_gateway_attachment_id",
        ),
        (
            of_gateway(json!({ "max_aggregation_interval": 600 })),
            "max_aggregation_interval",
            "the interval is 60 seconds",
        ),
        (
            without(json!({
                "resource_id": "core-network-0123456789abcdef0", "traffic_type": null,
                "max_aggregation_interval": 600
            })),
            "max_aggregation_interval",
            "Remove the argument",
        ),
        (
            to_group(json!({ "traffic_type": null })),
            "traffic_type",
            "needs `traffic_type`: \"ALL\" records everything",
        ),
        (
            without(
                json!({ "regional_nat_gateway_id": "nat-0123456789abcdef0", "traffic_type": null }),
            ),
            "traffic_type",
            "RegionalNatGateway needs `traffic_type`",
        ),
        (
            to_group(json!({ "traffic_type": "all" })),
            "traffic_type",
            "Write \"ALL\".",
        ),
        (
            to_group(json!({ "traffic_type": "DENY" })),
            "traffic_type",
            "one of: \"ACCEPT\", \"REJECT\", \"ALL\"",
        ),
        (
            to_group(json!({ "max_aggregation_interval": 61 })),
            "max_aggregation_interval",
            "one of: 60, 600",
        ),
        (
            to_group(json!({ "max_aggregation_interval": 10 })),
            "max_aggregation_interval",
            "one of: 60, 600",
        ),
    ]
}

fn destinations() -> Vec<Row> {
    let destination = |text: &str| to_bucket(json!({ "log_destination": text }));
    vec![
        (
            to_group(json!({ "log_group_name": null })),
            "log_destination",
            "Set `log_group_name` to the name",
        ),
        (
            to_bucket(json!({ "log_destination_type": "S3" })),
            "log_destination_type",
            "Write \"s3\".",
        ),
        (
            to_group(json!({ "log_destination_type": "CloudWatchLogs" })),
            "log_destination_type",
            "Write \"cloud-watch-logs\".",
        ),
        (
            to_group(json!({ "log_destination_type": "cloudwatch" })),
            "log_destination_type",
            "Write \"cloud-watch-logs\".",
        ),
        (
            to_stream(json!({ "log_destination_type": "firehose" })),
            "log_destination_type",
            "Write \"kinesis-data-firehose\".",
        ),
        (
            destination("s3"),
            "log_destination",
            "write log_destination_type = \"s3\"",
        ),
        (
            destination("CloudWatchLogs"),
            "log_destination",
            "write log_destination_type = \"cloud-watch-logs\"",
        ),
        (
            destination("my-bucket"),
            "log_destination",
            "it must be an ARN, such as",
        ),
        (
            destination("s3://bucket/folder"),
            "log_destination",
            "write \"arn:aws:s3:::bucket/folder\"",
        ),
        (
            destination("/aws/vpc/flow-logs"),
            "log_destination",
            "write log_group_name = \"/aws/vpc/flow-logs\" instead",
        ),
        (
            destination("arn:aws:s3:::bucket "),
            "log_destination",
            "white space",
        ),
        (
            destination("arn:aws:s3:us-east-1:123456789012:bucket"),
            "log_destination",
            "write \"arn:aws:s3:::bucket\"",
        ),
        (
            destination("arn:aws:s3:::bucket,1"),
            "log_destination",
            "small letters, digits, dots and hyphens",
        ),
        (
            with(
                destination("arn:aws:logs:eu-west-1:123456789012:log-group:flow-logs"),
                json!({ "region": "us-east-1" }),
            ),
            "log_destination",
            "is a log group in eu-west-1, but the flow log is in us-east-1",
        ),
        (
            to_group(json!({
                "log_group_name": null,
                "log_destination": "arn:aws-cn:logs:cn-north-1:123456789012:log-group:flow-logs",
            })),
            "iam_role_arn",
            "Two different partitions",
        ),
        (
            to_group(json!({ "region": "cn-north-1" })),
            "iam_role_arn",
            "begins with \"arn:aws-cn:\"",
        ),
        (
            destination("arn:aws:s3:::bucket/AWSLogs/"),
            "log_destination",
            "the folder cannot be AWSLogs",
        ),
        (
            destination("arn:aws:s3:::bucket/*"),
            "log_destination",
            "without `*`",
        ),
        (
            destination("arn:aws:sqs:us-east-1:123456789012:queue"),
            "log_destination",
            "an S3 bucket or a Firehose delivery stream",
        ),
        (
            destination("arn:aws:kinesis:us-east-1:123456789012:stream/x"),
            "log_destination",
            "let a Firehose delivery stream write to it",
        ),
        (
            destination("arn:aws:firehose:us-east-1:123456789012:stream/x"),
            "log_destination",
            "ends in `:deliverystream/NAME`",
        ),
        (
            to_group(json!({
                "log_group_name": null, "log_destination": "arn:aws:logs:us-east-1:123456789012:group:x"
            })),
            "log_destination",
            "ends in `:log-group:NAME`",
        ),
        (
            to_group(json!({
                "log_group_name": null,
                "log_destination": format!("{GROUP_ARN}:log-stream:x")
            })),
            "log_destination",
            "give the log group's ARN",
        ),
        (
            to_group(json!({
                "log_group_name": null, "log_destination": "arn:aws:logs:::log-group:x"
            })),
            "log_destination",
            "a region and an account of 12 digits",
        ),
        (
            to_bucket(json!({ "log_destination_type": "cloud-watch-logs", "iam_role_arn": ROLE })),
            "log_destination_type",
            "it follows from the ARN",
        ),
        (
            to_group(json!({
                "log_group_name": null, "log_destination": GROUP_ARN, "log_destination_type": "s3",
                "iam_role_arn": null
            })),
            "log_destination_type",
            "an ARN of cloud-watch-logs",
        ),
        (
            to_bucket(json!({ "log_destination": null, "log_destination_type": "s3" })),
            "log_destination",
            "arn:aws:s3:::name/folder/",
        ),
        (
            to_stream(json!({
                "log_destination": null, "log_destination_type": "kinesis-data-firehose"
            })),
            "log_destination",
            "to the ARN of the delivery stream",
        ),
        (
            to_bucket(json!({ "log_group_name": "flow-logs" })),
            "log_group_name",
            "but records go to s3",
        ),
        (
            to_stream(json!({ "log_group_name": "flow-logs" })),
            "log_group_name",
            "declare another flow log",
        ),
        (
            to_group(json!({ "log_group_name": GROUP_ARN })),
            "log_group_name",
            "write log_destination = ",
        ),
        (
            to_group(json!({ "log_group_name": "flow-logs:*" })),
            "log_group_name",
            "write it without `:*`",
        ),
        (
            to_group(json!({ "log_group_name": "flow logs" })),
            "log_group_name",
            "letters, digits and `_-/.#`",
        ),
        (
            to_group(json!({ "log_group_name": "a".repeat(513) })),
            "log_group_name",
            "at most 512",
        ),
        (
            to_group(json!({ "log_group_name": "other", "log_destination": GROUP_ARN })),
            "log_group_name",
            "Two different log groups",
        ),
        (
            to_group(json!({ "destination_options": { "per_hour_partition": true } })),
            "destination_options.per_hour_partition",
            "for S3 only",
        ),
        (
            to_stream(json!({ "destination_options": { "file_format": "parquet" } })),
            "destination_options.file_format",
            "Remove the block",
        ),
        (
            to_bucket(json!({ "destination_options": { "file_format": "Parquet" } })),
            "destination_options.file_format",
            "Write \"parquet\".",
        ),
        (
            to_bucket(json!({ "destination_options": { "file_format": "text" } })),
            "destination_options.file_format",
            "Write \"plain-text\".",
        ),
    ]
}

fn roles() -> Vec<Row> {
    let role = |arn: &str| to_group(json!({ "iam_role_arn": arn }));
    vec![
        (
            to_group(json!({ "iam_role_arn": null })),
            "iam_role_arn",
            "trusts vpc-flow-logs.amazonaws.com",
        ),
        (role(""), "iam_role_arn", "Delivery role needed"),
        (
            role("flow-logs"),
            "iam_role_arn",
            "it must be the ARN of a role",
        ),
        (
            role("arn:aws:iam::123456789012:user/me"),
            "iam_role_arn",
            "it must be the ARN of a role",
        ),
        (
            role("arn:aws:iam::12:role/x"),
            "iam_role_arn",
            "it must be the ARN of a role",
        ),
        (
            role("arn:aws:iam::123456789012:instance-profile/x"),
            "iam_role_arn",
            "that is an instance profile",
        ),
        (
            role("arn:aws:sts::123456789012:assumed-role/x/y"),
            "iam_role_arn",
            "give the role itself",
        ),
        (
            to_bucket(json!({ "iam_role_arn": ROLE })),
            "iam_role_arn",
            "Remove `iam_role_arn`",
        ),
        (
            to_bucket(json!({ "deliver_cross_account_role": CROSS_ROLE })),
            "deliver_cross_account_role",
            "Role not possible for S3",
        ),
        (
            to_group(json!({ "deliver_cross_account_role": CROSS_ROLE })),
            "deliver_cross_account_role",
            "for delivery to Firehose in another account",
        ),
        (
            to_stream(json!({
                "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE,
                "deliver_cross_account_role": "arn:aws:iam::210987654321:role/other"
            })),
            "deliver_cross_account_role",
            "begins with AWSLogDeliveryFirehoseCrossAccountRole",
        ),
        (
            to_stream(json!({
                "log_destination": FOREIGN_STREAM, "deliver_cross_account_role": CROSS_ROLE
            })),
            "iam_role_arn",
            "needs two roles",
        ),
        (
            to_stream(json!({
                "log_destination": STREAM, "iam_role_arn": ROLE, "deliver_cross_account_role": CROSS_ROLE
            })),
            "deliver_cross_account_role",
            "a role of the stream's account",
        ),
        (
            to_stream(json!({ "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE })),
            "deliver_cross_account_role",
            "a role of the other whose name begins with",
        ),
        (
            to_stream(json!({ "log_destination": FOREIGN_STREAM })),
            "iam_role_arn",
            "The delivery stream is in account 210987654321",
        ),
    ]
}

fn formats() -> Vec<Row> {
    let format = |text: &str| to_group(json!({ "log_format": text }));
    let of_gateway = |text: &str| of_gateway(json!({ "log_format": text }));
    let tags = |format: &str, blocks: Json| {
        to_group(json!({ "log_format": format, "tag_field_specification": blocks }))
    };
    const PATH: &str = "log_format";
    const BLOCK: &str = "tag_field_specification";
    vec![
        (
            format("${version} ${timestamp}"),
            PATH,
            "write `${start}` (and `${end}`)",
        ),
        (format("${srcip} ${dstaddr}"), PATH, "write `${srcaddr}`"),
        (format("${dst-ip}"), PATH, "write `${dstaddr}`"),
        (format("${src_port}"), PATH, "write `${srcport}`"),
        (format("${log_status}"), PATH, "write `${log-status}`"),
        (format("${AccountId}"), PATH, "write `${account-id}`"),
        (format("${eni-id}"), PATH, "write `${interface-id}`"),
        (format("version account-id"), PATH, "write `${version}`"),
        (format("$${version}"), PATH, "one `$` too many"),
        (format("${version"), PATH, "never closed"),
        (format("${version},${action}"), PATH, "by a space"),
        (format("${version} ${version}"), PATH, "named twice"),
        (format("${}"), PATH, "names no field"),
        (
            format("${version} ${tgw-id}"),
            PATH,
            "recorded for transit gateways only",
        ),
        (
            format("${tgw-src-vpc-id}"),
            PATH,
            "Write `${vpc-id}`, or remove it",
        ),
        (
            of_gateway("${version} ${vpc-id}"),
            PATH,
            "Write `${tgw-src-vpc-id}` or `${tgw-dst-vpc-id}`",
        ),
        (of_gateway("${action}"), PATH, "Remove `${action}`"),
        (
            format("${version} ${instance-tag}"),
            PATH,
            "resource_type = \"instance\"",
        ),
        (
            tags(
                "${asg-tag-2}",
                json!([{ "resource_type": "auto-scaling-group", "tag_keys": ["a"] }]),
            ),
            PATH,
            "[\"Name\", \"Team\"]",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "network-interface", "tag_keys": ["a"] },
                       { "resource_type": "instance", "tag_keys": ["a"] }]),
            ),
            BLOCK,
            "Add `${interface-tag}` to `log_format`",
        ),
        (
            to_group(json!({
                "tag_field_specification": [{ "resource_type": "instance", "tag_keys": ["a"] }]
            })),
            BLOCK,
            "Tag without its field",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": ["a"] },
                       { "resource_type": "instance", "tag_keys": ["b"] }]),
            ),
            BLOCK,
            "Join them",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": [] }]),
            ),
            BLOCK,
            "give one or two keys",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": ["a".repeat(129)] }]),
            ),
            BLOCK,
            "1 to 128 characters",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": ["a", "b", "c"] }]),
            ),
            "tag_field_specification.tag_keys",
            "at most 2",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "Instance", "tag_keys": ["a"] }]),
            ),
            "tag_field_specification.resource_type",
            "Write \"instance\".",
        ),
    ]
}

fn others() -> Vec<Row> {
    let tags = |tags: Json| to_group(json!({ "tags": tags }));
    let many: Json = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
    vec![
        (
            tags(json!({ "aws:x": "y" })),
            "tags.[aws:x]",
            "reserved by AWS",
        ),
        (tags(json!({ "": "y" })), "tags.[]", "cannot be empty"),
        (tags(many), "tags", "AWS allows 50"),
        (
            tags(json!({ "k": "v".repeat(257) })),
            "tags.[k]",
            "at most 256 characters",
        ),
        (
            to_group(json!({ "region": "us-east-1a" })),
            "region",
            "write \"us-east-1\"",
        ),
        (
            to_group(json!({ "region": "US-EAST-1" })),
            "region",
            "in small letters",
        ),
        (
            to_group(json!({ "timeouts": { "create": "soon" } })),
            "timeouts.create",
            "write it as 30s",
        ),
        (
            to_group(json!({ "timeouts": { "delete": "0s" } })),
            "timeouts.delete",
            "more than nothing",
        ),
    ]
}

pub(crate) fn rows() -> Vec<Row> {
    [targets(), destinations(), roles(), formats(), others()].concat()
}

#[tokio::test]
async fn impossible_configurations_are_refused_with_path_and_remedy() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let rows = rows();
    assert!(rows.len() >= 60, "{}", rows.len());
    let mut wrong = Vec::new();
    for (row, path, text) in rows {
        let config = core.config(&row);
        // Core shows what validate says; what needs the account is said by the plan.
        let mut said = errors(&core.validate(&config).await);
        if said.is_empty() {
            said = errors(&core.plan(&Value::Null, &config).await.messages);
        }
        if !said
            .iter()
            .any(|message| message.path == path && message.text.contains(text))
        {
            wrong.push(format!("{row}\n  wanted {path}: {text}\n  got {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}

#[tokio::test]
async fn what_was_unknown_is_refused_by_the_plan_once_it_is_known() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for (row, path, text) in rows() {
        let config = core.config(&row);
        let said = errors(&core.plan(&Value::Null, &config).await.messages);
        let refused = said
            .iter()
            .any(|message| message.path == path && message.text.contains(text));
        assert!(refused, "{row}: {said:?}");
        let Value::Map(mut values) = config else {
            panic!("an object");
        };
        // With everything unknown there is nothing to say against it.
        for (name, value) in &mut values {
            let block = ["destination_options", "timeouts", "tag_field_specification"];
            if !value.is_null() && !block.contains(&&**name) {
                *value = Value::unknown();
            }
        }
        values.insert("tag_field_specification".into(), Value::Set(Vec::new()));
        for block in ["destination_options", "timeouts"] {
            let empty = core.config(&serde_json::json!({}));
            values.insert(block.into(), empty.get(block).unwrap().clone());
        }
        let unknown = Value::Map(values);
        let said = errors(&core.validate(&unknown).await);
        let told_by_absence = said.iter().all(|message| {
            ["Nothing to watch", "needed", "No destination"]
                .iter()
                .any(|absent| message.text.contains(absent))
        });
        assert!(told_by_absence, "{row}: {said:?}");
    }
}
