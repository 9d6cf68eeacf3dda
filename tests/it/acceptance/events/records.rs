//! Queries of flow-log events from our fake CloudWatch Logs, which evaluates real filter patterns.

use serde_json::{Value, json};

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, Fault, FlowLog, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const STREAM: &str = "eni-0123456789abcdef0-all";

/// One record in the default format; `-` stands for no value.
fn record(
    second: i64,
    source: &str,
    target: &str,
    port: u16,
    protocol: u8,
    action: &str,
) -> (i64, String) {
    let start = START + second;
    let line = format!(
        "2 123456789012 eni-0123456789abcdef0 {source} {target} 40000 {port} {protocol} 3 180 {start} {} {action} OK",
        start + 50
    );
    (start * 1000, line)
}

fn some_traffic() -> Vec<(i64, String)> {
    vec![
        record(0, "10.0.0.1", "10.1.0.1", 22, 6, "REJECT"),
        record(10, "10.0.0.2", "10.2.0.1", 443, 6, "ACCEPT"),
        record(20, "192.0.2.7", "10.1.0.1", 3389, 6, "REJECT"),
        record(30, "10.0.0.3", "10.1.0.2", 0, 1, "ACCEPT"),
        record(40, "2001:db8::1", "2001:db8::2", 22, 6, "REJECT"),
        (
            (START + 50) * 1000,
            format!(
                "2 123456789012 eni-0123456789abcdef0 - - - - - - - {} {} - NODATA",
                START + 50,
                START + 100
            ),
        ),
    ]
}

const WINDOW: &str = r#"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
"#;

/// Runs a query of the log group `flow-logs` and returns its results.
#[track_caller]
fn query(fake: &Fake, quals: &str) -> (Value, Run) {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n  log_group_name = \"flow-logs\"\n{WINDOW}\n{quals}\n}}"
    ));
    let run = work.apply();
    (work.instance("data.vpcflow_log_events.q"), run)
}

fn column(result: &Value, name: &str) -> Vec<Value> {
    result["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event[name].clone())
        .collect()
}

#[test]
fn events_are_typed_and_missing_values_are_null() {
    let fake = Fake::start();
    fake.put_events("flow-logs", STREAM, some_traffic());
    let (result, _) = query(&fake, "include_message = true");
    let events = result["events"].as_array().unwrap();
    assert_eq!(events.len(), 6);
    let first = &events[0];
    assert_eq!(first["timestamp"], "2026-01-01T00:00:00Z");
    assert_eq!(first["start"], "2026-01-01T00:00:00Z");
    assert_eq!(first["end"], "2026-01-01T00:00:50Z");
    assert_eq!(first["src_addr"], "10.0.0.1");
    assert_eq!(first["dst_port"], 22);
    assert_eq!(first["packets"], 3);
    assert_eq!(first["interface_account_id"], "123456789012");
    assert_eq!(first["log_stream_name"], STREAM);
    assert_eq!(first["message"], some_traffic()[0].1);
    assert_eq!(first["vpc_id"], Value::Null);
    assert_eq!(first["fields"], json!({}));
    let nothing = &events[5];
    assert_eq!(nothing["log_status"], "NODATA");
    assert_eq!(nothing["src_addr"], Value::Null);
    assert_eq!(nothing["action"], Value::Null);
    let statistics = &result["statistics"];
    assert_eq!(statistics["scanned"], 6);
    assert_eq!(statistics["matched"], 6);
    assert_eq!(statistics["no_data"], 1);
    assert_eq!(result["truncated"], false);
    assert_eq!(result["partition"], "aws");
    assert_eq!(result["account_id"], "123456789012");
}

/// Quals, the sources of the matching records, and whether all quals are pushed down.
const QUERIES: &[(&str, &[&str], bool)] = &[
    (
        r#"action = "REJECT""#,
        &["10.0.0.1", "192.0.2.7", "2001:db8::1"],
        true,
    ),
    (
        r#"src_addr = "10.0.0.0/8""#,
        &["10.0.0.1", "10.0.0.2", "10.0.0.3"],
        true,
    ),
    (r#"src_addr = "2001:db8::/32""#, &["2001:db8::1"], false),
    (
        "action = \"REJECT\"\n dst_port = \"22,3389\"",
        &["10.0.0.1", "192.0.2.7", "2001:db8::1"],
        true,
    ),
    (r#"protocol = "icmp""#, &["10.0.0.3"], true),
    (r#"port = "443""#, &["10.0.0.2"], true),
    (r#"addr = "10.1.0.1""#, &["10.0.0.1", "192.0.2.7"], true),
    (
        "addr = \"10.0.0.0/8\"\n port = \"443\"\n exclude { port = \"80\" }",
        &["10.0.0.2"],
        true,
    ),
    (
        "where { start = \"<2026-01-01T00:00:15Z\" }",
        &["10.0.0.1", "10.0.0.2"],
        false,
    ),
    (
        "where { dst_port = \"22\" }\n where { protocol = \"icmp\" }",
        &["10.0.0.1", "10.0.0.3", "2001:db8::1"],
        true,
    ),
    (
        "action = \"REJECT\"\n exclude { src_addr = \"10.0.0.0/8\" }",
        &["192.0.2.7", "2001:db8::1"],
        true,
    ),
    (
        r#"dst_port = "400-500,3389""#,
        &["10.0.0.2", "192.0.2.7"],
        false,
    ),
    (r#"dst_port = "400-500""#, &["10.0.0.2"], true),
    (r#"dst_port = ">=3000""#, &["192.0.2.7"], true),
    (
        r#"fields = { "srcport" = "40000" }"#,
        &[
            "10.0.0.1",
            "10.0.0.2",
            "192.0.2.7",
            "10.0.0.3",
            "2001:db8::1",
        ],
        true,
    ),
    (r#"interface_id = "eni-00000000000000000""#, &[], true),
];

#[test]
fn quals_choose_the_same_events_pushed_down_or_not() {
    let fake = Fake::start();
    fake.put_events("flow-logs", STREAM, some_traffic());
    let work = Workspace::new(Version::Any, fake.url());
    let mut text = String::new();
    for (number, (quals, ..)) in QUERIES.iter().enumerate() {
        // A pattern that matches everything replaces the push-down.
        for (kind, pattern) in [("pushed", ""), ("scanned", r#"filter_pattern = "[...]""#)] {
            text.push_str(&format!(
                "data \"vpcflow_log_events\" \"{kind}_{number}\" {{\n  log_group_name = \"flow-logs\"\n{WINDOW}\n{quals}\n{pattern}\n}}\n"
            ));
        }
    }
    work.configure(&text);
    work.apply();
    for (number, (quals, sources, exact)) in QUERIES.iter().enumerate() {
        let pushed = work.instance(&format!("data.vpcflow_log_events.pushed_{number}"));
        let scanned = work.instance(&format!("data.vpcflow_log_events.scanned_{number}"));
        assert_eq!(column(&pushed, "src_addr"), *sources, "{quals}");
        assert_eq!(pushed["events"], scanned["events"], "{quals}");
        assert_eq!(scanned["statistics"]["scanned"], 6, "{quals}");
        let classes = pushed["push_down"].as_object().unwrap();
        let all_exact = classes.values().all(|class| class == "exact");
        assert_eq!(all_exact, *exact, "{quals}: {classes:?}");
        let unpushed = scanned["push_down"].as_object().unwrap();
        assert!(unpushed.values().all(|class| class == "none"), "{quals}");
        if *exact {
            assert_eq!(pushed["statistics"]["scanned"], sources.len(), "{quals}");
        }
        assert_ne!(scanned["not_pushed"], json!([]), "{quals}");
    }
}

#[test]
fn the_window_is_half_open_and_the_order_is_kept_over_pages() {
    let fake = Fake::start();
    fake.events_page_size(7);
    fake.empty_page_every(3);
    fake.repeat_last_token(true);
    let minute = |n: i64| record(n * 60, &format!("10.0.0.{n}"), "10.1.0.1", 22, 6, "REJECT");
    fake.put_events("flow-logs", STREAM, (0..=60).map(minute).collect());
    let (result, _) = query(&fake, "");
    let expected: Vec<_> = (0..60).map(|n| json!(format!("10.0.0.{n}"))).collect();
    assert_eq!(column(&result, "src_addr"), expected);
    let (newest, _) = query(&fake, "order = \"newest_first\"\n limit = 3");
    assert_eq!(
        column(&newest, "src_addr"),
        ["10.0.0.59", "10.0.0.58", "10.0.0.57"]
    );
    assert_eq!(newest["truncated"], true);
}

#[test]
fn the_default_limit_warns_when_it_cuts() {
    let fake = Fake::start();
    let one = |n: i64| record(n, "10.0.0.1", "10.1.0.1", 22, 6, "REJECT");
    fake.put_events("flow-logs", STREAM, (0..1001).map(one).collect());
    let (result, run) = query(&fake, "");
    assert_eq!(result["truncated"], true);
    assert_eq!(result["events"].as_array().unwrap().len(), 1000);
    run.says(&["Result cut at the default limit"]);
    let (result, run) = query(&fake, "limit = 1001");
    assert_eq!(result["truncated"], false);
    assert_eq!(result["events"].as_array().unwrap().len(), 1001);
    assert!(
        !run.output.contains("Warning: Result cut"),
        "{}",
        run.output
    );
}

/// Modules pass an empty string for what is not given.
#[test]
fn an_empty_filter_is_not_set_and_stays_as_it_is_written() {
    let fake = Fake::start();
    fake.put_events("flow-logs", STREAM, some_traffic());
    let filters = "action = \"\"\n where {\n dst_port = \"\"\n src_addr = \"10.0.0.0/8\"\n }";
    let (found, _) = query(&fake, filters);
    assert_eq!(
        column(&found, "src_addr"),
        ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    );
    assert_eq!(found["action"], "");
    assert_eq!(found["where"][0]["dst_port"], "");
}

#[test]
fn positions_come_from_the_flow_logs_own_format() {
    let fake = Fake::start();
    let mut log = FlowLog::sample("fl-0aaaaaaaaaaaaaaaa", "vpc-0123456789abcdef0");
    log.log_group_name = Some("flow-logs".to_owned());
    log.log_destination = None;
    log.log_format = "${dstport} ${pkt-srcaddr} ${srcaddr} ${action} ${az-id} ${start}".to_owned();
    fake.insert(log);
    let lines = vec![
        (
            START * 1000,
            format!("22 172.16.0.9 10.0.0.1 REJECT use1-az1 {START}"),
        ),
        (
            START * 1000 + 1,
            format!("443 172.16.0.9 22.0.0.1 ACCEPT - {START}"),
        ),
    ];
    fake.put_events("flow-logs", STREAM, lines);
    let quals = "dst_port = \"22\"\n fields = { \"pkt-srcaddr\" = \"172.16.0.0/12\" }";
    let (by_group, _) = query(&fake, quals);
    assert_eq!(column(&by_group, "src_addr"), ["10.0.0.1"]);
    assert_eq!(
        by_group["events"][0]["fields"],
        json!({"pkt-srcaddr": "172.16.0.9", "az-id": "use1-az1"})
    );
    assert_eq!(by_group["statistics"]["scanned"], 1);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n  flow_log_id = \"fl-0aaaaaaaaaaaaaaaa\"\n{WINDOW}\n{quals}\n}}"
    ));
    work.apply();
    let by_id = work.instance("data.vpcflow_log_events.q");
    assert_eq!(by_id["events"], by_group["events"]);
    assert_eq!(by_id["log_group_name"], "flow-logs");
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n  flow_log_id = \"fl-0aaaaaaaaaaaaaaaa\"\n{WINDOW}\n  tcp_flags = \"syn\"\n}}"
    ));
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Filter not possible for this record format",
        "`tcp_flags` needs the field tcp-flags",
        "dstport, pkt-srcaddr, srcaddr, action, az-id, start",
    ]);
}

#[test]
fn several_formats_in_one_group_are_distinguished() {
    let fake = Fake::start();
    for (number, format) in ["${srcaddr} ${action} ${start}", "${action} ${srcaddr}"]
        .iter()
        .enumerate()
    {
        let mut log = FlowLog::of_group(number, "flow-logs", format);
        log.max_aggregation_interval = 60 + 540 * u32::try_from(number).unwrap();
        fake.insert(log);
    }
    let lines = vec![
        (START * 1000, format!("10.0.0.1 REJECT {START}")),
        (START * 1000 + 1, "REJECT 10.0.0.2".to_owned()),
        (START * 1000 + 2, "ACCEPT 10.0.0.3".to_owned()),
    ];
    fake.put_events("flow-logs", STREAM, lines);
    let (result, _) = query(&fake, r#"action = "REJECT""#);
    assert_eq!(column(&result, "src_addr"), ["10.0.0.1", "10.0.0.2"]);
    assert_eq!(result["push_down"], json!({"action": "exact"}));
    assert_eq!(
        result["pushed"],
        json!([
            {"pattern": "[w1,w2=\"REJECT\",w3]", "stream_prefix": null},
            {"pattern": "[w1=\"REJECT\",w2]", "stream_prefix": null},
        ])
    );
    assert_eq!(result["statistics"]["scanned"], 2);
}

#[test]
fn lines_that_do_not_parse_are_returned_without_quals_and_counted_with_them() {
    let fake = Fake::start();
    let mut lines = some_traffic();
    lines.push(((START + 60) * 1000, "cut in the mid".to_owned()));
    fake.put_events("flow-logs", STREAM, lines);
    let (result, run) = query(&fake, "");
    let last = &result["events"][6];
    assert_eq!(last["message"], "cut in the mid");
    assert!(
        last["parse_error"].as_str().unwrap().contains("4 values"),
        "{last}"
    );
    assert_eq!(result["statistics"]["parse_errors"], 1);
    run.says(&["Lines that do not parse", "\"cut in the mid\""]);
    // The pattern in the configuration returns the line, so the quals are checked.
    let (result, run) = query(&fake, "action = \"REJECT\"\n filter_pattern = \"[...]\"");
    assert_eq!(result["events"].as_array().unwrap().len(), 3);
    assert_eq!(result["statistics"]["parse_errors"], 1);
    run.says(&["1 of 7 lines"]);
}

#[test]
fn a_flow_log_that_has_delivered_nothing_yet_is_an_empty_result_and_a_warning() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "{}\ndata \"vpcflow_log_events\" \"q\" {{\n  flow_log_id = vpcflow_log.main.id\n  lookback = \"1h\"\n}}",
        flow_log("main", "")
    ));
    work.apply()
        .says(&["No events yet", "The delivery status is SUCCESS"]);
    let result = work.instance("data.vpcflow_log_events.q");
    assert_eq!(result["events"], json!([]));
    work.plans_empty();
}

#[test]
fn queries_that_fail_say_why() {
    let fake = Fake::start();
    fake.put_events("flow-logs", STREAM, some_traffic());
    let work = Workspace::new(Version::Any, fake.url()).with_settings("max_retries = 0");
    let fails = |arguments: &str, texts: &[&str]| {
        work.configure(&format!(
            "data \"vpcflow_log_events\" \"q\" {{\n{arguments}\n}}"
        ));
        work.run(&["plan", "-no-color"]).fails_with(texts);
    };
    let missing = "log_group_name = \"no-such-group\"\n lookback = \"1h\"";
    fails(
        missing,
        &[
            "Flow-log events not read",
            "no-such-group",
            "ResourceNotFoundException",
        ],
    );
    let elsewhere = "log_group_name = \"flow-logs\"\n region = \"eu-west-1\"\n lookback = \"1h\"";
    fails(
        elsewhere,
        &["the log group flow-logs in eu-west-1", "Set `region`"],
    );
    let unknown = "flow_log_id = \"fl-0bbbbbbbbbbbbbbbb\"\n lookback = \"1h\"";
    fails(
        unknown,
        &["Flow log not found", "fl-0bbbbbbbbbbbbbbbb in us-east-1"],
    );
    let mut firehose = FlowLog::sample("fl-0cccccccccccccccc", "vpc-0123456789abcdef0");
    firehose.log_group_name = None;
    firehose.log_destination_type = "kinesis-data-firehose".to_owned();
    let stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/logs";
    firehose.log_destination = Some(stream.to_owned());
    fake.insert(firehose);
    let in_stream = "flow_log_id = \"fl-0cccccccccccccccc\"\n lookback = \"1h\"";
    fails(
        in_stream,
        &[
            "Records are not in CloudWatch Logs or S3",
            "delivers to arn:aws:firehose",
        ],
    );
    let window = format!("log_group_name = \"flow-logs\"\n{WINDOW}");
    let bad_pattern = format!("{window}\n filter_pattern = \"[a, b\"");
    fails(
        &bad_pattern,
        &["Flow-log events not read", "InvalidParameterException"],
    );
    fake.fail(
        "FilterLogEvents",
        Fault::error("ExpiredTokenException", "The security token is expired"),
        1,
    );
    fails(
        &window,
        &["ExpiredTokenException", "The security token is expired"],
    );
    fake.fail(
        "FilterLogEvents",
        Fault::Delay(std::time::Duration::from_secs(20)),
        1,
    );
    let slow = format!("{window}\n timeout = \"3s\"");
    fails(
        &slow,
        &["The `timeout` passed after 0 pages", "increase `timeout`"],
    );
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}
