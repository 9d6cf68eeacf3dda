//! A query of a million events, beside what others need for them: every page takes 200 ms, and ten may be asked for in
//! a second, by our own server, which throttles what comes faster.
//!
//! The others are `flowlogs_reader` and `aws logs filter-log-events`, where `make bench` could install them.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use vpcflow::cty::{Value, msgpack};
use vpcflow::events::{
    DataSource, Event, Output, Quals, Query, Selection, Summary, SummaryDataSource, SummaryOutput,
};
use vpcflow::framework::{self, Attr, Model, Schema, lower};
use vpcflow::plugin;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::protocol::pb::{DynamicValue, configure_provider, read_data_source};
use vpcflow::provider::Config;

use crate::client::Client;
use crate::fake::Fake;
use crate::table::{Row, Table, megabytes, milliseconds, seconds};
use crate::{median, process};

/// A region with the quota that the server has.
const REGION: &str = "us-west-2";
const GROUP: &str = "bench";
const CALLS_PER_SECOND: u32 = 10;
const PAGE: Duration = Duration::from_millis(200);
const EVENTS: usize = 1_000_000;
/// 2026-01-01T00:00:00Z, and the seconds over which the events are spread.
const START: i64 = 1_767_225_600;
const SPAN: i64 = 3_600;
/// As many as a summary may have.
const GROUPS: usize = 100_000;
/// Events that go into the state at once: the most that a query gives.
const ROWS: usize = 10_000;
const ENCODINGS: usize = 11;

/// Times how long the rows of the greatest result take to become the bytes of an answer.
pub(crate) fn encoding(table: &mut Table) -> Result<(), Box<dyn Error>> {
    let events = (0..ROWS).map(event).collect();
    let output = Output {
        events: Attr::Known(events),
        ..Output::default()
    };
    let model = (
        Selection::default(),
        Query::default(),
        Quals::default(),
        output,
    );
    let schema = lower::<<DataSource as framework::DataSource>::Model>(0)?;
    let mut times = Vec::new();
    for _ in 0..ENCODINGS {
        let begin = Instant::now();
        let value = schema.block.complete(model.encode(&schema.ty)?);
        let bytes = msgpack::encode(&value, &schema.ty)?;
        times.push(begin.elapsed());
        drop((value, bytes));
    }
    let time = median(times);
    table.add(
        Row::new("encoding 10,000 events", milliseconds(time))
            .target("50 ms", time <= Duration::from_millis(50)),
    );
    Ok(())
}

fn event(number: usize) -> Event {
    let text = |text: &str| Some(text.to_owned());
    Event {
        timestamp: text("2026-01-01T00:00:00Z"),
        ingestion_time: text("2026-01-01T00:01:30Z"),
        event_id: Some(format!("{number:056}")),
        log_stream_name: text("eni-0123456789abcdef0-all"),
        version: Some(2),
        interface_account_id: text("123456789012"),
        interface_id: text("eni-0123456789abcdef0"),
        src_addr: Some(address(number)),
        dst_addr: text("10.0.0.1"),
        src_port: Some(40_000),
        dst_port: Some(443),
        protocol: Some(6),
        packets: Some(10),
        bytes: Some(8_000),
        start: text("2026-01-01T00:00:00Z"),
        end: text("2026-01-01T00:01:00Z"),
        action: text("ACCEPT"),
        log_status: text("OK"),
        ..Event::default()
    }
}

/// Times one query of all events, and those of the others.
pub(crate) fn query(provider: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let fake = Fake::start();
    fake.put_events_in(REGION, GROUP, "eni-0123456789abcdef0-all", events());
    fake.latency("FilterLogEvents", PAGE);
    fake.calls_per_second("FilterLogEvents", CALLS_PER_SECOND);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ours = runtime.block_on(summary(provider, fake.url()))?;
    // What one after the other would take, had every page only to wait for its turn.
    let pages = u32::try_from(ours.scanned_bytes.div_ceil(1 << 20).max(EVENTS / 10_000))?;
    let quota = Duration::from_secs(1) * pages / CALLS_PER_SECOND;
    let ratio = ours.wall.as_secs_f64() / quota.as_secs_f64();
    table.add(
        Row::new("query of 1,000,000 events", seconds(ours.wall))
            .beside(seconds(quota))
            .ratio(ratio)
            .target("1.15 x quota", ratio <= 1.15),
    );
    table.add(
        Row::new("... memory, 100,000 groups", megabytes(ours.memory)).target_if(
            ours.memory > 0,
            "64 MB",
            ours.memory <= 64_000_000,
        ),
    );
    let (first, last) = ("2026-01-01 00:00:00", "2026-01-01 01:00:00");
    let reader = [
        "--region",
        REGION,
        "--start-time",
        first,
        "--end-time",
        last,
        GROUP,
        "aggregate",
    ];
    let cli_window = [
        (START * 1000).to_string(),
        ((START + SPAN) * 1000).to_string(),
    ];
    let cli = [
        "logs",
        "filter-log-events",
        "--region",
        REGION,
        "--log-group-name",
        GROUP,
    ];
    let cli = [
        cli.as_slice(),
        &["--start-time", &cli_window[0], "--end-time", &cli_window[1]],
    ]
    .concat();
    let cli = [cli.as_slice(), &["--output", "text"]].concat();
    let others: [(&'static str, &str, &[&str]); 2] = [
        ("... flowlogs_reader", "flowlogs_reader", &reader),
        ("... aws logs filter-log-events", "aws", &cli),
    ];
    for (what, program, arguments) in others {
        match other(program, arguments, fake.url())? {
            Some(wall) => {
                let ratio = wall.as_secs_f64() / ours.wall.as_secs_f64();
                let row = Row::new(what, seconds(wall)).beside(seconds(ours.wall));
                table.add(row.ratio(ratio).at_least("2 x ours", ratio >= 2.0));
            }
            None => table.add(Row::new(what, "not here".to_owned())),
        }
    }
    Ok(())
}

fn events() -> Vec<(i64, String)> {
    let event = |number: usize| {
        let at = START + (number as i64 * SPAN) / EVENTS as i64;
        (at * 1000, line(number, at))
    };
    (0..EVENTS).map(event).collect()
}

/// Lines of the usual length, by as many sources as there may be groups.
fn line(number: usize, at: i64) -> String {
    format!(
        "2 123456789012 eni-0123456789abcdef0 {} 10.0.0.1 {} 443 6 10 8000 {at} {} ACCEPT OK",
        address(number % GROUPS),
        40_000 + number % 1_000,
        at + 60
    )
}

fn address(number: usize) -> String {
    format!(
        "10.{}.{}.{}",
        number / 62_500 + 1,
        number / 250 % 250,
        number % 250
    )
}

/// What one query took.
struct Taken {
    wall: Duration,
    memory: u64,
    scanned_bytes: usize,
}

/// Asks the real provider for a summary of everything, in Terraform's role.
async fn summary(provider: &Path, endpoint: &str) -> Result<Taken, Box<dyn Error>> {
    let mut command = Command::new(provider);
    command
        .env_remove("TF_LOG")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let client = Client::spawn(&mut command).await;
    let mut calls = ProviderClient::new(client.channel.clone())
        .max_decoding_message_size(plugin::MESSAGE_LIMIT);
    let process = client.id().unwrap_or_default();
    let configure = configure_provider::Request {
        config: Some(configuration(endpoint)?),
        ..configure_provider::Request::default()
    };
    let configured = calls.configure_provider(configure).await?.into_inner();
    refuse(&configured.diagnostics)?;
    let request = read_data_source::Request {
        type_name: "vpcflow_log_summary".to_owned(),
        config: Some(question()?),
        ..read_data_source::Request::default()
    };
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
    refuse(&answer.diagnostics)?;
    let schema = summary_schema()?;
    let state = answer.state.ok_or("the summary has no result")?;
    let state = msgpack::decode(&state.msgpack, &schema.ty)?;
    let flows = state
        .get("total")
        .and_then(|total| total.get("flows"))
        .cloned();
    if flows != Some(Value::from(EVENTS as i64)) {
        return Err(format!("{flows:?} of {EVENTS} events were counted").into());
    }
    client.shutdown().await;
    let bytes = (0..EVENTS).map(|number| line(number, START).len()).sum();
    Ok(Taken {
        wall,
        memory,
        scanned_bytes: bytes,
    })
}

fn refuse(diagnostics: &[vpcflow::protocol::pb::Diagnostic]) -> Result<(), String> {
    let error = vpcflow::protocol::pb::diagnostic::Severity::Error as i32;
    match diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == error)
    {
        Some(diagnostic) => Err(format!("{}: {}", diagnostic.summary, diagnostic.detail)),
        None => Ok(()),
    }
}

fn summary_schema() -> Result<Schema, Box<dyn Error>> {
    Ok(lower::<<SummaryDataSource as framework::DataSource>::Model>(0)?)
}

fn configuration(endpoint: &str) -> Result<DynamicValue, Box<dyn Error>> {
    let schema = lower::<Config>(0)?;
    let Value::Map(mut config) = schema.block.empty() else {
        return Err("the provider's configuration is no object".into());
    };
    for (name, value) in [
        ("region", REGION),
        ("access_key", "bench"),
        ("secret_key", "bench"),
    ] {
        config.insert(name.to_owned(), value.into());
    }
    config.insert("skip_requesting_account_id".to_owned(), Value::Bool(true));
    let endpoints = ["ec2", "logs", "s3", "sts"].map(|name| (name.to_owned(), endpoint.into()));
    let known = schema.block.blocks.get("endpoints").ok_or("no endpoints")?;
    let endpoints = endpoints
        .into_iter()
        .filter(|(name, _)| known.block.attributes.contains_key(name));
    config.insert(
        "endpoints".to_owned(),
        match known.nesting {
            framework::Nesting::List | framework::Nesting::Set => {
                Value::List(vec![Value::Map(endpoints.collect())])
            }
            _ => Value::Map(endpoints.collect()),
        },
    );
    let msgpack = msgpack::encode(&Value::Map(config), &schema.ty)?;
    Ok(DynamicValue {
        msgpack,
        json: Vec::new(),
    })
}

fn question() -> Result<DynamicValue, Box<dyn Error>> {
    let query = Query {
        log_group_name: Attr::Known(GROUP.to_owned()),
        start_time: Attr::Known("2026-01-01T00:00:00Z".to_owned()),
        end_time: Attr::Known("2026-01-01T01:00:00Z".to_owned()),
        ..Query::default()
    };
    let summary = Summary {
        group_by: Attr::Known(vec![Attr::Known("src_addr".to_owned())]),
        limit: Attr::Known(100),
        ..Summary::default()
    };
    let schema = summary_schema()?;
    let model = (summary, query, Quals::default(), SummaryOutput::default());
    let value = schema.block.complete(model.encode(&schema.ty)?);
    let msgpack = msgpack::encode(&value, &schema.ty)?;
    Ok(DynamicValue {
        msgpack,
        json: Vec::new(),
    })
}

/// Times another program, if it is installed.
fn other(
    program: &str,
    arguments: &[&str],
    endpoint: &str,
) -> Result<Option<Duration>, Box<dyn Error>> {
    let Some(folder) = env::var_os("VPCFLOW_BENCH_PROGRAMS") else {
        return Ok(None);
    };
    let program = PathBuf::from(folder).join(program);
    if !program.exists() {
        return Ok(None);
    }
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "bench")
        .env("AWS_SECRET_ACCESS_KEY", "bench")
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ok(Some(process::run(&mut command, None)?.wall))
}
