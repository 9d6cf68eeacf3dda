//! All nouns and commands with every source of credentials: no secret is in anything that the provider says or leaves behind.
//!
//! Each source has its own secrets. Every noun runs with success, and against services that deny calls, repeat requests in
//! their errors, and reply with something else. The logs are at the level TRACE.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;

use super::case::{Case, READER, SESSION_CACHE, START_URL, case, keys, role, section};
use super::runner::{STACK, Scene, read};
use crate::harness::canary;
use crate::harness::client::Client;
use crate::harness::fake::{Fake, Fault};
use crate::harness::nouns::{Nouns, is_error};
use crate::harness::world::CANARY;

/// The operations of the services that the nouns call.
const OPERATIONS: [&str; 18] = [
    "CreateFlowLogs",
    "DescribeFlowLogs",
    "DeleteFlowLogs",
    "CreateTags",
    "DeleteTags",
    "DescribeLogGroups",
    "DescribeLogStreams",
    "DescribeNetworkInterfaces",
    "FilterLogEvents",
    "StartQuery",
    "ListObjectsV2",
    "DescribeStacks",
    "GetTemplate",
    "ListStackResources",
    "ListAccounts",
    "ListAttachments",
    "ListCoreNetworks",
    "DescribeVpcs",
];

/// The sources that only a provider block can configure, so that commands do not have them.
const OF_THE_BLOCK: [&str; 3] = [
    "arguments",
    "role of the block",
    "web identity of the block",
];

fn sources() -> Vec<Case> {
    let over_keys = |lines: &[&str]| {
        let role = role(READER);
        let lines = [&[&*role, "source_profile = base"], lines].concat();
        case("profiles")
            .config(section("profile dev", &lines))
            .credentials(keys("base", "BASE") + "aws_session_token = CANARY-token-of-BASE\n")
            .set("AWS_PROFILE", "dev")
    };
    let program = r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"CANARY-secret","SessionToken":"CANARY-token","Expiration":"{+3600}"}"#;
    vec![
        named("arguments", case("")).arguments(json!({
            "access_key": "BLOCK", "secret_key": "CANARY-secret-key", "token": "CANARY-token",
            "https_proxy": "http://me:CANARY-password@127.0.0.1:1",
        })),
        named("environment", case("").environment_keys())
            .set("AWS_SESSION_TOKEN", "CANARY-token/of+ENV==")
            .set("HTTPS_PROXY", "http://me:CANARY-password@127.0.0.1:1"),
        named("shared files", case(""))
            .credentials(keys("default", "DEFAULT") + "aws_session_token = CANARY-token\n"),
        named("profiles", over_keys(&["external_id = CANARY-external-id"])),
        named("program", case(""))
            .config(section(
                "profile dev",
                &["credential_process = cat {home}/out.json"],
            ))
            .file("out.json", program)
            .set("AWS_PROFILE", "dev"),
        named("session", session("+28800")),
        named("renewed session", session("-60")),
        named("web identity", case("").web_identity()),
        named("container", case("").container()),
        named("instance", case("")),
        named("role of the block", case("").environment_keys()).arguments(json!({
            "assume_role": [{ "role_arn": READER, "external_id": "CANARY-external-id" }],
        })),
        named("web identity of the block", case("")).arguments(json!({
            "assume_role_with_web_identity": {
                "role_arn": READER, "web_identity_token": "CANARY-web-identity",
            },
        })),
    ]
}

fn named(name: &str, case: Case) -> Case {
    Case {
        name: name.to_owned(),
        ..case
    }
}

/// Returns a session of IAM Identity Center whose token is valid for a number of seconds.
fn session(left: &str) -> Case {
    let url = format!("sso_start_url = {START_URL}");
    let profile = [
        "sso_session = corp",
        "sso_account_id = 111122223333",
        "sso_role_name = Reader",
    ];
    let token = format!(
        r#"{{"startUrl":"{START_URL}","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{{{left}}}","clientId":"client","clientSecret":"CANARY-client-secret","refreshToken":"CANARY-refresh","registrationExpiresAt":"{{+28800}}"}}"#
    );
    case("session")
        .config(
            section("profile dev", &profile)
                + &section("sso-session corp", &[&url, "sso_region = eu-west-1"]),
        )
        .file(SESSION_CACHE, token)
        .set("AWS_PROFILE", "dev")
}

/// What services do with the calls.
fn behaviors() -> [(&'static str, Option<Fault>); 5] {
    [
        ("success", None),
        ("denied", Some(Fault::error("AccessDenied", "No."))),
        ("repeated", Some(Fault::Echo(403))),
        ("a page that repeats", Some(Fault::EchoPage(403))),
        ("another page", Some(Fault::EchoPage(200))),
    ]
}

#[test]
fn nothing_that_a_noun_says_or_leaves_behind_contains_a_secret() {
    let waiting = Mutex::new(VecDeque::from(sources()));
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front()
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = next() {
                    Source::of(case).check();
                }
            });
        }
    });
}

/// A source of credentials, and the services.
struct Source {
    case: Case,
    scene: Scene,
    fake: Fake,
}

impl Source {
    fn of(case: Case) -> Self {
        let fake = Fake::start();
        fake.put_events("sample", "eni-1-all", Vec::new());
        fake.organize(&[("123456789012", "ACTIVE")]);
        let services = [
            "EC2",
            "CLOUDWATCH_LOGS",
            "S3",
            "CLOUDFORMATION",
            "ORGANIZATIONS",
        ];
        let case = services.into_iter().fold(case, |case, service| {
            case.set(&format!("AWS_ENDPOINT_URL_{service}"), fake.url())
        });
        let case = case.set("AWS_MAX_ATTEMPTS", "1");
        let scene = Scene::set(&case);
        Self { case, scene, fake }
    }

    fn check(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(self.check_nouns());
        if !OF_THE_BLOCK.contains(&self.case.name.as_str()) {
            self.check_commands();
        }
        let mut files = canary::files(self.scene.home.path());
        files.retain(|(file, _)| !self.case.files.iter().any(|(name, _)| name == file));
        let leaks = canary::leaks(&files, &[CANARY]);
        assert_eq!(leaks, [""; 0], "{}", self.case.name);
        let log = read(&self.scene.home.path().join("log"));
        assert!(log.contains("call answered"), "no log: {log}");
    }

    /// Runs all nouns in one process, as Terraform does.
    async fn check_nouns(&self) {
        let log = std::fs::File::create(self.scene.home.path().join("log")).unwrap();
        let mut command = self.scene.command(&self.case);
        command
            .env("TF_LOG", "TRACE")
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .stderr(log);
        let client = Client::spawn_as(&mut command, None).await;
        let mut nouns = Nouns::new(client.channel.clone());
        let said = nouns.configure(&self.scene.arguments(&self.case)).await;
        let failed: Vec<_> = said.iter().filter(|said| is_error(said)).collect();
        assert!(failed.is_empty(), "{}: {failed:?}", self.case.name);
        let mut state = Value::Null;
        for (name, fault) in behaviors() {
            self.set(fault.as_ref());
            state = run(&mut nouns, state).await;
            let place = format!("{}: {name}", self.case.name);
            if fault.is_none() {
                assert!(!state.is_null(), "{place}: nothing was created");
            }
            let form = canary::form_of(CANARY, nouns.said());
            let said = String::from_utf8_lossy(nouns.said());
            assert_eq!(form, None, "{place}: {said}");
            if name == "repeated" {
                let hidden = said.matches("(sensitive value)").count();
                let has_token = self.fake.calls().iter().any(|call| call.has_token);
                assert_eq!(hidden > 0, has_token, "{place}: {said}");
            }
            nouns.forget();
        }
        self.set(None);
        nouns.change("vpcflow_log", &state, &Value::Null).await;
        assert_eq!(self.fake.flow_logs("us-east-1").len(), 0);
        drop(nouns);
        client.shutdown().await;
    }

    /// Runs the commands.
    fn check_commands(&self) {
        std::fs::write(self.scene.home.path().join("stack.yaml"), STACK).unwrap();
        let drift: &[&str] = &["drift", "--stack", "stack.yaml", "--output", "report.json"];
        let deployed: &[&str] = &["drift", "--stack-name", "some"];
        let exported: &[&str] = &["stack", "to-terraform", "stack.yaml"];
        let covered: &[&str] = &["coverage", "--kinds", "vpc,core_network"];
        let role = "arn:aws:iam::{account}:role/audit";
        let organized: &[&str] = &["coverage", "--accounts", "organization", "--role", role];
        let group = ["--log-group-name", "sample", "--lookback", "1h"];
        let shown: &[&str] = &[&["traffic", "--format", "html"], &group[..]].concat();
        for (name, fault) in behaviors() {
            self.set(fault.as_ref());
            for arguments in [drift, deployed, exported, covered, organized, shown] {
                let mut command = self.scene.command(&self.case);
                command
                    .args(arguments)
                    .env("TF_LOG", "TRACE")
                    .env("RUST_LOG", "trace")
                    .stdin(Stdio::null());
                let output = command.output().unwrap();
                for bytes in [&output.stdout, &output.stderr] {
                    let form = canary::form_of(CANARY, bytes);
                    let text = String::from_utf8_lossy(bytes);
                    assert_eq!(
                        form, None,
                        "{}: {name}: {arguments:?}: {text}",
                        self.case.name
                    );
                }
            }
        }
    }

    fn set(&self, fault: Option<&Fault>) {
        self.fake.clear_faults();
        for operation in OPERATIONS {
            if let Some(fault) = fault {
                self.fake.fail(operation, fault.clone(), 1000);
            }
        }
    }
}

/// Runs every noun, and returns the state of the resource.
async fn run(nouns: &mut Nouns, state: Value) -> Value {
    let log = |tags: Json| {
        json!({
            "vpc_id": "vpc-0123456789abcdef0", "traffic_type": "ALL", "log_group_name": "sample",
            "iam_role_arn": "arn:aws:iam::123456789012:role/sample", "tags": tags,
        })
    };
    let created = nouns.create("vpcflow_log", &log(json!({ "A": "b" }))).await;
    let state = if state.is_null() { created } else { state };
    let read = nouns.read("vpcflow_log", &state).await;
    if let Some(Value::String(id)) = state.get("id") {
        nouns.import("vpcflow_log", id).await;
        nouns.data("vpcflow_log", &json!({ "id": id })).await;
    }
    nouns.list("vpcflow_log", &json!({})).await;
    nouns.data("vpcflow_logs", &json!({})).await;
    let query = json!({
        "log_group_name": "sample", "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T01:00:00Z",
    });
    nouns.data("vpcflow_log_events", &query).await;
    nouns.ephemeral("vpcflow_log_events", &query).await;
    nouns.data("vpcflow_log_summary", &query).await;
    let mut counted = query.clone();
    counted["engine"] = json!("insights");
    nouns.data("vpcflow_log_summary", &counted).await;
    let objects = json!({
        "s3_uri": "s3://bucket/", "start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T01:00:00Z",
    });
    nouns.data("vpcflow_log_events", &objects).await;
    if let Some(Value::String(id)) = state.get("id") {
        let wait = json!({ "flow_log_id": id, "timeout": "10ms", "poll_interval": "5ms" });
        nouns.action("vpcflow_verify_delivery", &wait).await;
    }
    nouns.function("parse_record", &["no record"]).await;
    nouns.function("log_format", &["version", "srcaddr"]).await;
    if read.is_null() { state } else { read }
}
