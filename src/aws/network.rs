//! Why there was no connection.
//!
//! This module must not know which service was called.

use std::{error::Error as StdError, io};

use aws_smithy_runtime_api::client::result::ConnectorError;

use super::{
    error_chain::{causes, chain, find},
    roots::NoRoots,
};

/// Why there was no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkProblem {
    /// There are no root certificates, so TLS is not possible.
    NoRoots,
    /// The server's certificate is not trusted.
    Certificate,
    /// The proxy requires a user name and a password.
    ProxyAuthentication,
    /// The proxy did not connect to the server.
    Proxy,
    /// No program accepts connections at the address.
    Refused,
    /// The host name does not resolve.
    HostName,
    /// Anything else, such as a timeout.
    Other,
}

impl NetworkProblem {
    /// Finds the problem in a chain of errors.
    pub(super) fn of(error: &(dyn StdError + 'static)) -> Self {
        let is_refused = |cause: &(dyn StdError + 'static)| {
            let io: Option<&io::Error> = cause.downcast_ref();
            io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused)
        };
        if find::<NoRoots>(error).is_some() {
            Self::NoRoots
        } else if let Some(proxy) = find::<ProxyError>(error) {
            proxy.problem
        } else if let Some(rustls::Error::InvalidCertificate(_)) = find::<rustls::Error>(error) {
            Self::Certificate
        } else if causes(error).any(is_refused) {
            Self::Refused
        } else {
            Self::of_text(&chain(error)).unwrap_or(Self::Other)
        }
    }

    /// Finds the problem in a text. The errors of the HTTP client for proxies and for host names are private types, so
    /// only their text tells them apart.
    fn of_text(text: &str) -> Option<Self> {
        if text.contains("tunnel error") {
            let is_authentication = text.contains("proxy auth");
            Some(if is_authentication {
                Self::ProxyAuthentication
            } else {
                Self::Proxy
            })
        } else if text.contains("dns error") || text.contains("failed to lookup address") {
            Some(Self::HostName)
        } else {
            None
        }
    }
}

/// A connection that failed in a proxy.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy {proxy}")]
pub(super) struct ProxyError {
    proxy: String,
    problem: NetworkProblem,
    source: ConnectorError,
}

impl ProxyError {
    /// Adds the proxy to an error that the proxy caused. Returns other errors as they are.
    pub(super) fn wrap(proxy: Option<String>, error: ConnectorError) -> ConnectorError {
        let is_certificate = matches!(
            find::<rustls::Error>(&error),
            Some(rustls::Error::InvalidCertificate(_))
        );
        let problem = NetworkProblem::of_text(&chain(&error)).filter(|_| !is_certificate);
        match (proxy, problem) {
            (
                Some(proxy),
                Some(problem @ (NetworkProblem::Proxy | NetworkProblem::ProxyAuthentication)),
            ) if error.is_io() => ConnectorError::io(Box::new(Self {
                proxy,
                problem,
                source: error,
            })),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(error: impl Into<Box<dyn StdError + Send + Sync>>) -> ConnectorError {
        ConnectorError::io(Box::new(io::Error::other(error)))
    }

    #[test]
    fn a_problem_is_found_by_type() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let unknown_issuer = rustls::CertificateError::UnknownIssuer;
        for (error, problem) in [
            (io(refused), NetworkProblem::Refused),
            (
                io(rustls::Error::InvalidCertificate(unknown_issuer)),
                NetworkProblem::Certificate,
            ),
            (
                ConnectorError::user(Box::new(NoRoots::Bundled)),
                NetworkProblem::NoRoots,
            ),
            (
                io("HTTP connect timeout occurred after 5s"),
                NetworkProblem::Other,
            ),
        ] {
            assert_eq!(NetworkProblem::of(&error), problem, "{error:?}");
        }
    }

    /// A tunnel that fails below, as the HTTP client reports it.
    #[derive(Debug, thiserror::Error)]
    #[error("tunnel error: failed to create underlying connection")]
    struct Tunnel(#[source] rustls::Error);

    #[test]
    fn the_certificate_of_a_proxy_is_a_problem_of_the_certificate() {
        let unknown_issuer = rustls::CertificateError::UnknownIssuer;
        let error = Tunnel(rustls::Error::InvalidCertificate(unknown_issuer));
        let error = ConnectorError::io(Box::new(error));
        let wrapped = ProxyError::wrap(Some("https://proxy".to_owned()), error);
        assert_eq!(NetworkProblem::of(&wrapped), NetworkProblem::Certificate);
    }

    #[test]
    fn a_problem_of_the_http_client_is_found_by_text() {
        let host = io("dns error: failed to lookup address information");
        assert_eq!(NetworkProblem::of(&host), NetworkProblem::HostName);
        for (text, problem) in [
            ("tunnel error: unsuccessful", NetworkProblem::Proxy),
            (
                "tunnel error: proxy authorization required",
                NetworkProblem::ProxyAuthentication,
            ),
        ] {
            let wrapped = ProxyError::wrap(Some("http://proxy".to_owned()), io(text));
            assert_eq!(NetworkProblem::of(&wrapped), problem);
            let text = chain(&wrapped);
            assert!(text.contains("through the proxy http://proxy"), "{text}");
        }
    }
}
