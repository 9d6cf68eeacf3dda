//! Names that are often used for a field: those of other tools, guesses, and other spellings.

use super::definition::Field;
use super::table::{FIELDS, by_column, find};

/// Aliases, in lower case without separators, and the fields that they stand for.
const ALIASES: [(&str, &str); 42] = [
    ("timestamp", "start"),
    ("time", "start"),
    ("starttime", "start"),
    ("endtime", "end"),
    ("srcip", "srcaddr"),
    ("sourceip", "srcaddr"),
    ("sourceaddress", "srcaddr"),
    ("sourceaddr", "srcaddr"),
    ("srcaddress", "srcaddr"),
    ("source", "srcaddr"),
    ("src", "srcaddr"),
    ("dstip", "dstaddr"),
    ("destip", "dstaddr"),
    ("destinationip", "dstaddr"),
    ("destinationaddress", "dstaddr"),
    ("destaddr", "dstaddr"),
    ("dstaddress", "dstaddr"),
    ("destination", "dstaddr"),
    ("dst", "dstaddr"),
    ("sourceport", "srcport"),
    ("sport", "srcport"),
    ("destport", "dstport"),
    ("destinationport", "dstport"),
    ("dport", "dstport"),
    ("proto", "protocol"),
    ("account", "account-id"),
    ("interface", "interface-id"),
    ("eni", "interface-id"),
    ("eniid", "interface-id"),
    ("networkinterfaceid", "interface-id"),
    ("status", "log-status"),
    ("vpc", "vpc-id"),
    ("subnet", "subnet-id"),
    ("instance", "instance-id"),
    ("az", "az-id"),
    ("availabilityzone", "az-id"),
    ("availabilityzoneid", "az-id"),
    ("direction", "flow-direction"),
    ("flags", "tcp-flags"),
    ("pktsrcip", "pkt-srcaddr"),
    ("pktdstip", "pkt-dstaddr"),
    ("eventtype", "action"),
];

/// Returns the known aliases, in lower case without separators.
pub fn aliases() -> impl Iterator<Item = &'static str> {
    ALIASES.iter().map(|(alias, _)| *alias)
}

/// Finds the field that a wrong name stands for: by its spelling, by its column, or as a known alias.
#[must_use]
pub fn suggest(name: &str) -> Option<&'static Field> {
    let joined = name.to_lowercase().replace(['-', '_'], "");
    let spelt = FIELDS
        .iter()
        .find(|field| field.name.replace('-', "") == joined);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == joined);
    spelt
        .or_else(|| alias.and_then(|(_, name)| find(name)))
        .or_else(|| by_column(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_stands_for_a_field_and_is_not_one() {
        for (alias, name) in ALIASES {
            assert!(find(alias).is_none(), "{alias}");
            assert_eq!(suggest(alias).map(|field| field.name), Some(name));
        }
    }

    #[test]
    fn spellings_and_columns_are_understood() {
        for (name, field) in [
            ("src_addr", "srcaddr"),
            ("Source-IP", "srcaddr"),
            ("log_status", "log-status"),
            ("interface_account_id", "account-id"),
            ("tcpflags", "tcp-flags"),
        ] {
            assert_eq!(suggest(name).map(|field| field.name), Some(field), "{name}");
        }
        assert_eq!(suggest("nothing-like-it"), None);
    }
}
