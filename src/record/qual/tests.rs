use expect_test::{Expect, expect};
use ipnet::IpNet;
use proptest::prelude::*;

use super::*;

mod more;

fn describe(test: &Test) -> String {
    let range = |range: &Range| match (range.low, range.high) {
        (low, high) if low == high => low.to_string(),
        (i64::MIN, high) => format!("..{high}"),
        (low, i64::MAX) => format!("{low}.."),
        (low, high) => format!("{low}..{high}"),
    };
    match test {
        Test::Text(values) => format!("text {}", values.join(" | ")),
        Test::AnyCase(values) => format!("text in any case {}", values.join(" | ")),
        Test::OrAbsent(test) => format!("no value or {}", describe(test)),
        Test::Integer(ranges) => format!(
            "number {}",
            ranges.iter().map(range).collect::<Vec<_>>().join(" | ")
        ),
        Test::Seconds(ranges) => format!(
            "seconds {}",
            ranges.iter().map(range).collect::<Vec<_>>().join(" | ")
        ),
        Test::Address(networks) => {
            format!(
                "in {}",
                networks
                    .iter()
                    .map(IpNet::to_string)
                    .collect::<Vec<_>>()
                    .join(" | ")
            )
        }
        Test::Flags(masks) => {
            let mask = |mask: &Mask| format!("{}{}", if mask.alone { "=" } else { "" }, mask.bits);
            format!(
                "bits {}",
                masks.iter().map(mask).collect::<Vec<_>>().join(" | ")
            )
        }
    }
}

#[track_caller]
fn check(quals: &[(&str, &str)], expected: &Expect) {
    let lines: String = quals
        .iter()
        .map(|(name, text)| {
            let qual = match name.strip_prefix("fields.") {
                Some(field) => Qual::parse_field(field, text),
                None => Qual::parse(name, text),
            };
            match qual {
                Ok(qual) => format!("{name} = {text:?}: {}\n", describe(&qual.test)),
                Err(error) => format!("{name} = {text:?}: {error}\n"),
            }
        })
        .collect();
    expected.assert_eq(&lines);
}

#[test]
fn numbers_are_values_ranges_and_bounds() {
    check(
        &[
            ("dst_port", "22"),
            ("dst_port", "22,3389"),
            ("dst_port", " 22 , 80 - 90 ,>= 1024 "),
            ("dst_port", "1-1023"),
            ("dst_port", ">1024"),
            ("dst_port", "<1024"),
            ("src_port", "<=0"),
            ("port", ">=65535"),
            ("bytes", ">=9000000000"),
            ("packets", "<10"),
            ("packets", ">100"),
            ("version", "2-5"),
            ("fields.traffic-path", "1,8"),
            ("fields.srcport", "443"),
            ("dst_port", "0022"),
        ],
        &expect![[r#"
            dst_port = "22": number 22
            dst_port = "22,3389": number 22 | 3389
            dst_port = " 22 , 80 - 90 ,>= 1024 ": number 22 | 80..90 | 1024..65535
            dst_port = "1-1023": number 1..1023
            dst_port = ">1024": number 1025..65535
            dst_port = "<1024": number 0..1023
            src_port = "<=0": number 0
            port = ">=65535": number 65535
            bytes = ">=9000000000": number 9000000000..
            packets = "<10": number 0..9
            packets = ">100": number 101..
            version = "2-5": number 2..5
            fields.traffic-path = "1,8": number 1 | 8
            fields.srcport = "443": number 443
            dst_port = "0022": number 22
        "#]],
    );
}

#[test]
fn malformed_numbers_are_refused_at_the_character() {
    check(
        &[
            ("dst_port", ""),
            ("dst_port", "   "),
            ("dst_port", "22,"),
            ("dst_port", "22,,80"),
            ("dst_port", "70000"),
            ("dst_port", "22, 70000"),
            ("dst_port", "90-80"),
            ("dst_port", "22,90-80"),
            ("dst_port", "80-"),
            ("dst_port", "-80"),
            ("dst_port", "80-90-100"),
            ("dst_port", "80..90"),
            ("dst_port", "ssh"),
            ("dst_port", "22 80"),
            ("dst_port", ">=x"),
            ("dst_port", ">="),
            ("dst_port", ">65535"),
            ("dst_port", "<0"),
            ("dst_port", "!=22"),
            ("dst_port", "=22"),
            ("dst_port", "*"),
            ("bytes", "1.5"),
            ("bytes", "99999999999999999999"),
            ("dst_port", "２２"),
        ],
        &expect![[r#"
            dst_port = "": character 1: the filter is empty; remove it, or write a value
            dst_port = "   ": character 1: the filter is empty; remove it, or write a value
            dst_port = "22,": character 4: a value is missing next to the comma
            dst_port = "22,,80": character 4: a value is missing next to the comma
            dst_port = "70000": character 1: `70000` is not a port; the maximum is 65535
            dst_port = "22, 70000": character 5: `70000` is not a port; the maximum is 65535
            dst_port = "90-80": character 1: the range is reversed; write `80-90`
            dst_port = "22,90-80": character 4: the range is reversed; write `80-90`
            dst_port = "80-": character 4: a port is missing; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = "-80": character 1: `-80`: numbers in records are not negative
            dst_port = "80-90-100": character 4: `90-100` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = "80..90": character 1: a range is written `80-90`
            dst_port = "ssh": character 1: `ssh` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = "22 80": character 1: `22 80` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = ">=x": character 3: `x` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = ">=": character 3: a value is missing after `>=`
            dst_port = ">65535": character 1: nothing can match `>65535`
            dst_port = "<0": character 1: nothing can match `<0`
            dst_port = "!=22": character 1: a filter says what must match; use an `exclude` block for what must not
            dst_port = "=22": character 1: `=` is not needed; write only the value
            dst_port = "*": character 1: `*` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            bytes = "1.5": character 1: `1.5` is not a number; write `1000`, `1000-2000` or `>=1000`
            bytes = "99999999999999999999": character 1: `99999999999999999999` is not a number; the maximum is 9223372036854775807
            dst_port = "２２": character 1: `２２` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
        "#]],
    );
}

#[test]
fn protocols_have_numbers_and_names() {
    check(
        &[
            ("protocol", "6"),
            ("protocol", "tcp,UDP"),
            ("protocol", "icmp, icmpv6"),
            ("protocol", "ipv6-icmp"),
            ("protocol", "gre,esp,ah,sctp,igmp,ipip,ospf"),
            ("protocol", "0-5"),
            ("protocol", "icmp-udp"),
            ("protocol", "tpc"),
            ("protocol", "256"),
        ],
        &expect![[r#"
            protocol = "6": number 6
            protocol = "tcp,UDP": number 6 | 17
            protocol = "icmp, icmpv6": number 1 | 58
            protocol = "ipv6-icmp": number 58
            protocol = "gre,esp,ah,sctp,igmp,ipip,ospf": number 47 | 50 | 51 | 132 | 2 | 4 | 89
            protocol = "0-5": number 0..5
            protocol = "icmp-udp": character 1: `icmp-udp` is not a protocol; write `tcp`, `udp`, `icmp`, or a number up to 255
            protocol = "tpc": character 1: `tpc` is not a protocol; write `tcp`, `udp`, `icmp`, or a number up to 255
            protocol = "256": character 1: `256` is not a protocol; the maximum is 255
        "#]],
    );
}

#[test]
fn addresses_are_single_or_networks_of_both_families() {
    check(
        &[
            ("src_addr", "10.0.0.1"),
            ("src_addr", "10.0.0.0/8, 192.168.0.0/16"),
            ("dst_addr", "2001:db8::/32,::1"),
            ("addr", "2001:DB8:0:0::1"),
            ("src_addr", "0.0.0.0/0"),
            ("fields.pkt-srcaddr", "10.1.2.3/32"),
            ("src_addr", "10.1.2.3/8"),
            ("src_addr", "1.1.1.1,2001:db8::1/32"),
            ("src_addr", "10.0.0.0/33"),
            ("src_addr", "::/129"),
            ("src_addr", "10.0.0.0/"),
            ("src_addr", "/8"),
            ("src_addr", "10.0.0.0/x"),
            ("src_addr", "10.0.0.256"),
            ("src_addr", "10.0.0"),
            ("src_addr", "10.1.*"),
            ("src_addr", "10.0.0.1-10.0.0.9"),
            ("src_addr", "10.0.0.1, example.com"),
            ("src_addr", ">=10.0.0.1"),
            ("src_addr", "!10.0.0.1"),
            ("src_addr", "010.0.0.1"),
        ],
        &expect![[r#"
            src_addr = "10.0.0.1": in 10.0.0.1/32
            src_addr = "10.0.0.0/8, 192.168.0.0/16": in 10.0.0.0/8 | 192.168.0.0/16
            dst_addr = "2001:db8::/32,::1": in 2001:db8::/32 | ::1/128
            addr = "2001:DB8:0:0::1": in 2001:db8::1/128
            src_addr = "0.0.0.0/0": in 0.0.0.0/0
            fields.pkt-srcaddr = "10.1.2.3/32": in 10.1.2.3/32
            src_addr = "10.1.2.3/8": character 1: `10.1.2.3/8` has host bits set; write `10.0.0.0/8`
            src_addr = "1.1.1.1,2001:db8::1/32": character 9: `2001:db8::1/32` has host bits set; write `2001:db8::/32`
            src_addr = "10.0.0.0/33": character 10: `33` is not a prefix length; it must be from 0 to 32
            src_addr = "::/129": character 4: `129` is not a prefix length; it must be from 0 to 128
            src_addr = "10.0.0.0/": character 10: a prefix length is missing; it must be from 0 to 32
            src_addr = "/8": character 1: an IP address is missing; write `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`
            src_addr = "10.0.0.0/x": character 10: `x` is not a prefix length; it must be from 0 to 32
            src_addr = "10.0.0.256": character 1: `10.0.0.256` is not an IP address; write `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`
            src_addr = "10.0.0": character 1: `10.0.0` is not an IP address; write `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`
            src_addr = "10.1.*": character 1: `10.1.*` is not an IP address; write a network such as `10.1.0.0/16` instead of `*`
            src_addr = "10.0.0.1-10.0.0.9": character 1: `10.0.0.1-10.0.0.9` is not an IP address; write a range as networks, such as `10.0.0.0/30,10.0.0.4`
            src_addr = "10.0.0.1, example.com": character 11: `example.com` is not an IP address; write `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`
            src_addr = ">=10.0.0.1": character 1: addresses cannot be compared; write only the value
            src_addr = "!10.0.0.1": character 1: a filter says what must match; use an `exclude` block for what must not
            src_addr = "010.0.0.1": character 1: `010.0.0.1` is not an IP address; write `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`
        "#]],
    );
}

#[test]
fn tcp_flags_are_names_or_numbers() {
    check(
        &[
            ("tcp_flags", "syn"),
            ("tcp_flags", "syn+ack"),
            ("tcp_flags", "SYN + ACK, rst"),
            ("tcp_flags", "18"),
            ("tcp_flags", "0"),
            ("tcp_flags", "fin+syn+rst+psh+ack+urg"),
            ("tcp_flags", "=syn, = syn + ack, =18, =0, rst"),
            ("tcp_flags", "="),
            ("tcp_flags", "=syn+=ack"),
            ("tcp_flags", "!=syn"),
            ("tcp_flags", "syn+acc"),
            ("tcp_flags", "syn+"),
            ("tcp_flags", "syn-ack"),
            ("tcp_flags", "256"),
            ("tcp_flags", ">=2"),
        ],
        &expect![[r#"
            tcp_flags = "syn": bits 2
            tcp_flags = "syn+ack": bits 18
            tcp_flags = "SYN + ACK, rst": bits 18 | 4
            tcp_flags = "18": bits 18
            tcp_flags = "0": bits =0
            tcp_flags = "fin+syn+rst+psh+ack+urg": bits 63
            tcp_flags = "=syn, = syn + ack, =18, =0, rst": bits =2 | =18 | =18 | =0 | 4
            tcp_flags = "=": character 2: a TCP flag is missing; write names joined by `+`, such as `syn+ack`; the names are fin, syn, rst, psh, ack, urg
            tcp_flags = "=syn+=ack": character 6: `=ack` is not a TCP flag; write names joined by `+`, such as `syn+ack`; the names are fin, syn, rst, psh, ack, urg
            tcp_flags = "!=syn": character 1: a filter says what must match; use an `exclude` block for what must not
            tcp_flags = "syn+acc": character 5: `acc` is not a TCP flag; write names joined by `+`, such as `syn+ack`; the names are fin, syn, rst, psh, ack, urg
            tcp_flags = "syn+": character 5: a TCP flag is missing; write names joined by `+`, such as `syn+ack`; the names are fin, syn, rst, psh, ack, urg
            tcp_flags = "syn-ack": character 1: `syn-ack` is not a TCP flag; write names joined by `+`, such as `syn+ack`; the names are fin, syn, rst, psh, ack, urg
            tcp_flags = "256": character 1: `256` is not a set of TCP flags; the maximum is 255
            tcp_flags = ">=2": character 1: TCP flags cannot be compared; write `syn` for SYN with any other flags, `=syn` for only SYN
        "#]],
    );
}

#[test]
fn times_are_rfc_3339_or_seconds() {
    check(
        &[
            ("start", "1700000000"),
            ("start", "1700000000-1700000600"),
            ("start", ">=2023-11-14T22:13:20Z"),
            ("start", ">2023-11-14T22:13:20Z"),
            ("end", "<2023-11-14T22:13:20+01:00"),
            ("end", "<=2023-11-14T22:13:20.5Z"),
            ("end", "<2023-11-14T22:13:20.5Z"),
            ("end", ">=2023-11-14T22:13:20.5Z"),
            ("end", "2023-11-14T22:13:20Z"),
            ("end", "2023-11-14T22:13:20.5Z"),
            ("start", ">=2023-11-14"),
            ("start", "2023-11"),
            ("start", "yesterday"),
            ("start", ">=1700000000000"),
            ("start", "1700000600-1700000000"),
            ("start", "2023-11-14T22:13:20Z-2023-11-14T22:14:20Z"),
            ("start", "99999999999999999"),
        ],
        &expect![[r#"
            start = "1700000000": seconds 1700000000
            start = "1700000000-1700000600": seconds 1700000000..1700000600
            start = ">=2023-11-14T22:13:20Z": seconds 1700000000..
            start = ">2023-11-14T22:13:20Z": seconds 1700000001..
            end = "<2023-11-14T22:13:20+01:00": seconds ..1699996399
            end = "<=2023-11-14T22:13:20.5Z": seconds ..1700000000
            end = "<2023-11-14T22:13:20.5Z": seconds ..1700000000
            end = ">=2023-11-14T22:13:20.5Z": seconds 1700000001..
            end = "2023-11-14T22:13:20Z": seconds 1700000000
            end = "2023-11-14T22:13:20.5Z": character 1: records have whole seconds; no record equals a fraction
            start = ">=2023-11-14": character 3: `2023-11-14` is not a time; write `>=2026-01-31T12:00:00Z` or Unix seconds such as `1767225600-1767229200`
            start = "2023-11": character 1: `2023-11` is not a time; write `>=2026-01-31T12:00:00Z` or Unix seconds such as `1767225600-1767229200`
            start = "yesterday": character 1: `yesterday` is not a time; write `>=2026-01-31T12:00:00Z` or Unix seconds such as `1767225600-1767229200`
            start = ">=1700000000000": character 3: `1700000000000` is in milliseconds; write seconds: `1700000000`
            start = "1700000600-1700000000": character 1: the range is reversed; write `1700000000-1700000600`
            start = "2023-11-14T22:13:20Z-2023-11-14T22:14:20Z": character 1: `2023-11-14T22:13:20Z-2023-11-14T22:14:20Z` is not a time; write `>=2026-01-31T12:00:00Z` or Unix seconds such as `1767225600-1767229200`
            start = "99999999999999999": character 1: `99999999999999999` is not a time; write `>=2026-01-31T12:00:00Z` or Unix seconds such as `1767225600-1767229200`
        "#]],
    );
}

#[test]
fn texts_are_exact_and_known_ones_take_any_case() {
    check(
        &[
            ("action", "reject"),
            ("action", "ACCEPT, Reject"),
            ("log_status", "nodata,skipdata"),
            ("flow_direction", "EGRESS"),
            ("type", "ipv6"),
            ("interface_id", "eni-1, eni-2"),
            ("interface_account_id", "000012345678"),
            ("vpc_id", "VPC-0A"),
            ("event_id", "36001"),
            ("fields.az-id", "use1-az1"),
            ("fields.action", "reject,MIRROR"),
            ("fields.new-field", "a/b*c%20"),
            ("fields.pkt-dst-aws-service", "s3,Amazon"),
            ("fields.instance-tag", "a*"),
            ("action", "deny"),
            ("log_status", "ok,bad"),
            ("interface_id", "eni-1, eni 2"),
            ("interface_id", "eni-1, eni-2*"),
            ("fields.az-id", "*"),
            ("fields.pkt-dst-aws-service", "AMAZON*"),
            ("event_id", "-"),
            ("interface_id", "!eni-1"),
            ("vpc_id", ">=vpc-1"),
            ("vpc_id", ""),
        ],
        &expect![[r#"
            action = "reject": text REJECT
            action = "ACCEPT, Reject": text ACCEPT | REJECT
            log_status = "nodata,skipdata": text NODATA | SKIPDATA
            flow_direction = "EGRESS": text egress
            type = "ipv6": text IPv6
            interface_id = "eni-1, eni-2": text eni-1 | eni-2
            interface_account_id = "000012345678": text 000012345678
            vpc_id = "VPC-0A": text VPC-0A
            event_id = "36001": text 36001
            fields.az-id = "use1-az1": text use1-az1
            fields.action = "reject,MIRROR": text REJECT | MIRROR
            fields.new-field = "a/b*c%20": text a/b*c%20
            fields.pkt-dst-aws-service = "s3,Amazon": text in any case S3 | AMAZON
            fields.instance-tag = "a*": text a*
            action = "deny": character 1: `deny` is not one of ACCEPT, REJECT; for a value newer than this list, write `fields = { "action" = "…" }`
            log_status = "ok,bad": character 4: `bad` is not one of OK, NODATA, SKIPDATA, INCOMPLETEDATA; for a value newer than this list, write `fields = { "log-status" = "…" }`
            interface_id = "eni-1, eni 2": character 11: values of this field have no white space
            interface_id = "eni-1, eni-2*": character 13: `*` is not a wildcard, and no value of this field contains it; write complete values, separated by commas
            fields.az-id = "*": character 1: `*` is not a wildcard, and no value of this field contains it; write complete values, separated by commas
            fields.pkt-dst-aws-service = "AMAZON*": character 7: `*` is not a wildcard, and no value of this field contains it; write complete values, separated by commas
            event_id = "-": character 1: `-` means no value, but every event has an id
            interface_id = "!eni-1": character 1: a filter says what must match; use an `exclude` block for what must not
            vpc_id = ">=vpc-1": character 1: texts cannot be compared; write only the value
            vpc_id = "": character 1: the filter is empty; remove it, or write a value
        "#]],
    );
}
