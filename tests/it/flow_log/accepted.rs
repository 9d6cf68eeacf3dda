//! Configurations that must be accepted, each from create to delete on a strict server.

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::{CROSS_ROLE, FOREIGN_STREAM, GROUP_ARN, ROLE, STREAM, VPC};
use super::{of_gateway, to_bucket, to_group, to_stream, with};
use crate::harness::core::{Core, errors};
use crate::harness::fake::{Fake, REGION};

const EVERY_VPC_FIELD: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} \
    ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${subnet-id} ${instance-id} \
    ${tcp-flags} ${type} ${pkt-srcaddr} ${pkt-dstaddr} ${region} ${az-id} ${sublocation-type} ${sublocation-id} \
    ${pkt-src-aws-service} ${pkt-dst-aws-service} ${flow-direction} ${traffic-path} ${ecs-cluster-arn} \
    ${reject-reason} ${resource-id} ${encryption-status} ${next-hop-vpc-id}";

fn targets() -> Vec<Json> {
    let of = |more: Json| to_group(with(json!({ "vpc_id": null }), more));
    vec![
        to_group(json!({})),
        to_group(json!({ "vpc_id": "vpc-01234567" })),
        to_group(json!({ "traffic_type": "ACCEPT" })),
        to_group(json!({ "traffic_type": "REJECT" })),
        of(json!({ "subnet_id": "subnet-0123456789abcdef0" })),
        of(json!({ "eni_id": "eni-0123456789abcdef0" })),
        of(json!({ "regional_nat_gateway_id": "nat-0123456789abcdef0" })),
        of(json!({ "resource_id": VPC })),
        of(
            json!({ "resource_id": "nat-0123456789abcdef0", "log_format": "${version} ${resource-id}" }),
        ),
        to_group(json!({ "resource_id": VPC, "resource_type": "VPC" })),
        to_group(json!({ "subnet_id": "", "eni_id": "" })),
        of_gateway(json!({})),
        of_gateway(json!({ "max_aggregation_interval": 60 })),
        of_gateway(json!({ "traffic_type": "ALL" })),
        of_gateway(json!({
            "transit_gateway_id": null, "transit_gateway_attachment_id": "tgw-attach-0123456789abcdef0"
        })),
        of_gateway(
            json!({ "log_format": "${version} ${tgw-id} ${srcaddr} ${packets-lost-no-route}" }),
        ),
        of_gateway(json!({
            "transit_gateway_id": null, "resource_id": "core-network-0123456789abcdef0"
        })),
        of_gateway(
            json!({ "transit_gateway_id": null, "resource_id": "attachment-0123456789abcdef0" }),
        ),
        of_gateway(json!({
            "transit_gateway_id": null, "resource_id": "edge-1", "resource_type": "CoreNetworkEdge"
        })),
        of_gateway(json!({
            "transit_gateway_id": null, "resource_id": "edge-2", "resource_type": "CoreNetworkEdge",
            "log_format": "${version} ${cloud-wan-only}"
        })),
    ]
}

fn destinations() -> Vec<Json> {
    let by_arn = |arn: String| to_group(json!({ "log_group_name": null, "log_destination": arn }));
    let options = |options: Json| to_bucket(json!({ "destination_options": options }));
    vec![
        by_arn(GROUP_ARN.to_owned()),
        by_arn(format!("{GROUP_ARN}:*")),
        by_arn("arn:aws:logs:us-east-1:123456789012:log-group:/aws/vpc/flow-logs".to_owned()),
        to_group(json!({ "log_group_name": "/aws/vpc/flow_logs.1#x" })),
        to_group(json!({ "log_destination": GROUP_ARN })),
        to_group(json!({ "log_destination_type": "cloud-watch-logs" })),
        to_group(json!({ "log_destination": "", "deliver_cross_account_role": "" })),
        to_group(json!({ "destination_options": { "file_format": "plain-text" } })),
        to_group(json!({ "destination_options": { "per_hour_partition": false } })),
        to_bucket(json!({})),
        to_bucket(json!({ "iam_role_arn": "", "log_group_name": "" })),
        to_bucket(json!({ "log_destination_type": "s3" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::bucket/" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::bucket/folder/" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::bucket/folder" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::my.bucket-1/a/b/c/" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::bucket/AWSLogs-of-us/" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::bucket/a/AWSLogs/" })),
        to_bucket(json!({ "log_destination": "arn:aws:s3:::Old_Bucket.Name/folder/" })),
        to_bucket(json!({ "log_destination": format!("arn:aws:s3:::{}", "old-".repeat(60)) })),
        to_bucket(json!({ "log_destination": "arn:aws-us-gov:s3:::bucket" })),
        to_bucket(json!({ "log_destination": "arn:aws-cn:s3:::bucket" })),
        options(json!({})),
        options(json!({ "file_format": "plain-text" })),
        options(json!({ "file_format": "parquet" })),
        options(json!({ "hive_compatible_partitions": true })),
        options(json!({ "per_hour_partition": true })),
        options(json!({
            "file_format": "parquet", "hive_compatible_partitions": true, "per_hour_partition": true
        })),
        options(json!({
            "file_format": "plain-text", "hive_compatible_partitions": false, "per_hour_partition": false
        })),
        to_stream(json!({})),
        to_stream(json!({ "log_destination_type": "kinesis-data-firehose" })),
        to_stream(json!({ "iam_role_arn": ROLE })),
        to_stream(json!({
            "log_destination": FOREIGN_STREAM, "iam_role_arn": ROLE,
            "deliver_cross_account_role": CROSS_ROLE
        })),
        to_stream(json!({
            "log_destination": STREAM, "iam_role_arn": ROLE, "deliver_cross_account_role":
                "arn:aws:iam::123456789012:role/AWSLogDeliveryFirehoseCrossAccountRole"
        })),
        to_group(json!({ "iam_role_arn": "arn:aws:iam::123456789012:role/path/of/role" })),
    ]
}

fn formats() -> Vec<Json> {
    let format = |text: &str| to_group(json!({ "log_format": text }));
    let tags = |format: &str, blocks: Json| {
        to_group(json!({ "log_format": format, "tag_field_specification": blocks }))
    };
    vec![
        format("${version}"),
        format("${srcaddr} ${dstaddr}"),
        format(EVERY_VPC_FIELD),
        format("${version} ${brand-new}"),
        format("${version} ${instance-tag-3}"),
        format(""),
        tags(
            "${instance-tag}",
            json!([{ "resource_type": "instance", "tag_keys": ["Name"] }]),
        ),
        tags(
            "${interface-tag} ${interface-tag-2}",
            json!([{ "resource_type": "network-interface", "tag_keys": ["Team", "Name"] }]),
        ),
        tags(
            "${instance-tag} ${interface-tag} ${asg-tag} ${asg-tag-2}",
            json!([
                { "resource_type": "instance", "tag_keys": ["Name"] },
                { "resource_type": "network-interface", "tag_keys": ["Name"] },
                { "resource_type": "auto-scaling-group", "tag_keys": ["Name", "Team"] }
            ]),
        ),
        tags(
            "${asg-tag}",
            json!([{ "resource_type": "auto-scaling-group", "tag_keys": ["a", "b"] }]),
        ),
    ]
}

fn others() -> Vec<Json> {
    let many: Json = (0..50).map(|n| (format!("k{n}"), json!("v"))).collect();
    vec![
        to_group(json!({ "max_aggregation_interval": 60 })),
        to_group(json!({ "max_aggregation_interval": 600 })),
        to_group(json!({ "tags": {} })),
        to_group(json!({ "tags": { "Name": "", "k".repeat(128): "v".repeat(256) } })),
        to_group(json!({ "tags": many })),
        to_group(json!({ "region": "us-east-1" })),
        to_group(json!({ "timeouts": { "create": "1h30m", "delete": "30s" } })),
        to_group(json!({ "adopt_existing": true })),
        to_group(json!({ "adopt_existing": false })),
    ]
}

pub(crate) fn rows() -> Vec<Json> {
    [targets(), destinations(), formats(), others()].concat()
}

#[tokio::test]
async fn valid_configurations_can_be_created_read_and_deleted() {
    let fake = Fake::start();
    for field in ["brand-new", "instance-tag-3"] {
        fake.add_record_field(field);
    }
    let mut core = Core::start(fake.url()).await;
    let rows = rows();
    assert!(rows.len() >= 60, "{}", rows.len());
    for row in rows {
        let config = core.config(&row);
        let messages = core.validate(&config).await;
        assert_eq!(errors(&messages), [], "{row}");
        let state = core.create(&config).await;
        let refreshed = core.read(&state).await;
        assert_eq!(refreshed, state, "{row}");
        let plan = core.plan(&refreshed, &config).await;
        assert_eq!(plan.planned, refreshed, "{row}");
        assert_eq!(plan.replacing.len(), 0, "{row}");
        assert_eq!(
            errors(&core.delete(&state, &Value::Null).await),
            [],
            "{row}"
        );
        assert_eq!(fake.flow_logs(REGION), [], "{row}");
    }
}

#[tokio::test]
async fn arguments_without_effect_and_unknown_fields_are_warnings() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let rows = [
        (
            of_gateway(json!({ "traffic_type": "REJECT" })),
            "traffic_type",
            "has no effect",
        ),
        (
            to_group(json!({ "log_format": "${version} ${brand-new}" })),
            "log_format",
            "does not know the field `brand-new`",
        ),
        (
            to_group(json!({
                "log_format": "${asg-tag}",
                "tag_field_specification": [
                    { "resource_type": "auto-scaling-group", "tag_keys": ["a", "b"] }
                ]
            })),
            "tag_field_specification",
            "The second tag is not recorded",
        ),
    ];
    for (row, path, text) in rows {
        let config = core.config(&row);
        let messages = core.validate(&config).await;
        assert_eq!(messages.len(), 1, "{row}: {messages:?}");
        assert!(!messages[0].is_error);
        assert_eq!(messages[0].path, path);
        assert!(messages[0].text.contains(text), "{messages:?}");
    }
}
