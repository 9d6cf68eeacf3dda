//! Sends a million calls to one process, and compares its memory and its open files after a tenth of them with those at
//! the end.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use futures_util::future::try_join_all;
use tonic::transport::Channel;
use vpcflow::cty::Value;
use vpcflow::events::DataSource;
use vpcflow::flow_log::FlowLog;
use vpcflow::framework::{self, Schema, lower};
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::pb::{
    DynamicValue, import_resource_state, plan_resource_change, read_data_source, read_resource,
    validate_resource_config,
};

use crate::ask::{configure, encode, environment, refuse};
use crate::client::Client;
use crate::fake::{self, Fake};
use crate::process;
use crate::table::{Row, Table, megabytes};

/// The calls of a run.
const CALLS: usize = 1_000_000;
/// The calls at a time, as many as Terraform sends.
const AT_ONCE: usize = 10;
/// One call of this many reads the flow log at AWS.
const READ_EVERY: usize = 1_000;
/// One call of this many queries a log group.
const QUERY_EVERY: usize = 10_000;
/// How much the memory may grow, in bytes.
const GROWTH: u64 = 1_000_000;

const REGION: &str = "eu-central-1";
const ID: &str = "fl-0123456789abcdef0";
const RESOURCE: &str = "vpcflow_log";

/// What a process holds.
#[derive(Clone, Copy)]
struct Held {
    memory: u64,
    files: usize,
}

impl Held {
    fn by(process: u32) -> Self {
        Self {
            memory: process::anonymous_memory(process),
            files: process::open_files(process),
        }
    }
}

/// Measures the process after a tenth of the calls and after all.
pub(crate) fn soak(provider: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let fake = Fake::start();
    fake.insert(fake::FlowLog::sample_in(
        REGION,
        ID,
        "vpc-0123456789abcdef0",
    ));
    fake.put_events_in(REGION, "bench", "eni-0a-all", Vec::new());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut command = Command::new(provider);
    command
        .env_remove("TF_LOG")
        .envs(environment(REGION, fake.url()));
    let [begin, end] = runtime.block_on(held(&mut command))?;
    let measured = begin.memory > 0;
    table.add(
        &Row::new("memory after 1,000,000 calls", megabytes(end.memory))
            .baseline(megabytes(begin.memory))
            .target_if(measured, "+ 1 MB", end.memory <= begin.memory + GROWTH),
    );
    table.add(
        &Row::new("... open files", end.files.to_string())
            .baseline(begin.files.to_string())
            .target_if(measured, "the same", end.files <= begin.files),
    );
    Ok(())
}

async fn held(command: &mut Command) -> Result<[Held; 2], Box<dyn Error>> {
    let client = Client::spawn(command).await;
    let process = client.id().unwrap_or_default();
    let mut provider = ProviderClient::new(client.channel.clone());
    configure(&mut provider).await?;
    let calls = Calls::prepare(&mut provider).await?;
    calls.send(&provider, 0..CALLS / 10).await?;
    let begin = Held::by(process);
    calls.send(&provider, CALLS / 10..CALLS).await?;
    let end = Held::by(process);
    client.shutdown().await;
    Ok([begin, end])
}

/// The requests of all calls.
struct Calls {
    config: DynamicValue,
    state: DynamicValue,
    query: DynamicValue,
}

impl Calls {
    async fn prepare(provider: &mut ProviderClient<Channel>) -> Result<Self, Box<dyn Error>> {
        let flow_log = lower::<FlowLog>(0)?;
        let query = lower::<<DataSource as framework::DataSource>::Model>(0)?;
        let request = import_resource_state::Request {
            type_name: RESOURCE.to_owned(),
            id: ID.to_owned(),
            ..Default::default()
        };
        let imported = provider.import_resource_state(request).await?.into_inner();
        refuse(&imported.diagnostics)?;
        let state = imported.imported_resources.into_iter().next();
        Ok(Self {
            config: config(
                &flow_log,
                &[
                    ("vpc_id", "vpc-0123456789abcdef0"),
                    ("traffic_type", "ALL"),
                    ("log_group_name", "bench"),
                    ("iam_role_arn", "arn:aws:iam::123456789012:role/bench"),
                ],
            )?,
            state: state
                .and_then(|imported| imported.state)
                .ok_or("the import has no state")?,
            query: config(&query, &[("log_group_name", "bench"), ("lookback", "1h")])?,
        })
    }

    /// Sends the calls with these numbers, several at a time.
    async fn send(
        &self,
        provider: &ProviderClient<Channel>,
        numbers: std::ops::Range<usize>,
    ) -> Result<(), Box<dyn Error>> {
        let lane = async |lane: usize| {
            let mut provider = provider.clone();
            for number in numbers.clone().skip(lane).step_by(AT_ONCE) {
                self.one(&mut provider, number).await?;
            }
            Ok::<_, Box<dyn Error>>(())
        };
        try_join_all((0..AT_ONCE).map(lane)).await?;
        Ok(())
    }

    async fn one(
        &self,
        provider: &mut ProviderClient<Channel>,
        number: usize,
    ) -> Result<(), Box<dyn Error>> {
        let type_name = RESOURCE.to_owned();
        let diagnostics = if number.is_multiple_of(QUERY_EVERY) {
            let request = read_data_source::Request {
                type_name: "vpcflow_log_events".to_owned(),
                config: Some(self.query.clone()),
                ..Default::default()
            };
            let answer = provider.read_data_source(request).await?;
            answer.into_inner().diagnostics
        } else if number.is_multiple_of(READ_EVERY) {
            let request = read_resource::Request {
                type_name,
                current_state: Some(self.state.clone()),
                ..Default::default()
            };
            let answer = provider.read_resource(request).await?;
            answer.into_inner().diagnostics
        } else if number.is_multiple_of(2) {
            let request = validate_resource_config::Request {
                type_name,
                config: Some(self.config.clone()),
                ..Default::default()
            };
            let answer = provider.validate_resource_config(request).await?;
            answer.into_inner().diagnostics
        } else {
            let request = plan_resource_change::Request {
                type_name,
                prior_state: Some(null()),
                proposed_new_state: Some(self.config.clone()),
                config: Some(self.config.clone()),
                ..Default::default()
            };
            let answer = provider.plan_resource_change(request).await?;
            answer.into_inner().diagnostics
        };
        Ok(refuse(&diagnostics)?)
    }
}

fn null() -> DynamicValue {
    DynamicValue {
        msgpack: vec![0xc0],
        json: Vec::new(),
    }
}

/// Returns a configuration with these arguments.
fn config(schema: &Schema, given: &[(&str, &str)]) -> Result<DynamicValue, Box<dyn Error>> {
    let mut config = schema.block.empty();
    if let Value::Map(arguments) = &mut config {
        for (name, value) in given {
            let value = Value::String((*value).to_owned());
            *arguments.get_mut(*name).ok_or("no such argument")? = value;
        }
    }
    encode(&config, schema)
}
