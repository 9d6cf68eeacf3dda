//! The outcome of a drift check. The same outcome always has the same bytes.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::report::{self, Change, Level, Position, Report, Rule, UnknownName, exit_code};

/// The version of the JSON format. The first number changes when something is removed.
const FORMAT_VERSION: &str = "1.0";

/// The outcome of a drift check.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftReport {
    /// The version of the report's format.
    pub format_version: String,
    /// The file that declares the flow logs; `-` is the standard input.
    pub source: String,
    /// The numbers of flow logs.
    pub counts: Counts,
    /// The differences between what is declared and what runs.
    pub findings: Vec<Finding>,
    /// The parts of the check that failed.
    pub failures: Vec<Failure>,
    /// The names of the flow logs in sync, for formats that list them.
    #[serde(skip)]
    pub(super) in_sync: Vec<String>,
}

/// The numbers of flow logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Declared flow logs.
    pub declared: usize,
    /// Declared flow logs that run as declared and deliver their records.
    pub in_sync: usize,
    /// Declared flow logs that do not exist.
    pub missing: usize,
    /// Declared flow logs that differ from their declarations.
    pub changed: usize,
    /// Declared flow logs whose delivery fails.
    pub delivery_failing: usize,
    /// Undeclared flow logs, if the check looked for them.
    pub unmanaged: usize,
    /// Declared flow logs that could not be checked.
    pub not_checked: usize,
    /// Differences that were ignored.
    pub ignored: usize,
}

/// One difference between what is declared and what runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The kind of difference.
    pub kind: Kind,
    /// How serious the difference is.
    pub level: Level,
    /// The flow log's name in a stack, or its address in a state; null if it is not declared.
    pub name: Option<String>,
    /// The flow log's id; null if it is missing and the declaration has no id.
    pub flow_log_id: Option<String>,
    /// The id of the resource whose traffic it records; null if the state marks it as sensitive.
    pub resource_id: Option<String>,
    /// The id of the account.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// The position in the file; null in a state.
    pub place: Option<Position>,
    /// The attributes that differ.
    pub changes: Vec<Change>,
    /// Why delivery fails.
    pub cause: Option<String>,
}

/// A part of the check that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The flow log's name in a stack, or its address in a state, if the failure concerns one.
    pub name: Option<String>,
    /// The id of the account, if the failure concerns one.
    pub account: Option<String>,
    /// The region, if the failure concerns one.
    pub region: Option<String>,
    /// What was tried, what the reply was, and what to do.
    pub message: String,
}

/// The kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The flow log is declared but does not exist.
    Missing,
    /// The flow log differs from its declaration.
    Changed,
    /// The flow log does not deliver its records.
    DeliveryFailing,
    /// The flow log exists but is not declared.
    Unmanaged,
}

/// Returns the JSON Schema of a drift report.
pub fn report_schema() -> Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<DriftReport>().to_value();
    schema["$id"] =
        "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/drift-report.schema.json".into();
    schema["title"] = "Drift report of terraform-provider-vpcflow".into();
    schema
}

impl DriftReport {
    /// Creates an empty report about a file.
    pub(super) fn of(source: &str) -> Self {
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            source: source.to_owned(),
            counts: Counts::default(),
            findings: Vec::new(),
            failures: Vec::new(),
            in_sync: Vec::new(),
        }
    }

    /// Counts and sorts the findings.
    pub(super) fn finish(&mut self) {
        let count = |kind| self.findings.iter().filter(|f| f.kind == kind).count();
        self.counts = Counts {
            missing: count(Kind::Missing),
            changed: count(Kind::Changed),
            delivery_failing: count(Kind::DeliveryFailing),
            unmanaged: count(Kind::Unmanaged),
            ..self.counts
        };
        self.in_sync.sort();
        self.findings.sort_by_cached_key(|f| {
            let target = (f.account.clone(), f.region.clone(), f.flow_log_id.clone());
            (f.name.is_none(), f.name.clone(), f.kind, target)
        });
    }

    /// Returns the exit code: 1 if something could not be checked, 2 if there is drift, else 0.
    pub fn exit_code(&self) -> u8 {
        let levels = self.findings.iter().map(|finding| finding.level);
        exit_code(!self.failures.is_empty(), levels)
    }

    /// Converts the outcome to a report that can be written in any format.
    ///
    /// # Errors
    /// The outcome cannot be written as JSON, which nothing is known to cause.
    pub fn to_report(&self) -> Result<Report, serde_json::Error> {
        let document = serde_json::to_string_pretty(self)?;
        let Self {
            format_version: _,
            source,
            counts,
            findings,
            failures,
            in_sync,
        } = self;
        let title = match self.exit_code() {
            0 => "Flow logs run as declared",
            1 => "Flow logs could not be checked",
            _ => "Flow logs differ from their declarations",
        };
        Ok(Report {
            check: "drift",
            subject: "Flow logs",
            title: title.to_owned(),
            summary: counts.summary(),
            source: source.clone(),
            rules: Kind::ALL.map(Kind::rule).to_vec(),
            findings: findings.iter().map(Finding::to_report).collect(),
            failures: failures.iter().map(Failure::to_report).collect(),
            passed: in_sync.clone(),
            fingerprint: "flowLog/v1",
            document,
        })
    }
}

impl Counts {
    /// Returns the numbers in one line.
    fn summary(&self) -> String {
        let Self {
            declared,
            in_sync,
            missing,
            changed,
            delivery_failing,
            unmanaged,
            not_checked,
            ignored,
        } = *self;
        let mut parts = vec![format!("{in_sync} in sync")];
        let others = [
            (missing, "missing"),
            (changed, "changed"),
            (delivery_failing, "not delivering"),
            (unmanaged, "not declared"),
            (not_checked, "not checked"),
        ];
        let some = others.into_iter().filter(|(count, _)| *count > 0);
        parts.extend(some.map(|(count, what)| format!("{count} {what}")));
        if ignored > 0 {
            let s = if ignored == 1 { "" } else { "s" };
            parts.push(format!("{ignored} difference{s} ignored"));
        }
        let s = if declared == 1 { "" } else { "s" };
        format!("{declared} flow log{s} declared: {}.", parts.join(", "))
    }
}

impl Finding {
    fn to_report(&self) -> report::Finding {
        let id = self.flow_log_id.as_deref();
        let label = self.name.as_deref().or(id).unwrap_or("flow log");
        let account = self.account.as_deref();
        let location = [
            id.filter(|id| *id != label),
            self.resource_id.as_deref(),
            Some(self.region.as_str()),
            account,
        ];
        let location = location.into_iter().flatten().map(str::to_owned);
        report::Finding {
            rule: self.kind.rule(),
            level: self.level,
            label: label.to_owned(),
            qualified_name: format!("{}/{}/{label}", account.unwrap_or_default(), self.region),
            location: location.collect(),
            position: self.place,
            headline: self.headline(),
            cause: self.cause.clone(),
            changes: self.changes.clone(),
            properties: vec![
                ("flowLogId", self.flow_log_id.clone()),
                ("resourceId", self.resource_id.clone()),
                ("region", Some(self.region.clone())),
                ("account", self.account.clone()),
            ],
        }
    }

    fn headline(&self) -> String {
        match self.kind {
            Kind::Missing => "is declared but does not exist".to_owned(),
            Kind::Changed => {
                let names: Vec<_> = self.changes.iter().map(|c| c.attribute.as_str()).collect();
                format!("differs from its declaration in {}", names.join(", "))
            }
            Kind::DeliveryFailing => "does not deliver its records".to_owned(),
            Kind::Unmanaged => "exists but is not declared".to_owned(),
        }
    }
}

impl Failure {
    fn to_report(&self) -> report::Failure {
        let label = match (self.region.as_deref(), self.account.as_deref()) {
            (Some(region), Some(account)) => format!("{region}, account {account}"),
            (Some(only), None) | (None, Some(only)) => only.to_owned(),
            (None, None) => "AWS".to_owned(),
        };
        let label = self.name.clone().unwrap_or(label);
        report::Failure {
            label,
            message: self.message.clone(),
        }
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [
        Self::Missing,
        Self::Changed,
        Self::DeliveryFailing,
        Self::Unmanaged,
    ];

    /// Returns the name by which a user selects the kind.
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    /// Returns the default level.
    pub fn level(self) -> Level {
        self.rule().level
    }

    /// Describes the kind as a rule of a report.
    fn rule(self) -> Rule {
        match self {
            Self::Missing => Rule {
                name: "missing",
                title: "Flow log missing",
                description: "A declared flow log does not exist.",
                level: Level::Error,
            },
            Self::Changed => Rule {
                name: "changed",
                title: "Flow log changed",
                description: "A flow log differs from its declaration.",
                level: Level::Error,
            },
            Self::DeliveryFailing => Rule {
                name: "delivery-failing",
                title: "Flow log not delivering",
                description: "A flow log does not deliver its records.",
                level: Level::Error,
            },
            Self::Unmanaged => Rule {
                name: "unmanaged",
                title: "Flow log not declared",
                description: "A flow log exists but is not declared.",
                level: Level::Warning,
            },
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| UnknownName {
            name: text.to_owned(),
            known: Self::ALL.map(Self::name).to_vec(),
        })
    }
}
