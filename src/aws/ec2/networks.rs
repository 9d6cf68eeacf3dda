//! All networks of a region, kind by kind: DescribeVpcs, DescribeSubnets and so on, one paged sweep for each.
//!
//! A sweep that breaks returns what it has found, and why it broke. This module must not know what networks are read for.

use std::collections::BTreeSet;

use aws_sdk_ec2::operation::{
    describe_nat_gateways::DescribeNatGatewaysOutput,
    describe_network_interfaces::DescribeNetworkInterfacesOutput,
    describe_subnets::DescribeSubnetsOutput,
    describe_transit_gateway_attachments::DescribeTransitGatewayAttachmentsOutput,
    describe_transit_gateways::DescribeTransitGatewaysOutput, describe_vpcs::DescribeVpcsOutput,
};
use aws_sdk_ec2::types;

use super::{
    super::{
        call::{QUERY_TIME, send},
        error::{Error, Kind},
    },
    gateway::Ec2,
    model::FlowLog,
    network::{Network, NetworkKind},
    seen::MOST_BARREN_PAGES,
};

/// The most networks on one page.
const PAGE: i32 = 1_000;

/// What a sweep found.
#[derive(Clone, Debug)]
pub struct Swept<T> {
    /// What was found, each once.
    pub found: Vec<T>,
    /// Why the sweep ended before its last page.
    pub broken: Option<Error>,
}

type Page = (Vec<Option<Network>>, Option<String>);

impl Ec2 {
    /// Reads all networks of a kind that carry traffic.
    pub async fn networks(&self, kind: NetworkKind) -> Swept<Network> {
        let ec2 = self.within(QUERY_TIME);
        let mut swept = Swept {
            found: Vec::new(),
            broken: None,
        };
        let mut seen = BTreeSet::new();
        let (mut token, mut barren) = (None, 0);
        loop {
            let (page, next) = match ec2.networks_page(kind, token.clone()).await {
                Ok(page) => page,
                Err(error) => {
                    swept.broken = Some(error);
                    return swept;
                }
            };
            let before = swept.found.len();
            let news = page.into_iter().flatten();
            swept
                .found
                .extend(news.filter(|network| seen.insert(network.id.clone())));
            barren = if swept.found.len() > before {
                0
            } else {
                barren + 1
            };
            let next = next.filter(|next| !next.is_empty());
            if next.is_none() {
                return swept;
            }
            if next == token || barren > MOST_BARREN_PAGES {
                let endless = ec2.query(kind.operation());
                let message =
                    "the pages do not end: a page repeats a token, or many have nothing new";
                swept.broken = Some(endless.error(Kind::Unreadable, message));
                return swept;
            }
            token = next;
        }
    }

    /// Reads all flow logs.
    pub async fn flow_logs(&self) -> Swept<FlowLog> {
        let mut pages = self.within(QUERY_TIME).find_paged(&[], None, usize::MAX);
        let mut found = Vec::new();
        loop {
            match pages.next().await {
                Ok(Some(page)) => found.extend(page),
                Ok(None) => {
                    let broken = None;
                    return Swept { found, broken };
                }
                Err(error) => {
                    let broken = Some(error);
                    return Swept { found, broken };
                }
            }
        }
    }

    async fn networks_page(&self, kind: NetworkKind, token: Option<String>) -> Result<Page, Error> {
        match kind {
            NetworkKind::Vpc => self.vpcs(token).await,
            NetworkKind::Subnet => self.subnets(token).await,
            NetworkKind::NetworkInterface => self.network_interfaces(token).await,
            NetworkKind::TransitGateway => self.transit_gateways(token).await,
            NetworkKind::TransitGatewayAttachment => self.transit_gateway_attachments(token).await,
            NetworkKind::RegionalNatGateway => self.nat_gateways(token).await,
        }
    }
}

/// Writes the function that reads a page: its name is also that of the SDK's list in the reply.
macro_rules! page {
    ($name:ident, $kind:ident, $output:ident, $describe:ident, $id:ident $(, $set:ident = $value:expr)?) => {
        impl Ec2 {
            async fn $name(&self, token: Option<String>) -> Result<Page, Error> {
                let call = self
                    .query(NetworkKind::$kind.operation())
                    .requiring(|page: &$output, _| {
                        let found = page.$name.as_deref();
                        lacking(found.map(|found| found.iter().all(|one| is_id(one.$id()))))
                    });
                let request = self.client.$describe().max_results(PAGE)$(.$set($value))?;
                let request = request.set_next_token(token);
                let page = call.run(send!(request, call)).await?;
                let found = page.$name.unwrap_or_default().into_iter();
                Ok((found.map(of::$name).collect(), page.next_token))
            }
        }
    };
}

page!(vpcs, Vpc, DescribeVpcsOutput, describe_vpcs, vpc_id);
page!(
    subnets,
    Subnet,
    DescribeSubnetsOutput,
    describe_subnets,
    subnet_id
);
page!(
    network_interfaces,
    NetworkInterface,
    DescribeNetworkInterfacesOutput,
    describe_network_interfaces,
    network_interface_id,
    include_managed_resources = true
);
page!(
    transit_gateways,
    TransitGateway,
    DescribeTransitGatewaysOutput,
    describe_transit_gateways,
    transit_gateway_id
);
page!(
    transit_gateway_attachments,
    TransitGatewayAttachment,
    DescribeTransitGatewayAttachmentsOutput,
    describe_transit_gateway_attachments,
    transit_gateway_attachment_id
);
page!(
    nat_gateways,
    RegionalNatGateway,
    DescribeNatGatewaysOutput,
    describe_nat_gateways,
    nat_gateway_id
);

fn is_id(id: Option<&str>) -> bool {
    id.is_some_and(|id| !id.is_empty())
}

/// Returns what a page lacks: the list, or in the list an ID.
fn lacking(has_ids: Option<bool>) -> Option<&'static str> {
    match has_ids {
        None => Some("the reply contains no list of networks"),
        Some(false) => Some("the reply describes a network without an ID"),
        Some(true) => None,
    }
}

/// The SDK's networks as ours. Those that carry no traffic (yet, or any more) are left out.
mod of {
    use std::collections::BTreeMap;

    use super::{Network, types};

    pub(super) fn vpcs(vpc: types::Vpc) -> Option<Network> {
        Some(Network {
            id: vpc.vpc_id?,
            owner: vpc.owner_id,
            above: Vec::new(),
            is_default: vpc.is_default.unwrap_or_default(),
            in_use: None,
            tags: tags(vpc.tags),
        })
    }

    pub(super) fn subnets(subnet: types::Subnet) -> Option<Network> {
        Some(Network {
            id: subnet.subnet_id?,
            owner: subnet.owner_id,
            above: subnet.vpc_id.into_iter().collect(),
            is_default: false,
            in_use: None,
            tags: tags(subnet.tags),
        })
    }

    pub(super) fn network_interfaces(interface: types::NetworkInterface) -> Option<Network> {
        let status = interface.status.as_ref();
        let in_use = status.map(|status| *status != types::NetworkInterfaceStatus::Available);
        let above = interface.subnet_id.into_iter().chain(interface.vpc_id);
        Some(Network {
            id: interface.network_interface_id?,
            owner: interface.owner_id,
            above: above.collect(),
            is_default: false,
            in_use,
            tags: tags(interface.tag_set),
        })
    }

    pub(super) fn transit_gateways(gateway: types::TransitGateway) -> Option<Network> {
        use types::TransitGatewayState::{Deleted, Deleting};
        if matches!(gateway.state, Some(Deleted | Deleting)) {
            return None;
        }
        Some(Network {
            id: gateway.transit_gateway_id?,
            owner: gateway.owner_id,
            above: Vec::new(),
            is_default: false,
            in_use: None,
            tags: tags(gateway.tags),
        })
    }

    pub(super) fn transit_gateway_attachments(
        attachment: types::TransitGatewayAttachment,
    ) -> Option<Network> {
        use types::TransitGatewayAttachmentState::{
            Deleted, Deleting, Failed, Failing, PendingAcceptance, Rejected, Rejecting,
        };
        let state = attachment.state;
        if matches!(
            state,
            Some(Deleted | Deleting | Failed | Failing | PendingAcceptance | Rejected | Rejecting)
        ) {
            return None;
        }
        Some(Network {
            id: attachment.transit_gateway_attachment_id?,
            owner: attachment.transit_gateway_owner_id,
            above: attachment.transit_gateway_id.into_iter().collect(),
            is_default: false,
            in_use: None,
            tags: tags(attachment.tags),
        })
    }

    pub(super) fn nat_gateways(gateway: types::NatGateway) -> Option<Network> {
        use types::NatGatewayState::{Deleted, Deleting, Failed};
        let is_regional = gateway.availability_mode == Some(types::AvailabilityMode::Regional);
        if !is_regional || matches!(gateway.state, Some(Deleted | Deleting | Failed)) {
            return None;
        }
        Some(Network {
            id: gateway.nat_gateway_id?,
            owner: None,
            above: gateway.vpc_id.into_iter().collect(),
            is_default: false,
            in_use: None,
            tags: tags(gateway.tags),
        })
    }

    fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
        let tags = tags.unwrap_or_default().into_iter();
        tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect()
    }
}
