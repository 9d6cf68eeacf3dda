//! The resources that flow logs watch: their arguments, the prefixes of their ids, and their types.
//!
//! DescribeFlowLogs returns no resource type, so the prefix of the id determines it. Ids of new prefixes have no known
//! type. This module must not know the model.

/// The values of `resource_type`, as CreateFlowLogs takes them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html>
pub(crate) const RESOURCE_TYPES: &[&str] = &[
    "VPC",
    "Subnet",
    "NetworkInterface",
    "TransitGateway",
    "TransitGatewayAttachment",
    "RegionalNatGateway",
    "CoreNetwork",
    EDGE,
    "CoreNetworkAttachment",
];

/// The arguments that name a resource. The last one takes ids of any kind.
pub(crate) const ARGUMENTS: [&str; 7] = [
    "vpc_id",
    "subnet_id",
    "eni_id",
    "transit_gateway_id",
    "transit_gateway_attachment_id",
    "regional_nat_gateway_id",
    ANY_ID,
];

/// The argument that takes ids of any kind.
pub(crate) const ANY_ID: &str = "resource_id";

/// The resource type whose ids have no prefix of their own.
pub(crate) const EDGE: &str = "CoreNetworkEdge";

/// The resource types that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// VPC, subnet, interface: the default format is known, and a traffic type is required.
    Vpc,
    /// Regional NAT gateway: AWS chooses the format, and a traffic type is required.
    Nat,
    /// Transit gateways and Cloud WAN: AWS chooses the format, there is no traffic type, and the interval is 60.
    Transit,
}

impl Family {
    /// Returns the family of a resource type, or `None` for a type that this release does not know.
    pub(crate) fn of(resource_type: &str) -> Option<Self> {
        match resource_type {
            "VPC" | "Subnet" | "NetworkInterface" => Some(Self::Vpc),
            "RegionalNatGateway" => Some(Self::Nat),
            _ if RESOURCE_TYPES.contains(&resource_type) => Some(Self::Transit),
            _ => None,
        }
    }
}

/// One kind of resource.
struct Kind {
    /// The argument that takes only ids of this kind, if there is one.
    argument: Option<&'static str>,
    prefix: &'static str,
    resource_type: &'static str,
}

/// A prefix stands after the longer ones that begin with it.
const KINDS: [Kind; 8] = [
    Kind {
        argument: Some("vpc_id"),
        prefix: "vpc-",
        resource_type: "VPC",
    },
    Kind {
        argument: Some("subnet_id"),
        prefix: "subnet-",
        resource_type: "Subnet",
    },
    Kind {
        argument: Some("eni_id"),
        prefix: "eni-",
        resource_type: "NetworkInterface",
    },
    Kind {
        argument: Some("transit_gateway_attachment_id"),
        prefix: "tgw-attach-",
        resource_type: "TransitGatewayAttachment",
    },
    Kind {
        argument: Some("transit_gateway_id"),
        prefix: "tgw-",
        resource_type: "TransitGateway",
    },
    Kind {
        argument: Some("regional_nat_gateway_id"),
        prefix: "nat-",
        resource_type: "RegionalNatGateway",
    },
    Kind {
        argument: None,
        prefix: "core-network-",
        resource_type: "CoreNetwork",
    },
    Kind {
        argument: None,
        prefix: "attachment-",
        resource_type: "CoreNetworkAttachment",
    },
];

/// Returns the resource type of an id, by its prefix.
pub(crate) fn type_of_id(id: &str) -> Option<&'static str> {
    let kind = KINDS.iter().find(|kind| id.starts_with(kind.prefix));
    kind.map(|kind| kind.resource_type)
}

/// Returns the prefixes of ids, each with its resource type. A prefix comes after the longer ones that begin with it.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().map(|kind| (kind.prefix, kind.resource_type))
}

/// Returns the prefix that ids in an argument must have, or `None` for `resource_id`.
pub(crate) fn prefix_of_argument(argument: &str) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|kind| kind.argument == Some(argument))
        .map(|kind| kind.prefix)
}

/// Returns the prefix of an id that must be followed by digits, or `None` for ids of other forms.
pub(crate) fn prefix_of_id(id: &str) -> Option<&'static str> {
    let kind = KINDS.iter().find(|kind| id.starts_with(kind.prefix));
    kind.filter(|kind| kind.argument.is_some())
        .map(|kind| kind.prefix)
}

/// Returns the prefix of ids of a resource type, if AWS documents it.
pub(crate) fn prefix_of_type(resource_type: &str) -> Option<&'static str> {
    let mut kinds = KINDS.iter().filter(|kind| kind.argument.is_some());
    kinds
        .find(|kind| kind.resource_type == resource_type)
        .map(|kind| kind.prefix)
}

/// Returns the argument that takes only ids of a resource type, if there is one.
pub(crate) fn argument_of_type(resource_type: &str) -> Option<&'static str> {
    let mut kinds = KINDS.iter();
    let kind = kinds.find(|kind| kind.resource_type == resource_type);
    kind.and_then(|kind| kind.argument)
}

/// Returns the resource type of the ids in an argument, or `None` for `resource_id`.
pub(crate) fn type_of_argument(argument: &str) -> Option<&'static str> {
    let mut kinds = KINDS.iter();
    let kind = kinds.find(|kind| kind.argument == Some(argument));
    kind.map(|kind| kind.resource_type)
}
