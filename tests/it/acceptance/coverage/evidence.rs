//! The argument `evidence`: records that have arrived, at every type of destination.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{add_vpc, coverage, expected, log, network, verdicts, workspace};
use crate::harness::fake::{ACCOUNT, DestinationOptions, Fake, Fault, FlowLog, Network, REGION};
use crate::harness::moto::Moto;
use crate::harness::terraform::{Version, Workspace};

const RECORDS: &str = "evidence = \"records\"";
const BUCKET: &str = "flow-logs-of-tests";

/// Returns a flow log of a VPC to a log group.
fn to_group(number: u8, vpc: &str, group: &str) -> FlowLog {
    FlowLog {
        log_group_name: Some(group.to_owned()),
        log_destination: None,
        ..log(number, vpc)
    }
}

/// Returns a flow log of a VPC to a folder of the bucket.
fn to_bucket(number: u8, vpc: &str, folder: &str) -> FlowLog {
    FlowLog {
        log_destination_type: "s3".to_owned(),
        log_destination: Some(format!("arn:aws:s3:::{BUCKET}{folder}")),
        log_group_name: None,
        deliver_logs_permission_arn: None,
        destination_options: Some(DestinationOptions::default()),
        ..log(number, vpc)
    }
}

fn ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

/// Writes a record of an interface.
fn put_record(fake: &Fake, group: &str, stream: &str, at: Timestamp) {
    let record = "2 - eni-1 - - - - - - - 1 2 - NODATA".to_owned();
    fake.put_events(group, stream, vec![(at.as_millisecond(), record)]);
}

/// Writes an object as AWS names it.
fn put_object(fake: &Fake, log: &FlowLog, at: Timestamp) {
    let options = log.destination_options.clone().unwrap();
    let arn = log.log_destination.as_deref().unwrap();
    let folder = arn.split_once('/').map(|(_, folder)| folder);
    let folder = folder.map(|folder| format!("{}/", folder.trim_end_matches('/')));
    let folder = folder.unwrap_or_default();
    let (account, region) = (ACCOUNT, REGION);
    let hour = match (
        options.hive_compatible_partitions,
        options.per_hour_partition,
    ) {
        (_, false) => "",
        (true, true) => "hour=%H/",
        (false, true) => "%H/",
    };
    let place = if options.hive_compatible_partitions {
        format!(
            "aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/year=%Y/month=%m/day=%d/{hour}"
        )
    } else {
        format!("{account}/vpcflowlogs/{region}/%Y/%m/%d/{hour}")
    };
    let id = &log.id;
    let name = format!("{account}_vpcflowlogs_{region}_{id}_%Y%m%dT%H%MZ_0a1b2c3d.log.gz");
    let key = at
        .strftime(&format!("{folder}AWSLogs/{place}{name}"))
        .to_string();
    fake.put_object(BUCKET, &key, "x");
    fake.object_written(BUCKET, &key, at);
}

/// Returns the only reason for a verdict.
fn reason(found: &Value, id: &str) -> String {
    let reasons = &network(found, id)["reasons"];
    assert_eq!(reasons.as_array().unwrap().len(), 1, "{reasons:#}");
    reasons[0]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn records_in_log_groups_count_if_they_are_new_and_of_the_flow_log() {
    let fake = Fake::start();
    for (number, name) in (1..).zip(["new", "old", "gone", "other", "idle"]) {
        add_vpc(&fake, name);
        let group = if name == "gone" {
            "not-created"
        } else {
            "shared"
        };
        fake.insert(to_group(number, &format!("vpc-{name}"), group));
    }
    fake.add_network(Network::new("vpc-unused", &[]));
    fake.add_network(Network {
        in_use: false,
        ..Network::new("eni-unused", &["vpc-unused"])
    });
    fake.insert(to_group(9, "vpc-unused", "shared"));
    let old = ago(120);
    put_record(&fake, "shared", "eni-new-all", ago(12));
    put_record(&fake, "shared", "eni-old-all", old);
    put_record(&fake, "shared", "eni-idle-all", ago(120));
    // Records of other traffic, of another interface, and of something else are none of this flow log.
    put_record(&fake, "shared", "eni-other-reject", ago(12));
    put_record(&fake, "shared", "eni-others-all", ago(12));
    put_record(&fake, "shared", "application", ago(1));
    let status = coverage(&fake, "evidence = \"status\"");
    assert_eq!(status["counts"]["covered"], 6);
    assert_eq!(fake.calls_of("DescribeLogStreams").len(), 0);
    for stale in [false, true] {
        fake.stale_streams(stale);
        let found = coverage(&fake, RECORDS);
        assert_eq!(
            verdicts(&found),
            expected([
                ("vpc-new", "covered"),
                ("vpc-old", "unhealthy"),
                ("vpc-gone", "unhealthy"),
                ("vpc-other", "unhealthy"),
                ("vpc-idle", "unhealthy"),
                ("vpc-unused", "covered"),
            ]),
            "stale: {stale}"
        );
        assert_eq!(reason(&found, "vpc-old"), "no_records");
        let detail = network(&found, "vpc-old")["reasons"][0]["detail"].clone();
        let detail = detail.as_str().unwrap();
        assert!(
            detail.contains("Flow log fl-0aaaaaaaaaaaaaa02 does not deliver its records: No record has arrived since"),
            "{detail}"
        );
        if !stale {
            let newest = (old + SignedDuration::from_secs(90)).strftime("%Y-%m-%dT%H:%M");
            let newest = format!("newest one that was found arrived at {newest}");
            assert!(detail.contains(&newest), "{newest}: {detail}");
        }
    }
}

#[test]
fn one_call_finds_the_records_of_all_flow_logs_to_a_log_group() {
    let fake = Fake::start();
    for number in 0..20 {
        let name = format!("{number:02}");
        add_vpc(&fake, &name);
        fake.insert(to_group(number, &format!("vpc-{name}"), "shared"));
        put_record(&fake, "shared", &format!("eni-{name}-all"), ago(12));
    }
    let found = coverage(&fake, RECORDS);
    assert_eq!(found["counts"]["covered"], 20);
    assert_eq!(fake.calls_of("DescribeLogStreams").len(), 1);
    assert_eq!(fake.calls_of("FilterLogEvents").len(), 0);
}

#[test]
fn objects_in_buckets_count_in_every_layout() {
    let fake = Fake::start();
    let mut number = 0;
    for hive in [false, true] {
        for hourly in [false, true] {
            for (age, folder) in [(12, ""), (12, "/a/b/"), (120, "/a/b/")] {
                number += 1;
                let name = format!("{number:02}");
                add_vpc(&fake, &name);
                let mut log = to_bucket(number, &format!("vpc-{name}"), folder);
                log.destination_options = Some(DestinationOptions {
                    hive_compatible_partitions: hive,
                    per_hour_partition: hourly,
                    ..DestinationOptions::default()
                });
                put_object(&fake, &log, ago(age));
                fake.insert(log);
            }
        }
    }
    fake.bucket_in(BUCKET, "eu-west-1");
    let found = coverage(&fake, RECORDS);
    for (id, verdict) in verdicts(&found) {
        let number: u32 = id.trim_start_matches("vpc-").parse().unwrap();
        let wanted = if number.is_multiple_of(3) {
            "unhealthy"
        } else {
            "covered"
        };
        assert_eq!(verdict, wanted, "{id}");
    }
}

#[test]
fn a_destination_that_holds_too_much_is_unknown() {
    let fake = Fake::start();
    add_vpc(&fake, "many");
    let log = to_bucket(1, "vpc-many", "");
    let at = ago(40);
    for number in 0..45 {
        let folder = format!("AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/%Y/%m/%d/");
        let id = &log.id;
        let name = format!("{ACCOUNT}_vpcflowlogs_{REGION}_{id}_%Y%m%dT%H%MZ_{number}.log.gz");
        let key = at.strftime(&format!("{folder}{name}")).to_string();
        fake.put_object(BUCKET, &key, "x");
        fake.object_written(BUCKET, &key, at);
    }
    fake.insert(log);
    assert_eq!(reason(&coverage(&fake, RECORDS), "vpc-many"), "no_records");
    fake.keys_on_a_page(BUCKET, 1);
    assert_eq!(reason(&coverage(&fake, RECORDS), "vpc-many"), "too_much");
}

#[test]
fn what_may_not_be_asked_or_cannot_be_read_is_unknown() {
    let fake = Fake::start();
    for name in ["group", "bucket", "stream", "rejected"] {
        add_vpc(&fake, name);
    }
    fake.insert(to_group(1, "vpc-group", "shared"));
    fake.insert(to_bucket(2, "vpc-bucket", ""));
    fake.insert(FlowLog {
        log_destination_type: "kinesis-data-firehose".to_owned(),
        log_destination: Some(format!(
            "arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/flow-logs"
        )),
        log_group_name: None,
        ..log(3, "vpc-stream")
    });
    fake.insert(FlowLog {
        traffic_type: Some("REJECT".to_owned()),
        ..to_group(4, "vpc-rejected", "of-rejects")
    });
    let denied = || Fault::error("AccessDeniedException", "You are not authorized.");
    fake.fail("DescribeLogStreams", denied(), 1000);
    fake.fail(
        "ListObjectsV2",
        Fault::error("AccessDenied", "Access Denied"),
        1000,
    );
    let arguments = "evidence = \"records\"\n  require {\n    traffic = \"REJECT\"\n  }";
    let work = workspace(Version::Any, fake.url(), arguments);
    work.apply()
        .says(&["Coverage not known", "DescribeLogStreams", "ListObjectsV2"]);
    let found = work.instance("data.vpcflow_coverage.x");
    assert_eq!(found["compliant"], false);
    assert_eq!(found["counts"]["unknown"], 4);
    for (id, code) in [
        ("vpc-group", "denied"),
        ("vpc-bucket", "denied"),
        ("vpc-stream", "delivery_stream"),
    ] {
        assert_eq!(reason(&found, id), code, "{id}");
    }
    fake.clear_faults();
    let found = coverage(&fake, arguments);
    assert_eq!(reason(&found, "vpc-rejected"), "quiet");
    assert_eq!(network(&found, "vpc-rejected")["verdict"], "unknown");
}

#[test]
fn evidence_of_flow_logs_that_need_no_health_is_refused() {
    let fake = Fake::start();
    for (arguments, text) in [
        ("evidence = \"all\"", "must be one of"),
        (
            "evidence = \"records\"\n  require {\n    healthy = false\n  }",
            "Evidence without effect",
        ),
    ] {
        workspace(Version::Any, fake.url(), arguments)
            .run(&["plan", "-no-color"])
            .fails_with(&[text]);
    }
}

#[test]
fn records_in_moto_count() {
    let moto = Moto::start();
    moto.create_log_group("moto-logs");
    let vpc = moto.create_vpc();
    let subnet = moto.call(
        "ec2",
        "create_subnet",
        &json!({ "VpcId": vpc, "CidrBlock": "10.0.1.0/24" }),
    );
    let subnet = subnet["Subnet"]["SubnetId"].clone();
    let interface = moto.call(
        "ec2",
        "create_network_interface",
        &json!({ "SubnetId": subnet }),
    );
    let interface = interface["NetworkInterface"]["NetworkInterfaceId"]
        .as_str()
        .unwrap()
        .to_owned();
    let work = Workspace::new(Version::V115, moto.url());
    work.configure(&format!(
        r#"
resource "vpcflow_log" "main" {{
  vpc_id         = "{vpc}"
  traffic_type   = "ALL"
  log_group_name = "moto-logs"
  iam_role_arn   = "arn:aws:iam::123456789012:role/flow-logs"
}}
data "vpcflow_coverage" "x" {{
  evidence   = "records"
  settle     = "1ms"
  depends_on = [vpcflow_log.main]
}}"#
    ));
    work.apply();
    let stream = format!("{interface}-all");
    let line = "2 - eni-1 - - - - - - - 1 2 - NODATA".to_owned();
    let event = (Timestamp::now().as_millisecond(), line);
    moto.put_events("moto-logs", &stream, &[event]);
    work.run(&["apply", "-auto-approve", "-no-color", "-refresh-only"])
        .succeeds();
    let found = work.instance("data.vpcflow_coverage.x");
    assert_eq!(network(&found, &vpc)["verdict"], "covered", "{found:#}");
}
