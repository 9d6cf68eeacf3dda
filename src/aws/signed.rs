//! Signed calls to a service of which no SDK is linked: JSON in a POST, with the operation in a header.
//!
//! An SDK for a single operation costs a minute of every build and megabytes of the binary. Here the SDK's machinery
//! sends, signs, retries and parses, as it does for the services that have one. This module must not know any operation.

use aws_runtime::{
    auth::{SigV4OperationSigningConfig, sigv4},
    retries::classifiers::AwsErrorCodeClassifier,
};
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime::client::{
    identity::IdentityCache,
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{
            AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
            static_resolver::StaticAuthSchemeOptionResolver,
        },
        identity::SharedIdentityResolver,
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{
    body::SdkBody, config_bag::Layer, error::ErrorMetadata, retry::RetryConfig,
};
use aws_types::{SdkConfig, SigningName, region::SigningRegion};
use serde_json::Value;

use super::{
    behavior,
    call::Call,
    error::{Error, Kind},
};

/// The header of an error's code.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// A service without an SDK.
#[derive(Clone, Debug)]
pub(super) struct JsonService {
    /// The name in signatures.
    pub(super) name: &'static str,
    /// What precedes the operation in the header.
    pub(super) target: &'static str,
    /// The region in signatures.
    pub(super) region: String,
    /// The address.
    pub(super) endpoint: String,
    /// What all services share.
    pub(super) sdk: SdkConfig,
    /// What the retries of this service share.
    pub(super) retries: RetryPartition,
}

impl JsonService {
    /// Calls an operation, and returns its reply.
    pub(super) async fn call(
        &self,
        operation: &'static str,
        input: &Value,
        call: &Call,
    ) -> Result<Value, Error> {
        let prepared = self.operation(operation, call);
        let Some(prepared) = prepared else {
            let message = "the client has no HTTP connection or no credentials";
            return Err(call.error(Kind::Configuration, message));
        };
        call.run(|| prepared.invoke(input.clone())).await
    }

    fn operation(
        &self,
        operation: &'static str,
        call: &Call,
    ) -> Option<Operation<Value, Value, ErrorMetadata>> {
        let sdk = &self.sdk;
        let retries = sdk.retry_config().cloned();
        let time = sdk.time_source();
        let target = format!("{}.{operation}", self.target);
        let mut builder = Operation::builder()
            .service_name(self.name)
            .operation_name(operation)
            .behavior_version(behavior())
            .http_client(sdk.http_client()?)
            .endpoint_url(&self.endpoint)
            .time_source(time.unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new())))
            .standard_retry(&retries.unwrap_or_else(RetryConfig::standard))
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
            .runtime_plugin(self.signing()?)
            .interceptor(call.clone());
        if let Some(sleep) = sdk.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(timeouts) = sdk.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        let serialized = builder.serializer(move |input: Value| request(&target, &input));
        Some(serialized.deserializer(reply).build())
    }

    /// Returns how requests are signed, and with which credentials.
    fn signing(&self) -> Option<StaticRuntimePlugin> {
        let mut config = Layer::new("signing");
        config.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(aws_types::region::Region::new(
                self.region.clone(),
            ))),
            name: Some(SigningName::from_static(self.name)),
            ..SigV4OperationSigningConfig::default()
        });
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(self.retries.clone());
        let mut components = RuntimeComponentsBuilder::new("signing");
        components.push_auth_scheme(SharedAuthScheme::new(sigv4::SigV4AuthScheme::new()));
        let schemes = StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID]);
        components
            .set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)));
        components.set_identity_cache(Some(IdentityCache::no_cache()));
        let credentials = self.sdk.credentials_provider()?;
        components
            .set_identity_resolver(sigv4::SCHEME_ID, SharedIdentityResolver::new(credentials));
        let plugin = StaticRuntimePlugin::new().with_config(config.freeze());
        Some(plugin.with_runtime_components(components))
    }
}

/// Writes a request.
fn request(target: &str, input: &Value) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(input.to_string()));
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    headers.try_insert("content-type", "application/x-amz-json-1.1")?;
    headers.try_insert("x-amz-target", target.to_owned())?;
    Ok(request)
}

/// Reads a reply, or the error that it is.
fn reply(reply: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
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
    // Such as com.amazonaws.organizations#AccessDeniedException, or AccessDeniedException:http://…
    let code = code.map(|code| code.rsplit('#').next().unwrap_or(code));
    let code = code.map(|code| code.split(':').next().unwrap_or(code));
    let message = text("message").or_else(|| text("Message"));
    let mut error = ErrorMetadata::builder();
    error = error.message(message.unwrap_or_default());
    if let Some(code) = code.filter(|code| !code.is_empty()) {
        error = error.code(code);
    }
    Err(OrchestratorError::operation(error.build()))
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
        ] {
            assert_eq!(
                refused(header, body),
                (denied.clone(), Some("No.".to_owned()))
            );
        }
        assert_eq!(refused("", "{}").0, None);
    }
}
