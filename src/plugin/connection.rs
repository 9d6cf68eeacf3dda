//! Accepts connections and performs their TLS handshakes.
//!
//! TLS handshakes run concurrently and have a deadline, so that one that fails or hangs, such as a port probe, neither ends
//! the loop nor delays the others.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::socket::{Io, Listener};

/// How long a client may take over its TLS handshake.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait when the system has no more file descriptors for us.
const PAUSE_AFTER_ACCEPT_FAILED: Duration = Duration::from_millis(50);

/// The number of connections that are being served.
pub(super) type Open = Arc<watch::Sender<usize>>;

/// Accepts connections until the returned stream is dropped.
///
/// The task owns the socket; once it has ended, the socket is closed and gone.
pub(super) fn accept(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    open: Open,
) -> (ReceiverStream<io::Result<Connection>>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(16);
    let accepting = tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = sender.closed() => return,
            };
            match accepted {
                Ok(io) => {
                    tokio::spawn(admit(io, tls.clone(), open.clone(), sender.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(PAUSE_AFTER_ACCEPT_FAILED).await;
                }
            }
        }
    });
    (ReceiverStream::new(receiver), accepting)
}

/// Passes on a connection after a successful handshake.
async fn admit(
    io: Box<dyn Io>,
    tls: Option<TlsAcceptor>,
    open: Open,
    admitted: mpsc::Sender<io::Result<Connection>>,
) {
    let io = match tls {
        None => io,
        Some(tls) => match timeout(HANDSHAKE_DEADLINE, tls.accept(io)).await {
            Ok(Ok(io)) => Box::new(io),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a client was refused: TLS failed");
                return;
            }
            Err(_elapsed) => {
                tracing::warn!("a client was refused: TLS took too long");
                return;
            }
        },
    };
    // A server that has stopped does not want it any more: it is closed by being dropped.
    let _ = admitted.send(Ok(Connection::new(io, open))).await;
}

/// A connection with a client that may be served.
pub(super) struct Connection {
    io: Box<dyn Io>,
    open: Open,
}

impl Connection {
    fn new(io: Box<dyn Io>, open: Open) -> Self {
        open.send_modify(|count| *count += 1);
        Self { io, open }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.send_modify(|count| *count -= 1);
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

// Not vectored: then h2 gathers answers of up to 1,024 bytes and writes them at once, where it would write each that is
// larger than 256 bytes alone, in a TLS record and by a system call of its own.
impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
