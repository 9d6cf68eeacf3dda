//! Which addresses are inside, and which are outside.
//!
//! Inside are the addresses that nobody can reach through the internet: private ones (10.0.0.0/8, 172.16.0.0/12 and
//! 192.168.0.0/16 of RFC 1918, fc00::/7 of RFC 4193), shared ones (100.64.0.0/10 of RFC 6598), and those of one link
//! (169.254.0.0/16, fe80::/10). All others are outside.

use std::net::{IpAddr, Ipv4Addr};

/// Where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Nobody can reach it through the internet.
    Internal,
    /// Any other.
    External,
}

impl Scope {
    /// The rule, for users.
    pub const RULE: &'static str = "Internal are private addresses (RFC 1918 and RFC 4193), shared addresses \
         (100.64.0.0/10, RFC 6598) and link-local addresses (169.254.0.0/16, fe80::/10). All others are external.";

    /// Returns where an address is.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let is_internal = match address.to_canonical() {
            IpAddr::V4(address) => {
                address.is_private() || address.is_link_local() || is_shared(address)
            }
            IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
        };
        if is_internal {
            Self::Internal
        } else {
            Self::External
        }
    }

    /// Returns the name for users.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
        }
    }
}

fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && (64..128).contains(&second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_shared_and_link_local_addresses_are_internal() {
        for (address, expected) in [
            ("10.0.0.1", "internal"),
            ("11.0.0.1", "external"),
            ("172.15.255.255", "external"),
            ("172.16.0.0", "internal"),
            ("172.31.255.255", "internal"),
            ("172.32.0.0", "external"),
            ("192.168.1.1", "internal"),
            ("100.63.255.255", "external"),
            ("100.64.0.0", "internal"),
            ("100.127.255.255", "internal"),
            ("100.128.0.0", "external"),
            ("169.254.169.254", "internal"),
            ("fd00::1", "internal"),
            ("fe80::1", "internal"),
            ("2001:db8::1", "external"),
            ("::ffff:10.0.0.1", "internal"),
            ("::ffff:203.0.113.1", "external"),
        ] {
            let scope = Scope::of(address.parse().unwrap());
            assert_eq!(scope.name(), expected, "{address}");
        }
    }
}
