//! Queries of many pages: side by side, at the pace of the region, in order, and no further than needed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::fake::{Call, Fake, Fault};
use crate::harness::terraform::{Run, Version, Workspace};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

/// Returns this many records, one for each second.
fn traffic(count: i64) -> Vec<(i64, String)> {
    let record = |n: i64| {
        let at = START + n;
        let line = format!(
            "2 123456789012 eni-1 10.0.{}.{} 10.1.0.1 40000 22 6 3 180 {at} {at} REJECT OK",
            n / 250,
            n % 250
        );
        (at * 1000, line)
    };
    (0..count).map(record).collect()
}

fn workspace(fake: &Fake, arguments: &str) -> Workspace {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"q\" {{\n  log_group_name = \"flow-logs\"\n  start_time = \"2026-01-01T00:00:00Z\"\n  end_time = \"2026-01-01T01:00:00Z\"\n{arguments}\n}}"
    ));
    work
}

fn sources(work: &Workspace) -> (Vec<Value>, Value) {
    let result = work.instance("data.vpcflow_log_events.q");
    let events = result["events"].as_array().unwrap().iter();
    (
        events.map(|event| event["src_addr"].clone()).collect(),
        result,
    )
}

fn expected(count: i64) -> Vec<Value> {
    (0..count)
        .map(|n| json!(format!("10.0.{}.{}", n / 250, n % 250)))
        .collect()
}

/// The times at which the window was split.
fn windows(calls: &[Call]) -> std::collections::BTreeSet<String> {
    calls
        .iter()
        .map(|call| call.parameters["startTime"].clone())
        .collect()
}

#[test]
fn slow_pages_are_read_side_by_side_and_come_out_in_order() {
    let fake = Fake::start();
    fake.events_page_size(100);
    fake.empty_page_every(4);
    fake.repeat_last_token(true);
    fake.latency("FilterLogEvents", Duration::from_millis(800));
    fake.put_events("flow-logs", "eni-1-all", traffic(3000));
    let work = workspace(&fake, "limit = 10000");
    work.apply();
    let (found, result) = sources(&work);
    assert_eq!(found, expected(3000));
    assert_eq!(result["truncated"], false);
    assert_eq!(result["statistics"]["scanned"], 3000);
    let calls = fake.calls_of("FilterLogEvents");
    assert!(windows(&calls).len() > 2, "{:?}", windows(&calls));
    // The quota of this region is 25 calls per second, and the first second's calls may be sent at once.
    let span = calls.last().unwrap().at - calls[0].at;
    let paced = u32::try_from(calls.len()).unwrap().saturating_sub(26);
    assert!(
        span >= Duration::from_millis(40) * paced,
        "{} calls in {span:?}",
        calls.len()
    );
}

#[test]
fn the_newest_events_come_first_from_slices_too() {
    let fake = Fake::start();
    fake.events_page_size(100);
    fake.latency("FilterLogEvents", Duration::from_millis(500));
    fake.put_events("flow-logs", "eni-1-all", traffic(3000));
    let work = workspace(&fake, "order = \"newest_first\"\n limit = 650");
    work.apply();
    let (found, result) = sources(&work);
    let mut newest = expected(3000);
    newest.reverse();
    assert_eq!(found, newest[..650]);
    assert_eq!(result["truncated"], true);
    let calls = fake.calls_of("FilterLogEvents");
    assert!(
        calls.len() < 30,
        "{} pages for 650 events of 3000",
        calls.len()
    );
    assert!(
        calls
            .iter()
            .all(|call| call.parameters["startFromHead"] == "false")
    );
}

#[test]
fn throttling_slows_the_query_down_and_loses_nothing() {
    let fake = Fake::start();
    fake.events_page_size(100);
    fake.put_events("flow-logs", "eni-1-all", traffic(1000));
    fake.fail("FilterLogEvents", Fault::Throttle, 2);
    let work = workspace(&fake, "");
    work.apply();
    let (found, result) = sources(&work);
    assert_eq!(found, expected(1000));
    // A throttled call was retried, and is not a page.
    let calls = fake.calls_of("FilterLogEvents").len();
    assert_eq!(result["statistics"]["pages"], calls - 2);
}

#[test]
fn a_quota_below_the_regions_is_detected_and_respected() {
    let fake = Fake::start();
    fake.events_page_size(50);
    fake.calls_per_second("FilterLogEvents", 8);
    fake.put_events("flow-logs", "eni-1-all", traffic(3000));
    let work = workspace(&fake, "limit = 10000");
    work.apply();
    let (found, result) = sources(&work);
    assert_eq!(found, expected(3000));
    let pages = result["statistics"]["pages"].as_u64().unwrap();
    let throttled = fake.calls_of("FilterLogEvents").len() as u64 - pages;
    assert!(throttled > 0, "nothing was throttled: this shows nothing");
    // At the rate that the region allows, two of three calls would be.
    assert!(
        2 * throttled < pages,
        "{throttled} throttled for {pages} pages"
    );
}

#[test]
fn a_long_query_logs_its_progress() {
    let fake = Fake::start();
    fake.events_page_size(10);
    fake.put_events("flow-logs", "eni-1-all", traffic(250));
    let work = workspace(&fake, "limit = 10000");
    let mut command = work.command(&["apply", "-auto-approve", "-no-color"]);
    command.env("TF_LOG_PROVIDER", "INFO");
    command.env_remove("TF_LOG_PATH");
    let run = Run::of(&command.output().unwrap()).succeeds();
    let told = run
        .output
        .lines()
        .filter(|line| line.contains("reading flow-log events"));
    let told: Vec<_> = told.collect();
    assert!(!told.is_empty() && told.len() <= 2, "{told:?}");
    assert!(
        told[0].contains("pages=20") && told[0].contains("flow-logs"),
        "{told:?}"
    );
}

#[test]
fn events_that_were_delivered_twice_come_once_and_first() {
    let fake = Fake::start();
    fake.events_page_size(20);
    fake.latency("FilterLogEvents", Duration::from_millis(300));
    let event = |n: i64| {
        let event = json!({
            "event_id": format!("id-{:03}", n % 200),
            "event_type": "yandex.cloud.audit.network.flowlogs.ExternalFlow",
            "event_time": "2026-01-01T00:00:00Z",
            "details": { "src_addr": format!("10.0.{}.{}", n / 250, n % 250) },
        });
        ((START + n) * 1000, event.to_string())
    };
    fake.put_events("flow-logs", "s", (0..400).map(event).collect());
    for limit in [150, 250] {
        let work = workspace(
            &fake,
            &format!("record_type = \"yandex-external-flow\"\n limit = {limit}"),
        );
        work.apply();
        let (found, result) = sources(&work);
        assert_eq!(found, expected(limit.min(200)), "limit {limit}");
        assert_eq!(result["truncated"], limit < 200);
    }
}

#[test]
fn a_stream_that_does_not_exist_is_an_error_at_its_name() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-1-all", traffic(1));
    let work = workspace(&fake, "log_stream_name = \"eni-2-all\"");
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Flow-log events not read",
        "The specified log stream does not exist",
        "log_stream_name = \"eni-2-all\"",
    ]);
}

#[test]
fn newest_first_is_refused_if_the_service_cannot_read_backward() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-1-all", traffic(1));
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        "data \"vpcflow_log_events\" \"q\" {\n  log_group_name = \"flow-logs\"\n  start_time = \"2023-12-31T23:59:59Z\"\n  order = \"newest_first\"\n}",
    );
    work.run(&["plan", "-no-color"])
        .fails_with(&["Order not possible", "2024-01-01"]);
    assert_eq!(fake.calls_of("FilterLogEvents").len(), 0);
}

#[test]
fn an_interrupt_ends_a_query_at_once() {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-1-all", traffic(1));
    fake.fail("FilterLogEvents", Fault::Hold, 1);
    let work = workspace(&fake, "");
    let child = work.command(&["plan", "-no-color"]).spawn().unwrap();
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let running = std::thread::spawn(move || child.wait_with_output());
    fake.wait_for_calls("FilterLogEvents", 1, Duration::from_secs(60));
    let begin = Instant::now();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let run = Run::of(&running.join().unwrap().unwrap());
    assert_ne!(run.code, 0, "{}", run.output);
    assert!(
        begin.elapsed() < Duration::from_secs(15),
        "{:?}",
        begin.elapsed()
    );
}
