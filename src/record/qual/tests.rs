use expect_test::{Expect, expect};
use ipnet::IpNet;
use proptest::prelude::*;

use super::*;

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
            dst_port = "": character 1: the qual is empty; remove it, or write a value
            dst_port = "   ": character 1: the qual is empty; remove it, or write a value
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
            dst_port = "!=22": character 1: a qual says what must match; use an `exclude` block for what must not
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
            src_addr = "!10.0.0.1": character 1: a qual says what must match; use an `exclude` block for what must not
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
            tcp_flags = "!=syn": character 1: a qual says what must match; use an `exclude` block for what must not
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
            interface_id = "!eni-1": character 1: a qual says what must match; use an `exclude` block for what must not
            vpc_id = ">=vpc-1": character 1: texts cannot be compared; write only the value
            vpc_id = "": character 1: the qual is empty; remove it, or write a value
        "#]],
    );
}

#[test]
fn an_unknown_qual_lists_all_names() {
    check(
        &[("dst_prt", "22"), ("pkt-srcaddr", "10.0.0.1")],
        &expect![[r#"
            dst_prt = "22": there is no qual `dst_prt`; there are version, interface_account_id, interface_id, src_addr, dst_addr, src_port, dst_port, protocol, packets, bytes, start, end, action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, flow_direction, addr, port, event_id, and `fields` with AWS's name for any other field
            pkt-srcaddr = "10.0.0.1": there is no qual `pkt-srcaddr`; there are version, interface_account_id, interface_id, src_addr, dst_addr, src_port, dst_port, protocol, packets, bytes, start, end, action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type, flow_direction, addr, port, event_id, and `fields` with AWS's name for any other field
        "#]],
    );
}

#[test]
fn a_dash_matches_no_value() {
    check(
        &[
            ("instance_id", "-"),
            ("instance_id", "i-1, -"),
            ("dst_port", "-,22,1-5"),
            ("src_addr", "-,10.0.0.0/8"),
            ("tcp_flags", "-"),
            ("start", "-"),
            ("action", "-,reject"),
            ("fields.new-field", "-"),
            ("fields.instance-tag", "-"),
            ("fields.pkt-src-aws-service", "-,s3"),
            ("dst_port", "--"),
            ("dst_port", "-,"),
        ],
        &expect![[r#"
            instance_id = "-": no value or text 
            instance_id = "i-1, -": no value or text i-1
            dst_port = "-,22,1-5": no value or number 22 | 1..5
            src_addr = "-,10.0.0.0/8": no value or in 10.0.0.0/8
            tcp_flags = "-": no value or bits 
            start = "-": no value or seconds 
            action = "-,reject": no value or text REJECT
            fields.new-field = "-": no value or text 
            fields.instance-tag = "-": no value or text 
            fields.pkt-src-aws-service = "-,s3": no value or text in any case S3
            dst_port = "--": character 1: `--`: numbers in records are not negative
            dst_port = "-,": character 3: a value is missing next to the comma
        "#]],
    );
}

#[test]
fn alternatives_that_match_everything_are_refused_with_a_range() {
    check(
        &[
            ("dst_port", ">20,<30"),
            ("dst_port", ">=20,<=30"),
            ("dst_port", ">20,<22"),
            ("dst_port", ">20,<21"),
            ("dst_port", "<30,>=30"),
            ("dst_port", "<22,>22"),
            ("dst_port", "0-30000,20000-65535"),
            ("dst_port", ">=0"),
            ("dst_port", "0-65535"),
            ("dst_port", ">=0,>=5"),
            ("dst_port", "0-10,22,11-65535"),
            ("bytes", ">1000,<5000"),
            ("bytes", ">1000,<=9223372036854775806"),
            ("protocol", "<17,>6"),
            ("fields.traffic-path", ">=1,<8"),
            ("start", ">=2026-01-01T00:00:00Z,<2026-01-02T00:00:00Z"),
            ("start", "<2026-01-01T00:00:00Z,>2026-01-01T00:00:00Z"),
            ("dst_port", "-,>20,<30"),
        ],
        &expect![[r#"
            dst_port = ">20,<30": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `21-29`
            dst_port = ">=20,<=30": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `20-30`
            dst_port = ">20,<22": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `21`
            dst_port = ">20,<21": character 1: a comma means "or", and together these alternatives match every value; remove the qual, or write only `>=0` for records that have a value
            dst_port = "<30,>=30": character 1: a comma means "or", and together these alternatives match every value; remove the qual, or write only `>=0` for records that have a value
            dst_port = "<22,>22": number 0..21 | 23..65535
            dst_port = "0-30000,20000-65535": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `20000-30000`
            dst_port = ">=0": number 0..65535
            dst_port = "0-65535": number 0..65535
            dst_port = ">=0,>=5": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `>=5`
            dst_port = "0-10,22,11-65535": character 1: a comma means "or", and together these alternatives match every value; remove the qual, or write only `>=0` for records that have a value
            bytes = ">1000,<5000": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1001-4999`
            bytes = ">1000,<=9223372036854775806": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1001-9223372036854775806`
            protocol = "<17,>6": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `7-16`
            fields.traffic-path = ">=1,<8": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1-7`
            start = ">=2026-01-01T00:00:00Z,<2026-01-02T00:00:00Z": character 1: a comma means "or", and together these alternatives match every value; to require all of them, write `1767225600-1767311999`
            start = "<2026-01-01T00:00:00Z,>2026-01-01T00:00:00Z": seconds ..1767225599 | 1767225601..
            dst_port = "-,>20,<30": character 3: a comma means "or", and together these alternatives match every value; to require all of them, write `21-29`
        "#]],
    );
}

#[test]
fn numbers_with_separators_are_refused_and_lists_are_not() {
    check(
        &[
            ("bytes", "1,000"),
            ("bytes", ">1,000"),
            ("bytes", ">=1,500"),
            ("bytes", "1,000,000"),
            ("bytes", "10,000-20,000"),
            ("packets", "22, 1,050"),
            ("start", "1,767,225,600"),
            ("protocol", "1,017"),
            ("dst_port", "22,443"),
            ("dst_port", "22,443,080"),
            ("dst_port", "443, 080"),
            ("dst_port", "1,2,3"),
            ("dst_port", ">1024,22"),
            ("dst_port", ">1024,443"),
            ("dst_port", "1_000"),
            ("dst_port", "1.000"),
        ],
        &expect![[r#"
            bytes = "1,000": character 1: a comma means "or"; write numbers without separators, as in `1000`, and alternatives without leading zeros
            bytes = ">1,000": character 1: a comma means "or"; write numbers without separators, as in `>1000`, and alternatives without leading zeros
            bytes = ">=1,500": character 1: a comma means "or"; write numbers without separators, as in `>=1500`, and alternatives without leading zeros
            bytes = "1,000,000": character 1: a comma means "or"; write numbers without separators, as in `1000000`, and alternatives without leading zeros
            bytes = "10,000-20,000": character 1: a comma means "or"; write numbers without separators, as in `10000-20000`, and alternatives without leading zeros
            packets = "22, 1,050": character 5: a comma means "or"; write numbers without separators, as in `1050`, and alternatives without leading zeros
            start = "1,767,225,600": character 1: a comma means "or"; write numbers without separators, as in `1767225600`, and alternatives without leading zeros
            protocol = "1,017": character 1: a comma means "or"; write numbers without separators, as in `1017`, and alternatives without leading zeros
            dst_port = "22,443": number 22 | 443
            dst_port = "22,443,080": character 4: a comma means "or"; write numbers without separators, as in `443080`, and alternatives without leading zeros
            dst_port = "443, 080": number 443 | 80
            dst_port = "1,2,3": number 1 | 2 | 3
            dst_port = ">1024,22": number 1025..65535 | 22
            dst_port = ">1024,443": number 1025..65535 | 443
            dst_port = "1_000": character 1: `1_000` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
            dst_port = "1.000": character 1: `1.000` is not a port; write `22`, `22,3389`, `1-1023` or `>=1024`
        "#]],
    );
}

#[track_caller]
fn check_for_lines(quals: &[(&str, &str)], expected: &Expect) {
    let lines: String = quals
        .iter()
        .map(|(name, text)| {
            let qual = match name.strip_prefix("fields.") {
                Some(field) => Qual::parse_field(field, text).unwrap(),
                None => Qual::parse(name, text).unwrap(),
            };
            match qual.check_for_lines(text) {
                Ok(()) => format!("{name} = {text:?}: possible\n"),
                Err(error) => format!("{name} = {text:?}: {error}\n"),
            }
        })
        .collect();
    expected.assert_eq(&lines);
}

#[test]
fn ids_that_no_line_can_have_are_refused_at_the_character() {
    check_for_lines(
        &[
            ("interface_id", "eni-0a1b"),
            ("interface_id", "eni-0a1b, i-0a"),
            ("instance_id", "eni-0a"),
            ("instance_id", "-,i-0a"),
            ("instance_id", "web-1"),
            ("vpc_id", "VPC-0A"),
            ("vpc_id", "vpc-0A"),
            ("vpc_id", "vpc-0a,vpc-0ж"),
            ("subnet_id", "vpc-0a"),
            ("fields.tgw-attachment-id", "tgw-0a"),
            ("fields.tgw-src-eni", "eni-0a"),
            (
                "fields.ecs-cluster-arn",
                "arn:aws:ecs:eu-west-1:123456789012:cluster/Prod",
            ),
            ("fields.ecs-cluster-arn", "prod"),
            ("fields.resource-id", "nat-0a,NAT"),
            ("interface_account_id", "012345678901,unknown"),
            ("interface_account_id", "12345678901"),
            ("fields.tgw-src-vpc-account-id", "1234"),
            ("addr", "10.0.0.1"),
            ("event_id", "X"),
        ],
        &expect![[r#"
            interface_id = "eni-0a1b": possible
            interface_id = "eni-0a1b, i-0a": character 11: `i-0a` is not a value of interface-id, which starts with `eni-`; did you mean the qual `instance_id`?
            instance_id = "eni-0a": character 1: `eni-0a` is not a value of instance-id, which starts with `i-`; did you mean the qual `interface_id`?
            instance_id = "-,i-0a": possible
            instance_id = "web-1": character 1: `web-1` is not a value of instance-id, which starts with `i-`
            vpc_id = "VPC-0A": character 1: ids in records are in lower case; write `vpc-0a`
            vpc_id = "vpc-0A": character 6: ids in records are in lower case; write `vpc-0a`
            vpc_id = "vpc-0a,vpc-0ж": possible
            subnet_id = "vpc-0a": character 1: `vpc-0a` is not a value of subnet-id, which starts with `subnet-`; did you mean the qual `vpc_id`?
            fields.tgw-attachment-id = "tgw-0a": character 1: `tgw-0a` is not a value of tgw-attachment-id, which starts with `tgw-attach-`
            fields.tgw-src-eni = "eni-0a": possible
            fields.ecs-cluster-arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/Prod": possible
            fields.ecs-cluster-arn = "prod": character 1: `prod` is not a value of ecs-cluster-arn, which starts with `arn:`
            fields.resource-id = "nat-0a,NAT": possible
            interface_account_id = "012345678901,unknown": possible
            interface_account_id = "12345678901": character 1: `12345678901` is not an account id, which has 12 digits; put it in quotes to keep leading zeros
            fields.tgw-src-vpc-account-id = "1234": character 1: `1234` is not an account id, which has 12 digits; put it in quotes to keep leading zeros
            addr = "10.0.0.1": possible
            event_id = "X": possible
        "#]],
    );
}

#[test]
fn aliases_are_refused_and_newer_names_are_not() {
    check_for_lines(
        &[
            ("fields.pkt_srcaddr", "10.0.0.1"),
            ("fields.src_addr", "10.0.0.1"),
            ("fields.timestamp", "1"),
            ("fields.pktsrcip", "10.0.0.1"),
            ("fields.pkt-srcaddr", "10.0.0.1"),
            ("fields.brand-new", "x"),
        ],
        &expect![[r#"
            fields.pkt_srcaddr = "10.0.0.1": there is no record field `pkt_srcaddr`; did you mean `pkt-srcaddr`?
            fields.src_addr = "10.0.0.1": there is no record field `src_addr`; did you mean `srcaddr`, or the qual `src_addr`?
            fields.timestamp = "1": there is no record field `timestamp`; did you mean `start`, or the qual `start`?
            fields.pktsrcip = "10.0.0.1": there is no record field `pktsrcip`; did you mean `pkt-srcaddr`?
            fields.pkt-srcaddr = "10.0.0.1": possible
            fields.brand-new = "x": possible
        "#]],
    );
}

#[test]
fn every_name_is_a_qual() {
    let accepted = |name| {
        ["1", "10.0.0.1", "ok", "accept", "egress", "ipv4"]
            .iter()
            .any(|text| Qual::parse(name, text).is_ok())
    };
    let names: Vec<_> = names().collect();
    assert_eq!(names.len(), 23);
    for name in names {
        assert!(accepted(name), "{name}");
    }
}

#[test]
fn quals_have_the_names_of_the_configuration() {
    assert_eq!(
        Qual::parse("src_addr", "10.0.0.1")
            .unwrap()
            .name()
            .to_string(),
        "src_addr"
    );
    assert_eq!(
        Qual::parse_field("pkt-srcaddr", "10.0.0.1")
            .unwrap()
            .name()
            .to_string(),
        "fields[\"pkt-srcaddr\"]"
    );
}

/// An alternative of a qual on a protocol, whose numbers are few enough to try all of them.
fn alternative() -> impl Strategy<Value = (String, Range)> {
    let pair = (0i64..=255, 0i64..=255).prop_map(|(one, other)| (one.min(other), one.max(other)));
    let range = |low, high| Range { low, high };
    prop_oneof![
        (0i64..=255).prop_map(move |n| (n.to_string(), range(n, n))),
        pair.prop_map(move |(low, high)| (format!("{low}-{high}"), range(low, high))),
        (0i64..=255).prop_map(move |n| (format!(">={n}"), range(n, 255))),
        (0i64..=255).prop_map(move |n| (format!("<={n}"), range(0, n))),
        (0i64..255).prop_map(move |n| (format!(">{n}"), range(n + 1, 255))),
        (1i64..=255).prop_map(move |n| (format!("<{n}"), range(0, n - 1))),
    ]
}

proptest! {
    #[test]
    fn alternatives_are_refused_if_and_only_if_they_hold_for_every_number(parts in proptest::collection::vec(alternative(), 1..5)) {
        let texts: Vec<_> = parts.iter().map(|(text, _)| text.as_str()).collect();
        let everything = (0..=255).all(|number| parts.iter().any(|(_, range)| range.holds(number)));
        let parsed = Qual::parse("protocol", &texts.join(", "));
        prop_assert_eq!(parsed.is_err(), everything && parts.len() > 1, "{:?}", texts);
        let Err(error) = parsed else {
            return Ok(());
        };
        // The proposed range matches exactly the numbers that all alternatives match.
        let proposed = error.message.split_once("at once write `").map(|(_, rest)| rest.trim_end_matches('`'));
        if let Some(proposed) = proposed {
            let Test::Integer(ranges) = Qual::parse("protocol", proposed).unwrap().test else {
                return Err(TestCaseError::fail(proposed.to_owned()));
            };
            for number in 0..=255 {
                let all = parts.iter().all(|(_, range)| range.holds(number));
                prop_assert_eq!(ranges.iter().any(|range| range.holds(number)), all, "{} {:?}", proposed, texts);
            }
        }
    }

    #[test]
    fn any_text_is_a_qual_or_an_error_at_one_of_its_characters(text in any::<String>()) {
        all_names_stay_in_range(&text)?;
    }

    #[test]
    fn text_of_the_grammar_s_letters_never_panics(text in "[-0-9a-f<>=!,./:+*TZ ]{0,24}") {
        all_names_stay_in_range(&text)?;
    }
}

fn all_names_stay_in_range(text: &str) -> Result<(), TestCaseError> {
    for name in names() {
        if let Err(error) = Qual::parse(name, text) {
            let position = error.position.unwrap_or_default();
            prop_assert!(position <= text.chars().count(), "{name}: {error:?}");
        }
    }
    Ok(())
}
