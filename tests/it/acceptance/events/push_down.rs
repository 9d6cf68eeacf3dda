//! What queries request from CloudWatch Logs: streams by prefix, several calls, several formats, another record type.

use serde_json::{Value, json};

use crate::harness::fake::{Fake, FlowLog};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

const WINDOW: &str = r#"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
"#;

#[track_caller]
fn query(fake: &Fake, arguments: &str) -> (Value, Run) {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n  log_group_name = \"flow-logs\"\n{WINDOW}\n{arguments}\n}}"
    ));
    let run = work.apply();
    (work.instance("data.vpcflow_log_events.q"), run)
}

fn column(result: &Value, name: &str) -> Vec<Value> {
    let events = result["events"].as_array().unwrap();
    events.iter().map(|event| event[name].clone()).collect()
}

fn delivers_to_the_group(fake: &Fake, number: usize, format: &str) {
    let mut log = FlowLog::of_group(number, "flow-logs", format);
    log.max_aggregation_interval = 60 + 540 * u32::try_from(number % 2).unwrap();
    if number > 1 {
        log.traffic_type = Some("ACCEPT".to_owned());
    }
    fake.insert(log);
}

/// Adds a line of two fields, interface and port, to the stream of the interface.
fn put(fake: &Fake, second: i64, interface: &str, port: u16) {
    let line = format!("{interface} {port}");
    let at = (START + second) * 1000;
    fake.put_events("flow-logs", &format!("{interface}-all"), vec![(at, line)]);
}

const INTERFACE_AND_PORT: &str = "${interface-id} ${dstport}";

#[test]
fn only_the_streams_of_an_interface_are_searched_for_it() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, INTERFACE_AND_PORT);
    for (second, interface) in (0..).zip(["eni-0a", "eni-0ab", "eni-0b", "eni-0a"]) {
        put(&fake, second, interface, 22);
    }
    let (result, _) = query(&fake, r#"interface_id = "eni-0b,eni-0a""#);
    assert_eq!(
        column(&result, "interface_id"),
        ["eni-0a", "eni-0b", "eni-0a"]
    );
    let prefixes: Vec<_> = result["pushed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|push| &push["stream_prefix"])
        .collect();
    assert_eq!(prefixes, ["eni-0a-", "eni-0b-"]);
    assert_eq!(result["push_down"], json!({"interface_id": "exact"}));
    // A stream with another name may hold records of any interface.
    fake.put_events(
        "flow-logs",
        "copied",
        vec![((START + 9) * 1000, "eni-0b 443".to_owned())],
    );
    let (result, _) = query(&fake, r#"interface_id = "eni-0b""#);
    assert_eq!(column(&result, "dst_port"), [22, 443]);
    assert_eq!(result["pushed"][0]["stream_prefix"], Value::Null);
}

#[test]
fn a_group_without_a_known_flow_log_is_searched_completely() {
    let fake = Fake::start();
    put(&fake, 0, "eni-0a", 22);
    let format = format!("log_format = \"{}\"", INTERFACE_AND_PORT.replace('$', "$$"));
    let (result, _) = query(&fake, &format!("interface_id = \"eni-0a\"\n{format}"));
    assert_eq!(column(&result, "dst_port"), [22]);
    assert_eq!(result["pushed"][0]["stream_prefix"], Value::Null);
}

#[test]
fn events_of_several_calls_come_once_and_in_order() {
    let fake = Fake::start();
    fake.events_page_size(3);
    delivers_to_the_group(&fake, 0, "${srcport} ${dstport} ${bytes}");
    let line = |n: i64| {
        (
            START * 1000 + n,
            format!(
                "{} {} {n}",
                [22, 80][(n % 2) as usize],
                [22, 80, 443][(n % 3) as usize]
            ),
        )
    };
    fake.put_events("flow-logs", "eni-0a-all", (0..30).map(line).collect());
    let wanted: Vec<_> = (0..30).filter(|n| n % 2 == 0 || n % 3 == 0).collect();
    let (result, _) = query(&fake, r#"port = "22""#);
    assert_eq!(result["pushed"].as_array().unwrap().len(), 2);
    assert_eq!(column(&result, "bytes"), wanted);
    assert_eq!(result["statistics"]["matched"], wanted.len());
    assert_eq!(result["truncated"], false);
    let (result, _) = query(
        &fake,
        "port = \"22\"\n limit = 7\n order = \"newest_first\"",
    );
    let newest: Vec<_> = wanted.iter().rev().take(7).copied().collect();
    assert_eq!(column(&result, "bytes"), newest);
    assert_eq!(result["truncated"], true);
}

#[test]
fn three_formats_in_one_group_are_distinguished() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${version} ${srcaddr} ${action} ${dstport}");
    delivers_to_the_group(&fake, 1, "${version} ${dstport} ${srcaddr} ${vpc-id}");
    delivers_to_the_group(&fake, 2, "${dstport} ${srcaddr}");
    let lines = [
        "2 10.0.0.1 REJECT 22",
        "3 22 10.0.0.2 vpc-0a",
        "22 10.0.0.3",
        "3 443 10.0.0.4 vpc-0a",
        "5 22 10.0.0.5 vpc-0a",
        "2 ******** REJECT 22",
    ];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| (START * 1000 + n, line.to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    let (result, _) = query(&fake, r#"dst_port = "22""#);
    assert_eq!(
        column(&result, "src_addr"),
        ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    );
    // Only some formats have these.
    let (result, _) = query(&fake, r#"vpc_id = "vpc-0a""#);
    assert_eq!(column(&result, "src_addr"), ["10.0.0.2", "10.0.0.4"]);
    let (result, _) = query(&fake, r#"exclude { action = "REJECT" }"#);
    assert_eq!(
        column(&result, "src_addr"),
        ["10.0.0.2", "10.0.0.3", "10.0.0.4"]
    );
    let (result, run) = query(&fake, "");
    let problems = column(&result, "parse_error");
    assert_eq!(result["statistics"]["parse_errors"], 2);
    assert!(
        problems[4]
            .as_str()
            .unwrap()
            .contains("the line has version 5"),
        "{problems:?}"
    );
    assert!(
        problems[5].as_str().unwrap().contains("srcaddr is masked"),
        "{problems:?}"
    );
    run.says(&["1 of 6 lines", "Masked lines not read"]);
}

#[test]
fn a_record_may_have_another_version_than_its_fields_imply() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${version} ${srcaddr} ${action} ${reject-reason}");
    let lines = [
        "5 10.0.0.1 REJECT BPA",
        "8 10.0.0.2 REJECT -",
        "2 10.0.0.3 ACCEPT -",
    ];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| (START * 1000 + n, line.to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    let (result, _) = query(&fake, r#"action = "REJECT""#);
    assert_eq!(column(&result, "src_addr"), ["10.0.0.1", "10.0.0.2"]);
    assert_eq!(column(&result, "version"), [5, 8]);
    assert_eq!(result["statistics"]["parse_errors"], 0);
    let (result, _) = query(&fake, "");
    assert_eq!(column(&result, "src_addr").len(), 3);
}

/// Queries events by quals, and compares the answers of both engines.
#[track_caller]
fn finds(fake: &Fake, quals: &str, ports: &[u16]) -> Value {
    let (result, _) = query(fake, quals);
    assert_eq!(column(&result, "dst_port"), ports, "{quals}");
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_summary\" \"q\" {{\n  log_group_name = \"flow-logs\"\n  group_by = [\"dst_port\"]\n  \
         engine = \"insights\"\n{WINDOW}\n{quals}\n}}"
    ));
    work.apply();
    let counted = work.instance("data.vpcflow_log_summary.q");
    let groups = counted["groups"].as_array().unwrap();
    let mut counted: Vec<u16> = groups
        .iter()
        .map(|group| group["key"]["dst_port"].as_str().unwrap().parse().unwrap())
        .collect();
    counted.sort_unstable();
    assert_eq!(counted, ports, "{quals} in Insights");
    result
}

#[test]
fn both_engines_find_flags_missing_values_and_services_in_any_case() {
    let fake = Fake::start();
    let format = "${dstport} ${instance-id} ${tcp-flags} ${pkt-dst-aws-service} ${srcaddr}";
    delivers_to_the_group(&fake, 0, format);
    let lines = [
        "1 i-0a 2 S3 10.0.0.1",
        "2 - 18 AMAZON 10.0.0.2",
        "3 i-0b 3 s3 -",
        "4 - - - 10.0.0.4",
        "5 i-0a 0 EC2 10.0.0.5",
    ];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| (START * 1000 + n, line.to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    let exact = |result: &Value, qual: &str| {
        assert_eq!(result["push_down"][qual], "exact", "{result:#}");
        assert_eq!(
            result["statistics"]["scanned"],
            result["statistics"]["matched"]
        );
    };
    exact(&finds(&fake, r#"tcp_flags = "=syn""#, &[1]), "tcp_flags");
    finds(&fake, r#"tcp_flags = "syn""#, &[1, 2, 3]);
    exact(
        &finds(&fake, r#"tcp_flags = "=syn+ack,=0,-""#, &[2, 4, 5]),
        "tcp_flags",
    );
    exact(
        &finds(&fake, r#"instance_id = "-""#, &[2, 4]),
        "instance_id",
    );
    exact(
        &finds(&fake, r#"instance_id = "i-0b,-""#, &[2, 3, 4]),
        "instance_id",
    );
    exact(
        &finds(&fake, r#"exclude { instance_id = "-" }"#, &[1, 3, 5]),
        "exclude[0].instance_id",
    );
    finds(&fake, r#"src_addr = "-""#, &[3]);
    let services = r#"fields["pkt-dst-aws-service"]"#;
    exact(
        &finds(
            &fake,
            r#"fields = { "pkt-dst-aws-service" = "s3" }"#,
            &[1, 3],
        ),
        services,
    );
    finds(
        &fake,
        r#"exclude { fields = { "pkt-dst-aws-service" = "S3,amazon" } }"#,
        &[4, 5],
    );
    finds(
        &fake,
        r#"fields = { "pkt-dst-aws-service" = "-,ec2" }"#,
        &[4, 5],
    );
}

#[test]
fn yesterday_is_a_lookback_from_an_end() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, INTERFACE_AND_PORT);
    for (second, port) in [(-86_401, 1), (-86_400, 2), (-1, 3), (0, 4)] {
        put(&fake, second, "eni-0a", port);
    }
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_log_events" "yesterday" {
  log_group_name = "flow-logs"
  lookback       = "1d"
  end_time       = "2026-01-01T00:00:00Z"
}"#,
    );
    work.apply();
    work.plans_empty();
    let result = work.instance("data.vpcflow_log_events.yesterday");
    assert_eq!(column(&result, "dst_port"), [2, 3]);
}

#[test]
fn a_query_whose_quals_take_too_long_ends_with_its_timeout() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let network = |n: u32| format!("{}/20", std::net::Ipv4Addr::from(0x0a00_0000 + (n << 13)));
    let networks: Vec<_> = (0..20_000).map(network).collect();
    work.configure(&format!(
        r#"
data "vpcflow_log_events" "many" {{
  log_group_name = "flow-logs"
  log_format     = "$${{srcaddr}} $${{dstport}}"
  lookback       = "1h"
  timeout        = "1ms"
  src_addr       = "{}"
}}"#,
        networks.join(",")
    ));
    work.plan().fails_with(&[
        "The `timeout` passed before its filters were compiled into a filter pattern",
    ]);
    assert!(fake.calls_of("FilterLogEvents").is_empty());
}

#[test]
fn lines_of_another_kind_say_what_they_look_like() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, INTERFACE_AND_PORT);
    let lines = [
        r#"{"message": "eni-0a 22"}"#,
        "interface-id dstport",
        "2026-01-01T00:00:00.000Z eni-0a 22",
    ];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| (START * 1000 + n, line.to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    let (result, _) = query(&fake, "");
    let problems = column(&result, "parse_error");
    for (problem, text) in problems.iter().zip([
        "with the record in `message`",
        "the header of a file in S3",
        "starts with a time",
    ]) {
        assert!(problem.as_str().unwrap().contains(text), "{problem}");
    }
}

#[test]
fn values_of_tags_are_decoded_in_results_and_quals() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${srcaddr} ${instance-tag}");
    let lines = ["10.0.0.1 My%20web%2Fapp", "10.0.0.2 My%20db", "10.0.0.3 -"];
    let lines = (0..)
        .zip(lines)
        .map(|(n, line)| (START * 1000 + n, line.to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    let (result, _) = query(&fake, r#"fields = { "instance-tag" = "My web/app" }"#);
    assert_eq!(column(&result, "src_addr"), ["10.0.0.1"]);
    assert_eq!(
        result["events"][0]["fields"],
        json!({"instance-tag": "My web/app"})
    );
    assert_eq!(
        result["push_down"],
        json!({"fields[\"instance-tag\"]": "superset"})
    );
    assert_eq!(result["statistics"]["scanned"], 2);
}

#[test]
fn a_qual_on_the_time_narrows_the_window() {
    let fake = Fake::start();
    delivers_to_the_group(&fake, 0, "${start} ${dstport}");
    let line = |n: i64| ((START + n) * 1000, format!("{} 22", START + n));
    fake.put_events("flow-logs", "eni-0a-all", (0..1000).map(line).collect());
    let (result, _) = query(&fake, r#"start = ">=2026-01-01T00:16:00Z""#);
    assert_eq!(result["events"].as_array().unwrap().len(), 40);
    assert_eq!(result["statistics"]["scanned"], 100);
    let (result, _) = query(&fake, r#"start = ">=2027-01-01T00:00:00Z""#);
    assert_eq!(result["events"], json!([]));
}

fn external_flow(id: &str, camel: bool, port: &Value, source: &str) -> String {
    let event = json!({
        "event_id": id,
        "event_type": "yandex.cloud.audit.network.flowlogs.ExternalFlow",
        "event_time": "2026-01-01T00:00:30Z",
        "event_status": "DONE",
        "details": { "src_addr": source, "dst_port": port, "action": "DENY", "session": "77", "tcp_flags": "0x02" },
    });
    let mut text = event.to_string();
    if camel {
        for key in [
            "event_id",
            "event_type",
            "event_time",
            "event_status",
            "src_addr",
            "dst_port",
            "tcp_flags",
        ] {
            let (first, second) = key.split_once('_').unwrap();
            text = text.replace(
                key,
                &format!("{first}{}{}", second[..1].to_uppercase(), &second[1..]),
            );
        }
    }
    text
}

#[test]
fn external_flows_are_queried_with_the_same_quals() {
    let fake = Fake::start();
    let lines = [
        external_flow("e1", false, &json!("22"), "10.0.0.1"),
        external_flow("e2", true, &json!(22), "10.0.0.2"),
        external_flow("e1", false, &json!("22"), "10.0.0.1"),
        external_flow("e3", true, &json!("443"), "10.0.0.3"),
        "{\"event_type\":\"yandex.cloud.vpc.CreateNetwork\"}".to_owned(),
    ];
    let lines = (0..).zip(lines).map(|(n, line)| (START * 1000 + n, line));
    fake.put_events("flow-logs", "trail", lines.collect());
    let kind = r#"record_type = "yandex-external-flow""#;
    let (result, _) = query(
        &fake,
        &format!("{kind}\n dst_port = \"22\"\n action = \"REJECT\"\n src_addr = \"10.0.0.0/8\""),
    );
    assert_eq!(column(&result, "event_id"), ["e1", "e2"]);
    let first = &result["events"][0];
    assert_eq!(first["action"], "REJECT");
    assert_eq!(first["tcp_flags"], 2);
    assert_eq!(first["dst_port"], 22);
    assert_eq!(first["timestamp"], "2026-01-01T00:00:30Z");
    assert_eq!(first["fields"]["session_id"], "77");
    assert_eq!(
        result["push_down"],
        json!({"action": "none", "dst_port": "exact", "src_addr": "exact"})
    );
    assert_eq!(result["statistics"]["scanned"], 3);
    let (result, run) = query(&fake, kind);
    assert_eq!(result["statistics"]["parse_errors"], 1);
    assert_eq!(result["events"].as_array().unwrap().len(), 4);
    run.says(&["its type is `yandex.cloud.vpc.CreateNetwork`"]);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n  flow_log_id = \"fl-0aaaaaaaaaaaaaaaa\"\n{WINDOW}\n{kind}\n}}"
    ));
    work.run(&["plan", "-no-color"])
        .fails_with(&["Not possible for this type of record", "log_group_name"]);
}
