//! The environment variables that the parent sets, parsed once.
//!
//! This module uses neither the network nor the disk. An invalid value is an [`Error`] that names the variable.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::{env, fmt};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::ParsedCertificate;

use super::Error;

pub(super) const CLIENT_CERT: &str = "PLUGIN_CLIENT_CERT";
pub(super) const MIN_PORT: &str = "PLUGIN_MIN_PORT";
pub(super) const MAX_PORT: &str = "PLUGIN_MAX_PORT";
pub(super) const MULTIPLEX: &str = "PLUGIN_MULTIPLEX_GRPC";
pub(super) const PROTOCOL_VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
pub(super) const SOCKET_DIR: &str = "PLUGIN_UNIX_SOCKET_DIR";
pub(super) const SOCKET_GROUP: &str = "PLUGIN_UNIX_SOCKET_GROUP";

/// The settings from the parent. The default applies to a process without a parent.
#[derive(Clone, Default)]
pub struct Environment {
    /// The only certificate a client may show; without it there is no TLS.
    pub(super) client_certificate: Option<CertificateDer<'static>>,
    /// Where to look for a free port, if it has to be one.
    pub(super) ports: Option<RangeInclusive<u16>>,
    /// Where to put the socket instead of the directory for temporary files.
    pub(super) socket_directory: Option<PathBuf>,
    /// A group, by name or number, that may connect as well.
    pub(super) socket_group: Option<String>,
    /// Whether the client reads the field about multiplexing in the handshake line.
    pub(super) multiplexing_asked: bool,
    /// The major versions that the client speaks, as it wrote them.
    pub(super) offered_protocols: Option<String>,
}

impl Environment {
    /// Reads the environment of this process.
    ///
    /// # Errors
    ///
    /// A variable has an invalid value.
    pub fn from_process() -> Result<Self, Error> {
        Self::read(env::var_os)
    }

    /// Reads an environment given as a function; an empty variable is as good as none.
    ///
    /// # Errors
    ///
    /// A variable has an invalid value.
    pub fn read(lookup: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, Error> {
        let given = |name| lookup(name).filter(|value| !value.is_empty());
        let text = |name| given(name).map(|value| into_text(name, value)).transpose();
        Ok(Self {
            client_certificate: text(CLIENT_CERT)?
                .map(|pem| certificate(&pem))
                .transpose()?,
            ports: ports(text(MIN_PORT)?, text(MAX_PORT)?)?,
            socket_directory: given(SOCKET_DIR).map(PathBuf::from),
            socket_group: text(SOCKET_GROUP)?,
            multiplexing_asked: given(MULTIPLEX).is_some(),
            offered_protocols: text(PROTOCOL_VERSIONS)?,
        })
    }

    /// Logs a warning if the client does not offer this protocol version. The client reports the error itself.
    pub(super) fn warn_of_other_protocols(&self, ours: u32) {
        if let Some(offered) = &self.offered_protocols
            && !offers(offered, ours)
        {
            tracing::warn!(offered, ours, "the client does not offer our protocol");
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("tls", &self.client_certificate.is_some())
            .field("ports", &self.ports)
            .field("socket_directory", &self.socket_directory)
            .field("socket_group", &self.socket_group)
            .finish_non_exhaustive()
    }
}

fn into_text(name: &'static str, value: OsString) -> Result<String, Error> {
    value
        .into_string()
        .map_err(|_| Error::environment(name, "is not UTF-8 text"))
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, Error> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| {
        Error::environment(
            CLIENT_CERT,
            format!("should hold a certificate in PEM form: {error}"),
        )
    })?;
    ParsedCertificate::try_from(&der).map_err(|error| {
        Error::environment(
            CLIENT_CERT,
            format!("holds PEM, but no X.509 certificate in it: {error}"),
        )
    })?;
    Ok(der)
}

fn ports(min: Option<String>, max: Option<String>) -> Result<Option<RangeInclusive<u16>>, Error> {
    let min = min.map(|text| port(MIN_PORT, &text)).transpose()?;
    let max = max.map(|text| port(MAX_PORT, &text)).transpose()?;
    match (min, max) {
        (None, None) => Ok(None),
        (min, max) => {
            let range = min.unwrap_or(1)..=max.unwrap_or(u16::MAX);
            if range.is_empty() {
                return Err(Error::environment(
                    MIN_PORT,
                    format!("is {}, above {MAX_PORT}, {}", range.start(), range.end()),
                ));
            }
            Ok(Some(range))
        }
    }
}

fn port(name: &'static str, text: &str) -> Result<u16, Error> {
    text.trim().parse().map_err(|_| {
        Error::environment(
            name,
            format!("should be a port, 0 to 65535, but is {text:?}"),
        )
    })
}

/// Entries that are no numbers are passed over, as other plugins do.
fn offers(list: &str, protocol: u32) -> bool {
    list.split(',')
        .any(|version| version.trim().parse() == Ok(protocol))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, Error> {
        Environment::read(|name| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        })
    }

    fn complaint(variables: &[(&str, &str)]) -> String {
        read(variables).unwrap_err().to_string()
    }

    #[test]
    fn nothing_set_means_nothing_asked_for() {
        let environment = read(&[]).unwrap();
        assert!(environment.client_certificate.is_none());
        assert_eq!(environment.ports, None);
        assert!(!environment.multiplexing_asked);
    }

    #[test]
    fn empty_variables_count_as_unset() {
        let environment = read(&[
            (CLIENT_CERT, ""),
            (MIN_PORT, ""),
            (MULTIPLEX, ""),
            (SOCKET_DIR, ""),
        ])
        .unwrap();
        assert!(environment.client_certificate.is_none());
        assert_eq!(environment.ports, None);
        assert!(!environment.multiplexing_asked);
        assert_eq!(environment.socket_directory, None);
    }

    #[test]
    fn ports_make_a_range() {
        let environment = read(&[(MIN_PORT, "10000"), (MAX_PORT, "25000")]).unwrap();
        assert_eq!(environment.ports, Some(10000..=25000));
    }

    #[test]
    fn garbage_is_answered_with_the_name_of_the_variable() {
        for (variables, expected) in [
            (
                vec![(MIN_PORT, "ten")],
                "PLUGIN_MIN_PORT should be a port, 0 to 65535, but is \"ten\"",
            ),
            (
                vec![(MAX_PORT, "70000")],
                "PLUGIN_MAX_PORT should be a port",
            ),
            (
                vec![(MIN_PORT, "20"), (MAX_PORT, "10")],
                "PLUGIN_MIN_PORT is 20, above PLUGIN_MAX_PORT, 10",
            ),
            (
                vec![(CLIENT_CERT, "hello")],
                "PLUGIN_CLIENT_CERT should hold a certificate in PEM form",
            ),
            (
                vec![(
                    CLIENT_CERT,
                    "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
                )],
                "PLUGIN_CLIENT_CERT holds PEM, but no X.509 certificate",
            ),
        ] {
            let text = complaint(&variables);
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn our_protocol_is_found_anywhere_in_the_list() {
        assert!(offers("5,6", 6));
        assert!(offers("6,5", 6));
        assert!(offers("x, 6 ", 6));
        assert!(!offers("5", 6));
        assert!(!offers("16,66", 6));
    }
}
