//! Starts a provider and sends small calls to it, as Terraform does.

use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use prost::Message;
use rustix::process::{Pid, Signal, kill_process};
use tonic::transport::Channel;
use vpcflow::plugin;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::pb::{get_metadata, get_provider_schema};

use crate::client::{COOKIE, Client, ClientIdentity};
use crate::{echo, process};

/// Calls before the measurement.
const WARM_UP: usize = 50;

/// A delayed acknowledgement takes 40 ms. Nothing else on a loopback takes as long as often.
const STEP: Duration = Duration::from_millis(30);

/// One start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From exec to the complete handshake line.
    pub(crate) line: Duration,
    /// Anonymous memory after the handshake line in bytes, or 0 if it cannot be determined.
    pub(crate) memory: u64,
}

/// Starts a provider, reads its handshake line and stops it.
pub(crate) fn once(binary: &Path, schema: Option<&Path>) -> io::Result<Start> {
    let mut command = command(binary, schema);
    command
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
        .env("PLUGIN_CLIENT_CERT", ClientIdentity::new().pem())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let begin = Instant::now();
    let mut child = command.spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let start = Start {
        line: begin.elapsed(),
        memory: process::anonymous_memory(child.id()),
    };
    // With a signal that lets it remove its socket.
    kill_process(Pid::from_child(&child), Signal::TERM)?;
    child.wait()?;
    if line.starts_with("1|6|") {
        Ok(start)
    } else {
        let text = format!("{} did not start: {line:?}", binary.display());
        Err(io::Error::other(text))
    }
}

/// Starts a provider and measures sequential calls, each as small as the protocol allows.
pub(crate) fn calls(
    binary: &Path,
    schema: Option<&Path>,
    count: usize,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    with_client(binary, schema, async |mut provider| {
        let mut times = Vec::with_capacity(count);
        for _ in 0..WARM_UP + count {
            let begin = Instant::now();
            provider.get_metadata(get_metadata::Request {}).await?;
            times.push(begin.elapsed());
        }
        Ok(times.split_off(WARM_UP))
    })
}

/// Reports whether a call was slow because of a delayed acknowledgement.
pub(crate) fn is_step(call: Duration) -> bool {
    call >= STEP
}

/// Requests the schema of a provider and writes it to a file.
pub(crate) fn save_schema(binary: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let schema = with_client(binary, None, async |mut provider| {
        let request = get_provider_schema::Request {};
        Ok(provider.get_provider_schema(request).await?.into_inner())
    })?;
    Ok(fs::write(file, schema.encode_to_vec())?)
}

fn command(binary: &Path, schema: Option<&Path>) -> Command {
    let mut command = Command::new(binary);
    command.env_remove("TF_LOG").env_remove("TF_LOG_PROVIDER");
    if let Some(schema) = schema {
        command.env(echo::SCHEMA, schema);
    }
    command
}

/// Starts a provider, uses it and stops it as Terraform does.
fn with_client<T>(
    binary: &Path,
    schema: Option<&Path>,
    act: impl AsyncFnOnce(ProviderClient<Channel>) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = Client::spawn(&mut command(binary, schema)).await;
        let provider = ProviderClient::new(client.channel.clone())
            .max_decoding_message_size(plugin::MESSAGE_LIMIT);
        let outcome = act(provider).await;
        client.shutdown().await;
        outcome
    })
}
