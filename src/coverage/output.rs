//! The results of the data source. This module must not know how they came about.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::judge::{self, Coverage, Judged, Kind, Status, Verdict};
use super::text::{Reason, reasons};
use crate::framework::{Attr, Model, behaviour};

/// What flow logs record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Whether every network is `covered`, `covered_by_children` or `not_applicable`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub compliant: Attr<bool>,
    /// The numbers of networks.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub counts: Attr<Counts>,
    /// The networks with their verdicts, by region, kind and ID.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub networks: Attr<Vec<Network>>,
    /// The networks whose verdict is `uncovered`, by ID, for `for_each` of `vpcflow_log`. Also set
    /// `ignore_flow_log_tags`.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub uncovered: Attr<BTreeMap<String, Gap>>,
    /// Pairs of flow logs that record the same traffic of the same interfaces into the same type of destination. AWS
    /// bills both.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    pub double_recorded: Attr<Vec<Double>>,
}

impl Model for Output {}

/// The numbers of networks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// All networks.
    #[schemars(transform = behaviour::read_only)]
    pub total: usize,
    /// Networks that are `covered` or `covered_by_children`.
    #[schemars(transform = behaviour::read_only)]
    pub compliant: usize,
    /// Networks that are recorded only in part, not as required, or not at all.
    #[schemars(transform = behaviour::read_only)]
    pub non_compliant: usize,
    /// Networks that are `covered`.
    #[schemars(transform = behaviour::read_only)]
    pub covered: usize,
    /// Networks that are `covered_by_children`.
    #[schemars(transform = behaviour::read_only)]
    pub covered_by_children: usize,
    /// Networks that are `partial`.
    #[schemars(transform = behaviour::read_only)]
    pub partial: usize,
    /// Networks that are `insufficient`.
    #[schemars(transform = behaviour::read_only)]
    pub insufficient: usize,
    /// Networks that are `pending`.
    #[schemars(transform = behaviour::read_only)]
    pub pending: usize,
    /// Networks that are `unhealthy`.
    #[schemars(transform = behaviour::read_only)]
    pub unhealthy: usize,
    /// Networks that are `uncovered`.
    #[schemars(transform = behaviour::read_only)]
    pub uncovered: usize,
    /// Networks that are `not_applicable`.
    #[schemars(transform = behaviour::read_only)]
    pub not_applicable: usize,
    /// Networks that are `unknown`. All networks of a kind and region that could not be listed count as one.
    #[schemars(transform = behaviour::read_only)]
    pub unknown: usize,
}

/// A network with its verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Network {
    /// The ID. Null stands for all networks of the kind that could not be listed.
    #[schemars(transform = behaviour::read_only)]
    pub id: Attr<String>,
    /// The kind, as in `kinds`.
    #[schemars(transform = behaviour::read_only)]
    pub kind: String,
    /// The region. For Cloud WAN, which spans all regions, it is that of AWS Network Manager, such as `us-west-2`.
    #[schemars(transform = behaviour::read_only)]
    pub region: String,
    /// The account whose networks were read. Null if it is not known.
    #[schemars(transform = behaviour::read_only)]
    pub account_id: Attr<String>,
    /// The account that owns the network, or the VPC, transit gateway or core network that contains it. Null if it is not
    /// known.
    #[schemars(transform = behaviour::read_only)]
    pub owner_id: Attr<String>,
    /// The value of its tag `Name`.
    #[schemars(transform = behaviour::read_only)]
    pub name: Attr<String>,
    /// The VPC, or the VPC that contains it.
    #[schemars(transform = behaviour::read_only)]
    pub vpc_id: Attr<String>,
    /// The verdict.
    #[schemars(transform = behaviour::read_only)]
    pub verdict: String,
    /// The reasons for the verdict.
    #[schemars(transform = behaviour::read_only)]
    pub reasons: Vec<WhyNot>,
    /// The traffic that is not recorded as required (`ACCEPT`, `REJECT`), if the verdict is `partial`.
    #[schemars(transform = behaviour::read_only)]
    pub missing_traffic: Vec<String>,
    /// The IDs of the interfaces or attachments in it that are not covered, if the verdict is `partial`.
    #[schemars(transform = behaviour::read_only)]
    pub uncovered_ids: Vec<String>,
    /// The IDs of the flow logs on it and on what contains it, healthy or not.
    #[schemars(transform = behaviour::read_only)]
    pub flow_log_ids: Vec<String>,
}

/// A reason for a verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhyNot {
    /// A code, such as `no_flow_log`, `missing_traffic`, `networks_not_covered`, `delivery_failed`, `no_records`, `quiet`,
    /// `too_new`, `fields`, `interval`, `destination_type`, `destination`, `retention`, `empty`, `excluded_id`, `excluded_tag`, `default_vpc`,
    /// `participant`, `denied`, `region_off`, `throttled`, `unreachable`, `region_not_read`, `edge_not_listed`.
    #[schemars(transform = behaviour::read_only)]
    pub reason: String,
    /// The ID of the flow log that the reason is about.
    #[schemars(transform = behaviour::read_only)]
    pub flow_log_id: Attr<String>,
    /// The reason in a sentence.
    #[schemars(transform = behaviour::read_only)]
    pub detail: String,
}

/// A network that nothing records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The ID.
    #[schemars(transform = behaviour::read_only)]
    pub id: String,
    /// The kind, as in `kinds`.
    #[schemars(transform = behaviour::read_only)]
    pub kind: String,
    /// The region, as in `networks`.
    #[schemars(transform = behaviour::read_only)]
    pub region: String,
    /// The account whose networks were read. Null if it is not known.
    #[schemars(transform = behaviour::read_only)]
    pub account_id: Attr<String>,
    /// The value of its tag `Name`.
    #[schemars(transform = behaviour::read_only)]
    pub name: Attr<String>,
    /// The VPC, or the VPC that contains it.
    #[schemars(transform = behaviour::read_only)]
    pub vpc_id: Attr<String>,
}

/// Two flow logs that record the same traffic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Double {
    /// The IDs of both flow logs.
    #[schemars(transform = behaviour::read_only)]
    pub flow_log_ids: Vec<String>,
    /// The type of both destinations.
    #[schemars(transform = behaviour::read_only)]
    pub destination_type: String,
    /// The traffic that both record: `ALL`, `ACCEPT` or `REJECT`.
    #[schemars(transform = behaviour::read_only)]
    pub traffic_type: String,
    /// The number of interfaces, attachments or gateways that both record.
    #[schemars(transform = behaviour::read_only)]
    pub networks: usize,
}

impl From<&Coverage> for Output {
    fn from(coverage: &Coverage) -> Self {
        let counts = coverage.counts();
        let gaps = coverage.judged.iter().filter_map(gap);
        Self {
            compliant: Attr::Known(counts.is_compliant()),
            counts: Attr::Known(Counts::from(&counts)),
            networks: Attr::Known(coverage.judged.iter().map(Network::from).collect()),
            uncovered: Attr::Known(gaps.collect()),
            double_recorded: Attr::Known(coverage.doubles.iter().map(Double::from).collect()),
        }
    }
}

fn gap(judged: &Judged) -> Option<(String, Gap)> {
    let id = judged.id.clone()?;
    if judged.verdict != Verdict::Uncovered {
        return None;
    }
    let gap = Gap {
        id: id.clone(),
        kind: judged.kind.name().to_owned(),
        region: judged.region.clone(),
        account_id: judged.account.clone().into(),
        name: judged.name.clone().into(),
        vpc_id: vpc(judged).into(),
    };
    Some((id, gap))
}

/// Returns the VPC, or the VPC that contains a network.
fn vpc(judged: &Judged) -> Option<String> {
    match judged.kind {
        Kind::Vpc => judged.id.clone(),
        kind if kind.outermost() == Kind::Vpc => judged.above.last().cloned(),
        _ => None,
    }
}

impl From<&judge::Counts> for Counts {
    fn from(counts: &judge::Counts) -> Self {
        let of = |status| counts.by_status.get(&status).copied().unwrap_or_default();
        Self {
            total: counts.total,
            compliant: counts.compliant,
            non_compliant: counts.non_compliant,
            covered: of(Status::Covered),
            covered_by_children: of(Status::CoveredByChildren),
            partial: of(Status::Partial),
            insufficient: of(Status::Insufficient),
            pending: of(Status::Pending),
            unhealthy: of(Status::Unhealthy),
            uncovered: of(Status::Uncovered),
            not_applicable: counts.not_applicable,
            unknown: counts.unknown,
        }
    }
}

impl From<&Judged> for Network {
    fn from(judged: &Judged) -> Self {
        let (missing, bare) = match &judged.verdict {
            Verdict::Partial(partial) => {
                let missing = partial.missing.names().map(str::to_owned);
                (missing.collect(), partial.bare.clone())
            }
            _ => (Vec::new(), Vec::new()),
        };
        Self {
            id: judged.id.clone().into(),
            kind: judged.kind.name().to_owned(),
            region: judged.region.clone(),
            account_id: judged.account.clone().into(),
            owner_id: judged.owner.clone().into(),
            name: judged.name.clone().into(),
            vpc_id: vpc(judged).into(),
            verdict: judged.verdict.status().name().to_owned(),
            reasons: reasons(&judged.verdict)
                .into_iter()
                .map(WhyNot::from)
                .collect(),
            missing_traffic: missing,
            uncovered_ids: bare,
            flow_log_ids: judged.flow_logs.iter().cloned().collect(),
        }
    }
}

impl From<Reason> for WhyNot {
    fn from(reason: Reason) -> Self {
        Self {
            reason: reason.code.to_owned(),
            flow_log_id: reason.flow_log.into(),
            detail: reason.detail,
        }
    }
}

impl From<&judge::Double> for Double {
    fn from(double: &judge::Double) -> Self {
        Self {
            flow_log_ids: double.flow_logs.to_vec(),
            destination_type: double.destination_type.clone(),
            traffic_type: double.traffic.type_name().to_owned(),
            networks: double.networks,
        }
    }
}
