//! Runs the questions of `examples/questions/`, all in one configuration, with both engines, over the same records.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::fake::{Fake, FlowLog};
use crate::harness::golden;
use crate::harness::terraform::{Version, Workspace};

const FORMAT: &str = "${version} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${subnet-id} ${instance-id} ${tcp-flags} ${type} ${pkt-srcaddr} ${pkt-dstaddr} ${az-id} ${pkt-dst-aws-service} ${flow-direction} ${traffic-path}";
const GATEWAY_FORMAT: &str = "${version} ${tgw-attachment-id} ${srcaddr} ${dstaddr} ${packets} ${bytes} ${start} ${end} ${packets-lost-no-route} ${packets-lost-blackhole}";

/// Subnet, instance and zone of the interfaces, by the last digit of their ids.
const INTERFACES: [(u8, &str); 3] = [
    (1, "subnet-0000000000000000a i-00000000000000001 use1-az1"),
    (2, "subnet-0000000000000000b i-00000000000000002 use1-az2"),
    (9, "subnet-0000000000000000a - use1-az1"),
];

/// Records: how many minutes ago, the interface, source, destination, ports, protocol, packets, bytes, action, TCP flags, AWS
/// service, direction and path.
const TRAFFIC: [&str; 17] = [
    "10 1 10.0.1.5 10.0.2.7 40001 5432 6 10 5000 ACCEPT 19 - egress 1",
    "10 2 10.0.1.5 10.0.2.7 40001 5432 6 10 5000 ACCEPT 19 - ingress -",
    "9 2 10.0.2.7 10.0.1.5 5432 40001 6 20 30000 ACCEPT 18 - egress 1",
    "9 1 10.0.2.7 10.0.1.5 5432 40001 6 20 30000 ACCEPT 18 - ingress -",
    "8 1 198.51.100.4 10.0.1.5 50000 443 6 5 700 ACCEPT 2 - ingress -",
    "8 1 198.51.100.5 10.0.1.5 50001 443 6 5 800 ACCEPT 2 - ingress -",
    "7 1 10.0.1.5 198.51.100.4 443 50000 6 50 2000000 ACCEPT 18 - egress 8",
    "6 1 203.0.113.9 10.0.1.5 50002 22 6 1 40 REJECT 2 - ingress -",
    "5 1 203.0.113.9 10.0.1.5 50002 22 6 1 40 REJECT 2 - ingress -",
    "4 1 203.0.113.9 10.0.1.5 50002 22 6 1 40 REJECT 2 - ingress -",
    "5 1 203.0.113.9 10.0.1.5 50003 3389 6 1 40 REJECT 2 - ingress -",
    "4 2 10.0.2.7 10.0.0.2 40002 53 17 1 60 ACCEPT 0 - egress 1",
    "4 1 2001:db8::9 2001:db8::5 0 0 58 1 64 ACCEPT 0 - ingress -",
    "3 9 10.0.1.200 52.216.0.1 1024 443 6 30 9000000 ACCEPT 19 S3 egress 8",
    "3 9 10.0.1.200 192.0.2.80 1025 443 6 3 1000000 ACCEPT 19 - egress 8",
    "3 9 10.0.2.7 192.0.2.80 1025 443 6 3 1000000 ACCEPT 19 - ingress -",
    "1450 1 198.51.100.4 10.0.1.5 50000 443 6 5 700 ACCEPT 2 - ingress -",
];

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

fn put(fake: &Fake, line: &str) {
    let words: Vec<_> = line.split(' ').collect();
    let [
        ago,
        interface,
        source,
        target,
        from,
        to,
        protocol,
        packets,
        bytes,
        action,
        flags,
        service,
        direction,
        path,
    ] = words[..]
    else {
        panic!("{line}");
    };
    let start = now() - 60 * ago.parse::<i64>().unwrap();
    let (_, place) = INTERFACES
        .iter()
        .find(|(number, _)| number.to_string() == interface)
        .unwrap();
    let [subnet, instance, zone] = place.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{place}");
    };
    let version = if source.contains(':') { "IPv6" } else { "IPv4" };
    let record = format!(
        "5 eni-0000000000000000{interface} {source} {target} {from} {to} {protocol} {packets} {bytes} {start} {start} {action} OK vpc-00000000000000001 {subnet} {instance} {flags} {version} {source} {target} {zone} {service} {direction} {path}"
    );
    let stream = format!("eni-0000000000000000{interface}-all");
    fake.put_events("vpc-flow-logs", &stream, vec![(start * 1000, record)]);
}

fn fake() -> Fake {
    let fake = Fake::start();
    fake.insert(FlowLog::of_group(0, "vpc-flow-logs", FORMAT));
    fake.insert(FlowLog::of_group(1, "tgw-flow-logs", GATEWAY_FORMAT));
    for line in TRAFFIC {
        put(&fake, line);
    }
    for port in 1..=120 {
        put(
            &fake,
            &format!("2 2 203.0.113.66 10.0.2.7 50004 {port} 6 1 40 REJECT 2 - ingress -"),
        );
    }
    for host in 1..=25 {
        put(
            &fake,
            &format!("2 1 203.0.113.77 10.0.1.{host} 50005 23 6 1 40 REJECT 2 - ingress -"),
        );
    }
    let start = now() - 700;
    for (interface, status) in [(3, "NODATA"), (2, "SKIPDATA")] {
        let record = format!(
            "5 eni-0000000000000000{interface} - - - - - - - {start} {start} - {status} - - - - - - - - - - -"
        );
        let stream = format!("eni-0000000000000000{interface}-all");
        fake.put_events("vpc-flow-logs", &stream, vec![(start * 1000, record)]);
    }
    for (attachment, route, hole) in [("a", 5, 0), ("b", 0, 7), ("c", 2, 9), ("b", 1, 1)] {
        let record = format!(
            "6 tgw-attach-0000000000000000{attachment} 10.0.1.5 10.9.0.1 1 40 {start} {start} {route} {hole}"
        );
        fake.put_events("tgw-flow-logs", "tgw", vec![(start * 1000, record)]);
    }
    fake
}

/// What the questions find.
fn answers() -> Value {
    let scan = "203.0.113.66 10.0.2.7 120";
    json!({
        "both_ways": ["10.0.2.0/24 10.0.1.0/24 30000", "10.0.1.0/24 10.0.2.0/24 5000"],
        "busiest_minute": [145],
        "bytes_per_hour": { "bytes": 13_077_584 },
        "bytes_per_interface": [
            "eni-00000000000000009 11000000", "eni-00000000000000001 2037724", "eni-00000000000000002 39860",
        ],
        "bytes_per_service": ["https 11001500", "50000 2000000", "40001 60000"],
        "connection_attempts": ["10.0.2.7 120", "10.0.1.5 5"],
        "cross_zone_bytes": ["use1-az2 10.0.1.0/24 30000", "use1-az1 10.0.2.0/24 5000", "use1-az2 10.0.0.0/24 60"],
        "egress_per_instance": ["none 10000000", "i-00000000000000001 2000000"],
        "host_scanners": ["203.0.113.77 23 25"],
        "ip_versions": ["IPv4 160", "IPv6 1"],
        "large_uploads": [
            "10.0.1.200 52.216.0.1 9000000", "10.0.1.5 198.51.100.4 2000000", "10.0.1.200 192.0.2.80 1000000",
        ],
        "most_popular_servers": ["10.0.1.5 443 2", "10.0.1.5 40001 1"],
        "nat_cost_per_destination": ["52.216.0.1 0.000405", "192.0.2.80 0.000045"],
        "new_sources": ["10.0.2.7", "198.51.100.5"],
        "packets_lost_per_attachment": ["tgw-attach-0000000000000000c 9 2", "tgw-attach-0000000000000000b 8 1"],
        "paths_of_egress": ["8 12000000", "1 35060"],
        "per_network": ["52.216.0.0/24 9000000", "192.0.2.0/24 2000000", "198.51.100.0/24 2000000", "10.0.1.0/24 62660"],
        "port_scanners": [scan],
        "ports_in_use": [
            "i-00000000000000001 icmpv6 0", "i-00000000000000001 tcp 443", "i-00000000000000001 tcp 40001",
            "i-00000000000000002 tcp 5432",
        ],
        "rarest_ports": ["0 1", "53 1", "50000 1"],
        "rejected_logins": ["203.0.113.9 ssh 3", "203.0.113.66 ssh 1", "203.0.113.9 rdp 1"],
        "rejects_per_five_minutes": { "flows": 149 },
        "rejects_per_subnet": ["subnet-0000000000000000b 120 123", "subnet-0000000000000000a 29 38"],
        "resolvers": ["10.0.0.2 udp 1", "10.0.2.7 tcp 1"],
        "scanned_interfaces": ["eni-00000000000000002 122"],
        "services_behind_nat": ["S3 9000000"],
        "share_per_protocol": ["tcp 1.0000", "icmpv6 0.0000", "udp 0.0000"],
        "skipped_records": ["eni-00000000000000002 1"],
        "top_pairs": ["10.0.1.200 52.216.0.1 9000000", "10.0.1.5 198.51.100.4 2000000", "10.0.1.200 192.0.2.80 1000000"],
        "top_source_of_each_zone": {
            "others": 3_047_524,
            "top": ["use1-az1 10.0.1.200 10000000", "use1-az2 10.0.2.7 30060"],
            "total": 13_077_584,
        },
        "top_talkers": [
            "10.0.1.200 10000000", "10.0.1.5 2010000", "10.0.2.7 1060060", "203.0.113.66 4800", "203.0.113.77 1000",
        ],
        "unused_interfaces": ["eni-00000000000000003"],
        "vpc_total": ["161 13077584 9 31"],
    })
}

#[test]
fn every_question_has_its_answer_from_each_engine() {
    let fake = fake();
    fake.insights_end(0, "Complete");
    for engine in ["scan", "insights"] {
        let work = Workspace::new(Version::Any, fake.url());
        work.configure("");
        let questions = golden::files_under("examples/questions");
        for path in &questions {
            let head = "  log_group_name = ";
            let text =
                golden::read(path).replace(head, &format!("  engine = \"{engine}\"\n{head}"));
            work.write(path.rsplit('/').next().unwrap(), &text);
        }
        work.apply();
        let state = work.state();
        let outputs = state["values"]["outputs"].as_object().unwrap();
        let mut found: Value = outputs
            .iter()
            .map(|(name, output)| (name.clone(), output["value"].clone()))
            .collect();
        // How many bins there are depends on the clock.
        let hours = found["bytes_per_hour"]
            .as_object_mut()
            .unwrap()
            .remove("hours");
        assert!([24, 25].contains(&hours.unwrap().as_i64().unwrap()));
        let bins = found["rejects_per_five_minutes"].as_object_mut().unwrap();
        let (all, nothing) = (
            bins.remove("bins").unwrap(),
            bins.remove("nothing").unwrap(),
        );
        assert!([12, 13].contains(&all.as_i64().unwrap()), "{all}");
        assert!(nothing.as_i64().unwrap() >= 9, "{nothing}");
        let wanted = answers();
        for (name, answer) in wanted.as_object().unwrap() {
            if name != "busiest_minute" {
                assert_eq!(found[name], *answer, "{name} by {engine}");
            }
        }
        // Records of one call of `put` may lie on both sides of a minute.
        assert!(found["busiest_minute"][0].as_i64().unwrap() >= 72);
        assert_eq!(outputs.len(), questions.len());
        assert_eq!(outputs.len(), wanted.as_object().unwrap().len());
    }
}
