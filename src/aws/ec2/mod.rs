//! EC2: creates, describes, tags and deletes flow logs, and lists regions.
//!
//! EC2 replies with HTTP 200 to some calls that did nothing, and lists the failure as `unsuccessful`. Both kinds of
//! failure are an [`Error`](super::Error) here. An ID in a reply is never lost, whatever else the reply contains.
//!
//! Reads can be shared here later: many resources of one run describe the same region. A shared call obeys the stop of
//! each caller: a caller that stops waits no longer, and the call ends when no caller waits. Mutations are never shared.
//!
//! This module must not know where a flow log is declared.

mod create;
mod delete;
mod describe;
mod gateway;
pub mod limits;
mod model;
mod pages;
mod regions;
mod tags;

pub use gateway::Ec2;
pub use model::{DestinationOptions, FlowLog, NewFlowLog, TagField};
pub use pages::Pages;
