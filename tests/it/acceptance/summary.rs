//! Summaries: what is counted here, and what CloudWatch Logs Insights counts, over the same lines.

use serde_json::{Value, json};

use super::flow_log;
use crate::harness::fake::{Fake, FlowLog};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const STREAM: &str = "eni-0123456789abcdef0-all";
const WINDOW: &str = r#"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
"#;

fn record(second: i64, source: &str, port: u16, bytes: u32, action: &str) -> (i64, String) {
    let start = START + second;
    let line = format!(
        "2 123456789012 eni-0123456789abcdef0 {source} 10.1.0.1 40000 {port} 6 3 {bytes} {start} {} {action} OK",
        start + 50
    );
    (start * 1000, line)
}

fn some_traffic() -> Vec<(i64, String)> {
    let start = START + 60;
    vec![
        record(0, "10.0.0.1", 22, 100, "REJECT"),
        record(10, "10.0.0.2", 443, 9000, "ACCEPT"),
        record(20, "192.0.2.7", 3389, 40, "REJECT"),
        record(30, "10.0.0.1", 22, 100, "REJECT"),
        record(40, "10.0.0.1", 443, 500, "ACCEPT"),
        record(50, "2001:db8::1", 22, 60, "REJECT"),
        (
            start * 1000,
            format!(
                "2 123456789012 eni-0123456789abcdef0 - - - - - - - {start} {} - NODATA",
                start + 50
            ),
        ),
    ]
}

fn fake() -> Fake {
    let fake = Fake::start();
    fake.put_events("flow-logs", STREAM, some_traffic());
    fake
}

/// Asks both engines, which must agree in everything that they count, and gives the answer of the scan.
#[track_caller]
fn summary(fake: &Fake, arguments: &str) -> Value {
    let work = Workspace::new(Version::Any, fake.url());
    let data = |engine: &str| {
        format!(
            "data \"vpcflow_log_summary\" \"{engine}\" {{\n  log_group_name = \"flow-logs\"\n{WINDOW}\n  engine = \"{engine}\"\n{arguments}\n}}\n"
        )
    };
    work.configure(&(data("scan") + &data("insights")));
    work.apply();
    let scan = work.instance("data.vpcflow_log_summary.scan");
    let insights = work.instance("data.vpcflow_log_summary.insights");
    for counted in ["groups", "truncated"] {
        assert_eq!(scan[counted], insights[counted], "{counted} of {arguments}");
    }
    let mut total = insights["total"].clone();
    if insights["truncated"] == true {
        assert_eq!(total["groups"], Value::Null);
        total["groups"] = scan["total"]["groups"].clone();
    }
    assert_eq!(scan["total"], total, "{arguments}");
    assert_eq!(scan["insights_query"], Value::Null);
    assert!(
        insights["insights_query"]
            .as_str()
            .unwrap()
            .contains("| stats count(*) as flows")
    );
    scan
}

/// The keys of the groups, with how many records each has.
fn counts(summary: &Value) -> Vec<(Vec<Value>, i64)> {
    let groups = summary["groups"].as_array().unwrap().iter();
    let counts = groups.map(|group| {
        let key = group["key"].as_object().unwrap();
        (
            key.values().cloned().collect(),
            group["flows"].as_i64().unwrap(),
        )
    });
    counts.collect()
}

#[test]
fn groups_are_counted_with_all_their_measures() {
    let answer = summary(
        &fake(),
        "group_by = [\"src_addr\", \"dst_port\"]\n log_status = \"OK\"",
    );
    assert_eq!(
        answer["groups"][0],
        json!({
            "key": { "src_addr": "10.0.0.1", "dst_port": "22" },
            "flows": 2,
            "packets": 6,
            "bytes": 200,
            "accepted": 0,
            "rejected": 2,
            "first_seen": "2026-01-01T00:00:00Z",
            "last_seen": "2026-01-01T00:01:20Z",
        })
    );
    let ports_by_source: Vec<_> = counts(&answer).into_iter().map(|(key, _)| key).collect();
    assert_eq!(
        ports_by_source,
        [
            [json!("22"), json!("10.0.0.1")],
            [json!("443"), json!("10.0.0.1")],
            [json!("443"), json!("10.0.0.2")],
            [json!("3389"), json!("192.0.2.7")],
            [json!("22"), json!("2001:db8::1")],
        ]
    );
    assert_eq!(answer["total"]["groups"], 5);
    assert_eq!(answer["total"]["flows"], 6);
    assert_eq!(answer["total"]["bytes"], 9800);
    assert_eq!(answer["truncated"], false);
    assert_eq!(answer["statistics"]["scanned"], 6);
    assert_eq!(answer["not_pushed"], json!([]));
}

#[test]
fn both_engines_agree_whatever_is_asked() {
    let fake = fake();
    fake.put_events(
        "flow-logs",
        "eni-9-all",
        vec![record(55, "10.0.0.9", 22, 7, "ACCEPT")],
    );
    let flows = |arguments: &str| -> Vec<i64> {
        counts(&summary(&fake, arguments))
            .into_iter()
            .map(|(_, flows)| flows)
            .collect()
    };
    for (arguments, expected) in [
        ("group_by = [\"action\"]", vec![4, 3, 1]),
        (
            "group_by = [\"dst_port\"]\n order_by = \"bytes\"",
            vec![2, 4, 1, 1],
        ),
        (
            "group_by = [\"src_addr\"]\n src_addr = \"10.0.0.0/8\"",
            vec![3, 1, 1],
        ),
        (
            "group_by = [\"src_addr\"]\n addr = \"2001:db8::/32\"",
            vec![1],
        ),
        (
            "group_by = [\"dst_port\"]\n dst_port = \"22,400-500\"",
            vec![4, 2],
        ),
        (
            "group_by = [\"action\"]\n exclude { src_addr = \"10.0.0.1\" }",
            vec![2, 2, 1],
        ),
        (
            "group_by = [\"interface_id\"]\n where { dst_port = \"3389\" }\n where {\n dst_port = \"443\"\n bytes = \">=1000\"\n }",
            vec![2],
        ),
        (
            "group_by = [\"src_addr\"]\n log_stream_name = \"eni-9-all\"",
            vec![1],
        ),
        (
            "group_by = [\"action\"]\n log_stream_name_prefix = \"eni-0\"",
            vec![4, 2, 1],
        ),
        (
            "group_by = [\"log_status\"]\n start = \">=2026-01-01T00:00:50Z\"",
            vec![2, 1],
        ),
        ("group_by = [\"src_addr\"]\n dst_port = \"1\"", vec![]),
    ] {
        assert_eq!(flows(arguments), expected, "{arguments}");
    }
    let cut = summary(&fake, "group_by = [\"src_addr\"]\n limit = 2");
    assert_eq!(cut["truncated"], true);
    assert_eq!(cut["total"]["groups"], 6);
    assert_eq!(counts(&cut).len(), 2);
}

#[test]
fn a_format_of_ones_own_is_counted_by_position() {
    let fake = Fake::start();
    let mut log = FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0");
    log.log_group_name = Some("flow-logs".to_owned());
    log.log_destination = None;
    log.log_format = "${pkt-srcaddr} ${tcp-flags} ${az-id} ${start}".to_owned();
    fake.insert(log);
    let line = |n: i64, text: &str| ((START + n) * 1000, format!("{text} {}", START + n));
    let lines = vec![
        line(0, "172.16.0.9 19 use1-az1"),
        line(1, "172.16.0.9  2 use1-az2"),
        line(2, "172.16.0.8 4 -"),
        line(3, "172.16.0.9 18 use1-az1"),
        ((START + 4) * 1000, "cut in".to_owned()),
    ];
    fake.put_events("flow-logs", STREAM, lines);
    let answer = summary(
        &fake,
        "group_by = [\"pkt-srcaddr\", \"start\"]\n tcp_flags = \"syn+ack,rst\"",
    );
    assert_eq!(answer["groups"].as_array().unwrap().len(), 3);
    assert_eq!(
        answer["groups"][0]["key"],
        json!({ "pkt-srcaddr": "172.16.0.8", "start": "2026-01-01T00:00:02Z" })
    );
    // The format has neither bytes nor actions: nothing is made up for them.
    assert_eq!(answer["groups"][0]["bytes"], Value::Null);
    assert_eq!(answer["groups"][0]["rejected"], Value::Null);
    let zones = summary(&fake, "group_by = [\"az-id\"]");
    assert_eq!(
        counts(&zones),
        [
            (vec![json!("use1-az1")], 2),
            (vec![Value::Null], 1),
            (vec![json!("use1-az2")], 1),
        ]
    );
}

#[test]
fn insights_is_asked_until_it_is_done_and_stopped_if_it_takes_too_long() {
    let fake = fake();
    let data = |more: &str| {
        let work = Workspace::new(Version::Any, fake.url()).with_settings("max_retries = 0");
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n  log_group_name = \"flow-logs\"\n  group_by = [\"src_addr\"]\n  engine = \"insights\"\n{WINDOW}\n{more}\n}}"
        ));
        work
    };
    fake.insights_end(3, "Complete");
    data("").apply();
    assert_eq!(fake.calls_of("GetQueryResults").len(), 4);
    assert_eq!(fake.calls_of("StopQuery").len(), 0);
    fake.insights_end(0, "Failed");
    let plan = |more: &str| data(more).run(&["plan", "-no-color"]);
    plan("").fails_with(&["Flow-log events not read", "ended as Failed"]);
    fake.insights_end(u32::MAX, "Complete");
    plan("timeout = \"600ms\"").fails_with(&["The `timeout` was over", "the query was stopped"]);
    fake.wait_for_calls("StopQuery", 1, std::time::Duration::from_secs(20));
}

#[test]
fn a_group_of_infrequent_access_names_the_engine_that_can() {
    let fake = fake();
    fake.group_class("flow-logs", "INFREQUENT_ACCESS");
    let work = Workspace::new(Version::Any, fake.url());
    let group = format!("log_group_name = \"flow-logs\"\n{WINDOW}");
    let fails = |configuration: &str| -> Run {
        work.configure(configuration);
        work.run(&["plan", "-no-color"])
    };
    let said = &[
        "cannot be filtered",
        "INFREQUENT_ACCESS",
        "engine = \"insights\"",
    ];
    fails(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n{group}\n}}"
    ))
    .fails_with(said);
    let summary =
        format!("data \"vpcflow_log_summary\" \"q\" {{\n{group}\n group_by = [\"src_addr\"]\n");
    fails(&format!("{summary}}}")).fails_with(said);
    work.configure(&format!("{summary} engine = \"insights\"\n}}"));
    work.apply();
    let answer = work.instance("data.vpcflow_log_summary.q");
    assert_eq!(answer["total"]["flows"], 7);
}

#[test]
fn summaries_that_cannot_be_made_say_why() {
    let fake = fake();
    let work = Workspace::new(Version::Any, fake.url());
    let fails = |arguments: &str, texts: &[&str]| {
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n  log_group_name = \"flow-logs\"\n{WINDOW}\n{arguments}\n}}"
        ));
        work.run(&["plan", "-no-color"]).fails_with(texts);
    };
    fails("group_by = []", &["Nothing to group by"]);
    fails(
        "group_by = [\"port\"]",
        &["`group_by` names port", "dst_port"],
    );
    fails("group_by = [\"bytes\", \"bytes\"]", &["names bytes twice"]);
    fails(
        "group_by = [\"src_addr\", \"az-id\"]",
        &[
            "Group not possible for this record format",
            "names az-id",
            "it has version,",
        ],
    );
    fails("group_by = [\"bytes\"]\n limit = 5001", &["from 1 to 5000"]);
    let insights = "group_by = [\"bytes\"]\n engine = \"insights\"\n";
    fails(
        &format!("{insights} filter_pattern = \"[...]\""),
        &["Not possible with this engine", "`filter_pattern`"],
    );
    fails(
        &format!("{insights} event_id = \"1\""),
        &[
            "Query not possible with this engine",
            "Use the engine `scan`",
        ],
    );
}

#[test]
fn a_flow_log_that_has_delivered_nothing_yet_is_an_empty_summary() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let mut text = flow_log("main", "");
    for engine in ["scan", "insights"] {
        text.push_str(&format!(
            "data \"vpcflow_log_summary\" \"{engine}\" {{\n  flow_log_id = vpcflow_log.main.id\n  lookback = \"1h\"\n  group_by = [\"src_addr\"]\n  engine = \"{engine}\"\n}}\n"
        ));
    }
    work.configure(&text);
    work.apply().says(&["No events yet"]);
    for engine in ["scan", "insights"] {
        let answer = work.instance(&format!("data.vpcflow_log_summary.{engine}"));
        assert_eq!(answer["groups"], json!([]));
        assert_eq!(answer["total"]["flows"], 0);
    }
    work.plans_empty();
}
