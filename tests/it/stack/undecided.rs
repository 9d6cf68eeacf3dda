//! Declarations of which only the deployed stack knows whether they exist, or which resource they record.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Folder, VPC, repository};
use crate::harness::fake::{Fake, FlowLog};

const OTHER_VPC: &str = "vpc-0fffffffffffffff1";
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";

/// Returns a flow log that delivers to a bucket.
fn on_s3(number: usize, vpc: &str, bucket: &str) -> FlowLog {
    let mut log = FlowLog::sample(&format!("fl-{number:017}"), vpc);
    "s3".clone_into(&mut log.log_destination_type);
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    log.log_destination = Some(format!("arn:aws:s3:::{bucket}"));
    log.destination_options = Some(crate::harness::fake::DestinationOptions {
        file_format: "plain-text".to_owned(),
        hive_compatible_partitions: false,
        per_hour_partition: false,
    });
    log
}

/// Returns a template whose flow logs, by name, record a VPC that is a parameter, with tags.
fn of_parameter(logs: &[(&str, &str)]) -> String {
    let logs = logs.iter().map(|(name, tags)| {
        format!(
            "  {name}:\n    Type: AWS::EC2::FlowLog\n    Properties: {{ ResourceId: !Ref Vpc, ResourceType: VPC, \
             TrafficType: ALL, LogDestinationType: s3, LogDestination: 'arn:aws:s3:::bucket', Tags: [{tags}] }}\n"
        )
    });
    let logs: String = logs.collect();
    format!("Parameters:\n  Vpc: {{ Type: String }}\nResources:\n{logs}")
}

fn check(fake: &Fake, template: &str, more: &[&str]) -> (i32, Value) {
    let folder = Folder::with("t.yaml", template);
    let arguments = [
        &["--region", "us-east-1", "--stack", "t.yaml", "--unmanaged"],
        more,
    ];
    folder.drift(fake.url(), &arguments.concat())
}

/// Returns the kinds of the findings with the ids of the flow logs.
fn kinds(report: &Value) -> Vec<(&str, Option<&str>)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|found| {
            (
                found["kind"].as_str().unwrap(),
                found["flow_log_id"].as_str(),
            )
        })
        .collect()
}

#[test]
fn what_may_belong_to_a_declaration_is_not_undeclared() {
    let fake = Fake::start();
    fake.insert(on_s3(1, VPC, "central-logs"));
    fake.insert(on_s3(2, "subnet-0123456789abcdef0", "central-logs"));
    fake.insert(on_s3(3, VPC, "other"));
    fake.insert(on_s3(4, "vpc-2123456789abcdef0", "fixed"));
    let file = repository().join("tests/it/stack/templates/foreach-unknown.yaml");
    let template = std::fs::read_to_string(file).unwrap();
    let (code, report) = check(&fake, &template, &[]);
    assert_eq!(code, 2, "{report:#}");
    // The destination and the type of the resource are known.
    let expected = [
        ("unmanaged", Some("fl-00000000000000002")),
        ("unmanaged", Some("fl-00000000000000003")),
        ("perhaps_declared", Some("fl-00000000000000001")),
    ];
    assert_eq!(kinds(&report), expected);
    let found = &report["findings"][2];
    assert_eq!(found["level"], "note");
    let expected = json!([{ "source": "t.yaml", "name": "Fn::ForEach::Vpcs" }]);
    assert_eq!(found["also_declared"], expected);
    assert_eq!(report["counts"]["perhaps_declared"], 1);
    assert_eq!(report["counts"]["not_checked"], 1);
    assert_eq!(report["counts"]["in_sync"], 1);
    for id in [2, 3] {
        fake.remove(&format!("fl-{id:017}"));
    }
    let (code, report) = check(&fake, &template, &[]);
    assert_eq!(code, 0, "it is no drift: {report:#}");
    let folder = Folder::with("t.yaml", &template);
    let drift = [
        "drift",
        "--region",
        "us-east-1",
        "--stack",
        "t.yaml",
        "--unmanaged",
    ];
    let run = folder.run(Some(fake.url()), &drift);
    run.says(&[
        "it is not checked: it may belong to Fn::ForEach::Vpcs in t.yaml",
        "1 perhaps declared",
    ]);
    let (code, report) = check(
        &fake,
        &template,
        &["--severity", "perhaps-declared=warning"],
    );
    assert_eq!(code, 2, "{report:#}");
}

#[test]
fn a_flow_log_of_an_unknown_condition_is_not_undeclared() {
    let fake = Fake::start();
    fake.insert(on_s3(1, VPC, "detailed"));
    fake.insert(on_s3(2, OTHER_VPC, "detailed"));
    let mut basic = on_s3(3, VPC, "basic");
    basic.traffic_type = Some("REJECT".to_owned());
    fake.insert(basic);
    let file = repository().join("tests/it/stack/templates/unknown-condition.yaml");
    let template = std::fs::read_to_string(file).unwrap();
    let (code, report) = check(&fake, &template, &[]);
    assert_eq!(code, 2);
    let expected = [
        ("unmanaged", Some("fl-00000000000000002")),
        ("perhaps_declared", Some("fl-00000000000000001")),
    ];
    assert_eq!(kinds(&report), expected, "{report:#}");
    // With the parameter, nothing is left to guess.
    let (_, report) = check(&fake, &template, &["--parameter", "Stage=test"]);
    let kinds = kinds(&report);
    assert!(
        kinds.iter().all(|(kind, _)| *kind == "unmanaged") && kinds.len() == 2,
        "{report:#}"
    );
}

#[test]
fn a_declaration_with_an_unknown_resource_takes_only_its_equal() {
    let fake = Fake::start();
    let template = of_parameter(&[("Main", "")]);
    let (code, report) = check(&fake, &template, &[]);
    assert_eq!(code, 2, "nothing fits: {report:#}");
    assert_eq!(kinds(&report), [("missing", None)]);

    fake.insert(on_s3(1, VPC, "bucket"));
    fake.insert(on_s3(2, "subnet-0123456789abcdef0", "bucket"));
    let (_, report) = check(&fake, &template, &[]);
    assert_eq!(report["counts"]["in_sync"], 1, "{report:#}");
    assert_eq!(
        kinds(&report),
        [("unmanaged", Some("fl-00000000000000002"))]
    );
    fake.remove("fl-00000000000000002");

    // The same with a difference: it may be another one.
    fake.change("fl-00000000000000001", |log| {
        log.max_aggregation_interval = 60
    });
    let (code, report) = check(&fake, &template, &[]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(
        kinds(&report),
        [("perhaps_declared", Some("fl-00000000000000001"))]
    );
    assert_eq!(report["counts"]["not_checked"], 1);
    let note = &report["warnings"][0];
    assert_eq!(
        (&note["level"], &note["source"]),
        (&json!("note"), &json!("t.yaml"))
    );
    let message = note["message"].as_str().unwrap();
    assert!(
        message.contains(
            "Main is not checked: its ResourceId is known after deployment (parameter Vpc"
        ) && message.contains("--parameter Vpc=… or --set Main.ResourceId=…"),
        "{message}"
    );
    // What may differ is no reason against a pair.
    let (code, report) = check(
        &fake,
        &template,
        &["--ignore-attribute", "MaxAggregationInterval"],
    );
    assert_eq!(
        (code, &report["counts"]["in_sync"]),
        (0, &json!(1)),
        "{report:#}"
    );

    // Two equal ones.
    fake.change("fl-00000000000000001", |log| {
        log.max_aggregation_interval = 600
    });
    fake.insert(on_s3(3, OTHER_VPC, "bucket"));
    let (code, report) = check(&fake, &template, &[]);
    assert_eq!(
        (code, &report["counts"]["not_checked"]),
        (0, &json!(1)),
        "{report:#}"
    );
    assert_eq!(report["counts"]["perhaps_declared"], 2);
    let given = ["--parameter", &format!("Vpc={VPC}")];
    let (_, report) = check(&fake, &template, &given);
    assert_eq!(
        kinds(&report),
        [("unmanaged", Some("fl-00000000000000003"))]
    );
}

#[test]
fn tags_tell_which_flow_log_is_declared() {
    let fake = Fake::start();
    for (number, vpc, name) in [(1, VPC, "a"), (2, OTHER_VPC, "b")] {
        let mut log = on_s3(number, vpc, "bucket");
        log.tags.insert("Name".to_owned(), name.to_owned());
        fake.insert(log);
    }
    // Each equals one.
    let names = [
        ("A", "{ Key: Name, Value: a }"),
        ("B", "{ Key: Name, Value: b }"),
    ];
    let (code, report) = check(&fake, &of_parameter(&names), &[]);
    assert_eq!(
        (code, &report["counts"]["in_sync"]),
        (0, &json!(2)),
        "{report:#}"
    );
    // Two that equal the same one.
    let same = [
        ("A", "{ Key: Name, Value: a }"),
        ("B", "{ Key: Name, Value: a }"),
    ];
    let (_, report) = check(&fake, &of_parameter(&same), &[]);
    assert_eq!(report["counts"]["not_checked"], 2, "{report:#}");
    assert_eq!(report["counts"]["unmanaged"], 0, "{report:#}");
    // CloudFormation's own tag decides, and then differences count.
    for (number, id) in [(1, "B"), (2, "A")] {
        fake.change(&format!("fl-{number:017}"), |log| {
            log.tags.insert(LOGICAL_ID.to_owned(), id.to_owned());
        });
    }
    let (code, report) = check(&fake, &of_parameter(&names), &[]);
    assert_eq!(code, 2);
    let expected = [
        ("changed", Some("fl-00000000000000002")),
        ("changed", Some("fl-00000000000000001")),
    ];
    assert_eq!(kinds(&report), expected, "{report:#}");
    // What was created under another name is another flow log.
    let (_, report) = check(
        &fake,
        &of_parameter(&[("C", "{ Key: Name, Value: a }")]),
        &[],
    );
    assert_eq!(report["counts"]["missing"], 1, "{report:#}");
    assert_eq!(report["counts"]["unmanaged"], 2, "{report:#}");
}

#[test]
fn many_declarations_with_unknown_resources_are_checked_in_bounded_time() {
    let fake = Fake::start();
    for number in 0..2_000 {
        let mut log = on_s3(number, &format!("vpc-{number:017x}"), "bucket");
        log.log_format = "${srcport}".to_owned();
        fake.insert(log);
    }
    let names: Vec<_> = (0..500).map(|number| format!("Log{number}")).collect();
    let logs: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    let begin = Instant::now();
    let (code, report) = check(&fake, &of_parameter(&logs), &[]);
    assert_eq!(code, 0);
    assert_eq!(report["counts"]["not_checked"], 500);
    assert_eq!(report["counts"]["perhaps_declared"], 2_000);
    let possible = report["findings"][0]["also_declared"].as_array().unwrap();
    assert_eq!(
        possible.len(),
        3,
        "a list of all would be as long as the template"
    );
    assert!(
        begin.elapsed() < Duration::from_secs(120),
        "{:?}",
        begin.elapsed()
    );
}
