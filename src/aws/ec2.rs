//! EC2: flow logs made, described, tagged and deleted.
//!
//! EC2 answers HTTP 200 to calls that did nothing and lists the failure as `unsuccessful`; both ways to fail come
//! out of this module as one [`Error`]. An id that EC2 names is never lost, whatever stands beside it.
//! This module must not know what a flow log is declared in.

mod create;
mod delete;
mod describe;
mod model;
mod pages;
mod tags;

use aws_sdk_ec2::{Client, types::UnsuccessfulItem};

use super::{
    error::{Error, Kind},
    stop::{Flight, Stop},
};

pub use model::{DestinationOptions, FlowLog, NewFlowLog, TagField};
pub use pages::Pages;

/// The code under which EC2 says that there is no such flow log.
const NOT_FOUND: &str = "InvalidFlowLogId.NotFound";

/// EC2 in one region.
#[derive(Clone, Debug)]
pub struct Ec2 {
    client: Client,
    region: String,
    stop: Stop,
}

impl Ec2 {
    pub(super) fn new(client: Client, region: &str, stop: &Stop) -> Self {
        Self {
            client,
            region: region.to_owned(),
            stop: stop.clone(),
        }
    }

    /// Gives this gateway with another stop signal, such as one that a deadline gives too.
    #[must_use]
    pub fn until(&self, stop: Stop) -> Self {
        Self {
            stop,
            ..self.clone()
        }
    }

    fn query(&self, operation: &'static str) -> Flight {
        Flight::query(operation, Some(&self.region), &self.stop)
    }

    fn mutation(&self, operation: &'static str) -> Flight {
        Flight::mutation(operation, Some(&self.region), &self.stop)
    }
}

/// Turns an unsuccessful item of a successful answer into an error.
fn unsuccessful(flight: &Flight, item: &UnsuccessfulItem, request_id: Option<&str>) -> Error {
    let cause = item.error();
    let message = cause
        .and_then(|cause| cause.message())
        .unwrap_or("no reason was given");
    Error {
        code: cause.and_then(|cause| cause.code()).map(str::to_owned),
        request_id: request_id.map(str::to_owned),
        status: Some(200),
        unanswered: flight.unanswered(),
        ..flight.error(Kind::Unsuccessful, message)
    }
}
