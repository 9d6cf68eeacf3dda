//! The connection between a plugin and Terraform: handshake, TLS, health and shutdown.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tonic::Code;
use tonic::service::Routes;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use vpcflow::plugin::{Environment, Server};

use crate::harness::client::{Client, ClientIdentity, Handshake, PROTOCOL, call, open};

const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";
const STDIO: &str = "/plugin.GRPCStdio/StreamStdio";

/// Binds a server for a client, and returns it with its handshake line.
fn bind(identity: &ClientIdentity) -> (Server, String) {
    let pem = identity.pem();
    let environment = Environment::read(|name| match name {
        "PLUGIN_CLIENT_CERT" => Some(pem.clone().into()),
        _ => None,
    });
    let server = Server::bind(&environment.unwrap()).unwrap();
    let line = server.handshake(PROTOCOL);
    (server, line)
}

/// Reports whether the server closes the connection before any HTTP/2 data.
///
/// With TLS 1.3, the client finishes its handshake before the server checks its certificate.
async fn is_refused(handshake: &Handshake, identity: Option<&ClientIdentity>) -> bool {
    let Ok(mut tls) = handshake.dial_tls(identity).await else {
        return true;
    };
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let answer = async {
        tls.write_all(preface).await?;
        tls.read_u8().await
    };
    let answer = timeout(Duration::from_secs(5), answer).await;
    answer
        .expect("the server neither replies nor closes the connection")
        .is_err()
}

#[tokio::test]
async fn handshake_line_names_a_socket_and_a_certificate() {
    let (server, line) = bind(&ClientIdentity::new());
    let handshake = Handshake::parse(&line);
    assert_eq!(handshake.network, "unix");
    assert!(std::path::Path::new(&handshake.address).exists());
    assert!(line.split('|').nth(5).unwrap().len() > 50);
    assert_eq!(handshake.multiplexing, None);
    drop(server);
    assert!(!std::path::Path::new(&handshake.address).exists());
}

#[tokio::test]
async fn certificates_of_any_length_are_encoded_without_padding() {
    let identity = ClientIdentity::new();
    let mut remainders = BTreeSet::new();
    for _ in 0..60 {
        let (_server, line) = bind(&identity);
        let certificate = Handshake::parse(&line).certificate.unwrap();
        assert!(!line.contains('='), "{line}");
        remainders.insert(certificate.len() % 3);
    }
    assert!(
        remainders.iter().any(|remainder| *remainder != 0),
        "no length that padding would show at"
    );
}

#[tokio::test]
async fn certificate_is_new_for_each_process() {
    let identity = ClientIdentity::new();
    let (_first, one) = bind(&identity);
    let (_second, other) = bind(&identity);
    assert_ne!(
        Handshake::parse(&one).certificate,
        Handshake::parse(&other).certificate
    );
}

#[tokio::test]
async fn multiplexing_is_declined_only_if_requested() {
    let environment = Environment::read(|name| match name {
        "PLUGIN_MULTIPLEX_GRPC" => Some("true".into()),
        _ => None,
    });
    let server = Server::bind(&environment.unwrap()).unwrap();
    let handshake = Handshake::parse(&server.handshake(PROTOCOL));
    assert_eq!(handshake.multiplexing.as_deref(), Some("false"));
}

#[tokio::test]
async fn an_invalid_variable_is_an_error_with_its_name() {
    for (variable, garbage) in [
        ("PLUGIN_CLIENT_CERT", "not a certificate"),
        ("PLUGIN_MIN_PORT", "-1"),
        ("PLUGIN_MAX_PORT", "many"),
    ] {
        let environment =
            Environment::read(|name| (name == variable).then(|| garbage.to_owned().into()));
        let error = environment.unwrap_err().to_string();
        assert!(error.contains(variable), "{error}");
    }
}

#[tokio::test]
async fn the_parent_is_served_over_h2() {
    let client = Client::serve(Routes::default()).await;
    let identity = client.identity.clone().unwrap();
    let tls = client.handshake.dial_tls(Some(&identity)).await.unwrap();
    let (_, session) = tls.get_ref();
    assert_eq!(session.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(
        session.protocol_version(),
        Some(rustls::ProtocolVersion::TLSv1_3)
    );
}

#[tokio::test]
async fn other_clients_than_the_parent_are_refused() {
    let client = Client::serve(Routes::default()).await;
    let parent = client.identity.clone().unwrap();
    let stranger = ClientIdentity::new();
    let thief = parent.with_key_of(&stranger);
    assert!(is_refused(&client.handshake, None).await, "no certificate");
    assert!(is_refused(&client.handshake, Some(&stranger)).await);
    assert!(is_refused(&client.handshake, Some(&thief)).await, "no key");
    assert!(!is_refused(&client.handshake, Some(&parent)).await);
    call(&client.channel, SHUTDOWN).await.unwrap();
}

#[tokio::test]
async fn without_a_client_certificate_the_connection_has_no_tls() {
    let client = Client::serve_as(Routes::default(), None).await;
    assert_eq!(client.handshake.certificate, None);
    client.shutdown().await;
}

#[tokio::test]
async fn probes_and_silent_clients_do_not_block_other_clients() {
    let client = Client::serve(Routes::default()).await;
    let handshake = client.handshake.clone();
    drop(handshake.dial().await.unwrap());
    let mut noisy = handshake.dial().await.unwrap();
    noisy.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let silent = handshake.dial().await.unwrap();

    let again = handshake.connect(client.identity.clone());
    let again = timeout(Duration::from_secs(5), again).await;
    again.expect("a silent client blocks others").unwrap();
    drop(silent);
    client.shutdown().await;
}

#[tokio::test]
async fn shutdown_ends_the_server_with_open_streams() {
    let client = Client::serve(Routes::default()).await;
    let mut stdio = open(&client.channel, STDIO).await.unwrap();
    let begun = Instant::now();
    call(&client.channel, SHUTDOWN).await.unwrap();
    assert!(
        stdio.message().await.unwrap().is_none(),
        "the stream contains no data"
    );
    let socket = client.handshake.address.clone();
    client.ended().await;
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "Terraform kills the process after two seconds"
    );
    assert!(!std::path::Path::new(&socket).exists());
}

#[tokio::test]
async fn dropping_the_stop_sender_ends_the_server() {
    let (server, _) = bind(&ClientIdentity::new());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(server.serve(Routes::default(), async { drop(ended.await) }));
    drop(end);
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn unknown_services_and_methods_are_unimplemented() {
    let client = Client::serve(Routes::default()).await;
    for path in ["/tfplugin6.Provider/GetMetadata", "/plugin.GRPCStdio/None"] {
        let status = call(&client.channel, path).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn health_reports_only_the_plugin() {
    let client = Client::serve(Routes::default()).await;
    let other = HealthCheckRequest {
        service: "other".to_owned(),
    };
    let mut health = HealthClient::new(client.channel.clone());
    let status = health.check(other).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

/// With delayed acknowledgements, a small response takes 40 ms.
#[tokio::test]
async fn responses_do_not_wait_for_delayed_acknowledgements() {
    for identity in [None, Some(Arc::new(ClientIdentity::new()))] {
        let client = Client::serve_as(Routes::default(), identity).await;
        let mut health = HealthClient::new(client.channel.clone());
        let mut slow = 0;
        for _ in 0..50 {
            let begun = Instant::now();
            let request = HealthCheckRequest {
                service: "plugin".to_owned(),
            };
            health.check(request).await.unwrap();
            slow += u32::from(begun.elapsed() > Duration::from_millis(30));
        }
        assert!(slow < 25, "{slow} of 50 calls took more than 30 ms");
    }
}

#[tokio::test]
async fn many_calls_run_concurrently() {
    let client = Client::serve(Routes::default()).await;
    let mut streams = Vec::new();
    for _ in 0..300 {
        let stream = timeout(Duration::from_secs(5), open(&client.channel, STDIO)).await;
        streams.push(
            stream
                .expect("the server does not run calls concurrently")
                .unwrap(),
        );
    }
    client.shutdown().await;
}

#[test]
fn the_harness_writes_valid_pem() {
    let pem = ClientIdentity::new().pem();
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(STANDARD.decode(text).unwrap().len() > 400);
}

#[tokio::test]
async fn clients_wait_until_the_server_starts_to_serve() {
    let identity = Arc::new(ClientIdentity::new());
    let (server, line) = bind(&identity);
    let handshake = Handshake::parse(&line);
    let early = tokio::spawn(async move { handshake.connect(Some(identity)).await });
    tokio::task::yield_now().await;
    let served = tokio::spawn(server.serve(Routes::default(), pending()));
    early.await.unwrap().unwrap();
    served.abort();
}
