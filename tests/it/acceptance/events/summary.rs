//! Summaries: both engines count the same lines.

use serde_json::{Value, json};

use crate::acceptance::flow_log;
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

/// Queries both engines, which must agree in everything they count, and returns the answer of the scan.
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
    for counted in ["groups", "total", "others", "truncated"] {
        assert_eq!(scan[counted], insights[counted], "{counted} of {arguments}");
    }
    assert_eq!(scan["engine_query"], Value::Null);
    assert!(
        insights["engine_query"]
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
            "distinct": {},
            "sums": {},
            "share": { "flows": 2.0 / 6.0, "packets": 6.0 / 18.0, "bytes": 200.0 / 9800.0 },
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
fn both_engines_agree_for_all_quals() {
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
fn neither_engine_counts_lines_that_are_not_records() {
    let fake = fake();
    let broken = [
        "v2 123456789012 eni-1 10.0.0.1 10.1.0.1 40000 22 6 3 100 1767225600 1767225650 ACCEPT OK",
        "2 123456789012 eni-1 ******** 10.1.0.1 40000 22 6 3 100 1767225600 1767225650 ACCEPT OK",
        "2 ******** eni-1 10.0.0.1 10.1.0.1 40000 22 6 3 100 1767225600 1767225650 ACCEPT OK",
        "2 123456789012 eni-1 10.0.0.1 10.1.0.1 40000 22 6 3 x100 1767225600 1767225650 ACCEPT OK",
        "2 123456789012 eni-1 host 10.1.0.1 40000 22 6 3 100 1767225600 1767225650 ACCEPT OK",
        "2 123456789012 eni-1 10.0.0.1 10.1.0.1 040000 22 6 3 100 1767225600 1767225650 ACCEPT OK",
        "2 123456789012 eni-1 10.0.0.1 10.1.0.1 40000 22 6 3 100 1767225600 1767225650 ACCEPT NOD",
        "2 123456789012 eni-1 10.0.0.1 10.1.0.1 40000 22 6 3 100 1767225600 1767225650 ACCEPT",
    ];
    for (second, line) in (0..).zip(broken) {
        fake.put_events(
            "flow-logs",
            STREAM,
            vec![((START + second) * 1000, line.to_owned())],
        );
    }
    let answer = summary(&fake, "group_by = [\"src_addr\"]");
    assert_eq!(answer["total"]["flows"], 7);
    assert_eq!(answer["statistics"]["parse_errors"], 8);
}

#[test]
fn neither_engine_counts_broken_lines_of_a_custom_format() {
    let fake = Fake::start();
    let mut log = FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0");
    log.log_group_name = Some("flow-logs".to_owned());
    log.log_destination = None;
    log.log_format =
        "${az-id} ${dstport} ${version} ${vpc-id} ${new-field} ${flow-direction}".to_owned();
    fake.insert(log);
    let lines = [
        "use1-az1 22 5 vpc-1 x ingress",
        "use1-az1 443 12 - y egress",
        "use1-az1 443 4 vpc-1 x ingress",
        "use1-az1 443 - vpc-1 x ingress",
        "use1-az1 443 5 vpc-1 x ingr",
        "use1-az1 443 5 vpc-****1 x ingress",
        "use1-az1 443 5 * x ingress",
        "use1-az1 4x3 5 vpc-1 x ingress",
    ];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| ((START + n) * 1000, line.to_owned()));
    fake.put_events("flow-logs", STREAM, lines.collect());
    let answer = summary(&fake, "group_by = [\"dst_port\"]");
    // The fields imply version 5 or higher. A record may have another version, or none.
    assert_eq!(
        counts(&answer),
        [(vec![json!("443")], 3), (vec![json!("22")], 1)]
    );
}

#[test]
fn ties_are_ordered_by_key_as_numbers() {
    let fake = Fake::start();
    let ports = [1024, 443, 80, 9];
    let lines = (0..)
        .zip(ports)
        .map(|(n, port)| record(n, "10.0.0.1", port, 100, "ACCEPT"));
    fake.put_events("flow-logs", STREAM, lines.collect());
    fake.put_events(
        "flow-logs",
        STREAM,
        vec![(
            START * 1000,
            format!("2 123456789012 eni-1 - - - - - - - {START} {START} - NODATA"),
        )],
    );
    let ports = |arguments: &str| -> Vec<Value> {
        let answer = summary(&fake, &format!("group_by = [\"dst_port\"]\n{arguments}"));
        let key = |group: &Value| group["key"]["dst_port"].clone();
        answer["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(key)
            .collect()
    };
    assert_eq!(ports("limit = 1\n log_status = \"OK\""), ["9"]);
    let numbers = ["9", "80", "443", "1024"].map(Value::from);
    assert_eq!(ports("log_status = \"OK\""), numbers);
    assert_eq!(ports(""), [&[Value::Null][..], &numbers].concat());
    assert_eq!(
        ports("limit = 3"),
        [&[Value::Null][..], &numbers[..2]].concat()
    );
}

#[test]
fn sums_of_sampled_records_warn() {
    let fake = Fake::start();
    let event = |n: i64, service: &str| {
        let event = json!({
            "event_id": format!("id-{n}"),
            "event_type": format!("yandex.cloud.audit.{service}.flowlogs.ExternalFlow"),
            "event_time": "2026-01-01T00:00:00Z",
            "details": { "src_addr": "10.0.0.1", "packets": "2", "bytes": 100 },
        });
        ((START + n) * 1000, event.to_string())
    };
    let events = vec![
        event(0, "network"),
        event(1, "baremetal"),
        event(2, "network"),
    ];
    fake.put_events("flows", "s", events);
    let work = Workspace::new(Version::Any, fake.url());
    let summary = |arguments: &str| {
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n  log_group_name = \"flows\"\n  record_type = \"yandex-external-flow\"\n  group_by = [\"src_addr\"]\n{WINDOW}\n{arguments}\n}}"
        ));
        work.apply()
    };
    let run = summary("");
    run.says(&["Sampled records were counted", "1 of the 3 counted records"]);
    let run = summary("exclude { fields = { sampled = \"true\" } }");
    assert!(!run.output.contains("Sampled records"), "{}", run.output);
    let answer = work.instance("data.vpcflow_log_summary.q");
    assert_eq!(answer["total"]["bytes"], 200);
}

#[test]
fn insights_reads_one_of_several_formats_only_if_it_can_distinguish_them() {
    let fake = Fake::start();
    for (number, format) in ["${srcaddr} ${dstport}", "${dstport} ${srcaddr} ${az-id}"]
        .into_iter()
        .enumerate()
    {
        fake.insert(FlowLog::of_group(number, "flow-logs", format));
    }
    let lines = ["10.0.0.1 22", "443 10.0.0.2 use1-az1", "10.0.0.1 443"];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| ((START + n) * 1000, line.to_owned()));
    fake.put_events("flow-logs", STREAM, lines.collect());
    let data = |source: &str| {
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n  engine = \"insights\"\n  group_by = [\"src_addr\"]\n{WINDOW}\n{source}\n}}"
        ));
        work
    };
    data("log_group_name = \"flow-logs\"")
        .run(&["plan", "-no-color"])
        .fails_with(&["Several record formats", "engine `scan`"]);
    let one = data("flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"");
    one.apply();
    let answer = one.instance("data.vpcflow_log_summary.q");
    assert_eq!(counts(&answer), [(vec![json!("10.0.0.1")], 2)]);
    fake.change("fl-0aaaaaaaaaaaaaaa1", |log| {
        log.log_format = "${az-id} ${vpc-id}".to_owned();
    });
    data("flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"")
        .run(&["plan", "-no-color"])
        .fails_with(&["Several record formats"]);
}

#[test]
fn a_custom_format_is_counted_by_position() {
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
    // The format has neither bytes nor actions, so both are null.
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
fn insights_is_polled_until_it_is_done_and_stopped_at_the_timeout() {
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
    plan("timeout = \"4s\"").fails_with(&["The `timeout` passed", "The query was stopped"]);
    fake.wait_for_calls("StopQuery", 1, std::time::Duration::from_secs(20));
}

#[test]
fn a_group_of_infrequent_access_suggests_the_engine_insights() {
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
fn summaries_that_are_not_possible_say_why() {
    let fake = fake();
    let work = Workspace::new(Version::Any, fake.url());
    let fails = |arguments: &str, texts: &[&str]| {
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n  log_group_name = \"flow-logs\"\n{WINDOW}\n{arguments}\n}}"
        ));
        work.run(&["plan", "-no-color"]).fails_with(texts);
    };
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
            "they have version,",
        ],
    );
    fails(
        "group_by = [\"bytes\"]\n limit = 100001",
        &["from 1 to 100000"],
    );
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
