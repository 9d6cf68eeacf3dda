//! Why there is no report, in the words of a command line.

use std::fmt::Write as _;

use super::options::as_options;
use crate::cty::{Path, Step};
use crate::framework::{Diagnostic, Diagnostics, Severity};

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(Diagnostics);

impl<D: Into<Diagnostics>> From<D> for Failure {
    fn from(diagnostics: D) -> Self {
        Self(diagnostics.into())
    }
}

impl Failure {
    /// Returns the errors, each with the option that it is about.
    pub fn errors(&self) -> impl Iterator<Item = String> {
        let errors = self.0.iter();
        let errors = errors.filter(|error| error.severity == Severity::Error);
        errors.map(in_words)
    }
}

/// Returns a diagnostic as text.
pub(super) fn in_words(diagnostic: &Diagnostic) -> String {
    let option = option(&diagnostic.path);
    let place = if option.is_empty() {
        String::new()
    } else {
        format!("{option}: ")
    };
    let (summary, detail) = (&diagnostic.summary, as_options(&diagnostic.detail));
    if !detail.contains('\n') {
        return format!("{place}{summary}. {detail}");
    }
    // A mark below a character must stay below it.
    let lines = detail.lines().map(|line| format!("\n  {line}"));
    format!("{place}{summary}.{}", lines.collect::<String>())
}

/// Returns the option of an argument, and the place in its value.
fn option(path: &Path) -> String {
    let mut text = String::new();
    for step in path.steps() {
        match step {
            Step::Attribute(name) if text.is_empty() => {
                text = format!("--{}", name.replace('_', "-"));
            }
            Step::Attribute(name) if text.contains(' ') => {
                let _ = write!(text, " {name}");
            }
            Step::Attribute(name) => {
                let _ = write!(text, "-{}", name.replace('_', "-"));
            }
            Step::Key(name) | Step::Element(name) => {
                let _ = write!(text, " {name}");
            }
            Step::Index(index) => {
                let _ = write!(text, " #{}", index + 1);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_an_argument_is_an_option() {
        let root = Path::root;
        for (path, expected) in [
            (root(), ""),
            (root().attribute("src_addr"), "--src-addr"),
            (
                root().attribute("athena").attribute("output_location"),
                "--athena-output-location",
            ),
            (
                root().attribute("where").index(1).attribute("src_addr"),
                "--where #2 src_addr",
            ),
            (root().attribute("fields").key("az-id"), "--fields az-id"),
        ] {
            assert_eq!(option(&path), expected);
        }
    }
}
