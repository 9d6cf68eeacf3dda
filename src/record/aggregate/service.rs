//! Names of well-known ports.
//!
//! A port has the name of the service that usually listens on it, whatever the protocol. See
//! <https://www.iana.org/assignments/service-names-port-numbers>.

/// The names of well-known ports, in the order of the ports.
pub const SERVICES: [(i64, &str); 62] = [
    (20, "ftp-data"),
    (21, "ftp"),
    (22, "ssh"),
    (23, "telnet"),
    (25, "smtp"),
    (53, "dns"),
    (67, "dhcp"),
    (68, "dhcp-client"),
    (69, "tftp"),
    (80, "http"),
    (88, "kerberos"),
    (110, "pop3"),
    (111, "rpcbind"),
    (123, "ntp"),
    (135, "msrpc"),
    (137, "netbios-ns"),
    (138, "netbios-dgm"),
    (139, "netbios-ssn"),
    (143, "imap"),
    (161, "snmp"),
    (162, "snmptrap"),
    (179, "bgp"),
    (389, "ldap"),
    (443, "https"),
    (445, "smb"),
    (465, "smtps"),
    (500, "ike"),
    (514, "syslog"),
    (546, "dhcpv6-client"),
    (547, "dhcpv6"),
    (587, "submission"),
    (636, "ldaps"),
    (853, "dns-over-tls"),
    (873, "rsync"),
    (989, "ftps-data"),
    (990, "ftps"),
    (993, "imaps"),
    (995, "pop3s"),
    (1194, "openvpn"),
    (1433, "mssql"),
    (1521, "oracle"),
    (1812, "radius"),
    (1883, "mqtt"),
    (2049, "nfs"),
    (2181, "zookeeper"),
    (2379, "etcd"),
    (3268, "ldap-gc"),
    (3306, "mysql"),
    (3389, "rdp"),
    (4500, "ipsec-nat"),
    (5432, "postgresql"),
    (5439, "redshift"),
    (5672, "amqp"),
    (5900, "vnc"),
    (5985, "winrm"),
    (6379, "redis"),
    (8080, "http-alt"),
    (8443, "https-alt"),
    (9092, "kafka"),
    (9200, "elasticsearch"),
    (11211, "memcached"),
    (27017, "mongodb"),
];

/// Finds the name of a port.
#[must_use]
pub fn name(port: i64) -> Option<&'static str> {
    let found = SERVICES.binary_search_by_key(&port, |(known, _)| *known);
    found
        .ok()
        .and_then(|index| SERVICES.get(index))
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_in_order_and_names_are_unique() {
        assert!(SERVICES.is_sorted_by(|(one, _), (other, _)| one < other));
        for (port, service) in SERVICES {
            assert_eq!(name(port), Some(service));
            assert_eq!(
                SERVICES.iter().filter(|(_, name)| *name == service).count(),
                1
            );
        }
        assert_eq!(name(0), None);
        assert_eq!(name(65_535), None);
    }
}
