//! Configurations with no valid resource, or with arguments that its type does not have.

use serde_json::{Value as Json, json};

use super::super::{VPC, of_gateway, to_group};
use super::Row;

pub(super) fn targets() -> Vec<Row> {
    let without = |more: Json| to_group(super::super::with(json!({ "vpc_id": null }), more));
    vec![
        (without(json!({})), "resource_id", "missing-target"),
        (
            without(json!({ "vpc_id": "" })),
            "resource_id",
            "missing-target",
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
            "invalid-value",
        ),
        (
            without(json!({ "resource_id": VPC, "resource_type": "NETWORK_INTERFACE" })),
            "resource_type",
            "invalid-value",
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
            "invalid-value",
        ),
        (
            to_group(json!({ "traffic_type": "DENY" })),
            "traffic_type",
            "invalid-value",
        ),
        (
            to_group(json!({ "max_aggregation_interval": 61 })),
            "max_aggregation_interval",
            "invalid-value",
        ),
        (
            to_group(json!({ "max_aggregation_interval": 10 })),
            "max_aggregation_interval",
            "invalid-value",
        ),
    ]
}

/// Returns configurations with arguments that only Terraform has.
pub(super) fn of_terraform() -> Vec<Row> {
    let without = |more: Json| to_group(super::super::with(json!({ "vpc_id": null }), more));
    vec![
        (
            to_group(json!({ "subnet_id": "subnet-0123456789abcdef0" })),
            "subnet_id",
            "two-different-targets",
        ),
        (
            to_group(json!({ "resource_id": "vpc-0fedcba9876543210" })),
            "resource_id",
            "two-different-targets",
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
