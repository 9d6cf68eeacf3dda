//! EC2: checks, descriptions, pages, filters and tags.

mod create;
mod describe;
mod tags;

use super::wire::{Reply, ec2};
use crate::harness::fake::Fake;

const ROLE: &str = "arn:aws:iam::123456789012:role/flow-logs";
const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flow";

type Changes<'a> = &'a [(&'a str, &'a str)];

const NO_BASE: Changes<'_> = &[];
const BUCKET: Changes<'_> = &[
    ("LogDestinationType", "s3"),
    ("LogDestination", "arn:aws:s3:::bucket/folder/"),
    ("DeliverLogsPermissionArn", ""),
];
const STREAM: Changes<'_> = &[
    ("LogDestinationType", "kinesis-data-firehose"),
    (
        "LogDestination",
        "arn:aws:firehose:us-east-1:210987654321:deliverystream/s",
    ),
];
const TRANSIT: Changes<'_> = &[
    ("ResourceId.1", "tgw-1"),
    ("ResourceType", "TransitGateway"),
    ("TrafficType", ""),
];

/// Creates a flow log of a VPC to a log group, with changed parameters. An empty value removes a parameter.
fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut parameters = vec![
        ("ResourceId.1", "vpc-1"),
        ("ResourceType", "VPC"),
        ("TrafficType", "ALL"),
        ("LogDestination", GROUP),
        ("DeliverLogsPermissionArn", ROLE),
    ];
    for (name, value) in changes {
        parameters.retain(|(known, _)| known != name);
        if !value.is_empty() {
            parameters.push((name, value));
        }
    }
    parameters
}

#[track_caller]
fn create(fake: &Fake, changes: &[(&str, &str)]) -> Reply {
    ec2(fake, "CreateFlowLogs", &request(changes))
}

#[track_caller]
fn created(fake: &Fake, changes: &[(&str, &str)]) -> String {
    let reply = create(fake, changes).fine();
    reply
        .text("flowLogIdSet")
        .replace("<item>", "")
        .replace("</item>", "")
}

#[track_caller]
fn described(fake: &Fake, id: &str) -> Reply {
    ec2(fake, "DescribeFlowLogs", &[("FlowLogId.1", id)]).fine()
}

#[track_caller]
fn found(fake: &Fake, filters: &[(&str, &str)]) -> Vec<String> {
    ec2(fake, "DescribeFlowLogs", filters)
        .fine()
        .texts("flowLogId")
}
