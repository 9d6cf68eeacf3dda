//! Values and calls on the wire, for tests with their own small provider.

use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Channel;
use vpcflow::cty::{self, Type, Value};
use vpcflow::framework::Provider;
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::{MESSAGE_LIMIT, service};

use super::client::Client;

/// Serves a provider in this process, as long as the second value exists.
pub(crate) async fn serve<P: Provider>(provider: P) -> (ProviderClient<Channel>, Client) {
    let routes = Routes::new(service(provider, CancellationToken::new()));
    let server = Client::serve(routes).await;
    let client = ProviderClient::new(server.channel.clone());
    (client.max_decoding_message_size(MESSAGE_LIMIT), server)
}

/// Configures a provider and returns its diagnostics.
pub(crate) async fn configure(
    client: &mut ProviderClient<Channel>,
    config: Option<pb::DynamicValue>,
) -> Vec<pb::Diagnostic> {
    let request = pb::configure_provider::Request {
        config,
        ..Default::default()
    };
    let answer = client.configure_provider(request).await.unwrap();
    answer.into_inner().diagnostics
}

pub(crate) fn encoded(value: &Value, ty: &Type) -> Option<pb::DynamicValue> {
    bytes(cty::msgpack::encode(value, ty).unwrap())
}

/// Returns a msgpack value with arbitrary bytes.
pub(crate) fn bytes(msgpack: Vec<u8>) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue {
        msgpack,
        json: Vec::new(),
    })
}

pub(crate) fn null() -> Option<pb::DynamicValue> {
    bytes(vec![0xc0])
}

pub(crate) fn decoded(value: Option<pb::DynamicValue>, ty: &Type) -> Value {
    cty::msgpack::decode(&value.unwrap().msgpack, ty).unwrap()
}

pub(crate) fn summaries(diagnostics: &[pb::Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|d| d.summary.as_str()).collect()
}

/// Returns a path as text, such as `group.member`.
pub(crate) fn path(path: pb::AttributePath) -> String {
    use pb::attribute_path::step::Selector;
    let step = |step: pb::attribute_path::Step| match step.selector.unwrap() {
        Selector::AttributeName(name) => name,
        Selector::ElementKeyString(key) => format!("[{key}]"),
        Selector::ElementKeyInt(index) => format!("[{index}]"),
    };
    let steps: Vec<_> = path.steps.into_iter().map(step).collect();
    steps.join(".")
}
