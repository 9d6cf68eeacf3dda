//! The details of an ExternalFlow event: their keys, types, and names.

/// The type of a detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A whole number that is not negative, as a number or as text.
    Integer,
    Address,
    /// RFC 3339, with up to nine digits of a second.
    Time,
    /// A decimal or hexadecimal number.
    Flags,
    Direction,
    Action,
    /// 4 or 6.
    Version,
}

/// One detail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail {
    /// The key in snake_case.
    pub(super) key: &'static str,
    /// The name of the value.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What it records, in one sentence.
    pub(super) description: &'static str,
}

#[rustfmt::skip] // one detail a line
pub(super) static DETAILS: [Detail; 21] = [
    detail("vers", "type", Kind::Version, "The IP version, 4 or 6."),
    detail("proto", "protocol", Kind::Integer, "The IANA number of the protocol."),
    detail("src_addr", "srcaddr", Kind::Address, "The source address of the flow."),
    detail("dst_addr", "dstaddr", Kind::Address, "The destination address of the flow."),
    detail("src_port", "srcport", Kind::Integer, "The source port of the flow."),
    detail("dst_port", "dstport", Kind::Integer, "The destination port of the flow."),
    detail("direction", "flow-direction", Kind::Direction, "The direction of the flow, `INGRESS` or `EGRESS`."),
    detail("action", "action", Kind::Action, "The action taken, such as `ACCEPT` or `DENY`."),
    detail("reason", "reject_reason", Kind::Text, "The reason for the action."),
    detail("nat", "nat", Kind::Text, "Information about address translation."),
    detail("session", "session_id", Kind::Text, "The number of the session, the same for both directions."),
    detail("iface_gen", "iface_gen", Kind::Text, "The generation of the network interface."),
    detail("flow_idx", "flow_index", Kind::Text, "The number of the flow within its session."),
    detail("agg_start", "start", Kind::Time, "When the interval began over which the flow was counted."),
    detail("agg_end", "end", Kind::Time, "When the interval ended over which the flow was counted."),
    detail("packets", "packets", Kind::Integer, "The number of packets."),
    detail("bytes", "bytes", Kind::Integer, "The number of bytes."),
    detail("tcp_flags", "tcp-flags", Kind::Flags, "The TCP flags seen, as a decimal number or as hexadecimal such as `0x02`."),
    detail("vm_uuid", "instance-id", Kind::Text, "The virtual machine."),
    detail("folder_id", "folder_id", Kind::Text, "The folder of a BareMetal server."),
    detail("subnet_id", "subnet-id", Kind::Text, "The subnet."),
];

const fn detail(
    key: &'static str,
    name: &'static str,
    kind: Kind,
    description: &'static str,
) -> Detail {
    Detail {
        key,
        name,
        kind,
        description,
    }
}

/// Converts a key to lowerCamelCase.
pub(super) fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut key, word| {
        let mut letters = word.chars();
        key.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        key.push_str(letters.as_str());
        key
    })
}

/// Converts a key to snake_case.
pub(super) fn snake(key: &str) -> String {
    let mut snake = String::new();
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Parses a set of flags.
pub(super) fn flags(text: &str) -> Option<u32> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((text, 10), |digits| (digits, 16));
    let number = digits.chars().all(|digit| digit.is_digit(radix));
    u32::from_str_radix(digits, radix).ok().filter(|_| number)
}

/// Converts an action to AWS's term; none for one that is not documented.
pub(super) fn action(text: &str) -> Option<&'static str> {
    match text.to_ascii_uppercase().as_str() {
        "ACCEPT" | "ALLOW" | "PERMIT" => Some("ACCEPT"),
        "REJECT" | "DENY" | "DROP" => Some("REJECT"),
        _ => None,
    }
}

/// Converts the IP version to AWS's term.
pub(super) fn ip_version(text: &str) -> Option<&'static str> {
    match text {
        "4" => Some("IPv4"),
        "6" => Some("IPv6"),
        _ => None,
    }
}
