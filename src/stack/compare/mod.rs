//! The drift check: compares declarations with what runs.
//!
//! | file | holds |
//! |---|---|
//! | `options` | credentials and settings for calls to AWS |
//! | `rules` | what counts as drift, and how serious it is |
//! | `connect` | connections to accounts |
//! | `declared`, `named` | what is declared, by source, and what could not be read |
//! | `target` | the accounts and regions in which flow logs are declared |
//! | `regions` | other regions in which to look for undeclared flow logs |
//! | `observe` | reading what runs there, with few calls |
//! | `pair` | which running flow log is the declared one |
//! | `ambiguous` | the same for declarations of which only the deployed stack knows the resource |
//! | `successor` | which running flow log replaced a declared one |
//! | `unmanaged` | which undeclared flow logs to report, and who created them |
//! | `region` | the check of one region |
//! | `sensitive` | what differs, without the values that must not be shown |
//! | `drift` | the check |
//! | `kind` | the kinds of findings |
//! | `drift_report`, `render` | its outcome, and the outcome as a report |

mod ambiguous;
mod connect;
mod declared;
mod drift;
mod drift_report;
mod kind;
mod named;
mod observe;
mod options;
mod pair;
mod region;
mod regions;
mod render;
mod rules;
mod sensitive;
mod successor;
mod target;
mod unmanaged;

pub use declared::DeclaredSet;
pub use drift::check;
pub use drift_report::{
    Counts, Declared, DriftReport, Failure, Finding, Source, Warning, report_schema,
};
pub use kind::Kind;
pub use observe::Progress;
pub(super) use observe::{Observed, Request, observe};
pub use options::AwsOptions;
pub(super) use pair::{Pair, pair};
pub use regions::{NotARegion, Regions};
pub use rules::Rules;
pub(super) use target::{Entry, Targets};
pub use unmanaged::{Creator, CreatorKind, NotATag, TagFilter};
