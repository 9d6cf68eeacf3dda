//! Who may talk to the provider, and who may read what it writes.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tonic::service::Routes;

use crate::harness::client::{COOKIE, Client, ClientIdentity, Handshake, Process};
use crate::harness::fake::Fake;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-vpcflow");
/// A user and a group without any rights.
const NOBODY: u32 = 65_534;

/// Returns the program, as a shell starts it that lets everybody read new files.
fn provider_with_open_umask(arguments: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("umask 000; exec {PROVIDER} {arguments}")]);
    for variable in ["TF_LOG", "TF_LOG_PROVIDER", "PLUGIN_CLIENT_CERT"] {
        command.env_remove(variable);
    }
    command
}

/// Starts a plugin without a connection, and returns its socket.
fn spawn(command: &mut Command) -> (Process, PathBuf) {
    let command = command.env(COOKIE.0, COOKIE.1).stdout(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());
    let mut line = String::new();
    let mut output = BufReader::new(process.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let socket = PathBuf::from(Handshake::parse(line.trim_end()).address);
    (process, socket)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o777
}

/// Checks that only the owner can reach a socket.
#[track_caller]
fn assert_private(socket: &Path) {
    let folder = socket.parent().unwrap();
    assert!(std::fs::metadata(socket).unwrap().file_type().is_socket());
    assert_eq!(mode(folder), 0o700);
    let find = |command: &mut Command| {
        let found = command.args(["-S"]).arg(socket).status();
        found.unwrap().success()
    };
    assert!(find(&mut Command::new("test")), "the owner does not see it");
    // Only root can become another user.
    if rustix::process::geteuid().is_root() {
        let seen = find(Command::new("test").uid(NOBODY).gid(NOBODY));
        assert!(!seen, "another user reaches the socket");
    }
}

#[test]
fn the_socket_is_private_whatever_the_umask_is() {
    let (_process, socket) = spawn(&mut provider_with_open_umask(""));
    assert_private(&socket);
}

/// In this mode there is no TLS, so the folder is what protects the socket.
#[test]
fn the_socket_of_a_debugged_provider_is_private() {
    let mut command = provider_with_open_umask("serve --debug");
    let child = command.env_remove(COOKIE.0).stdout(Stdio::piped()).spawn();
    let mut process = Process(child.unwrap());
    let output = BufReader::new(process.0.stdout.take().unwrap());
    let address = output.lines().map(Result::unwrap).find_map(|line| {
        let (_, rest) = line.split_once("\"String\":\"")?;
        Some(rest.split_once('"')?.0.to_owned())
    });
    assert_private(Path::new(&address.unwrap()));
}

#[test]
fn reports_follow_the_umask_and_keep_the_mode_of_a_file() {
    let fake = Fake::start();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let stack = "Region: us-east-1\nFlowLogs:\n  main:\n    ResourceId: vpc-0123456789abcdef0\n    \
                 TrafficType: ALL\n    LogDestination: arn:aws:s3:::bucket\n";
    std::fs::write(path("stack.yaml"), stack).unwrap();
    std::fs::write(path("kept.json"), "").unwrap();
    std::fs::set_permissions(path("kept.json"), PermissionsExt::from_mode(0o640)).unwrap();
    for (umask, file, expected) in [
        ("022", "new.json", 0o644),
        ("077", "private.json", 0o600),
        ("000", "kept.json", 0o640),
    ] {
        let drift = format!(
            "umask {umask}; exec {PROVIDER} drift --stack stack.yaml --region us-east-1 --format json --output {file}"
        );
        let output = Command::new("sh")
            .args(["-c", &drift])
            .current_dir(folder.path())
            .env("AWS_ENDPOINT_URL", fake.url())
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret-canary")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(mode(&path(file)), expected, "{file}");
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 4, "other files were left");
}

#[tokio::test]
async fn a_client_without_tls_is_refused() {
    let client = Client::serve(Routes::default()).await;
    let mut plain = client.handshake.dial().await.unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    plain.write_all(preface).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(5), plain.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection stays open");
    // At most an alert of TLS, and no HTTP/2.
    assert!(
        answer.len() <= 7 && !answer.starts_with(&[0, 0]),
        "{answer:?}"
    );
    client.shutdown().await;
}

/// Only the certificate that signs the handshake counts.
#[tokio::test]
async fn the_certificate_of_the_parent_behind_that_of_another_client_is_refused() {
    let client = Client::serve(Routes::default()).await;
    let parent = client.identity.clone().unwrap();
    let stranger = ClientIdentity::new().followed_by(&parent);
    let handshake = &client.handshake;
    let refused = match handshake.dial_tls(Some(&stranger)).await {
        Err(_) => true,
        // With TLS 1.3, the client finishes its handshake before the server checks its certificate.
        Ok(mut tls) => {
            let read = timeout(Duration::from_secs(5), tls.read_u8()).await;
            read.unwrap().is_err()
        }
    };
    assert!(refused);
    client.shutdown().await;
}
