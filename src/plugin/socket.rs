//! The socket of the plugin: a private Unix socket, or a port on the loopback interface.
//!
//! The socket is in a private directory, which is created for this process and removed with the [`Listener`]. Paths of
//! sockets are short by nature (108 bytes on Linux), so a long directory for temporary files is passed over for `/tmp`,
//! and that for a port.

#[cfg(unix)]
mod unix;

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::environment::Environment;
use super::error::Error;

/// A stream of bytes with the client at its other end.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for T {}

/// An open socket, and where it is.
pub(super) enum Listener {
    #[cfg(unix)]
    Unix(unix::Socket),
    Tcp(TcpListener, String),
}

impl Listener {
    /// Opens the best socket that is available.
    pub(super) fn bind(environment: &Environment) -> Result<Self, Error> {
        #[cfg(unix)]
        if let Some(socket) = unix::Socket::bind(environment)? {
            return Ok(Self::Unix(socket));
        }
        bind_loopback(environment).map_err(Error::Socket)
    }

    /// Names the kind of the address in the handshake line.
    pub(super) fn network(&self) -> &'static str {
        match self {
            #[cfg(unix)]
            Self::Unix(_) => "unix",
            Self::Tcp(..) => "tcp",
        }
    }

    /// The path of the socket, or address and port.
    pub(super) fn address(&self) -> &str {
        match self {
            #[cfg(unix)]
            Self::Unix(socket) => socket.path(),
            Self::Tcp(_, address) => address,
        }
    }

    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Io>> {
        match self {
            #[cfg(unix)]
            Self::Unix(socket) => Ok(Box::new(socket.accept().await?)),
            Self::Tcp(listener, _) => Ok(Box::new(accept_without_delay(listener).await?)),
        }
    }
}

/// Accepts a connection whose small answers do not wait 40 ms for an acknowledgement.
async fn accept_without_delay(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Opens the first free port of those that the parent allows, or any.
fn bind_loopback(environment: &Environment) -> io::Result<Listener> {
    let mut ports = environment.ports.clone().unwrap_or(0..=0);
    let mut refusal = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let listener = ports.find_map(|port| {
        std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| refusal = error)
            .ok()
    });
    let Some(listener) = listener else {
        return Err(refusal);
    };
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    Ok(Listener::Tcp(TcpListener::from_std(listener)?, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_is_taken_from_the_allowed_range() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = taken.local_addr().unwrap().port();
        let environment = Environment {
            ports: Some(taken.saturating_sub(20)..=taken.saturating_add(20)),
            ..Environment::default()
        };
        let listener = bind_loopback(&environment).unwrap();
        let port: u16 = listener
            .address()
            .strip_prefix("127.0.0.1:")
            .unwrap()
            .parse()
            .unwrap();
        assert!(environment.ports.unwrap().contains(&port));
        assert_eq!(listener.network(), "tcp");
    }

    #[tokio::test]
    async fn no_free_port_is_an_error() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let environment = Environment {
            ports: Some(port..=port),
            ..Environment::default()
        };
        let error = bind_loopback(&environment).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
