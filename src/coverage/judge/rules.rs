//! What is required of the flow logs of a network, and which networks are judged.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::traffic::Traffic;
use super::world::Kind;

/// The kinds of networks that can be judged. AWS lists no IDs of edges of core networks.
pub const KINDS: [Kind; 8] = [
    Kind::Vpc,
    Kind::Subnet,
    Kind::NetworkInterface,
    Kind::TransitGateway,
    Kind::TransitGatewayAttachment,
    Kind::RegionalNatGateway,
    Kind::CoreNetwork,
    Kind::CoreNetworkAttachment,
];

/// What is judged, and what is required of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The kinds of networks to judge.
    pub kinds: BTreeSet<Kind>,
    /// What is required.
    pub require: Requirements,
    /// Whether default VPCs are judged.
    pub include_default_vpcs: bool,
    /// Whether networks without interfaces or attachments are judged.
    pub include_empty: bool,
    /// Which networks of shared VPCs, transit gateways and core networks are judged.
    pub shared: Shared,
    /// The networks that are not judged.
    pub exclude: Exclusions,
    /// Flow logs with one of these tags do not count. `*` matches any text, `?` any character.
    pub ignored_flow_log_tags: BTreeMap<String, String>,
}

/// What is required of the flow logs of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirements {
    /// The traffic.
    pub traffic: RequiredTraffic,
    /// Whether delivery must not fail.
    pub healthy: bool,
    /// What must show that delivery does not fail.
    pub evidence: EvidenceLevel,
    /// The fields that records must have.
    pub fields: BTreeSet<String>,
    /// The longest aggregation interval, in seconds.
    pub max_interval: Option<i64>,
    /// The types of destinations that count. All if it is empty.
    pub destination_types: BTreeSet<String>,
    /// The destinations that count: ARNs of log groups, delivery streams, and buckets with any folder, or names of log
    /// groups. All if it is empty.
    pub destinations: BTreeSet<String>,
    /// The days for which the destination must keep records, at least.
    pub retention_days: Option<u32>,
    /// The age from which a flow log counts: delivery begins some minutes after its creation.
    pub settle: SignedDuration,
}

/// What must show that a flow log delivers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EvidenceLevel {
    /// Nothing: an active flow log counts.
    None,
    /// The status of its delivery, as EC2 reports it.
    #[default]
    Status,
    /// The status, and records that have arrived recently.
    Records,
}

/// The traffic that must be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredTraffic {
    /// Accepted and rejected traffic.
    All,
    /// Accepted traffic.
    Accept,
    /// Rejected traffic.
    Reject,
    /// Accepted or rejected traffic.
    Any,
}

/// Which networks of shared VPCs, transit gateways and core networks are judged. Only the owner can record a VPC, and only
/// the owner sees its flow logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Those that the account owns.
    Owner,
    /// Those that other accounts own.
    Participant,
    /// All.
    Both,
}

/// Networks that are not judged, and everything in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// Networks with one of these tags. `*` matches any text, `?` any character.
    pub tags: BTreeMap<String, String>,
    /// Networks with one of these IDs.
    pub ids: BTreeSet<String>,
}

/// A set of rules with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The CIS AWS Foundations Benchmark: each VPC records at least rejected traffic.
    Cis,
    /// The control EC2.6 of AWS Security Hub: each VPC records at least rejected traffic, empty VPCs too.
    Ec2_6,
    /// All kinds of networks, all traffic.
    Strict,
}

impl Default for Requirements {
    fn default() -> Self {
        Self {
            traffic: RequiredTraffic::All,
            healthy: true,
            evidence: EvidenceLevel::default(),
            fields: BTreeSet::new(),
            max_interval: None,
            destination_types: BTreeSet::new(),
            destinations: BTreeSet::new(),
            retention_days: None,
            settle: Self::SETTLE,
        }
    }
}

impl Requirements {
    /// The default age from which a flow log counts.
    pub const SETTLE: SignedDuration = SignedDuration::from_mins(15);
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            kinds: BTreeSet::from([Kind::Vpc]),
            require: Requirements::default(),
            include_default_vpcs: true,
            include_empty: false,
            shared: Shared::Owner,
            exclude: Exclusions::default(),
            ignored_flow_log_tags: BTreeMap::new(),
        }
    }
}

impl EvidenceLevel {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::None, Self::Status, Self::Records];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Status => "status",
            Self::Records => "records",
        }
    }

    /// Finds a level by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl RequiredTraffic {
    /// All values.
    pub const ALL: [Self; 4] = [Self::All, Self::Accept, Self::Reject, Self::Any];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Accept => "ACCEPT",
            Self::Reject => "REJECT",
            Self::Any => "ANY",
        }
    }

    /// Finds a value by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.name() == name)
    }

    /// Returns what is missing if this traffic is recorded. If any traffic is enough, both types are missing without it.
    pub fn missing(self, recorded: Traffic) -> Traffic {
        let wanted = match self {
            Self::All => Traffic::ALL,
            Self::Accept => Traffic {
                accepted: true,
                rejected: false,
            },
            Self::Reject => Traffic {
                accepted: false,
                rejected: true,
            },
            Self::Any if recorded.is_none() => Traffic::ALL,
            Self::Any => Traffic::NONE,
        };
        wanted.without(recorded)
    }
}

impl Shared {
    /// All values.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Participant, Self::Both];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Participant => "participant",
            Self::Both => "both",
        }
    }

    /// Finds a value by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.name() == name)
    }
}

impl Policy {
    /// All policies.
    pub const ALL: [Self; 3] = [Self::Cis, Self::Ec2_6, Self::Strict];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cis => "cis",
            Self::Ec2_6 => "ec2.6",
            Self::Strict => "strict",
        }
    }

    /// Returns the rules.
    pub fn rules(self) -> Rules {
        let rejected = Requirements {
            traffic: RequiredTraffic::Reject,
            ..Requirements::default()
        };
        match self {
            Self::Cis => Rules {
                require: rejected,
                ..Rules::default()
            },
            Self::Ec2_6 => Rules {
                require: rejected,
                include_empty: true,
                ..Rules::default()
            },
            Self::Strict => Rules {
                kinds: KINDS.into(),
                include_empty: true,
                ..Rules::default()
            },
        }
    }
}

/// Reports whether one of the tags matches one of the patterns.
pub(super) fn has_tag(tags: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    wanted
        .iter()
        .any(|(key, pattern)| tags.get(key).is_some_and(|value| matches(pattern, value)))
}

/// Reports whether a text matches a pattern: `*` stands for any text, `?` for any character.
pub(in crate::coverage) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    // The place after the last `*`, and the text that it does not stand for yet.
    let mut star = None;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                star = Some((at, place));
            }
            Some(c) if *c == '?' || *c == text[place] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((after, from)) = star else {
                    return false;
                };
                star = Some((after, from + 1));
                (at, place) = (after, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("prod", "prod", true),
            ("prod", "production", false),
            ("prod*", "production", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("?", "", false),
            ("?", "ö", true),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbxc", false),
            ("a?c*", "abc", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
