//! The resource over the protocol, without Terraform: refused and accepted configurations, and complete lifecycles.

pub(crate) mod accepted;
mod adopt;
mod empty_strings;
mod missing;
pub(crate) mod random;
pub(crate) mod refused;
mod token;
mod unreported;
mod walk;

use serde_json::{Value as Json, json};

const VPC: &str = "vpc-0123456789abcdef0";
const ROLE: &str = "arn:aws:iam::123456789012:role/flow-logs";
const GROUP_ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs";
const STREAM: &str = "arn:aws:firehose:us-east-1:123456789012:deliverystream/flow-logs";
const FOREIGN_STREAM: &str = "arn:aws:firehose:us-east-1:210987654321:deliverystream/flow-logs";
const CROSS_ROLE: &str = "arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole-x";

/// Returns a flow log of a VPC that delivers all traffic to a log group. `more` adds, changes or (with null) removes
/// arguments.
fn to_group(more: Json) -> Json {
    with(
        json!({ "vpc_id": VPC, "traffic_type": "ALL", "log_group_name": "flow-logs", "iam_role_arn": ROLE }),
        more,
    )
}

/// Returns a flow log of a VPC that delivers all traffic to a bucket.
fn to_bucket(more: Json) -> Json {
    with(
        json!({ "vpc_id": VPC, "traffic_type": "ALL", "log_destination": "arn:aws:s3:::bucket" }),
        more,
    )
}

/// Returns a flow log of a VPC that delivers all traffic to a delivery stream.
fn to_stream(more: Json) -> Json {
    with(
        json!({ "vpc_id": VPC, "traffic_type": "ALL", "log_destination": STREAM }),
        more,
    )
}

/// Returns a flow log of a transit gateway that delivers to a log group.
fn of_gateway(more: Json) -> Json {
    let gateway = json!({
        "vpc_id": null, "traffic_type": null, "transit_gateway_id": "tgw-0123456789abcdef0"
    });
    with(to_group(gateway), more)
}

fn with(mut arguments: Json, more: Json) -> Json {
    let Json::Object(more) = more else {
        panic!("arguments are an object");
    };
    arguments.as_object_mut().unwrap().extend(more);
    arguments
}
