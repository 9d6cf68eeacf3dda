//! A day of traffic: a quiet night, a scan, a delivery gap, a skipped record, and an outage.

use super::super::events::gzip;
use crate::harness::fake::{ACCOUNT, DestinationOptions, Fake, FlowLog, REGION};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
/// The interval of the flow log, in seconds.
const INTERVAL: i64 = 600;
pub(super) const HOUR: i64 = 3_600;
pub(crate) const ID: &str = "fl-0aaaaaaaaaaaaaaaa";
pub(super) const BUCKET_ID: &str = "fl-0bbbbbbbbbbbbbbbb";
const BUCKET: &str = "flow-logs-of-tests";
const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                      action log-status";
/// The ports that the scan tries.
pub(super) const PORTS: i64 = 300;
pub(super) const SCANNER: &str = "198.51.100.7";
/// Hours, in which these begin and end.
pub(super) const QUIET: (i64, i64) = (0, 6);
pub(super) const SCAN: i64 = 9;
pub(super) const MISSING: (i64, i64) = (13, 15);
pub(super) const SKIPPED: i64 = 16;
pub(super) const OUTAGE: (i64, i64) = (18, 20);

/// Returns a line that starts at this second of the day.
pub(super) fn line(second: i64, flow: &str, numbers: &str, action: &str) -> (i64, String) {
    let start = START + second;
    let [source, destination, port, protocol] = flow.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{flow}");
    };
    let line = format!(
        "2 {ACCOUNT} eni-0123456789abcdef0 {source} {destination} 40000 {port} {protocol} {numbers} {start} {} {action} OK",
        start + 59
    );
    (start * 1000, line)
}

/// Returns a line without traffic.
fn without_traffic(second: i64, status: &str) -> (i64, String) {
    let start = START + second;
    let line = format!(
        "2 {ACCOUNT} eni-0123456789abcdef0 - - - - - - - {start} {} - {status}",
        start + 59
    );
    (start * 1000, line)
}

/// Returns all lines of the day.
pub(super) fn lines() -> Vec<(i64, String)> {
    let mut lines = Vec::new();
    let is_in = |hour: i64, (from, to): (i64, i64)| (from..to).contains(&hour);
    for second in (0..24 * HOUR).step_by(INTERVAL as usize) {
        let hour = second / HOUR;
        if is_in(hour, MISSING) {
            continue;
        }
        if is_in(hour, OUTAGE) {
            lines.push(without_traffic(second, "NODATA"));
            continue;
        }
        if is_in(hour, QUIET) {
            lines.push(without_traffic(second, "NODATA"));
            lines.push(line(
                second + 5,
                "10.0.1.9 10.0.0.2 53 17",
                "1 80",
                "ACCEPT",
            ));
            continue;
        }
        for client in 0..15 {
            let bytes = 100_000 + (second * 37 + client * 7_919) % 400_000;
            let flow = format!("10.0.1.{client} 10.0.2.10 443 6");
            let numbers = format!("{} {bytes}", bytes / 1000);
            lines.push(line(second + client, &flow, &numbers, "ACCEPT"));
        }
        lines.push(line(
            second,
            "10.0.1.1 203.0.113.5 443 6",
            "40 52000",
            "ACCEPT",
        ));
        lines.push(line(second, "2001:db8::1 fd00::2 22 6", "1 60", "REJECT"));
    }
    for port in 1..=PORTS {
        let flow = format!("{SCANNER} 10.0.2.10 {port} 6");
        lines.push(line(SCAN * HOUR + port, &flow, "1 40", "REJECT"));
    }
    lines.push(without_traffic(SKIPPED * HOUR, "SKIPDATA"));
    lines
}

/// Starts a server with the day in a log group and in a bucket, each with a flow log.
pub(crate) fn fake() -> Fake {
    let fake = Fake::start();
    fake.put_events("flow-logs", "eni-0123456789abcdef0-all", lines());
    let format = FlowLog::sample(ID, "vpc-0123456789abcdef0").log_format;
    let mut log = FlowLog::of_group(0, "flow-logs", &format);
    log.id = ID.to_owned();
    fake.insert(log);
    put_objects(&fake);
    let mut log = FlowLog::sample(BUCKET_ID, "vpc-0123456789abcdef0");
    log.log_group_name = None;
    log.log_destination_type = "s3".to_owned();
    log.log_destination = Some(format!("arn:aws:s3:::{BUCKET}/"));
    log.creation_time = "2025-12-01T03:04:05.678Z".to_owned();
    log.destination_options = Some(DestinationOptions::default());
    fake.insert(log);
    fake
}

/// Writes an object for each hour.
fn put_objects(fake: &Fake) {
    let lines = lines();
    for hour in 0..24 {
        let of_hour = lines
            .iter()
            .filter(|(time, _)| (time / 1000 - START) / HOUR == hour);
        let of_hour: Vec<_> = of_hour.map(|(_, line)| line.clone()).collect();
        if of_hour.is_empty() {
            continue;
        }
        let folder = format!("AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/2026/01/01");
        let name = format!(
            "{ACCOUNT}_vpcflowlogs_{REGION}_{BUCKET_ID}_20260101T{hour:02}55Z_0a1b2c3d.log.gz"
        );
        let content = gzip(&[&[HEADER.to_owned()], &of_hour[..]].concat());
        fake.put_object(BUCKET, &format!("{folder}/{name}"), content);
    }
}
