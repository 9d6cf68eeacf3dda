//! A provider's start, and small calls to it once it runs, in Terraform's role.

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

/// Calls before those that count.
const WARM_UP: usize = 50;

/// Delayed acknowledgements cost 40 ms; nothing else on a loopback costs so much, so often.
const STEP: Duration = Duration::from_millis(30);

/// One start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From exec to the whole handshake line.
    pub(crate) line: Duration,
    /// Anonymous memory when the line was there, in bytes; 0 where it cannot be known.
    pub(crate) memory: u64,
}

/// Starts a provider, reads its handshake line and ends it.
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
    // Politely, so that it takes its socket away.
    kill_process(Pid::from_child(&child), Signal::TERM)?;
    child.wait()?;
    if line.starts_with("1|6|") {
        Ok(start)
    } else {
        let text = format!("{} did not start: {line:?}", binary.display());
        Err(io::Error::other(text))
    }
}

/// Starts a provider and times one call after the other, each as small as calls of the protocol get.
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

/// Tells whether a call took as long as only an acknowledgement that waits makes it.
pub(crate) fn is_step(call: Duration) -> bool {
    call >= STEP
}

/// Asks a provider for its schema and keeps the answer.
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

/// Starts a provider, does something with it and ends it as Terraform does.
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
