//! Connections: plain HTTP, TLS, and tunnels that end at this server.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Fault, Note, Shared, answer, authority};

/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 0x16;
/// The maximum length of a CONNECT request.
const LONGEST_HEAD: usize = 16_384;

/// Serves without end.
pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    // All connections end with the server, including those that are held.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // An error means that the client disconnected or does not trust the certificate.
            drop(connection(stream, &shared).await);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut first = [0; 1];
    stream.peek(&mut first).await?;
    match first[0] {
        HANDSHAKE => secure(stream, "localhost", shared).await,
        // No other method begins with these bytes.
        b'C' => {
            let Some(host) = tunnel(&mut stream, shared).await? else {
                return Ok(());
            };
            stream.peek(&mut first).await?;
            match first[0] {
                HANDSHAKE => secure(stream, &host, shared).await,
                _ => http(stream, shared).await,
            }
        }
        _ => http(stream, shared).await,
    }
}

async fn secure(stream: TcpStream, host: &str, shared: &Shared) -> io::Result<()> {
    let acceptor = TlsAcceptor::from(authority::server(host));
    http(acceptor.accept(stream).await?, shared).await
}

async fn http<S>(stream: S, shared: &Shared) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| answer::answer(shared, request));
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    served.map_err(io::Error::other)
}

/// Reads a CONNECT request, opens the tunnel unless it must be refused, and returns the host name.
async fn tunnel(stream: &mut TcpStream, shared: &Shared) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST_HEAD {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split_whitespace().nth(1).unwrap_or_default();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim()).to_owned()
    };
    let note = Note {
        operation: "Connect".to_owned(),
        host: target.to_owned(),
        user_agent: header("user-agent"),
        bearer: header("proxy-authorization"),
        ..Note::default()
    };
    let refusal = match shared.meet(note) {
        None => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
            return Ok(Some(host.to_owned()));
        }
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Drop | Fault::Half) => return Ok(None),
        Some(Fault::Echo(status) | Fault::EchoPage(status)) => {
            return refuse(stream, (status, "Refused", ""), &head).await;
        }
        Some(Fault::Redirect(status, address)) => {
            let location = format!("Location: {address}\r\n");
            return refuse(stream, (status, "Moved", &location), "").await;
        }
        Some(Fault::Error(status, reason, text)) => (status, reason, text),
        Some(Fault::Instead(status, text) | Fault::WrongTime(status, text)) => {
            (status, "Refused", text)
        }
    };
    let (status, reason, text) = refusal;
    refuse(stream, (status, reason, ""), text).await
}

/// Refuses to open a tunnel.
async fn refuse(
    stream: &mut TcpStream,
    (status, reason, headers): (u16, &str, &str),
    text: &str,
) -> io::Result<Option<String>> {
    let length = text.len();
    let reply = format!(
        "HTTP/1.1 {status} {reason}\r\nProxy-Authenticate: Basic realm=\"corporate\"\r\n{headers}Content-Length: \
         {length}\r\nConnection: close\r\n\r\n{text}"
    );
    stream.write_all(reply.as_bytes()).await?;
    Ok(None)
}
