//! What is declared: the stacks and states that were read, and those that could not be read or checked.

use super::drift_report::{DriftReport, Failure, Warning};
use super::named::Named;
use super::rules::Rules;
use super::target::{Entry, Target};
use crate::report::{Level, Position};
use crate::stack::declare::{FileDiagnostic, FileDiagnostics, Stack};
use crate::stack::error::Error;

/// Several sources of declarations, which are checked together.
#[derive(Debug, Default)]
pub struct DeclaredSet {
    pub(super) sources: Vec<Named>,
    pub(super) stacks: Vec<Stack>,
    pub(super) failures: Vec<Failure>,
}

impl DeclaredSet {
    /// Adds a source that was read.
    pub fn add(&mut self, stack: Stack) {
        self.name(&stack.file, !stack.is_deployed);
        self.stacks.push(stack);
    }

    /// Adds a file that has mistakes.
    pub fn add_mistakes(&mut self, mistakes: &FileDiagnostics) {
        self.name(&mistakes.file, true);
        self.failures.extend(Failure::of_mistakes(mistakes));
    }

    /// Adds a file that could not be read.
    pub fn add_unreadable(&mut self, file: &str, reason: String) {
        self.name(file, true);
        self.add_failure(file, reason);
    }

    /// Adds deployed stacks that could not be read.
    pub fn add_not_deployed(&mut self, name: &str, error: &Error) {
        self.name(name, false);
        match error {
            Error::InTemplate(mistakes) => {
                let errors = mistakes.iter().filter(|d| d.level == Level::Error);
                for mistake in errors {
                    self.add_failure(name, in_template(mistake));
                }
            }
            error => self.add_failure(name, error.to_string()),
        }
    }

    fn add_failure(&mut self, source: &str, message: String) {
        self.failures.push(Failure {
            source: Some(source.to_owned()),
            message,
            ..Failure::default()
        });
    }

    fn name(&mut self, name: &str, is_file: bool) {
        let name = name.to_owned();
        self.sources.push(Named { name, is_file });
    }

    /// Returns the number of flow logs that are declared.
    pub(super) fn len(&self) -> usize {
        self.stacks.iter().map(|stack| stack.entries.len()).sum()
    }
}

impl Failure {
    /// Converts the errors in a file.
    fn of_mistakes(mistakes: &FileDiagnostics) -> impl Iterator<Item = Self> {
        let errors = mistakes.iter().filter(|d| d.level == Level::Error);
        errors.map(|diagnostic| Self {
            source: Some(mistakes.file.clone()),
            place: Some(diagnostic.position),
            message: diagnostic.message.clone(),
            ..Self::default()
        })
    }
}

impl DriftReport {
    /// Adds what is known before the first call: the numbers of declared flow logs, mistakes, and warnings.
    pub(super) fn begin(&mut self, declared: &DeclaredSet, rules: &Rules) {
        self.failures.extend(declared.failures.iter().cloned());
        for stack in &declared.stacks {
            let unreadable = stack.unreadable.len();
            self.unknown.extend(rules.unknown(stack));
            let counts = self.counts_of(&stack.file);
            counts.declared += stack.entries.len() + unreadable;
            counts.not_checked += unreadable;
            let failures = stack.unreadable.iter().map(|unreadable| Failure {
                source: Some(stack.file.clone()),
                name: Some(unreadable.name.clone()),
                message: unreadable.reason.clone(),
                ..Failure::default()
            });
            self.failures.extend(failures);
            let warnings = stack.warnings.iter().map(|diagnostic| Warning {
                level: diagnostic.level,
                source: Some(stack.file.clone()),
                place: (!stack.is_deployed).then_some(diagnostic.position),
                message: if stack.is_deployed {
                    in_template(diagnostic)
                } else {
                    diagnostic.message.clone()
                },
            });
            self.warnings.extend(warnings);
        }
        let is_empty = declared.len() == 0 && self.failures.is_empty();
        let first = declared.sources.first();
        let first = first.map(|source| source.name.clone());
        if is_empty && rules.require_declared {
            self.failures.push(Failure {
                source: first,
                message: "no flow log is declared, but --require-declared is set".to_owned(),
                ..Failure::default()
            });
        } else if is_empty && !rules.unmanaged {
            let message = "no flow log is declared, so nothing was checked. Add --unmanaged to report the flow logs that exist";
            self.warnings.push(Warning {
                level: Level::Warning,
                source: first.filter(|_| declared.sources.len() == 1),
                place: None,
                message: message.to_owned(),
            });
        }
    }

    /// Adds the reason why declarations could not be checked.
    pub(super) fn fail(&mut self, target: Option<&Target>, error: &Error, entries: &[Entry<'_>]) {
        for entry in entries {
            self.counts_of(&entry.stack.file).not_checked += 1;
        }
        self.failures.push(Failure {
            account: target.and_then(|target| target.account.clone()),
            region: target.map(|target| target.region.clone()),
            message: error.to_string(),
            ..Failure::default()
        });
    }

    /// Adds the reason why one declaration could not be checked.
    pub(super) fn fail_entry(&mut self, target: &Target, error: &Error, entry: &Entry<'_>) {
        self.fail(Some(target), error, &[*entry]);
        if let Some(failure) = self.failures.last_mut() {
            failure.source = Some(entry.stack.file.clone());
            failure.place = entry.declared.position;
            failure.name = Some(entry.declared.name.clone());
        }
    }

    /// Reports whether a declaration is not known, so that its flow log would look undeclared.
    pub(super) fn is_declaration_missing(&self) -> bool {
        let is_about_declaration =
            |failure: &Failure| failure.source.is_some() || failure.region.is_none();
        self.failures.iter().any(is_about_declaration)
    }
}

/// Returns a message about the template of a deployed stack. A position alone would point into a file.
fn in_template(diagnostic: &FileDiagnostic) -> String {
    let Position { line, column } = diagnostic.position;
    let message = &diagnostic.message;
    if diagnostic.position == Position::START {
        return message.clone();
    }
    format!("{message} (line {line}, column {column} of the processed template)")
}
