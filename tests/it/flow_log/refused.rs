//! The configurations that are refused before anything is sent: their paths and rules, and what to write instead.

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::flow_log::{FlowLog, Resource};
use vpcflow::framework::{self, Severity, judge, lower};

use super::{CROSS_ROLE, FOREIGN_STREAM, GROUP_ARN, ROLE, STREAM, VPC};
use super::{of_gateway, to_bucket, to_group, to_stream, with};
use crate::harness::core::{Core, errors};
use crate::harness::fake::Fake;

/// The configuration, the path of the error, and its rule.
pub(crate) type Row = (Json, &'static str, &'static str);

fn targets() -> Vec<Row> {
    let without = |more: Json| to_group(super::with(json!({ "vpc_id": null }), more));
    vec![
        (without(json!({})), "resource_id", "nothing-to-watch"),
        (
            without(json!({ "vpc_id": "" })),
            "resource_id",
            "nothing-to-watch",
        ),
        (
            to_group(json!({ "resource_id": "", "resource_type": "Subnet" })),
            "resource_type",
            "wrong-resource-type",
        ),
        (
            to_group(json!({ "vpc_id": "vpc-xyz" })),
            "vpc_id",
            "malformed-id",
        ),
        (
            to_group(json!({ "vpc_id": "vpc-0123456789" })),
            "vpc_id",
            "malformed-id",
        ),
        (
            without(json!({ "resource_id": "vpc-12" })),
            "resource_id",
            "malformed-id",
        ),
        (
            without(json!({ "resource_id": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1" })),
            "resource_id",
            "malformed-id",
        ),
        (
            without(json!({ "resource_id": " vpc-0123456789abcdef0" })),
            "resource_id",
            "malformed-id",
        ),
        (
            without(json!({ "resource_id": "i-0123456789abcdef0" })),
            "resource_id",
            "resource-without-flow-logs",
        ),
        (
            without(json!({ "resource_id": "sg-0123456789abcdef0" })),
            "resource_id",
            "resource-without-flow-logs",
        ),
        (
            without(json!({ "resource_id": "odd-1" })),
            "resource_type",
            "resource-type-needed",
        ),
        (
            without(json!({ "resource_id": "odd-1", "resource_type": "Subnet" })),
            "resource_type",
            "wrong-resource-type",
        ),
        (
            to_group(json!({ "resource_type": "Subnet" })),
            "resource_type",
            "wrong-resource-type",
        ),
        (
            to_group(json!({ "resource_type": "vpc" })),
            "resource_type",
            "invalid-value-for",
        ),
        (
            without(json!({ "resource_id": VPC, "resource_type": "NETWORK_INTERFACE" })),
            "resource_type",
            "invalid-value-for",
        ),
        (
            of_gateway(json!({ "max_aggregation_interval": 600 })),
            "max_aggregation_interval",
            "aggregation-interval-not-possible",
        ),
        (
            without(json!({
                "resource_id": "core-network-0123456789abcdef0", "traffic_type": null,
                "max_aggregation_interval": 600
            })),
            "max_aggregation_interval",
            "aggregation-interval-not-possible",
        ),
        (
            to_group(json!({ "traffic_type": null })),
            "traffic_type",
            "traffic-type-needed",
        ),
        (
            without(
                json!({ "regional_nat_gateway_id": "nat-0123456789abcdef0", "traffic_type": null }),
            ),
            "traffic_type",
            "traffic-type-needed",
        ),
        (
            to_group(json!({ "traffic_type": "all" })),
            "traffic_type",
            "invalid-value-for",
        ),
        (
            to_group(json!({ "traffic_type": "DENY" })),
            "traffic_type",
            "invalid-value-for",
        ),
        (
            to_group(json!({ "max_aggregation_interval": 61 })),
            "max_aggregation_interval",
            "invalid-value-for",
        ),
        (
            to_group(json!({ "max_aggregation_interval": 10 })),
            "max_aggregation_interval",
            "invalid-value-for",
        ),
    ]
}

fn destinations() -> Vec<Row> {
    let destination = |text: &str| to_bucket(json!({ "log_destination": text }));
    vec![
        (
            to_group(json!({ "log_group_name": null })),
            "log_destination",
            "no-destination",
        ),
        (
            to_bucket(json!({ "log_destination_type": "S3" })),
            "log_destination_type",
            "invalid-value-for",
        ),
        (
            to_group(json!({ "log_destination_type": "CloudWatchLogs" })),
            "log_destination_type",
            "invalid-value-for",
        ),
        (
            to_group(json!({ "log_destination_type": "cloudwatch" })),
            "log_destination_type",
            "invalid-value-for",
        ),
        (
            to_stream(json!({ "log_destination_type": "firehose" })),
            "log_destination_type",
            "invalid-value-for",
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
            "no-destination",
        ),
        (
            to_stream(json!({
                "log_destination": null, "log_destination_type": "kinesis-data-firehose"
            })),
            "log_destination",
            "no-destination",
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
            "invalid-value-for",
        ),
        (
            to_bucket(json!({ "destination_options": { "file_format": "text" } })),
            "destination_options.file_format",
            "invalid-value-for",
        ),
    ]
}

fn roles() -> Vec<Row> {
    let role = |arn: &str| to_group(json!({ "iam_role_arn": arn }));
    vec![
        (
            to_group(json!({ "iam_role_arn": null })),
            "iam_role_arn",
            "delivery-role-needed",
        ),
        (role(""), "iam_role_arn", "delivery-role-needed"),
        (role("flow-logs"), "iam_role_arn", "malformed-role-arn"),
        (
            role("arn:aws:iam::123456789012:user/me"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            role("arn:aws:iam::12:role/x"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            role("arn:aws:iam::123456789012:instance-profile/x"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            role("arn:aws:sts::123456789012:assumed-role/x/y"),
            "iam_role_arn",
            "malformed-role-arn",
        ),
        (
            to_bucket(json!({ "iam_role_arn": ROLE })),
            "iam_role_arn",
            "role-not-possible-for-s3",
        ),
        (
            to_bucket(json!({ "deliver_cross_account_role": CROSS_ROLE })),
            "deliver_cross_account_role",
            "role-not-possible-for-s3",
        ),
        (
            to_group(json!({ "deliver_cross_account_role": CROSS_ROLE })),
            "deliver_cross_account_role",
            "cross-account-role-not-possible",
        ),
        (
            to_stream(json!({
                "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE,
                "deliver_cross_account_role": "arn:aws:iam::210987654321:role/other"
            })),
            "deliver_cross_account_role",
            "cross-account-role-not-possible",
        ),
        (
            to_stream(json!({
                "log_destination": FOREIGN_STREAM, "deliver_cross_account_role": CROSS_ROLE
            })),
            "iam_role_arn",
            "delivery-role-needed",
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
            "not-a-record-field",
        ),
        (format("${srcip} ${dstaddr}"), PATH, "not-a-record-field"),
        (format("${dst-ip}"), PATH, "not-a-record-field"),
        (format("${src_port}"), PATH, "not-a-record-field"),
        (format("${log_status}"), PATH, "not-a-record-field"),
        (format("${AccountId}"), PATH, "not-a-record-field"),
        (format("${eni-id}"), PATH, "not-a-record-field"),
        (
            format("version account-id"),
            PATH,
            "malformed-record-format",
        ),
        (format("$${version}"), PATH, "malformed-record-format"),
        (format("${version"), PATH, "malformed-record-format"),
        (
            format("${version},${action}"),
            PATH,
            "malformed-record-format",
        ),
        (
            format("${version} ${version}"),
            PATH,
            "malformed-record-format",
        ),
        (format("${}"), PATH, "malformed-record-format"),
        (
            format("${version} ${tgw-id}"),
            PATH,
            "field-of-another-kind-of-flow-log",
        ),
        (
            format("${tgw-src-vpc-id}"),
            PATH,
            "field-of-another-kind-of-flow-log",
        ),
        (
            of_gateway("${version} ${vpc-id}"),
            PATH,
            "field-of-another-kind-of-flow-log",
        ),
        (
            of_gateway("${action}"),
            PATH,
            "field-of-another-kind-of-flow-log",
        ),
        (
            format("${version} ${instance-tag}"),
            PATH,
            "tag-field-without-its-tag",
        ),
        (
            tags(
                "${asg-tag-2}",
                json!([{ "resource_type": "auto-scaling-group", "tag_keys": ["a"] }]),
            ),
            PATH,
            "tag-field-without-its-tag",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "network-interface", "tag_keys": ["a"] },
                       { "resource_type": "instance", "tag_keys": ["a"] }]),
            ),
            BLOCK,
            "tag-without-its-field",
        ),
        (
            to_group(json!({
                "tag_field_specification": [{ "resource_type": "instance", "tag_keys": ["a"] }]
            })),
            BLOCK,
            "tag-without-its-field",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": ["a"] },
                       { "resource_type": "instance", "tag_keys": ["b"] }]),
            ),
            BLOCK,
            "resource-type-given-twice",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": [] }]),
            ),
            BLOCK,
            "no-tag-keys",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": ["a".repeat(129)] }]),
            ),
            BLOCK,
            "malformed-tag-key",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "instance", "tag_keys": ["a", "b", "c"] }]),
            ),
            "tag_field_specification.tag_keys",
            "invalid-value-for",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "Instance", "tag_keys": ["a"] }]),
            ),
            "tag_field_specification.resource_type",
            "invalid-value-for",
        ),
    ]
}

fn others() -> Vec<Row> {
    let tags = |tags: Json| to_group(json!({ "tags": tags }));
    let many: Json = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
    vec![
        (tags(json!({ "aws:x": "y" })), "tags.[aws:x]", "invalid-tag"),
        (tags(json!({ "": "y" })), "tags.[]", "invalid-tag"),
        (tags(many), "tags", "too-many-tags"),
        (
            tags(json!({ "k": "v".repeat(257) })),
            "tags.[k]",
            "invalid-tag",
        ),
        (
            to_group(json!({ "region": "us-east-1a" })),
            "region",
            "malformed-region",
        ),
        (
            to_group(json!({ "region": "US-EAST-1" })),
            "region",
            "malformed-region",
        ),
        (
            to_group(json!({ "timeouts": { "create": "soon" } })),
            "timeouts.create",
            "malformed-duration",
        ),
        (
            to_group(json!({ "timeouts": { "delete": "0s" } })),
            "timeouts.delete",
            "malformed-duration",
        ),
    ]
}

/// What only Terraform has arguments for.
pub(crate) fn of_terraform() -> Vec<Row> {
    let without = |more: Json| to_group(super::with(json!({ "vpc_id": null }), more));
    vec![
        (
            to_group(json!({ "subnet_id": "subnet-0123456789abcdef0" })),
            "subnet_id",
            "two-different-resources-to-watch",
        ),
        (
            to_group(json!({ "resource_id": "vpc-0fedcba9876543210" })),
            "resource_id",
            "two-different-resources-to-watch",
        ),
        (
            to_group(json!({ "vpc_id": "subnet-0123456789abcdef0" })),
            "vpc_id",
            "malformed-id",
        ),
        (
            without(json!({ "eni_id": "i-0123456789abcdef0" })),
            "eni_id",
            "malformed-id",
        ),
        (
            of_gateway(json!({ "transit_gateway_id": "tgw-attach-0123456789abcdef0" })),
            "transit_gateway_id",
            "malformed-id",
        ),
    ]
}

/// What no JSON Schema can express: it compares one argument with a part of another.
pub(crate) fn beyond_schemas() -> Vec<Row> {
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

pub(crate) fn rows() -> Vec<Row> {
    [
        targets(),
        destinations(),
        roles(),
        formats(),
        others(),
        of_terraform(),
        beyond_schemas(),
    ]
    .concat()
}

/// The errors of a configuration by their rules, without what only a plan finds.
fn rules(config: &Value) -> Vec<&'static str> {
    let schema = lower::<FlowLog>(0).unwrap();
    let resource = Resource::default();
    let found = judge(&schema.block, config, |config: &FlowLog, found| {
        framework::Resource::validate(&resource, config, found);
    });
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.rule).collect()
}

#[tokio::test]
async fn impossible_configurations_are_refused_at_their_path() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let rows = rows();
    assert!(rows.len() >= 60, "{}", rows.len());
    let mut wrong = Vec::new();
    for (row, path, rule) in rows {
        let config = core.config(&row);
        let rules = rules(&config);
        let mut found = errors(&core.validate(&config).await);
        assert_eq!(found.len(), rules.len(), "{row}: {found:?}");
        // The plan refuses what depends on the account.
        let is_of_plan = found.is_empty();
        if is_of_plan {
            found = errors(&core.plan(&Value::Null, &config).await.messages);
        }
        let has_path = found.iter().any(|message| message.path == path);
        if !has_path || !(is_of_plan || rules.contains(&rule)) {
            wrong.push(format!(
                "{row}\n  expected {path}: {rule}\n  found {rules:?}: {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}

#[tokio::test]
async fn errors_say_what_to_write_in_hcl() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for (row, text) in remedies() {
        let config = core.config(&row);
        let found = errors(&core.validate(&config).await);
        let says = found.iter().any(|message| message.text.contains(text));
        assert!(says, "{row}: {text:?} is not in {found:?}");
    }
}

fn remedies() -> Vec<(Json, &'static str)> {
    let destination = |text: &str| to_bucket(json!({ "log_destination": text }));
    let format = |text: &str| to_group(json!({ "log_format": text }));
    let without = |more: Json| to_group(super::with(json!({ "vpc_id": null }), more));
    vec![
        (
            without(json!({})),
            "Set one of `vpc_id`, `subnet_id`, `eni_id`, `transit_gateway_id`",
        ),
        (
            destination("s3"),
            "Write `log_destination_type = \"s3\"`, and set `log_destination` to the ARN",
        ),
        (
            destination("s3://bucket/folder"),
            "Write \"arn:aws:s3:::bucket/folder\"",
        ),
        (
            destination("/aws/vpc/flow-logs"),
            "write `log_group_name = \"/aws/vpc/flow-logs\"` instead",
        ),
        (
            to_group(json!({ "log_group_name": GROUP_ARN })),
            "Write `log_destination = \"arn:aws:logs:",
        ),
        (
            to_group(json!({ "region": "us-east-1a" })),
            "Write \"us-east-1\".",
        ),
        (
            format("${version} ${timestamp}"),
            "Write `$${start}` or `$${end}`",
        ),
        (format("${srcip} ${dstaddr}"), "Write `$${srcaddr}`."),
        (
            format("${version} ${instance-tag}"),
            "add:\n\n  tag_field_specification {\n    resource_type = \"instance\"\n    tag_keys      = [\"Name\"]\n  }",
        ),
        (
            of_gateway(json!({ "log_format": "${version} ${vpc-id}" })),
            "Write `$${tgw-src-vpc-id}` or `$${tgw-dst-vpc-id}`, or remove",
        ),
        (
            to_group(json!({ "traffic_type": "all" })),
            "invalid-value-for",
        ),
    ]
}

#[tokio::test]
async fn what_was_unknown_is_refused_by_the_plan_once_it_is_known() {
    const OF_ABSENCE: [&str; 6] = [
        "nothing-to-watch",
        "resource-type-needed",
        "traffic-type-needed",
        "no-destination",
        "delivery-role-needed",
        "role-needed-to-deliver-across-accounts",
    ];
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for (row, path, _) in rows() {
        let config = core.config(&row);
        let found = errors(&core.plan(&Value::Null, &config).await.messages);
        let is_refused = found.iter().any(|message| message.path == path);
        assert!(is_refused, "{row}: {found:?}");
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
            let empty = core.config(&json!({}));
            values.insert(block.into(), empty.get(block).unwrap().clone());
        }
        let rules = rules(&Value::Map(values));
        let is_of_absence = rules.iter().all(|rule| OF_ABSENCE.contains(rule));
        assert!(is_of_absence, "{row}: {rules:?}");
    }
}
