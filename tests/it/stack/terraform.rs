//! Stacks exported to Terraform, and what a real Terraform plans for them.

use serde_json::{Value, json};

use super::{Folder, STACK, repository, running};
use crate::harness::fake::Fake;
use crate::harness::terraform::{Version, Workspace};

/// Exports a stack to a workspace with credentials.
pub(super) fn exported(
    folder: &Folder,
    fake: &Fake,
    version: Version,
    arguments: &[&str],
) -> Workspace {
    let all = [
        &[
            "stack",
            "to-terraform",
            "stack.yaml",
            "--endpoint-url",
            fake.url(),
        ],
        arguments,
    ]
    .concat();
    let run = folder.run(Some(fake.url()), &all).succeeds();
    let mut configuration: Value = serde_json::from_str(&run.stdout).unwrap();
    let providers = configuration["provider"]["vpcflow"].as_array_mut().unwrap();
    for provider in providers {
        provider["access_key"] = "AKIAEXAMPLE".into();
        provider["secret_key"] = "secret".into();
    }
    let work = Workspace::new(version, fake.url());
    work.write("main.tf.json", &configuration.to_string());
    work
}

#[test]
fn an_existing_flow_log_is_imported_and_nothing_else_is_planned() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        fake.insert(running());
        let folder = Folder::with("stack.yaml", STACK);
        let work = exported(&folder, &fake, version, &[]);
        work.plan()
            .says(&["1 to import, 0 to add, 0 to change, 0 to destroy"]);
        work.apply();
        work.plans_empty();
        assert_eq!(fake.calls_of("CreateFlowLogs").len(), 0);
    }
}

#[test]
fn every_example_plans_clean_with_both_terraforms() {
    let examples = std::fs::read_dir(repository().join("examples/stacks")).unwrap();
    let mut examples: Vec<_> = examples.map(|entry| entry.unwrap().path()).collect();
    examples.sort();
    assert!(examples.len() >= 5);
    let arguments = [
        "--role",
        "arn:aws:iam::{account}:role/apply",
        "--region",
        "eu-central-1",
        "--parameter",
        "VpcId=vpc-0123456789abcdef0",
        "--parameter",
        "DeliveryRole.Arn=arn:aws:iam::123456789012:role/x",
    ];
    for example in examples {
        let arguments = match example.file_stem().unwrap().to_str().unwrap() {
            "cross-account" => &arguments[..4],
            "template" => &arguments[2..],
            _ => &[],
        };
        let folder = Folder::with("stack.yaml", &std::fs::read_to_string(&example).unwrap());
        for version in [Version::Any, Version::V115] {
            let fake = Fake::start();
            let work = exported(&folder, &fake, version, arguments);
            work.apply();
            work.plans_empty();
            let count = fake.flow_logs("eu-central-1").len();
            assert!(count > 0);
            // In another folder, with another state, all of them are imported.
            let work = exported(&folder, &fake, version, arguments);
            let clean = format!("{count} to import, 0 to add, 0 to change, 0 to destroy");
            work.plan().says(&[&clean]);
        }
    }
}

#[test]
fn a_missing_flow_log_is_created_with_every_property() {
    let fake = Fake::start();
    let example = std::fs::read_to_string(repository().join("examples/stacks/s3-with-format.yaml"));
    let folder = Folder::with(
        "stack.yaml",
        &example.unwrap().replace("archive:", "1 archive:"),
    );
    let work = exported(&folder, &fake, Version::V115, &[]);
    work.apply();
    work.plans_empty();
    let log = fake.flow_logs("eu-central-1").remove(0);
    assert!(
        log.log_format.ends_with("${tcp-flags} ${flow-direction}"),
        "{}",
        log.log_format
    );
    assert_eq!(log.tags["Team"], "network");
    assert!(log.destination_options.unwrap().hive_compatible_partitions);
    let (code, report) = folder.drift(fake.url(), &["--stack", "stack.yaml"]);
    assert_eq!(code, 0, "{report:#}");
}

#[test]
fn without_aws_nothing_is_imported_and_replacements_are_warnings() {
    let folder = Folder::with("stack.yaml", STACK);
    let run = folder
        .run(
            None,
            &["stack", "to-terraform", "--no-import", "stack.yaml"],
        )
        .succeeds();
    assert!(!run.stdout.contains("\"import\""));
    let fake = Fake::start();
    let mut log = running();
    log.max_aggregation_interval = 60;
    fake.insert(log);
    let arguments = ["stack", "to-terraform", "stack.yaml"];
    let run = folder.run(Some(fake.url()), &arguments).succeeds();
    run.says(&[
        "warning: vpcflow_log.main: fl-00000000000000001 differs in max_aggregation_interval",
    ]);
    let run = folder.run(Some("http://127.0.0.1:9"), &arguments);
    run.fails_with(&["error: stack.yaml: us-east-1: GetCallerIdentity"]);
}

#[test]
fn each_account_has_its_own_provider() {
    let example = std::fs::read_to_string(repository().join("examples/stacks/cross-account.yaml"));
    let folder = Folder::with("stack.yaml", &example.unwrap());
    let role = "arn:aws:iam::{account}:role/apply";
    let arguments = [
        "stack",
        "to-terraform",
        "--no-import",
        "--role",
        role,
        "stack.yaml",
    ];
    let run = folder.run(None, &arguments).succeeds();
    let configuration: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        configuration["provider"]["vpcflow"][0],
        json!({
            "alias": "account_111111111111",
            "allowed_account_ids": ["111111111111"],
            "assume_role": [{ "role_arn": "arn:aws:iam::111111111111:role/apply" }],
            "region": "eu-central-1",
        })
    );
    let shop = &configuration["resource"]["vpcflow_log"]["shop"];
    assert_eq!(shop["provider"], "vpcflow.account_111111111111");
    let nobody = ["stack", "to-terraform", "--no-import", "--role", role];
    folder.write("stack.yaml", STACK);
    folder
        .run(None, &[&nobody[..], &["stack.yaml"]].concat())
        .fails_with(&["name no account"]);
}

#[test]
fn the_exported_provider_calls_aws_like_the_export() {
    let fake = Fake::start();
    let mut log = running();
    log.region = "eu-west-1".to_owned();
    log.log_destination = Some("arn:aws:logs:eu-west-1:123456789012:log-group:sample".to_owned());
    log.tags = [("${team}".to_owned(), "a %{b} ${c}".to_owned())].into();
    fake.insert(log);
    let stack = STACK
        .replace("Region: us-east-1\n", "")
        .replace("Key: Name", "Key: ${team}")
        .replace("Value: main", "Value: a %{b} ${c}");
    let folder = Folder::with("stack.yaml", &stack);
    let role = "arn:aws:iam::123456789012:role/apply";
    let arguments = ["--region", "eu-west-1", "--role", role];
    // The workspace has another region.
    let work = exported(&folder, &fake, Version::V115, &arguments);
    let written: Value = serde_json::from_str(&work.read("main.tf.json")).unwrap();
    let provider = &written["provider"]["vpcflow"][0];
    assert_eq!(provider["region"], "eu-west-1");
    assert_eq!(provider["assume_role"], json!([{ "role_arn": role }]));
    work.plan()
        .says(&["1 to import, 0 to add, 0 to change, 0 to destroy"]);
    work.apply();
    work.plans_empty();
    let arguments = [
        "stack",
        "to-terraform",
        "--no-import",
        "--profile",
        "audit",
        "--endpoint-url",
        fake.url(),
        "stack.yaml",
    ];
    let run = folder.run(None, &arguments).succeeds();
    let written: Value = serde_json::from_str(&run.stdout).unwrap();
    let url = fake.url();
    assert_eq!(
        written["provider"]["vpcflow"],
        json!([{ "endpoints": [{ "ec2": url, "logs": url, "sts": url }], "profile": "audit" }])
    );
}

#[test]
fn without_imports_a_template_needs_only_the_account() {
    let template = "\
Resources:
  Log:
    Type: AWS::EC2::FlowLog
    Properties:
      ResourceId: vpc-0123456789abcdef0
      ResourceType: VPC
      TrafficType: ALL
      LogDestination: !Sub 'arn:${AWS::Partition}:s3:::logs-${AWS::Region}'
";
    let folder = Folder::with("t.yaml", template);
    let arguments = [
        "stack",
        "to-terraform",
        "--no-import",
        "--region",
        "cn-north-1",
        "t.yaml",
    ];
    let run = folder.run(None, &arguments).succeeds();
    assert!(run.stdout.contains("arn:aws-cn:s3:::logs-cn-north-1"));
    folder.write("t.yaml", &template.replace("logs-$", "${AWS::AccountId}-$"));
    folder
        .run(None, &arguments)
        .fails_with(&["depends on the region or the account"]);
    let given = [
        &arguments[..],
        &["--parameter", "AWS::AccountId=123456789012"],
    ]
    .concat();
    let run = folder.run(None, &given).succeeds();
    assert!(run.stdout.contains(":::123456789012-cn-north-1"));
}

/// The folder's provider has another region than the stack.
#[test]
fn resources_fit_into_a_folder_with_its_own_provider() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        let mut log = running();
        log.region = "eu-west-1".to_owned();
        log.log_destination =
            Some("arn:aws:logs:eu-west-1:123456789012:log-group:sample".to_owned());
        fake.insert(log);
        let stack = STACK.replace("Region: us-east-1\n", "");
        let folder = Folder::with("stack.yaml", &stack);
        let work = Workspace::new(version, fake.url());
        work.configure("");
        let written = |more: &[&str]| {
            let arguments = [
                "stack",
                "to-terraform",
                "--region",
                "eu-west-1",
                "stack.yaml",
            ];
            let run = folder.run(Some(fake.url()), &[&arguments[..], more].concat());
            work.write("stack.tf.json", &run.succeeds().stdout);
            work.run(&["plan", "-no-color"])
        };
        written(&[]).fails_with(&["Duplicate required providers configuration"]);
        written(&["--resources-only"])
            .succeeds()
            .says(&["1 to import, 0 to add, 0 to change, 0 to destroy"]);
        work.apply();
        work.plans_empty();
        assert_eq!(fake.calls_of("CreateFlowLogs").len(), 0);
    }
    // Flow logs with an account use providers that the folder configures.
    let example = std::fs::read_to_string(repository().join("examples/stacks/cross-account.yaml"));
    let folder = Folder::with("stack.yaml", &example.unwrap());
    let arguments = [
        "stack",
        "to-terraform",
        "--no-import",
        "--resources-only",
        "stack.yaml",
    ];
    let run = folder.run(None, &arguments).succeeds();
    let configuration: Value = serde_json::from_str(&run.stdout).unwrap();
    let kinds: Vec<_> = configuration.as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["resource"]);
    let shop = &configuration["resource"]["vpcflow_log"]["shop"];
    assert_eq!(shop["provider"], "vpcflow.account_111111111111");
    assert_eq!(shop["region"], "eu-central-1");
}
