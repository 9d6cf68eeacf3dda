//! Errors that prevent the plugin from serving.

use std::io;

/// Why the plugin could not start, or stopped serving; `main` prints it on standard error, where the parent reads.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A variable that the parent sets holds something we cannot work with.
    #[error("the environment variable {variable} {problem}")]
    Environment {
        /// The name of the variable.
        variable: &'static str,
        /// What is wrong with it, as the rest of the sentence.
        problem: String,
    },
    /// There is nothing to listen on.
    #[error("no socket could be opened to listen on: {0}")]
    Socket(#[source] io::Error),
    /// The certificate for this process could not be made.
    #[error("the certificate of this process could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS could not be set up with that certificate.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// Standard output is closed.
    #[error("the handshake could not be written to standard output: {0}")]
    Handshake(#[source] io::Error),
    /// The operating system does not allow signal handlers.
    #[error("signals could not be caught: {0}")]
    Signals(#[source] io::Error),
    /// The server broke off.
    #[error("the server failed: {0}")]
    Server(#[from] tonic::transport::Error),
}

impl Error {
    /// Returns the name of the invalid variable.
    pub(super) fn environment(variable: &'static str, problem: impl Into<String>) -> Self {
        Self::Environment {
            variable,
            problem: problem.into(),
        }
    }
}
