//! What the attempts of one call have shown: how many there were, how the last one failed, and whether AWS may have
//! carried one of them out.
//!
//! This module must not know when a call ends.

use aws_smithy_runtime_api::client::{
    connection::CaptureSmithyConnection, interceptors::context::Error as OperationError,
    orchestrator::OrchestratorError,
};
use aws_smithy_types::error::{ErrorMetadata, metadata::ProvideErrorMetadata};

use super::super::{
    error_chain::{CODE, MESSAGE, chain, find, one_line},
    network::NetworkProblem,
    reply::Unreadable,
};

/// What the attempts so far have shown.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    pub(super) count: u32,
    /// The last attempts in a row that failed in a way that a retry seldom fixes.
    pub(super) futile: u32,
    pub(super) endpoint: Option<String>,
    pub(super) connection: Option<CaptureSmithyConnection>,
    /// Whether the last attempt had a connection.
    pub(super) connected: bool,
    pub(super) unanswered: bool,
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<String>,
    /// The region of the bucket, according to S3.
    pub(super) bucket_region: Option<String>,
    pub(super) failure: Option<Failure>,
    /// Reads the service's code and message from an error of the operation.
    pub(super) metadata: Option<fn(&OperationError) -> Option<ErrorMetadata>>,
}

/// How an attempt failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) code: Option<String>,
    /// The service's message without its code.
    pub(super) message: String,
    pub(super) unreadable: Option<Unreadable>,
    pub(super) network: NetworkProblem,
}

impl Attempts {
    pub(super) fn begin(&mut self, uri: &str, connection: Option<CaptureSmithyConnection>) {
        self.count += 1;
        self.endpoint = Some(origin(uri).to_owned());
        self.connection = connection;
        self.connected = false;
        self.status = None;
        self.request_id = None;
        self.failure = None;
    }

    /// Records how an attempt ended: its status, and its failure if it failed.
    pub(super) fn end(&mut self, status: Option<u16>, failure: Option<Failure>) {
        let unreadable = failure
            .as_ref()
            .and_then(|failure| failure.unreadable.as_ref());
        let status = status.or(unreadable.map(|unreadable| unreadable.status));
        self.connected = status.is_some()
            || self
                .connection
                .take()
                .is_some_and(|connection| connection.get().is_some());
        let is_futile = match unreadable {
            Some(unreadable) => unreadable.status < 500,
            None => !self.connected,
        };
        self.futile = if is_futile { self.futile + 1 } else { 0 };
        self.unanswered |= failure.is_some()
            && match status {
                None => self.connected,
                // An unreadable success, or a failure of the service other than "not now".
                Some(status) => status < 300 || (status >= 500 && status != 503),
            };
        self.status = status;
        self.failure = failure;
    }

    /// Reads how an attempt failed from its error.
    pub(super) fn failure(&self, error: &OrchestratorError<OperationError>) -> Failure {
        let metadata = error.as_operation_error().zip(self.metadata);
        let metadata = metadata.and_then(|(error, metadata)| metadata(error));
        let code = metadata.as_ref().and_then(|metadata| metadata.code());
        let code = code.map(|code| one_line(code, CODE));
        let message = metadata.as_ref().and_then(|metadata| metadata.message());
        let text = match (&code, message) {
            (Some(code), Some(message)) => format!("{code}: {}", message.trim_end_matches('.')),
            (Some(code), None) => code.clone(),
            (None, _) => chain(error),
        };
        Failure {
            text: one_line(&text, MESSAGE),
            message: message.unwrap_or_default().to_owned(),
            code,
            unreadable: find::<Unreadable>(error).cloned(),
            network: NetworkProblem::of(error),
        }
    }
}

/// Reads the code and the message of an operation's error of type `E`.
pub(super) fn metadata<E>(error: &OperationError) -> Option<ErrorMetadata>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    Some(error.downcast_ref::<E>()?.meta().clone())
}

/// Returns the scheme, the host and the port of an address.
fn origin(uri: &str) -> &str {
    let host = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[host..]
        .find(['/', '?'])
        .map_or(uri.len(), |at| host + at);
    &uri[..end]
}
