//! Parquet objects of another writer, pyarrow: integers of 64 bits where AWS has 32, and zeros and `-` for missing values.

use serde_json::{Value, json};
use vpcflow::record::Format;

use crate::harness::fake::{ACCOUNT, Fake, REGION};
use crate::harness::parquet::{File, Missing, Style, write};
use crate::harness::terraform::{Version, Workspace};

const BUCKET: &str = "flow-logs";
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const STYLE: Style = Style {
    missing: Missing::Zero,
    wide: true,
    compression: "gzip",
    dictionary: true,
    page_version: "1.0",
    small: false,
};

/// Returns records of traffic, one without data, and one that reports that records are missing.
fn lines() -> Vec<String> {
    let line = |number: i64| {
        let (start, port) = (START + number * 60, 20 + number);
        format!(
            "2 {ACCOUNT} eni-0123456789abcdef0 10.0.0.{number} 10.1.0.1 40000 {port} 6 3 {} {start} {} ACCEPT OK",
            number * 5_000_000_000,
            start + 50
        )
    };
    let mut lines: Vec<_> = (1..9).map(line).collect();
    for (second, status) in [(600, "NODATA"), (660, "SKIPDATA")] {
        let (start, end) = (START + second, START + second + 50);
        lines.push(format!(
            "2 {ACCOUNT} eni-0123456789abcdef0 - - - - - - - {start} {end} - {status}"
        ));
    }
    lines
}

/// Stores the records as Parquet in several styles, each below a prefix of its own.
fn store(fake: &Fake, styles: &[(&str, Style)]) {
    let lines = lines();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = |(prefix, style): &(&str, Style)| File {
        key: format!(
            "{prefix}/AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/2026/01/01/{ACCOUNT}_vpcflowlogs_{REGION}_fl-1_20260101T0005Z_a.log.parquet"
        ),
        lines: 0..lines.len(),
        style: *style,
    };
    let files: Vec<_> = styles.iter().map(file).collect();
    write(folder.path(), Format::vpc_default().names(), &lines, &files);
    for file in files {
        let content = std::fs::read(folder.path().join(&file.key)).unwrap();
        fake.put_object(BUCKET, &file.key, content);
    }
}

fn data(kind: &str, name: &str, prefix: &str, rest: &str) -> String {
    format!(
        r#"data "vpcflow_log_{kind}" "{name}" {{
  s3_uri     = "s3://{BUCKET}/{prefix}"
  start_time = "2026-01-01T00:00:00Z"
  end_time   = "2026-01-01T01:00:00Z"
{rest}
}}
"#
    )
}

#[test]
fn parquet_of_another_writer_is_read_with_zeros_and_dashes_and_wide_integers() {
    let fake = Fake::start();
    let null = Style {
        missing: Missing::Null,
        page_version: "2.0",
        dictionary: false,
        small: true,
        compression: "snappy",
        ..STYLE
    };
    store(&fake, &[("zeros", STYLE), ("nulls", null)]);
    let work = Workspace::new(Version::Any, fake.url());
    let mut text = String::new();
    for prefix in ["zeros", "nulls"] {
        text += &data("events", prefix, prefix, "");
        let quals = "  dst_port = \"22-24\"\n  bytes = \">10000000000\"\n  protocol = \"tcp\"";
        text += &data("events", &format!("{prefix}_some"), prefix, quals);
        text += &data("summary", prefix, prefix, "  group_by = [\"log_status\"]");
    }
    work.configure(&text);
    work.apply();
    for (prefix, missing) in [("zeros", json!(0)), ("nulls", Value::Null)] {
        let all = work.instance(&format!("data.vpcflow_log_events.{prefix}"));
        let events = all["events"].as_array().unwrap();
        assert_eq!(events.len(), 10, "{prefix}");
        assert_eq!(events[7]["dst_port"], 28);
        assert_eq!(events[7]["bytes"], 40_000_000_000_i64);
        for (event, status) in events[8..].iter().zip(["NODATA", "SKIPDATA"]) {
            assert_eq!(event["log_status"], status);
            // A text that is `-` has no value, whatever the writer. A zero is what the writer says.
            for text in ["src_addr", "dst_addr", "action"] {
                assert_eq!(event[text], Value::Null, "{prefix} {text}");
            }
            for number in ["src_port", "dst_port", "protocol", "packets", "bytes"] {
                assert_eq!(event[number], missing, "{prefix} {number}");
            }
        }
        assert_eq!(all["statistics"]["no_data"], 1);
        assert_eq!(all["statistics"]["skip_data"], 1);
        assert_eq!(all["statistics"]["parse_errors"], 0);
        let some = work.instance(&format!("data.vpcflow_log_events.{prefix}_some"));
        let ports = some["events"].as_array().unwrap().iter();
        let ports: Vec<_> = ports.map(|event| &event["dst_port"]).collect();
        assert_eq!(ports, [23, 24], "{prefix}");
        let summary = work.instance(&format!("data.vpcflow_log_summary.{prefix}"));
        assert_eq!(summary["total"]["bytes"], 180_000_000_000_i64);
        let groups = summary["groups"].as_array().unwrap().iter();
        let groups: Vec<_> = groups
            .map(|group| {
                (
                    group["key"]["log_status"].as_str().unwrap(),
                    group["flows"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            groups,
            [("OK", 8), ("NODATA", 1), ("SKIPDATA", 1)],
            "{prefix}"
        );
    }
}
