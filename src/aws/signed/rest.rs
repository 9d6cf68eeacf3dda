//! The form with a path: REST with JSON, for operations that only read.
//!
//! The parameters are in the query of the address. Replies and errors are those of the form with JSON.

use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::parameter;

/// The path of an operation that is not in the list of its service.
const ROOT: &str = "/";

/// Returns the path of an operation, from the list of operations with their paths.
pub(super) fn path(operation: &str, paths: &[(&'static str, &'static str)]) -> &'static str {
    let found = paths.iter().find(|(name, _)| *name == operation);
    found.map_or(ROOT, |(_, path)| path)
}

/// Writes a request.
pub(super) fn request(path: &str, input: &Value) -> Result<HttpRequest, BoxError> {
    let parameters = input.as_object().into_iter().flatten();
    let query: Vec<_> = parameters
        .map(|(name, value)| parameter(name, value))
        .collect();
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method("GET")?;
    request.set_uri(format!("{path}?{}", query.join("&")))?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_a_path_with_a_query() {
        let paths = [("ListThings", "/things")];
        let input = json!({ "maxResults": 5, "nextToken": "a b+/=&ü" });
        let request = request(path("ListThings", &paths), &input).unwrap();
        assert_eq!(request.method(), "GET");
        assert_eq!(
            request.uri(),
            "/things?maxResults=5&nextToken=a%20b%2B%2F%3D%26%C3%BC"
        );
        assert_eq!(path("Other", &paths), ROOT);
    }
}
