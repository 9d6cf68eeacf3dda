//! A network in EC2's terms, and the kinds of networks. This module must not know how networks are read.

use std::collections::BTreeMap;

/// The kinds of networks that EC2 describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetworkKind {
    /// A VPC.
    Vpc,
    /// A subnet.
    Subnet,
    /// A network interface.
    NetworkInterface,
    /// A transit gateway.
    TransitGateway,
    /// An attachment to a transit gateway.
    TransitGatewayAttachment,
    /// A NAT gateway in all zones of a VPC. Zonal ones have an interface.
    RegionalNatGateway,
}

/// A network as EC2 describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The ID.
    pub id: String,
    /// The account that owns it, or the transit gateway of an attachment. EC2 does not report it for NAT gateways.
    pub owner: Option<String>,
    /// The IDs of what contains it, the nearest first.
    pub above: Vec<String>,
    /// Whether it is the default VPC.
    pub is_default: bool,
    /// Whether an interface is attached to something. EC2 reports it for interfaces only.
    pub in_use: Option<bool>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

impl NetworkKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Vpc,
        Self::Subnet,
        Self::NetworkInterface,
        Self::TransitGateway,
        Self::TransitGatewayAttachment,
        Self::RegionalNatGateway,
    ];

    /// Returns the operation that describes networks of this kind.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Vpc => "DescribeVpcs",
            Self::Subnet => "DescribeSubnets",
            Self::NetworkInterface => "DescribeNetworkInterfaces",
            Self::TransitGateway => "DescribeTransitGateways",
            Self::TransitGatewayAttachment => "DescribeTransitGatewayAttachments",
            Self::RegionalNatGateway => "DescribeNatGateways",
        }
    }
}
