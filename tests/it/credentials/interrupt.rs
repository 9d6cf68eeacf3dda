//! A stop ends every wait for credentials: hanging calls, retries, and slow programs.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;
use vpcflow::protocol::pb;

use super::case::{Case, READER, SESSION_CACHE, START_URL, case, error, keys, role, section};
use super::runner::{Child, STACK, Scene, failed};
use crate::harness::client::Process;
use crate::harness::world::{CANARY, Fault, READ};

/// A second, and many more for a busy machine. What is stopped would take more than 30 seconds.
const SOON: Duration = Duration::from_secs(10);
/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(30);

fn roles() -> Case {
    case("a role")
        .config(section(
            "default",
            &[&role(READER), "source_profile = base"],
        ))
        .credentials(keys("base", "BASE"))
}

fn single_sign_on(lasts: &str) -> Case {
    let url = format!("sso_start_url = {START_URL}");
    let profile = [
        "sso_session = corp",
        "sso_account_id = 111122223333",
        "sso_role_name = Reader",
    ];
    let token = r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1","accessToken":"CANARY-cached","expiresAt":"{LASTS}","clientId":"client","clientSecret":"CANARY-client-secret","refreshToken":"CANARY-refresh","registrationExpiresAt":"{+864000}"}"#;
    case("single sign-on")
        .config(
            section("default", &profile)
                + &section("sso-session corp", &[&url, "sso_region = eu-west-1"]),
        )
        .file(SESSION_CACHE, token.replace("{LASTS}", lasts))
}

/// Returns each case with the operation that is in progress at the stop.
fn cases() -> Vec<(Case, &'static str)> {
    let throttle = error(400, "Throttling");
    let hanging = |case: Case, operation| (case.always(operation, Fault::Hang), operation);
    let account = json!({ "skip_requesting_account_id": false });
    vec![
        hanging(roles(), "AssumeRole"),
        (roles().always("AssumeRole", throttle.clone()), "AssumeRole"),
        hanging(
            case("a web identity").web_identity(),
            "AssumeRoleWithWebIdentity",
        ),
        (
            case("a throttled web identity")
                .web_identity()
                .always("AssumeRoleWithWebIdentity", throttle),
            "AssumeRoleWithWebIdentity",
        ),
        hanging(single_sign_on("{+28800}"), "GetRoleCredentials"),
        hanging(single_sign_on("{-60}"), "CreateToken"),
        hanging(case("a container").container(), "Container"),
        hanging(case("an instance's token"), "InstanceToken"),
        hanging(case("an instance's role"), "InstanceRole"),
        hanging(
            case("the account")
                .environment_keys()
                .arguments(account.clone()),
            "GetCallerIdentity",
        ),
        hanging(roles().arguments(account), "AssumeRole"),
    ]
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Runs a case until an operation is in progress, stops the provider, and returns how long the end took.
fn stopped(scene: &Scene, case: &Case, under_way: impl FnOnce()) -> Duration {
    runtime().block_on(async {
        let mut child = Child::spawn(scene, case).await;
        let mut calls = child.calls();
        let arguments = scene.arguments(case);
        let running = tokio::spawn(async move {
            let said = child.run(&arguments).await;
            (child, said)
        });
        tokio::task::block_in_place(under_way);
        let began = Instant::now();
        let stop = pb::stop_provider::Request {};
        calls.stop_provider(stop).await.unwrap();
        let ended = tokio::time::timeout(LONG, running).await;
        let (child, said) = ended.expect("the provider did not stop").unwrap();
        let took = began.elapsed();
        drop(calls);
        child.end().await;
        assert!(failed(&said), "{}: {said:?}", case.name);
        for message in said {
            assert!(
                !message.text.contains(CANARY),
                "{}: {}",
                case.name,
                message.text
            );
        }
        took
    })
}

#[test]
fn a_stop_ends_requests_for_credentials_within_a_second() {
    let problems: Vec<_> = std::thread::scope(|scope| {
        let cases = cases().into_iter();
        let running: Vec<_> = cases.map(|case| scope.spawn(|| problem(case))).collect();
        let ended = running.into_iter().map(|case| case.join().unwrap());
        ended.flatten().collect()
    });
    assert!(problems.is_empty(), "{problems:#?}");
}

/// Returns a problem if a case does not end soon, or continues after the stop.
fn problem((case, operation): (Case, &'static str)) -> Option<String> {
    let scene = Scene::set(&case);
    let took = stopped(&scene, &case, || {
        assert!(scene.world.wait_for(operation, 1, LONG), "{operation}");
    });
    let notes = scene.world.notes();
    let goes_on = notes.iter().any(|note| note.operation == READ);
    (took > SOON || goes_on).then(|| format!("{}: {operation}: {took:?}", case.name))
}

/// Returns a case with a program that writes its process ID to a pipe and then runs for 35 seconds.
fn program() -> Case {
    case("a program")
        .config(section(
            "default",
            &["credential_process = sh {home}/script.sh"],
        ))
        .file("script.sh", "echo $$ > {home}/started\nexec sleep 35\n")
}

/// Waits for the program's process ID.
fn number(scene: &Scene) -> Pid {
    let mut text = String::new();
    let mut pipe = std::fs::File::open(scene.home.path().join("started")).unwrap();
    pipe.read_to_string(&mut text).unwrap();
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

fn pipe(scene: &Scene) {
    let path = scene.home.path().join("started");
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

/// Waits until a program has exited, with a timeout.
fn has_exited(program: Pid, within: Duration) -> bool {
    let end = Instant::now() + within;
    while test_kill_process(program).is_ok() {
        if Instant::now() > end {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

#[test]
fn a_stop_ends_a_credential_process() {
    let case = program();
    let scene = Scene::set(&case);
    pipe(&scene);
    let mut started = None;
    let took = stopped(&scene, &case, || started = Some(number(&scene)));
    assert!(took < SOON, "{took:?}");
    assert!(
        has_exited(started.unwrap(), SOON),
        "the program is still running"
    );
}

/// SIGTERM has the same effect as SIGINT, which shells let their background jobs ignore.
#[test]
fn a_signal_ends_a_drift_check() {
    for (case, operation) in cases() {
        if !["AssumeRole", "GetRoleCredentials"].contains(&operation) {
            continue;
        }
        let case = case.file("stack.yaml", STACK);
        let scene = Scene::set(&case);
        let mut command = scene.command(&case);
        command.args(["drift", "--stack", "stack.yaml"]);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = Process(command.spawn().unwrap());
        assert!(scene.world.wait_for(operation, 1, LONG), "{operation}");
        let began = Instant::now();
        kill_process(Pid::from_child(&child.0), Signal::TERM).unwrap();
        let status = child.0.wait().unwrap();
        assert!(began.elapsed() < SOON, "{operation}: {:?}", began.elapsed());
        assert!(
            status.signal().is_some() || status.code() != Some(0),
            "{status}"
        );
    }
}
