//! Places in a file, and the mistakes found there.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::text::sanitize;

/// A place in a file, both numbers from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The line.
    #[schemars(range(min = 1))]
    pub line: usize,
    /// The column, in characters.
    #[schemars(range(min = 1))]
    pub column: usize,
}

impl Place {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where it is.
    pub place: Place,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// Whether the file can be used all the same.
    pub warning: bool,
}

/// What was found in one file, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// The file's name, as it was given.
    pub file: String,
    list: Vec<Mistake>,
}

impl Mistakes {
    /// Begins for a file.
    pub fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            list: Vec::new(),
        }
    }

    /// Adds a mistake that makes the file unusable.
    pub fn error(&mut self, place: Place, message: impl Into<String>) {
        self.list.push(Mistake {
            place,
            message: message.into(),
            warning: false,
        });
    }

    /// Adds a remark.
    pub fn warning(&mut self, place: Place, message: impl Into<String>) {
        self.list.push(Mistake {
            place,
            message: message.into(),
            warning: true,
        });
    }

    /// Says whether the file is unusable.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|mistake| !mistake.warning)
    }

    /// How many mistakes there are, remarks not counted.
    pub fn count(&self) -> usize {
        self.list.iter().filter(|mistake| !mistake.warning).count()
    }

    /// Puts them in the order of the file, each once.
    pub(super) fn sort(&mut self) {
        self.list.sort();
        self.list.dedup();
    }
}

/// One line for each, as compilers write them.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.list {
            let Place { line, column } = mistake.place;
            let kind = if mistake.warning { "warning" } else { "error" };
            let file = sanitize::line(&self.file);
            let message = sanitize::lines(&mistake.message);
            writeln!(f, "{file}:{line}:{column}: {kind}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
