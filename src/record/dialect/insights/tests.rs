//! Golden queries: exactly what Insights receives.

use expect_test::{Expect, expect};

use super::*;
use crate::record::{Key, Order, Qual, QualName, Quals};

fn quals(texts: &[(&str, &str)]) -> Vec<Qual> {
    let parse = |(name, text): &(&str, &str)| match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, text).unwrap(),
        None => Qual::parse(name, text).unwrap(),
    };
    texts.iter().map(parse).collect()
}

fn check(
    format: &Format,
    quals: &Quals,
    aggregate: &Aggregate,
    streams: Streams<'_>,
    expected: &Expect,
) {
    let bound = quals.bind(format).unwrap();
    let scope = Scope { streams, ..SCOPE };
    expected.assert_eq(&compile(&bound, format, aggregate, Rows::Groups, &scope).unwrap());
}

fn by(keys: &[&str]) -> Aggregate {
    Aggregate {
        keys: keys.iter().map(|name| Key::named(name)).collect(),
        limit: 11,
        ..Aggregate::default()
    }
}

const SCOPE: Scope<'_> = Scope {
    window: (1_767_225_600_000, 1_767_229_200_500),
    streams: Streams::All,
};

#[test]
fn the_default_format_has_discovered_fields() {
    let quals = Quals {
        all: quals(&[
            ("action", "REJECT"),
            ("dst_port", "22,3389,8000-8999"),
            ("bytes", ">=400"),
        ]),
        any: vec![
            quals(&[("src_addr", "10.0.0.0/8")]),
            quals(&[("protocol", "icmp"), ("addr", "2001:db8::/32")]),
        ],
        none: vec![
            quals(&[("dst_addr", "10.1.2.3")]),
            quals(&[("interface_id", "eni-1,eni-2"), ("packets", "1")]),
        ],
    };
    check(
        &Format::vpc_default(),
        &quals,
        &Aggregate {
            order: Order::greatest(Measure::Bytes),
            ..by(&["src_addr", "dst_port"])
        },
        Streams::All,
        &expect![[r#"
            filter toMillis(@timestamp) >= 1767225600000 and toMillis(@timestamp) < 1767229200500
            | filter ispresent(logStatus)
            | filter @message like /^\s*(?:-|0|[1-9]\d{0,18}) +\S+ +\S+ +(?:-|[0-9A-Fa-f.:]+) +(?:-|[0-9A-Fa-f.:]+) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +\S+ +\S+\s*$/
            | filter not (@message like /\*\*\*\*|(^|\s)\*+(\s|$)/)
            | filter not (logStatus in ["I", "IN", "INC", "INCO", "INCOM", "INCOMP", "INCOMPL", "INCOMPLE", "INCOMPLET", "INCOMPLETE", "INCOMPLETED", "INCOMPLETEDA", "INCOMPLETEDAT", "N", "NO", "NOD", "NODA", "NODAT", "O", "S", "SK", "SKI", "SKIP", "SKIPD", "SKIPDA", "SKIPDAT"])
            | filter action = "REJECT" and (dstPort = 22 or dstPort = 3389 or (dstPort >= 8000 and dstPort <= 8999)) and bytes >= 400 and (isIpInSubnet(srcAddr, "10.0.0.0/8") or (protocol = 1 and (isIpInSubnet(srcAddr, "2001:db8::/32") or isIpInSubnet(dstAddr, "2001:db8::/32")))) and not (dstAddr = "10.1.2.3") and not (interfaceId in ["eni-1", "eni-2"] and packets = 1)
            | stats count(*) as flows, sum(packets) as packetsSum, sum(bytes) as bytesSum, sum(strcontains(action, "ACCEPT")) as accepted, sum(strcontains(action, "REJECT")) as rejected, min(floor(startTime / (1 + 999 * floor(strlen(startTime) / 12)))) as firstSeen, max(floor(endTime / (1 + 999 * floor(strlen(endTime) / 12)))) as lastSeen by srcAddr, dstPort
            | sort bytesSum desc, srcAddr asc, dstPort asc
            | limit 100000"#]],
    );
}

#[test]
fn any_other_format_is_parsed_by_position() {
    let format =
        Format::parse("${srcaddr} ${pkt-srcaddr} ${dstport} ${tcp-flags} ${az-id}").unwrap();
    let quals = Quals {
        all: quals(&[("tcp_flags", "syn+ack,rst,0"), ("fields.az-id", "a\"b")]),
        ..Quals::default()
    };
    let streams = Streams::Prefixed("eni-0123.a/");
    check(
        &format,
        &quals,
        &by(&["pkt-srcaddr"]),
        streams,
        &expect![[r#"
            filter toMillis(@timestamp) >= 1767225600000 and toMillis(@timestamp) < 1767229200500
            | filter @logStream like /^eni\-0123\.a\//
            | parse @message /^\s*(?:-|[0-9A-Fa-f.:]+) +(?<f2>\S+) +(?:-|0|[1-9]\d{0,18}) +(?<f4>(?:-|0|[1-9]\d{0,18})) +(?<f5>\S+)\s*$/
            | filter ispresent(f2)
            | filter not (@message like /\*\*\*\*|(^|\s)\*+(\s|$)/)
            | filter ((floor(f4 / 2) % 2 = 1 and floor(f4 / 16) % 2 = 1) or floor(f4 / 4) % 2 = 1 or f4 = 0) and f5 = "a\"b"
            | stats count(*) as flows by f2
            | sort flows desc, f2 asc
            | limit 100000"#]],
    );
}

#[test]
fn missing_values_exact_flags_and_services_in_any_case_are_rendered() {
    let format =
        Format::parse("${srcaddr} ${instance-id} ${tcp-flags} ${pkt-dst-aws-service} ${version}")
            .unwrap();
    let quals = Quals {
        all: quals(&[
            ("instance_id", "-"),
            ("tcp_flags", "=syn,-,ack"),
            ("fields.pkt-dst-aws-service", "S3,ec2"),
        ]),
        any: Vec::new(),
        none: vec![quals(&[
            ("src_addr", "-,10.0.0.0/8"),
            ("fields.pkt-dst-aws-service", "s3"),
        ])],
    };
    check(
        &format,
        &quals,
        &by(&[]),
        Streams::All,
        &expect![[r#"
            filter toMillis(@timestamp) >= 1767225600000 and toMillis(@timestamp) < 1767229200500
            | parse @message /^\s*(?<f1>(?:-|[0-9A-Fa-f.:]+)) +(?<f2>\S+) +(?<f3>(?:-|0|[1-9]\d{0,18})) +(?<f4>\S+) +(?:-|0|[1-9]\d{0,18})\s*$/
            | filter ispresent(f1)
            | filter not (@message like /\*\*\*\*|(^|\s)\*+(\s|$)/)
            | filter f2 = "-" and (f3 = 2 or floor(f3 / 16) % 2 = 1 or f3 = "-") and tolower(f4) in ["s3", "ec2"] and not ((isIpInSubnet(f1, "10.0.0.0/8") or f1 = "-") and tolower(f4) = "s3")
            | stats count(*) as flows"#]],
    );
}

#[test]
fn without_groups_there_is_one_row() {
    let streams = Streams::Named("eni-1-all");
    check(
        &Format::vpc_default(),
        &Quals::default(),
        &by(&[]),
        streams,
        &expect![[r#"
            filter toMillis(@timestamp) >= 1767225600000 and toMillis(@timestamp) < 1767229200500
            | filter @logStream = "eni-1-all"
            | filter ispresent(logStatus)
            | filter @message like /^\s*(?:-|0|[1-9]\d{0,18}) +\S+ +\S+ +(?:-|[0-9A-Fa-f.:]+) +(?:-|[0-9A-Fa-f.:]+) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +(?:-|0|[1-9]\d{0,18}) +\S+ +\S+\s*$/
            | filter not (@message like /\*\*\*\*|(^|\s)\*+(\s|$)/)
            | filter not (logStatus in ["I", "IN", "INC", "INCO", "INCOM", "INCOMP", "INCOMPL", "INCOMPLE", "INCOMPLET", "INCOMPLETE", "INCOMPLETED", "INCOMPLETEDA", "INCOMPLETEDAT", "N", "NO", "NOD", "NODA", "NODAT", "O", "S", "SK", "SKI", "SKIP", "SKIPD", "SKIPDA", "SKIPDAT"])
            | stats count(*) as flows, sum(packets) as packetsSum, sum(bytes) as bytesSum, sum(strcontains(action, "ACCEPT")) as accepted, sum(strcontains(action, "REJECT")) as rejected, min(floor(startTime / (1 + 999 * floor(strlen(startTime) / 12)))) as firstSeen, max(floor(endTime / (1 + 999 * floor(strlen(endTime) / 12)))) as lastSeen"#]],
    );
}

#[test]
fn quals_that_insights_cannot_express_are_errors() {
    let format = Format::vpc_default();
    let by_id = Quals {
        all: quals(&[("event_id", "1")]),
        ..Quals::default()
    };
    let error = compile(
        &by_id.bind(&format).unwrap(),
        &format,
        &by(&["src_addr"]),
        Rows::Groups,
        &SCOPE,
    )
    .unwrap_err();
    assert_eq!(
        error,
        InsightsError::EventId {
            qual: QualPath {
                block: None,
                name: Some(QualName::Argument("event_id".to_owned())),
            }
        }
    );
    let many: Vec<_> = (0..1_500)
        .map(|n| format!("10.0.{}.{}", n / 100, n % 100 * 2))
        .collect();
    let many = Quals {
        all: quals(&[("src_addr", &many.join(","))]),
        ..Quals::default()
    };
    let error = compile(
        &many.bind(&format).unwrap(),
        &format,
        &by(&["src_addr"]),
        Rows::Groups,
        &SCOPE,
    )
    .unwrap_err();
    assert!(matches!(error, InsightsError::TooLong { length } if length > 10_000));
}

#[test]
fn encoded_values_are_left_to_the_scan() {
    let format = Format::parse("${srcaddr} ${instance-tag}").unwrap();
    let by_tag = Quals {
        all: quals(&[("fields.instance-tag", "a b")]),
        ..Quals::default()
    };
    let (group_by_address, group_by_tag) = (by(&["src_addr"]), by(&["instance-tag"]));
    let field = "instance-tag".to_owned();
    for (quals, aggregate) in [
        (&by_tag, &group_by_address),
        (&Quals::default(), &group_by_tag),
    ] {
        let error = compile(
            &quals.bind(&format).unwrap(),
            &format,
            aggregate,
            Rows::Groups,
            &SCOPE,
        )
        .unwrap_err();
        assert_eq!(
            error,
            InsightsError::Encoded {
                field: field.clone()
            }
        );
    }
    let bound = Quals::default().bind(&format).unwrap();
    assert!(compile(&bound, &format, &group_by_address, Rows::Groups, &SCOPE).is_ok());
}
