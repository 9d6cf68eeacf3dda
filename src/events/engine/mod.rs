//! Who counts the records of an aggregate: one file for each engine, equal in shape.
//!
//! | file | holds |
//! |---|---|
//! | `scan` | the engine "scan": we read the records and count |
//! | `insights` | the engine "insights": CloudWatch Logs Insights counts |
//! | `athena` | the engine "athena": Athena counts the rows of a table, which takes the place of a source |
//! | `counted` | what every engine returns |
//! | `several` | several aggregates over the same records |
//!
//! An engine has `NEEDS` (what a search must prepare for it), `validate`, `count` and `count_several`. All engines return the
//! same groups. Must not know the data source.

mod athena;
mod counted;
mod insights;
mod scan;
mod several;

pub(crate) use athena::AthenaTable;
pub(crate) use athena::{Table, validate as validate_athena};
pub(crate) use counted::Counted;
pub use scan::Received;
pub(crate) use several::Several;

use super::query::Query;
use super::search::{Needs, Search};
use crate::framework::{Context, Diagnostics};
use crate::record::Aggregate;

/// The most memory that the groups of one summary take, in bytes, with the values that are counted once.
const MEMORY: usize = 64 * 1024 * 1024;

/// The rule of the error that there are too many groups.
pub(crate) const TOO_MANY_GROUPS: &str = "too-many-groups";

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The provider, which reads the records page by page.
    Scan,
    /// CloudWatch Logs Insights.
    Insights,
    /// Athena, over a table.
    Athena,
}

impl Engine {
    /// All engines.
    const ALL: [Self; 3] = [Self::Scan, Self::Insights, Self::Athena];

    /// The names of all engines.
    pub(crate) const NAMES: &[&str] = &{
        let mut names = [""; Self::ALL.len()];
        let mut next = 0;
        while next < names.len() {
            names[next] = Self::ALL[next].name();
            next += 1;
        }
        names
    };

    /// Finds an engine by its name. The default is the scan.
    pub(crate) fn named(name: Option<&str>) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|engine| Some(engine.name()) == name)
            .unwrap_or(Self::Scan)
    }

    /// Returns the name for users.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Insights => "insights",
            Self::Athena => "athena",
        }
    }

    /// Returns what a search must prepare for the engine.
    pub(crate) fn needs(self) -> Needs {
        match self {
            Self::Scan => scan::NEEDS,
            Self::Insights => insights::NEEDS,
            Self::Athena => athena::NEEDS,
        }
    }

    /// Checks that the engine allows the arguments that are known.
    pub(crate) fn validate(self, query: &Query, diagnostics: &mut Diagnostics) {
        match self {
            Self::Scan => scan::validate(query, diagnostics),
            Self::Insights => insights::validate(query, diagnostics),
            // A table is checked together with its block.
            Self::Athena => {}
        }
    }

    /// Counts the records that match.
    ///
    /// # Errors
    /// The engine cannot express the query, or a service refuses it. There is no partial result.
    pub(crate) async fn count(
        self,
        search: &Search,
        aggregate: &Aggregate,
        context: &Context,
    ) -> Result<Counted, Diagnostics> {
        match self {
            Self::Scan => scan::count(search, aggregate, context).await,
            Self::Insights => insights::count(search, aggregate, context).await,
            Self::Athena => Err(athena::needs_a_table().into()),
        }
    }

    /// Counts several aggregates of the same records. `received` tells how far the reading is.
    ///
    /// # Errors
    /// As in [`Self::count`]. Too many groups of one aggregate are no error.
    pub(crate) async fn count_several(
        self,
        search: &Search,
        aggregates: &[Aggregate],
        received: &Received,
        context: &Context,
    ) -> Result<Several, Diagnostics> {
        match self {
            Self::Scan => scan::count_several(search, aggregates, received, context).await,
            Self::Insights => insights::count_several(search, aggregates, context).await,
            Self::Athena => Err(athena::needs_a_table().into()),
        }
    }
}

/// Reports whether something failed only because there are too many groups.
fn is_too_many(diagnostics: &Diagnostics) -> bool {
    let mut errors = diagnostics.iter();
    errors.all(|error| error.rule == TOO_MANY_GROUPS) && !diagnostics.is_empty()
}
