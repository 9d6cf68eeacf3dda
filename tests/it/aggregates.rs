//! Random summaries through the whole provider, over HTTP: both engines must count the same. The fake evaluates the
//! queries of CloudWatch Logs Insights.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value as Json, json};

use crate::harness::core::Core;
use crate::harness::fake::Fake;

const GROUP: &str = "flow-logs";
const SUMMARIES: usize = 250;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

const KEYS: [&str; 12] = [
    "src_addr",
    "dst_addr",
    "src_addr/16",
    "src_addr/48",
    "dst_addr/24",
    "dst_port",
    "dst_service",
    "protocol_name",
    "protocol",
    "action",
    "interface_id",
    "start",
];
const SUMMED: [&str; 3] = ["bytes", "dst_port", "packets"];
const NUMBERS: [&str; 5] = ["flows", "packets", "bytes", "accepted", "rejected"];
const CONDITIONS: [&str; 6] = [">1", "<3", "0", "1,2", "2-40", ">=100"];

fn records() -> impl Strategy<Value = (i64, String)> {
    let source = select(vec![
        "10.0.0.1",
        "10.0.0.2",
        "10.0.1.1",
        "10.9.0.1",
        "2001:db8::1",
        "2001:db8:0:1::1",
        "-",
    ]);
    let target = select(vec!["10.1.0.1", "10.1.0.200", "192.0.2.7", "2001:db8::5"]);
    let port = select(vec!["22", "443", "9", "1024", "53", "0", "-"]);
    let protocol = select(vec!["6", "17", "1", "58", "253", "-"]);
    let number = select(vec!["0", "1", "40", "1500", "-"]);
    let action = select(vec!["ACCEPT", "REJECT", "-"]);
    let rest = (number.clone(), number, action, 0..7100_i64, 1..4_u8);
    (source, target, port, protocol, rest).prop_map(
        |(source, target, port, protocol, (packets, bytes, action, second, interface))| {
            let start = START + second;
            let line = format!(
                "2 123456789012 eni-{interface} {source} {target} 40000 {port} {protocol} {packets} {bytes} {start} {} {action} OK",
                start + 50
            );
            (start * 1000, line)
        },
    )
}

/// Returns random summaries by some of the keys, with sums of some of the fields.
pub(crate) fn summaries(
    names: &[&'static str],
    summed: &[&'static str],
) -> impl Strategy<Value = Json> + use<> {
    let keys = prop_oneof![
        1 => Just(Vec::new()),
        4 => subsequence(names.to_vec(), 1..=2).prop_shuffle(),
        1 => subsequence(names.to_vec(), 3).prop_shuffle(),
    ];
    let bin =
        prop_oneof![2 => Just(None), 1 => select(vec!["1m", "5m", "1h", "1d"]).prop_map(Some)];
    let distinct = prop_oneof![1 => Just(Vec::new()), 1 => subsequence(names.to_vec(), 1..=2)];
    let sums = prop_oneof![1 => Just(Vec::new()), 1 => subsequence(summed.to_vec(), 1..=2)];
    let quals = select(vec![
        ("", ""),
        ("action", "REJECT"),
        ("dst_port", "1-1024"),
        ("src_addr", "10.0.0.0/8"),
        ("dst_port", "7"),
    ]);
    let having =
        prop_oneof![2 => Just(None), 1 => (0..7_usize, select(CONDITIONS.to_vec())).prop_map(Some)];
    let order = (0..9_usize, any::<bool>());
    let cut = (
        prop_oneof![2 => Just(None), 1 => (1..4_i64).prop_map(Some)],
        prop_oneof![1 => Just(100_000), 2 => 1..12_i64],
    );
    (keys, bin, distinct, sums, quals, having, order, cut).prop_map(
        |(keys, bin, distinct, sums, (qual, text), having, (order, ascending), (top, limit))| {
            let mut of = Map::new();
            let count = keys.len() + usize::from(bin.is_some());
            let named = |number: usize| match number {
                0..5 => Some(NUMBERS[number].to_owned()),
                5 => distinct.first().map(|name| format!("distinct.{name}")),
                6 => sums.last().map(|name| format!("sum.{name}")),
                _ => Some("key".to_owned()),
            };
            if let Some((number, text)) = having {
                let condition = match number {
                    0..5 => Some(json!({ NUMBERS[number]: text })),
                    5 => distinct
                        .first()
                        .map(|name| json!({ "distinct": { *name: text } })),
                    _ => sums.last().map(|name| json!({ "sums": { *name: text } })),
                };
                of.extend(condition.map(|condition| ("having".to_owned(), condition)));
            }
            if let Some(name) = named(order) {
                let sign = if ascending { "-" } else { "" };
                of.insert("order_by".to_owned(), json!(format!("{sign}{name}")));
            }
            if !qual.is_empty() {
                of.insert(qual.to_owned(), json!(text));
            }
            if let Some(top) = top.filter(|_| count > 1) {
                of.insert("top".to_owned(), json!(top));
            }
            for (name, value) in [
                ("group_by", json!(keys)),
                ("bin", json!(bin)),
                ("count_distinct", json!(distinct)),
                ("sum", json!(sums)),
                ("limit", json!(limit)),
                ("log_group_name", json!(GROUP)),
                ("start_time", json!("2026-01-01T00:00:00Z")),
                ("end_time", json!("2026-01-01T02:00:00Z")),
            ] {
                of.insert(name.to_owned(), value);
            }
            Json::Object(of)
        },
    )
}

#[test]
fn both_engines_give_the_same_answers_to_random_summaries() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(summarized());
}

async fn summarized() {
    let mut runner = TestRunner::deterministic();
    let fake = Fake::start();
    fake.insights_end(0, "Complete");
    fake.insights_pages(7, 0);
    let records = proptest::collection::vec(records(), 60);
    let records = records.new_tree(&mut runner).unwrap().current();
    fake.put_events(GROUP, "eni-1-all", records);
    let mut core = Core::start(fake.url()).await;
    let mut groups = 0;
    for _ in 0..SUMMARIES {
        let mut config = summaries(&KEYS, &SUMMED)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let mut answers = Vec::new();
        for engine in ["scan", "insights"] {
            config["engine"] = json!(engine);
            let answer = core.summarize(&config).await;
            let parts = ["groups", "total", "others", "truncated"];
            answers.push(parts.map(|part| answer.get(part).cloned()));
        }
        assert_eq!(answers[0], answers[1], "{config:#}");
        groups += format!("{:?}", answers[0]).matches("first_seen").count();
    }
    assert!(groups > 4 * SUMMARIES, "{groups} groups show little");
}
