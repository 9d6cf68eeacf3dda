//! The same from the objects of a bucket: in each layout, in any order, and whatever objects the records are in, a query must
//! return the rows of a plain scan, in order.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::tz::Offset;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;
use vpcflow::record::{Format, Quals, Reader, RecordType};

use super::Event;
use super::aws::{CUSTOM, event, format};
use super::server::{Question, messages, questions, wanted};
use crate::harness::core::Core;
use crate::harness::fake::{ACCOUNT, Fake, REGION};

const QUERIES: usize = 25;

/// Names an object in one of AWS's layouts. The time is that of the start or of the end of its period.
fn key(event: &Event, layout: usize, number: usize) -> String {
    let second = event.timestamp / 1000;
    let period = second - second.rem_euclid(300) + 300 * i64::try_from(number % 3).unwrap();
    let time = Offset::UTC.to_datetime(Timestamp::from_second(period).unwrap());
    let folder = match layout {
        0 => format!(
            "{ACCOUNT}/vpcflowlogs/{REGION}/{}",
            time.strftime("%Y/%m/%d")
        ),
        1 => format!(
            "{ACCOUNT}/vpcflowlogs/{REGION}/{}",
            time.strftime("%Y/%m/%d/%H")
        ),
        _ => {
            let hour = if layout == 3 { "/hour=%H" } else { "" };
            let day = time
                .strftime(&format!("year=%Y/month=%m/day=%d{hour}"))
                .to_string();
            format!("aws-account-id={ACCOUNT}/aws-service=vpcflowlogs/aws-region={REGION}/{day}")
        }
    };
    let name = time.strftime("%Y%m%dT%H%MZ");
    format!("AWSLogs/{folder}/{ACCOUNT}_vpcflowlogs_{REGION}_fl-{layout}_{name}_{number}.log.gz")
}

/// Writes events to objects: all of one format in a part of an object, with a header in front of each part.
fn fill(fake: &Fake, bucket: &str, layout: usize, formats: &[Format], events: &[Event]) {
    let mut objects: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
    for (number, event) in events.iter().enumerate() {
        objects
            .entry(key(event, layout, number % 4))
            .or_default()
            .push(event);
    }
    for (key, mut events) in objects {
        events.reverse();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        for format in formats {
            let width = format.names().len();
            let fits = |event: &&&Event| event.message.split_ascii_whitespace().count() == width;
            if events.iter().any(|event| fits(&event)) {
                writeln!(gzip, "{}", format.names().join(" ")).unwrap();
            }
            for event in events.iter().filter(fits) {
                writeln!(gzip, "{}", event.message).unwrap();
            }
        }
        fake.put_object(bucket, &key, gzip.finish().unwrap());
    }
}

fn config(question: &Question, bucket: &str) -> serde_json::Value {
    let mut config = question.config();
    let arguments = config.as_object_mut().unwrap();
    arguments.remove("log_group_name");
    arguments.insert("s3_uri".to_owned(), json!(format!("s3://{bucket}")));
    config
}

#[track_caller]
fn check(formats: &[Format]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(asked(formats));
}

async fn asked(formats: &[Format]) {
    let mut runner = TestRunner::deterministic();
    let one = proptest::strategy::Union::new(formats.iter().map(event).collect::<Vec<_>>());
    let mut events = vec(one, 60).new_tree(&mut runner).unwrap().current();
    // A line that is not a record has no time of its own, so its place is that of its object.
    let reader = Reader::new(RecordType::Aws, formats, &Quals::default()).unwrap();
    events.retain(|event| reader.read(&event.message).is_ok());
    events.sort_by_key(|event| event.timestamp);
    let times: BTreeMap<_, _> = events
        .iter()
        .map(|event| (event.message.clone(), event.timestamp))
        .collect();
    let fake = Fake::start();
    for layout in 0..4 {
        let bucket = format!("bucket-{layout}");
        fake.keys_on_a_page(&bucket, 3);
        fill(&fake, &bucket, layout, formats, &events);
    }
    let mut core = Core::start(fake.url()).await;
    let mut rows = 0;
    for number in 0..QUERIES {
        let question = questions(formats).new_tree(&mut runner).unwrap().current();
        let mut wanted = wanted(formats, &events, &question);
        let limit = question.limit.unwrap_or(usize::MAX);
        let bucket = format!("bucket-{}", number % 4);
        let result = core.query(&config(&question, &bucket)).await;
        let mut found = messages(&result);
        let time =
            |messages: &[String]| messages.iter().map(|text| times[text]).collect::<Vec<_>>();
        let given = wanted.len().min(limit);
        let missing: Vec<_> = wanted[..given]
            .iter()
            .filter(|text| !found.contains(text))
            .collect();
        assert_eq!(
            time(&found),
            time(&wanted[..given]),
            "{bucket} {question:#?}\n{missing:#?}\n{:?}",
            result.get("statistics")
        );
        if limit >= wanted.len() {
            // The order of records of one second is that of their objects.
            wanted.sort();
            found.sort();
            assert_eq!(found, wanted, "{question:#?}");
        }
        rows += given;
    }
    assert!(rows > QUERIES / 2, "{rows} rows show little");
}

#[test]
fn objects_of_the_default_formats_give_the_rows_of_a_plain_scan_in_order() {
    check(&[Format::vpc_default()]);
    check(&[Format::transit_gateway_default()]);
}

#[test]
fn objects_of_custom_formats_give_the_rows_of_a_plain_scan_in_order() {
    for names in CUSTOM {
        check(&[format(names)]);
    }
}

#[test]
fn objects_whose_header_changes_give_the_rows_of_a_plain_scan_in_order() {
    check(&[
        Format::vpc_default(),
        Format::transit_gateway_default(),
        format(CUSTOM[0]),
    ]);
}
