//! The noun coverage: which networks flow logs record, and which networks nothing records.
//!
//! | file | holds |
//! |---|---|
//! | `judge` | the judgement, which is pure |
//! | `text` | the reasons for a verdict, as codes and as sentences |
//! | `gaps` | the flow logs that are missing |
//! | `observe` | what is read for it |
//! | `cloud_wan` | what is read of Cloud WAN, which spans all regions |
//! | `trouble` | why a call or a listing failed |
//! | `evidence` | whether records of flow logs have arrived at their destinations |
//! | `arguments`, `output`, `data_source` | the data source `vpcflow_coverage` |
//! | `verify` | the wait for records of one flow log: the action `vpcflow_verify_delivery` |
//! | `check` | reading several accounts by their roles |
//! | `report`, `map` | the report of the command line |
//!
//! Without the feature `aws`, only the judgement, its texts and the gaps are built.

mod gaps;
mod judge;
mod text;

#[cfg(feature = "aws")]
mod arguments;
#[cfg(feature = "aws")]
mod check;
#[cfg(feature = "aws")]
mod cloud_wan;
#[cfg(feature = "aws")]
mod data_source;
#[cfg(feature = "aws")]
mod evidence;
#[cfg(feature = "aws")]
mod map;
#[cfg(feature = "aws")]
mod observe;
#[cfg(feature = "aws")]
mod output;
#[cfg(feature = "aws")]
mod report;
#[cfg(feature = "aws")]
mod trouble;
#[cfg(feature = "aws")]
pub mod verify;

#[cfg(feature = "aws")]
pub use arguments::{Arguments, Exclude, Require};
#[cfg(feature = "aws")]
pub use check::{Account, Places, Progress, read};
#[cfg(feature = "aws")]
pub use data_source::DataSource;
pub use gaps::{Gaps, Missing, gaps, judge_settled};
pub use judge::*;
#[cfg(feature = "aws")]
pub use output::{Double as DoubleRecorded, Gap, Network as NetworkView, Output, WhyNot};
#[cfg(feature = "aws")]
pub use report::{CoverageReport, coverage_report_schema, exit_code, to_report};
pub use text::{Reason, reasons};
#[cfg(feature = "aws")]
pub use verify::VerifyDelivery;
