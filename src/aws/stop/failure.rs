//! What a call that failed comes to: the SDK's chain of errors, read.
//!
//! This module must not know any one operation.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::{
    super::{
        causes::{CODE, chain, find, one_line},
        error::{Error, Kind},
        reply::{Flaw, Unreadable},
    },
    Flight, HeldBack,
};

impl Flight {
    /// Finds out what the SDK's error is about.
    pub(super) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> Error
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => self.refused(answer.err(), answer.raw()),
            SdkError::ResponseError(answer) => match find::<Unreadable>(error) {
                Some(unreadable) => self.unreadable(unreadable),
                None => Error {
                    status: Some(answer.raw().status().as_u16()),
                    request_id: request_id(answer.raw()),
                    ..self.error(Kind::Unreadable, chain(error))
                },
            },
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ConstructionFailure(_) => self.unanswered(error),
            other => self.error(Kind::Unreadable, chain(other)),
        }
    }

    /// Says that the credentials of the call could not be had.
    pub(super) fn without_credentials(&self, cause: &Error) -> Error {
        if matches!(cause.kind, Kind::Stopped | Kind::OutOfTime) {
            return self.error(cause.kind, cause.message.clone());
        }
        Error {
            code: cause.code.clone(),
            request_id: cause.request_id.clone(),
            status: cause.status,
            attempts: cause.attempts,
            cause: Some(cause.kind),
            skew: cause.skew,
            ..self.error(Kind::Credentials, cause.story())
        }
    }

    /// Tells what was wrong with a reply.
    pub(super) fn unreadable(&self, unreadable: &Unreadable) -> Error {
        let kind = match unreadable.flaw {
            Flaw::Foreign(_) => Kind::Foreign,
            _ => Kind::Unreadable,
        };
        Error {
            status: Some(unreadable.status),
            request_id: unreadable.request_id.clone(),
            ..self.error(kind, unreadable.to_string())
        }
    }

    /// Reads an answer that is an error.
    fn refused(&self, error: &impl ProvideErrorMetadata, raw: &HttpResponse) -> Error {
        let (kind, message) = match (error.code(), error.message()) {
            (Some(_), message) => (Kind::Refused, message.unwrap_or_default()),
            (None, _) => (Kind::Unreadable, "the error has no code"),
        };
        Error {
            code: error.code().map(|code| one_line(code, CODE)),
            request_id: request_id(raw),
            status: Some(raw.status().as_u16()),
            ..self.error(kind, message)
        }
    }

    /// Finds out why no answer came.
    fn unanswered(&self, error: &(dyn std::error::Error + 'static)) -> Error {
        if find::<HeldBack>(error).is_some() {
            return self.held_back();
        }
        if let Some(unreadable) = find::<Unreadable>(error) {
            return self.unreadable(unreadable);
        }
        let text = chain(error);
        let endpoint = self.endpoint();
        match endpoint.as_deref() {
            // No request was made, so nothing of the network is to blame.
            None => self.error(Kind::Configuration, text),
            endpoint if self.connected() => self.error(Kind::NoAnswer, text).at(endpoint),
            endpoint => self.error(Kind::Unreachable, text).at(endpoint),
        }
    }
}

/// The id of a request: EC2 writes it into the body, the others into a header.
pub(super) fn request_id(raw: &HttpResponse) -> Option<String> {
    if let Some(id) = raw.request_id() {
        return Some(id.to_owned());
    }
    let body = std::str::from_utf8(raw.body().bytes()?).ok()?;
    ["RequestID", "RequestId", "requestId"]
        .iter()
        .find_map(|name| {
            let (_, rest) = body.split_once(&format!("<{name}>"))?;
            let (id, _) = rest.split_once('<')?;
            Some(one_line(id, CODE))
        })
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn answer(body: &'static str) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(400).unwrap(), SdkBody::from(body))
    }

    #[test]
    fn request_id_is_read_from_the_body_too() {
        let refused = answer("<Response><Errors/><RequestID> abc </RequestID></Response>");
        assert_eq!(request_id(&refused).as_deref(), Some("abc"));
        let made = answer("<R><requestId>def</requestId></R>");
        assert_eq!(request_id(&made).as_deref(), Some("def"));
        assert_eq!(request_id(&answer("<RequestID>")), None);
    }
}
