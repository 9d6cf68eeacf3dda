//! Connects to a plugin as Terraform does: handshake line, mutual TLS with its own P-521 certificate authority, ALPN and
//! HTTP/2.
//!
//! This module does not use the plugin's code for the wire, so that it does not repeat its errors.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::pin::Pin;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P521_SHA512,
};
use rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::codegen::Service;
use tonic::codegen::http::Uri;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_prost::ProstCodec;
use vpcflow::plugin::{Environment, Error, Server};

/// The cookie that Terraform sets in the environment of a provider.
pub(crate) const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The protocol version that the in-process server announces.
pub(crate) const PROTOCOL: u32 = 6;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A certificate as Terraform creates it for each provider process.
pub(crate) struct ClientIdentity {
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
    /// The certificates that it sends after its own.
    more: Vec<CertificateDer<'static>>,
}

impl ClientIdentity {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        params
            .distinguished_name
            .push(DnType::OrganizationName, "HashiCorp");
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
            more: Vec::new(),
        }
    }

    /// Returns the certificate of this identity with the key of another one, as an attacker could combine them.
    pub(crate) fn with_key_of(&self, other: &Self) -> Self {
        Self {
            certificate: self.certificate.clone(),
            key: other.key.clone_key(),
            more: Vec::new(),
        }
    }

    /// Returns this identity with the certificate of another one after its own.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "there is no binary"))]
    pub(crate) fn followed_by(mut self, other: &Self) -> Self {
        self.more.push(other.certificate.clone());
        self
    }

    fn certified(&self) -> SingleCertAndKey {
        let key = PrivateKeyDer::from(self.key.clone_key());
        let key = any_ecdsa_type(&key).unwrap();
        let chain = [vec![self.certificate.clone()], self.more.clone()].concat();
        SingleCertAndKey::from(CertifiedKey::new(chain, key))
    }

    pub(crate) fn pem(&self) -> String {
        let text = STANDARD.encode(&self.certificate);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    }
}

/// The handshake line, parsed as strictly as in Terraform.
#[derive(Debug, Clone)]
pub(crate) struct Handshake {
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) certificate: Option<CertificateDer<'static>>,
    pub(crate) multiplexing: Option<String>,
}

impl Handshake {
    pub(crate) fn parse(line: &str) -> Self {
        let fields: Vec<&str> = line.split('|').collect();
        assert!((6..=7).contains(&fields.len()), "{line:?}");
        assert_eq!(fields[0], "1", "core protocol in {line:?}");
        assert_eq!(fields[1], "6", "app protocol in {line:?}");
        assert_eq!(fields[4], "grpc", "transport in {line:?}");
        let certificate = STANDARD_NO_PAD.decode(fields[5]).unwrap();
        Self {
            network: fields[2].to_owned(),
            address: fields[3].to_owned(),
            certificate: (!certificate.is_empty()).then(|| certificate.into()),
            multiplexing: fields.get(6).map(|field| (*field).to_owned()),
        }
    }

    /// Opens a connection without sending anything.
    pub(crate) async fn dial(&self) -> std::io::Result<Box<dyn Io>> {
        Ok(match self.network.as_str() {
            "unix" => Box::new(UnixStream::connect(&self.address).await?),
            "tcp" => Box::new(TcpStream::connect(&self.address).await?),
            other => panic!("unknown network {other:?}"),
        })
    }

    /// Performs the TLS handshake, with or without an identity.
    pub(crate) async fn dial_tls(
        &self,
        identity: Option<&ClientIdentity>,
    ) -> std::io::Result<TlsStream<Box<dyn Io>>> {
        let connector = TlsConnector::from(Arc::new(self.tls(identity)));
        let name = ServerName::try_from("localhost").unwrap();
        connector.connect(name, self.dial().await?).await
    }

    /// Trusts only the announced certificate.
    fn tls(&self, identity: Option<&ClientIdentity>) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone().unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            // The usual builder would reject a key that does not belong to the certificate.
            Some(identity) => builder.with_client_cert_resolver(Arc::new(identity.certified())),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }

    /// Connects as Terraform does: without TLS if the line contains no certificate.
    ///
    /// Sends a request, because a client learns only from the reply that its certificate was refused.
    pub(crate) async fn connect(
        &self,
        identity: Option<Arc<ClientIdentity>>,
    ) -> Result<Channel, Failure> {
        let connector = Connector {
            handshake: self.clone(),
            identity,
        };
        let channel = Endpoint::from_static("http://localhost")
            .connect_with_connector(connector)
            .await?;
        let health = HealthCheckRequest {
            service: "plugin".to_owned(),
        };
        let answer = HealthClient::new(channel.clone()).check(health).await?;
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
        Ok(channel)
    }
}

/// A byte stream to a plugin.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Creates connections for a channel.
struct Connector {
    handshake: Handshake,
    identity: Option<Arc<ClientIdentity>>,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Io>>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let handshake = self.handshake.clone();
        let identity = self.identity.clone();
        Box::pin(async move {
            if handshake.certificate.is_none() {
                return Ok(TokioIo::new(handshake.dial().await?));
            }
            let tls = handshake.dial_tls(identity.as_deref()).await?;
            if tls.get_ref().1.alpn_protocol() != Some(b"h2") {
                return Err("the server did not choose h2".into());
            }
            Ok(TokioIo::new(Box::new(tls) as Box<dyn Io>))
        })
    }
}

/// A running plugin, and a channel to it.
pub(crate) struct Client {
    pub(crate) channel: Channel,
    pub(crate) handshake: Handshake,
    pub(crate) identity: Option<Arc<ClientIdentity>>,
    plugin: Plugin,
}

enum Plugin {
    /// A separate process. Its output stays open while it can write.
    Child(Process, BufReader<ChildStdout>),
    /// A task in this process.
    Task(JoinHandle<Result<(), Error>>),
}

impl Client {
    /// Starts a real plugin and connects to it, with mutual TLS.
    pub(crate) async fn spawn(command: &mut Command) -> Self {
        Self::spawn_as(command, Some(Arc::new(ClientIdentity::new()))).await
    }

    /// Starts a real plugin and connects to it, without TLS if there is no identity.
    pub(crate) async fn spawn_as(
        command: &mut Command,
        identity: Option<Arc<ClientIdentity>>,
    ) -> Self {
        command
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .stdout(Stdio::piped());
        if let Some(identity) = &identity {
            command.env("PLUGIN_CLIENT_CERT", identity.pem());
        }
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "not a whole line: {line:?}");
        let handshake = Handshake::parse(line.trim_end());
        let channel = handshake.connect(identity.clone()).await.unwrap();
        Self {
            channel,
            handshake,
            identity,
            plugin: Plugin::Child(Process(child), output),
        }
    }

    /// Starts a real plugin with mutual TLS, and returns its standard error.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "there is no binary"))]
    pub(crate) async fn spawn_with_errors(command: &mut Command) -> (Self, BufReader<ChildStderr>) {
        let mut client = Self::spawn(command).await;
        let Plugin::Child(process, _) = &mut client.plugin else {
            unreachable!("spawned");
        };
        let errors = process.0.stderr.take().unwrap();
        (client, BufReader::new(errors))
    }

    /// Serves routes in this process and connects to them, with mutual TLS.
    pub(crate) async fn serve(routes: Routes) -> Self {
        Self::serve_as(routes, Some(Arc::new(ClientIdentity::new()))).await
    }

    /// Serves routes in this process and connects to them, without TLS if there is no identity.
    pub(crate) async fn serve_as(routes: Routes, identity: Option<Arc<ClientIdentity>>) -> Self {
        let pem = identity.as_ref().map(|identity| identity.pem());
        let environment = Environment::read(|name| match name {
            "PLUGIN_CLIENT_CERT" => pem.clone().map(Into::into),
            _ => None,
        });
        let server = Server::bind(&environment.unwrap()).unwrap();
        let handshake = Handshake::parse(&server.handshake(PROTOCOL));
        let task = tokio::spawn(server.serve(routes, std::future::pending()));
        let channel = handshake.connect(identity.clone()).await.unwrap();
        Self {
            channel,
            handshake,
            identity,
            plugin: Plugin::Task(task),
        }
    }

    /// Returns the process ID, if the plugin is a process.
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "there is no binary"))]
    pub(crate) fn id(&self) -> Option<u32> {
        match &self.plugin {
            Plugin::Child(process, _) => Some(process.0.id()),
            Plugin::Task(_) => None,
        }
    }

    /// Stops the plugin as Terraform does: calls `Shutdown`, closes the connection and waits.
    pub(crate) async fn shutdown(self) {
        call(&self.channel, "/plugin.GRPCController/Shutdown")
            .await
            .unwrap();
        self.ended().await;
    }

    /// Closes the connection and waits until the plugin has ended.
    pub(crate) async fn ended(self) {
        let Self {
            channel, plugin, ..
        } = self;
        drop(channel);
        match plugin {
            Plugin::Task(task) => task.await.unwrap().unwrap(),
            Plugin::Child(mut process, output) => {
                let status = tokio::task::spawn_blocking(move || process.0.wait());
                let status = status.await.unwrap().unwrap();
                assert!(status.success(), "{status}");
                let rest: Vec<String> = output.lines().map(Result::unwrap).collect();
                assert!(rest.is_empty(), "printed after the handshake: {rest:?}");
            }
        }
    }
}

/// A process that does not outlive its test.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Calls a method by its path with an empty message, without reading the response.
pub(crate) async fn call(channel: &Channel, path: &'static str) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let codec = ProstCodec::<(), ()>::default();
    let path = PathAndQuery::from_static(path);
    client
        .unary(Request::new(()), path, codec)
        .await
        .map(Response::into_inner)
}

/// Opens a response stream by the path of its method, with an empty message.
pub(crate) async fn open(channel: &Channel, path: &'static str) -> Result<Streaming<()>, Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let codec = ProstCodec::<(), ()>::default();
    let path = PathAndQuery::from_static(path);
    client
        .server_streaming(Request::new(()), path, codec)
        .await
        .map(Response::into_inner)
}
