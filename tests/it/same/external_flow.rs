//! Records as ExternalFlow events, in a log group and in the JSON objects of a trail, give the rows of the same records of
//! AWS, in all fields that both have.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Map, Value as Json, json};
use vpcflow::record::Format;

use super::Size;
use super::forms::{Form, GROUP, fill};
use super::records::{Record, records};
use super::rows::{Rows, in_bucket};
use crate::harness::athena::BUCKET;
use crate::harness::core::Core;
use crate::harness::fake::Fake;
use crate::push_down::aws::format;
use crate::push_down::server::questions;

/// The fields of AWS that an event has, and the keys of its details.
const FIELDS: [(&str, &str); 16] = [
    ("srcaddr", "src_addr"),
    ("dstaddr", "dst_addr"),
    ("srcport", "src_port"),
    ("dstport", "dst_port"),
    ("protocol", "proto"),
    ("packets", "packets"),
    ("bytes", "bytes"),
    ("start", "agg_start"),
    ("end", "agg_end"),
    ("action", "action"),
    ("log-status", ""),
    ("tcp-flags", "tcp_flags"),
    ("type", "vers"),
    ("flow-direction", "direction"),
    ("subnet-id", "subnet_id"),
    ("instance-id", "vm_uuid"),
];
/// The attributes of rows for these fields.
const NAMED: [&str; 16] = [
    "src_addr",
    "dst_addr",
    "src_port",
    "dst_port",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log_status",
    "tcp_flags",
    "type",
    "flow_direction",
    "subnet_id",
    "instance_id",
];
const EVENTS: &str = "events";
/// Values that an event cannot have.
const ONLY_OF_AWS: [(&str, &str); 2] = [("MIRROR", "REJECT"), ("EFA", "IPv6")];

fn camel(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |key, word| {
        key + &word[..1].to_uppercase() + &word[1..]
    })
}

/// Converts a record to an event. The keys and the values of every other one have another spelling.
fn event(number: usize, record: &Record) -> String {
    let in_camel = number.is_multiple_of(2);
    let spell = |key: &str| if in_camel { camel(key) } else { key.to_owned() };
    let time = |second: &str| {
        Timestamp::from_second(second.parse().unwrap())
            .unwrap()
            .to_string()
    };
    let mut details = Map::new();
    let mut status = "OK";
    for ((name, key), value) in FIELDS.iter().zip(record.line.split(' ')) {
        let value = match (*name, value) {
            ("log-status", value) => {
                status = if value == "OK" { "DONE" } else { value };
                continue;
            }
            (_, "-") => continue,
            ("start" | "end", second) => json!(time(second)),
            ("action", "ACCEPT") if in_camel => json!("ALLOW"),
            ("action", "REJECT") if in_camel => json!("deny"),
            ("type", version) => json!(version[3..]),
            ("flow-direction", direction) => json!(direction.to_uppercase()),
            ("tcp-flags", flags) if in_camel => {
                json!(format!("{:#04x}", flags.parse::<u32>().unwrap()))
            }
            (_, value) => match value.parse::<i64>() {
                Ok(number) if !in_camel => json!(number),
                _ => json!(value),
            },
        };
        details.insert(spell(key), value);
    }
    let mut event = Map::new();
    event.insert(spell("event_id"), json!(format!("event-{number}")));
    event.insert(
        spell("event_type"),
        json!("yandex.cloud.audit.network.flowlogs.ExternalFlow"),
    );
    event.insert(spell("event_status"), json!(status));
    event.insert(spell("event_time"), json!(time(&record.start.to_string())));
    event.insert("details".to_owned(), details.into());
    Json::Object(event).to_string()
}

/// Writes the events to a log group, and to the objects of two trails: arrays, and lines. Some occur twice.
fn fill_with_events(fake: &Fake, records: &[Record]) {
    let events: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(number, record)| event(number, record))
        .collect();
    let timed = records.iter().map(|record| record.start * 1000);
    fake.put_events(EVENTS, "trail", timed.zip(events.iter().cloned()).collect());
    let mut objects: BTreeMap<(i64, usize), Vec<&String>> = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        let delivered = records[number].end + 900;
        let delivered = delivered - delivered.rem_euclid(300);
        objects
            .entry((delivered, number % 2))
            .or_default()
            .push(event);
        if number.is_multiple_of(7) {
            objects.entry((delivered + 300, 0)).or_default().push(event);
        }
    }
    for ((second, part), events) in objects {
        let time = Offset::UTC.to_datetime(Timestamp::from_second(second).unwrap());
        let name = time.strftime("trail-1/%Y/%m/%d/%H%M%S");
        let all: Vec<&str> = events.into_iter().map(String::as_str).collect();
        let array = format!("[\n{}\n]", all.join(",\n"));
        fake.put_object(BUCKET, &format!("arrays/{name}-{part}.json"), array);
        fake.put_object(
            BUCKET,
            &format!("lines/{name}-{part}.json"),
            all.join("\n") + "\n",
        );
    }
}

#[test]
fn events_and_records_give_the_same_rows() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(asked(Size::of(8)));
}

async fn asked(size: Size) {
    let names = FIELDS.map(|(name, _)| name);
    let format: Format = format(&names.join(" "));
    let mut records = records(&format, size, true);
    for record in &mut records {
        for (only, other) in ONLY_OF_AWS {
            record.line = record.line.replace(only, other);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start();
    fill(
        &fake,
        folder.path(),
        &format,
        &records,
        &[Form::Text, Form::Parquet],
    );
    fill_with_events(&fake, &records);
    let mut core = Core::start(fake.url()).await;
    let mut runner = size.runner();
    let questions = questions(std::slice::from_ref(&format));
    let mut rows = 0;
    for number in 0..size.queries {
        let question = questions.new_tree(&mut runner).unwrap().current();
        let mut config = question.config();
        config["include_message"] = json!(false);
        config["end_time"] = json!("2026-01-01T01:00:00Z");
        config["log_group_name"] = json!(GROUP);
        config["log_format"] = json!(format.to_string());
        let expected = Rows::of(&core.query(&config).await, Some(&NAMED));
        rows += expected.len();
        let mut event_config = config.clone();
        event_config["log_group_name"] = json!(EVENTS);
        event_config["record_type"] = json!("yandex-external-flow");
        event_config.as_object_mut().unwrap().remove("log_format");
        let form = [Form::Text, Form::Parquet][number % 2];
        for config in [
            in_bucket(&config, &form.root(number % 4)),
            in_bucket(&event_config, "arrays"),
            in_bucket(&event_config, "lines"),
            event_config,
        ] {
            let found = Rows::of(&core.query(&config).await, Some(&NAMED));
            found.agree(&expected, &(&config, &question));
        }
    }
    size.tell(&format!("{rows} rows"));
    assert!(rows > size.queries, "{rows} rows show little");
}
