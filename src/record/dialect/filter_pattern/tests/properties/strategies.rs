//! Random quals, formats and lines.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{EVENT, NAMES};
use crate::record::format::Format;
use crate::record::qual::Qual;
use crate::record::quals::Quals;

pub(super) fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![
        select(vec![
            0u8, 1, 9, 10, 16, 31, 63, 64, 100, 127, 128, 192, 199, 200, 255
        ]),
        any::<u8>()
    ]
}

pub(super) fn ipv4() -> impl Strategy<Value = String> {
    (
        prop_oneof![Just(10u8), Just(192), octet()],
        prop_oneof![Just(1u8), octet()],
        octet(),
        octet(),
    )
        .prop_map(|(a, b, c, d)| format!("{a}.{b}.{c}.{d}"))
}

pub(super) fn ipv6() -> impl Strategy<Value = String> {
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

pub(super) fn network6() -> impl Strategy<Value = String> {
    (
        ipv6(),
        prop_oneof![0u8..=128, select(vec![32u8, 36, 48, 52, 64, 128])],
    )
        .prop_map(|(address, length)| {
            let network = ipnet::IpNet::new(address.parse().unwrap(), length).unwrap();
            network.trunc().to_string()
        })
}

pub(super) fn network() -> impl Strategy<Value = String> {
    let narrow = (ipv4(), 0u8..=32).prop_map(|(address, length)| {
        let network = ipnet::IpNet::new(address.parse().unwrap(), length).unwrap();
        network.trunc().to_string()
    });
    prop_oneof![8 => narrow, 2 => ipv4(), 2 => network6()]
}

pub(super) fn number() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..40, 2 => 0i64..2000, 1 => 60_000i64..65_536]
}

pub(super) fn number_qual() -> impl Strategy<Value = String> {
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
pub(super) fn possible(texts: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    texts.prop_filter("refused", |text| {
        Qual::parse("dst_port", text).is_ok() && Qual::parse("bytes", text).is_ok()
    })
}

pub(super) fn list(part: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    let part = part.boxed();
    let long = vec(part.clone(), 30..120);
    prop_oneof![30 => vec(part, 1..4), 1 => long].prop_map(|parts| parts.join(","))
}

pub(super) fn word() -> impl Strategy<Value = String> {
    select(vec![
        "eni-1", "eni-2", "eni-10", "eni-1*2", "use1-az1", "a%20b", "ж", "a,b", "10", "x/y:z",
    ])
    .prop_map(|word| word.replace(',', ""))
}

/// A word that a known field can have.
pub(super) fn known_word() -> impl Strategy<Value = String> {
    word().prop_map(|word| word.replace('*', ""))
}

pub(super) fn service() -> impl Strategy<Value = String> {
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
pub(super) fn perhaps_absent(
    text: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<String> {
    prop_oneof![
        8 => text,
        1 => Just("-".to_owned()),
    ]
    .boxed()
}

pub(super) fn tag() -> impl Strategy<Value = String> {
    select(vec!["web", "web 1", "web-1", "web/1", "100%", " x"]).prop_map(str::to_owned)
}

/// A value as AWS writes it into the field.
pub(super) fn value(name: &'static str) -> BoxedStrategy<String> {
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

pub(super) fn qual() -> impl Strategy<Value = Qual> {
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

pub(super) fn quals() -> impl Strategy<Value = Quals> {
    let blocks = || vec(prop_oneof![3 => vec(qual(), 1), 1 => vec(qual(), 2)], 0..3);
    (vec(qual(), 0..3), blocks(), blocks()).prop_map(|(all, any, none)| Quals { all, any, none })
}

pub(super) fn format_and_lines() -> impl Strategy<Value = (Format, Vec<String>)> {
    Just(NAMES.to_vec()).prop_shuffle().prop_flat_map(|names| {
        let text: Vec<_> = names.iter().map(|name| format!("${{{name}}}")).collect();
        let format = Format::parse(&text.join(" ")).unwrap();
        let values: Vec<_> = names.into_iter().map(value).collect();
        let line = values.prop_map(|values| values.join(" "));
        (Just(format), vec(line, 12))
    })
}
