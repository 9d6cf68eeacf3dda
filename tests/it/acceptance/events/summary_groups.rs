//! Groups over several formats, without fields, without records, and with times in two units.

use serde_json::{Value, json};

use crate::harness::fake::{Fake, FlowLog};
use crate::harness::terraform::{Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn summary(fake: &Fake, engine: &str, arguments: &str) -> Value {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_summary\" \"q\" {{\n  log_group_name = \"flow-logs\"\n  start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T01:00:00Z\"\n  engine = \"{engine}\"\n{arguments}\n}}"
    ));
    work.apply();
    work.instance("data.vpcflow_log_summary.q")
}

fn fake(formats: &[&str], lines: &[&str]) -> Fake {
    let fake = Fake::start();
    for (number, format) in formats.iter().enumerate() {
        fake.insert(FlowLog::of_group(number, "flow-logs", format));
    }
    let lines = (0..).zip(lines);
    let lines = lines.map(|(second, line)| ((START + second) * 1000, (*line).to_owned()));
    fake.put_events("flow-logs", "eni-0a-all", lines.collect());
    fake
}

#[test]
fn a_field_that_only_some_formats_have_is_null_for_the_others() {
    let fake = fake(
        &["${srcaddr} ${bytes} ${az-id}", "${srcaddr} ${action}"],
        &[
            "10.0.0.1 100 use1-az1",
            "10.0.0.1 REJECT",
            "10.0.0.2 ACCEPT",
            "10.0.0.1 50 use1-az1",
        ],
    );
    let found = summary(
        &fake,
        "scan",
        "group_by = [\"az-id\", \"src_addr\"]\n order_by = \"bytes\"",
    );
    let groups = found["groups"].as_array().unwrap().iter();
    let groups: Vec<_> = groups
        .map(|group| {
            json!([
                group["key"]["az-id"],
                group["key"]["src_addr"],
                group["flows"],
                group["bytes"]
            ])
        })
        .collect();
    assert_eq!(
        Value::from(groups),
        json!([
            ["use1-az1", "10.0.0.1", 2, 150],
            [null, "10.0.0.1", 1, null],
            [null, "10.0.0.2", 1, null]
        ])
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure("data \"vpcflow_log_summary\" \"q\" {\n  log_group_name = \"flow-logs\"\n  lookback = \"1h\"\n  group_by = [\"vpc_id\"]\n}");
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Group not possible for this record format",
        "all record formats of the log group lack; they have srcaddr, bytes, az-id; srcaddr, action",
    ]);
}

#[test]
fn without_a_field_all_records_are_one_group_even_if_there_are_none() {
    let fake = fake(
        &["${srcaddr} ${bytes} ${start}"],
        &[
            &format!("10.0.0.1 100 {START}"),
            &format!("10.0.0.2 50 {START}"),
        ],
    );
    for engine in ["scan", "insights"] {
        for (quals, flows, bytes) in [("", 2, 150), ("src_addr = \"10.9.9.9\"", 0, 0)] {
            let found = summary(&fake, engine, &format!("group_by = []\n{quals}"));
            assert_eq!(
                found["groups"].as_array().unwrap().len(),
                1,
                "{engine} {quals}"
            );
            let group = &found["groups"][0];
            assert_eq!(group["key"], json!({}));
            for counted in [group, &found["total"]] {
                assert_eq!(counted["flows"], flows, "{engine} {quals}");
                assert_eq!(counted["bytes"], bytes, "{engine} {quals}");
                // A field that the format lacks is always null.
                assert_eq!(counted["packets"], Value::Null);
                assert_eq!(counted["rejected"], Value::Null);
            }
            assert_eq!(found["statistics"]["matched"], flows, "{engine} {quals}");
        }
        let found = summary(
            &fake,
            engine,
            "group_by = [\"src_addr\"]\n src_addr = \"10.9.9.9\"",
        );
        assert_eq!(found["groups"], json!([]), "{engine}");
        assert_eq!(found["total"]["groups"], 0, "{engine}");
        assert_eq!(found["total"]["bytes"], 0, "{engine}");
    }
}

#[test]
fn lines_that_are_not_records_are_not_counted_as_matched() {
    let fake = fake(
        &["${srcaddr} ${bytes}"],
        &["10.0.0.1 100", "cut", "10.0.0.2 x"],
    );
    for engine in ["scan", "insights"] {
        let found = summary(&fake, engine, "group_by = []");
        assert_eq!(found["total"]["flows"], 1, "{engine}");
        assert_eq!(found["statistics"]["matched"], 1, "{engine}");
        assert_eq!(found["statistics"]["scanned"], 3, "{engine}");
    }
}

#[test]
fn times_in_milliseconds_compare_with_times_in_seconds() {
    let milliseconds = |second: i64| (START + second) * 1000 + 7;
    let fake = fake(
        &["${srcaddr} ${start} ${end}"],
        &[
            &format!("10.0.0.1 {} {}", milliseconds(0), milliseconds(50)),
            &format!("10.0.0.1 {} {}", START + 10, START + 70),
            &format!("10.0.0.2 {} {}", START + 20, START + 30),
            &format!("10.0.0.2 {} {}", milliseconds(15), milliseconds(40)),
            "10.0.0.3 - -",
        ],
    );
    let of = |engine: &str, quals: &str| {
        let found = summary(
            &fake,
            engine,
            &format!("group_by = [\"src_addr\"]\n{quals}"),
        );
        let groups = found["groups"].as_array().unwrap().iter();
        let groups = groups.map(|group| {
            json!([
                group["key"]["src_addr"],
                group["first_seen"],
                group["last_seen"]
            ])
        });
        Value::from(groups.collect::<Vec<_>>())
    };
    for engine in ["scan", "insights"] {
        assert_eq!(
            of(engine, ""),
            json!([
                ["10.0.0.1", "2026-01-01T00:00:00Z", "2026-01-01T00:01:10Z"],
                ["10.0.0.2", "2026-01-01T00:00:15Z", "2026-01-01T00:00:40Z"],
                ["10.0.0.3", null, null],
            ]),
            "{engine}"
        );
        assert_eq!(
            of(engine, "start = \">=2026-01-01T00:00:15Z\""),
            json!([["10.0.0.2", "2026-01-01T00:00:15Z", "2026-01-01T00:00:40Z"]]),
            "{engine}"
        );
    }
}
