//! What a check reports: its outcome, its findings, and what it could not check.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::color::{Chip, Color};

/// What is shown in place of a sensitive value, as Terraform shows it.
const SENSITIVE: &str = "(sensitive value)";

/// The outcome of a check.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the check, such as `drift`.
    pub check: &'static str,
    /// What the check is about, as a title: `Flow logs`.
    pub subject: &'static str,
    /// The outcome as a heading.
    pub title: String,
    /// The outcome in one line, with its counts.
    pub summary: String,
    /// How many things have which outcome, for the eye.
    pub tallies: Vec<Tally>,
    /// What else a reader wants to know about the check, each with its name: `Regions`.
    pub facts: Vec<(&'static str, String)>,
    /// What was checked, as a map of three levels or more. It is empty if the check has none.
    pub map: Vec<Area>,
    /// The files or other places that were checked.
    pub sources: Vec<Source>,
    /// All rules of the check.
    pub rules: Vec<Rule>,
    /// What violates a rule.
    pub findings: Vec<Finding>,
    /// What could not be checked, and mistakes in the sources.
    pub failures: Vec<Failure>,
    /// What may be wrong in the sources, or is worth to know about them, and does not fail the check.
    pub warnings: Vec<Failure>,
    /// What was checked without a finding.
    pub passed: Vec<Passed>,
    /// The name and version of the fingerprints by which code scanning recognizes a finding: `flowLog/v1`.
    pub fingerprint: &'static str,
    /// The outcome in the check's own form, as JSON.
    pub document: String,
}

/// A file or another place that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name, as given by the user; `-` is the standard input.
    pub name: String,
    /// Its path, relative to the root of the repository if it is in one. `None` if it is not a file, so that nothing can point
    /// into it.
    pub path: Option<String>,
    /// Its outcome in one line, if it is worth a line besides the summary.
    pub outcome: Option<String>,
}

/// How many things have an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The outcome in a word or two: `in sync`.
    pub word: &'static str,
    /// The color of the outcome.
    pub color: Color,
    /// The number.
    pub count: usize,
}

/// A part of the map of what was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// What it is, or its other name.
    pub detail: Option<String>,
    /// Its outcome. `None` if only what is in it has one.
    pub outcome: Option<Chip>,
    /// What is in it.
    pub within: Vec<Self>,
    /// The outcomes of what is in it and is only counted.
    pub tallies: Vec<Tally>,
    /// What is only counted: `interfaces`. It is empty if all that is in it is counted.
    pub counted: &'static str,
}

/// Something that was checked without a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The name of the source that declares it.
    pub source: Option<String>,
    /// Its name.
    pub name: String,
}

/// One rule of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// A stable name in kebab case, such as `delivery-failing`.
    pub name: &'static str,
    /// A title, such as `Flow log not delivering`.
    pub title: &'static str,
    /// One sentence on what violates the rule.
    pub description: &'static str,
    /// The default level of its findings.
    pub level: Level,
}

/// One violation of a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// How serious the finding is.
    pub level: Level,
    /// The name of what the finding is about.
    pub label: String,
    /// The name of the source that declares it.
    pub source: Option<String>,
    /// The name that distinguishes it from all others, such as `123456789012/eu-central-1/main`.
    pub qualified_name: String,
    /// Where it is: ids, region, account.
    pub location: Vec<String>,
    /// Where the source declares it.
    pub position: Option<Position>,
    /// What is wrong, as a predicate of the label: `does not deliver records`.
    pub headline: String,
    /// The reason, if it is known.
    pub cause: Option<String>,
    /// The attributes that differ.
    pub changes: Vec<Change>,
    /// Further facts, for programs.
    pub properties: Vec<(&'static str, Option<String>)>,
}

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The attribute's name in the vocabulary of the file: `TrafficType` in a stack, `traffic_type` in a state.
    pub attribute: String,
    /// The declared value; null if the attribute should not be set.
    pub wanted: Value,
    /// The value found; null if the attribute is not set.
    pub found: Value,
    /// Whether the state marks the value as sensitive, or it depends on a parameter with `NoEcho`. Then neither value is shown, and both are `(sensitive value)`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

/// A part of the check that failed, or a mistake in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How serious it is. What fails the check is an error.
    pub level: Level,
    /// What could not be checked. `None` if the source as a whole has a mistake, or cannot be read.
    pub label: Option<String>,
    /// The name of the source, if the failure concerns one.
    pub source: Option<String>,
    /// The position in the source.
    pub position: Option<Position>,
    /// What was tried, what the reply was, and what to do.
    pub message: String,
}

/// A position in a file. Both numbers start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct Position {
    /// The line.
    #[schemars(range(min = 1))]
    pub line: usize,
    /// The column, in characters.
    #[schemars(range(min = 1))]
    pub column: usize,
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Reported, but the check passes.
    Note,
    /// The check does not pass.
    Warning,
    /// The check does not pass.
    Error,
}

/// A name that is not in the list of known names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not one of {}", .known.join(", "))]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// The known names.
    pub known: Vec<&'static str>,
}

/// Returns several names in one short line.
pub fn label<'n>(mut names: impl Iterator<Item = &'n str> + Clone) -> String {
    const SHOWN: usize = 3;
    let count = names.clone().count();
    let shown: Vec<_> = names.by_ref().take(SHOWN).collect();
    let shown = shown.join(", ");
    match count - count.min(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl Report {
    /// Returns the names of the sources in one line.
    pub(super) fn source(&self) -> String {
        label(self.sources.iter().map(|source| source.name.as_str()))
    }

    /// Returns the path of a source. `None` if it is not a file.
    pub(super) fn path<'r>(&'r self, name: &'r str) -> Option<&'r str> {
        match self.sources.iter().find(|source| source.name == name) {
            Some(source) => source.path.as_deref(),
            None => Some(name),
        }
    }

    /// Returns where a finding is, in one line. Of several sources, the one that declares it is named.
    pub(super) fn location(&self, finding: &Finding) -> String {
        self.places(finding).collect::<Vec<_>>().join(", ")
    }

    /// Returns the parts of where a finding is.
    pub(super) fn places<'f>(
        &self,
        finding: &'f Finding,
    ) -> impl Iterator<Item = String> + use<'f> {
        let source = finding.source.as_deref();
        let source = source.filter(|_| self.sources.len() > 1);
        let place = source.map(|source| at(source, finding.position));
        finding.location.iter().cloned().chain(place)
    }
}

impl Failure {
    /// Returns what failed: a part of the check, or the place of a mistake.
    pub(super) fn subject(&self) -> String {
        match (&self.label, &self.source) {
            (Some(label), _) => label.clone(),
            (None, Some(source)) => at(source, self.position),
            (None, None) => String::new(),
        }
    }

    /// Returns the message, after what failed if that is known.
    pub(super) fn sentence(&self) -> String {
        match self.subject() {
            subject if subject.is_empty() => self.message.clone(),
            subject => format!("{subject}: {}", self.message),
        }
    }
}

/// Returns a position as compilers write it: `file:3:5`.
fn at(source: &str, position: Option<Position>) -> String {
    match position {
        Some(Position { line, column }) => format!("{source}:{line}:{column}"),
        None => source.to_owned(),
    }
}

impl Finding {
    /// Returns what is wrong, with the reason if it is known.
    pub(super) fn message(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.headline),
            None => self.headline.clone(),
        }
    }

    /// Returns each changed attribute with its wanted and its found value, as a person reads them.
    pub(super) fn rows(&self) -> impl Iterator<Item = [String; 3]> {
        let shown = |value: &Value| match value {
            Value::Null => "nothing".to_owned(),
            other => other.to_string(),
        };
        self.changes.iter().map(move |change| {
            let Change {
                attribute,
                wanted,
                found,
                sensitive,
            } = change;
            if *sensitive {
                return [attribute.as_str(), SENSITIVE, SENSITIVE].map(str::to_owned);
            }
            [attribute.clone(), shown(wanted), shown(found)]
        })
    }

    /// Returns the changes as text, a line break and a line for each.
    pub(super) fn change_lines(&self) -> String {
        self.rows()
            .map(|[attribute, wanted, found]| {
                format!("\n{attribute}: wanted {wanted}, found {found}")
            })
            .collect()
    }
}

impl Change {
    /// Returns the change of an attribute without its values.
    pub fn sensitive(attribute: String) -> Self {
        Self {
            attribute,
            wanted: SENSITIVE.into(),
            found: SENSITIVE.into(),
            sensitive: true,
        }
    }
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Returns the level's name, which is also SARIF's name.
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

impl FromStr for Level {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|level| level.name() == text);
        found.ok_or_else(|| UnknownName {
            name: text.to_owned(),
            known: Self::ALL.map(Self::name).to_vec(),
        })
    }
}

/// Returns the exit code of a check: 1 if a part of it failed, 2 if a finding is more than a note, else 0.
pub fn exit_code(failed: bool, levels: impl IntoIterator<Item = Level>) -> u8 {
    if failed {
        1
    } else if levels.into_iter().any(|level| level > Level::Note) {
        2
    } else {
        0
    }
}
