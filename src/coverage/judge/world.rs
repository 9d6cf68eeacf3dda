//! What is judged: the networks and flow logs of one account in one region, and what could not be read there.
//!
//! This module must not know who observes it, nor what is required.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::traffic::Traffic;

/// The kinds of networks that flow logs record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
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
    /// A regional NAT gateway. It has no interface that a VPC's flow log records.
    RegionalNatGateway,
    /// A core network of Cloud WAN.
    CoreNetwork,
    /// An edge of a core network.
    CoreNetworkEdge,
    /// An attachment to a core network.
    CoreNetworkAttachment,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The ID.
    pub id: String,
    /// The kind.
    pub kind: Kind,
    /// The account that owns it.
    pub owner: Option<String>,
    /// The IDs of what contains it, the nearest first: of an interface its subnet and its VPC.
    pub above: Vec<String>,
    /// Whether it is the default VPC of its region.
    pub is_default: bool,
    /// Whether an interface is attached to something, if EC2 tells. AWS writes records of those that are.
    pub in_use: Option<bool>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// A flow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowLog {
    /// The ID.
    pub id: String,
    /// The ID of the network that it records.
    pub resource_id: String,
    /// The traffic that it records.
    pub traffic: Traffic,
    /// `ACTIVE`, even when delivery fails.
    pub status: Option<String>,
    /// `SUCCESS` or `FAILED`.
    pub delivery: Option<String>,
    /// AWS's reason why delivery fails.
    pub cause: Option<String>,
    /// The names of the fields of its records, if its format is known.
    pub fields: Option<BTreeSet<String>>,
    /// The aggregation interval, in seconds.
    pub interval: Option<i64>,
    /// The type of its destination.
    pub destination_type: Option<String>,
    /// Its destination in every spelling: an ARN, the name of a log group.
    pub destinations: Vec<String>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// How long its destination keeps records.
    pub retention: Retention,
    /// What was found of its records.
    pub evidence: Evidence,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// How long a destination keeps records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// Nobody asked, or the destination is not a log group.
    #[default]
    NotRead,
    /// So many days.
    Days(u32),
    /// Forever.
    Forever,
    /// It could not be read.
    Failed(Cause),
}

/// What was found of the records of a flow log at its destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// The destination was not searched.
    #[default]
    NotRead,
    /// The destination was searched for records that arrived lately. The newest one that was found may be older.
    Read(Option<Timestamp>),
    /// Whether records have arrived is not known.
    Unclear(Unclear),
}

/// Why it is not known whether records have arrived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unclear {
    /// A call failed.
    Failed(Cause),
    /// Delivery streams of Firehose cannot be read.
    DeliveryStream,
    /// EC2 reports no destination that the provider can read, or the account is not known.
    NoPlace,
    /// The destination holds too much of other flow logs.
    TooMuch,
    /// Nothing has arrived. Either there was no traffic to record, or it was not delivered.
    Quiet(Silence),
}

/// That no record has arrived lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silence {
    /// Since when no record has arrived.
    pub since: Timestamp,
    /// When the newest one arrived, if one was found.
    pub newest: Option<Timestamp>,
}

/// Networks and flow logs of one account in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The account, if it is known.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// Whether its networks are global. They are listed in this region, and their flow logs may be in any world of the
    /// account. If not all of these were read, flow logs count as unread here, too.
    pub is_global: bool,
    /// The networks that were read.
    pub networks: Vec<Network>,
    /// The flow logs that were read.
    pub flow_logs: Vec<FlowLog>,
    /// What could not be read, or not completely.
    pub unread: Vec<Unread>,
    /// The time at which they were read, by the service's clock.
    pub now: Timestamp,
}

/// A listing that is missing or incomplete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What it lists.
    pub subject: Subject,
    /// Why it is missing.
    pub cause: Cause,
}

/// What a listing lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Flow logs.
    FlowLogs,
    /// Networks of one kind.
    Networks(Kind),
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// The kind of trouble.
    pub trouble: Trouble,
    /// AWS's code.
    pub code: Option<String>,
    /// The operation, the reply, and what to do, for people.
    pub message: String,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The caller lacks a permission.
    Denied,
    /// The region is not enabled in the account.
    RegionOff,
    /// The service limits the rate of calls.
    Throttled,
    /// There are no credentials, or the role was not assumed.
    Credentials,
    /// There was no connection, or no reply.
    Unreachable,
    /// The run was stopped, or the time was up.
    Stopped,
    /// A reply was cut off or malformed.
    Unreadable,
    /// The service replied with another error.
    Refused,
    /// It may be in a region that nobody asked for.
    RegionNotRead,
    /// It may concern an edge of a core network. AWS lists no IDs of edges.
    EdgeNotListed,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Vpc,
        Self::Subnet,
        Self::NetworkInterface,
        Self::TransitGateway,
        Self::TransitGatewayAttachment,
        Self::RegionalNatGateway,
        Self::CoreNetwork,
        Self::CoreNetworkEdge,
        Self::CoreNetworkAttachment,
    ];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vpc => "vpc",
            Self::Subnet => "subnet",
            Self::NetworkInterface => "network_interface",
            Self::TransitGateway => "transit_gateway",
            Self::TransitGatewayAttachment => "transit_gateway_attachment",
            Self::RegionalNatGateway => "regional_nat_gateway",
            Self::CoreNetwork => "core_network",
            Self::CoreNetworkEdge => "core_network_edge",
            Self::CoreNetworkAttachment => "core_network_attachment",
        }
    }

    /// Finds a kind by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the kind of atoms that it contains. `None` if it is an atom itself.
    pub fn atom(self) -> Option<Self> {
        match self {
            Self::Vpc | Self::Subnet => Some(Self::NetworkInterface),
            Self::TransitGateway => Some(Self::TransitGatewayAttachment),
            Self::CoreNetwork | Self::CoreNetworkEdge => Some(Self::CoreNetworkAttachment),
            Self::NetworkInterface
            | Self::TransitGatewayAttachment
            | Self::RegionalNatGateway
            | Self::CoreNetworkAttachment => None,
        }
    }

    /// Returns the kind of the outermost network around it, or its own kind.
    pub fn outermost(self) -> Self {
        match self {
            Self::Vpc | Self::Subnet | Self::NetworkInterface | Self::RegionalNatGateway => {
                Self::Vpc
            }
            Self::TransitGateway | Self::TransitGatewayAttachment => Self::TransitGateway,
            Self::CoreNetwork | Self::CoreNetworkEdge | Self::CoreNetworkAttachment => {
                Self::CoreNetwork
            }
        }
    }

    /// Reports whether it belongs to Cloud WAN, which spans all regions.
    pub fn is_global(self) -> bool {
        self.outermost() == Self::CoreNetwork
    }

    /// Reports whether the flow logs of what contains it record it, too.
    pub fn inherits(self) -> bool {
        self != Self::RegionalNatGateway
    }

    /// Reports whether its flow logs record all traffic, and have no traffic type.
    pub fn records_all_traffic(self) -> bool {
        match self {
            Self::TransitGateway
            | Self::TransitGatewayAttachment
            | Self::CoreNetwork
            | Self::CoreNetworkEdge
            | Self::CoreNetworkAttachment => true,
            Self::Vpc | Self::Subnet | Self::NetworkInterface | Self::RegionalNatGateway => false,
        }
    }
}

impl Trouble {
    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::RegionOff => "region_off",
            Self::Throttled => "throttled",
            Self::Credentials => "credentials",
            Self::Unreachable => "unreachable",
            Self::Stopped => "stopped",
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
            Self::RegionNotRead => "region_not_read",
            Self::EdgeNotListed => "edge_not_listed",
        }
    }
}

impl World {
    /// Returns why a listing is missing or incomplete, if it is.
    pub(super) fn unread(&self, subject: Subject) -> Option<&Cause> {
        self.all_unread(subject).next()
    }

    /// Returns all reasons why a listing is missing or incomplete.
    pub(super) fn all_unread(&self, subject: Subject) -> impl Iterator<Item = &Cause> {
        let of_subject = move |unread: &&Unread| unread.subject == subject;
        let found = self.unread.iter().filter(of_subject);
        found.map(|unread| &unread.cause)
    }
}
