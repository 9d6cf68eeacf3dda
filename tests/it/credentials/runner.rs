//! Runs a case: the real binary in a clean environment, configured over gRPC as Terraform does it, and one call that
//! needs credentials.

use std::collections::VecDeque;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tonic::transport::Channel;
use vpcflow::cty;
use vpcflow::flow_log::DataSources;
use vpcflow::framework::{DataSource, Schema, lower};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::provider_client::ProviderClient;
use vpcflow::provider::Config;

use super::case::{Case, Left};
use crate::harness::client::Client;
use crate::harness::wire::encoded;
use crate::harness::world::{Note, World, authority};

/// The stack that the command line checks.
pub(super) const STACK: &str = "\
Region: us-east-1
FlowLogs:
  main:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:s3:::bucket
";

/// The number of cases that run at once.
const AT_ONCE: usize = 8;
/// A limit that no case reaches, even on a busy machine.
const LONGEST: Duration = Duration::from_secs(40);

/// The schemas of the provider block and the data source, read once for all cases.
static PROVIDER: LazyLock<Schema> = LazyLock::new(|| lower::<Config>(0).unwrap());
static READ: LazyLock<Schema> =
    LazyLock::new(|| lower::<<DataSources as DataSource>::Model>(0).unwrap());

/// A diagnostic that Terraform would show.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) is_error: bool,
    pub(super) text: String,
}

/// The result of a case.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) messages: Vec<Message>,
    pub(super) notes: Vec<Note>,
    pub(super) stderr: String,
    pub(super) took: Duration,
    /// Problems with the files after the run, and with the exit.
    pub(super) left: Vec<String>,
}

/// The environment of a case: its server, its home directory, and its texts with all values.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) home: TempDir,
}

impl Scene {
    pub(super) fn set(case: &Case) -> Self {
        let scene = Self {
            world: World::start(case.behaviour.clone()),
            home: tempfile::Builder::new().prefix("home").tempdir().unwrap(),
        };
        scene.write("ca.pem", &authority());
        for (path, text) in &case.files {
            scene.write(path, &scene.fill(text));
        }
        scene
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces the variables of a text.
    pub(super) fn fill(&self, text: &str) -> String {
        let text = text
            .replace("{world}", &self.world.url())
            .replace("{port}", &self.world.port().to_string())
            .replace("{home}", &self.home.path().display().to_string());
        times(&text)
    }

    pub(super) fn variables(&self, case: &Case) -> Vec<(String, String)> {
        let of = |(name, value): (&String, &String)| (name.clone(), self.fill(value));
        let mut variables: Vec<_> = case.variables.iter().map(of).collect();
        variables.push(("HOME".to_owned(), self.home.path().display().to_string()));
        variables.push(("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()));
        variables
    }

    /// Returns the arguments of the provider block, including those of all cases.
    pub(super) fn arguments(&self, case: &Case) -> Json {
        let mut arguments = case.arguments.clone();
        let skip = "skip_requesting_account_id";
        arguments.entry(skip).or_insert(Json::Bool(true));
        let text = self.fill(&Json::Object(arguments).to_string());
        serde_json::from_str(&text).unwrap()
    }

    /// Returns the binary, with only the environment of the case.
    pub(super) fn command(&self, case: &Case) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-vpcflow"));
        command
            .env_clear()
            .envs(self.variables(case))
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }
}

/// Replaces `{+60}` and `{-60}` with a time in seconds from now.
fn times(text: &str) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let time = part.split_once('}').and_then(|(inside, rest)| {
            let signed = inside.starts_with(['+', '-']);
            let seconds: i64 = inside.parse().ok().filter(|_| signed)?;
            let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
            Some((time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), rest))
        });
        match time {
            Some((time, rest)) => {
                filled.push_str(&time);
                filled.push_str(rest);
            }
            None => {
                filled.push('{');
                filled.push_str(part);
            }
        }
    }
    filled
}

/// A provider that runs as a child process, and a client of it.
pub(super) struct Child {
    client: Client,
    calls: ProviderClient<Channel>,
}

impl Child {
    pub(super) async fn spawn(scene: &Scene, case: &Case) -> Self {
        let errors = std::fs::File::create(scene.home.path().join("stderr")).unwrap();
        let mut command = scene.command(case);
        // Logs are searched for secrets too.
        command.env("TF_LOG_PROVIDER", "TRACE").stderr(errors);
        let client = Client::spawn_as(&mut command, None).await;
        let calls = ProviderClient::new(client.channel.clone());
        Self { client, calls }
    }

    /// Returns a second client of the same provider, to stop what the first one waits for.
    pub(super) fn calls(&self) -> ProviderClient<Channel> {
        self.calls.clone()
    }

    /// Validates and configures the provider, then reads. Ends at the first error, as Terraform does.
    pub(super) async fn run(&mut self, arguments: &Json) -> Vec<Message> {
        let config = wire(&PROVIDER, arguments);
        let request = pb::validate_provider_config::Request {
            config: config.clone(),
        };
        let answer = self.calls.validate_provider_config(request).await.unwrap();
        let mut said = messages(answer.into_inner().diagnostics);
        if failed(&said) {
            return said;
        }
        let request = pb::configure_provider::Request {
            config,
            ..Default::default()
        };
        let answer = self.calls.configure_provider(request).await.unwrap();
        said.extend(messages(answer.into_inner().diagnostics));
        if !failed(&said) {
            said.extend(self.read().await);
        }
        said
    }

    async fn read(&mut self) -> Vec<Message> {
        let request = pb::read_data_source::Request {
            type_name: DataSources::TYPE_NAME.to_owned(),
            config: wire(&READ, &json!({})),
            ..Default::default()
        };
        let answer = self.calls.read_data_source(request).await.unwrap();
        messages(answer.into_inner().diagnostics)
    }

    pub(super) async fn end(self) {
        drop(self.calls);
        self.client.shutdown().await;
    }
}

fn wire(schema: &Schema, json: &Json) -> Option<pb::DynamicValue> {
    let value = cty::json::decode(json.to_string().as_bytes(), &schema.ty).unwrap();
    encoded(&schema.block.complete(value), &schema.ty)
}

fn messages(diagnostics: Vec<pb::Diagnostic>) -> Vec<Message> {
    let message = |diagnostic: pb::Diagnostic| Message {
        is_error: diagnostic.severity == i32::from(pb::diagnostic::Severity::Error),
        text: format!("{}: {}", diagnostic.summary, diagnostic.detail),
    };
    diagnostics.into_iter().map(message).collect()
}

pub(super) fn failed(messages: &[Message]) -> bool {
    messages.iter().any(|message| message.is_error)
}

/// Runs one case.
pub(super) fn run(case: &Case) -> Ran {
    let scene = Scene::set(case);
    let running = async {
        let mut child = Child::spawn(&scene, case).await;
        let began = Instant::now();
        let messages = child.run(&scene.arguments(case)).await;
        let took = began.elapsed();
        child.end().await;
        Ran {
            messages,
            took,
            left: left(&scene, case),
            notes: scene.world.notes(),
            stderr: read(&scene.home.path().join("stderr")),
        }
    };
    in_time(running).unwrap_or_else(|| Ran {
        took: LONGEST,
        notes: scene.world.notes(),
        left: vec![format!("it does not end within {LONGEST:?}")],
        ..Ran::default()
    })
}

/// Runs something to its end, with a timeout.
fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bounded = async { tokio::time::timeout(LONGEST, work).await };
    runtime.block_on(bounded).ok()
}

/// Runs all cases, several at once, and returns the result of each.
pub(super) fn run_all(cases: Vec<Case>) -> Vec<(Case, Ran)> {
    let waiting = Mutex::new(VecDeque::from(cases));
    let done = Mutex::new(Vec::new());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let ran = run(&case);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((case, ran));
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Returns problems with the files after the run.
fn left(scene: &Scene, case: &Case) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, left) in &case.leaves {
        let place = scene.home.path().join(path);
        let text = read(&place);
        let right = match left {
            Left::Exactly(wanted) => text == *wanted,
            Left::Secret(wanted) => {
                let mode = std::fs::metadata(&place).map_or(0, |found| found.mode());
                text.contains(wanted) && mode & 0o777 == 0o600
            }
        };
        if !right {
            problems.push(format!("{path} is not {left:?}: {text}"));
        }
    }
    problems
}

pub(super) fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
