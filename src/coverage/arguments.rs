//! The arguments of the data source, their checks, and their conversion to rules. This module must not know any network.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Account;
use super::judge::{
    EvidenceLevel, Exclusions, KINDS, Kind, RequiredTraffic, Requirements, Rules, Shared,
};
use crate::arn::{region, role::Role};
use crate::cty::Path;
use crate::framework::{Attr, Diagnostics, Model, behaviour};
use crate::record::field;
use crate::text::{duration, suggest};

/// Stands for all regions that are enabled in the account.
pub(super) const ALL_REGIONS: &str = "*";
const TYPES: [&str; 3] = ["cloud-watch-logs", "s3", "kinesis-data-firehose"];

/// Reports which networks flow logs record, and which networks no flow log records. A network interface inherits the flow
/// logs of its subnet and its VPC, and the traffic types of all healthy flow logs count together. A VPC is covered by its own
/// flow logs, or because each interface in it is covered.
///
/// Each network has exactly one verdict:
///
/// - `covered`: its own flow logs, and those of what contains it, record what is required.
/// - `covered_by_children`: every interface or attachment in it is covered.
/// - `partial`: a type of traffic is missing, or interfaces or attachments in it are not covered.
/// - `insufficient`: it is recorded, but not in the way that `require` describes.
/// - `pending`: its flow logs are younger than `settle`.
/// - `unhealthy`: the delivery of its flow logs fails, or, with `evidence = "records"`, no records arrive.
/// - `uncovered`: no flow log records it.
/// - `not_applicable`: it is not checked, because it is empty, excluded, or in a VPC that another account owns.
/// - `unknown`: the provider could not find out, for example because a permission is missing. It never counts as covered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arguments {
    /// The regions to check. The default is the region of the provider. `["*"]` stands for all regions that are enabled in
    /// the account.
    #[serde(default)]
    pub regions: Attr<BTreeSet<Attr<String>>>,
    /// The ARNs of the roles in the accounts to check, one for each account. They are assumed with the credentials of the
    /// provider. The default is to check only the account of the provider. With roles, that account is checked only if one
    /// of the roles is in it. An account that refuses its role is `unknown`.
    #[serde(default)]
    pub roles: Attr<BTreeSet<Attr<String>>>,
    /// The kinds of networks to check: `vpc` (the default), `subnet`, `network_interface`, `transit_gateway`,
    /// `transit_gateway_attachment`, `regional_nat_gateway`, `core_network`, `core_network_attachment`. The last two are
    /// those of Cloud WAN, whose flow logs EC2 may list in any region. What none of them records is `unknown` unless
    /// `regions` contains `"*"`.
    #[serde(default)]
    pub kinds: Attr<BTreeSet<Attr<String>>>,
    /// What flow logs must record.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub require: Attr<Require>,
    /// The evidence of delivery that a flow log needs in order to count. `none`: none, so that every active flow log counts.
    /// `status` (the default): the status of its delivery, as EC2 reports it. `records`: the status, and records that have
    /// arrived recently, within the aggregation interval and `settle`. For `records`, the provider looks at the newest streams of log groups
    /// and at the newest objects of buckets. This costs one call or a few for each log group and for each flow log to a
    /// bucket, and requires `logs:DescribeLogStreams`, `logs:FilterLogEvents` and `s3:ListBucket`. If no records arrive, a
    /// flow log of all traffic counts as failing if an interface is in use, because AWS then writes records even without
    /// traffic. In all other cases, and where the caller may not look, the verdict is `unknown`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(&["none", "status", "records"]))]
    pub evidence: Attr<String>,
    /// Networks that are not checked, with everything in them.
    #[serde(default)]
    #[schemars(transform = behaviour::single_block)]
    pub exclude: Attr<Exclude>,
    /// Whether default VPCs are checked. The default is true.
    #[serde(default)]
    pub include_default_vpcs: Attr<bool>,
    /// Whether networks without interfaces or attachments are checked. The default is false.
    #[serde(default)]
    pub include_empty: Attr<bool>,
    /// Which networks of shared VPCs, transit gateways and core networks are checked: those that the account owns (`owner`,
    /// the default), those that other accounts own (`participant`), or `both`. Only the owner sees the flow logs of a shared
    /// VPC. Without them, what a participant does not record itself is `unknown`.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(&["owner", "participant", "both"]))]
    pub shared: Attr<String>,
    /// Flow logs with one of these tags do not count. `*` matches any text, `?` any character. Set it to the tags of the
    /// flow logs that you create for the networks in `uncovered`. Without it, these networks are covered as soon as the flow
    /// logs exist, and the next plan deletes them.
    #[serde(default)]
    pub ignore_flow_log_tags: Attr<BTreeMap<String, Attr<String>>>,
    /// The age from which a flow log counts, such as `30m`. The default is `15m`, because delivery begins some minutes after
    /// the creation. Until then, the verdict is `pending`.
    #[serde(default)]
    pub settle: Attr<String>,
    /// Whether it is an error if the verdict about a network is `unknown`. The default is false: it is a warning.
    #[serde(default)]
    pub require_known: Attr<bool>,
}

impl Model for Arguments {}

/// What flow logs must record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Require {
    /// The traffic that must be recorded: `ALL` (the default), `REJECT`, `ACCEPT`, or `ANY` of both.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(&["ALL", "REJECT", "ACCEPT", "ANY"]))]
    pub traffic: Attr<String>,
    /// Whether flow logs count only if their delivery does not fail. The default is true.
    #[serde(default)]
    pub healthy: Attr<bool>,
    /// The fields that records must have, by AWS's names, such as `tcp-flags`.
    #[serde(default)]
    pub fields: Attr<BTreeSet<Attr<String>>>,
    /// The longest aggregation interval, in seconds, such as 60.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub max_interval: Attr<i64>,
    /// The types of destinations that count: `cloud-watch-logs`, `s3`, `kinesis-data-firehose`.
    #[serde(default)]
    pub destination_types: Attr<BTreeSet<Attr<String>>>,
    /// The destinations that count: ARNs of log groups, delivery streams or buckets (with or without a folder), or names of
    /// log groups.
    #[serde(default)]
    pub destinations: Attr<BTreeSet<Attr<String>>>,
    /// The minimum retention of log groups, in days. The retention of other destinations cannot be read: a network that only
    /// they cover is `unknown`.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub retention_days: Attr<i64>,
}

/// Networks that are not checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exclude {
    /// Networks with one of these tags. `*` matches any text, `?` any character.
    #[serde(default)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Networks with one of these IDs.
    #[serde(default)]
    pub ids: Attr<BTreeSet<Attr<String>>>,
}

impl Arguments {
    /// Checks the known arguments.
    pub(super) fn check(&self, diagnostics: &mut Diagnostics) {
        for name in given(&self.regions) {
            if name != ALL_REGIONS && !region::is_name(name) {
                let detail = format!(
                    "`regions` contains \"{name}\". The name of a region looks like eu-central-1. `[\"*\"]` stands for all \
                     regions that are enabled in the account."
                );
                diagnostics.error("regions", "malformed-region", "Malformed region", detail);
            }
        }
        self.check_roles(diagnostics);
        let kinds = KINDS.map(Kind::name);
        check_names(
            &self.kinds,
            &kinds,
            &Path::root().attribute("kinds"),
            diagnostics,
        );
        if let Some(Err(problem)) = self.settle.given().map(duration::parse) {
            let detail = format!(
                "`settle` is \"{}\": {problem}.",
                self.settle.given().unwrap_or_default()
            );
            diagnostics.error("settle", "malformed-duration", "Malformed duration", detail);
        }
        if let Some(require) = self.require.known() {
            require.check(diagnostics);
            let is_needless = require.healthy.known() == Some(&false);
            if is_needless && self.evidence.given().is_some_and(|level| level != "none") {
                let detail = "`evidence` asks whether flow logs deliver, but `require.healthy` is false, so that flow logs \
                              count even if they do not. Remove one of the arguments.";
                diagnostics.error(
                    "evidence",
                    "evidence-without-effect",
                    "Evidence without effect",
                    detail,
                );
            }
        }
    }

    fn check_roles(&self, diagnostics: &mut Diagnostics) {
        let mut accounts = BTreeSet::new();
        for arn in given(&self.roles) {
            let (rule, summary, detail) = match Role::parse(arn) {
                Ok(role) if accounts.insert(role.account) => continue,
                Ok(role) => (
                    "two-roles-of-one-account",
                    "Two roles of one account",
                    format!(
                        "`roles` contains more than one role of account {}. Its networks would count twice. Keep one.",
                        role.account
                    ),
                ),
                Err(_) => (
                    "malformed-role-arn",
                    "Malformed role ARN",
                    format!(
                        "`roles` contains \"{arn}\". The ARN of a role looks like arn:aws:iam::123456789012:role/audit."
                    ),
                ),
            };
            diagnostics.error("roles", rule, summary, detail);
        }
    }

    /// Returns the accounts to check by their roles.
    pub(super) fn accounts(&self) -> Vec<Account> {
        let roles = given(&self.roles).map(|role| Account {
            id: None,
            role: Some(role.to_owned()),
        });
        roles.collect()
    }

    /// Returns the names of the regions, or `None` for the default.
    pub(super) fn region_names(&self) -> Option<BTreeSet<String>> {
        let names: BTreeSet<_> = given(&self.regions).map(str::to_owned).collect();
        Some(names).filter(|names| !names.is_empty())
    }

    /// Converts the arguments. All of them are known and checked.
    pub(super) fn rules(&self) -> Rules {
        let default = Rules::default();
        let kinds: BTreeSet<_> = given(&self.kinds).filter_map(Kind::named).collect();
        let settle = self.settle.given().map(duration::parse);
        let settle = settle.and_then(|parsed| SignedDuration::try_from(parsed.ok()?).ok());
        let require = self.require.known().map(Require::requirements);
        let require = require.unwrap_or_default();
        let evidence = self.evidence.given().and_then(EvidenceLevel::named);
        let exclude = self.exclude.known();
        Rules {
            kinds: if kinds.is_empty() {
                default.kinds
            } else {
                kinds
            },
            require: Requirements {
                settle: settle.unwrap_or(require.settle),
                evidence: evidence.unwrap_or(require.evidence),
                ..require
            },
            include_default_vpcs: truth(&self.include_default_vpcs, true),
            include_empty: truth(&self.include_empty, false),
            shared: self
                .shared
                .given()
                .and_then(Shared::named)
                .unwrap_or(default.shared),
            exclude: Exclusions {
                tags: exclude
                    .map(|exclude| tags(&exclude.tags))
                    .unwrap_or_default(),
                ids: exclude
                    .map(|exclude| owned(&exclude.ids))
                    .unwrap_or_default(),
            },
            ignored_flow_log_tags: tags(&self.ignore_flow_log_tags),
        }
    }

    /// Reports whether an unknown verdict is an error.
    pub(super) fn requires_known(&self) -> bool {
        truth(&self.require_known, false)
    }
}

impl Require {
    fn check(&self, diagnostics: &mut Diagnostics) {
        let at = |name: &str| Path::root().attribute("require").attribute(name);
        check_names(
            &self.destination_types,
            &TYPES,
            &at("destination_types"),
            diagnostics,
        );
        for name in given(&self.fields) {
            if field::find(name).is_none() {
                let meant =
                    field::suggest(name).map(|field| format!(" Did you mean {}?", field.name));
                let detail = format!(
                    "`fields` contains \"{name}\", which is not a field of flow-log records, by AWS's names.{}",
                    meant.unwrap_or_default()
                );
                diagnostics.error(at("fields"), "unknown-field", "Unknown field", detail);
            }
        }
    }

    fn requirements(&self) -> Requirements {
        let default = Requirements::default();
        let traffic = self.traffic.given().and_then(RequiredTraffic::named);
        let interval = self.max_interval.known();
        let days = self.retention_days.known();
        Requirements {
            traffic: traffic.unwrap_or(default.traffic),
            healthy: truth(&self.healthy, default.healthy),
            fields: owned(&self.fields),
            max_interval: interval.copied(),
            destination_types: owned(&self.destination_types),
            destinations: owned(&self.destinations),
            retention_days: days.map(|days| u32::try_from(*days).unwrap_or(u32::MAX)),
            settle: default.settle,
            evidence: default.evidence,
        }
    }
}

/// Checks that every name in a set is known.
fn check_names(
    written: &Attr<BTreeSet<Attr<String>>>,
    known: &[&str],
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    for name in given(written).filter(|name| !known.contains(name)) {
        let meant = suggest::nearest(name, known.iter().copied());
        let meant = meant.map(|meant| format!(" Did you mean \"{meant}\"?"));
        let detail = format!(
            "\"{name}\" is not one of: {}.{}",
            known.join(", "),
            meant.unwrap_or_default()
        );
        diagnostics.error(path.clone(), "unknown-name", "Unknown name", detail);
    }
}

/// Returns the known texts of a set that are not empty.
fn given(set: &Attr<BTreeSet<Attr<String>>>) -> impl Iterator<Item = &str> {
    set.known().into_iter().flatten().filter_map(Attr::given)
}

fn owned(set: &Attr<BTreeSet<Attr<String>>>) -> BTreeSet<String> {
    given(set).map(str::to_owned).collect()
}

/// Returns the tags whose value is not null.
fn tags(tags: &Attr<BTreeMap<String, Attr<String>>>) -> BTreeMap<String, String> {
    let tags = tags.known().into_iter().flatten();
    tags.filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())))
        .collect()
}

fn truth(given: &Attr<bool>, default: bool) -> bool {
    given.known().copied().unwrap_or(default)
}
