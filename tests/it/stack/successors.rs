//! Declared flow logs that are gone, while another flow log records the same resource.

use serde_json::json;

use super::states::{on_s3, state_of_aws};
use super::{Folder, STACK, VPC, running};
use crate::harness::fake::{Fake, FlowLog};

const GONE: &str = "fl-00000000000000000";
const NEW: &str = "fl-00000000000000007";

/// Returns the successor of the flow log that the state declares.
fn successor() -> FlowLog {
    on_s3(7, VPC)
}

fn of_state(logs: Vec<FlowLog>) -> (i32, serde_json::Value) {
    let fake = Fake::start();
    for log in logs {
        fake.insert(log);
    }
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[(0, VPC)]));
    folder.drift(fake.url(), &["--state", "terraform.tfstate"])
}

#[test]
fn an_equal_flow_log_replaced_the_one_in_the_state() {
    let (code, report) = of_state(vec![successor()]);
    assert_eq!(code, 2, "{report:#}");
    let finding = &report["findings"][0];
    assert_eq!(finding["kind"], "replaced");
    assert_eq!(
        finding["level"], "warning",
        "everything is recorded as declared"
    );
    assert_eq!(finding["flow_log_id"], GONE);
    assert_eq!(finding["replaced_by"], NEW);
    assert_eq!(finding["changes"], json!([]));
    assert_eq!(report["counts"]["replaced"], 1);
    assert_eq!(report["counts"]["missing"], 0);
}

#[test]
fn a_similar_flow_log_replaced_the_one_in_the_state_with_differences() {
    let mut log = successor();
    log.traffic_type = Some("REJECT".to_owned());
    log.log_destination = Some("arn:aws:s3:::other".to_owned());
    log.max_aggregation_interval = 60;
    log.tags.clear();
    let (code, report) = of_state(vec![log.clone()]);
    assert_eq!(code, 2);
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["kind"], &finding["level"]),
        (&json!("replaced"), &json!("error"))
    );
    let changes = finding["changes"].as_array().unwrap().iter();
    let changes: Vec<_> = changes.map(|change| change["attribute"].clone()).collect();
    let expected = [
        "log_destination",
        "max_aggregation_interval",
        "tags[\"Team\"]",
        "traffic_type",
    ];
    assert_eq!(changes, expected);
    // With a fourth attribute, they have little in common.
    log.log_format = "${srcaddr}".to_owned();
    let (_, report) = of_state(vec![log]);
    assert_eq!(report["findings"][0]["kind"], "missing");
}

#[test]
fn the_most_similar_flow_log_is_the_successor() {
    let mut far = on_s3(5, VPC);
    far.max_aggregation_interval = 60;
    let mut near = successor();
    near.log_destination = Some("arn:aws:s3:::bucket/logs".to_owned());
    near.tags.insert("Name".to_owned(), "x".to_owned());
    let (_, report) = of_state(vec![far, near]);
    // Both differ in one attribute, and tags count after attributes.
    assert_eq!(report["findings"][0]["replaced_by"], "fl-00000000000000005");
    let (_, report) = of_state(vec![on_s3(8, "vpc-0fffffffffffffff1")]);
    assert_eq!(
        report["findings"][0]["kind"], "missing",
        "it records another resource"
    );
}

#[test]
fn a_flow_log_that_is_declared_is_no_successor() {
    let fake = Fake::start();
    fake.insert(successor());
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[(0, VPC), (7, VPC)]));
    let (_, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(report["counts"]["in_sync"], 1, "{report:#}");
    assert_eq!(report["counts"]["missing"], 1);
    // One flow log replaced one, not two.
    let state = state_of_aws(&[(0, VPC), (1, VPC)]);
    folder.write("terraform.tfstate", &state);
    let (_, report) = folder.drift(fake.url(), &["--state", "terraform.tfstate", "--unmanaged"]);
    let counts = &report["counts"];
    let found = [
        &counts["replaced"],
        &counts["missing"],
        &counts["unmanaged"],
    ];
    assert_eq!(found, [1, 1, 0], "{report:#}");
}

#[test]
fn a_flow_log_with_another_destination_replaced_the_one_in_a_stack() {
    let fake = Fake::start();
    let mut log = running();
    log.log_destination = Some("arn:aws:logs:us-east-1:123456789012:log-group:other".to_owned());
    log.log_group_name = Some("other".to_owned());
    fake.insert(log);
    fake.deliver_failing("fl-00000000000000001", "Access error");
    let folder = Folder::with("stack.yaml", STACK);
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml", "--unmanaged"]);
    assert_eq!(code, 2);
    let findings = report["findings"].as_array().unwrap();
    let kinds: Vec<_> = findings.iter().map(|f| f["kind"].clone()).collect();
    assert_eq!(kinds, ["replaced", "delivery_failing"], "{report:#}");
    assert_eq!(findings[0]["replaced_by"], "fl-00000000000000001");
    assert_eq!(findings[0]["flow_log_id"], json!(null));
    let run = folder.run(Some(fake.url()), &["drift", "--stack", "stack.yaml"]);
    run.says(&[
        "error replaced: main (vpc-0123456789abcdef0, us-east-1, 123456789012)",
        "it is replaced by fl-00000000000000001: both record the same resource, but differ in",
        "1 replaced, 1 not delivering",
    ]);
}

#[test]
fn few_ids_that_are_gone_cost_one_more_call() {
    let fake = Fake::start();
    fake.insert(successor());
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[(0, VPC)]));
    folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 2);
    folder.write("terraform.tfstate", &state_of_aws(&[(7, VPC)]));
    folder.drift(fake.url(), &["--state", "terraform.tfstate"]);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 3);
}
