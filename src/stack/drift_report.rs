//! The outcome of a check, and the forms in which it is told. The same outcome is the same bytes.

mod github;
mod junit;
mod markdown;
mod sarif;
mod text;

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

use super::source::Place;
use crate::text::sanitize;

/// The version of the JSON form; the first number changes when something is taken away.
const FORMAT_VERSION: &str = "1.0";

/// What a check found out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftReport {
    /// The version of this form.
    pub format_version: String,
    /// The file that declares the flow logs; `-` is the standard input.
    pub source: String,
    /// How many there are of what.
    pub counts: Counts,
    /// What is not as declared.
    pub findings: Vec<Finding>,
    /// What could not be checked, and why.
    pub failures: Vec<Failure>,
    /// The names of those that are in sync, for forms that list them.
    #[serde(skip)]
    pub(super) in_sync: Vec<String>,
}

/// How many there are of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Flow logs that are declared.
    pub declared: usize,
    /// Those that run as declared, and deliver.
    pub in_sync: usize,
    /// Those that do not exist.
    pub missing: usize,
    /// Those that run otherwise than declared.
    pub changed: usize,
    /// Those whose records do not arrive.
    pub delivery_failing: usize,
    /// Flow logs that run and are not declared, if they were looked for.
    pub unmanaged: usize,
    /// Declared flow logs that could not be checked.
    pub not_checked: usize,
    /// Attributes that differ and were to be ignored.
    pub ignored: usize,
}

/// One thing that is not as declared.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: Kind,
    /// How serious it is.
    pub level: Level,
    /// The flow log's name in a stack, or its address in a state; null if nobody declared it.
    pub name: Option<String>,
    /// Its id; null if it is missing and was never known by id.
    pub flow_log_id: Option<String>,
    /// The resource that it watches.
    pub resource_id: Option<String>,
    /// The account that was read.
    pub account: Option<String>,
    /// The region that was read.
    pub region: String,
    /// Where in the file it is declared; null in a state.
    pub place: Option<Place>,
    /// The attributes that differ.
    pub changes: Vec<Change>,
    /// Why its records do not arrive.
    pub cause: Option<String>,
}

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Its name in the file's vocabulary, as `TrafficType`, or in a state `traffic_type`.
    pub attribute: String,
    /// What is declared; null if it should not be set.
    pub wanted: serde_json::Value,
    /// What runs; null if it is not set.
    pub found: serde_json::Value,
}

/// A part of the check that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The account, if it is about one.
    pub account: Option<String>,
    /// The region, if it is about one.
    pub region: Option<String>,
    /// What was tried, what was answered, and what to do.
    pub message: String,
}

/// What is not as declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is declared and does not exist.
    Missing,
    /// It differs from its declaration.
    Changed,
    /// Its records do not arrive.
    DeliveryFailing,
    /// It exists and is not declared.
    Unmanaged,
}

/// How serious something is. A note is told, and is no drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It is told, and the check passes.
    Note,
    /// It is drift.
    Warning,
    /// It is drift.
    Error,
}

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people.
    Text,
    /// For programs; `schemas/drift-report.schema.json` describes it.
    Json,
    /// For the comment of a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// For code scanning, SARIF 2.1.0.
    Sarif,
    /// For test reports, JUnit XML.
    Junit,
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// No escape sequences.
    Plain,
    /// For a terminal.
    Colour,
}

impl DriftReport {
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

    /// The exit code: 1 if something could not be checked, 2 if something is not as declared, else 0.
    pub fn exit_code(&self) -> u8 {
        if !self.failures.is_empty() {
            1
        } else if self.findings.iter().any(|f| f.level > Level::Note) {
            2
        } else {
            0
        }
    }

    /// The whole in one line.
    fn summary(&self) -> String {
        let Counts {
            declared,
            in_sync,
            missing,
            changed,
            delivery_failing,
            unmanaged,
            not_checked,
            ignored,
        } = self.counts;
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
    /// The name by which a person finds it.
    fn label(&self) -> &str {
        let id = self.flow_log_id.as_deref();
        self.name.as_deref().or(id).unwrap_or("flow log")
    }

    /// What is wrong, in a few words.
    fn headline(&self) -> String {
        match self.kind {
            Kind::Missing => "is declared and does not exist".to_owned(),
            Kind::Changed => {
                let names: Vec<_> = self.changes.iter().map(|c| c.attribute.as_str()).collect();
                format!("differs from its declaration in {}", names.join(", "))
            }
            Kind::DeliveryFailing => {
                let cause = self.cause.as_deref().unwrap_or_default();
                format!("does not deliver its records: {cause}")
            }
            Kind::Unmanaged => "runs and is not declared".to_owned(),
        }
    }

    /// Where it is: ids, region, account.
    fn whereabouts(&self) -> String {
        let parts = [
            self.flow_log_id.as_deref().filter(|id| *id != self.label()),
            self.resource_id.as_deref(),
            Some(self.region.as_str()),
            self.account.as_deref(),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}

impl Failure {
    fn label(&self) -> String {
        let parts = [self.region.as_deref(), self.account.as_deref()];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "AWS".to_owned()
        } else {
            parts.join(", account ")
        }
    }
}

impl Change {
    pub(super) fn is_of_a_tag(&self) -> bool {
        let head = self.attribute.split('[').next();
        matches!(head, Some("tags" | "Tags"))
    }

    /// Both values, as a person reads them.
    fn told(&self) -> (String, String) {
        let tell = |value: &serde_json::Value| match value {
            serde_json::Value::Null => "nothing".to_owned(),
            other => other.to_string(),
        };
        (tell(&self.wanted), tell(&self.found))
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

    /// Its name, as a person writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::DeliveryFailing => "delivery-failing",
            Self::Unmanaged => "unmanaged",
        }
    }

    /// How serious it is as a rule.
    pub fn level(self) -> Level {
        match self {
            Self::Missing | Self::Changed | Self::DeliveryFailing => Level::Error,
            Self::Unmanaged => Level::Warning,
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Missing => "A declared flow log does not exist.",
            Self::Changed => "A flow log differs from its declaration.",
            Self::DeliveryFailing => "A flow log runs, and its records do not arrive.",
            Self::Unmanaged => "A flow log runs that nobody declared.",
        }
    }
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Its name, as SARIF has it too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        let all = Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| format!("{text:?} is none of {all}"))
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|level| level.name() == text);
        let all = Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| format!("{text:?} is none of {all}"))
    }
}

/// Writes a report in a form.
///
/// # Errors
/// The report cannot be written in it, which nothing is known to cause.
pub fn write(report: &DriftReport, format: Format, paint: Paint) -> Result<String, String> {
    match format {
        Format::Text => Ok(text::write(report, paint)),
        Format::Json => json(report),
        Format::Markdown => Ok(markdown::write(report)),
        Format::Github => Ok(github::write(report)),
        Format::Sarif => json(&sarif::log(report)),
        Format::Junit => junit::write(report).map_err(|error| error.to_string()),
    }
}

fn json(document: &impl Serialize) -> Result<String, String> {
    let text = serde_json::to_string_pretty(document).map_err(|error| error.to_string())?;
    Ok(sanitize::json(&text).into_owned() + "\n")
}

#[cfg(test)]
mod tests;
