//! Configurations with an invalid record format, invalid tags, an invalid region or invalid timeouts.

use serde_json::{Value as Json, json};

use super::super::{of_gateway, to_group};
use super::Row;

pub(super) fn formats() -> Vec<Row> {
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
            "tag-field-without-tag",
        ),
        (
            tags(
                "${asg-tag-2}",
                json!([{ "resource_type": "auto-scaling-group", "tag_keys": ["a"] }]),
            ),
            PATH,
            "tag-field-without-tag",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "network-interface", "tag_keys": ["a"] },
                       { "resource_type": "instance", "tag_keys": ["a"] }]),
            ),
            BLOCK,
            "tag-without-field",
        ),
        (
            to_group(json!({
                "tag_field_specification": [{ "resource_type": "instance", "tag_keys": ["a"] }]
            })),
            BLOCK,
            "tag-without-field",
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
            "invalid-value",
        ),
        (
            tags(
                "${instance-tag}",
                json!([{ "resource_type": "Instance", "tag_keys": ["a"] }]),
            ),
            "tag_field_specification.resource_type",
            "invalid-value",
        ),
    ]
}

pub(super) fn others() -> Vec<Row> {
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
