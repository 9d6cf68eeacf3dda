//! Calls that several callers share.
//!
//! Terraform reads and deletes each flow log by itself, ten at a time. What arrives while one call is under way goes into
//! the next, so nobody waits for others to arrive. A process that reads many flow logs turns to a listing.
//!
//! | file | contents |
//! |---|---|
//! | `queue` | callers that share a call, one call after the other |
//! | `snapshot` | the flow logs of a listing that no read has returned yet, and when a listing takes fewer calls |
//! | `reader` | what EC2 is asked to read the flow logs of one call |
//!
//! This module must not know how a call is sent.

mod queue;
mod reader;
mod snapshot;
#[cfg(test)]
mod tests;

pub(super) use queue::{Answers, Queue, Work};
pub(super) use reader::{Reader, Source};
