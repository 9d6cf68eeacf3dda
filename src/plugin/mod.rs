//! The plugin: a child process that its parent calls by gRPC on a private socket.
//!
//! The parent (Terraform, OpenTofu) starts the binary with a magic cookie in the environment and reads one line
//! from its standard output, which says where the plugin listens and which certificate it will show. From then on
//! all talk is HTTP/2 on that socket, both sides authenticated by certificates made for this one process, until
//! the parent calls `Shutdown`.
//!
//! ```text
//! environment ─┬─ tls ────┐
//!              └─ socket ─┴─ handshake line ── connection ── server (health, broker, controller, stdio + yours)
//!                                                             lifetime: who may end it, and when
//! ```
//!
//! This layer knows nothing of what the services mean: it is given [`Routes`] and serves them. It never exits the
//! process; it returns, and `main` exits.

mod broker;
mod connection;
mod controller;
mod environment;
mod error;
mod handshake;
mod lifetime;
pub mod log;
mod panic;
mod pb;
mod reattach;
mod server;
mod socket;
mod stdio;
mod tls;

use std::{env, io};

use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use environment::Environment;
pub use error::Error;
pub use server::Server;

/// The largest message that either side may send, in bytes; the owner of a service sets it on that service.
pub const MESSAGE_LIMIT: usize = 256 * 1024 * 1024;

/// Who the plugin is, and how it knows its parent.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// The environment variable that holds the magic cookie.
    pub cookie_key: &'static str,
    /// What it holds if the right parent started us.
    pub cookie_value: &'static str,
    /// The major version of the protocol that the given routes speak.
    pub app_protocol: u32,
    /// What may be logged, and when.
    pub log: log::Policy,
}

/// Checks whether the right parent started this process, so that a person at a shell gets help instead.
pub fn started_by_parent(identity: &Identity) -> bool {
    env::var_os(identity.cookie_key).is_some_and(|value| value == identity.cookie_value)
}

/// Serves as the parent's child: prints the handshake line and returns when the process should end.
///
/// `interrupt` is cancelled by us when the process is asked to terminate, so that work in flight may hurry. It may
/// be cancelled by others for the same purpose: that does not stop the server.
///
/// # Errors
///
/// An invalid environment, no socket, or a closed standard output.
pub async fn serve(
    identity: &Identity,
    routes: Routes,
    interrupt: CancellationToken,
) -> Result<(), Error> {
    panic::install();
    log::install(&identity.log);
    // Before the line: with it the parent may go on, and be gone.
    let parent = lifetime::Parent::remember();
    let environment = Environment::from_process()?;
    let signals = lifetime::Signals::catch()?;
    let server = Server::bind(&environment)?;
    let line = server.handshake(identity.app_protocol);
    handshake::announce(&mut io::stdout().lock(), &line)?;
    environment.warn_of_other_protocols(identity.app_protocol);
    let end = lifetime::of_child(signals, parent, server.handle(), interrupt);
    server.serve(routes, end).await
}

/// Serves for a debugger: without TLS and without a parent, until Ctrl-C.
///
/// Prints what to set in the shell where Terraform runs. `address` is the full source address of the provider,
/// host included, as the default host differs between Terraform and OpenTofu.
///
/// # Errors
///
/// No socket, or a closed output.
pub async fn serve_for_debugging(
    identity: &Identity,
    address: &str,
    routes: Routes,
    interrupt: CancellationToken,
) -> Result<(), Error> {
    panic::install();
    log::install(&identity.log);
    let signals = lifetime::Signals::catch()?;
    let server = Server::bind(&Environment::default())?;
    let invitation = reattach::invitation(&server, address, identity.app_protocol);
    handshake::announce(&mut io::stdout().lock(), &invitation)?;
    let end = lifetime::of_debugging(signals, server.handle(), interrupt);
    server.serve(routes, end).await
}
