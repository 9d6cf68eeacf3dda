//! The list of formats.

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people, at a terminal or in a build log.
    Text,
    /// For programs, in the check's own form.
    Json,
    /// For the comment of a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// For code scanning, SARIF 2.1.0.
    Sarif,
    /// For test reports, JUnit XML.
    Junit,
    /// A page for people, HTML in one file.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Json,
        Self::Markdown,
        Self::Github,
        Self::Sarif,
        Self::Junit,
        Self::Html,
    ];

    /// Returns the name by which a user selects the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Html => "html",
        }
    }

    /// Returns what the format is for.
    pub fn description(self) -> &'static str {
        match self {
            Self::Text => "For people",
            Self::Json => "For programs",
            Self::Markdown => "For the comment of a pull request",
            Self::Github => "Annotations of GitHub Actions",
            Self::Sarif => "For code scanning, SARIF 2.1.0",
            Self::Junit => "For test reports, JUnit XML",
            Self::Html => "A page for people, in one file",
        }
    }
}
