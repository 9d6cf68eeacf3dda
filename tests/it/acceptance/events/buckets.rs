//! Queries of flow-log events in buckets, from our fake S3.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::Value;

use crate::harness::fake::{ACCOUNT, DestinationOptions, Fake, FlowLog, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600;
pub(super) const BUCKET: &str = "flow-logs";
pub(super) const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                      action log-status";

/// One layout of AWS.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layout {
    is_hive: bool,
    is_hourly: bool,
}

const LAYOUTS: [Layout; 4] = [
    Layout {
        is_hive: false,
        is_hourly: false,
    },
    Layout {
        is_hive: false,
        is_hourly: true,
    },
    Layout {
        is_hive: true,
        is_hourly: false,
    },
    Layout {
        is_hive: true,
        is_hourly: true,
    },
];

impl Layout {
    /// Returns the key of an object of a flow log.
    pub(super) fn key(self, prefix: &str, id: &str, second: i64, hash: &str) -> String {
        let time = Timestamp::from_second(START + second).unwrap();
        let time = jiff::tz::Offset::UTC.to_datetime(time);
        let folders = if self.is_hive {
            let day = time.strftime("year=%Y/month=%m/day=%d");
            format!("aws-account-id={ACCOUNT}/aws-service=vpcflowlogs/aws-region={REGION}/{day}")
        } else {
            format!(
                "{ACCOUNT}/vpcflowlogs/{REGION}/{}",
                time.strftime("%Y/%m/%d")
            )
        };
        let hour = match self {
            Self {
                is_hourly: false, ..
            } => String::new(),
            Self { is_hive: true, .. } => format!("/hour={}", time.strftime("%H")),
            Self { is_hive: false, .. } => format!("/{}", time.strftime("%H")),
        };
        let name = time.strftime("%Y%m%dT%H%MZ");
        format!(
            "{prefix}AWSLogs/{folders}{hour}/{ACCOUNT}_vpcflowlogs_{REGION}_{id}_{name}_{hash}.log.gz"
        )
    }
}

/// One line, which starts at this second.
pub(super) fn line(second: i64, port: u16, action: &str) -> String {
    let start = START + second;
    format!(
        "2 {ACCOUNT} eni-0123456789abcdef0 10.0.0.1 10.1.0.1 40000 {port} 6 3 180 {start} {} {action} OK",
        start + 50
    )
}

pub(in crate::acceptance) fn gzip(lines: &[String]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for line in lines {
        writeln!(encoder, "{line}").unwrap();
    }
    encoder.finish().unwrap()
}

/// An object with a header.
pub(super) fn object(lines: &[String]) -> Vec<u8> {
    gzip(&[&[HEADER.to_owned()], lines].concat())
}

pub(super) const ID: &str = "fl-0cccccccccccccccc";

/// Adds a flow log that delivers to the bucket.
pub(super) fn add_flow_log(fake: &Fake, layout: Layout) {
    let mut log = FlowLog::sample(ID, "vpc-0123456789abcdef0");
    log.log_group_name = None;
    log.log_destination_type = "s3".to_owned();
    log.log_destination = Some(format!("arn:aws:s3:::{BUCKET}/team/"));
    log.creation_time = "2025-12-01T03:04:05.678Z".to_owned();
    log.destination_options = Some(DestinationOptions {
        hive_compatible_partitions: layout.is_hive,
        per_hour_partition: layout.is_hourly,
        ..DestinationOptions::default()
    });
    fake.insert(log);
}

const WINDOW: &str = r#"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
"#;

pub(super) fn configuration(source: &str, rest: &str) -> String {
    format!("data \"vpcflow_log_events\" \"q\" {{\n{source}\n{WINDOW}\n{rest}\n}}")
}

/// Runs a query and returns its results.
#[track_caller]
pub(super) fn query(fake: &Fake, source: &str, rest: &str) -> (Value, Run) {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(source, rest));
    let run = work.apply();
    (work.instance("data.vpcflow_log_events.q"), run)
}

pub(super) fn ports(result: &Value) -> Vec<i64> {
    let events = result["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["dst_port"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_flow_log_is_read_in_each_layout_from_its_first_to_its_last_second() {
    for layout in LAYOUTS {
        let fake = Fake::start();
        add_flow_log(&fake, layout);
        let put = |second: i64, hash: &str, lines: &[String]| {
            let key = layout.key("team/", ID, second, hash);
            fake.put_object(BUCKET, &key, object(lines));
        };
        // The second object is named for the start of its period, and the third for the end.
        put(-86_400, "old", &[line(-86_000, 9, "ACCEPT")]);
        put(0, "a", &[line(-1, 1, "ACCEPT"), line(0, 2, "ACCEPT")]);
        put(600, "b", &[line(300, 4, "REJECT"), line(20, 3, "ACCEPT")]);
        put(
            3_600,
            "c",
            &[line(3_599, 5, "ACCEPT"), line(3_600, 6, "ACCEPT")],
        );
        put(4_200, "d", &[line(3_000, 7, "ACCEPT")]);
        // Other flow logs, and objects that hold no records.
        let other = layout.key("team/", "fl-0dddddddddddddddd", 0, "x");
        fake.put_object(BUCKET, &other, object(&[line(1, 99, "ACCEPT")]));
        fake.put_object(BUCKET, "team/aws-logs-write-test", "");
        let (result, run) = query(&fake, &format!("flow_log_id = \"{ID}\""), "");
        assert_eq!(ports(&result), [2, 3, 4, 7, 5], "{layout:?} {}", run.output);
        assert_eq!(
            result["complete"],
            Value::Bool(true),
            "{layout:?} {result:#}"
        );
        assert_eq!(result["s3_uri"], format!("s3://{BUCKET}/team/"));
        assert_eq!(result["log_group_name"], Value::Null);
        let first = &result["events"][0];
        assert_eq!(first["timestamp"], "2026-01-01T00:00:00Z");
        assert_eq!(first["object_key"], layout.key("team/", ID, 0, "a"));
        assert_eq!(first["event_id"], Value::Null);
        let objects = &result["statistics"]["objects"];
        assert_eq!(objects["read"], 4, "{layout:?} {objects}");
        assert_eq!(objects["unreadable"], 0);
        let lists = fake.calls_of("ListObjectsV2");
        assert!(lists.len() <= 10, "{layout:?} {lists:#?}");
        let read = fake.calls_of("GetObject");
        assert!(
            read.iter()
                .all(|call| !call.parameters["Key"].contains("old"))
        );
    }
}

#[test]
fn a_uri_finds_every_flow_log_below_it() {
    let fake = Fake::start();
    fake.keys_on_a_page(BUCKET, 2);
    for (number, layout) in (1..).zip(LAYOUTS) {
        let id = format!("fl-0ccccccccccccccc{number}");
        let key = layout.key("", &id, 300, "a");
        fake.put_object(
            BUCKET,
            &key,
            object(&[line(300 + i64::from(number), number, "ACCEPT")]),
        );
    }
    // An organization's folder, another account and region, and a copy beside AWS's folder, with something else.
    fake.put_object(BUCKET, "read-me.txt", "nothing");
    for key in [
        format!("{ACCOUNT}_vpcflowlogs_{REGION}_fl-3_20260101T0010Z_a.log.gz"),
        format!("AWSLogs/o-abc/{ACCOUNT}/vpcflowlogs/{REGION}/2026/01/01/{ACCOUNT}_vpcflowlogs_{REGION}_fl-1_20260101T0010Z_a.log.gz"),
        "AWSLogs/210987654321/vpcflowlogs/eu-west-1/2026/01/01/210987654321_vpcflowlogs_eu-west-1_fl-2_20260101T0010Z_a.log.gz".to_owned(),
    ] {
        fake.put_object(BUCKET, &key, object(&[line(400, 40, "ACCEPT")]));
    }
    let (result, _) = query(&fake, &format!("s3_uri = \"s3://{BUCKET}\""), "");
    assert_eq!(ports(&result), [1, 2, 3, 4, 40, 40, 40]);
    assert_eq!(result["complete"], Value::Null);
    let narrower = format!("s3_uri = \"s3://{BUCKET}/AWSLogs/210987654321\"");
    let (result, _) = query(&fake, &narrower, "");
    assert_eq!(ports(&result), [40]);
    let key = Layout::default().key("", "fl-0ccccccccccccccc1", 300, "a");
    let (result, _) = query(&fake, &format!("s3_uri = \"s3://{BUCKET}/{key}\""), "");
    assert_eq!(ports(&result), [1]);
}

#[test]
fn the_order_is_by_time_and_the_limit_stops_early() {
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    for period in 0..12 {
        let lines: Vec<_> = (0..10)
            .rev()
            .map(|number| {
                line(
                    period * 300 + number * 30,
                    u16::try_from(period * 10 + number).unwrap(),
                    "ACCEPT",
                )
            })
            .collect();
        let key = Layout::default().key("team/", ID, period * 300, "a");
        fake.put_object(BUCKET, &key, object(&lines));
    }
    let source = format!("flow_log_id = \"{ID}\"");
    let (result, _) = query(&fake, &source, "limit = 5\n order = \"newest_first\"");
    assert_eq!(ports(&result), [119, 118, 117, 116, 115]);
    assert_eq!(result["truncated"], Value::Bool(true));
    let objects = &result["statistics"]["objects"];
    assert_eq!(objects["listed"], 12);
    assert!(objects["read"].as_i64().unwrap() <= 5, "{objects}");
    let (result, _) = query(&fake, &source, "limit = 15");
    assert_eq!(ports(&result), (0..15).collect::<Vec<_>>());
    let (result, _) = query(&fake, &source, "dst_port = \"77,5,110-112\"");
    assert_eq!(ports(&result), [5, 77, 110, 111, 112]);
    assert_eq!(result["truncated"], Value::Bool(false));
    assert_eq!(result["statistics"]["scanned"], 120);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    let put = |second: i64, hash: &str, content: Vec<u8>| {
        let key = Layout::default().key("team/", ID, second, hash);
        fake.put_object(BUCKET, &key, content);
        key
    };
    put(0, "a", object(&[line(0, 1, "ACCEPT")]));
    let mut cut = object(
        &(0..2000)
            .map(|second| line(second / 10, 2, "ACCEPT"))
            .collect::<Vec<_>>(),
    );
    cut.truncate(cut.len() / 2);
    let cut = put(300, "cut", cut);
    let empty = put(300, "empty", Vec::new());
    let archived = put(600, "archived", object(&[line(600, 3, "ACCEPT")]));
    fake.refuse_object(BUCKET, &archived, 403, "InvalidObjectState");
    let deleted = put(600, "deleted", object(&[line(600, 4, "ACCEPT")]));
    fake.refuse_object(BUCKET, &deleted, 404, "NoSuchKey");
    put(900, "z", object(&[line(900, 5, "ACCEPT")]));
    let source = format!("flow_log_id = \"{ID}\"");
    let (result, run) = query(&fake, &source, "dst_port = \"1,3-5\"");
    assert_eq!(ports(&result), [1, 5]);
    assert_eq!(result["complete"], Value::Bool(false));
    assert_eq!(result["incomplete"][0]["reason"], "unreadable_objects");
    let detail = result["incomplete"][0]["detail"].as_str().unwrap();
    for (key, reason) in [
        (&cut, "ends too early"),
        (&empty, "it is empty"),
        (&archived, "Restore it"),
        (&deleted, "deleted while the query ran"),
    ] {
        let line = detail.lines().find(|line| line.starts_with(key.as_str()));
        assert!(
            line.is_some_and(|line| line.contains(reason)),
            "{key} {reason}: {detail}"
        );
    }
    assert!(run.output.contains("Objects not read"), "{}", run.output);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(&source, "require_complete = true"));
    work.run(&["plan", "-no-color"])
        .fails_with(&["unreadable_objects", "4 objects"]);
}

#[test]
fn a_bucket_in_another_region_is_found_and_a_requester_can_pay() {
    let fake = Fake::start();
    let key = Layout::default().key("", ID, 0, "a");
    fake.put_object(BUCKET, &key, object(&[line(0, 1, "ACCEPT")]));
    fake.bucket_in(BUCKET, "eu-central-1");
    fake.requester_pays(BUCKET);
    let source = format!("s3_uri = \"s3://{BUCKET}\"");
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(&source, ""));
    work.run(&["plan", "-no-color"])
        .fails_with(&["AccessDenied", "s3:ListBucket"]);
    let (result, _) = query(&fake, &source, "request_payer = \"requester\"");
    assert_eq!(ports(&result), [1]);
    assert_eq!(fake.calls_of("GetObject")[0].region, "eu-central-1");
}

#[test]
fn nothing_to_read_and_too_much_to_read_are_said() {
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    let source = format!("flow_log_id = \"{ID}\"");
    let (result, run) = query(&fake, &source, "");
    assert_eq!(result["events"].as_array().unwrap().len(), 0);
    assert_eq!(result["incomplete"][0]["reason"], "nothing_delivered");
    assert!(run.output.contains("does not exist"), "{}", run.output);
    let old = Layout::default().key("team/", ID, -86_400, "a");
    fake.put_object(BUCKET, &old, object(&[line(0, 1, "ACCEPT")]));
    let (_, run) = query(&fake, &source, "");
    let text = run.output.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("No objects in the time window"), "{text}");
    assert!(
        text.contains("team/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/01/01/"),
        "{text}"
    );
    let key = Layout::default().key("team/", ID, 0, "a");
    fake.put_object(BUCKET, &key, object(&[line(0, 1, "ACCEPT")]));
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&configuration(&source, "max_scan_bytes = 10"));
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Too many bytes to read",
        "1 objects",
        "`max_scan_bytes` allows 10",
    ]);
    assert!(fake.calls_of("GetObject").is_empty());
    for (source, rest, texts) in [
        (
            "s3_uri = \"s3://ab\"",
            "",
            &["Malformed S3 URI", "name of the bucket"][..],
        ),
        (
            "s3_uri = \"s3://nothing-here\"",
            "",
            &["NoSuchBucket", "s3://nothing-here"],
        ),
        (
            "s3_uri = \"s3://flow-logs\"",
            "filter_pattern = \"x\"",
            &["only for log groups"],
        ),
        (&source, "log_stream_name = \"x\"", &["only for log groups"]),
    ] {
        work.configure(&configuration(source, rest));
        work.run(&["plan", "-no-color"]).fails_with(texts);
    }
}

#[test]
fn external_flow_events_of_a_trail_are_read_and_count_once() {
    let fake = Fake::start();
    let event = |id: &str, second: i64, port: u16| {
        let time = Timestamp::from_second(START + second).unwrap();
        format!(
            "{{\"event_id\":\"{id}\",\"event_time\":\"{time}\",\"event_type\":\"yandex.cloud.audit.network.flowlogs.ExternalFlow\",\
             \"details\":{{\"src_addr\":\"10.0.0.1\",\"dst_addr\":\"8.8.8.8\",\"dst_port\":\"{port}\",\"proto\":\"6\",\
             \"agg_start\":\"{time}\",\"agg_end\":\"{time}\"}}}}"
        )
    };
    let array = format!(
        "[{},{},{{\"no\":\"event\"}}]",
        event("a", 10, 1),
        event("b", 20, 2)
    );
    fake.put_object(BUCKET, "audit/trail-1/2026/01/01/one.json", array);
    let lines = format!("{}\n{}\n", event("b", 20, 2), event("c", 5, 3));
    fake.put_object(BUCKET, "audit/trail-1/2026/01/01/two.json", lines);
    fake.put_object(BUCKET, "audit/trail-1/2025/11/01/old.json", "[");
    let source =
        format!("s3_uri = \"s3://{BUCKET}/audit\"\n record_type = \"yandex-external-flow\"");
    let (result, run) = query(&fake, &source, "protocol = \"tcp\"");
    assert_eq!(ports(&result), [3, 1, 2], "{}", run.output);
    assert_eq!(result["events"][0]["event_id"], "c");
    assert_eq!(result["statistics"]["parse_errors"], 1);
    assert_eq!(result["statistics"]["matched"], 3);
}

#[test]
fn a_summary_counts_the_objects_of_a_bucket() {
    let fake = Fake::start();
    add_flow_log(&fake, Layout::default());
    for period in 0..12 {
        let lines: Vec<_> = (0..100)
            .map(|number| {
                line(
                    period * 300 + number,
                    if number % 4 == 0 { 22 } else { 443 },
                    "ACCEPT",
                )
            })
            .collect();
        let key = Layout::default().key("team/", ID, period * 300, "a");
        fake.put_object(BUCKET, &key, object(&lines));
    }
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_summary\" \"q\" {{\n flow_log_id = \"{ID}\"\n group_by = [\"dst_port\"]\n{WINDOW}\n}}"
    ));
    work.apply();
    let result = work.instance("data.vpcflow_log_summary.q");
    let groups: Vec<_> = result["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            (
                group["key"]["dst_port"].clone(),
                group["flows"].clone(),
                group["bytes"].clone(),
            )
        })
        .collect();
    let expected = [("443", 900), ("22", 300)].map(|(port, flows)| {
        (
            Value::from(port),
            Value::from(flows),
            Value::from(flows * 180),
        )
    });
    assert_eq!(groups, expected);
    assert_eq!(result["total"]["flows"], 1200);
    // Terraform validates the one, and only the flow log tells where the other delivers to.
    for source in [
        format!("s3_uri = \"s3://{BUCKET}\""),
        format!("flow_log_id = \"{ID}\""),
    ] {
        work.configure(&format!(
            "data \"vpcflow_log_summary\" \"q\" {{\n {source}\n engine = \"insights\"\n group_by = [\"dst_port\"]\n{WINDOW}\n}}"
        ));
        work.run(&["plan", "-no-color"]).fails_with(&[
            "Not possible with this engine",
            "only records in log groups",
        ]);
    }
}
