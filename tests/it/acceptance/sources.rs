//! The data sources `vpcflow_log` and `vpcflow_logs`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::fake::{ACCOUNT, DestinationOptions, Fake, FlowLog, TagFieldSpecification};
use crate::harness::terraform::{Version, Workspace};

/// Starts a fake server with a few flow logs of different kinds.
fn fake_with_flow_logs() -> Fake {
    let fake = Fake::start();
    let mut to_group = FlowLog::sample("fl-0aaaaaaaaaaaaaaa1", "vpc-0123456789abcdef0");
    to_group.tags = BTreeMap::from([
        ("Env".to_owned(), "prod".to_owned()),
        ("Name".to_owned(), "main".to_owned()),
    ]);
    fake.insert(to_group);
    let mut failing = FlowLog::sample("fl-0aaaaaaaaaaaaaaa2", "vpc-0123456789abcdef0");
    failing.traffic_type = Some("REJECT".to_owned());
    failing.log_destination = None;
    failing.tags = BTreeMap::from([("Env".to_owned(), "test".to_owned())]);
    fake.insert(failing);
    fake.deliver_failing("fl-0aaaaaaaaaaaaaaa2", "Access error");
    let mut to_bucket = FlowLog::sample("fl-0aaaaaaaaaaaaaaa3", "eni-0123456789abcdef0");
    to_bucket.log_destination_type = "s3".to_owned();
    to_bucket.log_destination = Some("arn:aws:s3:::bucket/folder/".to_owned());
    to_bucket.log_group_name = None;
    to_bucket.deliver_logs_permission_arn = None;
    to_bucket.destination_options = Some(DestinationOptions {
        file_format: "parquet".to_owned(),
        hive_compatible_partitions: true,
        per_hour_partition: false,
    });
    to_bucket.tag_field_specifications = vec![TagFieldSpecification {
        resource_type: "instance".to_owned(),
        tag_keys: vec!["Name".to_owned()],
    }];
    fake.insert(to_bucket);
    let mut elsewhere = FlowLog::sample("fl-0aaaaaaaaaaaaaaa4", "odd-1");
    elsewhere.region = "eu-west-1".to_owned();
    fake.insert(elsewhere);
    fake
}

fn one(fake: &Fake, arguments: &str) -> Value {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!("data \"vpcflow_log\" \"x\" {{\n  {arguments}\n}}"));
    work.apply();
    work.plans_empty();
    work.instance("data.vpcflow_log.x")
}

fn ids(fake: &Fake, arguments: &str) -> Vec<String> {
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&format!(
        "data \"vpcflow_logs\" \"x\" {{\n  {arguments}\n}}"
    ));
    work.apply();
    let found = work.instance("data.vpcflow_logs.x");
    let ids = found["ids"].as_array().unwrap();
    ids.iter()
        .map(|id| id.as_str().unwrap().rsplit('a').next().unwrap().to_owned())
        .collect()
}

#[test]
fn one_flow_log_is_found_with_all_its_attributes() {
    let fake = fake_with_flow_logs();
    let found = one(&fake, r#"id = "fl-0aaaaaaaaaaaaaaa3""#);
    let expected = json!({
        "id": "fl-0aaaaaaaaaaaaaaa3",
        "arn": "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/fl-0aaaaaaaaaaaaaaa3",
        "region": "us-east-1",
        "eni_id": "eni-0123456789abcdef0",
        "resource_id": "eni-0123456789abcdef0",
        "resource_type": "NetworkInterface",
        "vpc_id": null,
        "traffic_type": "ALL",
        "log_destination_type": "s3",
        "log_destination": "arn:aws:s3:::bucket/folder/",
        "log_group_name": null,
        "iam_role_arn": null,
        "max_aggregation_interval": 600,
        "destination_options": {
            "file_format": "parquet", "hive_compatible_partitions": true, "per_hour_partition": false
        },
        "tag_field_specification": [{ "resource_type": "instance", "tag_keys": ["Name"] }],
        "tags": {},
        "creation_time": "2026-01-02T03:04:05.678Z",
        "flow_log_status": "ACTIVE",
        "deliver_logs_status": "SUCCESS",
        "deliver_logs_error_message": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(found[name], *value, "{name}");
    }
}

#[test]
fn one_flow_log_is_found_by_tags_filters_and_ids_together() {
    let fake = fake_with_flow_logs();
    let found = one(&fake, r#"tags = { Env = "pr*" }"#);
    assert_eq!(found["id"], "fl-0aaaaaaaaaaaaaaa1");
    // All tags of the flow log are returned, not only those in the condition.
    assert_eq!(found["tags"], json!({ "Env": "prod", "Name": "main" }));
    let found = one(
        &fake,
        r#"
  filter {
    name   = "resource-id"
    values = ["vpc-0123456789abcdef0"]
  }
  filter {
    name   = "deliver-log-status"
    values = ["FAILED"]
  }"#,
    );
    assert_eq!(found["id"], "fl-0aaaaaaaaaaaaaaa2");
    assert_eq!(found["deliver_logs_error_message"], "Access error");
    // The flow log was created with the name of the log group. Its ARN is returned nevertheless.
    assert_eq!(
        found["log_destination"],
        format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:sample")
    );
    let found = one(
        &fake,
        "id = \"fl-0aaaaaaaaaaaaaaa4\"\n  region = \"eu-west-1\"",
    );
    assert_eq!(found["resource_id"], "odd-1");
    assert_eq!(found["resource_type"], Value::Null);
}

#[test]
fn no_match_and_several_matches_are_errors() {
    let fake = fake_with_flow_logs();
    let work = Workspace::new(Version::Any, fake.url());
    let cases = [
        (
            r#"id = "fl-0bbbbbbbbbbbbbbbb""#,
            "No flow log fl-0bbbbbbbbbbbbbbbb in us-east-1 matches",
        ),
        (
            "id = \"fl-0aaaaaaaaaaaaaaa1\"\n  tags = { Env = \"test\" }",
            "No flow log fl-0aaaaaaaaaaaaaaa1 in us-east-1 matches",
        ),
        (
            "filter {\n    name = \"resource-id\"\n    values = [\"vpc-*\"]\n  }",
            "2 flow logs in us-east-1 match, but exactly one must match.",
        ),
        (
            "filter {\n    name = \"resource-id\"\n    values = [\"vpc-*\"]\n  }",
            "fl-0aaaaaaaaaaaaaaa1 (main): vpc-0123456789abcdef0 to \
             arn:aws:logs:us-east-1:123456789012:log-group:sample",
        ),
        (
            "",
            "Set `id` to the id of a flow log, or select one by `filter` blocks",
        ),
        (
            r#"id = "vpc-0123456789abcdef0""#,
            "The ID of a flow log looks like",
        ),
        (
            "filter {\n    name = \"resource-id\"\n    values = []\n  }",
            "has no values",
        ),
    ];
    for (arguments, text) in cases {
        work.configure(&format!("data \"vpcflow_log\" \"x\" {{\n  {arguments}\n}}"));
        work.run(&["plan", "-no-color"]).fails_with(&[text]);
    }
    fake.fail(
        "DescribeFlowLogs",
        crate::harness::fake::Fault::error("UnauthorizedOperation", "not allowed"),
        1,
    );
    work.configure("data \"vpcflow_logs\" \"x\" {}");
    work.run(&["plan", "-no-color"])
        .fails_with(&["Flow logs not read", "needs ec2:DescribeFlowLogs"]);
}

#[test]
fn flow_logs_are_found_by_every_filter_and_no_match_is_not_an_error() {
    let fake = fake_with_flow_logs();
    let filter = |name: &str, value: &str| {
        ids(
            &fake,
            &format!("filter {{\n    name   = \"{name}\"\n    values = [\"{value}\"]\n  }}"),
        )
    };
    assert_eq!(ids(&fake, ""), ["1", "2", "3"]);
    assert_eq!(filter("deliver-log-status", "FAILED"), ["2"]);
    assert_eq!(filter("log-destination-type", "s3"), ["3"]);
    assert_eq!(filter("flow-log-id", "*aa1"), ["1"]);
    assert_eq!(filter("log-group-name", "sample"), ["1", "2"]);
    assert_eq!(filter("resource-id", "eni-*"), ["3"]);
    assert_eq!(filter("traffic-type", "REJECT"), ["2"]);
    assert_eq!(filter("tag:Env", "*"), ["1", "2"]);
    assert_eq!(filter("tag-key", "Name"), ["1"]);
    assert_eq!(ids(&fake, r#"tags = { Env = "none" }"#), [""; 0]);
    assert_eq!(ids(&fake, "flow_log_ids = []"), [""; 0]);
    assert_eq!(
        ids(
            &fake,
            r#"flow_log_ids = ["fl-0aaaaaaaaaaaaaaa3", "fl-0aaaaaaaaaaaaaaa1", "fl-0bbbbbbbbbbbbbbbb"]"#
        ),
        ["1", "3"]
    );
}

#[test]
fn an_unknown_filter_name_is_a_warning_and_is_sent_to_aws() {
    let fake = fake_with_flow_logs();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        "data \"vpcflow_logs\" \"x\" {\n  filter {\n    name = \"resource_id\"\n    values = [\"x\"]\n  }\n}",
    );
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Warning: Unknown filter name",
        "Did you mean `resource-id`?",
        "The filter 'resource_id' is invalid",
    ]);
}

#[test]
fn thousands_of_flow_logs_are_found_on_all_pages_and_by_thousands_of_ids() {
    let fake = Fake::start();
    fake.describe_page_size(300);
    for n in 0..1_500 {
        fake.insert(FlowLog::sample(
            &format!("fl-{n:017x}"),
            "vpc-0123456789abcdef0",
        ));
    }
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_logs" "all" {}
data "vpcflow_logs" "by_id" {
  flow_log_ids = [for n in concat(range(1000), range(1000, 2000), range(2000, 2200)) : format("fl-%017x", n)]
  filter {
    name   = "traffic-type"
    values = ["ALL"]
  }
}
output "counts" {
  value = [length(data.vpcflow_logs.all.ids), length(data.vpcflow_logs.by_id.flow_logs)]
}"#,
    );
    work.apply().says(&["1500,", "1500,"]);
    work.plans_empty();
    let most = |call: &crate::harness::fake::Call| {
        let ids = call.parameters.keys();
        ids.filter(|name| name.starts_with("FlowLogId.")).count()
    };
    let calls = fake.calls_of("DescribeFlowLogs");
    assert!(calls.iter().all(|call| most(call) <= 1_000));
    assert!(calls.iter().any(|call| most(call) == 1_000));
}
