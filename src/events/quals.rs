//! The quals of a query, declared once, and their way to the record layer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::query::Query;
use crate::cty::Path;
use crate::framework::{Attr, Diagnostic, Diagnostics, Model};
use crate::record::{self, QualName, RecordType};

/// Conditions on an event. All of one set must hold. Each is a text of one grammar: a value `v`, a range `a-b`,
/// a bound `>=n`, `<=n`, `>n` or `<n`; a comma means "or". An event whose record has no value for a field satisfies no
/// qual on it but one that asks for that: `-`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quals {
    /// Accepted or rejected: `ACCEPT` or `REJECT`.
    #[serde(default)]
    pub action: Attr<String>,
    /// Whether records are complete: `OK`, `NODATA` or `SKIPDATA`.
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
    /// The address of either side: an address or a CIDR block, IPv4 or IPv6.
    #[serde(default)]
    pub addr: Attr<String>,
    /// The source port.
    #[serde(default)]
    pub src_port: Attr<String>,
    /// The destination port.
    #[serde(default)]
    pub dst_port: Attr<String>,
    /// The port of either side.
    #[serde(default)]
    pub port: Attr<String>,
    /// The protocol, by number or by name, such as `tcp`, `udp` or `icmp`.
    #[serde(default)]
    pub protocol: Attr<String>,
    /// TCP flags that must be set, by names joined with `+` (`syn+ack`) or as a number. With `=` in front no other may be
    /// set: `=syn` is the first packet of a connection and nothing else.
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
    /// The direction as the interface sees it: `ingress` or `egress`.
    #[serde(default)]
    pub flow_direction: Attr<String>,
    /// The kind of traffic: `IPv4`, `IPv6` or `EFA`.
    #[serde(default)]
    pub r#type: Attr<String>,
    /// The VPC of the network interface.
    #[serde(default)]
    pub vpc_id: Attr<String>,
    /// The subnet of the network interface.
    #[serde(default)]
    pub subnet_id: Attr<String>,
    /// The instance of the network interface; `-` for interfaces that are not an instance's.
    #[serde(default)]
    pub instance_id: Attr<String>,
    /// The id that CloudWatch Logs gave the event.
    #[serde(default)]
    pub event_id: Attr<String>,
    /// Any other field of the record format, by AWS's own name, such as `{ "pkt-srcaddr" = "10.0.0.0/8" }`. The names of
    /// AWS services, as in `{ "pkt-dst-aws-service" = "s3" }`, are compared without regard to case.
    #[serde(default)]
    pub fields: Attr<BTreeMap<String, Attr<String>>>,
}

impl Model for Quals {}

impl Quals {
    /// Gives the quals that have a name of their own.
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

    /// Says whether nothing is written here, known or not.
    fn is_empty(&self) -> bool {
        let no_fields = match &self.fields {
            Attr::Known(fields) => fields.is_empty(),
            other => other.is_null(),
        };
        no_fields && self.named().iter().all(|(_, text)| text.is_null())
    }

    /// Reads what is known here, and reports each mistake at its path.
    fn parse(&self, at: &Path, of_aws: bool, diagnostics: &mut Diagnostics) -> Vec<record::Qual> {
        let fields = self.fields.known().into_iter().flatten();
        let fields = fields.filter_map(|(name, text)| {
            let path = at.clone().attribute("fields").key(name.as_str());
            let text = text.known()?;
            Some((
                path,
                name.as_str(),
                text,
                record::Qual::parse_field(name, text),
            ))
        });
        let named = self.named().into_iter().filter_map(|(name, text)| {
            let text = text.known()?;
            Some((
                at.clone().attribute(name),
                name,
                text,
                record::Qual::parse(name, text),
            ))
        });
        let mut quals = Vec::new();
        for (path, name, text, parsed) in named.chain(fields) {
            let judged = parsed.and_then(|qual| match of_aws {
                true => qual.check_for_lines(text).map(|()| qual),
                false => Ok(qual),
            });
            match judged {
                Ok(qual) => quals.push(qual),
                Err(error) => diagnostics.push(malformed(path, name, text, &error)),
            }
        }
        quals
    }
}

/// Reads all quals of a query; what is unknown as yet is left out.
pub(crate) fn parse(query: &Query, top: &Quals, diagnostics: &mut Diagnostics) -> record::Quals {
    let of_aws = !query.record_type.is_unknown() && query.record_type() == RecordType::Aws;
    record::Quals {
        all: top.parse(&Path::root(), of_aws, diagnostics),
        any: parse_blocks("where", &query.r#where, of_aws, diagnostics),
        none: parse_blocks("exclude", &query.exclude, of_aws, diagnostics),
    }
}

fn parse_blocks(
    name: &str,
    blocks: &Attr<Vec<Quals>>,
    of_aws: bool,
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<record::Qual>> {
    let mut parsed = Vec::new();
    for (index, block) in (0..).zip(blocks.known().into_iter().flatten()) {
        let path = Path::root().attribute(name).index(index);
        if block.is_empty() {
            let detail = format!(
                "This `{name}` block has no qual. Write at least one into it, or remove the block: as it \
                 is, it would {}.",
                if name == "where" {
                    "let every event through"
                } else {
                    "exclude every event"
                }
            );
            diagnostics.error(
                path.clone(),
                "empty-block",
                format!("Empty {name} block"),
                detail,
            );
        }
        parsed.push(block.parse(&path, of_aws, diagnostics));
    }
    parsed
}

/// Returns the path of a qual, or of a block of quals, in the configuration.
pub(crate) fn path(place: &record::QualPath) -> Path {
    let block = place.block.and_then(|(block, index)| {
        let index = i64::try_from(index).ok()?;
        Some(Path::root().attribute(block.name()).index(index))
    });
    let block = block.unwrap_or_else(Path::root);
    match &place.name {
        Some(QualName::Argument(name)) => block.attribute(name.as_str()),
        Some(QualName::Field(name)) => block.attribute("fields").key(name.as_str()),
        Some(QualName::Implied(_)) => block.attribute("flow_log_id"),
        None => block,
    }
}

/// Points at the character that is wrong.
fn malformed(path: Path, name: &str, text: &str, error: &record::QualError) -> Diagnostic {
    let detail = match error.position {
        Some(position) => {
            let column = name.len() + " = \"".len() + position;
            format!("{name} = \"{text}\"\n{:column$}^ {}", "", error.message)
        }
        None => format!("{name} = \"{text}\": {}", error.message),
    };
    Diagnostic::error("malformed-qual", format!("Malformed qual {name}"), detail).at(path)
}

#[cfg(test)]
mod tests {
    use super::path;
    use crate::record::{Block, QualName, QualPath};

    #[test]
    fn a_qual_is_found_in_the_configuration() {
        let argument = QualName::Argument("src_addr".to_owned());
        let field = QualName::Field("az-id".to_owned());
        for (block, name, expected) in [
            (None, Some(argument.clone()), "src_addr"),
            (Some((Block::Where, 0)), Some(argument), "where[0].src_addr"),
            (Some((Block::Exclude, 12)), None, "exclude[12]"),
            (
                Some((Block::Where, 1)),
                Some(field),
                "where[1].fields[\"az-id\"]",
            ),
        ] {
            assert_eq!(path(&QualPath { block, name }).to_string(), expected);
        }
    }
}
