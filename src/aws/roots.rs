//! Whom TLS trusts where no bundle is named: the certificate authorities of this machine, or, where it has none, those
//! that come with this program (Mozilla's).
//!
//! A container without a CA bundle is an everyday thing. The SDK would trust nobody there, and a debug build of it ends
//! the process. This module must not know which services are called.

use std::{env, sync::LazyLock};

use aws_smithy_http_client::tls::TrustStore;
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{RootCertStore, pki_types::CertificateDer};

/// How the reason why there is nobody to trust begins.
pub(super) const NO_TLS: &str = "TLS is not possible";
/// By these variables a user names the certificate authorities of the system, as OpenSSL has it.
const NAMED_BY: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Whom TLS trusts where no bundle is named, read once; or why there is nobody to trust.
pub(super) fn of_system() -> &'static Result<TrustStore, String> {
    static ROOTS: LazyLock<Result<TrustStore, String>> = LazyLock::new(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        choose(found, NAMED_BY.into_iter().find(is_set))
    });
    &ROOTS
}

/// Chooses what the system has, else what comes with this program. Whoever named a place wants that one trusted and no
/// other, so an empty one is an error.
fn choose(
    found: Vec<CertificateDer<'static>>,
    named_by: Option<&str>,
) -> Result<TrustStore, String> {
    if let Some(store) = usable(found) {
        return Ok(store);
    }
    if let Some(name) = named_by {
        return Err(format!(
            "{NO_TLS}: the environment variable {name} names a place without a certificate authority that \
             can be used. Correct or unset it, or name a bundle by AWS_CA_BUNDLE"
        ));
    }
    let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    usable(bundled).ok_or_else(|| format!("{NO_TLS}: there is no certificate authority"))
}

/// Trusts those that a verifier can read, if there are any: over others the SDK would end the process.
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

/// A certificate in PEM form.
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
    fn a_system_without_certificates_trusts_those_that_come_with_the_program() {
        assert!(choose(Vec::new(), None).is_ok());
        assert!(choose(unusable(), None).is_ok());
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let mut roots = RootCertStore::empty();
        let (read, unread) = roots.add_parsable_certificates(bundled.iter().cloned());
        assert!(read > 100 && unread == 0, "{read} and {unread}");
    }

    #[test]
    fn a_named_place_without_certificates_is_an_error_that_names_the_variable() {
        for found in [Vec::new(), unusable()] {
            let error = choose(found, Some("SSL_CERT_DIR")).unwrap_err();
            assert!(error.contains("variable SSL_CERT_DIR names"), "{error}");
        }
    }
}
