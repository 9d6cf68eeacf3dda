//! ExternalFlow events of Yandex Cloud, in both spellings.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use vpcflow::record::dialect::filter_pattern::Streams;
use vpcflow::record::{Qual, Reader, RecordType};

use super::{Event, gives_the_same_rows, quals};

/// A value that may be absent.
type Maybe = BoxedStrategy<Option<Value>>;

fn camel(key: &str) -> String {
    let mut words = key.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        camel.push_str(&word[..1].to_uppercase());
        camel.push_str(&word[1..]);
    }
    camel
}

/// A number as text or as a number, or absent.
fn number(numbers: Vec<i64>) -> Maybe {
    let number = select(numbers);
    prop_oneof![
        3 => number.clone().prop_map(|number| Some(json!(number.to_string()))),
        2 => number.prop_map(|number| Some(json!(number))),
        1 => Just(None),
    ]
    .boxed()
}

fn text(texts: &[&'static str]) -> Maybe {
    let text = select(texts.to_vec()).prop_map(|text| Some(json!(text)));
    prop_oneof![6 => text, 1 => Just(None)].boxed()
}

fn event() -> impl Strategy<Value = Event> {
    let addresses = || {
        text(&[
            "10.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "203.0.113.7",
            "2001:db8::1",
        ])
    };
    let ports = || number(vec![0, 22, 80, 443, 8080, 50_000]);
    let details: Vec<(&'static str, Maybe)> = vec![
        ("vers", number(vec![4, 6])),
        ("proto", number(vec![1, 6, 17])),
        ("src_addr", addresses()),
        ("dst_addr", addresses()),
        ("src_port", ports()),
        ("dst_port", ports()),
        ("direction", text(&["INGRESS", "EGRESS"])),
        ("action", text(&["ACCEPT", "allow", "DENY", "mirror"])),
        ("reason", text(&["security group", "default", "7", "true"])),
        (
            "nat",
            prop_oneof![
                text(&["10.9.9.9", "none"]),
                Just(Some(json!(5))),
                Just(Some(json!(true)))
            ]
            .boxed(),
        ),
        ("session", number(vec![7, 1 << 40])),
        ("packets", number(vec![0, 1, 3, 9])),
        ("bytes", number(vec![0, 100, 5000])),
        ("tcp_flags", text(&["0x02", "18", "0x12"])),
        ("vm_uuid", text(&["vm-1", "vm-2"])),
        ("subnet_id", text(&["e9b1", "e9b2"])),
        ("iface_idx", number(vec![0, 1])),
        (
            "agg_start",
            text(&["2026-01-01T00:00:00.123456789Z", "2026-01-01T00:05:00Z"]),
        ),
    ];
    let (keys, values): (Vec<_>, Vec<_>) = details.into_iter().unzip();
    let status = select(vec!["DONE", "ERROR", "OK"]);
    (values, any::<bool>(), status, 0u8..20, 0i64..300).prop_map(
        move |(values, in_camel, status, odd, second)| {
            let spell = |key: &str| if in_camel { camel(key) } else { key.to_owned() };
            let mut details = Map::new();
            for (key, value) in keys.iter().zip(values) {
                details.extend(value.map(|value| (spell(key), value)));
            }
            let kind = if odd == 0 {
                "CreateNetwork"
            } else {
                "yandex.cloud.audit.network.flowlogs.ExternalFlow"
            };
            let mut event = Map::new();
            event.insert(spell("event_id"), json!(format!("e-{second}")));
            event.insert(spell("event_type"), json!(kind));
            event.insert(spell("event_status"), json!(status));
            event.insert("details".to_owned(), details.into());
            let mut message = Value::Object(event).to_string();
            if odd == 1 {
                message.truncate(message.len() / 2);
            }
            Event {
                stream: "trail".to_owned(),
                timestamp: second * 1000,
                message,
            }
        },
    )
}

fn qual() -> impl Strategy<Value = Qual> + Clone {
    let texts: Vec<(&'static str, Vec<&'static str>)> = vec![
        (
            "src_addr",
            vec![
                "10.0.0.1",
                "10.0.0.0/8",
                "10.0.0.0/9,192.168.1.1",
                "2001:db8::/32",
                "0.0.0.0/0",
            ],
        ),
        ("addr", vec!["10.0.0.0/8", "203.0.113.0/24,10.1.2.3"]),
        ("port", vec!["22", "80,443"]),
        (
            "dst_port",
            vec!["22", "1-1023", "22,80,443,8080", "0", ">=443"],
        ),
        ("protocol", vec!["tcp", "1,17"]),
        ("action", vec!["accept", "REJECT"]),
        ("flow_direction", vec!["ingress"]),
        ("log_status", vec!["ok"]),
        ("type", vec!["ipv4", "IPv6", "EFA"]),
        ("bytes", vec!["100", ">=100"]),
        ("tcp_flags", vec!["syn", "18"]),
        ("instance_id", vec!["vm-1", "vm-2,vm-3"]),
        ("interface_id", vec!["vm-1/0"]),
        ("subnet_id", vec!["e9b1"]),
        ("start", vec![">=2026-01-01T00:01:00Z"]),
        ("event_id", vec!["e-1", "e-1,e-2,e-3,e-4"]),
        ("fields.nat", vec!["10.9.9.9", "5", "true", "none"]),
        (
            "fields.reject_reason",
            vec!["default", "7", "security group"],
        ),
        ("fields.session_id", vec!["7", "1099511627776"]),
        (
            "fields.event_type",
            vec!["yandex.cloud.audit.network.flowlogs.ExternalFlow"],
        ),
    ];
    select(texts)
        .prop_flat_map(|(name, texts)| select(texts).prop_map(move |text| super::qual(name, text)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn quals_on_external_flows_give_the_rows_of_a_plain_scan(quals in quals(qual()), events in vec(event(), 20)) {
        let reader = Reader::new(RecordType::YandexExternalFlow, &[], &quals).unwrap();
        gives_the_same_rows(&reader, Streams::Any, &events)?;
    }
}
