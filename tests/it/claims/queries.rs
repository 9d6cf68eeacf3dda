//! Claims about which records a filter matches.

use jiff::Timestamp;
use serde_json::Value;

use super::table::{self, Check};
use super::{none, of_kind};
use crate::harness::fake::{Fake, FlowLog};
use crate::harness::terraform::{Version, Workspace};

const GROUP: &str = "vpc-flow-logs";
const FORMAT: &str = "${version} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${instance-id} ${tcp-flags} ${type} ${pkt-srcaddr} ${pkt-dst-aws-service} ${flow-direction}";

/// The records that claims are about: their name, and what follows in a line. The source ports are different.
const RECORDS: [(&str, &str); 8] = [
    (
        "ssh",
        "eni-00000000000000001 203.0.113.9 10.0.0.5 40001 22 6 1 40 REJECT OK vpc-00000000000000001 i-00000000000000001 2 IPv4 203.0.113.9 - ingress",
    ),
    (
        "rdp",
        "eni-00000000000000001 203.0.113.9 10.0.0.5 40002 3389 6 1 40 REJECT OK vpc-00000000000000001 i-00000000000000001 2 IPv4 203.0.113.9 - ingress",
    ),
    (
        "web",
        "eni-00000000000000001 10.0.0.7 10.0.0.5 40003 443 6 10 5000 ACCEPT OK vpc-00000000000000001 i-00000000000000001 19 IPv4 10.0.0.7 - ingress",
    ),
    (
        "out",
        "eni-00000000000000002 10.0.1.9 198.51.100.4 40004 443 6 20 90000 ACCEPT OK vpc-00000000000000001 - 18 IPv4 10.0.1.200 S3 egress",
    ),
    (
        "dns",
        "eni-00000000000000002 10.0.1.9 10.0.0.2 40005 53 17 1 60 ACCEPT OK vpc-00000000000000001 - 0 IPv4 10.0.1.9 - egress",
    ),
    (
        "six",
        "eni-00000000000000001 2001:db8::9 2001:db8::5 40006 8443 6 3 300 ACCEPT OK vpc-00000000000000001 i-00000000000000001 2 IPv6 2001:db8::9 - ingress",
    ),
    (
        "ping",
        "eni-00000000000000001 10.0.0.7 10.0.0.5 0 0 1 1 84 ACCEPT OK vpc-00000000000000001 i-00000000000000001 0 IPv4 10.0.0.7 - ingress",
    ),
    (
        "nodata",
        "eni-00000000000000003 - - - - - - - - NODATA - - - - - - -",
    ),
];

fn recorded() -> Fake {
    let fake = Fake::start();
    fake.insert(FlowLog::of_group(0, GROUP, FORMAT));
    let first = Timestamp::now().as_second() - 1800;
    for (minute, (_, record)) in (0..).zip(RECORDS) {
        let words: Vec<_> = record.split(' ').collect();
        let (head, tail) = words.split_at(8);
        let start = first + 60 * minute;
        let line = format!(
            "5 {} {start} {} {}",
            head.join(" "),
            start + 30,
            tail.join(" ")
        );
        fake.put_events(
            GROUP,
            &format!("{}-all", words[0]),
            vec![(start * 1000, line)],
        );
    }
    fake
}

/// Names a record by its source port.
fn name(event: &Value) -> String {
    let port = match event["src_port"].as_i64() {
        Some(port) => port.to_string(),
        None => "-".to_owned(),
    };
    let found = RECORDS
        .iter()
        .find(|(_, record)| record.split(' ').nth(3) == Some(&*port));
    found.map_or(port.clone(), |(name, _)| (*name).to_owned())
}

#[test]
fn filters_match_the_claimed_records() {
    let claims = table::read();
    let matches = of_kind(&claims, |check| match check {
        Check::Match { filters, records } => Some((filters.clone(), records.clone())),
        _ => None,
    });
    let fake = recorded();
    let work = Workspace::new(Version::Any, fake.url());
    let queries = matches.iter().enumerate().map(|(number, (_, (filters, _)))| {
        format!(
            "data \"vpcflow_log_events\" \"claim_{number}\" {{\n  log_group_name = \"{GROUP}\"\n  lookback = \"1h\"\n  {filters}\n}}\n"
        )
    });
    work.configure(&queries.collect::<String>());
    work.apply();
    let state = work.state();
    let resources = state["values"]["root_module"]["resources"]
        .as_array()
        .unwrap();
    let mut problems = Vec::new();
    for (number, (claim, (filters, records))) in matches.iter().enumerate() {
        let address = format!("data.vpcflow_log_events.claim_{number}");
        let found = resources
            .iter()
            .find(|resource| resource["address"] == *address);
        let events = found.unwrap()["values"]["events"].as_array().unwrap();
        let found: Vec<_> = events.iter().map(name).collect();
        if found != *records {
            problems.push(format!("{}\n  {filters}\n  found {found:?}", claim.place()));
        }
    }
    none(&problems);
}

/// An event may arrive under another timestamp than the start of its record.
#[test]
fn the_timestamp_is_that_of_the_log_group() {
    let fake = Fake::start();
    let now = Timestamp::now().as_second();
    let [start, stamped] = [now - 1200, now - 600];
    let line = format!(
        "2 123456789012 eni-00000000000000001 203.0.113.9 10.0.0.5 40001 22 6 1 40 {start} {start} REJECT OK"
    );
    fake.put_events(
        GROUP,
        "eni-00000000000000001-all",
        vec![(stamped * 1000, line)],
    );
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_log_events\" \"one\" {{\n  log_group_name = \"{GROUP}\"\n  lookback = \"1h\"\n}}\n"
    ));
    work.apply();
    let event = &work.instance("data.vpcflow_log_events.one")["events"][0];
    let seconds = |name: &str| {
        event[name]
            .as_str()
            .unwrap()
            .parse::<Timestamp>()
            .unwrap()
            .as_second()
    };
    assert_eq!((seconds("timestamp"), seconds("start")), (stamped, start));
}
