//! What is wrong in files of declarations, as a report.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::declare::{FileDiagnostics, Stack};
use super::unknown::{UnknownValue, sentence as unknown_values};
use crate::report::{self, Color, Level, Position, Report};

/// The version of the JSON format. The first number changes when something is removed.
const FORMAT_VERSION: &str = "1.0";

/// What is wrong in files of declarations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidationReport {
    /// The version of the report's format.
    pub format_version: String,
    /// The files, in the order in which they were given.
    pub files: Vec<FileReport>,
    /// The number of errors in all files.
    pub errors: usize,
    /// The number of warnings in all files.
    pub warnings: usize,
}

/// What is wrong in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileReport {
    /// The name of the file; `-` is the standard input.
    pub name: String,
    /// The names of the flow logs that it declares; null if it has errors.
    pub flow_logs: Option<Vec<String>>,
    /// The values that only the deployed stack has.
    pub unknown: Vec<UnknownValue>,
    /// Errors, warnings and notes, in the order of their positions.
    pub diagnostics: Vec<Diagnostic>,
}

/// One error, warning, or note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// Error, warning, or note.
    pub level: Level,
    /// The position; null if the file could not be read.
    pub place: Option<Position>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// A file after its validation.
#[derive(Debug)]
pub enum CheckedFile {
    /// It can be used.
    Valid(Stack),
    /// It has errors.
    Invalid(FileDiagnostics),
    /// It could not be read.
    Unreadable {
        /// The name of the file.
        file: String,
        /// The reason.
        reason: String,
    },
}

/// Returns the JSON Schema of a validation report.
pub fn validation_schema() -> Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<ValidationReport>();
    let mut schema = schema.to_value();
    schema["$id"] =
        "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/validation-report.schema.json".into();
    schema["title"] = "Validation report of terraform-provider-vpcflow".into();
    schema
}

impl ValidationReport {
    /// Creates a report about files.
    pub fn of(files: impl IntoIterator<Item = CheckedFile>) -> Self {
        let files: Vec<_> = files.into_iter().map(FileReport::of).collect();
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            errors: files.iter().map(|file| file.count(Level::Error)).sum(),
            warnings: files.iter().map(|file| file.count(Level::Warning)).sum(),
            files,
        }
    }

    /// Returns the exit code: 1 if a file has errors, else 0.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.errors > 0)
    }

    /// Converts the outcome to a report that can be written in any format.
    ///
    /// # Errors
    /// The outcome cannot be written as JSON, which nothing is known to cause.
    pub fn to_report(&self) -> Result<Report, serde_json::Error> {
        let title = match self.exit_code() {
            0 => "Declarations of flow logs are valid",
            _ => "Declarations of flow logs have errors",
        };
        let names = self.files.iter().map(|file| file.name.as_str());
        let outcome = |file: &FileReport| (self.files.len() > 1).then(|| file.summary());
        let sources = self.files.iter().map(|file| report::Source {
            name: file.name.clone(),
            path: Some(file.name.clone()),
            outcome: outcome(file),
        });
        let all = self.files.iter().flat_map(FileReport::to_report);
        let (failures, warnings) = all.partition(|found| found.level == Level::Error);
        let passed = self.files.iter().flat_map(|file| {
            let names = file.flow_logs.iter().flatten();
            names.map(|name| report::Passed {
                source: Some(file.name.clone()),
                name: name.clone(),
            })
        });
        Ok(Report {
            check: "validation",
            subject: "Declarations",
            title: title.to_owned(),
            summary: self.summary(),
            tallies: self.tallies(),
            facts: vec![("Checked", report::label(names))],
            map: Vec::new(),
            sources: sources.collect(),
            rules: Vec::new(),
            findings: Vec::new(),
            failures,
            warnings,
            passed: passed.collect(),
            fingerprint: "declaration/v1",
            document: serde_json::to_string_pretty(self)?,
        })
    }

    /// Returns how many files are valid.
    fn tallies(&self) -> Vec<report::Tally> {
        let wrong = self
            .files
            .iter()
            .filter(|file| file.count(Level::Error) > 0)
            .count();
        let tally = |word, color, count| report::Tally { word, color, count };
        vec![
            tally("valid", Color::Green, self.files.len() - wrong),
            tally("with errors", Color::Red, wrong),
        ]
    }

    fn summary(&self) -> String {
        let declared = self.files.iter().filter_map(|file| file.flow_logs.as_ref());
        let declared = declared.map(Vec::len).sum();
        let unknown = self
            .files
            .iter()
            .flat_map(|file| file.unknown.iter().cloned());
        summary(declared, self.errors) + &known_later(&unknown.collect::<Vec<_>>())
    }
}

impl FileReport {
    fn of(file: CheckedFile) -> Self {
        match file {
            CheckedFile::Valid(stack) => Self {
                unknown: UnknownValue::of(&stack),
                name: stack.file,
                flow_logs: Some(stack.entries.into_iter().map(|entry| entry.name).collect()),
                diagnostics: diagnostics(&stack.warnings),
            },
            CheckedFile::Invalid(errors) => Self {
                diagnostics: diagnostics(&errors),
                name: errors.file,
                flow_logs: None,
                unknown: Vec::new(),
            },
            CheckedFile::Unreadable { file, reason } => Self {
                name: file,
                flow_logs: None,
                unknown: Vec::new(),
                diagnostics: vec![Diagnostic {
                    level: Level::Error,
                    place: None,
                    message: reason,
                }],
            },
        }
    }

    fn count(&self, level: Level) -> usize {
        let diagnostics = self.diagnostics.iter();
        diagnostics.filter(|d| d.level == level).count()
    }

    fn summary(&self) -> String {
        let declared = self.flow_logs.as_ref().map_or(0, Vec::len);
        summary(declared, self.count(Level::Error)) + &known_later(&self.unknown)
    }

    fn to_report(&self) -> impl Iterator<Item = report::Failure> {
        let diagnostics = self.diagnostics.iter();
        diagnostics.map(|diagnostic| report::Failure {
            level: diagnostic.level,
            label: None,
            source: Some(self.name.clone()),
            position: diagnostic.place,
            message: diagnostic.message.clone(),
        })
    }
}

fn diagnostics(diagnostics: &FileDiagnostics) -> Vec<Diagnostic> {
    let diagnostics = diagnostics.iter().map(|diagnostic| Diagnostic {
        level: diagnostic.level,
        place: Some(diagnostic.position),
        message: diagnostic.message.clone(),
    });
    diagnostics.collect()
}

/// Tells the values that only the deployed stack has.
fn known_later(unknown: &[UnknownValue]) -> String {
    let told = unknown_values(unknown);
    told.map_or_else(String::new, |told| format!("; {told}"))
}

/// Returns the numbers of flow logs and errors in one line.
fn summary(declared: usize, errors: usize) -> String {
    let s = |count| if count == 1 { "" } else { "s" };
    match (declared, errors) {
        (_, 0) => format!("{declared} flow log{}, no errors", s(declared)),
        (0, _) => format!("{errors} error{}", s(errors)),
        _ => format!(
            "{declared} flow log{}, {errors} error{}",
            s(declared),
            s(errors)
        ),
    }
}
