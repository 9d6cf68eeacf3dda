//! The provider in a root folder that holds what every container image has, and no C library.
//!
//! `make` links the provider statically, so that it starts on every Linux. These tests run it where nothing else could help
//! it: no dynamic linker, no name service modules, no shell, no certificates except those of the test.

mod resolver;
mod root;

use std::process::{Command, Stdio};

use crate::acceptance::flow_log;
use crate::harness::client::Client;
use crate::harness::fake::{Fake, FlowLog, Network, REGION};
use crate::harness::not_run::not_run;
use crate::harness::python;
use crate::harness::terraform::{Run, Version, Workspace};
use crate::harness::world::{Behaviour, READ, World, authority};
use resolver::Resolver;
use root::{PROVIDER, Root};

/// The variable that tells a process that it has a network of its own.
const OWN_NETWORK: &str = "VPCFLOW_OWN_NETWORK";

const HOSTS: (&str, &str) = ("etc/hosts", "127.0.0.1 localhost\n");
const VPC: &str = "vpc-0123456789abcdef0";

/// A stack that declares what `FlowLog::sample` returns.
const STACK: (&str, &str) = (
    "stack.yaml",
    "\
Region: us-east-1
FlowLogs:
  main:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogGroupName: sample
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample
",
);

const DRIFT: &[&str] = &["drift", "--stack", "stack.yaml"];

/// Runs a command of the provider in the root, with an endpoint for all services.
fn run(root: &Root, endpoint: &str, arguments: &[&str]) -> Run {
    run_with(root, endpoint, arguments, &[])
}

fn run_with(root: &Root, endpoint: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = root.command();
    command
        .args(arguments)
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_MAX_ATTEMPTS", "1")
        .envs(variables.iter().copied());
    let run = Run::of(&command.output().unwrap());
    assert!(!run.output.contains("panicked"), "{}", run.output);
    run
}

/// Starts a fake server with the flow log of the stack.
fn recorded() -> Fake {
    let fake = Fake::start();
    fake.insert(FlowLog::sample("fl-00000000000000001", VPC));
    fake
}

#[test]
fn ldd_says_that_the_provider_is_linked_statically() {
    let Some(_) = Root::with(&[]) else { return };
    let Ok(output) = Command::new("ldd").arg(PROVIDER).output() else {
        return not_run("this machine has no ldd");
    };
    let said = Run::of(&output).output;
    let is_static = ["statically linked", "not a dynamic executable"];
    assert!(is_static.iter().any(|text| said.contains(text)), "{said}");
}

#[test]
fn the_version_is_printed() {
    let Some(root) = Root::with(&[]) else { return };
    let output = root.command().arg("--version").output().unwrap();
    let version = concat!("terraform-provider-vpcflow ", env!("CARGO_PKG_VERSION"));
    assert_eq!(Run::of(&output).succeeds().stdout.trim(), version);
}

#[tokio::test]
async fn the_parent_connects_without_a_folder_for_temporary_files() {
    let Some(root) = Root::with(&[]) else { return };
    let client = Client::spawn(&mut root.command()).await;
    assert_eq!(client.handshake.network, "tcp");
    assert!(client.handshake.certificate.is_some());
    client.shutdown().await;
}

#[test]
fn a_real_terraform_plans_applies_and_destroys() {
    let Some(root) = Root::with(&[HOSTS]) else {
        return;
    };
    let fake = Fake::start();
    let endpoint = fake.url().replace("127.0.0.1", "localhost");
    let work = Workspace::new(Version::Any, &endpoint).with_provider(&root.wrapper());
    work.configure(&flow_log("main", ""));
    assert_eq!(work.plan().code, 2);
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 1);
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn drift_and_coverage_read_a_server_on_the_loopback() {
    let Some(root) = Root::with(&[HOSTS, STACK]) else {
        return;
    };
    let fake = recorded();
    for (vpc, interface) in [(VPC, "eni-1"), ("vpc-0bbbbbbbbbbbbbbbb", "eni-2")] {
        fake.add_network(Network::new(vpc, &[]));
        fake.add_network(Network::new(interface, &[vpc]));
    }
    let endpoint = fake.url().replace("127.0.0.1", "localhost");
    run(&root, &endpoint, DRIFT).succeeds().says(&["1 in sync"]);
    let coverage = ["coverage", "--region", REGION, "--format", "json"];
    let coverage = run(&root, &endpoint, &coverage);
    assert_eq!(coverage.code, 2, "{}", coverage.output);
    let report: serde_json::Value = serde_json::from_str(&coverage.stdout).unwrap();
    assert_eq!(report["counts"]["uncovered"], 1, "{report}");
}

#[test]
fn the_certificates_of_the_image_are_trusted() {
    let authority = authority();
    let image = ("etc/ssl/certs/ca-certificates.crt", authority.as_str());
    let Some(root) = Root::with(&[HOSTS, STACK, image]) else {
        return;
    };
    let world = World::start(Behaviour::default());
    let endpoint = format!("https://localhost:{}", world.port());
    let run = run(&root, &endpoint, DRIFT);
    assert_eq!(run.code, 2, "{}", run.output);
    run.says(&["missing: main"]);
}

#[test]
fn without_certificates_in_the_image_an_unknown_authority_is_refused() {
    let Some(root) = Root::with(&[HOSTS, STACK]) else {
        return;
    };
    let world = World::start(Behaviour::default());
    let endpoint = format!("https://localhost:{}", world.port());
    let refused = run(&root, &endpoint, DRIFT).fails_with(&["certificate", "AWS_CA_BUNDLE"]);
    assert_eq!(refused.code, 1, "{}", refused.output);
    let nowhere = [("SSL_CERT_FILE", "/etc/ssl/cert.pem")];
    run_with(&root, &endpoint, DRIFT, &nowhere).fails_with(&[
        "TLS is not possible: the environment variable SSL_CERT_FILE names a place without a usable root certificate",
    ]);
    assert_eq!(world.notes().len(), 0);
}

/// The token of `aws sso login` is in a file whose name is the SHA-1 of the session's name.
#[test]
fn sso_signs_in_with_its_token() {
    let config = "\
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reader
region = us-east-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
";
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let token = serde_json::json!({
        "startUrl": "https://corp.awsapps.com/start",
        "region": "eu-west-1",
        "accessToken": "token",
        "expiresAt": later.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    });
    let token = token.to_string();
    let cache = "home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    let files = [("home/.aws/config", config), (cache, token.as_str())];
    let Some(root) = Root::with(&[&[HOSTS, STACK], &files[..]].concat()) else {
        return;
    };
    let world = World::start(Behaviour::default());
    let endpoint = format!("http://localhost:{}", world.port());
    let mut command = root.command();
    command
        .args(DRIFT)
        .env("HOME", "/home")
        .env("AWS_PROFILE", "dev")
        .env("AWS_ENDPOINT_URL", endpoint);
    let run = Run::of(&command.output().unwrap());
    assert_eq!(run.code, 2, "{}", run.output);
    let reads = world.notes().into_iter().filter(|n| n.operation == READ);
    let keys: Vec<_> = reads.map(|note| note.key).collect();
    assert_eq!(keys, ["SSO.Reader"]);
}

/// Images such as `scratch` have no shell, which `credential_process` requires.
#[test]
fn a_credential_process_without_a_shell_is_an_error_with_its_cause() {
    let config = "[profile dev]\ncredential_process = print-credentials\nregion = us-east-1\n";
    let Some(root) = Root::with(&[HOSTS, STACK, ("home/.aws/config", config)]) else {
        return;
    };
    let mut command = root.command();
    command
        .args(DRIFT)
        .env("HOME", "/home")
        .env("AWS_PROFILE", "dev")
        .env("AWS_ENDPOINT_URL", "http://localhost:1");
    let run = Run::of(&command.output().unwrap()).fails_with(&["credential_process"]);
    assert_eq!(run.code, 1, "{}", run.output);
    assert!(!run.output.contains("panicked"), "{}", run.output);
    assert!(run.flat().contains("No such file"), "{}", run.output);
}

/// Names can be resolved only at port 53, so the test needs a network of its own, in a process of its own.
#[test]
fn names_are_resolved_by_the_name_server_of_the_image() {
    let Some(_) = Root::with(&[]) else { return };
    let mut own = Command::new("unshare");
    own.args(["--map-root-user", "--net"]);
    let probe = Command::new(own.get_program())
        .args(own.get_args())
        .arg("true")
        .stderr(Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        return not_run(
            "this user may not create a network namespace (unshare --map-root-user --net)",
        );
    }
    let output = own
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "empty_root::in_a_network_of_its_own"])
        .args(["--ignored", "--nocapture"])
        .env(OWN_NETWORK, "1")
        .output()
        .unwrap();
    Run::of(&output).succeeds().says(&["1 passed"]);
}

#[test]
#[ignore = "the test above runs it in a network of its own"]
fn in_a_network_of_its_own() {
    if std::env::var_os(OWN_NETWORK).is_none() {
        return;
    }
    // SIOCSIFFLAGS with IFF_UP
    let up = "\
import fcntl, socket, struct
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, struct.pack('16sH22x', b'lo', 1))";
    python::run(up, &serde_json::Value::Null);
    let resolver = Resolver::start("ec2.flow-logs.test");
    let fake = recorded();
    let port = fake.url().rsplit(':').next().unwrap().to_owned();
    let servers = ("etc/resolv.conf", "nameserver 127.0.0.1\n");
    let root = Root::with(&[servers, STACK]).unwrap();
    run(&root, &format!("http://ec2.flow-logs.test:{port}"), DRIFT)
        .succeeds()
        .says(&["1 in sync"]);
    run(&root, &format!("http://gone.flow-logs.test:{port}"), DRIFT)
        .fails_with(&["The host name does not resolve"]);
    let asked = resolver.asked();
    for name in ["ec2.flow-logs.test", "gone.flow-logs.test"] {
        assert!(asked.iter().any(|asked| asked == name), "{asked:?}");
    }
}
