//! The form with JSON: the operation is in a header.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
};
use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};
use serde_json::Value;

use super::refusal;

/// The header of an error's code.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// Writes a request.
pub(super) fn request(target: &str, input: &Value) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(input.to_string()));
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    headers.try_insert("content-type", "application/x-amz-json-1.1")?;
    headers.try_insert("x-amz-target", target.to_owned())?;
    Ok(request)
}

/// Reads a reply, or the error that it is.
pub(super) fn reply(reply: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = reply.body().bytes().unwrap_or_default();
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return Err(OrchestratorError::response(error.into())),
    };
    if reply.status().is_success() {
        return Ok(body);
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let code = text("__type").or_else(|| reply.headers().get(ERROR_TYPE));
    let code = code.or_else(|| text("code"));
    // Such as com.amazonaws.organizations#AccessDeniedException, or AccessDeniedException:http://…
    let code = code.map(|code| code.rsplit('#').next().unwrap_or(code));
    let code = code.map(|code| code.split(':').next().unwrap_or(code));
    let message = text("message").or_else(|| text("Message"));
    Err(OrchestratorError::operation(refusal(code, message)))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;

    use super::*;

    fn refused(header: &'static str, body: &'static str) -> (Option<String>, Option<String>) {
        let status = StatusCode::try_from(400).unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        if !header.is_empty() {
            response.headers_mut().insert(ERROR_TYPE, header);
        }
        let error = reply(&response).unwrap_err();
        let error = error.as_operation_error().unwrap();
        let text = |text: Option<&str>| text.map(str::to_owned);
        (text(error.code()), text(error.message()))
    }

    #[test]
    fn the_code_of_an_error_is_read_in_every_form() {
        let denied = Some("AccessDeniedException".to_owned());
        for (header, body) in [
            ("", r#"{"__type":"AccessDeniedException","Message":"No."}"#),
            (
                "",
                r#"{"__type":"com.amazonaws.x#AccessDeniedException","message":"No."}"#,
            ),
            ("AccessDeniedException:http://x/", r#"{"message":"No."}"#),
            ("", r#"{"code":"AccessDeniedException","message":"No."}"#),
        ] {
            assert_eq!(
                refused(header, body),
                (denied.clone(), Some("No.".to_owned()))
            );
        }
        assert_eq!(refused("", "{}").0, None);
    }
}
