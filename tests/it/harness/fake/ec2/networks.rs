//! Networks: VPCs, subnets, network interfaces, transit gateways and their attachments, NAT gateways.

use std::collections::BTreeMap;

use super::super::request::Request;
use super::super::server::{ApiError, Outcome};
use super::super::state::State;
use super::super::xml::Xml;
use super::{Scope, boolean, dry_run, invalid_value, known_parameters, response};

/// A network as EC2 describes it.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) id: String,
    /// The account that sees it.
    pub(crate) account: String,
    pub(crate) region: String,
    /// The account that owns it.
    pub(crate) owner: String,
    /// The IDs of what contains it: `vpc-…`, `subnet-…`, `tgw-…`.
    pub(crate) above: Vec<String>,
    pub(crate) is_default: bool,
    /// Zonal NAT gateways have an interface.
    pub(crate) is_regional: bool,
    pub(crate) state: String,
    /// Whether an interface is attached to something.
    pub(crate) in_use: bool,
    pub(crate) tags: BTreeMap<String, String>,
}

/// A kind of networks: its action, the prefix of its IDs, and the elements of its list and of its ID.
struct Kind {
    action: &'static str,
    prefix: &'static str,
    list: &'static str,
    id: &'static str,
}

const KINDS: [Kind; 6] = [
    kind("DescribeVpcs", "vpc-", "vpcSet", "vpcId"),
    kind("DescribeSubnets", "subnet-", "subnetSet", "subnetId"),
    kind(
        "DescribeNetworkInterfaces",
        "eni-",
        "networkInterfaceSet",
        "networkInterfaceId",
    ),
    // The longer prefix comes first.
    kind(
        "DescribeTransitGatewayAttachments",
        "tgw-attach-",
        "transitGatewayAttachments",
        "transitGatewayAttachmentId",
    ),
    kind(
        "DescribeTransitGateways",
        "tgw-",
        "transitGatewaySet",
        "transitGatewayId",
    ),
    kind(
        "DescribeNatGateways",
        "nat-",
        "natGatewaySet",
        "natGatewayId",
    ),
];

const fn kind(
    action: &'static str,
    prefix: &'static str,
    list: &'static str,
    id: &'static str,
) -> Kind {
    Kind {
        action,
        prefix,
        list,
        id,
    }
}

impl Kind {
    fn of(id: &str) -> &'static Self {
        let found = KINDS.iter().find(|kind| id.starts_with(kind.prefix));
        found.unwrap_or_else(|| panic!("no kind of network has the ID {id}"))
    }
}

#[cfg(feature = "aws")]
impl Network {
    /// Returns a network of the default account and region, in other networks.
    pub(crate) fn new(id: &str, above: &[&str]) -> Self {
        Self {
            id: id.to_owned(),
            account: super::super::ACCOUNT.to_owned(),
            region: super::super::REGION.to_owned(),
            owner: super::super::ACCOUNT.to_owned(),
            above: above.iter().map(|id| (*id).to_owned()).collect(),
            is_default: false,
            is_regional: true,
            state: "available".to_owned(),
            in_use: true,
            tags: BTreeMap::new(),
        }
    }
}

/// Reports whether an action describes networks.
pub(super) fn describes(action: &str) -> bool {
    KINDS.iter().any(|kind| kind.action == action)
}

/// Describes a page of the networks of a kind.
pub(super) fn answer(state: &State, request: &Request, scope: &Scope, request_id: &str) -> Outcome {
    known_parameters(
        request,
        &[
            "DryRun",
            "IncludeManagedResources",
            "MaxResults",
            "NextToken",
        ],
    )?;
    boolean(request, "IncludeManagedResources")?;
    dry_run(request)?;
    let size = match request.get("MaxResults").map(str::parse::<usize>) {
        None => usize::MAX,
        Some(Ok(size)) if (5..=1000).contains(&size) => size,
        Some(_) => return Err(invalid_value("?", "maxResults")),
    };
    let size = size.min(state.settings.networks_page);
    let begin = match request.get("NextToken").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(begin)) => begin,
        Some(Err(_)) => return Err(ApiError::new("InvalidNextToken", "The token is not valid.")),
    };
    let all: Vec<&Network> = state
        .networks
        .iter()
        .filter(|network| Kind::of(&network.id).action == request.action)
        .filter(|network| network.account == scope.account && network.region == scope.region)
        .collect();
    let page = all.iter().skip(begin).take(size);
    let end = begin.saturating_add(size);
    let next = (end < all.len()).then(|| end.to_string());
    let list = KINDS.iter().find(|kind| kind.action == request.action);
    Ok(response(&request.action, request_id, |xml| {
        xml.group(list.map_or("", |kind| kind.list), |xml| {
            for network in page {
                xml.group("item", |xml| write(xml, network));
            }
        });
        xml.optional("nextToken", next.as_deref());
    }))
}

fn write(xml: &mut Xml, network: &Network) {
    let kind = Kind::of(&network.id);
    xml.text(kind.id, &network.id);
    for above in &network.above {
        xml.text(Kind::of(above).id, above);
    }
    xml.text("state", &network.state);
    match kind.prefix {
        "nat-" => {
            let mode = if network.is_regional {
                "regional"
            } else {
                "zonal"
            };
            xml.text("availabilityMode", mode);
        }
        "tgw-attach-" => {
            xml.text("transitGatewayOwnerId", &network.owner);
            xml.text("resourceOwnerId", &network.account);
        }
        "vpc-" => {
            xml.text("ownerId", &network.owner);
            xml.text(
                "isDefault",
                if network.is_default { "true" } else { "false" },
            );
        }
        // A participant owns its interfaces.
        "eni-" => {
            xml.text("ownerId", &network.account);
            let status = if network.in_use {
                "in-use"
            } else {
                "available"
            };
            xml.text("status", status);
        }
        _ => {
            xml.text("ownerId", &network.owner);
        }
    }
    xml.group("tagSet", |xml| {
        for (key, value) in &network.tags {
            xml.group("item", |xml| {
                xml.text("key", key).text("value", value);
            });
        }
    });
}
