//! The server: a socket that is open, perhaps with TLS, and soon with services.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic_health::ServingStatus;

use super::connection::{self, Open};
use super::environment::Environment;
use super::handshake::Handshake;
use super::socket::Listener;
use super::tls::{self, Tls};
use super::{Error, broker, controller, stdio};

/// What a client may ask the health service about.
const HEALTH_SERVICE: &str = "plugin";

/// A plugin that listens but does not serve yet; clients that connect meanwhile wait.
pub struct Server {
    listener: Listener,
    tls: Option<Tls>,
    multiplexing_asked: bool,
    handle: Handle,
}

impl Server {
    /// Opens the socket and, if the client has a certificate, makes one for this process.
    ///
    /// Needs a Tokio runtime around it.
    ///
    /// # Errors
    ///
    /// No socket or no certificate could be had.
    pub fn bind(environment: &Environment) -> Result<Self, Error> {
        let tls = environment
            .client_certificate
            .clone()
            .map(tls::for_client)
            .transpose()?;
        Ok(Self {
            listener: Listener::bind(environment)?,
            tls,
            multiplexing_asked: environment.multiplexing_asked,
            handle: Handle::default(),
        })
    }

    /// Writes down the line that tells a client how to connect.
    pub fn handshake(&self, app_protocol: u32) -> String {
        let handshake = Handshake {
            app_protocol,
            network: self.network(),
            address: self.address(),
            certificate: self.tls.as_ref().map(|tls| tls.certificate.as_ref()),
            multiplexing_asked: self.multiplexing_asked,
        };
        handshake.line()
    }

    /// Serves the given routes beside the plugin's own until the client calls `Shutdown` or `end` is over.
    ///
    /// `Shutdown` lets calls in flight finish, however long they take; `end` is the hard end.
    ///
    /// # Errors
    ///
    /// The transport failed; a single connection that fails is no error.
    pub async fn serve(self, routes: Routes, end: impl Future<Output = ()>) -> Result<(), Error> {
        let draining = &self.handle.draining;
        let routes = routes
            .add_service(health().await)
            .add_service(controller::service(self.handle.shutdown.clone()))
            .add_service(stdio::service(draining.clone()))
            .add_service(broker::service(draining.clone()));
        let (incoming, accepting) = connection::accept(
            self.listener,
            self.tls.map(|tls| tls.acceptor),
            self.handle.open.clone(),
        );
        let served = tonic::transport::Server::builder()
            // The client bounds its own parallelism, and what it started must not wait for what it streams.
            .max_concurrent_streams(u32::MAX)
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, draining.cancelled());
        let outcome = tokio::select! {
            served = served => served.map_err(Error::from),
            () = end => Ok(()),
        };
        // Whoever called us may exit the process next: see the socket removed before.
        accepting.abort();
        let _ = accepting.await;
        outcome
    }

    /// What the rest of the plugin needs to watch and stop this server.
    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    pub(super) fn network(&self) -> &'static str {
        self.listener.network()
    }

    pub(super) fn address(&self) -> &str {
        self.listener.address()
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address())
            .field("tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

/// The strings of a server.
#[derive(Clone)]
pub(super) struct Handle {
    /// Cancelled when the client called `Shutdown`; then the server drains, too.
    pub(super) shutdown: CancellationToken,
    /// Cancelled to take no more calls and end with the last one that runs.
    pub(super) draining: CancellationToken,
    pub(super) open: Open,
}

impl Default for Handle {
    fn default() -> Self {
        let shutdown = CancellationToken::new();
        Self {
            draining: shutdown.child_token(),
            shutdown,
            open: Arc::new(watch::Sender::new(0)),
        }
    }
}

async fn health()
-> tonic_health::pb::health_server::HealthServer<impl tonic_health::pb::health_server::Health> {
    let (reporter, service) = tonic_health::server::health_reporter();
    reporter
        .set_service_status(HEALTH_SERVICE, ServingStatus::Serving)
        .await;
    service
}
