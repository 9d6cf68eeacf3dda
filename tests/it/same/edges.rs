//! A record in the first and in the last second of a window is found in each layout, whatever the time in the name of its
//! object: that of the start or of the end of the window in which the record ended, and one window off on either side.

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::record::Format;
use vpcflow::record::dialect::sql::{Files, Layout, Table, create_table};

use super::forms::{LAYOUTS, key, upload};
use super::{core, records::START};
use crate::harness::athena::{Athena, BUCKET};
use crate::harness::fake::{ACCOUNT, DestinationOptions, Fake, FlowLog, REGION};

/// Windows whose objects are in the folders of other hours and days, in seconds from midnight.
const WINDOWS: [(i64, i64); 4] = [(0, 3_600), (-5_000, -1_000), (300, 2_400), (599, 600)];

/// Returns what is in the objects: keys and lines, and how many records are in the window. Each has a port of its own.
fn objects(root: &str, layout: Layout, window: (i64, i64)) -> (Vec<(String, String)>, usize) {
    let mut objects = Vec::new();
    let mut inside = 0;
    for start in [window.0 - 1, window.0, window.1 - 1, window.1] {
        for interval in [0, 60, 600] {
            for off in [-300, 0, 300, 600] {
                let port = objects.len() + 1;
                let (start, end) = (START + start, START + start + interval);
                let second = end - end.rem_euclid(300) + off;
                let line = format!(
                    "2 {ACCOUNT} eni-0123456789abcdef0 10.0.0.1 10.1.0.1 40000 {port} 6 3 180 {start} {end} ACCEPT OK"
                );
                let key = key(root, layout, second, "log.gz", &format!("{port:08x}"));
                objects.push((key, line));
                let window = START + window.0..START + window.1;
                inside += usize::from(window.contains(&start));
            }
        }
    }
    (objects, inside)
}

fn write(athena: &Athena, objects: &[(String, String)]) {
    let header = Format::vpc_default().names().join(" ");
    for (key, line) in objects {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        writeln!(gzip, "{header}\n{line}").unwrap();
        let path = athena.bucket().join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, gzip.finish().unwrap()).unwrap();
    }
}

/// Adds the flow log that writes to a folder.
fn add_flow_log(fake: &Fake, root: &str, layout: Layout) {
    let mut log = FlowLog::sample("fl-0123456789abcdef0", "vpc-0123456789abcdef0");
    log.log_group_name = None;
    log.log_destination_type = "s3".to_owned();
    log.log_destination = Some(format!("arn:aws:s3:::{BUCKET}/{root}/"));
    log.creation_time = "2025-01-01T03:04:05.678Z".to_owned();
    log.destination_options = Some(DestinationOptions {
        hive_compatible_partitions: layout.hive,
        per_hour_partition: layout.hourly,
        ..DestinationOptions::default()
    });
    fake.insert(log);
}

fn create_table_of(athena: &Athena, root: &str, layout: Layout) {
    let format = Format::vpc_default();
    let table = Table {
        name: vec!["network", root],
        format: &format,
        bucket: BUCKET,
        folder: root,
        files: Files::Text,
        layout,
        accounts: Some(vec![ACCOUNT.to_owned()]),
        regions: None,
        first_day: (2025, 12, 1),
    };
    let (state, reason, _) = athena.execute(&create_table(&table).unwrap());
    assert_eq!(state, "SUCCEEDED", "{reason}");
}

fn ports(answer: &Value) -> BTreeSet<String> {
    let Some(Value::List(events)) = answer.get("events") else {
        panic!("no events: {answer:?}");
    };
    events
        .iter()
        .map(|event| format!("{:?}", event.get("dst_port")))
        .collect()
}

fn flows(answer: &Value) -> Option<Value> {
    answer.get("total")?.get("flows").cloned()
}

fn with(window: (i64, i64), more: &Json) -> Json {
    let time = |second: i64| Timestamp::from_second(START + second).unwrap().to_string();
    let mut config = json!({ "start_time": time(window.0), "end_time": time(window.1) });
    config
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    config
}

#[test]
fn the_first_and_the_last_second_are_found_in_each_layout_whatever_the_delay() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(walked());
}

async fn walked() {
    let athena = Athena::start();
    for (index, layout) in LAYOUTS.into_iter().enumerate() {
        let fake = Fake::start();
        let mut core = core(&fake, &athena).await;
        for (number, window) in WINDOWS.into_iter().enumerate() {
            let root = format!("window_{index}_{number}");
            let (objects, inside) = objects(&root, layout, window);
            assert_eq!(inside, 24, "two seconds, and 12 ways to each");
            write(&athena, &objects);
            upload(&fake, &athena.bucket(), &athena.bucket().join(&root));
            add_flow_log(&fake, &root, layout);
            create_table_of(&athena, &root, layout);
            let about = format!("{layout:?} {window:?}");
            for source in [
                json!({ "s3_uri": format!("s3://{BUCKET}/{root}") }),
                json!({ "flow_log_id": "fl-0123456789abcdef0" }),
            ] {
                let answer = core.query(&with(window, &source)).await;
                assert_eq!(ports(&answer).len(), inside, "{about} {source}");
            }
            let table = json!({
                "engine": "athena",
                "group_by": [],
                "athena": {
                    "table": format!("network.{root}"),
                    "output_location": "s3://results/here/",
                    "partitions": { "aws_region": REGION },
                },
            });
            let answer = core.summarize(&with(window, &table)).await;
            assert_eq!(flows(&answer), Some(Value::from(24)), "{about}");
            fake.remove("fl-0123456789abcdef0");
        }
    }
}
