//! Stack sets whose template is a part of the template.

use serde_json::{Value, json};

use super::{Folder, VPC};
use crate::harness::fake::{DeployedStack, Fake, FlowLog};

/// Returns a template with a stack set for some targets.
fn template(targets: &str) -> String {
    format!(
        "Parameters:
  Bucket: {{ Type: String, Default: bucket }}
Resources:
  Org:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: flow-logs
      PermissionModel: SELF_MANAGED
      Parameters: [{{ ParameterKey: Bucket, ParameterValue: !Ref Bucket }}]
{targets}
      TemplateBody: |
        Parameters:
          Bucket: {{ Type: String, Default: other }}
          Vpc: {{ Type: String, Default: {VPC} }}
        Resources:
          FlowLog:
            Type: AWS::EC2::FlowLog
            Properties:
              ResourceId: !Ref Vpc
              ResourceType: VPC
              TrafficType: ALL
              LogDestinationType: s3
              LogDestination: !Sub 'arn:${{AWS::Partition}}:s3:::${{Bucket}}/${{AWS::Region}}-${{AWS::AccountId}}'
"
    )
}

const ACCOUNTS: &str = "      StackInstancesGroup:
        - DeploymentTargets: { Accounts: ['123456789012'] }
          Regions: [us-east-1, eu-west-1]";

fn on_s3(number: usize, region: &str) -> FlowLog {
    let mut log = FlowLog::sample(&format!("fl-{number:017}"), VPC);
    region.clone_into(&mut log.region);
    "s3".clone_into(&mut log.log_destination_type);
    log.log_group_name = None;
    log.deliver_logs_permission_arn = None;
    log.log_destination = Some(format!("arn:aws:s3:::bucket/{region}-123456789012"));
    log
}

fn check(fake: &Fake, template: &str) -> (i32, Value) {
    let folder = Folder::with("t.yaml", template);
    let arguments = ["--region", "us-east-1", "--stack", "t.yaml", "--unmanaged"];
    folder.drift(fake.url(), &arguments)
}

#[test]
fn the_flow_logs_of_a_stack_set_run_in_its_accounts_and_regions() {
    let fake = Fake::start();
    fake.insert(on_s3(1, "us-east-1"));
    fake.insert(on_s3(2, "eu-west-1"));
    let (code, report) = check(&fake, &template(ACCOUNTS));
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 2);
    assert_eq!(report["regions"], json!(["eu-west-1", "us-east-1"]));
    fake.change("fl-00000000000000002", |log| {
        log.traffic_type = Some("REJECT".to_owned())
    });
    let (code, report) = check(&fake, &template(ACCOUNTS));
    assert_eq!(code, 2);
    let found = &report["findings"][0];
    assert_eq!(found["name"], "Org.FlowLog");
    assert_eq!(
        (&found["region"], &found["place"]["line"]),
        (&json!("eu-west-1"), &json!(13)),
        "{report:#}"
    );
}

#[test]
fn what_the_targets_decide_is_unknown() {
    for (targets, reason) in [
        (
            "      StackInstancesGroup:
        - DeploymentTargets: { OrganizationalUnitIds: [ou-a, ou-b] }
          Regions: [us-east-1]",
            "accounts of ou-a, ou-b",
        ),
        (
            "      StackInstancesGroup:
        - DeploymentTargets: { OrganizationalUnitIds: [ou-a], Accounts: ['111111111111'], AccountFilterType: DIFFERENCE }
          Regions: [us-east-1]",
            "accounts of ou-a",
        ),
        ("", "accounts of the stack set Org"),
    ] {
        let fake = Fake::start();
        fake.insert(on_s3(1, "us-east-1"));
        let mut other = on_s3(2, "us-east-1");
        other.resource_id = "vpc-0fffffffffffffff1".to_owned();
        fake.insert(other);
        let text = template(targets);
        let folder = Folder::with("t.yaml", &text);
        let run = folder.run(None, &["stack", "validate", "t.yaml"]).succeeds();
        let says = format!("1 flow log, no errors; 1 value is known after deployment: Org.FlowLog ({reason})");
        run.says(&[&says]);
        let (_, report) = check(&fake, &text);
        assert_eq!(report["counts"]["not_checked"], 1, "{report:#}");
        assert_eq!(report["counts"]["perhaps_declared"], 1, "{report:#}");
    }
}

#[test]
fn a_mistake_in_the_template_of_a_stack_set_is_told_at_its_place() {
    let text = template(ACCOUNTS);
    for (wrong, says) in [
        (
            text.replace("TrafficType: ALL", "TrafficType: SOME"),
            "t.yaml:13:7: error: in `TemplateBody` of `Org`, line 10, column 20: `TrafficType` is \"SOME\"",
        ),
        (
            text.replace("        Resources:", "        Resources: ["),
            "t.yaml:13:7: error: in `TemplateBody` of `Org`, line 6, column",
        ),
    ] {
        let folder = Folder::with("t.yaml", &wrong);
        let run = folder.run(None, &["stack", "validate", "t.yaml"]);
        assert_eq!(run.code, 1, "{}", run.output);
        run.says(&[says]);
    }
    let many = ACCOUNTS.replace(
        "['123456789012']",
        &format!(
            "[{}]",
            (0..1_001)
                .map(|n| format!("'{n:012}'"))
                .collect::<Vec<_>>()
                .join(",")
        ),
    );
    let folder = Folder::with("t.yaml", &template(&many));
    let run = folder.run(None, &["stack", "validate", "t.yaml"]);
    run.says(&["`Org` deploys into more than 2000 regions of accounts"]);
}

#[test]
fn a_deployed_stack_may_contain_a_stack_set() {
    let fake = Fake::start();
    fake.insert(on_s3(1, "us-east-1"));
    let stack = DeployedStack::of("central", &template(ACCOUNTS));
    let mut stack = stack.with("Org", "AWS::CloudFormation::StackSet", "flow-logs:1");
    stack
        .parameters
        .push(("Bucket".to_owned(), "bucket".to_owned(), None));
    fake.deploy(stack);
    let arguments = ["--region", "us-east-1", "--stack-name", "central"];
    let (code, report) = Folder::new().drift(fake.url(), &arguments);
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1);
    assert_eq!(report["counts"]["missing"], 1);
    assert_eq!(report["findings"][0]["region"], "eu-west-1");
}
