//! Reads the SDK's chain of errors into an [`Error`].
//!
//! This module must not know any operation.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::super::{
    error::{Error, Kind},
    error_chain::{CODE, chain, find, one_line},
    network::NetworkProblem,
    reply::{Flaw, Unreadable},
};
use super::run::{Call, NotSent};
use crate::arn::region;

impl Call {
    /// Converts the SDK's error.
    pub(super) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> Error
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match error {
            SdkError::ServiceError(reply) => self.refused(reply.err(), reply.raw()),
            SdkError::ResponseError(reply) => match find::<Unreadable>(error) {
                Some(unreadable) => self.unreadable(unreadable),
                None => Error {
                    status: Some(reply.raw().status().as_u16()),
                    request_id: request_id(reply.raw()).map(String::into_boxed_str),
                    ..self.error(Kind::Unreadable, chain(error))
                },
            },
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ConstructionFailure(_) => self.no_reply(error),
            other => self.error(Kind::Unreadable, chain(other)),
        }
    }

    /// Creates an error about a call that got no credentials.
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
            network: cause.network,
            setting: cause.setting.clone(),
            skew: cause.skew,
            ..self.error(Kind::Credentials, cause.as_cause())
        }
    }

    /// Creates an error about an unreadable reply.
    pub(super) fn unreadable(&self, unreadable: &Unreadable) -> Error {
        let kind = match unreadable.flaw {
            Flaw::Foreign(_) => Kind::Foreign,
            _ => Kind::Unreadable,
        };
        Error {
            status: Some(unreadable.status),
            request_id: unreadable.request_id.as_deref().map(Box::from),
            ..self.error(kind, unreadable.to_string())
        }
    }

    /// Converts a reply that is an error.
    fn refused(&self, error: &impl ProvideErrorMetadata, raw: &HttpResponse) -> Error {
        let (kind, message) = match (error.code(), error.message()) {
            (Some(_), message) => (Kind::Refused, message.unwrap_or_default()),
            (None, _) => (Kind::Unreadable, "the error has no code"),
        };
        Error {
            code: error.code().map(|code| one_line(code, CODE)),
            request_id: request_id(raw).map(String::into_boxed_str),
            status: Some(raw.status().as_u16()),
            ..self.error(kind, message)
        }
    }

    /// Finds out why there is no reply.
    fn no_reply(&self, error: &(dyn std::error::Error + 'static)) -> Error {
        if find::<NotSent>(error).is_some() {
            return self.not_sent();
        }
        if let Some(unreadable) = find::<Unreadable>(error) {
            return self.unreadable(unreadable);
        }
        let text = chain(error);
        let endpoint = self.endpoint();
        match endpoint.as_deref() {
            // There was no request, so the network is not the cause.
            None => self.error(Kind::Configuration, text),
            endpoint if self.connected() => self.error(Kind::NoAnswer, text).at(endpoint),
            endpoint => self
                .unreachable(text, NetworkProblem::of(error))
                .at(endpoint),
        }
    }

    /// Creates an error about a service that could not be reached.
    pub(super) fn unreachable(&self, text: String, problem: NetworkProblem) -> Error {
        Error {
            network: Some(problem),
            ..self.error(Kind::Unreachable, text)
        }
    }
}

/// Returns the ID of a request. EC2 writes it into the body, other services into a header.
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

/// Returns the region of the bucket of a request, if S3 says which. S3 says so when another region was called.
pub(super) fn bucket_region(raw: &HttpResponse) -> Option<String> {
    let region = raw.headers().get("x-amz-bucket-region")?;
    region::is_name(region).then(|| region.to_owned())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn reply(body: &'static str) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(400).unwrap(), SdkBody::from(body))
    }

    /// The region becomes a part of the host that is called next.
    #[test]
    fn the_region_of_a_bucket_cannot_name_another_host() {
        let told = |region: &'static str| {
            let mut reply = reply("");
            reply.headers_mut().insert("x-amz-bucket-region", region);
            bucket_region(&reply)
        };
        assert_eq!(told("eu-west-1").as_deref(), Some("eu-west-1"));
        for region in [
            "",
            "evil.example",
            "x.evil.example/",
            "evil.example#",
            "evil.example?",
            "me@evil.example:1",
            "us-east-1.evil.example",
            "us-east-1/../x",
            "us-east-1%2F",
        ] {
            assert_eq!(told(region), None, "{region}");
        }
    }

    #[test]
    fn a_request_id_is_read_from_the_body_too() {
        let refused = reply("<Response><Errors/><RequestID> abc </RequestID></Response>");
        assert_eq!(request_id(&refused).as_deref(), Some("abc"));
        let created = reply("<R><requestId>def</requestId></R>");
        assert_eq!(request_id(&created).as_deref(), Some("def"));
        assert_eq!(request_id(&reply("<RequestID>")), None);
    }
}
