//! Diagnostics: what a user is told, with the path of the attribute it is about.
//!
//! A summary says what did not happen; a detail says what was tried, what the service answered and
//! how to mend it. Must not know how a diagnostic is sent.

use crate::cty;

/// How serious a diagnostic is: an error stops the operation, a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation did not succeed.
    Error,
    /// The operation went on.
    Warning,
}

/// One message to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The stable name of what is said, in kebab-case. Tests and reports hold on to it; the words may change.
    pub rule: &'static str,
    /// What did not happen, as a title without a full stop.
    pub summary: String,
    /// What was tried, what was answered, and how to mend it.
    pub detail: String,
    /// The attribute in question; the root for the object as a whole.
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

    /// Points the diagnostic at an attribute.
    #[must_use]
    pub fn at(mut self, path: impl Into<cty::Path>) -> Self {
        self.path = path.into();
        self
    }
}

/// The messages of one operation, in the order they arose.
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

    /// Turns errors into an `Err`, so that `?` ends an operation that cannot go on.
    ///
    /// # Errors
    /// The whole list, if it holds an error.
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
            "value-not-usable",
            "Value not usable",
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

/// A lifecycle step that did not succeed: why, and the best-known state of what exists all the same.
#[derive(Debug)]
pub struct Failure<S> {
    /// At least one error.
    pub diagnostics: Diagnostics,
    /// What exists now, if anything does; it is saved, so that nothing is forgotten.
    pub state: Option<S>,
}

impl<S> Failure<S> {
    /// Describes that the step failed while this exists.
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

/// Creates a sentence of a fragment: a capital at its head, a full stop at its end.
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
