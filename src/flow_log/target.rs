//! What is watched: the table of id arguments, prefixes, resource types and families, and the rule
//! that derives each of them from whichever the user gave.
//!
//! DescribeFlowLogs gives no resource type, so it is told from the id's prefix; a prefix that nobody
//! knows yet leaves the type null and crashes nothing.

use super::model::FlowLog;
use crate::framework::Attr;

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

/// The resource type whose ids no prefix tells.
pub(crate) const EDGE: &str = "CoreNetworkEdge";

/// How a resource type behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// VPC, subnet, interface: default format known, traffic type required.
    Vpc,
    /// Regional NAT gateway: format chosen by the service, traffic type required.
    Nat,
    /// Transit gateways and Cloud WAN: format chosen by the service, no traffic type, interval 60.
    Transit,
}

impl Family {
    /// Gives the family of a resource type; none for a type that is not known here.
    pub(crate) fn of(resource_type: &str) -> Option<Self> {
        match resource_type {
            "VPC" | "Subnet" | "NetworkInterface" => Some(Self::Vpc),
            "RegionalNatGateway" => Some(Self::Nat),
            _ if RESOURCE_TYPES.contains(&resource_type) => Some(Self::Transit),
            _ => None,
        }
    }
}

/// One kind of target.
struct Kind {
    /// The argument of its own, if it has one.
    argument: Option<&'static str>,
    prefix: &'static str,
    resource_type: &'static str,
}

/// Longer prefixes stand before those that they begin with.
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

/// Gives the resource type that an id's prefix tells.
pub(crate) fn type_of_id(id: &str) -> Option<&'static str> {
    let kind = KINDS.iter().find(|kind| id.starts_with(kind.prefix));
    kind.map(|kind| kind.resource_type)
}

/// Gives the prefixes of ids, each with the resource type that it tells; longer ones before those that
/// they begin with.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().map(|kind| (kind.prefix, kind.resource_type))
}

/// Gives the prefix that ids in an argument must have; none for `resource_id`.
pub(crate) fn prefix_of_argument(argument: &str) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|kind| kind.argument == Some(argument))
        .map(|kind| kind.prefix)
}

/// Gives the prefix of an id that digits must follow; none for ids of other forms.
pub(crate) fn prefix_of_id(id: &str) -> Option<&'static str> {
    let kind = KINDS.iter().find(|kind| id.starts_with(kind.prefix));
    kind.filter(|kind| kind.argument.is_some())
        .map(|kind| kind.prefix)
}

/// Gives the prefix that ids of a resource type have, where AWS tells it.
pub(crate) fn prefix_of_type(resource_type: &str) -> Option<&'static str> {
    let mut kinds = KINDS.iter().filter(|kind| kind.argument.is_some());
    kinds
        .find(|kind| kind.resource_type == resource_type)
        .map(|kind| kind.prefix)
}

/// Gives the id arguments of a model by name, `resource_id` last.
pub(crate) fn arguments(model: &FlowLog) -> [(&'static str, &Attr<String>); 7] {
    [
        ("vpc_id", &model.vpc_id),
        ("subnet_id", &model.subnet_id),
        ("eni_id", &model.eni_id),
        ("transit_gateway_id", &model.transit_gateway_id),
        (
            "transit_gateway_attachment_id",
            &model.transit_gateway_attachment_id,
        ),
        ("regional_nat_gateway_id", &model.regional_nat_gateway_id),
        ("resource_id", &model.resource_id),
    ]
}

fn arguments_mut(model: &mut FlowLog) -> [(&'static str, &mut Attr<String>); 7] {
    [
        ("vpc_id", &mut model.vpc_id),
        ("subnet_id", &mut model.subnet_id),
        ("eni_id", &mut model.eni_id),
        ("transit_gateway_id", &mut model.transit_gateway_id),
        (
            "transit_gateway_attachment_id",
            &mut model.transit_gateway_attachment_id,
        ),
        (
            "regional_nat_gateway_id",
            &mut model.regional_nat_gateway_id,
        ),
        ("resource_id", &mut model.resource_id),
    ]
}

/// Fills the target arguments that the user did not give, from those that are given.
///
/// A pure function of the configuration: known if what it follows from is known, else unknown.
pub(crate) fn derive(config: &FlowLog, planned: &mut FlowLog) {
    let Watched { id, resource_type } = watched(config);
    let argument = match &resource_type {
        Attr::Known(resource_type) => {
            let kind = KINDS
                .iter()
                .find(|kind| kind.resource_type == resource_type);
            kind.and_then(|kind| kind.argument)
                .map_or(Attr::Null, Attr::Known)
        }
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
    };
    let given = arguments(config).map(|(_, value)| !value.is_null());
    for ((name, value), given) in arguments_mut(planned).into_iter().zip(given) {
        if given {
            continue;
        }
        *value = match &argument {
            _ if name == "resource_id" => id.clone(),
            Attr::Known(argument) if *argument == name => id.clone(),
            Attr::Unknown => Attr::Unknown,
            Attr::Known(_) | Attr::Null => Attr::Null,
        };
    }
    if config.resource_type.is_null() {
        planned.resource_type = resource_type;
    }
}

/// What a configuration speaks of, in whichever arguments.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) id: Attr<String>,
    pub(crate) resource_type: Attr<String>,
}

/// Gives the id and the resource type that a configuration speaks of.
pub(crate) fn watched(config: &FlowLog) -> Watched {
    let arguments = arguments(config);
    let known = arguments.iter().find_map(|(_, value)| value.given());
    let unknown = arguments.iter().filter(|(_, value)| value.is_unknown());
    let unknown: Vec<_> = unknown.map(|(name, _)| *name).collect();
    let (id, told) = match (known, unknown.as_slice()) {
        (Some(id), _) => (Attr::Known(id.to_owned()), Attr::from(type_of_id(id))),
        (None, []) => (Attr::Null, Attr::Null),
        (None, [name]) => {
            let kind = KINDS.iter().find(|kind| kind.argument == Some(name));
            let told = kind.map_or(Attr::Unknown, |kind| Attr::Known(kind.resource_type));
            (Attr::Unknown, told)
        }
        // Any of them may turn out to be null.
        (None, _) => (Attr::Unknown, Attr::Unknown),
    };
    let resource_type = match &config.resource_type {
        Attr::Null => told.map(str::to_owned),
        written => written.clone(),
    };
    Watched { id, resource_type }
}
