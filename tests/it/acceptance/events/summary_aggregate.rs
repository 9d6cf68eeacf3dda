//! The attributes of a summary that shape its groups, with both engines.

use serde_json::{Value, json};

use crate::harness::fake::{Fake, FlowLog};
use crate::harness::terraform::{Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn fake() -> Fake {
    let fake = Fake::start();
    fake.insights_end(0, "Complete");
    let line = |second: i64, source: &str, port: u16, protocol: u8, bytes: u32, action: &str| {
        let start = START + second;
        let line = format!(
            "2 1 eni-0a {source} 10.1.0.1 40000 {port} {protocol} 2 {bytes} {start} {} {action} OK",
            start + 50
        );
        (start * 1000, line)
    };
    let lines = vec![
        line(0, "10.0.0.1", 22, 6, 100, "REJECT"),
        line(10, "10.0.0.2", 443, 6, 9000, "ACCEPT"),
        line(20, "10.0.1.7", 3389, 6, 40, "REJECT"),
        line(700, "10.0.0.1", 23, 6, 100, "REJECT"),
        line(710, "10.0.0.1", 443, 6, 500, "ACCEPT"),
        line(720, "2001:db8::1", 53, 17, 260, "ACCEPT"),
    ];
    fake.put_events("flow-logs", "eni-0a-all", lines);
    fake
}

const SOURCE: &str = "  log_group_name = \"flow-logs\"\n  start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T00:20:00Z\"\n";

/// Runs several summaries with both engines in one configuration, and returns the answers of the scan.
#[track_caller]
fn summaries(fake: &Fake, all: &[&str]) -> Vec<Value> {
    let work = Workspace::new(Version::Any, fake.url());
    let mut text = String::new();
    for (number, arguments) in all.iter().enumerate() {
        for engine in ["scan", "insights"] {
            text.push_str(&format!(
                "data \"vpcflow_log_summary\" \"{engine}_{number}\" {{\n{SOURCE}  engine = \"{engine}\"\n{arguments}\n}}\n"
            ));
        }
    }
    work.configure(&text);
    work.apply();
    let answers = all.iter().enumerate().map(|(number, arguments)| {
        let of =
            |engine: &str| work.instance(&format!("data.vpcflow_log_summary.{engine}_{number}"));
        let (scan, insights) = (of("scan"), of("insights"));
        for part in ["groups", "total", "others", "truncated"] {
            assert_eq!(scan[part], insights[part], "{part} of {arguments}");
        }
        assert!(
            insights["engine_query"]
                .as_str()
                .unwrap()
                .contains("| stats count(*) as flows")
        );
        scan
    });
    answers.collect()
}

/// Shows groups as their keys, in the order of the names, and the flows.
fn shown(answer: &Value) -> Vec<String> {
    let groups = answer["groups"].as_array().unwrap().iter();
    let group = |group: &Value| {
        let key = group["key"].as_object().unwrap().values();
        let mut words: Vec<_> = key
            .map(|value| value.as_str().unwrap_or("null").to_owned())
            .collect();
        words.push(group["flows"].to_string());
        words.join(" ")
    };
    groups.map(group).collect()
}

#[test]
fn keys_are_bins_networks_and_names() {
    let answers = summaries(
        &fake(),
        &[
            "",
            "bin = \"5m\"",
            "bin = \"5m\"\n group_by = [\"protocol_name\"]",
            "group_by = [\"src_addr/24\"]",
            "group_by = [\"src_addr/48\"]\n order_by = \"key\"",
            "group_by = [\"dst_service\", \"protocol\"]\n order_by = \"-key\"",
            "bin = \"5m\"\n src_addr = \"192.0.2.1\"",
        ],
    );
    let wanted: [&[&str]; 7] = [
        &["6"],
        &[
            "2026-01-01T00:00:00Z 3",
            "2026-01-01T00:05:00Z 0",
            "2026-01-01T00:10:00Z 3",
            "2026-01-01T00:15:00Z 0",
        ],
        &[
            "2026-01-01T00:00:00Z tcp 3",
            "2026-01-01T00:10:00Z tcp 2",
            "2026-01-01T00:10:00Z udp 1",
        ],
        &["10.0.0.0/24 4", "10.0.1.0/24 1", "2001:db8::1 1"],
        &["2001:db8::/48 1", "10.0.1.7 1", "10.0.0.2 1", "10.0.0.1 3"],
        &["dns 17 1", "https 6 2", "rdp 6 1", "ssh 6 1", "telnet 6 1"],
        &[
            "2026-01-01T00:00:00Z 0",
            "2026-01-01T00:05:00Z 0",
            "2026-01-01T00:10:00Z 0",
            "2026-01-01T00:15:00Z 0",
        ],
    ];
    for (answer, wanted) in answers.iter().zip(wanted) {
        assert_eq!(shown(answer), wanted);
    }
    // Nothing matched, and that is a number.
    let total = &answers[6]["total"];
    assert_eq!((&total["flows"], &total["bytes"]), (&json!(0), &json!(0)));
    assert_eq!(
        answers[6]["groups"][0]["share"],
        json!({ "flows": 0, "packets": 0, "bytes": 0 })
    );
}

#[test]
fn groups_have_distinct_values_sums_and_shares() {
    let answers = summaries(
        &fake(),
        &[
            "group_by = [\"src_addr\"]\n count_distinct = [\"dst_port\", \"dst_addr/24\"]\n sum = [\"bytes\"]\n order_by = \"distinct.dst_port\"",
            "group_by = [\"src_addr\"]\n sum = [\"bytes\"]\n order_by = \"-sum.bytes\"\n having {\n sums = { bytes = \">=100\" }\n flows = \"1\"\n }",
            "group_by = [\"src_addr\"]\n count_distinct = [\"dst_port\"]\n having {\n distinct = { dst_port = \">2\" }\n }",
            "group_by = [\"src_addr\"]\n order_by = \"rejected\"\n having {\n accepted = \"0\"\n rejected = \">0\"\n packets = \"<=2\"\n bytes = \"1-50\"\n }",
        ],
    );
    let first = &answers[0]["groups"][0];
    assert_eq!(first["key"], json!({ "src_addr": "10.0.0.1" }));
    assert_eq!(
        first["distinct"],
        json!({ "dst_port": 3, "dst_addr/24": 1 })
    );
    assert_eq!(first["sums"], json!({ "bytes": 700 }));
    assert_eq!(
        first["share"],
        json!({ "flows": 0.5, "packets": 0.5, "bytes": 0.07 })
    );
    assert_eq!(answers[0]["total"]["sums"], json!({ "bytes": 10_000 }));
    assert_eq!(shown(&answers[1]), ["2001:db8::1 1", "10.0.0.2 1"]);
    assert_eq!(answers[1]["others"]["sums"], json!({ "bytes": 740 }));
    assert_eq!(shown(&answers[2]), ["10.0.0.1 3"]);
    assert_eq!(shown(&answers[3]), ["10.0.1.7 1"]);
    assert_eq!(answers[3]["truncated"], false);
    assert_eq!(answers[3]["total"]["groups"], 4);
}

#[test]
fn the_top_of_each_group_and_the_others_add_up() {
    let answers = summaries(
        &fake(),
        &[
            "group_by = [\"action\", \"src_addr\"]\n top = 1\n order_by = \"bytes\"",
            "bin = \"10m\"\n group_by = [\"src_addr\"]\n top = 1\n order_by = \"-key\"",
            "group_by = [\"src_addr\"]\n limit = 1",
        ],
    );
    assert_eq!(
        shown(&answers[0]),
        ["ACCEPT 10.0.0.2 1", "REJECT 10.0.0.1 2"]
    );
    let others = &answers[0]["others"];
    assert_eq!(
        (&others["groups"], &others["flows"], &others["bytes"]),
        (&json!(3), &json!(3), &json!(800))
    );
    assert_eq!(others["share"]["bytes"], json!(0.08));
    assert_eq!(
        shown(&answers[1]),
        [
            "2026-01-01T00:00:00Z 10.0.0.1 1",
            "2026-01-01T00:10:00Z 10.0.0.1 2"
        ]
    );
    assert_eq!(shown(&answers[2]), ["10.0.0.1 3"]);
    assert_eq!(
        (&answers[2]["truncated"], &answers[2]["others"]["groups"]),
        (&json!(true), &json!(3))
    );
}

#[test]
fn a_sum_of_a_field_that_the_format_has_is_zero_without_records() {
    let fake = Fake::start();
    fake.insights_end(0, "Complete");
    fake.insert(FlowLog::of_group(
        0,
        "flow-logs",
        "${srcaddr} ${bytes} ${packets-lost-no-route}",
    ));
    let second = START * 1000;
    fake.put_events("flow-logs", "a", vec![(second, "10.0.0.1 5 -".to_owned())]);
    let answers = summaries(
        &fake,
        &[
            "sum = [\"packets-lost-no-route\"]",
            "sum = [\"packets-lost-no-route\"]\n src_addr = \"10.0.0.2\"",
        ],
    );
    for answer in &answers {
        assert_eq!(
            answer["groups"][0]["sums"],
            json!({ "packets-lost-no-route": 0 })
        );
        assert_eq!(answer["groups"][0]["packets"], Value::Null);
        assert_eq!(answer["groups"][0]["share"]["packets"], Value::Null);
    }
}

#[test]
fn pages_of_insights_are_read_to_the_end_and_indexes_are_told() {
    let fake = fake();
    fake.insights_pages(2, 11);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_summary\" \"q\" {{\n{SOURCE}  engine = \"insights\"\n  group_by = [\"src_addr\", \"dst_port\"]\n}}"
    ));
    work.apply();
    let answer = work.instance("data.vpcflow_log_summary.q");
    assert_eq!(answer["total"]["groups"], 6);
    assert_eq!(answer["statistics"]["skipped_by_index"], 11);
    let calls = fake.calls_of("GetQueryResults").len();
    assert_eq!(calls % 3, 0, "{calls}");
}

#[test]
fn arguments_that_cannot_be_are_reported_at_their_place() {
    let fake = fake();
    let work = Workspace::new(Version::Any, fake.url());
    for (arguments, texts) in [
        (
            "group_by = [\"dst_port/8\"]",
            &["names dst_port/8", "does not hold addresses"][..],
        ),
        ("group_by = [\"src_addr/129\"]", &["from 0 to 128"]),
        ("bin = \"10s\"", &["Malformed bin", "from 1m to 1d"]),
        (
            "count_distinct = [\"addr\"]",
            &["`count_distinct` names addr"],
        ),
        (
            "count_distinct = [\"az-id\"]",
            &[
                "`count_distinct` names az-id",
                "all record formats of the log group lack",
            ],
        ),
        ("sum = [\"src_addr\"]", &["does not hold numbers"]),
        (
            "order_by = \"size\"",
            &[
                "Malformed order",
                "flows, packets, bytes, accepted, rejected, distinct.NAME, sum.NAME and key",
            ],
        ),
        (
            "order_by = \"distinct.dst_port\"",
            &["`count_distinct` does not name dst_port"],
        ),
        (
            "group_by = [\"src_addr\"]\n top = 2",
            &["Two keys required"],
        ),
        (
            "top = 0\n bin = \"1m\"\n group_by = [\"src_addr\"]",
            &["from 1 to 100000"],
        ),
        (
            "having {\n flows = \"many\"\n }",
            &["Malformed filter flows", "^ `many` is not a number"],
        ),
        (
            "having {\n distinct = { dst_port = \"1\" }\n }",
            &["`having` names dst_port, and `count_distinct` does not"],
        ),
        ("having {\n}", &["Empty having block"]),
    ] {
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n{SOURCE}{arguments}\n}}"
        ));
        work.run(&["plan", "-no-color"]).fails_with(texts);
    }
}
