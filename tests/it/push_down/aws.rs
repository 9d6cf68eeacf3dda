//! Lines of flow logs, in default and custom formats, alone and together in one log group.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use vpcflow::record::dialect::filter_pattern::Streams;
use vpcflow::record::field::{FIELDS, Kind};
use vpcflow::record::{Format, Qual, Quals, Reader, RecordType};

use super::{Event, gives_the_same_rows, quals};

const START: i64 = 1_767_225_600;

/// AWS's own example of a custom format, fields of every version in an order of our own, a few fields without a version,
/// and fields that the table lacks.
pub(super) const CUSTOM: [&str; 4] = [
    "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr \
     pkt-dstaddr protocol bytes packets start end action tcp-flags log-status",
    "end dstport action version instance-tag traffic-path flow-direction pkt-dst-aws-service srcaddr encryption-status \
     reject-reason resource-id ecs-task-id az-id interface-id next-hop-vpc-id start dstaddr srcport",
    "dstport srcaddr action start",
    "version interface-id brand-new srcaddr dstaddr protocol dstport action start end bytes brand-new-2",
];

/// As many fields as the default format, of another version and in another order.
const AS_LONG_AS_THE_DEFAULT: &str = "dstaddr srcaddr version vpc-id interface-id srcport dstport protocol packets bytes start end action log-status";

pub(crate) fn format(names: &str) -> Format {
    let names: Vec<_> = names
        .split(' ')
        .map(|name| format!("${{{name}}}"))
        .collect();
    Format::parse(&names.join(" ")).unwrap()
}

fn ipv4() -> BoxedStrategy<String> {
    let octet = || select(vec![0u8, 1, 9, 10, 31, 64, 100, 127, 128, 200, 255]);
    (
        select(vec![10u8, 172, 192]),
        select(vec![0u8, 1, 16, 31, 168]),
        octet(),
        octet(),
    )
        .prop_map(|(a, b, c, d)| format!("{a}.{b}.{c}.{d}"))
        .boxed()
}

fn ipv6() -> BoxedStrategy<String> {
    let texts = [
        "2001:db8::1",
        "2001:db8:a001::1",
        "2001:db8:a::1",
        "2001:db8:1:2:3:4:5:6",
        "fe80::1",
        "::1",
    ];
    select(texts.to_vec()).prop_map(str::to_owned).boxed()
}

fn address() -> BoxedStrategy<String> {
    prop_oneof![4 => ipv4(), 1 => ipv6()].boxed()
}

fn number() -> BoxedStrategy<i64> {
    prop_oneof![4 => 0i64..30, 2 => select(vec![22i64, 80, 443, 1023, 1024, 8080, 65_535]), 1 => 0i64..65_536].boxed()
}

fn words(words: &[&'static str]) -> BoxedStrategy<String> {
    select(words.to_vec()).prop_map(str::to_owned).boxed()
}

const INTERFACES: [&str; 4] = ["eni-0a", "eni-0b", "eni-0ab", "eni-0c"];
const TAGS: [&str; 6] = ["web", "web-1", "My web", "100%", "a/b", "naïve"];

const SERVICES: [&str; 4] = ["S3", "AMAZON", "s3", "EC2"];

/// A text that a field can have: an id of its type, or a word.
fn text(name: &str, endings: &[&'static str]) -> BoxedStrategy<String> {
    let field = FIELDS.iter().find(|field| field.name == name);
    let beginning = match field.and_then(|field| field.begins_with) {
        Some(beginning) => beginning,
        None if name.ends_with("account-id") => "1234567890",
        None => "x-",
    };
    let digits = !beginning.ends_with(['-', ':']);
    words(endings)
        .prop_map(move |ending| {
            if digits {
                format!("{beginning}{:0>2}", ending.len())
            } else {
                format!("{beginning}{ending}")
            }
        })
        .boxed()
}

/// A value as AWS writes it, sometimes `-`. `START`, `END` and `INTERFACE` stand for those of the event.
pub(crate) fn value(name: &str, version: u8) -> BoxedStrategy<String> {
    let kind = FIELDS
        .iter()
        .find(|field| field.name == name)
        .map(|field| field.kind);
    let value = match (name, kind) {
        ("version", _) => return Just(version.to_string()).boxed(),
        // The time of the event is that of the start, which is always there.
        ("start", _) => return Just("START".to_owned()).boxed(),
        ("end", _) => return Just("END".to_owned()).boxed(),
        ("interface-id", _) => return Just("INTERFACE".to_owned()).boxed(),
        ("action", _) => words(&["ACCEPT", "REJECT", "MIRROR"]),
        ("log-status", _) => words(&["OK", "OK", "NODATA", "SKIPDATA"]),
        ("flow-direction", _) => words(&["ingress", "egress"]),
        ("type", _) => words(&["IPv4", "IPv6", "EFA"]),
        ("tcp-flags", _) => (0i64..130).prop_map(|flags| flags.to_string()).boxed(),
        ("protocol", _) => words(&["1", "6", "17", "58"]),
        ("instance-tag", _) => select(TAGS.to_vec()).prop_map(encode).boxed(),
        ("bytes" | "packets", _) => {
            prop_oneof![3 => number(), 1 => Just(i64::MAX), 1 => Just(1 << 53)]
                .prop_map(|number| number.to_string())
                .boxed()
        }
        (_, Some(Kind::Address)) => address(),
        (_, Some(Kind::Integer)) => number().prop_map(|number| number.to_string()).boxed(),
        ("pkt-src-aws-service" | "pkt-dst-aws-service", _) => words(&SERVICES),
        _ => text(name, &["1", "10", "a_b"]),
    };
    prop_oneof![7 => value, 1 => Just("-".to_owned())].boxed()
}

fn encode(tag: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    tag.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// An event with a line of a format; one in ten is broken.
pub(super) fn event(format: &Format) -> BoxedStrategy<Event> {
    let version = *format.versions().start();
    let values: Vec<_> = format
        .names()
        .iter()
        .map(|name| value(name, version))
        .collect();
    let line = values.prop_map(|values| values.join(" "));
    let breakage = prop_oneof![9 => Just(0u8), 1 => 1u8..5];
    (
        line,
        0i64..3000,
        0i64..61,
        select(INTERFACES.to_vec()),
        breakage,
    )
        .prop_map(|(line, second, length, interface, breakage)| {
            let start = START + second;
            let line = line
                .replace("START", &start.to_string())
                .replace("END", &(start + length).to_string())
                .replace("INTERFACE", interface);
            let message = match breakage {
                1 => first_half(&line),
                2 => line.replacen(' ', "  ", 2),
                3 => line.replacen("10.", "********", 1),
                4 => format!("\u{1}\u{fffd}{line}"),
                _ => line,
            };
            Event {
                stream: format!("{interface}-all"),
                timestamp: start * 1000,
                message,
            }
        })
        .boxed()
}

/// Cuts a line off behind a field: within the last one, a cut could leave another time that reads as well, and the
/// service's own lines are never at another time than their start.
fn first_half(line: &str) -> String {
    let half: String = line.chars().take(line.chars().count() / 2).collect();
    let whole = half.rsplit_once(' ').map_or("", |(fields, _)| fields);
    whole.to_owned()
}

fn list(part: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    vec(part, 1..4).prop_map(|parts| parts.join(",")).boxed()
}

fn networks() -> BoxedStrategy<String> {
    let network = |length: u8| {
        move |address: String| {
            ipnet::IpNet::new(address.parse().unwrap(), length)
                .unwrap()
                .trunc()
                .to_string()
        }
    };
    let narrow = (ipv4(), 0u8..=32).prop_map(move |(address, length)| network(length)(address));
    let wide = (ipv6(), 0u8..=128).prop_map(move |(address, length)| network(length)(address));
    list(prop_oneof![4 => narrow, 2 => address(), 1 => wide, 1 => Just("-".to_owned())])
}

fn ranges() -> BoxedStrategy<String> {
    let parts = list(prop_oneof![
        1 => Just("-".to_owned()),
        3 => number().prop_map(|number| number.to_string()),
        2 => (number(), number()).prop_map(|(one, other)| format!("{}-{}", one.min(other), one.max(other))),
        1 => (0i64..2000).prop_map(|number| format!(">={number}")),
        1 => (1i64..2000).prop_map(|number| format!("<{number}")),
    ]);
    // Alternatives that match everything, or look like a number with separators, are refused.
    let is_possible =
        |text: &String| Qual::parse("dst_port", text).is_ok() && Qual::parse("bytes", text).is_ok();
    parts.prop_filter("refused", is_possible).boxed()
}

fn times() -> BoxedStrategy<String> {
    let bound = (words(&[">=", "<=", ">", "<"]), 0i64..3000);
    let bound = bound.prop_map(|(sign, second)| format!("{sign}{}", START + second));
    let between = (0i64..3000, 0i64..600);
    let between = between
        .prop_map(|(second, length)| format!("{}-{}", START + second, START + second + length));
    prop_oneof![bound, between].boxed()
}

/// A qual on one of the fields, by its name and text.
pub(super) fn qual(names: &[String]) -> BoxedStrategy<(String, String)> {
    let has = |name: &str| names.iter().any(|known| known == name);
    let mut choices: Vec<BoxedStrategy<(String, String)>> = Vec::new();
    for name in names {
        let field = FIELDS.iter().find(|field| field.name == *name);
        let texts = match (name.as_str(), field.map(|field| field.kind)) {
            ("interface-id", _) => list(words(&INTERFACES)),
            ("action", _) => words(&["accept", "REJECT", "accept,reject"]),
            ("log-status", _) => words(&["ok", "nodata,skipdata"]),
            ("flow-direction", _) => words(&["ingress"]),
            ("type", _) => words(&["ipv4", "IPv6,EFA"]),
            ("tcp-flags", _) => list(words(&["syn", "syn+ack", "0", "64", "=syn", "=18", "-"])),
            ("protocol", _) => list(words(&["tcp", "icmp", "0-20"])),
            ("version", _) => words(&["2", "2-4", ">=5"]),
            ("pkt-src-aws-service" | "pkt-dst-aws-service", _) => {
                list(words(&["S3", "s3", "ec2", "Amazon", "-"]))
            }
            ("instance-tag", _) => list(words(&TAGS).prop_map(|tag| tag.replace('%', "%25"))),
            (_, Some(Kind::Address)) => networks(),
            (_, Some(Kind::Integer)) => ranges(),
            (_, Some(Kind::Seconds)) => times(),
            _ => {
                list(prop_oneof![5 => text(name, &["1", "10", "other"]), 1 => Just("-".to_owned())])
            }
        };
        let by_name = match field.and_then(|field| field.column) {
            Some(column) => column.to_owned(),
            None => format!("fields.{name}"),
        };
        choices.push(texts.prop_map(move |text| (by_name.clone(), text)).boxed());
    }
    if has("srcaddr") && has("dstaddr") {
        choices.push(
            networks()
                .prop_map(|text| ("addr".to_owned(), text))
                .boxed(),
        );
    }
    if has("srcport") && has("dstport") {
        choices.push(ranges().prop_map(|text| ("port".to_owned(), text)).boxed());
    }
    proptest::strategy::Union::new(choices).boxed()
}

/// A qual on one of the fields, or on the event's id.
fn qual_or_id(names: &[String]) -> BoxedStrategy<Qual> {
    let id = list((0usize..30).prop_map(|id| id.to_string()));
    let id = id.prop_map(|text| ("event_id".to_owned(), text));
    prop_oneof![names.len() as u32 => qual(names), 1 => id]
        .prop_map(|(name, text)| super::qual(&name, &text))
        .boxed()
}

/// 1,000 sets of quals, each over a log group with lines of the formats.
#[track_caller]
fn check(formats: &[Format]) {
    let mut names: Vec<_> = formats
        .iter()
        .flat_map(|format| format.names().to_vec())
        .collect();
    names.sort();
    names.dedup();
    let one = proptest::strategy::Union::new(formats.iter().map(event).collect::<Vec<_>>());
    let formats = formats.to_vec();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1000)
    });
    let group = (quals(qual_or_id(&names)), vec(one, 20), any::<bool>());
    let result = runner.run(&group, |(quals, mut events, by_interface)| {
        events.sort_by_key(|event| event.timestamp);
        let streams = if by_interface {
            Streams::ByInterface
        } else {
            Streams::Any
        };
        let reader = reader(&formats, &quals);
        gives_the_same_rows(&reader, streams, &events)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn reader(formats: &[Format], quals: &Quals) -> Reader {
    Reader::new(RecordType::Aws, formats, quals).unwrap()
}

#[test]
fn quals_on_the_default_format_give_the_rows_of_a_plain_scan() {
    check(&[Format::vpc_default()]);
}

#[test]
fn quals_on_the_transit_gateway_format_give_the_rows_of_a_plain_scan() {
    check(&[Format::transit_gateway_default()]);
}

#[test]
fn quals_on_the_first_custom_format_give_the_rows_of_a_plain_scan() {
    check(&[format(CUSTOM[0])]);
}

#[test]
fn quals_on_a_format_of_every_version_give_the_rows_of_a_plain_scan() {
    check(&[format(CUSTOM[1])]);
}

#[test]
fn quals_on_a_format_without_a_version_give_the_rows_of_a_plain_scan() {
    check(&[format(CUSTOM[2])]);
}

#[test]
fn quals_on_a_format_newer_than_the_table_give_the_rows_of_a_plain_scan() {
    check(&[format(CUSTOM[3])]);
}

#[test]
fn quals_on_three_formats_in_one_group_give_the_rows_of_a_plain_scan() {
    check(&[
        Format::vpc_default(),
        Format::transit_gateway_default(),
        format(CUSTOM[0]),
    ]);
}

#[test]
fn quals_on_formats_of_equal_length_give_the_rows_of_a_plain_scan() {
    check(&[
        Format::vpc_default(),
        format(AS_LONG_AS_THE_DEFAULT),
        format(CUSTOM[2]),
    ]);
}
