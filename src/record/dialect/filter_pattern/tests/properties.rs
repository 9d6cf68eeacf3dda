//! Random formats, lines and quals: a push-down never loses a record, and its classes are right.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::record::dialect::filter_pattern::evaluator::{self, Equality};
use crate::record::dialect::filter_pattern::{
    Call, Class, MAX_CALLS, Plan, Streams, TimeBounds, compile, plan,
};
use crate::record::format::Format;
use crate::record::parse::Record;
use crate::record::qual::Qual;
use crate::record::quals::Quals;

const NAMES: [&str; 22] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "tcp-flags",
    "flow-direction",
    "az-id",
    "pkt-dstaddr",
    "traffic-path",
    "new-field",
    "instance-tag",
    "pkt-src-aws-service",
];

const EVENT: &str = "36001";

/// Parses a line with any version.
fn read<'a>(line: &'a str, format: &'a Format) -> Record<'a> {
    let mut record = Record::unread(line, format);
    record.split().unwrap();
    record
}

fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![
        select(vec![
            0u8, 1, 9, 10, 16, 31, 63, 64, 100, 127, 128, 192, 199, 200, 255
        ]),
        any::<u8>()
    ]
}

fn ipv4() -> impl Strategy<Value = String> {
    (
        prop_oneof![Just(10u8), Just(192), octet()],
        prop_oneof![Just(1u8), octet()],
        octet(),
        octet(),
    )
        .prop_map(|(a, b, c, d)| format!("{a}.{b}.{c}.{d}"))
}

fn ipv6() -> impl Strategy<Value = String> {
    let known = select(vec![
        "::1",
        "2001:db8::1",
        "2001:db8:1::9",
        "2001:db8:a::9",
        "::ffff:10.1.1.1",
        "fe80::10",
    ])
    .prop_map(str::to_owned);
    let group = || select(vec![0u16, 1, 0xa, 0xab0, 0xa001, 0xaf00, 0xb000, 0xffff]);
    let random = (group(), group(), vec(group(), 6)).prop_map(|(third, fourth, rest)| {
        let mut groups = [0x2001, 0xdb8, third, fourth, 0, 0, 0, 0];
        groups[4..].copy_from_slice(&rest[..4]);
        std::net::Ipv6Addr::from(groups).to_string()
    });
    prop_oneof![known, random]
}

fn network6() -> impl Strategy<Value = String> {
    (
        ipv6(),
        prop_oneof![0u8..=128, select(vec![32u8, 36, 48, 52, 64, 128])],
    )
        .prop_map(|(address, length)| {
            let network = ipnet::IpNet::new(address.parse().unwrap(), length).unwrap();
            network.trunc().to_string()
        })
}

fn network() -> impl Strategy<Value = String> {
    let narrow = (ipv4(), 0u8..=32).prop_map(|(address, length)| {
        let network = ipnet::IpNet::new(address.parse().unwrap(), length).unwrap();
        network.trunc().to_string()
    });
    prop_oneof![8 => narrow, 2 => ipv4(), 2 => network6()]
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..40, 2 => 0i64..2000, 1 => 60_000i64..65_536]
}

fn number_qual() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => number().prop_map(|number| number.to_string()),
        2 => (number(), number()).prop_map(|(one, other)| format!("{}-{}", one.min(other), one.max(other))),
        1 => number().prop_map(|number| format!(">={number}")),
        1 => number().prop_map(|number| format!("<={number}")),
        1 => (0i64..1000).prop_map(|number| format!(">{number}")),
        1 => (1i64..1000).prop_map(|number| format!("<{number}")),
    ];
    possible(list(perhaps_absent(part)))
}

/// Excludes what is refused: alternatives that match everything, and numbers with separators.
fn possible(texts: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    texts.prop_filter("refused", |text| {
        Qual::parse("dst_port", text).is_ok() && Qual::parse("bytes", text).is_ok()
    })
}

fn list(part: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    let part = part.boxed();
    let long = vec(part.clone(), 30..120);
    prop_oneof![30 => vec(part, 1..4), 1 => long].prop_map(|parts| parts.join(","))
}

fn word() -> impl Strategy<Value = String> {
    select(vec![
        "eni-1", "eni-2", "eni-10", "eni-1*2", "use1-az1", "a%20b", "ж", "a,b", "10", "x/y:z",
    ])
    .prop_map(|word| word.replace(',', ""))
}

/// A word that a known field can have.
fn known_word() -> impl Strategy<Value = String> {
    word().prop_map(|word| word.replace('*', ""))
}

fn service() -> impl Strategy<Value = String> {
    select(vec![
        "S3",
        "s3",
        "EC2",
        "Ec2",
        "AMAZON",
        "amazon",
        "AMAZON_CONNECT",
    ])
    .prop_map(str::to_owned)
}

/// Sometimes adds or uses only `-`.
fn perhaps_absent(text: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    prop_oneof![
        8 => text,
        1 => Just("-".to_owned()),
    ]
    .boxed()
}

fn tag() -> impl Strategy<Value = String> {
    select(vec!["web", "web 1", "web-1", "web/1", "100%", " x"]).prop_map(str::to_owned)
}

/// A value as AWS writes it into the field.
fn value(name: &'static str) -> BoxedStrategy<String> {
    let present = match name {
        "srcaddr" | "dstaddr" | "pkt-dstaddr" => prop_oneof![5 => ipv4(), 1 => ipv6()].boxed(),
        "start" | "end" => prop_oneof![
            Just(1_700_000_000i64),
            Just(1_700_000_060_500),
            1_700_000_000i64..1_700_000_100
        ]
        .prop_map(|time| time.to_string())
        .boxed(),
        "action" => select(vec!["ACCEPT", "REJECT"])
            .prop_map(str::to_owned)
            .boxed(),
        "log-status" => select(vec!["OK", "NODATA", "SKIPDATA"])
            .prop_map(str::to_owned)
            .boxed(),
        "flow-direction" => select(vec!["ingress", "egress"])
            .prop_map(str::to_owned)
            .boxed(),
        "account-id" | "interface-id" | "az-id" | "new-field" => word().boxed(),
        "pkt-src-aws-service" => service().boxed(),
        "tcp-flags" => (0i64..256).prop_map(|flags| flags.to_string()).boxed(),
        "instance-tag" => tag()
            .prop_map(|tag| {
                tag.replace('%', "%25")
                    .replace(' ', "%20")
                    .replace('/', "%2f")
            })
            .boxed(),
        "bytes" => prop_oneof![number(), Just(i64::MAX), Just(1 << 53)]
            .prop_map(|number| number.to_string())
            .boxed(),
        _ => number().prop_map(|number| number.to_string()).boxed(),
    };
    prop_oneof![6 => present, 1 => Just("-".to_owned())].boxed()
}

fn qual() -> impl Strategy<Value = Qual> {
    let named = |name: &'static str, text: BoxedStrategy<String>| {
        text.prop_map(move |text| (name, text)).boxed()
    };
    let address = select(vec!["src_addr", "dst_addr", "addr", "fields.pkt-dstaddr"]);
    let port = select(vec![
        "src_port",
        "dst_port",
        "port",
        "packets",
        "bytes",
        "version",
        "fields.traffic-path",
    ]);
    let text = select(vec!["interface_id", "interface_account_id", "fields.az-id"]);
    let times = [
        "-",
        "1700000000",
        "<1700000050",
        ">=2023-11-14T22:13:40Z",
        "1700000010-1700000060",
    ];
    let (name, written) = (
        "event_id",
        prop_oneof![Just(EVENT.to_owned()), Just("1".to_owned())],
    );
    prop_oneof![
        4 => (address, list(perhaps_absent(network()))).prop_map(|(name, text)| (name, text)),
        5 => (port, number_qual()).prop_map(|(name, text)| (name, text)),
        2 => named("fields.instance-tag", list(perhaps_absent(tag())).boxed()),
        3 => (text, list(perhaps_absent(known_word()))).prop_map(|(name, text)| (name, text)),
        1 => named("fields.new-field", list(perhaps_absent(word())).boxed()),
        2 => named("fields.pkt-src-aws-service", list(perhaps_absent(service())).boxed()),
        2 => named("action", list(select(vec!["accept", "REJECT"]).prop_map(str::to_owned)).boxed()),
        1 => named("log_status", list(select(vec!["ok", "nodata"]).prop_map(str::to_owned)).boxed()),
        1 => named("flow_direction", Just("ingress".to_owned()).boxed()),
        1 => named("tcp_flags", list(select(vec!["syn", "0", "18", "ack+fin", "=syn", "=18", "=128", "-"]).prop_map(str::to_owned)).boxed()),
        1 => named("protocol", list(select(vec!["tcp", "1", "0-20"]).prop_map(str::to_owned)).boxed()),
        1 => named("start", list(select(times.to_vec()).prop_map(str::to_owned)).prop_filter("refused", |text| Qual::parse("start", text).is_ok()).boxed()),
        1 => named(name, written.boxed()),
    ]
    .prop_map(|(name, text)| match name.strip_prefix("fields.") {
        Some(field) => Qual::parse_field(field, &text).unwrap(),
        None => Qual::parse(name, &text).unwrap(),
    })
}

fn quals() -> impl Strategy<Value = Quals> {
    let blocks = || vec(prop_oneof![3 => vec(qual(), 1), 1 => vec(qual(), 2)], 0..3);
    (vec(qual(), 0..3), blocks(), blocks()).prop_map(|(all, any, none)| Quals { all, any, none })
}

fn format_and_lines() -> impl Strategy<Value = (Format, Vec<String>)> {
    Just(NAMES.to_vec()).prop_shuffle().prop_flat_map(|names| {
        let text: Vec<_> = names.iter().map(|name| format!("${{{name}}}")).collect();
        let format = Format::parse(&text.join(" ")).unwrap();
        let values: Vec<_> = names.into_iter().map(value).collect();
        let line = values.prop_map(|values| values.join(" "));
        (Just(format), vec(line, 12))
    })
}

/// Checks the property for one set of quals and some lines.
fn pushes_down_rightly(
    quals: &Quals,
    format: &Format,
    lines: &[String],
) -> Result<(), TestCaseError> {
    let bound = quals.bind(format).unwrap();
    let pushed = compile(&bound);
    for line in lines {
        let record = read(line, format);
        let satisfied = bound.matches(&record, EVENT);
        for equality in [Equality::Text, Equality::Number] {
            let received = match &pushed.pattern {
                Some(pattern) => {
                    evaluator::matches(pattern, line, equality).map_err(TestCaseError::fail)?
                }
                None => true,
            };
            prop_assert!(
                received || !satisfied,
                "lost: {line}\n{pushed:?}\n{quals:?}"
            );
            if pushed.not_pushed.is_empty() {
                prop_assert!(
                    satisfied || !received,
                    "not exact: {line}\n{pushed:?}\n{quals:?}"
                );
            }
        }
    }
    Ok(())
}

/// Returns the stream of a line, if every interface has its own.
fn stream(format: &Format, line: &str) -> String {
    let record = read(line, format);
    format!("{}-all", record.named("interface-id").unwrap_or("none"))
}

fn receives(call: &Call, line: &str, stream: &str, equality: Equality) -> Result<bool, String> {
    let prefix = call.stream_prefix.as_deref().unwrap_or_default();
    let pattern = call.pattern.as_deref();
    let matches = pattern.map_or(Ok(true), |text| evaluator::matches(text, line, equality))?;
    Ok(matches && stream.starts_with(prefix))
}

/// Checks the same for a plan: what any call receives, and every qual.
fn plans_rightly(
    quals: &Quals,
    format: &Format,
    lines: &[String],
    streams: Streams,
) -> Result<(), TestCaseError> {
    let bound = quals.bind(format).unwrap();
    let plan = plan(std::slice::from_ref(&bound), streams, &|| true).unwrap();
    prop_assert!(plan.calls.len() <= MAX_CALLS);
    for line in lines {
        let record = read(line, format);
        let satisfied = bound.matches(&record, EVENT);
        let start = format.position("start").and_then(|at| record.seconds(at));
        if let Some(start) = start.filter(|_| satisfied) {
            let TimeBounds { from, until } = plan.time;
            prop_assert!(from.is_none_or(|from| from <= start * 1000), "{plan:?}");
            prop_assert!(
                until.is_none_or(|until| start * 1000 + 999 <= until),
                "{plan:?}"
            );
        }
        for equality in [Equality::Text, Equality::Number] {
            let stream = stream(format, line);
            let received: Result<Vec<bool>, _> = plan
                .calls
                .iter()
                .map(|call| receives(call, line, &stream, equality))
                .collect();
            let received = received.map_err(TestCaseError::fail)?.contains(&true);
            prop_assert!(received || !satisfied, "lost: {line}\n{plan:?}\n{quals:?}");
            if plan.classes.iter().all(|(_, class)| *class == Class::Exact) {
                prop_assert!(
                    satisfied || !received,
                    "not exact: {line}\n{plan:?}\n{quals:?}"
                );
            }
        }
    }
    each_class_is_true(quals, format, lines, &plan)
}

/// Checks that every received record matches a top-level qual whose class is exact.
fn each_class_is_true(
    quals: &Quals,
    format: &Format,
    lines: &[String],
    plan: &Plan,
) -> Result<(), TestCaseError> {
    for (qual, (label, class)) in quals.all.iter().zip(&plan.classes) {
        let alone = Quals {
            all: vec![qual.clone()],
            ..Quals::default()
        };
        let bound = alone.bind(format).unwrap();
        for line in lines.iter().filter(|_| *class == Class::Exact) {
            let record = read(line, format);
            let stream = stream(format, line);
            for call in &plan.calls {
                let received = receives(call, line, &stream, Equality::Number).unwrap();
                prop_assert!(
                    !received || bound.matches(&record, EVENT),
                    "{label} is not exact: {line}\n{plan:?}"
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_record_that_satisfies_any_quals_is_received_by_a_call_of_the_plan(quals in quals(), by_interface in any::<bool>(), (format, lines) in format_and_lines()) {
        let streams = if by_interface { Streams::ByInterface } else { Streams::Any };
        plans_rightly(&quals, &format, &lines, streams)?;
    }

    #[test]
    fn one_qual_alone_is_planned_rightly(qual in qual(), place in 0..3, (format, lines) in format_and_lines()) {
        let mut quals = Quals::default();
        match place {
            0 => quals.all.push(qual),
            1 => quals.any.push(vec![qual]),
            _ => quals.none.push(vec![qual]),
        }
        plans_rightly(&quals, &format, &lines, Streams::ByInterface)?;
    }

    #[test]
    fn a_record_that_satisfies_any_quals_matches_what_was_pushed(quals in quals(), (format, lines) in format_and_lines()) {
        pushes_down_rightly(&quals, &format, &lines)?;
    }

    #[test]
    fn one_qual_alone_is_pushed_rightly(qual in qual(), place in 0..3, (format, lines) in format_and_lines()) {
        let mut quals = Quals::default();
        match place {
            0 => quals.all.push(qual),
            1 => quals.any.push(vec![qual]),
            _ => quals.none.push(vec![qual]),
        }
        pushes_down_rightly(&quals, &format, &lines)?;
    }

    #[test]
    fn networks_are_pushed_rightly(networks in vec(network(), 1..4), addresses in vec(ipv4(), 40)) {
        let format = Format::parse("${srcaddr} ${dstport}").unwrap();
        let quals = Quals { all: vec![Qual::parse("src_addr", &networks.join(",")).unwrap()], ..Quals::default() };
        let near = networks.iter().filter_map(|network| network.split('/').next()).map(str::to_owned);
        let lines: Vec<_> = addresses.into_iter().chain(near).map(|address| format!("{address} 22")).collect();
        pushes_down_rightly(&quals, &format, &lines)?;
        plans_rightly(&quals, &format, &lines, Streams::Any)?;
    }

    #[test]
    fn ipv6_networks_are_planned_rightly(networks in vec(network6(), 1..3), addresses in vec(ipv6(), 20), refused in any::<bool>()) {
        let format = Format::parse("${srcaddr} ${dstport}").unwrap();
        let qual = Qual::parse("src_addr", &networks.join(",")).unwrap();
        let quals = if refused {
            Quals { none: vec![vec![qual]], ..Quals::default() }
        } else {
            Quals { all: vec![qual], ..Quals::default() }
        };
        let near = networks.iter().filter_map(|network| network.split('/').next()).map(str::to_owned);
        let lines: Vec<_> = addresses.into_iter().chain(near).map(|address| format!("{address} 22")).collect();
        plans_rightly(&quals, &format, &lines, Streams::Any)?;
    }
}

#[test]
fn every_prefix_length_is_exact_at_its_edges() {
    let format = Format::parse("${srcaddr}").unwrap();
    for length in 0..=32 {
        for address in [
            "10.77.150.201",
            "0.0.0.0",
            "255.255.255.255",
            "128.99.0.10",
            "100.100.100.100",
        ] {
            let network = ipnet::Ipv4Net::new(address.parse().unwrap(), length)
                .unwrap()
                .trunc();
            let first = u32::from(network.network());
            let last = u32::from(network.broadcast());
            let edges = [
                first,
                last,
                first.wrapping_sub(1),
                last.wrapping_add(1),
                first ^ last,
                first / 2 + last / 2,
            ];
            let lines: Vec<_> = edges
                .iter()
                .map(|edge| std::net::Ipv4Addr::from(*edge).to_string())
                .collect();
            let quals = Quals {
                all: vec![Qual::parse("src_addr", &network.to_string()).unwrap()],
                ..Quals::default()
            };
            assert!(
                compile(&quals.bind(&format).unwrap()).not_pushed.is_empty(),
                "{network}"
            );
            pushes_down_rightly(&quals, &format, &lines).unwrap();
        }
    }
}
