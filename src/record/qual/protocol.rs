//! IANA's names of protocols.
//!
//! See <https://www.iana.org/assignments/protocol-numbers>.

const NAMES: [(&str, i64); 30] = [
    ("icmp", 1),
    ("igmp", 2),
    ("ipip", 4),
    ("ip-in-ip", 4),
    ("tcp", 6),
    ("egp", 8),
    ("igp", 9),
    ("udp", 17),
    ("rdp", 27),
    ("dccp", 33),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("ipv6-icmp", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("eigrp", 88),
    ("ospf", 89),
    ("etherip", 97),
    ("pim", 103),
    ("vrrp", 112),
    ("l2tp", 115),
    ("sctp", 132),
    ("udplite", 136),
    ("mpls-in-ip", 137),
];

/// Finds the usual name of a protocol.
pub(super) fn name(number: i64) -> Option<&'static str> {
    let known = NAMES.iter().find(|(_, known)| *known == number);
    known.map(|(name, _)| *name)
}

/// Finds the number of a protocol by its name, in any case.
pub(super) fn number(name: &str) -> Option<i64> {
    let known = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, number)| *number)
}
