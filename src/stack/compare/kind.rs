//! The kinds of findings of a drift check, as rules of a report.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::{Level, Rule, UnknownName};

/// The kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The flow log is declared but does not exist.
    Missing,
    /// The flow log does not exist, but an equal or a similar one records the same resource.
    Replaced,
    /// The flow log differs from its declaration.
    Changed,
    /// The flow log does not deliver its records.
    DeliveryFailing,
    /// The flow log is declared more than once.
    DeclaredTwice,
    /// The flow log exists but is not declared.
    Unmanaged,
    /// The flow log may belong to a declaration that could not be checked.
    PerhapsDeclared,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Missing,
        Self::Replaced,
        Self::Changed,
        Self::DeliveryFailing,
        Self::DeclaredTwice,
        Self::Unmanaged,
        Self::PerhapsDeclared,
    ];

    /// Returns the name by which a user selects the kind.
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    /// Returns the default level.
    pub fn level(self) -> Level {
        self.rule().level
    }

    /// Describes the kind as a rule of a report.
    pub(super) fn rule(self) -> Rule {
        match self {
            Self::Missing => Rule {
                name: "missing",
                title: "Flow log missing",
                description: "A declared flow log does not exist.",
                level: Level::Error,
            },
            Self::Replaced => Rule {
                name: "replaced",
                title: "Flow log replaced",
                description: "A declared flow log does not exist, but an equal or a similar one records the same resource.",
                level: Level::Error,
            },
            Self::Changed => Rule {
                name: "changed",
                title: "Flow log changed",
                description: "A flow log differs from its declaration.",
                level: Level::Error,
            },
            Self::DeliveryFailing => Rule {
                name: "delivery-failing",
                title: "Flow log not delivering",
                description: "A flow log does not deliver its records.",
                level: Level::Error,
            },
            Self::DeclaredTwice => Rule {
                name: "declared-twice",
                title: "Flow log declared twice",
                description: "A flow log is declared more than once.",
                level: Level::Warning,
            },
            Self::Unmanaged => Rule {
                name: "unmanaged",
                title: "Flow log not declared",
                description: "A flow log exists but is not declared.",
                level: Level::Warning,
            },
            Self::PerhapsDeclared => Rule {
                name: "perhaps-declared",
                title: "Flow log perhaps declared",
                description: "A flow log may belong to a declaration that could not be checked.",
                level: Level::Note,
            },
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| UnknownName {
            name: text.to_owned(),
            known: Self::ALL.map(Self::name).to_vec(),
        })
    }
}
