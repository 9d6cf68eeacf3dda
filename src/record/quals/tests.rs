use super::*;
use crate::record::parse::parse;

const FORMAT: &str = "${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${bytes} ${start} ${action} ${tcp-flags} ${az-id}";
const WEB: &str = "10.0.0.5 192.168.1.9 50000 443 6 1200 1700000000 ACCEPT 18 use1-az1";
const SCAN: &str = "203.0.113.7 10.0.0.5 40000 22 6 40 1700000060 REJECT 2 use1-az2";
const PING: &str = "2001:db8::7 2001:db8:1::1 0 0 58 64 1700000120000 ACCEPT 0 -";
const EMPTY: &str = "- - - - - - 1700000180 - - -";

/// Returns the names of the matching lines.
#[track_caller]
fn matching(quals: &Quals) -> String {
    let format = Format::parse(FORMAT).unwrap();
    let bound = quals.bind(&format).unwrap();
    let lines = [
        ("web", WEB),
        ("scan", SCAN),
        ("ping", PING),
        ("empty", EMPTY),
    ];
    let names = lines
        .iter()
        .filter(|(name, line)| bound.matches(&parse(line, &format).unwrap(), name));
    names.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

fn block(quals: &[(&str, &str)]) -> Vec<Qual> {
    quals
        .iter()
        .map(|(name, text)| match name.strip_prefix("fields.") {
            Some(field) => Qual::parse_field(field, text).unwrap(),
            None => Qual::parse(name, text).unwrap(),
        })
        .collect()
}

#[track_caller]
fn all(quals: &[(&str, &str)]) -> String {
    matching(&Quals {
        all: block(quals),
        ..Quals::default()
    })
}

#[test]
fn each_type_of_qual_compares_values() {
    assert_eq!(all(&[("action", "reject")]), "scan");
    assert_eq!(all(&[("src_addr", "10.0.0.0/8")]), "web");
    assert_eq!(all(&[("src_addr", "2001:DB8:0:0:0::7")]), "ping");
    assert_eq!(all(&[("src_addr", "0.0.0.0/0")]), "web scan");
    assert_eq!(all(&[("src_addr", "::/0,10.0.0.5")]), "web ping");
    assert_eq!(all(&[("dst_port", "0-100")]), "scan ping");
    assert_eq!(all(&[("bytes", ">40")]), "web ping");
    assert_eq!(all(&[("protocol", "icmpv6")]), "ping");
    assert_eq!(all(&[("fields.az-id", "use1-az1,use1-az2")]), "web scan");
    assert_eq!(all(&[("event_id", "ping,empty")]), "ping empty");
    assert_eq!(all(&[]), "web scan ping empty");
}

#[test]
fn tcp_flags_match_bits_and_zero_matches_none() {
    assert_eq!(all(&[("tcp_flags", "syn")]), "web scan");
    assert_eq!(all(&[("tcp_flags", "syn+ack")]), "web");
    assert_eq!(all(&[("tcp_flags", "2")]), "web scan");
    assert_eq!(all(&[("tcp_flags", "0")]), "ping");
    assert_eq!(all(&[("tcp_flags", "ack,0")]), "web ping");
}

#[test]
fn times_in_milliseconds_compare_as_their_second() {
    assert_eq!(all(&[("start", "1700000120")]), "ping");
    assert_eq!(
        all(&[("start", ">=2023-11-14T22:14:20Z")]),
        "scan ping empty"
    );
    assert_eq!(all(&[("start", "<2023-11-14T22:14:20Z")]), "web");
    assert_eq!(all(&[("start", "1700000060-1700000120")]), "scan ping");
}

#[test]
fn either_side_matches_addr_and_port() {
    assert_eq!(all(&[("addr", "10.0.0.5")]), "web scan");
    assert_eq!(all(&[("port", "40000,443")]), "web scan");
}

#[test]
fn all_top_level_quals_must_match() {
    assert_eq!(all(&[("addr", "10.0.0.5"), ("action", "ACCEPT")]), "web");
}

#[test]
fn at_least_one_where_block_must_match_completely() {
    let quals = Quals {
        any: vec![
            block(&[("action", "accept"), ("dst_port", "443")]),
            block(&[("protocol", "icmpv6")]),
        ],
        ..Quals::default()
    };
    assert_eq!(matching(&quals), "web ping");
}

#[test]
fn no_exclude_block_may_match() {
    let quals = Quals {
        none: vec![
            block(&[("dst_port", "443")]),
            block(&[("action", "reject"), ("dst_port", "443")]),
        ],
        ..Quals::default()
    };
    assert_eq!(matching(&quals), "scan ping empty");
}

#[test]
fn a_missing_value_matches_nothing_and_is_never_excluded() {
    for text in ["0-65535", ">=0"] {
        assert_eq!(all(&[("dst_port", text)]), "web scan ping");
        let excluded = Quals {
            none: vec![block(&[("dst_port", text)])],
            ..Quals::default()
        };
        assert_eq!(matching(&excluded), "empty");
    }
}

#[test]
fn a_dash_finds_and_excludes_missing_values() {
    for name in [
        "src_addr",
        "dst_port",
        "tcp_flags",
        "action",
        "fields.az-id",
        "addr",
    ] {
        let expected = if name == "fields.az-id" {
            "ping empty"
        } else {
            "empty"
        };
        assert_eq!(all(&[(name, "-")]), expected, "{name}");
        let excluded = Quals {
            none: vec![block(&[(name, "-")])],
            ..Quals::default()
        };
        let rest = if name == "fields.az-id" {
            "web scan"
        } else {
            "web scan ping"
        };
        assert_eq!(matching(&excluded), rest, "{name}");
    }
    assert_eq!(all(&[("dst_port", "443,-")]), "web empty");
    assert_eq!(all(&[("start", "-")]), "");
    assert_eq!(all(&[("src_addr", "-,203.0.113.0/24")]), "scan empty");
    assert_eq!(all(&[("tcp_flags", "-,=syn")]), "scan empty");
    assert_eq!(all(&[("fields.az-id", "-,use1-az1")]), "web ping empty");
}

#[test]
fn a_format_without_the_field_has_no_value_for_it() {
    let formats = [FORMAT, "${srcaddr} ${dstaddr}"];
    let formats = formats.map(|text| Format::parse(text).unwrap());
    let line = "10.0.0.1 10.0.0.2";
    let matches = |quals: &Quals| {
        let bounds = quals.bind_each(&formats).unwrap();
        bounds[1].matches(&parse(line, &formats[1]).unwrap(), "")
    };
    for (name, text, expected) in [
        ("action", "-", true),
        ("action", "-,reject", true),
        ("action", "reject", false),
        ("src_addr", "-", false),
        ("addr", "-", false),
        ("port", "-", true),
    ] {
        let all = Quals {
            all: block(&[(name, text)]),
            ..Quals::default()
        };
        assert_eq!(matches(&all), expected, "{name} {text}");
        let none = Quals {
            none: vec![block(&[(name, text)])],
            ..Quals::default()
        };
        assert_eq!(matches(&none), !expected, "exclude {name} {text}");
    }
}

#[test]
fn exactly_these_flags_differ_from_at_least_these() {
    assert_eq!(all(&[("tcp_flags", "=syn")]), "scan");
    assert_eq!(all(&[("tcp_flags", "=ack+syn")]), "web");
    assert_eq!(all(&[("tcp_flags", "=ack")]), "");
    assert_eq!(all(&[("tcp_flags", "=0")]), "ping");
    assert_eq!(all(&[("tcp_flags", "=syn,=18")]), "web scan");
}

#[test]
fn names_of_services_are_compared_without_case() {
    let format = Format::parse("${pkt-dst-aws-service}").unwrap();
    let quals = Quals {
        all: block(&[("fields.pkt-dst-aws-service", "s3,Ec2")]),
        ..Quals::default()
    };
    let bound = quals.bind(&format).unwrap();
    for (line, expected) in [
        ("S3", true),
        ("s3", true),
        ("EC2", true),
        ("AMAZON", false),
        ("-", false),
    ] {
        assert_eq!(
            bound.matches(&parse(line, &format).unwrap(), ""),
            expected,
            "{line}"
        );
    }
}

#[test]
fn long_lists_match_what_their_values_match() {
    let format = Format::parse("${srcaddr} ${dstport} ${start} ${az-id}").unwrap();
    let bind = |name: &str, text: &str| {
        let quals = Quals {
            all: block(&[(name, text)]),
            ..Quals::default()
        };
        quals.bind(&format).unwrap()
    };
    let list = |value: &dyn Fn(u32) -> String| {
        // Not sorted, and with duplicates.
        let values = (0..300u32).map(|n| value(n * 7 % 211));
        values.collect::<Vec<_>>()
    };
    let lists = [
        ("src_addr", list(&|n| format!("10.{n}.0.0/18"))),
        (
            "src_addr",
            list(&|n| format!("2001:db8:{n:x}::/49,10.0.{n}.9")),
        ),
        ("dst_port", list(&|n| format!("{}-{}", n * 5, n * 5 + 2))),
        ("start", list(&|n| (1_700_000_000 + 3 * n).to_string())),
        ("fields.az-id", list(&|n| format!("z{}", n * 2))),
    ];
    for (name, values) in &lists {
        let whole = bind(name, &values.join(","));
        let parts: Vec<_> = values.iter().map(|value| bind(name, value)).collect();
        for n in 0..230u32 {
            let (third, port) = (n * 3 % 256, n * 5 + n % 5);
            for address in [
                format!("10.{n}.{third}.9"),
                format!("10.0.{n}.9"),
                format!("2001:db8:{n:x}:{third:x}00::1"),
            ] {
                let line = format!("{address} {port} {} z{n}", 1_700_000_000 + n);
                let record = parse(&line, &format).unwrap();
                let expected = parts.iter().any(|part| part.matches(&record, ""));
                assert_eq!(whole.matches(&record, ""), expected, "{name} {line}");
            }
        }
    }
}

#[test]
fn a_qual_on_a_missing_field_lists_the_fields_of_the_format() {
    let format = Format::parse("${version} ${srcaddr}").unwrap();
    let quals = Quals {
        any: vec![block(&[("src_addr", "10.0.0.1"), ("dst_port", "22")])],
        ..Quals::default()
    };
    assert_eq!(
        quals.bind(&format).unwrap_err().to_string(),
        "`where[0].dst_port` needs the field dstport, which the record format lacks; it has version, srcaddr"
    );
    let sides = Quals {
        all: block(&[("addr", "10.0.0.1")]),
        ..Quals::default()
    };
    assert!(
        sides
            .bind(&format)
            .unwrap_err()
            .to_string()
            .starts_with("`addr` needs the field dstaddr")
    );
}

#[test]
fn a_block_without_a_qual_is_refused() {
    let format = Format::vpc_default();
    let quals = Quals {
        none: vec![block(&[("dst_port", "22")]), Vec::new()],
        ..Quals::default()
    };
    assert_eq!(
        quals.bind(&format).unwrap_err().to_string(),
        "`exclude[1]` has no filter; add at least one, or remove the block"
    );
    assert!(!quals.is_empty());
    assert!(Quals::default().is_empty());
}
