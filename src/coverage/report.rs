//! The outcome of a check as JSON, and as a report that can be written in any format.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::judge::{self, Coverage, Judged, Policy, Status};
use super::map;
use super::output::{Counts, Double, Network, WhyNot};
use super::text::reasons;
use crate::report::{self, Level, Report, Rule};

/// The version of the JSON format. The first number changes when something is removed.
const FORMAT_VERSION: &str = "1.0";
/// The name of the only source of a report.
const SOURCE: &str = "networks";

/// The rule about what is recorded twice.
const TWICE: Rule = Rule {
    name: "recorded-twice",
    title: "Network recorded twice",
    description: "Two flow logs record the same traffic into the same type of destination. AWS bills both.",
    level: Level::Note,
};

/// The outcome of a coverage check.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageReport {
    /// The version of the report's format.
    pub format_version: String,
    /// The policy: `cis`, `ec2.6` or `strict`.
    pub policy: String,
    /// The accounts that were read, and those that could not be read.
    pub accounts: BTreeSet<String>,
    /// The regions that were read, and those that could not be read. If Cloud WAN was read, that of AWS Network Manager is one
    /// of them.
    pub regions: BTreeSet<String>,
    /// Whether every network is recorded as the policy requires. What is unknown does not pass.
    pub compliant: bool,
    /// The numbers of networks.
    pub counts: Counts,
    /// The networks with their verdicts.
    pub networks: Vec<Network>,
    /// Pairs of flow logs that record the same traffic into the same type of destination.
    pub double_recorded: Vec<Double>,
}

/// Returns the JSON Schema of a coverage report.
pub fn coverage_report_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let generator = settings.into_generator();
    let mut schema = generator
        .into_root_schema_for::<CoverageReport>()
        .to_value();
    schema["$id"] =
        "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/coverage-report.schema.json".into();
    schema["title"] = "Coverage report of terraform-provider-vpcflow".into();
    allow_null(&mut schema, "Network", &Network::default());
    allow_null(&mut schema, "WhyNot", &WhyNot::default());
    schema
}

/// Allows null where the empty value of a type has null: Terraform's schema, for which the types are declared, allows it
/// everywhere.
fn allow_null(schema: &mut Value, name: &str, empty: &impl Serialize) {
    let Ok(Value::Object(members)) = serde_json::to_value(empty) else {
        return;
    };
    for (member, _) in members.into_iter().filter(|(_, value)| value.is_null()) {
        let ty = &mut schema["$defs"][name]["properties"][member]["type"];
        *ty = serde_json::json!([ty.take(), "null"]);
    }
}

impl CoverageReport {
    fn of(coverage: &Coverage, policy: Policy) -> Self {
        let counts = coverage.counts();
        let judged = coverage.judged.iter();
        let places = coverage.places.iter();
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            policy: policy.name().to_owned(),
            accounts: places
                .clone()
                .filter_map(|(account, _)| account.clone())
                .collect(),
            regions: places.map(|(_, region)| region.clone()).collect(),
            compliant: counts.is_compliant(),
            counts: Counts::from(&counts),
            networks: judged.map(Network::from).collect(),
            double_recorded: coverage.doubles.iter().map(Double::from).collect(),
        }
    }
}

/// Returns the exit code of a check: 2 if a network is not recorded as required, else 3 if something is unknown, else 0.
pub fn exit_code(coverage: &Coverage) -> u8 {
    let counts = coverage.counts();
    match (counts.non_compliant, counts.unknown) {
        (0, 0) => 0,
        (0, _) => 3,
        _ => 2,
    }
}

/// Converts the outcome of a check to a report that can be written in any format.
///
/// # Errors
/// The outcome cannot be written as JSON, which nothing is known to cause.
pub fn to_report(coverage: &Coverage, policy: Policy) -> Result<Report, serde_json::Error> {
    let report = CoverageReport::of(coverage, policy);
    let document = serde_json::to_string_pretty(&report)?;
    let title = match exit_code(coverage) {
        0 => "Every network is recorded",
        2 => "Networks are not recorded as required",
        _ => "Networks could not be checked",
    };
    let rules = Status::ALL.into_iter().filter_map(rule).chain([TWICE]);
    let judged = coverage.judged.iter();
    let doubles = coverage.doubles.iter().map(double);
    Ok(Report {
        check: "coverage",
        subject: "Networks",
        title: title.to_owned(),
        summary: summary(&coverage.counts(), policy),
        tallies: map::tallies(&coverage.counts().by_status),
        facts: facts(&report),
        map: map::of(coverage),
        sources: vec![report::Source {
            name: SOURCE.to_owned(),
            path: None,
            outcome: None,
        }],
        rules: rules.collect(),
        findings: judged.clone().filter_map(finding).chain(doubles).collect(),
        failures: judged.clone().filter_map(failure).collect(),
        warnings: Vec::new(),
        passed: judged.filter_map(passed).collect(),
        fingerprint: "network/v1",
        document,
    })
}

/// Returns by which policy was checked, and where.
fn facts(report: &CoverageReport) -> Vec<(&'static str, String)> {
    let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let facts = [
        ("Policy", report.policy.clone()),
        ("Accounts", names(&report.accounts)),
        ("Regions", names(&report.regions)),
    ];
    facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// Describes a verdict that does not pass as a rule.
fn rule(status: Status) -> Option<Rule> {
    let (name, title, description) = match status {
        Status::Partial => (
            "partial",
            "Network recorded in part",
            "Flow logs record a part of the traffic, or of the interfaces.",
        ),
        Status::Insufficient => (
            "insufficient",
            "Network not recorded as required",
            "The flow logs of a network do not meet a requirement.",
        ),
        Status::Pending => (
            "pending",
            "Flow log too new",
            "The flow logs of a network are too new to have delivered anything.",
        ),
        Status::Unhealthy => (
            "unhealthy",
            "Delivery fails",
            "The delivery of the flow logs of a network fails.",
        ),
        Status::Uncovered => (
            "uncovered",
            "Network not recorded",
            "No flow log records a network.",
        ),
        Status::Covered | Status::CoveredByChildren | Status::NotApplicable | Status::Unknown => {
            return None;
        }
    };
    Some(Rule {
        name,
        title,
        description,
        level: Level::Error,
    })
}

fn finding(judged: &Judged) -> Option<report::Finding> {
    let rule = rule(judged.verdict.status())?;
    let id = judged.id.as_deref()?;
    let headline = match judged.verdict.status() {
        Status::Partial => "is recorded only in part",
        Status::Insufficient => "is not recorded as required",
        Status::Pending => "has only flow logs that are too new",
        Status::Unhealthy => "has only flow logs that do not deliver",
        _ => "is not recorded",
    };
    let reasons = reasons(&judged.verdict).into_iter();
    let reasons: Vec<_> = reasons
        .filter(|reason| reason.code != "no_flow_log")
        .map(|reason| reason.detail)
        .collect();
    let account = judged.account.as_deref();
    let name = judged.name.as_deref();
    let place = [name, Some(judged.region.as_str()), account];
    Some(report::Finding {
        rule,
        level: rule.level,
        label: id.to_owned(),
        source: None,
        qualified_name: qualified(judged, id),
        location: place.into_iter().flatten().map(str::to_owned).collect(),
        position: None,
        headline: headline.to_owned(),
        cause: Some(reasons.join(" ")).filter(|reasons| !reasons.is_empty()),
        changes: Vec::new(),
        properties: vec![
            ("kind", Some(judged.kind.name().to_owned())),
            ("region", Some(judged.region.clone())),
            ("account", judged.account.clone()),
            ("verdict", Some(judged.verdict.status().name().to_owned())),
        ],
    })
}

fn qualified(judged: &Judged, id: &str) -> String {
    let account = judged.account.as_deref().unwrap_or_default();
    format!("{account}/{}/{id}", judged.region)
}

/// Returns what could not be checked.
fn failure(judged: &Judged) -> Option<report::Failure> {
    if judged.verdict.status() != Status::Unknown {
        return None;
    }
    let network = match &judged.id {
        Some(id) => id.clone(),
        None => format!("every {}", judged.kind.name()),
    };
    let account = judged.account.as_deref();
    let account = account.map(|id| format!(", account {id}"));
    let reasons = reasons(&judged.verdict).into_iter();
    let reasons: Vec<_> = reasons.map(|reason| reason.detail).collect();
    Some(report::Failure {
        level: Level::Error,
        label: Some(format!(
            "{network} in {}{}",
            judged.region,
            account.unwrap_or_default()
        )),
        source: None,
        position: None,
        message: reasons.join(" "),
    })
}

fn passed(judged: &Judged) -> Option<report::Passed> {
    if !judged.verdict.status().is_compliant() {
        return None;
    }
    let id = judged.id.as_deref()?;
    Some(report::Passed {
        source: Some(SOURCE.to_owned()),
        name: qualified(judged, id),
    })
}

fn double(double: &judge::Double) -> report::Finding {
    let [one, other] = &double.flow_logs;
    let traffic: Vec<_> = double.traffic.names().collect();
    let networks = double.networks;
    let s = if networks == 1 { "" } else { "s" };
    report::Finding {
        rule: TWICE,
        level: TWICE.level,
        label: one.clone(),
        source: None,
        qualified_name: format!("{one}/{other}"),
        location: vec![double.destination_type.clone()],
        position: None,
        headline: format!(
            "records {} traffic of {networks} network{s} that {other} records, too",
            traffic.join(" and ")
        ),
        cause: None,
        changes: Vec::new(),
        properties: vec![
            ("flowLogId", Some(one.clone())),
            ("otherFlowLogId", Some(other.clone())),
        ],
    }
}

/// Returns the numbers in one line.
fn summary(counts: &judge::Counts, policy: Policy) -> String {
    let mut parts = vec![format!("{} recorded", counts.compliant)];
    let of = |status| counts.by_status.get(&status).copied().unwrap_or_default();
    let others = [
        Status::Partial,
        Status::Insufficient,
        Status::Pending,
        Status::Unhealthy,
        Status::Uncovered,
        Status::Unknown,
        Status::NotApplicable,
    ];
    let others = others.map(|status| (of(status), map::word(status)));
    let some = others.into_iter().filter(|(count, _)| *count > 0);
    parts.extend(some.map(|(count, what)| format!("{count} {what}")));
    let s = if counts.total == 1 { "" } else { "s" };
    format!(
        "{} network{s} checked by the policy {}: {}.",
        counts.total,
        policy.name(),
        parts.join(", ")
    )
}
