//! Our own reading: pages through a log group at its pace, or reads the objects of a bucket, parses every line, and checks
//! every qual again.
//!
//! | file | holds |
//! |---|---|
//! | `run` | the loop that requests pages and hands on their events |
//! | `objects` | the objects of a bucket, fetched and decoded side by side |
//! | `slices` | the window split into slices that are read side by side, in order |
//! | `lines` | one line, parsed and checked |
//! | `counts` | what is counted on the way |
//! | `ids` | the ids that were received already |
//! | `collector` | what collects the records that match |
//! | `progress` | when to log the progress |
//! | `error` | why a scan has no result |
//!
//! Nothing is silent: a line that does not parse is counted, a limit that cuts is reported, and a deadline is an error,
//! since a gate that sees half the traffic must not open. Must not know any service.

mod collector;
mod counts;
mod error;
mod ids;
mod lines;
mod objects;
mod progress;
mod run;
mod slices;

pub(crate) use collector::Collector;
pub(crate) use counts::Counts;
pub(crate) use error::ScanError;
pub(crate) use lines::Lines;
pub(crate) use objects::{Asked, ObjectScan, Unread as UnreadObjects};
pub(crate) use run::{Found, Paging, Scan};
