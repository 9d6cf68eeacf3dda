//! The root certificates that TLS trusts if no bundle is configured: those of this machine, or, if it has none, those of
//! Mozilla, which this program contains.
//!
//! Containers often have no CA bundle. The SDK would then trust no server, and a debug build of it ends the process.
//! This module must not know which services are called.

use std::{env, sync::LazyLock};

use aws_smithy_http_client::tls::TrustStore;
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{RootCertStore, pki_types::CertificateDer};

/// The variables with which a user names the system's root certificates, as in OpenSSL.
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Why there are no root certificates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoRoots {
    /// An environment variable names a place without any.
    #[error(
        "TLS is not possible: the environment variable {0} names a place without a usable root certificate. Correct or \
         unset it, or set AWS_CA_BUNDLE to a bundle"
    )]
    Variable(&'static str),
    /// None of those that this program contains is usable.
    #[error("TLS is not possible: there is no usable root certificate")]
    Bundled,
}

/// Returns the root certificates to trust if no bundle is configured. They are read once.
pub(super) fn of_system() -> &'static Result<TrustStore, NoRoots> {
    static ROOTS: LazyLock<Result<TrustStore, NoRoots>> = LazyLock::new(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        choose(found, VARIABLES.into_iter().find(is_set))
    });
    &ROOTS
}

/// Chooses the system's root certificates, or else those of this program. A user who names a place trusts only that one,
/// so an empty place is an error.
fn choose(
    found: Vec<CertificateDer<'static>>,
    variable: Option<&'static str>,
) -> Result<TrustStore, NoRoots> {
    if let Some(store) = usable(found) {
        return Ok(store);
    }
    if let Some(name) = variable {
        return Err(NoRoots::Variable(name));
    }
    let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    usable(bundled).ok_or(NoRoots::Bundled)
}

/// Creates a store of the certificates that a verifier can read, if there are any. The SDK would end the process over
/// the others.
pub(super) fn usable(
    certificates: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Option<TrustStore> {
    let mut roots = RootCertStore::empty();
    let mut store = TrustStore::empty();
    for certificate in certificates {
        if roots.add(certificate.clone()).is_ok() {
            store.add_pem_certificate(pem(&certificate));
        }
    }
    (!roots.is_empty()).then_some(store)
}

/// Renders a certificate in PEM form.
pub(super) fn pem(certificate: &CertificateDer<'_>) -> String {
    let text = STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unusable() -> Vec<CertificateDer<'static>> {
        vec![CertificateDer::from(b"no certificate".to_vec())]
    }

    #[test]
    fn a_system_without_roots_trusts_those_of_the_program() {
        assert!(choose(Vec::new(), None).is_ok());
        assert!(choose(unusable(), None).is_ok());
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let mut roots = RootCertStore::empty();
        let (read, unread) = roots.add_parsable_certificates(bundled.iter().cloned());
        assert!(read > 100 && unread == 0, "{read} and {unread}");
    }

    #[test]
    fn a_named_place_without_roots_is_an_error() {
        for found in [Vec::new(), unusable()] {
            let error = choose(found, Some("SSL_CERT_DIR")).unwrap_err();
            assert_eq!(error, NoRoots::Variable("SSL_CERT_DIR"));
            let text = error.to_string();
            assert!(text.contains("variable SSL_CERT_DIR names"), "{text}");
        }
    }
}
