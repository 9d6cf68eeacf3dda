//! What the attempts of one call have shown: how often it was sent, how the last attempt failed, and whether one of them
//! may have been carried out.
//!
//! This module must not know when a call ends.

use aws_smithy_runtime_api::client::{
    connection::CaptureSmithyConnection, interceptors::context::Error as OperationError,
    orchestrator::OrchestratorError,
};
use aws_smithy_types::error::{ErrorMetadata, metadata::ProvideErrorMetadata};

use super::{
    causes::{CODE, MESSAGE, chain, find, one_line},
    reply::Unreadable,
};

/// What the attempts so far have shown.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) attempts: u32,
    pub(super) in_vain: u32,
    pub(super) endpoint: Option<String>,
    pub(super) connection: Option<CaptureSmithyConnection>,
    pub(super) connected: bool,
    pub(super) unanswered: bool,
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<String>,
    pub(super) failure: Option<Failure>,
    /// Reads the service's code and message off an error of the operation.
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
}

impl Log {
    pub(super) fn begin(&mut self, uri: &str, connection: Option<CaptureSmithyConnection>) {
        self.attempts += 1;
        self.endpoint = Some(origin(uri).to_owned());
        self.connection = connection;
        self.connected = false;
        self.status = None;
        self.request_id = None;
        self.failure = None;
    }

    /// Notes how an attempt ended: with a status, and with a failure if it was one.
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
        let in_vain = match unreadable {
            Some(unreadable) => unreadable.status < 500,
            None => !self.connected,
        };
        self.in_vain = if in_vain { self.in_vain + 1 } else { 0 };
        self.unanswered |= failure.is_some()
            && match status {
                None => self.connected,
                // A broken success, or a failure on the other side that does not say "not now".
                Some(status) => status < 300 || (status >= 500 && status != 503),
            };
        self.status = status;
        self.failure = failure;
    }

    /// Reads off an error how an attempt failed.
    pub(super) fn failure(&self, error: &OrchestratorError<OperationError>) -> Failure {
        let told = error.as_operation_error().zip(self.metadata);
        let told = told.and_then(|(error, metadata)| metadata(error));
        let code = told
            .as_ref()
            .and_then(|told| told.code())
            .map(|code| one_line(code, CODE));
        let text = match (&code, &told) {
            (Some(code), Some(told)) => match told.message() {
                Some(message) => format!("{code}: {}", message.trim_end_matches('.')),
                None => code.clone(),
            },
            _ => chain(error),
        };
        Failure {
            text: one_line(&text, MESSAGE),
            message: told
                .as_ref()
                .and_then(|told| told.message())
                .unwrap_or_default()
                .to_owned(),
            code,
            unreadable: find::<Unreadable>(error).cloned(),
        }
    }
}

pub(super) fn metadata<E>(error: &OperationError) -> Option<ErrorMetadata>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    Some(error.downcast_ref::<E>()?.meta().clone())
}

/// Scheme, host and port of an address.
fn origin(uri: &str) -> &str {
    let host = uri.find("://").map_or(0, |at| at + 3);
    let end = uri[host..]
        .find(['/', '?'])
        .map_or(uri.len(), |at| host + at);
    &uri[..end]
}
