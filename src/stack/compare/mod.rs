//! The drift check: compares declarations with what runs.
//!
//! | file | holds |
//! |---|---|
//! | `options` | credentials and settings for calls to AWS |
//! | `target` | the accounts and regions in which flow logs are declared |
//! | `observe` | reading what runs there, with few calls |
//! | `pair` | which running flow log is the declared one |
//! | `sensitive` | what differs, without the values that must not be shown |
//! | `drift` | the check |
//! | `drift_report` | its outcome |

mod drift;
mod drift_report;
mod observe;
mod options;
mod pair;
mod sensitive;
mod target;

pub use drift::{Rules, check};
pub use drift_report::{Counts, DriftReport, Failure, Finding, Kind, report_schema};
pub use observe::Progress;
pub(super) use observe::{Observed, Request, observe};
pub use options::AwsOptions;
pub(super) use pair::{Pair, pair};
pub(super) use target::Targets;
