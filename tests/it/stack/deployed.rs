//! Deployed CloudFormation stacks as declarations: `drift --stack-name`.

mod hidden;
mod replies;

use serde_json::{Value, json};

use super::{Folder, VPC, running};
use crate::harness::fake::{DeployedStack, Fake, Fault, FlowLog};

const ID: &str = "fl-00000000000000001";

/// A template with a parameter, a condition, a role of the stack, and a value of another stack.
const TEMPLATE: &str = r#"
Parameters:
  Vpc: { Type: "AWS::SSM::Parameter::Value<String>" }
  Record: { Type: String, Default: "yes" }
Conditions:
  Recorded: !Equals [!Ref Record, "yes"]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {}
  Main:
    Type: AWS::EC2::FlowLog
    Condition: Recorded
    Properties:
      ResourceId: !Ref Vpc
      ResourceType: VPC
      TrafficType: ALL
      LogGroupName: !ImportValue central-log-group
      DeliverLogsPermissionArn: !GetAtt Role.Arn
      Tags:
        - { Key: Name, Value: main }
"#;

/// A template of a flow log without anything that only the stack knows.
fn plain(name: &str, vpc: &str) -> String {
    json!({ "Resources": { name: { "Type": "AWS::EC2::FlowLog", "Properties": {
        "ResourceId": vpc, "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "sample",
        "DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/sample",
        "Tags": [{ "Key": "Name", "Value": "main" }],
    } } } })
    .to_string()
}

fn network() -> DeployedStack {
    let mut stack = DeployedStack::of("network", TEMPLATE)
        .with("Role", "AWS::IAM::Role", "sample")
        .with("Main", "AWS::EC2::FlowLog", ID);
    stack.parameters = vec![
        (
            "Vpc".to_owned(),
            "/network/vpc".to_owned(),
            Some(VPC.to_owned()),
        ),
        ("Record".to_owned(), "yes".to_owned(), None),
    ];
    stack
}

/// The stack that exports the log group. It is not on the first page.
fn exporter() -> DeployedStack {
    let mut stack = DeployedStack::of("central", "Resources: {}");
    let others = (0..4).map(|n| (format!("a-{n}"), "x".to_owned()));
    stack.exports = others.collect();
    stack
        .exports
        .insert("central-log-group".to_owned(), "sample".to_owned());
    stack
}

fn check(fake: &Fake, arguments: &[&str]) -> (i32, Value) {
    Folder::new().drift(
        fake.url(),
        &[&["--region", "us-east-1"], arguments].concat(),
    )
}

#[test]
fn a_deployed_stack_is_compared_with_all_that_it_knows() {
    let fake = Fake::start();
    fake.insert(running());
    fake.deploy(network());
    fake.deploy(exporter());
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1);
    assert_eq!(report["source"], "network");
    assert_eq!(report["unknown"], json!([]));

    fake.change(ID, |log| log.traffic_type = Some("REJECT".to_owned()));
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 2);
    let finding = &report["findings"][0];
    assert_eq!(finding["name"], "Main");
    assert_eq!(finding["flow_log_id"], ID);
    assert_eq!(finding["place"], Value::Null);
    assert_eq!(
        finding["changes"],
        json!([{ "attribute": "TrafficType", "wanted": "ALL", "found": "REJECT" }])
    );
}

#[test]
fn the_id_in_the_stack_decides_which_flow_log_is_compared() {
    let fake = Fake::start();
    let mut own = running();
    own.tags.clear();
    fake.insert(own);
    // An equal flow log that the stack did not create.
    let mut other = running();
    "fl-00000000000000002".clone_into(&mut other.id);
    fake.insert(other);
    fake.deploy(DeployedStack::of("network", &plain("Main", VPC)).with(
        "Main",
        "AWS::EC2::FlowLog",
        ID,
    ));
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(report["findings"][0]["kind"], "changed");
    assert_eq!(report["findings"][0]["flow_log_id"], ID);

    fake.remove(ID);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 2);
    assert_eq!(report["findings"][0]["kind"], "replaced", "{report:#}");
}

#[test]
fn a_flow_log_whose_condition_does_not_hold_is_not_declared() {
    let fake = Fake::start();
    let mut stack = network();
    stack.parameters[1].1 = "no".to_owned();
    stack
        .resources
        .retain(|resource| resource.logical_id != "Main");
    fake.deploy(stack);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["declared"], 0);
    // Without a flow log, the template is not read.
    assert_eq!(fake.calls_of("GetTemplate").len(), 0);
}

#[test]
fn a_hidden_parameter_is_not_compared() {
    let fake = Fake::start();
    fake.insert(running());
    let mut stack = network();
    stack.template = TEMPLATE
        .replace("!ImportValue central-log-group", "!Ref Group")
        .replace(
            "  Record:",
            "  Group: { Type: String, NoEcho: true, Default: other }\n  Record:",
        );
    stack
        .parameters
        .push(("Group".to_owned(), "****".to_owned(), None));
    fake.deploy(stack);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1);
    assert!(report.to_string().contains("Group"), "{report:#}");
}

#[test]
fn a_pattern_selects_stacks_and_nested_stacks_come_with_theirs() {
    let fake = Fake::start();
    let stacks = ["network-a", "network-b", "network-c", "other"];
    for (number, name) in (1..).zip(stacks) {
        let (id, vpc) = (
            format!("fl-0000000000000000{number}"),
            format!("vpc-0000000{number}"),
        );
        let mut log = FlowLog::sample(&id, &vpc);
        log.tags.insert("Name".to_owned(), "main".to_owned());
        fake.insert(log);
        let stack = DeployedStack::of(name, &plain("Main", &vpc));
        fake.deploy(stack.with("Main", "AWS::EC2::FlowLog", &id));
    }
    let mut nested = DeployedStack::of("network-d-Logs-1ABC", &plain("Inner", VPC));
    nested.parent = Some("network-d".to_owned());
    let nested = nested.with("Inner", "AWS::EC2::FlowLog", "fl-00000000000000009");
    let parent = DeployedStack::of("network-d", "Resources: {}");
    fake.deploy(parent.with("Logs", "AWS::CloudFormation::Stack", &nested.id()));
    fake.deploy(nested);

    let (code, report) = check(&fake, &["--stack-name", "network-*"]);
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(report["counts"]["declared"], 4);
    assert_eq!(report["counts"]["in_sync"], 3);
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["kind"], &finding["name"]),
        (&json!("missing"), &json!("Inner"))
    );
    assert_eq!(finding["source"], "network-d-Logs-1ABC");

    let (_, report) = check(
        &fake,
        &["--stack-name", "network-a", "--stack-name", "other"],
    );
    assert_eq!(report["counts"]["in_sync"], 2, "{report:#}");
}

#[test]
fn a_stack_that_does_not_say_what_runs_is_an_error() {
    for (status, reason, expected) in [
        (
            "ROLLBACK_COMPLETE",
            Some("The role is missing."),
            "(The role is missing)",
        ),
        (
            "ROLLBACK_COMPLETE",
            None,
            "Its creation failed and was rolled back",
        ),
        ("UPDATE_ROLLBACK_IN_PROGRESS", None, "It is being changed"),
        ("UPDATE_IN_PROGRESS", None, "It is being changed"),
        (
            "REVIEW_IN_PROGRESS",
            None,
            "Its change set was never executed",
        ),
        ("DELETE_FAILED", None, "It could not be deleted"),
        (
            "DELETE_COMPLETE",
            None,
            "There is no stack network in us-east-1",
        ),
    ] {
        let fake = Fake::start();
        let mut stack = network();
        status.clone_into(&mut stack.status);
        stack.status_reason = reason.map(str::to_owned);
        fake.deploy(stack);
        let (code, report) = check(&fake, &["--stack-name", "network"]);
        assert_eq!(code, 1, "{status}");
        let message = report["failures"][0]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{status}: {message}");
    }
}

#[test]
fn a_deleted_stack_is_recognized_by_its_arn() {
    let fake = Fake::start();
    let mut stack = network();
    "DELETE_COMPLETE".clone_into(&mut stack.status);
    let arn = stack.id();
    fake.deploy(stack);
    let (code, report) = check(&fake, &["--stack-name", &arn]);
    assert_eq!(code, 1);
    let message = report["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("It was deleted"), "{message}");
}

#[test]
fn stacks_that_cannot_be_read_hide_no_other() {
    let fake = Fake::start();
    fake.insert(running());
    fake.deploy(DeployedStack::of("good", &plain("Main", VPC)).with(
        "Main",
        "AWS::EC2::FlowLog",
        ID,
    ));
    let denied = Fault::Error {
        status: 403,
        code: "AccessDenied".to_owned(),
        message: "User is not authorized to perform: cloudformation:ListStackResources".to_owned(),
    };
    let arguments = [
        "--stack-name",
        "absent",
        "--stack-name",
        "gone-*",
        "--stack-name",
        "good",
    ];
    let (code, report) = check(&fake, &arguments);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1);
    let messages: Vec<_> = report["failures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["message"])
        .collect();
    assert_eq!(
        messages,
        [
            "There is no stack absent in us-east-1. Check --stack-name, --region and the credentials.",
            "No stack in us-east-1 matches gone-*.",
        ]
    );

    fake.fail("ListStackResources", denied, 9);
    let (code, report) = check(&fake, &["--stack-name", "good"]);
    assert_eq!(code, 1);
    let message = report["failures"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("AccessDenied") && message.contains("cloudformation:DescribeStacks"),
        "{message}"
    );
}
