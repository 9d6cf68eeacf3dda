//! Problems of a flow log's arguments, as data. Each file below holds the problems of one subject, with the sentences in
//! which a user reads them.
//!
//! A problem is compared by its rule, its path and its kind, never by its words. This module must not know how problems
//! are found.

mod destination;
mod format;
mod region;
mod role;
mod tags;
mod target;

pub(crate) use destination::{DestinationProblem, GroupNameProblem, MalformedDestination};
pub(crate) use format::{FormatProblem, TagFieldProblem};
pub(crate) use region::{RegionMistake, RegionProblem};
pub(crate) use role::RoleProblem;
pub(crate) use tags::{TagProblem, TagsProblem};
pub(crate) use target::{MalformedId, TargetProblem};

use super::vocabulary::Vocabulary;
use crate::cty::{Path, Step};
use crate::framework::{Diagnostic, Severity};
use crate::text::duration::DurationError;

/// One problem of a flow log's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The argument, by the names of the model. An element of a set is a [`Step::Element`] with what identifies it: a
    /// `tag_field_specification` with its `resource_type`.
    pub(crate) path: Path,
    /// What is wrong.
    pub(crate) kind: ProblemKind,
}

/// What is wrong, by subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The watched resource, and what depends on its type.
    Target(TargetProblem),
    /// The destination.
    Destination(DestinationProblem),
    /// The roles that deliver.
    Role(RoleProblem),
    /// Regions and partitions.
    Region(RegionProblem),
    /// The record format.
    Format(FormatProblem),
    /// The tags that become record fields.
    TagField(TagFieldProblem),
    /// The tags of the flow log.
    Tags(TagsProblem),
    /// A timeout that is not a duration.
    Timeout {
        /// What is written.
        text: String,
        /// Why it is not a duration.
        why: DurationError,
    },
}

impl Problem {
    /// Creates a problem of an argument.
    pub(crate) fn at(path: impl Into<Path>, kind: impl Into<ProblemKind>) -> Self {
        Self {
            path: path.into(),
            kind: kind.into(),
        }
    }

    /// Reports whether nothing says which resource to record.
    pub(crate) fn is_target_missing(&self) -> bool {
        matches!(self.kind, ProblemKind::Target(TargetProblem::Missing))
    }

    /// Returns the stable name of the rule that is broken.
    pub(crate) fn rule(&self) -> &'static str {
        match &self.kind {
            ProblemKind::Target(problem) => problem.title().0,
            ProblemKind::Destination(problem) => problem.title().0,
            ProblemKind::Role(problem) => problem.title().0,
            ProblemKind::Region(problem) => problem.title().0,
            ProblemKind::Format(problem) => problem.title().0,
            ProblemKind::TagField(problem) => problem.title().0,
            ProblemKind::Tags(problem) => problem.title().0,
            ProblemKind::Timeout { .. } => "malformed-duration",
        }
    }

    /// Reports whether AWS would refuse the flow log, or only do less than expected.
    pub(crate) fn severity(&self) -> Severity {
        let is_warning = matches!(
            self.kind,
            ProblemKind::Target(TargetProblem::TrafficTypeHasNoEffect { .. })
                | ProblemKind::Format(FormatProblem::UnknownField { .. })
                | ProblemKind::TagField(TagFieldProblem::SecondWithoutField { .. })
        );
        if is_warning {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// Returns a title, which is the same in all vocabularies.
    pub(crate) fn summary(&self) -> &'static str {
        match &self.kind {
            ProblemKind::Target(problem) => problem.title().1,
            ProblemKind::Destination(problem) => problem.title().1,
            ProblemKind::Role(problem) => problem.title().1,
            ProblemKind::Region(problem) => problem.title().1,
            ProblemKind::Format(problem) => problem.title().1,
            ProblemKind::TagField(problem) => problem.title().1,
            ProblemKind::Tags(problem) => problem.title().1,
            ProblemKind::Timeout { .. } => "Malformed duration",
        }
    }

    /// Renders what is wrong and what to write instead.
    pub(crate) fn detail(&self, words: &dyn Vocabulary) -> String {
        let argument = argument(&self.path);
        let name = words.name(&argument);
        match &self.kind {
            ProblemKind::Target(problem) => problem.detail(&name, words),
            ProblemKind::Destination(problem) => problem.detail(&name, words),
            ProblemKind::Role(problem) => problem.detail(&name, words),
            ProblemKind::Region(problem) => problem.detail(&name, words),
            ProblemKind::Format(problem) => problem.detail(&name, words),
            ProblemKind::TagField(problem) => problem.detail(&name, words),
            ProblemKind::Tags(problem) => problem.detail(),
            ProblemKind::Timeout { text, why } => format!("`{name}` is \"{text}\"; {why}."),
        }
    }

    /// Renders the problem as a diagnostic.
    pub(crate) fn diagnostic(&self, words: &dyn Vocabulary) -> Diagnostic {
        let (rule, detail) = (self.rule(), self.detail(words));
        let diagnostic = match self.severity() {
            Severity::Error => Diagnostic::error(rule, self.summary(), detail),
            Severity::Warning => Diagnostic::warning(rule, self.summary(), detail),
        };
        diagnostic.at(self.path.clone())
    }
}

/// Returns the name of an argument in the model, such as `destination_options.file_format`.
fn argument(path: &Path) -> String {
    let mut argument = String::new();
    for step in path.steps() {
        if let Step::Attribute(name) = step {
            if !argument.is_empty() {
                argument.push('.');
            }
            argument.push_str(name);
        }
    }
    argument
}

macro_rules! kinds {
    ($($kind:ident($problem:ty)),+ $(,)?) => {
        $(impl From<$problem> for ProblemKind {
            fn from(problem: $problem) -> Self {
                Self::$kind(problem)
            }
        })+
    };
}

kinds! {
    Target(TargetProblem),
    Destination(DestinationProblem),
    Role(RoleProblem),
    Region(RegionProblem),
    Format(FormatProblem),
    TagField(TagFieldProblem),
    Tags(TagsProblem),
}
