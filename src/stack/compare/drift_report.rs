//! The outcome of a drift check. The same outcome always has the same bytes.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::kind::Kind;
use super::named::Named;
use super::unmanaged::Creator;
use crate::report::{self, Change, Level, Position, exit_code};
use crate::stack::unknown::UnknownValue;

/// The version of the JSON format. The first number changes when something is removed.
const FORMAT_VERSION: &str = "1.2";

/// The outcome of a drift check.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftReport {
    /// The version of the report's format.
    pub format_version: String,
    /// The file that declares the flow logs; `-` is the standard input. If there are several, their names.
    pub source: String,
    /// The files and other sources that declare flow logs.
    pub sources: Vec<Source>,
    /// The regions that were read, and those that could not be read.
    pub regions: Vec<String>,
    /// The numbers of flow logs.
    pub counts: Counts,
    /// The differences between what is declared and what runs.
    pub findings: Vec<Finding>,
    /// The parts of the check that failed.
    pub failures: Vec<Failure>,
    /// Warnings about the sources, and about the check.
    pub warnings: Vec<Warning>,
    /// The values that only the deployed stack has. They are not compared.
    pub unknown: Vec<UnknownValue>,
    /// The flow logs in sync, for formats that list them.
    #[serde(skip)]
    pub(super) in_sync: Vec<Declared>,
}

/// A source of declarations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name of the file; `-` is the standard input.
    pub name: String,
    /// The numbers of flow logs that it declares.
    pub counts: Counts,
    /// Whether the name is that of a file.
    #[serde(skip)]
    pub(super) is_file: bool,
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
    /// Declared flow logs that do not exist, but have a successor.
    pub replaced: usize,
    /// Declared flow logs that differ from their declarations.
    pub changed: usize,
    /// Declared flow logs whose delivery fails.
    pub delivery_failing: usize,
    /// Flow logs that are declared more than once.
    pub declared_twice: usize,
    /// Undeclared flow logs, if the check looked for them.
    pub unmanaged: usize,
    /// Undeclared flow logs that may belong to declarations that could not be checked.
    pub perhaps_declared: usize,
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
    /// The file or other source that declares it; null if it is not declared.
    pub source: Option<String>,
    /// The flow log's id; null if it is missing and the declaration has no id.
    pub flow_log_id: Option<String>,
    /// The id of the resource whose traffic it records; null if the state marks it as sensitive.
    pub resource_id: Option<String>,
    /// The id of the account.
    pub account: Option<String>,
    /// The region.
    pub region: String,
    /// The position in the source; null in a state.
    pub place: Option<Position>,
    /// The attributes that differ.
    pub changes: Vec<Change>,
    /// Why delivery fails.
    pub cause: Option<String>,
    /// The id of the flow log that replaced it.
    pub replaced_by: Option<String>,
    /// The other declarations of the flow log, if it is declared more than once, or some of the declarations to which it may
    /// belong.
    pub also_declared: Vec<Declared>,
    /// Who created it, if it is not declared and its tags tell.
    pub created_by: Option<Creator>,
}

/// A declaration of a flow log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The file or other source.
    pub source: String,
    /// The flow log's name in a stack, or its address in a state.
    pub name: String,
}

/// A part of the check that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The file or other source, if it could not be read, or if the failure concerns one of its flow logs.
    pub source: Option<String>,
    /// The position of a mistake in the source.
    pub place: Option<Position>,
    /// The flow log's name in a stack, or its address in a state, if the failure concerns one.
    pub name: Option<String>,
    /// The id of the account, if the failure concerns one.
    pub account: Option<String>,
    /// The region, if the failure concerns one.
    pub region: Option<String>,
    /// What was tried, what the reply was, and what to do.
    pub message: String,
}

/// A warning or a note about a source, or about the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// Warning or note.
    pub level: Level,
    /// The file or other source, if the warning concerns one.
    pub source: Option<String>,
    /// The position in the source.
    pub place: Option<Position>,
    /// What is wrong, and what to do.
    pub message: String,
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
    /// Creates an empty report about sources.
    pub(super) fn of(named: &[Named]) -> Self {
        let names = named.iter().map(|source| source.name.as_str());
        let sources = named.iter().map(|source| Source {
            name: source.name.clone(),
            counts: Counts::default(),
            is_file: source.is_file,
        });
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            source: report::label(names),
            sources: sources.collect(),
            regions: Vec::new(),
            counts: Counts::default(),
            findings: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
            unknown: Vec::new(),
            in_sync: Vec::new(),
        }
    }

    /// Returns the counts of a source. The total is added up at the end.
    pub(super) fn counts_of(&mut self, source: &str) -> &mut Counts {
        let found = self.sources.iter().position(|known| known.name == source);
        match found {
            Some(place) => &mut self.sources[place].counts,
            None => &mut self.counts,
        }
    }

    /// Counts and sorts the findings.
    pub(super) fn finish(&mut self) {
        for place in 0..self.findings.len() {
            let Finding { kind, source, .. } = &self.findings[place];
            let (kind, source) = (*kind, source.clone());
            let counts = match &source {
                Some(source) => self.counts_of(source),
                None => &mut self.counts,
            };
            *counts.of(kind) += 1;
        }
        for source in &self.sources {
            self.counts.add(&source.counts);
        }
        self.in_sync.sort();
        self.findings.sort_by_cached_key(|f| {
            let target = (f.account.clone(), f.region.clone(), f.flow_log_id.clone());
            let declared = (f.source.clone(), f.name.clone());
            (f.name.is_none(), declared, f.kind, target)
        });
    }

    /// Returns the exit code: 1 if something could not be checked, 2 if there is drift, else 0.
    pub fn exit_code(&self) -> u8 {
        let levels = self.findings.iter().map(|finding| finding.level);
        exit_code(!self.failures.is_empty(), levels)
    }
}

impl Counts {
    /// Returns the number of findings of a kind.
    fn of(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Missing => &mut self.missing,
            Kind::Replaced => &mut self.replaced,
            Kind::Changed => &mut self.changed,
            Kind::DeliveryFailing => &mut self.delivery_failing,
            Kind::DeclaredTwice => &mut self.declared_twice,
            Kind::Unmanaged => &mut self.unmanaged,
            Kind::PerhapsDeclared => &mut self.perhaps_declared,
        }
    }

    fn add(&mut self, other: &Self) {
        let Self {
            declared,
            in_sync,
            missing,
            replaced,
            changed,
            delivery_failing,
            declared_twice,
            unmanaged,
            perhaps_declared,
            not_checked,
            ignored,
        } = *other;
        self.declared += declared;
        self.in_sync += in_sync;
        self.missing += missing;
        self.replaced += replaced;
        self.changed += changed;
        self.delivery_failing += delivery_failing;
        self.declared_twice += declared_twice;
        self.unmanaged += unmanaged;
        self.perhaps_declared += perhaps_declared;
        self.not_checked += not_checked;
        self.ignored += ignored;
    }
}
