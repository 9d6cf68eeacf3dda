//! The line on standard output that tells the parent where and how to connect.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::Error;

/// The version of the handshake itself.
const CORE_PROTOCOL: u32 = 1;

/// The fields of the line, in their order.
#[derive(Debug)]
pub(super) struct Handshake<'a> {
    pub(super) app_protocol: u32,
    pub(super) network: &'static str,
    pub(super) address: &'a str,
    /// In DER form; absent without TLS.
    pub(super) certificate: Option<&'a [u8]>,
    /// Whether the client asked about multiplexing; it must not see the answer unasked.
    pub(super) multiplexing_asked: bool,
}

impl Handshake<'_> {
    /// Writes the line down, without its newline.
    ///
    /// The certificate is in base64 *without padding*: the client refuses padding, and as the length of a
    /// certificate varies with its signature, it would do so only now and then.
    pub(super) fn line(&self) -> String {
        let certificate = self
            .certificate
            .map(|der| STANDARD_NO_PAD.encode(der))
            .unwrap_or_default();
        let multiplexing = if self.multiplexing_asked {
            "|false"
        } else {
            ""
        };
        format!(
            "{CORE_PROTOCOL}|{}|{}|{}|grpc|{certificate}{multiplexing}",
            self.app_protocol, self.network, self.address,
        )
    }
}

/// Writes a text and a newline in one piece and flushes: the parent may be waiting for it.
pub(super) fn announce(output: &mut impl Write, text: &str) -> Result<(), Error> {
    output
        .write_all(format!("{text}\n").as_bytes())
        .and_then(|()| output.flush())
        .map_err(Error::Handshake)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Handshake<'_> = Handshake {
        app_protocol: 6,
        network: "unix",
        address: "/tmp/x/s",
        certificate: None,
        multiplexing_asked: false,
    };

    #[test]
    fn without_tls_the_certificate_is_empty() {
        assert_eq!(PLAIN.line(), "1|6|unix|/tmp/x/s|grpc|");
    }

    #[test]
    fn certificate_is_base64_without_padding() {
        let line = |der| {
            Handshake {
                certificate: Some(der),
                ..PLAIN
            }
            .line()
        };
        assert_eq!(line(&[0xfb, 0xff]), "1|6|unix|/tmp/x/s|grpc|+/8");
        assert_eq!(line(&[0xfb]), "1|6|unix|/tmp/x/s|grpc|+w");
    }

    #[test]
    fn multiplexing_is_answered_only_when_asked() {
        let asked = Handshake {
            multiplexing_asked: true,
            ..PLAIN
        };
        assert_eq!(asked.line(), "1|6|unix|/tmp/x/s|grpc||false");
    }

    #[test]
    fn a_closed_output_is_an_error() {
        let mut full: &mut [u8] = &mut [];
        assert!(matches!(
            announce(&mut full, "1|6"),
            Err(Error::Handshake(_))
        ));
    }
}
