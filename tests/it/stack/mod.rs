//! Stack definitions, drift checks and their reports, through the command line.

mod ci;
mod cloud_wan;
mod corpus;
mod coverage;
mod deployed;
mod drift;
mod folders;
mod formats;
mod gaps;
mod hostile;
mod inputs;
mod mistakes;
mod moto;
mod organization;
mod outputs;
mod pages;
mod readme;
mod replies;
mod schemas;
mod secrets;
mod sources;
mod stack_sets;
mod states;
mod successors;
mod templates;
mod terminal;
mod terraform;
mod trust;
mod undecided;
mod validate;
mod values;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::fake::FlowLog;
use crate::harness::terraform::Run;

/// The VPC in most tests.
const VPC: &str = "vpc-0123456789abcdef0";

/// A stack that declares what `running` returns.
const STACK: &str = "\
Region: us-east-1
FlowLogs:
  main:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogGroupName: sample
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample
    Tags:
      - Key: Name
        Value: main
";

/// Returns the flow log that `STACK` declares.
fn running() -> FlowLog {
    let mut log = FlowLog::sample("fl-00000000000000001", VPC);
    log.tags.insert("Name".to_owned(), "main".to_owned());
    log
}

/// A folder in which the program runs.
struct Folder {
    folder: TempDir,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("stack").tempdir().unwrap();
        Self { folder }
    }

    fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        folder.write(name, text);
        folder
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Creates a command in this folder that can call AWS only at the endpoint.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>, endpoint: Option<&str>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["AWS_", "GIT_", "TF_", "PLUGIN_"]
                .iter()
                .any(|head| name.starts_with(head))
            {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", self.path().join("no-config"))
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                self.path().join("no-credentials"),
            )
            .env("AWS_MAX_ATTEMPTS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(endpoint) = endpoint {
            command
                .env("AWS_ENDPOINT_URL", endpoint)
                .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
                .env("AWS_SECRET_ACCESS_KEY", "secret-canary");
        }
        command
    }

    fn run(&self, endpoint: Option<&str>, arguments: &[&str]) -> Run {
        let mut command = self.command(program(), endpoint);
        Run::of(&command.args(arguments).output().unwrap())
    }

    /// Runs the program with text on the standard input.
    fn run_with(&self, endpoint: Option<&str>, arguments: &[&str], input: &str) -> Run {
        let mut command = self.command(program(), endpoint);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let written = child.stdin.take().unwrap().write_all(input.as_bytes());
        // A program that refuses its arguments has ended before.
        if let Err(error) = written {
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        }
        Run::of(&child.wait_with_output().unwrap())
    }

    /// Runs a check, and returns its exit code and its JSON report.
    #[track_caller]
    fn drift(&self, endpoint: &str, arguments: &[&str]) -> (i32, Value) {
        let run = self.run(
            Some(endpoint),
            &[&["drift", "--format", "json"], arguments].concat(),
        );
        let report = serde_json::from_str(&run.stdout);
        (
            run.code,
            report.unwrap_or_else(|_| panic!("no report:\n{}", run.output)),
        )
    }
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_terraform-provider-vpcflow")
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares text with a committed file. `UPDATE_GOLDEN=1` rewrites the file.
#[track_caller]
fn golden(path: &str, text: &str) {
    let file = BTreeMap::from([(path.to_owned(), text.to_owned())]);
    crate::harness::golden::check(None, &file);
}

/// Returns the Python interpreter of the tests' packages.
fn python() -> PathBuf {
    let installed = repository().join(".venv/bin/moto_server");
    let program = std::env::var_os("VPCFLOW_MOTO").map_or(installed, PathBuf::from);
    program.with_file_name("python")
}

/// Runs a Python script, and returns its output.
#[track_caller]
fn script(text: &str, arguments: &[&str]) -> String {
    let output = Command::new(python())
        .arg("-c")
        .arg(text)
        .args(arguments)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns for each document why a JSON Schema refuses it, or none if it accepts it.
#[track_caller]
pub(crate) fn schema_verdicts(schema: &Path, documents: &[&Path]) -> Vec<Option<String>> {
    const SCRIPT: &str = "\
import json, sys, yaml
from jsonschema.validators import validator_for
schema = json.load(open(sys.argv[1]))
kind = validator_for(schema)
kind.check_schema(schema)
validator = kind(schema)
verdicts = []
for name in sys.argv[2:]:
    errors = sorted(validator.iter_errors(yaml.safe_load(open(name))), key=str)
    verdicts.append('; '.join(f'{e.json_path}: {e.message}' for e in errors)[:2000] or None)
print(json.dumps(verdicts))
";
    let mut arguments = vec![schema.to_str().unwrap()];
    arguments.extend(documents.iter().map(|path| path.to_str().unwrap()));
    serde_json::from_str(&script(SCRIPT, &arguments)).unwrap()
}
