//! Calls the real provider as Terraform does, to read a data source once.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tonic::transport::Channel;
use vpcflow::cty::{Value, msgpack};
use vpcflow::framework::{self, Model, Schema, lower};
use vpcflow::plugin;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::pb::{
    Diagnostic, DynamicValue, configure_provider, diagnostic, read_data_source,
};
use vpcflow::provider::Config;

use crate::client::Client;
use crate::process;

/// The result of one read, and its cost.
pub(crate) struct Answer {
    pub(crate) wall: Duration,
    /// The peak anonymous memory, in bytes, or 0 if it cannot be determined.
    pub(crate) memory: u64,
    /// The result as the provider sent it.
    pub(crate) bytes: Vec<u8>,
    pub(crate) state: Value,
}

impl Answer {
    /// Returns a number from the result.
    pub(crate) fn number(&self, block: &str, name: &str) -> Result<i64, Box<dyn Error>> {
        let value = self.state.get(block).and_then(|block| block.get(name));
        match value {
            Some(Value::Number(number)) => Ok(number.to_string().parse()?),
            other => Err(format!("{block}.{name} is {other:?}").into()),
        }
    }
}

/// Reads a data source once, with the service at an endpoint.
pub(crate) fn read<D: framework::DataSource>(
    provider: &Path,
    region: &str,
    endpoint: &str,
    question: &D::Model,
) -> Result<Answer, Box<dyn Error>> {
    let schema = lower::<D::Model>(0)?;
    let request = read_data_source::Request {
        type_name: D::TYPE_NAME.to_owned(),
        config: Some(encode(
            &schema.block.complete(question.encode(&schema.ty)?),
            &schema,
        )?),
        ..read_data_source::Request::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut command = Command::new(provider);
    command
        .env_remove("TF_LOG")
        .envs(environment(region, endpoint));
    let (wall, memory, answer) = runtime.block_on(send(&mut command, request))?;
    refuse(&answer.diagnostics)?;
    let bytes = answer.state.ok_or("the data source has no result")?.msgpack;
    Ok(Answer {
        wall,
        memory,
        state: msgpack::decode(&bytes, &schema.ty)?,
        bytes,
    })
}

/// Returns the environment that points AWS clients at our server.
pub(crate) fn environment<'a>(region: &'a str, endpoint: &'a str) -> [(&'static str, &'a str); 6] {
    [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}

async fn send(
    command: &mut Command,
    request: read_data_source::Request,
) -> Result<(Duration, u64, read_data_source::Response), Box<dyn Error>> {
    let client = Client::spawn(command).await;
    let mut calls = ProviderClient::new(client.channel.clone())
        .max_decoding_message_size(plugin::MESSAGE_LIMIT);
    let process = client.id().unwrap_or_default();
    configure(&mut calls).await?;
    let begin = Instant::now();
    let mut read = Box::pin(calls.read_data_source(request));
    let mut memory = 0;
    let answer = loop {
        tokio::select! {
            answer = &mut read => break answer?.into_inner(),
            () = tokio::time::sleep(Duration::from_millis(50)) => {
                memory = memory.max(process::anonymous_memory(process));
            }
        }
    };
    let wall = begin.elapsed();
    drop(read);
    client.shutdown().await;
    Ok((wall, memory, answer))
}

/// Configures a provider, which finds everything in its environment.
pub(crate) async fn configure(calls: &mut ProviderClient<Channel>) -> Result<(), Box<dyn Error>> {
    let schema = lower::<Config>(0)?;
    let request = configure_provider::Request {
        config: Some(encode(&schema.block.empty(), &schema)?),
        ..configure_provider::Request::default()
    };
    let configured = calls.configure_provider(request).await?.into_inner();
    Ok(refuse(&configured.diagnostics)?)
}

/// Fails if one of the diagnostics is an error.
pub(crate) fn refuse(diagnostics: &[Diagnostic]) -> Result<(), String> {
    let error = diagnostic::Severity::Error as i32;
    let mut errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == error);
    match errors.next() {
        Some(diagnostic) => Err(format!("{}: {}", diagnostic.summary, diagnostic.detail)),
        None => Ok(()),
    }
}

/// Encodes a value as Terraform sends it.
pub(crate) fn encode(value: &Value, schema: &Schema) -> Result<DynamicValue, Box<dyn Error>> {
    let msgpack = msgpack::encode(value, &schema.ty)?;
    Ok(DynamicValue {
        msgpack,
        json: Vec::new(),
    })
}
