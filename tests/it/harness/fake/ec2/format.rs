//! The rules of CreateFlowLogs for record formats. The table of fields comes from AWS's documentation, not from the
//! provider.

use std::collections::BTreeSet;

use super::super::server::ApiError;
use super::super::state::TagFieldSpecification;
use super::invalid;

/// The fields of VPC flow logs, versions 2 to 11.
const VPC_FIELDS: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
    start end action log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id \
    sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path \
    ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id \
    ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id reject-reason \
    resource-id encryption-status instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2 \
    interface-type next-hop-interface-type next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id";

/// The fields of transit gateway flow logs. They are also their default format, in this order.
const TRANSIT_GATEWAY_FIELDS: &str = "version resource-type account-id tgw-id tgw-attachment-id \
    tgw-src-vpc-account-id tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id \
    tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport \
    protocol packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole \
    packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service \
    pkt-dst-aws-service";

const DEFAULT_FIELDS: usize = 14;

/// The families of resource types, which have different rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// VPCs, subnets and network interfaces.
    Vpc,
    /// Regional NAT gateways: VPC fields, with a different default format.
    Nat,
    /// Transit gateways and their attachments.
    TransitGateway,
    /// Cloud WAN. AWS does not list its fields in a machine-readable form, so all are accepted.
    CloudWan,
}

impl Family {
    /// Returns the family of a resource type, or `None` if the type does not exist.
    pub(super) fn of(resource_type: &str) -> Option<Self> {
        Some(match resource_type {
            "VPC" | "Subnet" | "NetworkInterface" => Self::Vpc,
            "RegionalNatGateway" => Self::Nat,
            "TransitGateway" | "TransitGatewayAttachment" => Self::TransitGateway,
            "CoreNetwork" | "CoreNetworkEdge" | "CoreNetworkAttachment" => Self::CloudWan,
            _ => return None,
        })
    }

    /// Reports whether the family has no traffic type and only one interval.
    pub(super) fn is_transit(self) -> bool {
        matches!(self, Self::TransitGateway | Self::CloudWan)
    }
}

/// Returns the default format of a resource type.
pub(in super::super) fn default_format(resource_type: &str) -> String {
    let fields = VPC_FIELDS.split_whitespace();
    match Family::of(resource_type) {
        Some(Family::TransitGateway) => written(TRANSIT_GATEWAY_FIELDS.split_whitespace()),
        // AWS documents neither of these formats. They differ from the others to detect a client that expects a
        // constant.
        Some(Family::Nat) => written(fields.take(DEFAULT_FIELDS).chain(["resource-id"])),
        Some(Family::CloudWan) => written(fields.take(DEFAULT_FIELDS).filter(|name| {
            *name != "interface-id" && *name != "action" // neither exists there
        })),
        Some(Family::Vpc) | None => written(fields.take(DEFAULT_FIELDS)),
    }
}

/// Refuses a format with a field that the family does not have, or a tag field without its specification.
pub(super) fn check(
    format: &str,
    family: Family,
    extra: &BTreeSet<String>,
    tags: &[TagFieldSpecification],
) -> Result<(), ApiError> {
    for word in format.split(' ') {
        let name = word
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .ok_or_else(|| invalid(format!("Invalid log format: {format}")))?;
        let known = match family {
            Family::Vpc | Family::Nat => has(VPC_FIELDS, name),
            Family::TransitGateway => has(TRANSIT_GATEWAY_FIELDS, name),
            Family::CloudWan => true,
        };
        if !known && !extra.contains(name) {
            return Err(invalid(format!(
                "Unknown field in the log format: ${{{name}}}"
            )));
        }
        check_tag_field(name, tags)?;
    }
    Ok(())
}

fn check_tag_field(name: &str, tags: &[TagFieldSpecification]) -> Result<(), ApiError> {
    let (field, keys) = match name.strip_suffix("-2") {
        Some(field) => (field, 2),
        None => (name, 1),
    };
    let resource_type = match field {
        "instance-tag" => "instance",
        "interface-tag" => "network-interface",
        "asg-tag" => "auto-scaling-group",
        _ => return Ok(()),
    };
    let specified = tags
        .iter()
        .any(|tags| tags.resource_type == resource_type && tags.tag_keys.len() >= keys);
    if specified {
        return Ok(());
    }
    Err(invalid(format!(
        "The log format field ${{{name}}} needs a TagFieldSpecification of {resource_type} with {keys} tag key(s)."
    )))
}

fn has(fields: &str, name: &str) -> bool {
    fields.split_whitespace().any(|field| field == name)
}

fn written<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let written: Vec<String> = fields.map(|name| format!("${{{name}}}")).collect();
    written.join(" ")
}
