//! The findings of a check, and its exit code.

use serde_json::json;

use super::states::on_s3;
use super::{Folder, STACK, VPC, running};
use crate::harness::fake::{DestinationOptions, Fake, Fault, FlowLog};

#[test]
fn a_flow_log_that_runs_as_declared_is_in_sync() {
    let fake = Fake::start();
    fake.insert(running());
    let folder = Folder::with("stack.yaml", STACK);
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1);
    assert_eq!(report["findings"], json!([]));
}

#[test]
fn each_difference_is_reported_with_both_values_and_its_position() {
    let fake = Fake::start();
    let mut log = running();
    log.traffic_type = Some("REJECT".to_owned());
    log.max_aggregation_interval = 60;
    log.tags.insert("Owner".to_owned(), "somebody".to_owned());
    fake.insert(log);
    let folder = Folder::with("stack.yaml", STACK);
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    assert_eq!(code, 2);
    let finding = &report["findings"][0];
    assert_eq!(finding["kind"], "changed");
    assert_eq!(finding["flow_log_id"], "fl-00000000000000001");
    assert_eq!(
        finding["changes"],
        json!([
            { "attribute": "MaxAggregationInterval", "wanted": 600, "found": 60 },
            { "attribute": "Tags[\"Owner\"]", "wanted": null, "found": "somebody" },
            { "attribute": "TrafficType", "wanted": "ALL", "found": "REJECT" },
        ])
    );
    // The first attribute is not written in the file, so the position is that of the flow log.
    assert_eq!(finding["place"], json!({ "line": 3, "column": 3 }));
}

#[test]
fn a_difference_within_a_property_has_its_own_position() {
    let fake = Fake::start();
    let mut log = on_s3(1, VPC);
    log.tags = [("a.b".to_owned(), "x".to_owned())].into();
    fake.insert(log);
    let stack = "\
Region: us-east-1
FlowLogs:
  main:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:s3:::bucket
    DestinationOptions:
      HiveCompatiblePartitions: false
      FileFormat: parquet
    Tags:
      - { Key: Name, Value: main }
      - { Key: a.b, Value: main }
";
    let folder = Folder::with("stack.yaml", stack);
    let place = |arguments: &[&str]| {
        let (_, report) = folder.drift(
            fake.url(),
            &[&["--stack", "stack.yaml"], arguments].concat(),
        );
        report["findings"][0]["place"].clone()
    };
    let ignore = |name: &str| place(&["--ignore-attribute", name]);
    assert_eq!(ignore("Tags"), json!({ "line": 9, "column": 7 }));
    assert_eq!(ignore("Tags[\"Name\"]"), json!({ "line": 12, "column": 9 }));
}

#[test]
fn missing_failing_and_undeclared_flow_logs_are_different_findings() {
    let fake = Fake::start();
    fake.insert(running());
    fake.deliver_failing("fl-00000000000000001", "Access error");
    fake.insert(FlowLog::sample(
        "fl-00000000000000009",
        "vpc-0fffffffffffffff9",
    ));
    let folder = Folder::with("stack.yaml", STACK);
    let more = "  other:\n    ResourceId: subnet-0123456789abcdef0\n    TrafficType: ALL\n    LogDestination: arn:aws:s3:::bucket\n";
    folder.write("stack.yaml", &format!("{STACK}{more}"));
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml", "--unmanaged"]);
    assert_eq!(code, 2);
    let kinds: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["kind"].clone())
        .collect();
    assert_eq!(kinds, ["delivery_failing", "missing", "unmanaged"]);
    assert!(
        report["findings"][0]["cause"]
            .as_str()
            .unwrap()
            .starts_with("Access error.")
    );
    assert_eq!(report["findings"][2]["flow_log_id"], "fl-00000000000000009");
}

#[test]
fn the_most_similar_flow_log_of_a_resource_is_the_declared_one() {
    let fake = Fake::start();
    let mut rejects = running();
    rejects.id = "fl-0000000000000000a".to_owned();
    rejects.traffic_type = Some("REJECT".to_owned());
    let mut minutely = running();
    minutely.id = "fl-0000000000000000b".to_owned();
    minutely.max_aggregation_interval = 60;
    fake.insert(rejects);
    fake.insert(minutely);
    let second = STACK
        .split_once("  main:")
        .unwrap()
        .1
        .replace("ALL", "REJECT");
    let folder = Folder::with("stack.yaml", &format!("{STACK}  refused:{second}"));
    let (_, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    // Both have one difference from `main`, and one of them records the same traffic. `refused` has none.
    assert_eq!(report["counts"]["in_sync"], 1, "{report:#}");
    assert_eq!(report["findings"][0]["name"], "main");
    assert_eq!(report["findings"][0]["flow_log_id"], "fl-0000000000000000b");
}

#[test]
fn rules_set_what_may_differ_and_the_levels() {
    let fake = Fake::start();
    let mut log = running();
    log.max_aggregation_interval = 60;
    log.tags.insert("team:owner".to_owned(), "x".to_owned());
    fake.insert(log);
    let folder = Folder::with("stack.yaml", STACK);
    let check =
        |more: &[&str]| folder.drift(fake.url(), &[&["--stack", "stack.yaml"], more].concat());
    let ignored = [
        "--ignore-attribute",
        "MaxAggregationInterval",
        "--ignore-tag-prefix",
        "team:",
    ];
    let (code, report) = check(&ignored);
    assert_eq!((code, &report["counts"]["ignored"]), (0, &json!(1)));
    let (code, report) = check(&["--ignore-attribute", "max_aggregation_interval"]);
    assert_eq!(
        (code, &report["findings"][0]["level"]),
        (2, &json!("warning")),
        "only tags differ"
    );
    let arguments = [
        "drift",
        "--stack",
        "stack.yaml",
        "--ignore-attribute",
        "TraficType",
    ];
    folder
        .run(Some(fake.url()), &arguments)
        .fails_with(&["'TraficType'", "write TrafficType"]);
    let (code, report) = check(&["--severity", "changed=note"]);
    assert_eq!((code, &report["findings"][0]["level"]), (0, &json!("note")));
}

#[test]
fn a_region_that_fails_hides_no_other_but_fails_the_check() {
    let fake = Fake::start();
    fake.insert(running());
    let other = "  other:\n    Region: eu-west-1\n    ResourceId: vpc-0fffffffffffffff9\n    TrafficType: ALL\n    LogDestination: arn:aws:s3:::bucket\n";
    let folder = Folder::with("stack.yaml", &format!("{STACK}{other}"));
    let message = "You are not authorized to perform this operation.";
    fake.fail(
        "DescribeFlowLogs",
        Fault::error("UnauthorizedOperation", message),
        1,
    );
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    assert_eq!(code, 1);
    let failure = report["failures"][0]["message"].as_str().unwrap();
    assert!(failure.contains("ec2:DescribeFlowLogs"), "{failure}");
    assert_eq!(report["counts"]["not_checked"], 1);
    assert_eq!(
        report["counts"]["in_sync"].as_u64().unwrap()
            + report["counts"]["missing"].as_u64().unwrap(),
        1
    );
}

#[test]
fn a_role_in_each_account_reads_it() {
    let fake = Fake::start();
    for (number, account) in [(1, "111111111111"), (2, "222222222222")] {
        let mut log = FlowLog::sample(&format!("fl-0000000000000000{number}"), VPC);
        log.account = account.to_owned();
        log.log_destination_type = "s3".to_owned();
        log.log_destination = Some("arn:aws:s3:::bucket".to_owned());
        log.log_group_name = None;
        log.deliver_logs_permission_arn = None;
        log.destination_options = Some(DestinationOptions::default());
        fake.insert(log);
    }
    let one = |account: &str| {
        format!(
            "  in-{account}:\n    Account: \"{account}\"\n    ResourceId: {VPC}\n    TrafficType: ALL\n    LogDestination: arn:aws:s3:::bucket\n"
        )
    };
    let stack = format!(
        "Region: us-east-1\nFlowLogs:\n{}{}",
        one("111111111111"),
        one("222222222222")
    );
    let folder = Folder::with("stack.yaml", &stack);
    let role = "arn:aws:iam::{account}:role/audit";
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml", "--role", role]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 2);
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    assert_eq!(code, 1, "without a role they are other people's accounts");
    assert!(
        report["failures"][0]["message"]
            .as_str()
            .unwrap()
            .contains("--role"),
        "{report:#}"
    );
}

#[test]
fn a_role_for_each_account_requires_the_account() {
    let fake = Fake::start();
    fake.insert(running());
    let other = STACK.split_once("  main:").unwrap().1;
    let stack = format!("{STACK}  other:\n    Account: '123456789012'{other}");
    let folder = Folder::with("stack.yaml", &stack);
    let role = "arn:aws:iam::{account}:role/audit";
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml", "--role", role]);
    assert_eq!(code, 1);
    let message = report["failures"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("these flow logs name no account"),
        "{message}"
    );
    assert_eq!(report["counts"]["not_checked"], 1);
    assert_eq!(report["counts"]["in_sync"], 1, "the other is checked");
}

#[test]
fn accounts_and_regions_are_read_with_few_calls() {
    let fake = Fake::start();
    let mut stack = "FlowLogs:\n".to_owned();
    for account in ["111111111111", "222222222222"] {
        for region in ["us-east-1", "eu-west-1"] {
            stack.push_str(&format!(
                "  in-{account}-{region}: {{ Account: '{account}', Region: {region}, ResourceId: {VPC}, TrafficType: ALL, \
                 LogDestination: 'arn:aws:s3:::bucket' }}\n"
            ));
        }
    }
    let folder = Folder::with("stack.yaml", &stack);
    let role = "arn:aws:iam::{account}:role/audit";
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml", "--role", role]);
    assert_eq!(
        (code, &report["counts"]["missing"]),
        (2, &json!(4)),
        "{report:#}"
    );
    let accounts: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["account"].as_str().unwrap())
        .collect();
    assert_eq!(
        accounts,
        [
            "111111111111",
            "111111111111",
            "222222222222",
            "222222222222"
        ]
    );
    let calls = ["AssumeRole", "DescribeFlowLogs", "GetCallerIdentity"];
    // The role's ARN names the account, so no call is needed.
    assert_eq!(calls.map(|action| fake.calls_of(action).len()), [2, 4, 0]);
    assert_eq!(fake.calls().len(), 6);
}

#[test]
fn missing_credentials_regions_and_files_are_helpful_errors() {
    let folder = Folder::with("stack.yaml", STACK);
    let drift = ["drift", "--stack", "stack.yaml"];
    folder
        .run(None, &drift)
        .fails_with(&["AWS_ACCESS_KEY_ID", "1 not checked"]);
    folder.write("stack.yaml", &STACK.replace("Region: us-east-1\n", ""));
    let fake = Fake::start();
    folder
        .run(Some(fake.url()), &drift)
        .fails_with(&["No AWS region is configured", "--region"]);
    let run = folder.run(None, &["drift", "--stack", "none.yaml"]);
    assert_eq!(run.code, 1);
    run.says(&["error: none.yaml: No such file"]);
    let profile = [&drift[..], &["--profile", "nobody"]].concat();
    folder
        .run(None, &profile)
        .fails_with(&["there is no profile \"nobody\""]);
    assert_eq!(folder.run(None, &["drift"]).code, 1);
}

#[test]
fn a_template_is_checked_with_its_resolved_parameters() {
    let fake = Fake::start();
    let mut log = running();
    log.log_destination = Some("arn:aws:s3:::flow-logs-123456789012-us-east-1".to_owned());
    log.log_destination_type = "s3".to_owned();
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    log.destination_options = Some(DestinationOptions::default());
    log.tags.clear();
    fake.insert(log);
    let template = "\
Parameters:
  Vpc: { Type: 'AWS::EC2::VPC::Id' }
Resources:
  Log:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceId: !Ref Vpc
      ResourceType: VPC
      TrafficType: ALL
      LogDestination: !Sub 'arn:${AWS::Partition}:s3:::flow-logs-${AWS::AccountId}-${AWS::Region}'
";
    let folder = Folder::with("template.yaml", template);
    let vpc = format!("Vpc={VPC}");
    let arguments = [
        "--stack",
        "template.yaml",
        "--region",
        "us-east-1",
        "--parameter",
        &vpc,
    ];
    let (code, report) = folder.drift(fake.url(), &arguments);
    assert_eq!(
        (code, &report["counts"]["in_sync"]),
        (0, &json!(1)),
        "{report:#}"
    );
}
