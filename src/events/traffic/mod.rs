//! The command `traffic`: what a flow log recorded, as a report that people look at.
//!
//! | file | holds |
//! |---|---|
//! | `options` | the options, made from the arguments of the data source |
//! | `question` | what is asked: the values of the options, checked |
//! | `tables` | the aggregates of the report |
//! | `series` | the traffic over time, and the times in which something could not be seen |
//! | `report` | the report, as data |
//! | `failure` | why there is no report |
//! | `read` | from the question to the report |
//! | `show` | numbers and names for people |
//! | `csv`, `html` with `traffic.html`, `text` | one format each |
//!
//! All numbers are those of the data source `vpcflow_log_summary`: the same engines count the same aggregates. Must not know
//! the command line.

mod csv;
mod failure;
mod html;
mod options;
mod question;
mod read;
mod report;
mod series;
mod show;
mod tables;
mod text;

pub use failure::Failure;
pub use options::{Form, TrafficOption, options};
pub use question::Question;
pub use read::{Making, Read, read};
pub use report::{TrafficReport, traffic_report_schema};
