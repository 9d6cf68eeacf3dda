//! Calls of Terraform to a small provider. The first byte selects the call.
//!
//! In half of the calls, the rest of the input is the encoded message. In the others, the input is split at the byte 0xc1,
//! which msgpack does not use, and each part becomes a value of the message. A part that is a JSON object becomes a value of
//! the right type, so that the calls also go past decoding.

mod provider;

use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::{Service as _, http};
use vpcflow::cty::{self, Map, Type, Value};
use vpcflow::framework::lower;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::pb::provider_server::ProviderServer;
use vpcflow::protocol::{Server, pb, service};

use super::selected;
use provider::{Config, Example, Thing};

/// The name of the resource.
const THING: &str = "example_thing";

type Serving = ProviderServer<Server<Example>>;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).max_blocking_threads(2);
    runtime.build().expect("a runtime starts")
});

/// A configured provider.
static SERVING: LazyLock<Serving> = LazyLock::new(|| {
    let serving = service(Example, CancellationToken::new());
    let mut client = ProviderClient::new(serving.clone());
    let request = pb::configure_provider::Request {
        config: Some(value(b"{\"block\":[]}", &TYPES.config)),
        ..Default::default()
    };
    let configured = RUNTIME.block_on(client.configure_provider(request));
    let diagnostics = configured.expect("the call succeeds").into_inner();
    assert_eq!(diagnostics.diagnostics, []);
    serving
});

struct Types {
    config: Type,
    thing: Type,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| Types {
    config: lower::<Config>(0).expect("the model is valid").ty,
    thing: lower::<Thing>(1).expect("the model is valid").ty,
});

/// The methods of Terraform's service that do not end it.
const METHODS: [&str; 20] = [
    "ApplyResourceChange",
    "CallFunction",
    "CloseEphemeralResource",
    "ConfigureProvider",
    "GenerateResourceConfig",
    "GetFunctions",
    "GetMetadata",
    "GetProviderSchema",
    "GetResourceIdentitySchemas",
    "ImportResourceState",
    "ListResource",
    "MoveResourceState",
    "OpenEphemeralResource",
    "PlanResourceChange",
    "ReadResource",
    "UpgradeResourceIdentity",
    "UpgradeResourceState",
    "ValidateListResourceConfig",
    "ValidateProviderConfig",
    "ValidateResourceConfig",
];

/// Every call has a reply: no panic ends it, and none becomes a diagnostic.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    // It uses the runtime itself.
    LazyLock::force(&SERVING);
    RUNTIME.block_on(async {
        if number % 2 == 0 {
            raw(METHODS[number / 2 % METHODS.len()], bytes).await;
        } else {
            built(number / 2, bytes).await;
        }
    });
}

/// Sends an encoded message.
async fn raw(method: &str, message: &[u8]) {
    let mut frame = vec![0];
    let length = u32::try_from(message.len()).expect("the message is short");
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(message);
    let request = http::Request::post(format!("http://fuzz/tfplugin6.Provider/{method}"))
        .header("content-type", "application/grpc")
        .body(Body::new(Full::new(Bytes::from(frame))))
        .expect("the request is valid");
    let Ok(reply) = SERVING.clone().call(request).await;
    let body = reply.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    assert!(!has_panic(&body), "{method} panicked");
}

/// Sends a message whose values are the parts of the input.
async fn built(number: usize, bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == 0xc1);
    let mut next = || parts.next().unwrap_or_default();
    let thing = |part: &[u8]| Some(value(part, &TYPES.thing));
    let type_name = THING.to_owned();
    let mut client = ProviderClient::new(SERVING.clone());
    let diagnostics = match number % 9 {
        0 => {
            let request = pb::validate_provider_config::Request {
                config: Some(value(next(), &TYPES.config)),
            };
            let reply = client.validate_provider_config(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        1 => {
            let request = pb::validate_resource_config::Request {
                type_name,
                config: thing(next()),
                client_capabilities: None,
            };
            let reply = client.validate_resource_config(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        2 => {
            let request = pb::upgrade_resource_state::Request {
                type_name,
                raw_state: Some(stored(next())),
                version: next().first().copied().unwrap_or(1).into(),
            };
            let reply = client.upgrade_resource_state(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        3 => {
            let request = pb::plan_resource_change::Request {
                type_name,
                prior_state: thing(next()),
                proposed_new_state: thing(next()),
                config: thing(next()),
                prior_private: next().to_vec(),
                ..Default::default()
            };
            let reply = client.plan_resource_change(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        4 => {
            let request = pb::apply_resource_change::Request {
                type_name,
                prior_state: thing(next()),
                planned_state: thing(next()),
                config: thing(next()),
                planned_private: next().to_vec(),
                ..Default::default()
            };
            let reply = client.apply_resource_change(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        5 => {
            let request = pb::read_resource::Request {
                type_name,
                current_state: thing(next()),
                private: next().to_vec(),
                ..Default::default()
            };
            let reply = client.read_resource(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        6 => {
            let request = pb::move_resource_state::Request {
                source_state: Some(stored(next())),
                source_provider_address: text(next()),
                source_type_name: text(next()),
                target_type_name: type_name,
                ..Default::default()
            };
            let reply = client.move_resource_state(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        7 => {
            let request = pb::generate_resource_config::Request {
                type_name,
                state: thing(next()),
            };
            let reply = client.generate_resource_config(request).await;
            reply.map(|reply| reply.into_inner().diagnostics)
        }
        _ => {
            let request = pb::call_function::Request {
                name: text(next()),
                arguments: parts.map(|part| value(part, &Type::Dynamic)).collect(),
            };
            drop(client.call_function(request).await);
            return;
        }
    };
    let diagnostics = diagnostics.expect("a value is never an error of the protocol");
    for diagnostic in diagnostics {
        assert!(!has_panic(diagnostic.detail.as_bytes()), "{diagnostic:?}");
    }
}

/// Reports whether a reply says that the provider panicked.
fn has_panic(reply: &[u8]) -> bool {
    let said = b"The provider panicked: ";
    reply.windows(said.len()).any(|part| part == said)
}

fn text(part: &[u8]) -> String {
    String::from_utf8_lossy(part).into_owned()
}

fn stored(part: &[u8]) -> pb::RawState {
    pb::RawState {
        json: part.to_vec(),
        ..Default::default()
    }
}

/// Makes a value of a part: of a JSON object, with null for what it lacks, or else of the bytes as they are.
fn value(part: &[u8], ty: &Type) -> pb::DynamicValue {
    pb::DynamicValue {
        msgpack: completed(part, ty).unwrap_or_else(|| part.to_vec()),
        json: Vec::new(),
    }
}

fn completed(part: &[u8], ty: &Type) -> Option<Vec<u8>> {
    let given: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(part).ok()?;
    let Type::Object(attributes) = ty else {
        return cty::json::decode(part, ty)
            .and_then(|value| cty::msgpack::encode(&value, ty))
            .ok();
    };
    let mut values = Map::new();
    for (name, ty) in attributes.iter() {
        let value = match given.get(&**name) {
            None => Value::Null,
            Some(json) if json == "(unknown)" => Value::unknown(),
            Some(json) => cty::json::decode(json.to_string().as_bytes(), ty).ok()?,
        };
        values.insert(name.clone(), value);
    }
    cty::msgpack::encode(&Value::Map(values), ty).ok()
}
