//! The real binary as a child process: signals, the end of its parent, and its output.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::timeout;
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;

use crate::acceptance::flow_log;
use crate::harness::client::{COOKIE, Client, Handshake, Process, call};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Run, Version, Workspace};

const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";

/// Long enough for any machine, and shorter than the minute after which an idle child process ends.
const SOON: Duration = Duration::from_secs(20);

fn provider() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow"));
    for variable in ["TF_LOG", "TF_LOG_PROVIDER", "PLUGIN_CLIENT_CERT"] {
        command.env_remove(variable);
    }
    command
}

fn signal(client: &Client, signal: Signal) {
    let id = i32::try_from(client.id().unwrap()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

#[tokio::test]
async fn sigint_is_ignored() {
    let client = Client::spawn(&mut provider()).await;
    for _ in 0..3 {
        signal(&client, Signal::INT);
        client
            .handshake
            .connect(client.identity.clone())
            .await
            .unwrap();
    }
    timeout(SOON, client.shutdown()).await.unwrap();
}

#[tokio::test]
async fn sigterm_ends_the_process_and_removes_its_socket() {
    let client = Client::spawn(&mut provider()).await;
    let socket = client.handshake.address.clone();
    signal(&client, Signal::TERM);
    timeout(SOON, client.ended()).await.unwrap();
    assert!(!std::path::Path::new(&socket).exists());
}

/// Starts a child process without a connection, and returns the folder of its socket.
fn spawn(command: &mut Command) -> (Process, PathBuf) {
    let command = command.env(COOKIE.0, COOKIE.1).stdout(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());
    let mut line = String::new();
    let mut output = BufReader::new(process.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let socket = PathBuf::from(Handshake::parse(line.trim_end()).address);
    (process, socket.parent().unwrap().to_owned())
}

#[test]
fn sigterm_before_a_connection_removes_the_folder_of_the_socket() {
    let (mut child, folder) = spawn(&mut provider());
    assert!(folder.exists());
    kill_process(Pid::from_child(&child.0), Signal::TERM).unwrap();
    assert!(child.0.wait().unwrap().success());
    assert!(!folder.exists());
}

/// Returns the command for the provider, with an inherited disposition of SIGHUP.
#[cfg(target_os = "linux")]
fn provider_with_hangup(set: &str) -> Command {
    let provider = provider();
    let mut command = Command::new("env");
    command.arg(set).arg(provider.get_program());
    for (name, _) in provider.get_envs() {
        command.env_remove(name);
    }
    command
}

#[cfg(target_os = "linux")]
#[test]
fn sighup_ends_the_process_and_removes_the_folder_of_the_socket() {
    let (mut child, folder) = spawn(&mut provider_with_hangup("--default-signal=HUP"));
    kill_process(Pid::from_child(&child.0), Signal::HUP).unwrap();
    assert!(child.0.wait().unwrap().success());
    assert!(!folder.exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn under_nohup_sighup_is_ignored() {
    let client = Client::spawn(&mut provider_with_hangup("--ignore-signal=HUP")).await;
    for _ in 0..3 {
        signal(&client, Signal::HUP);
        client
            .handshake
            .connect(client.identity.clone())
            .await
            .unwrap();
    }
    timeout(SOON, client.shutdown()).await.unwrap();
}

#[test]
fn the_folder_of_a_killed_process_is_removed_after_a_day() {
    let temporary = tempfile::tempdir().unwrap();
    let start = || spawn(provider().env("TMPDIR", temporary.path()));
    let (mut killed, left) = start();
    killed.0.kill().unwrap();
    killed.0.wait().unwrap();
    let (mut next, _) = start();
    assert!(left.join("s").exists(), "the folder is not a day old yet");
    next.0.kill().unwrap();
    let two_days = Duration::from_secs(2 * 24 * 60 * 60);
    let folder = std::fs::File::open(&left).unwrap();
    folder.set_modified(SystemTime::now() - two_days).unwrap();
    let (_last, own) = start();
    assert!(!left.exists());
    assert!(own.exists());
}

#[tokio::test]
async fn shutdown_ends_the_process_and_removes_its_socket() {
    let client = Client::spawn(&mut provider()).await;
    let socket = client.handshake.address.clone();
    assert!(std::path::Path::new(&socket).exists());
    timeout(SOON, client.shutdown()).await.unwrap();
    assert!(!std::path::Path::new(&socket).exists());
}

#[tokio::test]
async fn the_process_serves_without_tls() {
    let client = Client::spawn_as(&mut provider(), None).await;
    assert_eq!(client.handshake.certificate, None);
    call(&client.channel, SHUTDOWN).await.unwrap();
    timeout(SOON, client.ended()).await.unwrap();
}

#[test]
fn an_invalid_environment_variable_is_an_error_on_standard_error() {
    for (variable, invalid) in [
        ("PLUGIN_CLIENT_CERT", "invalid"),
        ("PLUGIN_MIN_PORT", "x"),
        ("PLUGIN_MAX_PORT", "70000"),
        ("PLUGIN_UNIX_SOCKET_DIR", "/does/not/exist"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no such group"),
    ] {
        let text = startup_error(provider().env(variable, invalid));
        assert!(
            text.contains(&format!("environment variable {variable} ")),
            "{text}"
        );
    }
    let text = startup_error(
        provider()
            .env("PLUGIN_MIN_PORT", "20")
            .env("PLUGIN_MAX_PORT", "10"),
    );
    assert!(
        text.contains("PLUGIN_MIN_PORT is 20, above PLUGIN_MAX_PORT, 10"),
        "{text}"
    );
}

/// Starts the child process as Terraform does, and returns its error.
fn startup_error(command: &mut Command) -> String {
    let output = run(command.env(COOKIE.0, COOKIE.1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("panic"), "{text}");
    assert!(
        output.stdout.is_empty(),
        "the parent would parse it as a handshake"
    );
    text
}

#[test]
fn started_without_terraform_the_binary_prints_help_and_fails() {
    for cookie in [None, Some("another value")] {
        let mut command = provider();
        match cookie {
            None => command.env_remove(COOKIE.0),
            Some(value) => command.env(COOKIE.0, value),
        };
        let output = run(&mut command);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        for help in ["Terraform starts it", "required_providers", "Usage:"] {
            assert!(text.contains(help), "{text}");
        }
        assert!(output.stdout.is_empty());
    }
}

/// Reads the output of the provider up to the value of TF_REATTACH_PROVIDERS.
fn reattach(output: &mut impl BufRead) -> String {
    let mut lines = output.lines().map(Result::unwrap);
    let setting = lines.find_map(|line| {
        let (_, rest) = line.split_once("TF_REATTACH_PROVIDERS='")?;
        Some(rest.strip_suffix('\'')?.to_owned())
    });
    setting.unwrap()
}

#[test]
fn a_provider_in_debug_mode_serves_several_terraform_runs_until_interrupted() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", ""));
    // Without the development override, Terraform can use only the running process.
    work.write("terraform.rc", "");
    let mut command = provider();
    command.args(["serve", "--debug"]).env_remove(COOKIE.0);
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());
    let mut output = BufReader::new(process.0.stdout.take().unwrap());
    let setting = reattach(&mut output);
    let terraform = |arguments: &[&str]| {
        let mut command = work.command(arguments);
        command.env("TF_REATTACH_PROVIDERS", &setting);
        Run::of(&command.output().unwrap())
    };
    let plan = terraform(&["plan", "-no-color", "-detailed-exitcode"]);
    assert_eq!(plan.code, 2, "{}", plan.output);
    terraform(&["apply", "-no-color", "-auto-approve"]).succeeds();
    let plan = terraform(&["plan", "-no-color", "-detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{}", plan.output);
    let setting: serde_json::Value = serde_json::from_str(&setting).unwrap();
    let socket = &setting["registry.terraform.io/vpcflow/vpcflow"]["Addr"]["String"];
    let socket = std::path::PathBuf::from(socket.as_str().unwrap());
    assert!(socket.exists());
    kill_process(Pid::from_child(&process.0), Signal::INT).unwrap();
    assert!(process.0.wait().unwrap().success());
    assert!(!socket.exists());
}

#[tokio::test]
async fn the_process_starts_with_a_long_path_for_temporary_files() {
    let parent = tempfile::tempdir().unwrap();
    let long = parent.path().join("x".repeat(120));
    std::fs::create_dir(&long).unwrap();
    let client = Client::spawn(provider().env("TMPDIR", &long)).await;
    timeout(SOON, client.shutdown()).await.unwrap();
}

#[tokio::test]
async fn the_process_ends_when_its_parent_is_killed() {
    let script = "\"$0\" & wait";
    let provider = provider();
    let mut parent = Command::new("sh")
        .args(["-c", script])
        .arg(provider.get_program())
        .env(COOKIE.0, COOKIE.1)
        .env_remove("PLUGIN_CLIENT_CERT")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(parent.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let handshake = Handshake::parse(line.trim_end());
    let channel = handshake.connect(None).await.unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    // The output ends when no process can write to it any more.
    let rest = tokio::task::spawn_blocking(move || output.read_to_end(&mut Vec::new()));
    let rest = timeout(SOON, rest)
        .await
        .expect("the provider is still running");
    assert_eq!(rest.unwrap().unwrap(), 0);
    drop(channel);
}

#[tokio::test]
async fn with_a_log_level_lines_on_standard_error_are_json() {
    let mut command = provider();
    command
        .env("TF_LOG_PROVIDER", "TRACE")
        .stderr(Stdio::piped());
    let (client, errors) = Client::spawn_with_errors(&mut command).await;
    timeout(SOON, client.shutdown()).await.unwrap();
    let lines: Vec<String> = errors.lines().map(Result::unwrap).collect();
    assert!(!lines.is_empty());
    for line in lines {
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        for key in ["@level", "@message", "@timestamp", "@module"] {
            assert!(record[key].is_string(), "{key} in {line}");
        }
    }
}

#[tokio::test]
async fn without_a_log_level_standard_error_is_empty() {
    let mut command = provider();
    command.stderr(Stdio::piped());
    let (client, errors) = Client::spawn_with_errors(&mut command).await;
    timeout(SOON, client.shutdown()).await.unwrap();
    assert_eq!(errors.lines().count(), 0);
}

/// Returns the peak_memory memory of a process in MiB.
#[cfg(target_os = "linux")]
fn peak_memory(client: &Client) -> usize {
    let status = format!("/proc/{}/status", client.id().unwrap());
    let status = std::fs::read_to_string(status).unwrap();
    let peak_memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak_memory = peak_memory.unwrap().trim().strip_suffix(" kB").unwrap();
    peak_memory.parse::<usize>().unwrap() / 1024
}

/// Each of these values takes one or two bytes on the wire.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_is_bounded_by_the_size_of_a_message() {
    const VALUES: u32 = 30_000_000;
    let client = Client::spawn(&mut provider()).await;
    let mut calls = ProviderClient::new(client.channel.clone());
    let mut nulls = vec![0x81, 0xaa];
    nulls.extend(b"user_agent");
    nulls.push(0xdd);
    nulls.extend(VALUES.to_be_bytes());
    nulls.resize(nulls.len() + VALUES as usize, 0xc0);
    let request = pb::validate_provider_config::Request {
        config: Some(pb::DynamicValue {
            msgpack: nulls,
            json: Vec::new(),
        }),
    };
    let answer = calls.validate_provider_config(request).await.unwrap();
    let diagnostics = answer.into_inner().diagnostics;
    assert!(
        diagnostics[0]
            .detail
            .contains("olds more than 1000000 values"),
        "{diagnostics:?}"
    );
    let zeros = "0,".repeat(VALUES as usize / 2);
    for json in [format!("{{\"tags\":[{zeros}0]}}"), format!("[{zeros}0]")] {
        let request = pb::upgrade_resource_state::Request {
            type_name: "vpcflow_log".to_owned(),
            version: 0,
            raw_state: Some(pb::RawState {
                json: json.into(),
                ..Default::default()
            }),
        };
        let answer = calls.upgrade_resource_state(request).await.unwrap();
        let diagnostics = answer.into_inner().diagnostics;
        assert!(
            diagnostics[0]
                .detail
                .contains("olds more than 1000000 values"),
            "{diagnostics:?}"
        );
    }
    let peak_memory = peak_memory(&client);
    assert!(peak_memory < 250, "{peak_memory} MiB");
    timeout(SOON, client.shutdown()).await.unwrap();
}
