//! The command `traffic`: what a flow log recorded, as a report that people look at.
//!
//! | file | holds |
//! |---|---|
//! | `arguments` | the options, made from the arguments of the data source |
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

mod arguments;
mod csv;
mod failure;
mod html;
mod read;
mod report;
mod series;
mod show;
mod tables;
mod text;

pub use arguments::{Form, Question, TrafficOption, options};
pub use failure::Failure;
pub use read::{Making, Read, read};
pub use report::{TrafficReport, traffic_report_schema};
