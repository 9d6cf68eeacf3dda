//! EC2: creates, describes, tags and deletes flow logs, and lists networks and regions.
//!
//! EC2 replies with HTTP 200 to some calls that did nothing, and lists the failure as `unsuccessful`. Both kinds of
//! failure are an [`Error`](super::Error) here. An ID in a reply is never lost, whatever else the reply contains.
//!
//! Reads by ID and deletes are shared (`shared`): many resources of one run describe and delete in the same region. Other
//! mutations are never shared. The calls of each operation keep to EC2's bucket from the first call (`gateway::Paces`).
//!
//! This module must not know where a flow log is declared.

mod create;
mod delete;
mod describe;
mod gateway;
pub mod limits;
mod model;
mod network;
mod networks;
mod pages;
mod regions;
mod seen;
mod shared;
mod tags;

pub use describe::PAUSES;
pub use gateway::Ec2;
pub use model::{DestinationOptions, FlowLog, NewFlowLog, TagField};
pub use network::{Network, NetworkKind};
pub use networks::Swept;
pub use pages::Pages;
pub(super) use seen::MOST_BARREN_PAGES;
