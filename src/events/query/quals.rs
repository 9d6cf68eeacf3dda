//! The quals of one set: at the top level, or in one block.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cty::Path;
use crate::framework::{Attr, Diagnostic, Diagnostics, Model};
use crate::record::{self, RecordType};

/// Conditions on a record, all of which must match. Each has the form of a value `v`, a range `a-b`, or a bound `>=n`,
/// `<=n`, `>n` or `<n`. A comma means "or". A record that has no value for a field matches no condition on it, except one
/// that asks for that: `-`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quals {
    /// Whether the traffic was accepted: `ACCEPT` or `REJECT`.
    #[serde(default)]
    pub action: Attr<String>,
    /// The logging status of the record: `OK`, `NODATA` or `SKIPDATA`.
    #[serde(default)]
    pub log_status: Attr<String>,
    /// The version of the record.
    #[serde(default)]
    pub version: Attr<String>,
    /// The network interface (`eni-…`).
    #[serde(default)]
    pub interface_id: Attr<String>,
    /// The account that owns the network interface.
    #[serde(default)]
    pub interface_account_id: Attr<String>,
    /// The source address: an address or a CIDR block, IPv4 or IPv6.
    #[serde(default)]
    pub src_addr: Attr<String>,
    /// The destination address: an address or a CIDR block, IPv4 or IPv6.
    #[serde(default)]
    pub dst_addr: Attr<String>,
    /// The source or the destination address: an address or a CIDR block, IPv4 or IPv6.
    #[serde(default)]
    pub addr: Attr<String>,
    /// The source port.
    #[serde(default)]
    pub src_port: Attr<String>,
    /// The destination port.
    #[serde(default)]
    pub dst_port: Attr<String>,
    /// The source or the destination port.
    #[serde(default)]
    pub port: Attr<String>,
    /// The protocol, by number or by name, such as `tcp`, `udp` or `icmp`.
    #[serde(default)]
    pub protocol: Attr<String>,
    /// TCP flags that must be set, as names joined with `+` (`syn+ack`) or as a number. With a leading `=`, no other flag
    /// may be set: `=syn` matches only the first packet of a connection.
    #[serde(default)]
    pub tcp_flags: Attr<String>,
    /// The number of packets.
    #[serde(default)]
    pub packets: Attr<String>,
    /// The number of bytes.
    #[serde(default)]
    pub bytes: Attr<String>,
    /// When the first packet of the record was seen, as RFC 3339 or Unix seconds.
    #[serde(default)]
    pub start: Attr<String>,
    /// When the last packet of the record was seen, as RFC 3339 or Unix seconds.
    #[serde(default)]
    pub end: Attr<String>,
    /// The direction of the flow, as seen from the interface: `ingress` or `egress`.
    #[serde(default)]
    pub flow_direction: Attr<String>,
    /// The type of the traffic: `IPv4`, `IPv6` or `EFA`.
    #[serde(default)]
    pub r#type: Attr<String>,
    /// The VPC of the network interface.
    #[serde(default)]
    pub vpc_id: Attr<String>,
    /// The subnet of the network interface.
    #[serde(default)]
    pub subnet_id: Attr<String>,
    /// The instance of the network interface; `-` for interfaces that do not belong to an instance.
    #[serde(default)]
    pub instance_id: Attr<String>,
    /// The ID that CloudWatch Logs assigned to the event.
    #[serde(default)]
    pub event_id: Attr<String>,
    /// Any other field of the record format, by AWS's name, such as `{ "pkt-srcaddr" = "10.0.0.0/8" }`. The names of AWS
    /// services, as in `{ "pkt-dst-aws-service" = "s3" }`, are not case-sensitive.
    #[serde(default)]
    pub fields: Attr<BTreeMap<String, Attr<String>>>,
}

impl Model for Quals {}

impl Quals {
    /// Returns the quals that are arguments of their own.
    fn named(&self) -> [(&'static str, &Attr<String>); 23] {
        let Self {
            action,
            log_status,
            version,
            interface_id,
            interface_account_id,
            src_addr,
            dst_addr,
            addr,
            src_port,
            dst_port,
            port,
            protocol,
            tcp_flags,
            packets,
            bytes,
            start,
            end,
            flow_direction,
            r#type,
            vpc_id,
            subnet_id,
            instance_id,
            event_id,
            fields: _,
        } = self;
        [
            ("action", action),
            ("log_status", log_status),
            ("version", version),
            ("interface_id", interface_id),
            ("interface_account_id", interface_account_id),
            ("src_addr", src_addr),
            ("dst_addr", dst_addr),
            ("addr", addr),
            ("src_port", src_port),
            ("dst_port", dst_port),
            ("port", port),
            ("protocol", protocol),
            ("tcp_flags", tcp_flags),
            ("packets", packets),
            ("bytes", bytes),
            ("start", start),
            ("end", end),
            ("flow_direction", flow_direction),
            ("type", r#type),
            ("vpc_id", vpc_id),
            ("subnet_id", subnet_id),
            ("instance_id", instance_id),
            ("event_id", event_id),
        ]
    }

    /// Reports whether nothing is set, known or unknown.
    pub(super) fn is_empty(&self) -> bool {
        let no_fields = match &self.fields {
            Attr::Known(fields) => fields.is_empty(),
            other => other.is_null(),
        };
        no_fields && self.named().iter().all(|(_, text)| text.is_null())
    }

    /// Parses the quals that are known, and reports each mistake at its path.
    pub(super) fn parse(
        &self,
        at: &Path,
        record_type: Option<RecordType>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<record::Qual> {
        let fields = self.fields.known().into_iter().flatten();
        let fields = fields.filter_map(|(name, text)| {
            let path = at.clone().attribute("fields").key(name.as_str());
            let (name, text) = (name.as_str(), text.known()?);
            Some((path, name, text, record::Qual::parse_field(name, text)))
        });
        let named = self.named().into_iter().filter_map(|(name, text)| {
            let (path, text) = (at.clone().attribute(name), text.known()?);
            Some((path, name, text, record::Qual::parse(name, text)))
        });
        let mut quals = Vec::new();
        for (path, name, text, parsed) in named.chain(fields) {
            let checked = parsed.and_then(|qual| match record_type {
                Some(RecordType::Aws) => qual.check_for_lines(text).map(|()| qual),
                _ => Ok(qual),
            });
            match checked {
                Ok(qual) => quals.push(qual),
                Err(error) => diagnostics.push(malformed(path, name, text, &error)),
            }
        }
        quals
    }
}

/// Reports a mistake in a qual, and points at the character.
pub(crate) fn malformed(
    path: Path,
    name: &str,
    text: &str,
    error: &record::QualError,
) -> Diagnostic {
    let detail = match error.position {
        Some(position) => {
            let column = name.len() + " = \"".len() + position;
            format!("{name} = \"{text}\"\n{:column$}^ {}", "", error.message)
        }
        None => format!("{name} = \"{text}\": {}", error.message),
    };
    Diagnostic::error("malformed-qual", format!("Malformed filter {name}"), detail).at(path)
}
