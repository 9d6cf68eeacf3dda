//! Diagnostics: messages to the user, with the path of the attribute in question.
//!
//! A summary states what failed. A detail explains what the provider tried, how the service responded, and how to
//! fix the problem. Must not know how a diagnostic is sent.

use crate::cty;

/// Severity of a diagnostic. An error stops the operation, a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation continued.
    Warning,
}

/// One message to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable rule name in kebab-case. Tests and reports rely on it, because the words may change.
    pub rule: &'static str,
    /// What failed, as a title without a period.
    pub summary: String,
    /// What the provider tried, how the service responded, and how to fix the problem.
    pub detail: String,
    /// Path of the attribute in question, or the root for the whole object.
    pub path: cty::Path,
}

impl Diagnostic {
    /// Creates an error about the whole object.
    pub fn error(
        rule: &'static str,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            rule,
            summary: summary.into(),
            detail: detail.into(),
            path: cty::Path::root(),
        }
    }

    /// Creates a warning about the whole object.
    pub fn warning(
        rule: &'static str,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(rule, summary, detail)
        }
    }

    /// Sets the attribute in question.
    #[must_use]
    pub fn at(mut self, path: impl Into<cty::Path>) -> Self {
        self.path = path.into();
        self
    }
}

/// The messages of one operation, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds an error at an attribute.
    pub fn error(
        &mut self,
        path: impl Into<cty::Path>,
        rule: &'static str,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.push(Diagnostic::error(rule, summary, detail).at(path));
    }

    /// Adds a warning at an attribute.
    pub fn warning(
        &mut self,
        path: impl Into<cty::Path>,
        rule: &'static str,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.push(Diagnostic::warning(rule, summary, detail).at(path));
    }

    /// Checks whether any message is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Returns the messages in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Checks whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Converts errors to an `Err`, so that `?` ends an operation that cannot continue.
    ///
    /// # Errors
    /// The whole list, if it contains an error.
    pub fn into_result(self) -> Result<Self, Self> {
        if self.has_errors() {
            Err(self)
        } else {
            Ok(self)
        }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, iter: I) {
        self.0.extend(iter);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<cty::Error> for Diagnostic {
    fn from(error: cty::Error) -> Self {
        Self::error(
            "undecodable-value",
            "Invalid value",
            sentence(&error.message),
        )
        .at(error.path)
    }
}

impl From<cty::Error> for Diagnostics {
    fn from(error: cty::Error) -> Self {
        Diagnostic::from(error).into()
    }
}

/// A failed lifecycle step: the reasons, and the best-known state of what exists.
#[derive(Debug)]
pub struct Failure<S> {
    /// At least one error.
    pub diagnostics: Diagnostics,
    /// State of what exists now, if anything does. It is saved, so that nothing is orphaned.
    pub state: Option<S>,
}

impl<S> Failure<S> {
    /// Sets the state of what exists despite the failure.
    pub fn with_state(diagnostics: impl Into<Diagnostics>, state: S) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            state: Some(state),
        }
    }
}

impl<S> From<Diagnostics> for Failure<S> {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            state: None,
        }
    }
}

impl<S> From<Diagnostic> for Failure<S> {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics::from(diagnostic).into()
    }
}

/// Converts a fragment to a sentence with an initial capital and a period.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let head = characters.next().map(|c| c.to_uppercase().to_string());
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{stop}", head.unwrap_or_default(), characters.as_str())
}
