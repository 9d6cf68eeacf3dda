//! EC2 in one region. This module must not know any operation.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_sdk_ec2::{Client, types::UnsuccessfulItem};

use super::super::{
    call::{Call, CallContext, Pace, Stop},
    error::{Error, Kind},
    error_chain::{CODE, one_line},
};

use super::{
    network::NetworkKind,
    shared::{Queue, Reader},
};

/// EC2 in one region.
#[derive(Clone, Debug)]
pub struct Ec2 {
    pub(super) client: Client,
    region: String,
    pub(super) context: CallContext,
    pub(super) reader: Reader,
    /// The callers that delete.
    pub(super) deletes: Arc<Queue<()>>,
    pub(super) paces: Arc<Paces>,
}

/// The buckets of EC2's operations in one account and region.
///
/// See <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>.
#[derive(Debug)]
pub(super) struct Paces {
    describe: Pace,
    /// The bucket of each operation that describes networks.
    networks: BTreeMap<&'static str, Pace>,
    create: Pace,
    pub(super) delete: Pace,
    tag: Pace,
    untag: Pace,
}

impl Default for Paces {
    fn default() -> Self {
        let reading = || Pace::new(100.0, 20.0);
        let mutating = || Pace::new(50.0, 5.0);
        let networks = NetworkKind::ALL.map(NetworkKind::operation).into_iter();
        let networks = networks.map(|operation| (operation, reading()));
        Self {
            describe: reading(),
            networks: networks.collect(),
            create: mutating(),
            delete: mutating(),
            tag: mutating(),
            untag: mutating(),
        }
    }
}

impl Paces {
    fn of(&self, operation: &str) -> Option<&Pace> {
        match operation {
            "DescribeFlowLogs" => Some(&self.describe),
            "CreateFlowLogs" => Some(&self.create),
            "DeleteFlowLogs" => Some(&self.delete),
            "CreateTags" => Some(&self.tag),
            "DeleteTags" => Some(&self.untag),
            other => self.networks.get(other),
        }
    }
}

impl Ec2 {
    pub(in super::super) fn new(client: Client, region: &str, context: CallContext) -> Self {
        Self {
            client,
            region: region.to_owned(),
            context,
            reader: Reader::default(),
            deletes: Arc::default(),
            paces: Arc::default(),
        }
    }

    /// Returns this gateway with another stop, such as one that a deadline sets too.
    #[must_use]
    pub fn until(&self, stop: Stop) -> Self {
        let mut ec2 = self.clone();
        ec2.context.stop = stop;
        ec2
    }

    /// Returns this gateway with a timeout.
    pub(super) fn within(&self, timeout: Duration) -> Self {
        Self {
            context: self.context.within(timeout),
            ..self.clone()
        }
    }

    /// Returns how far EC2's clock is ahead of this machine's, according to its last reply. Zero before the first reply.
    pub fn clock_ahead(&self) -> jiff::SignedDuration {
        self.context.clock_ahead()
    }

    /// Returns the time by EC2's clock.
    pub fn now(&self) -> jiff::Timestamp {
        let here = jiff::Timestamp::now();
        here.checked_add(self.clock_ahead()).unwrap_or(here)
    }

    pub(super) fn query(&self, operation: &'static str) -> Call {
        self.paced(
            Call::query(operation, Some(&self.region), &self.context),
            operation,
        )
    }

    pub(super) fn mutation(&self, operation: &'static str) -> Call {
        self.paced(
            Call::mutation(operation, Some(&self.region), &self.context),
            operation,
        )
    }

    fn paced(&self, call: Call, operation: &str) -> Call {
        match self.paces.of(operation) {
            Some(pace) => call.paced(pace),
            None => call,
        }
    }
}

/// Converts an unsuccessful item of a reply into an error.
pub(super) fn unsuccessful(
    call: &Call,
    item: &UnsuccessfulItem,
    request_id: Option<&str>,
) -> Error {
    let cause = item.error();
    let message = cause.and_then(|cause| cause.message());
    let code = cause.and_then(|cause| cause.code());
    Error {
        code: code.map(|code| one_line(code, CODE)),
        request_id: request_id.map(Box::from),
        status: Some(200),
        ..call.error(Kind::Unsuccessful, message.unwrap_or("EC2 gave no reason"))
    }
}
