//! Errors and warnings about a file, with their positions.

use std::fmt;

use crate::report::{Level, Position};
use crate::text::sanitize;

/// What is said instead of a message that may contain a secret.
const HIDDEN: &str = "this cannot be used as it is. It depends on a parameter with `NoEcho`, so neither its value nor what is \
                      wrong with it is shown";

/// One error or warning about a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileDiagnostic {
    /// Its position.
    pub position: Position,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// Error, or warning: then the file can still be used.
    pub level: Level,
}

/// The errors and warnings about one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileDiagnostics {
    /// The file's name, as given by the user.
    pub file: String,
    list: Vec<FileDiagnostic>,
}

impl FileDiagnostics {
    /// Creates an empty list for a file.
    pub fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            list: Vec::new(),
        }
    }

    /// Adds an error, which makes the file unusable.
    pub fn error(&mut self, position: Position, message: impl Into<String>) {
        self.push(Level::Error, position, message.into());
    }

    /// Adds a warning.
    pub fn warning(&mut self, position: Position, message: impl Into<String>) {
        self.push(Level::Warning, position, message.into());
    }

    /// Adds a note.
    pub(super) fn note(&mut self, position: Position, message: impl Into<String>) {
        self.push(Level::Note, position, message.into());
    }

    /// Adds those of another list.
    pub(super) fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Returns all of them.
    pub fn iter(&self) -> impl Iterator<Item = &FileDiagnostic> {
        self.list.iter()
    }

    /// Returns whether the file is unusable.
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// Returns the number of errors, without warnings.
    pub fn error_count(&self) -> usize {
        let errors = self.list.iter().filter(|d| d.level == Level::Error);
        errors.count()
    }

    /// Returns the number of diagnostics so far.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Replaces the messages from a number on, because they may contain a value that must not be shown.
    pub(super) fn hide(&mut self, from: usize) {
        for diagnostic in self.list.iter_mut().skip(from) {
            HIDDEN.clone_into(&mut diagnostic.message);
        }
    }

    /// Forgets all from a number on.
    pub(super) fn truncate(&mut self, from: usize) {
        self.list.truncate(from);
    }

    /// Sorts the list by position, and removes duplicates.
    pub(super) fn sort(&mut self) {
        self.list.sort();
        self.list.dedup();
    }

    fn push(&mut self, level: Level, position: Position, message: String) {
        self.list.push(FileDiagnostic {
            position,
            message,
            level,
        });
    }
}

/// Writes one line for each, in the form that compilers use.
impl fmt::Display for FileDiagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.list {
            let Position { line, column } = diagnostic.position;
            let level = diagnostic.level;
            let file = sanitize::line(&self.file);
            let message = sanitize::lines(&diagnostic.message);
            writeln!(f, "{file}:{line}:{column}: {level}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FileDiagnostics {}
