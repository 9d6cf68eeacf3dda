//! Where records come from, and what else is there: other flow logs, masks, garbage, formats that cannot be parsed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::fake::{Fake, Fault, FlowLog};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

const WINDOW: &str = r#"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
"#;

fn workspace(fake: &Fake, arguments: &str) -> Workspace {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n{WINDOW}\n{arguments}\n}}"
    ));
    work
}

#[track_caller]
fn query(fake: &Fake, arguments: &str) -> (Value, Run) {
    let work = workspace(fake, arguments);
    let run = work.apply();
    (work.instance("data.vpcflow_log_events.q"), run)
}

fn column(result: &Value, name: &str) -> Vec<Value> {
    let events = result["events"].as_array().unwrap();
    events.iter().map(|event| event[name].clone()).collect()
}

fn delivers_to_the_group(fake: &Fake, number: usize, format: &str) {
    fake.insert(FlowLog::of_group(number, "flow-logs", format));
}

fn put(fake: &Fake, lines: &[&str]) {
    let lines = (0..).zip(lines);
    let lines = lines.map(|(second, line)| ((START + second) * 1000, (*line).to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
}

const FIRST: &str = "flow_log_id = \"fl-0aaaaaaaaaaaaaaa0\"";

#[test]
fn a_missing_log_stream_of_a_flow_log_is_an_error_and_not_an_empty_result() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${version} ${srcaddr} ${dstaddr} ${action}");
    put(&fake, &["2 10.0.0.1 10.9.0.1 ACCEPT"]);
    let work = workspace(
        &fake,
        &format!("{FIRST}\n  log_stream_name = \"eni-typo-all\""),
    );
    work.run(&["plan", "-no-color"]).fails_with(&[
        "The specified log stream does not exist",
        "log_stream_name = \"eni-typo-all\"",
    ]);
}

#[test]
fn records_of_other_flow_logs_in_the_group_are_excluded() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${version} ${srcaddr} ${dstaddr} ${action}");
    delivers_to_the_group(&fake, 1, "${version} ${dstaddr} ${srcaddr} ${az-id}");
    delivers_to_the_group(&fake, 2, "${version} ${dstport}");
    put(
        &fake,
        &[
            "2 10.0.0.1 10.9.0.1 ACCEPT",
            "4 10.0.0.2 10.9.0.2 use1-az1",
            "2 443",
            "2 10.0.0.3 10.9.0.3 REJECT",
            "4 10.0.0.4 10.9.0.4 use1-az1",
            "cut",
        ],
    );
    let (result, run) = query(&fake, &format!("{FIRST}\n src_addr = \"10.0.0.0/8\""));
    assert_eq!(column(&result, "src_addr"), ["10.0.0.1", "10.0.0.3"]);
    assert_eq!(result["statistics"]["parse_errors"], 0);
    // Lines of the second flow log may have been returned, too.
    assert_eq!(result["push_down"], json!({ "src_addr": "superset" }));
    assert!(
        !run.output.contains("Lines that do not parse"),
        "{}",
        run.output
    );
    // Without quals, only lines that fit no format are returned unparsed.
    let (result, _) = query(&fake, FIRST);
    let src = json!(["10.0.0.1", "10.0.0.3", null]);
    assert_eq!(Value::from(column(&result, "src_addr")), src);
    assert_eq!(result["events"][2]["message"], "cut");
    assert_eq!(result["statistics"]["parse_errors"], 1);
    // A qual on a field that only another flow log records is an error.
    let other = format!("{FIRST}\n dst_port = \"443\"");
    workspace(&fake, &other)
        .run(&["plan", "-no-color"])
        .fails_with(&["Filter not possible for this record format", "dstport"]);
}

#[test]
fn a_format_that_cannot_be_parsed_is_reported() {
    for source in [FIRST, "log_group_name = \"flow-logs\""] {
        let fake = Fake::start();
        delivers_to_the_group(&fake, 0, "${srcaddr} $dstaddr");
        put(&fake, &["10.0.0.1 10.9.0.1"]);
        let (_, run) = query(&fake, source);
        run.says(&[
            "Record format not understood",
            "fl-0aaaaaaaaaaaaaaa0",
            "${srcaddr} $dstaddr",
            "set `log_format`",
        ]);
    }
}

#[test]
fn the_time_of_an_event_is_that_of_its_record_only_for_flow_logs() {
    let fake = Fake::start();
    let record = |at: i64| {
        format!("2 123456789012 eni-0a 10.0.0.1 10.9.0.1 1 22 6 1 40 {at} {at} ACCEPT OK")
    };
    // Copied half an hour after it was recorded.
    fake.put_events(
        "flow-logs",
        "copied",
        vec![((START + 1800) * 1000, record(START + 5))],
    );
    let quals = "start = \"<2026-01-01T00:01:00Z\"";
    let (result, _) = query(&fake, &format!("log_group_name = \"flow-logs\"\n{quals}"));
    assert_eq!(column(&result, "start"), ["2026-01-01T00:00:05Z"]);
    assert_eq!(result["not_pushed"], json!(["start"]));
    // The log group of a flow log is not searched for it.
    let format = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";
    delivers_to_the_group(&fake, 0, format);
    let (result, _) = query(&fake, &format!("{FIRST}\n{quals}"));
    assert_eq!(result["statistics"]["scanned"], 0);
    assert_eq!(result["not_pushed"], json!([]));
}

#[test]
fn the_timeout_counts_from_the_first_call() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${srcaddr}");
    put(&fake, &["10.0.0.1"]);
    for (source, action) in [
        (FIRST, "DescribeFlowLogs"),
        ("log_group_name = \"flow-logs\"", "DescribeFlowLogs"),
    ] {
        fake.fail(action, Fault::Delay(Duration::from_secs(60)), 1);
        let begin = Instant::now();
        workspace(&fake, &format!("{source}\n timeout = \"300ms\""))
            .run(&["plan", "-no-color"])
            .fails_with(&["Flow-log events not read", "The `timeout` passed before"]);
        assert!(begin.elapsed() < Duration::from_secs(30), "{source}");
        fake.clear_faults();
    }
    assert_eq!(fake.calls_of("FilterLogEvents").len(), 0);
}

#[test]
fn insights_lists_no_streams() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${interface-id} ${dstport}");
    put(&fake, &["eni-0a 22"]);
    let summary = |engine: &str| {
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n{FIRST}\n{WINDOW}\n group_by = [\"dst_port\"]\n interface_id = \"eni-0a\"\n engine = \"{engine}\"\n}}"
        ));
        work.apply();
        work.instance("data.vpcflow_log_summary.q")["total"]["flows"].clone()
    };
    assert_eq!(summary("insights"), 1);
    assert_eq!(fake.calls_of("DescribeLogStreams").len(), 0);
    assert_eq!(summary("scan"), 1);
    assert!(!fake.calls_of("DescribeLogStreams").is_empty());
}

#[test]
fn unmask_shows_masked_values() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${srcaddr} ${dstport}");
    put(&fake, &["10.0.0.1 22", "10.0.0.2 22"]);
    fake.mask("10.0.0.1");
    let (result, run) = query(&fake, FIRST);
    assert_eq!(
        Value::from(column(&result, "src_addr")),
        json!([null, "10.0.0.2"])
    );
    assert_eq!(result["events"][0]["message"], "******** 22");
    run.says(&["a data protection policy masks values", "`unmask`"]);
    let (result, _) = query(&fake, &format!("{FIRST}\n unmask = true"));
    assert_eq!(column(&result, "src_addr"), ["10.0.0.1", "10.0.0.2"]);
}

#[test]
fn garbage_in_a_stream_is_not_a_row_and_hides_none() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${srcaddr} ${dstport}");
    let garbage = [
        "\u{0}\u{1}\u{2}\u{7f}",
        "\u{fffd}\u{fffd} \u{fffd}",
        "",
        "   ",
        "10.0.0.1\u{0} 22",
        "10.0.0.1 22\n10.0.0.2 23",
        "{\"srcaddr\":\"10.0.0.1\"} 22",
        "\u{feff}10.0.0.1 22",
    ];
    let lines = [&garbage[..], &["10.0.0.9 443"]].concat();
    put(&fake, &lines);
    let (result, _) = query(&fake, FIRST);
    let mut sources = vec![Value::Null; garbage.len()];
    sources.push(json!("10.0.0.9"));
    assert_eq!(column(&result, "src_addr"), sources);
    assert_eq!(result["statistics"]["parse_errors"], garbage.len());
    assert_eq!(result["events"][1]["message"], garbage[1]);
    let quals = format!("{FIRST}\n src_addr = \"10.0.0.0/8\"\n filter_pattern = \"\"");
    let (result, _) = query(&fake, &quals);
    assert_eq!(column(&result, "src_addr"), ["10.0.0.9"]);
}

#[test]
fn any_refusal_may_be_because_of_the_class_of_the_group() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${srcaddr}");
    put(&fake, &["10.0.0.1"]);
    fake.group_class("flow-logs", "INFREQUENT_ACCESS");
    let plan = || workspace(&fake, FIRST).run(&["plan", "-no-color"]);
    let refusal = |code| Fault::error(code, "This operation is not to be had here.");
    fake.fail(
        "FilterLogEvents",
        refusal("UnsupportedOperationException"),
        1,
    );
    plan().fails_with(&["INFREQUENT_ACCESS", "engine = \"insights\""]);
    fake.fail("FilterLogEvents", refusal("AccessDeniedException"), 1);
    let run = plan().fails_with(&["AccessDeniedException"]);
    assert!(!run.output.contains("INFREQUENT_ACCESS"), "{}", run.output);
}

/// Returns the sources that a query of the first of two flow logs finds, which write the same fields to one log group.
fn of_the_first(fields: &str, resources: [&str; 2], lines: &[&str], quals: &str) -> (Value, Value) {
    let fake = Fake::start();
    for (number, resource) in resources.into_iter().enumerate() {
        let (id, traffic) = resource.split_once(' ').unwrap_or((resource, "ALL"));
        let mut log = FlowLog::of_group(number, "flow-logs", fields);
        id.clone_into(&mut log.resource_id);
        log.traffic_type = Some(traffic.to_owned());
        fake.insert(log);
    }
    put(&fake, lines);
    let (result, _) = query(&fake, &format!("{FIRST}\n{quals}"));
    let reasons = result["incomplete"].as_array().unwrap().iter();
    let reasons = reasons.map(|reason| reason["reason"].clone()).collect();
    let found = json!({
        "found": column(&result, "src_addr"),
        "scanned": result["statistics"]["scanned"],
        "no_data": result["statistics"]["no_data"],
    });
    (found, reasons)
}

#[test]
fn a_flow_log_implies_its_resource_and_its_traffic_type() {
    let fields = "${srcaddr} ${dstport} ${vpc-id} ${action} ${log-status}";
    let lines = [
        "10.0.0.1 22 vpc-0a REJECT OK",
        "10.0.0.2 22 vpc-0b REJECT OK",
        "10.0.0.3 23 vpc-0a ACCEPT OK",
        "- - - - NODATA",
    ];
    let vpcs = ["vpc-0a", "vpc-0b"];
    let (all, reasons) = of_the_first(fields, vpcs, &lines, "");
    // A record without a value may belong to either.
    assert_eq!(all["found"], json!(["10.0.0.1", "10.0.0.3", null]));
    assert_eq!(all["no_data"], 1);
    assert_eq!(reasons, json!([]));
    let (pushed, _) = of_the_first(fields, vpcs, &lines, "dst_port = \"22\"");
    assert_eq!(pushed["found"], json!(["10.0.0.1"]));
    assert_eq!(pushed["scanned"], 1);
    let opposite = ["vpc-0a REJECT", "subnet-0a ACCEPT"];
    let (all, reasons) = of_the_first(fields, opposite, &lines, "");
    assert_eq!(all["found"], json!(["10.0.0.1", null]));
    assert_eq!(reasons, json!([]));
    // The same traffic is recorded twice, and no record shows by which flow log.
    for twice in [["vpc-0a", "subnet-0a"], ["vpc-0a", "vpc-0a REJECT"]] {
        let (_, reasons) = of_the_first(fields, twice, &lines, "");
        assert_eq!(reasons, json!(["shared_group"]), "{twice:?}");
    }
}

#[test]
fn the_status_of_other_interfaces_is_not_counted() {
    let fields = "${interface-id} ${srcaddr} ${log-status}";
    let lines = [
        "eni-0a 10.0.0.1 OK",
        "eni-0b 10.0.0.2 OK",
        "eni-0a - NODATA",
        "eni-0b - NODATA",
    ];
    for quals in ["", "src_addr = \"10.0.0.0/8\"\n filter_pattern = \"[...]\""] {
        let (found, reasons) = of_the_first(fields, ["eni-0a", "eni-0b"], &lines, quals);
        assert_eq!(found["found"][0], "10.0.0.1");
        assert_eq!(reasons, json!([]));
        if quals.is_empty() {
            assert_eq!(found["no_data"], 1);
        }
    }
}

#[test]
fn insights_excludes_records_that_the_flow_log_cannot_have() {
    let fake = Fake::start();
    for (number, resource) in ["vpc-0a", "vpc-0b"].into_iter().enumerate() {
        let mut log = FlowLog::of_group(number, "flow-logs", "${srcaddr} ${vpc-id}");
        resource.clone_into(&mut log.resource_id);
        fake.insert(log);
    }
    put(&fake, &["10.0.0.1 vpc-0a", "10.0.0.2 vpc-0b", "10.0.0.3 -"]);
    let work = Workspace::new(Version::Any, fake.url());
    for engine in ["scan", "insights"] {
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n{FIRST}\n{WINDOW}\n group_by = []\n engine = \"{engine}\"\n}}"
        ));
        work.apply();
        let total = work.instance("data.vpcflow_log_summary.q")["total"].clone();
        assert_eq!(total["flows"], 2, "{engine}");
    }
}
