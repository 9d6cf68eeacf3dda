//! What a deployed stack hides, and what its list of resources tells all the same.

use serde_json::{Value, json};

use super::super::Folder;
use super::{Fake, ID, VPC, check, network, plain, running};
use crate::harness::fake::DeployedStack;

/// A template with a condition that depends on a hidden parameter.
const CONDITIONAL: &str = r#"
Parameters:
  Mode: { Type: String, NoEcho: true, Default: "off" }
Conditions:
  IsOn: !Equals [!Ref Mode, "on"]
Resources:
  Main:
    Type: AWS::EC2::FlowLog
    Condition: IsOn
    Properties:
      ResourceId: vpc-0123456789abcdef0
      ResourceType: VPC
      TrafficType: ALL
      LogGroupName: sample
      DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/sample
      MaxAggregationInterval: !If [IsOn, 60, 600]
      Tags: [{ Key: Name, Value: main }]
  Other:
    Type: AWS::EC2::FlowLog
    Condition: IsOn
    Properties:
      ResourceId: vpc-0fffffffffffffff1
      ResourceType: VPC
      TrafficType: ALL
      LogDestinationType: s3
      LogDestination: arn:aws:s3:::bucket
"#;

fn conditional() -> DeployedStack {
    let mut stack = DeployedStack::of("network", CONDITIONAL).with("Main", "AWS::EC2::FlowLog", ID);
    stack
        .parameters
        .push(("Mode".to_owned(), "****".to_owned(), None));
    stack
}

#[test]
fn a_flow_log_that_the_stack_lists_exists_whatever_its_condition_depends_on() {
    let fake = Fake::start();
    fake.insert(running());
    fake.deploy(conditional());
    let (code, report) = check(&fake, &["--stack-name", "network", "--unmanaged"]);
    assert_eq!(code, 0, "{report:#}");
    // What the stack does not list was not created.
    assert_eq!(report["counts"]["declared"], 1);
    assert_eq!(report["counts"]["in_sync"], 1);
    let unknown = report["unknown"].as_array().unwrap();
    let unknown: Vec<_> = unknown.iter().map(|value| &value["attribute"]).collect();
    assert_eq!(unknown, ["MaxAggregationInterval"]);

    fake.change(ID, |log| log.traffic_type = Some("REJECT".to_owned()));
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 2);
    assert_eq!(report["findings"][0]["kind"], "changed", "{report:#}");
    fake.remove(ID);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!(code, 2);
    assert_eq!(report["findings"][0]["kind"], "missing", "{report:#}");
}

#[test]
fn a_flow_log_with_unknown_properties_belongs_to_its_stack() {
    let fake = Fake::start();
    fake.insert(running());
    let mut stack = conditional();
    stack.template = CONDITIONAL.replace("    Condition: IsOn\n", "").replace(
        "    Properties:\n",
        "    Properties:\n      Fn::If: [IsOn, {}, {}]\n    Metadata:\n",
    );
    stack = stack.with("Other", "AWS::EC2::FlowLog", "fl-0000000000000000f");
    fake.deploy(stack);
    let (code, report) = check(&fake, &["--stack-name", "network", "--unmanaged"]);
    // The template is accepted if it says nothing of the required properties.
    assert!(code == 2 || code == 1, "{report:#}");
    assert_eq!(report["counts"]["unmanaged"], 0, "{report:#}");
}

#[test]
fn the_topics_of_a_stack_are_known() {
    let fake = Fake::start();
    let mut log = running();
    let topics = [
        "arn:aws:sns:us-east-1:123456789012:a",
        "arn:aws:sns:us-east-1:123456789012:b",
    ];
    log.tags.insert("Name".to_owned(), topics.join(" "));
    fake.insert(log);
    let template = plain("Main", VPC).replace(
        "\"main\"",
        r#"{ "Fn::Join": [" ", { "Ref": "AWS::NotificationARNs" }] }"#,
    );
    let mut stack = DeployedStack::of("network", &template).with("Main", "AWS::EC2::FlowLog", ID);
    stack.notification_arns = topics.map(str::to_owned).to_vec();
    fake.deploy(stack);
    let (code, report) = check(&fake, &["--stack-name", "network"]);
    assert_eq!((code, &report["unknown"]), (0, &json!([])), "{report:#}");
    // From a file, they are known after deployment, unless they are given.
    let folder = Folder::with("t.json", &template);
    let file = ["--region", "us-east-1", "--stack", "t.json"];
    let (_, report) = folder.drift(fake.url(), &file);
    assert_eq!(report["unknown"][0]["reason"], "AWS::NotificationARNs");
    let given = format!("AWS::NotificationARNs={}", topics.join(","));
    let (code, report) = folder.drift(fake.url(), &[&file[..], &["--parameter", &given]].concat());
    assert_eq!(
        (code, &report["counts"]["in_sync"]),
        (0, &json!(1)),
        "{report:#}"
    );
}

#[test]
fn nothing_points_into_a_file_that_does_not_exist() {
    let fake = Fake::start();
    fake.insert(running());
    let mut stack = network();
    stack.template = stack
        .template
        .replace("TrafficType: ALL", "TrafficType: SOME");
    fake.deploy(stack);
    let mut changed = DeployedStack::of("changed", &plain("Main", VPC));
    changed = changed.with("Main", "AWS::EC2::FlowLog", ID);
    changed.status = "UPDATE_FAILED".to_owned();
    fake.deploy(changed);
    fake.change(ID, |log| log.max_aggregation_interval = 60);
    let folder = Folder::new();
    let run = |format: &str| {
        let arguments = [
            "drift",
            "--region",
            "us-east-1",
            "--stack-name",
            "network",
            "--stack-name",
            "changed",
            "--stack-name",
            "absent-*",
            "--format",
            format,
        ];
        folder.run(Some(fake.url()), &arguments).stdout
    };
    let json: Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["failures"][0]["source"], "network");
    for list in ["failures", "warnings", "findings", "unknown"] {
        let places = json[list].as_array().unwrap().iter();
        for place in places.map(|entry| &entry["place"]) {
            assert_eq!(*place, Value::Null, "{list}: {json:#}");
        }
    }
    let message = json["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("of the processed template)"), "{message}");
    let github = run("github");
    assert!(
        !github.contains("file=") && !github.contains("line="),
        "{github}"
    );
    for says in [
        "network: `TrafficType` is \"SOME\"",
        "changed: The status of the stack changed",
        "absent-*",
    ] {
        assert!(github.contains(says), "{says}: {github}");
    }
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{sarif:#}");
    let location = &results[0]["locations"][0];
    assert_eq!(location["physicalLocation"], Value::Null);
    assert_eq!(location["logicalLocations"][0]["name"], "Main");
    let notifications =
        sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        notifications.contains("network: `TrafficType`"),
        "{notifications}"
    );
    let text = run("text");
    assert!(
        text.contains("error: network: `TrafficType` is \\\"SOME\\\"")
            || text.contains("error: network: `TrafficType` is \"SOME\""),
        "{text}"
    );
}
