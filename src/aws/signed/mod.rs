//! Signed calls to a service of which no SDK is linked, in one of AWS's three common forms.
//!
//! An SDK for a single operation costs a minute of every build and megabytes of the binary. Here the SDK's machinery
//! sends, signs, retries and parses, as it does for the services that have one. This module must not know any operation.

mod global;
mod json;
mod query;
mod rest;
#[cfg(test)]
mod tests;

use std::time::Duration;

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
use aws_smithy_runtime_api::client::{
    auth::{
        AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
        static_resolver::StaticAuthSchemeOptionResolver,
    },
    identity::SharedIdentityResolver,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::StaticRuntimePlugin,
};
use aws_smithy_types::{config_bag::Layer, error::ErrorMetadata, retry::RetryConfig};
use aws_types::{SdkConfig, SigningName, region::SigningRegion};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{
    behavior,
    call::Call,
    error::{Error, Kind},
};

pub(super) use global::GlobalService;

/// How long a call whose answer only explains something may take, with all its attempts.
pub(super) const BRIEF: Duration = Duration::from_secs(20);

/// A service without an SDK.
#[derive(Clone, Debug)]
pub(super) struct SignedService {
    /// The name in signatures.
    pub(super) name: &'static str,
    /// How it reads and writes.
    pub(super) form: Form,
    /// The region in signatures.
    pub(super) region: String,
    /// The address.
    pub(super) endpoint: String,
    /// What all services share.
    pub(super) sdk: SdkConfig,
    /// What the retries of this service share.
    pub(super) retries: RetryPartition,
}

/// How a service reads requests and writes replies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// JSON, with the operation in a header after this text.
    Json(&'static str),
    /// A form with this version, and XML. Lists are `Name.member.1` and so on in the input, which has no other objects.
    Query(&'static str),
    /// JSON, with each operation at a path of its own, for operations that only read.
    Rest(&'static [(&'static str, &'static str)]),
}

impl SignedService {
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
        Some(match self.form {
            Form::Json(target) => {
                let target = format!("{target}.{operation}");
                let written =
                    builder.serializer(move |input: Value| json::request(&target, &input));
                written.deserializer(json::reply).build()
            }
            Form::Query(version) => {
                let written = builder
                    .serializer(move |input: Value| query::request(operation, version, &input));
                written.deserializer(query::reply).build()
            }
            Form::Rest(paths) => {
                let path = rest::path(operation, paths);
                let written = builder.serializer(move |input: Value| rest::request(path, &input));
                written.deserializer(json::reply).build()
            }
        })
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

/// Writes a parameter of a form or of an address.
fn parameter(name: &str, value: &Value) -> String {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC))
}

/// Builds the error that a service returned.
fn refusal(code: Option<&str>, message: Option<&str>) -> ErrorMetadata {
    let mut error = ErrorMetadata::builder().message(message.unwrap_or_default());
    if let Some(code) = code.filter(|code| !code.is_empty()) {
        error = error.code(code);
    }
    error.build()
}
