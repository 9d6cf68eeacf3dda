//! Several stacks and states, checked as one set.

use serde_json::{Value, json};

use super::states::{on_s3, state_of_aws};
use super::{Folder, STACK, VPC, running};
use crate::harness::fake::{Fake, Fault};

const OTHER_VPC: &str = "vpc-0fffffffffffffff1";

/// Returns the kinds of the findings, with the sources that declare them.
fn kinds(report: &Value) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| (text(&finding["kind"]).unwrap(), text(&finding["source"])))
        .collect()
}

fn source(kind: &str, source: &str) -> (String, Option<String>) {
    (kind.to_owned(), Some(source.to_owned()))
}

#[test]
fn stacks_and_states_are_checked_as_one_set() {
    let fake = Fake::start();
    fake.insert(running());
    fake.insert(on_s3(2, OTHER_VPC));
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("missing.yaml", &STACK.replace(VPC, "vpc-0fffffffffffffff9"));
    std::fs::create_dir_all(folder.path().join("states/a/.terraform")).unwrap();
    folder.write("states/a/one.tfstate", &state_of_aws(&[(2, OTHER_VPC)]));
    folder.write("states/a/one.tfstate.backup", "not a state");
    folder.write("states/a/.terraform/terraform.tfstate", "not a state");
    let arguments = [
        "--stack",
        "stack.yaml",
        "--state",
        "states",
        "--stack",
        "missing.yaml",
        "--unmanaged",
    ];
    let (code, report) = folder.drift(fake.url(), &arguments);
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(kinds(&report), [source("missing", "missing.yaml")]);
    assert_eq!(report["format_version"], "1.2");
    let sources = report["sources"].as_array().unwrap().iter();
    let sources: Vec<_> = sources
        .map(|s| (s["name"].as_str().unwrap(), &s["counts"]["in_sync"]))
        .collect();
    assert_eq!(
        sources,
        [
            ("stack.yaml", &json!(1)),
            ("states/a/one.tfstate", &json!(1)),
            ("missing.yaml", &json!(0)),
        ]
    );
    assert_eq!(report["counts"]["declared"], 3);
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 1, "one region");
    assert_eq!(fake.calls_of("GetCallerIdentity").len(), 1);
    let run = folder.run(Some(fake.url()), &[&["drift"], &arguments[..]].concat());
    let expected = "\
error   missing: main (vpc-0fffffffffffffff9, us-east-1, 123456789012, missing.yaml:3:3)
          it is declared but does not exist

missing.yaml: 1 flow log declared: 0 in sync, 1 missing.
3 files: 3 flow logs declared: 2 in sync, 1 missing.
";
    assert_eq!(run.stdout, expected);
}

#[test]
fn a_flow_log_that_two_sources_declare_is_reported() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let state = state_of_aws(&[(0, VPC)]);
    let folder = Folder::with("a.tfstate", &state);
    folder.write("b.tfstate", &state);
    let stack = format!(
        "Region: us-east-1\nFlowLogs:\n  main: {{ ResourceId: {VPC}, TrafficType: ALL, LogDestination: 'arn:aws:s3:::bucket', \
         Tags: [{{ Key: Team, Value: network }}] }}\n"
    );
    folder.write("c.yaml", &stack);
    folder.write("d.yaml", &stack);
    let check = |files: &[&str]| folder.drift(fake.url(), &[files, &["--unmanaged"]].concat());
    // Two states that manage a flow log work against each other.
    let (code, report) = check(&["--state", "a.tfstate", "--state", "b.tfstate"]);
    assert_eq!(code, 2);
    assert_eq!(kinds(&report), [source("declared_twice", "a.tfstate")]);
    let finding = &report["findings"][0];
    assert_eq!(finding["level"], "warning");
    assert_eq!(finding["flow_log_id"], "fl-00000000000000000");
    let name = "module.network.aws_flow_log.this[0]";
    let others = json!([{ "source": "b.tfstate", "name": name }]);
    assert_eq!(finding["also_declared"], others);
    assert_eq!(report["counts"]["in_sync"], 2);
    for files in [
        ["--state", "a.tfstate", "--stack", "c.yaml"],
        ["--stack", "c.yaml", "--stack", "d.yaml"],
    ] {
        let (code, report) = check(&files);
        assert_eq!(code, 0, "{report:#}");
        assert_eq!(kinds(&report), [source("declared_twice", files[1])]);
        assert_eq!(report["findings"][0]["level"], "note");
    }
    // The same file is read once, however it is named.
    std::os::unix::fs::symlink("a.tfstate", folder.path().join("link.tfstate")).unwrap();
    let (code, report) = check(&["--state", "a.tfstate", "--state", "./link.tfstate"]);
    assert_eq!((code, kinds(&report)), (0, Vec::new()), "{report:#}");
    // What drifts drifts for both, and is not missing in one.
    fake.change("fl-00000000000000000", |log| {
        log.max_aggregation_interval = 60
    });
    let (_, report) = check(&["--stack", "c.yaml", "--stack", "d.yaml"]);
    let expected = [
        source("changed", "c.yaml"),
        source("declared_twice", "c.yaml"),
        source("changed", "d.yaml"),
    ];
    assert_eq!(kinds(&report), expected);
}

#[test]
fn a_stack_that_records_other_traffic_is_another_declaration() {
    let fake = Fake::start();
    fake.insert(running());
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("rejects.yaml", &STACK.replace("ALL", "REJECT"));
    let (_, report) = folder.drift(
        fake.url(),
        &["--stack", "stack.yaml", "--stack", "rejects.yaml"],
    );
    assert_eq!(kinds(&report), [source("missing", "rejects.yaml")]);
}

#[test]
fn a_source_that_cannot_be_read_does_not_hide_the_others() {
    let fake = Fake::start();
    fake.insert(running());
    fake.insert(on_s3(9, "vpc-0fffffffffffffff9"));
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("broken.yaml", &STACK.replace("ALL", "all"));
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for (arguments, source, says) in [
        (["--stack", "broken.yaml"], "broken.yaml", "write ALL"),
        (["--stack", "none.yaml"], "none.yaml", "No such file"),
        (["--state", "empty"], "empty", "no *.tfstate file"),
    ] {
        let arguments = [&["--stack", "stack.yaml", "--unmanaged"], &arguments[..]].concat();
        let (code, report) = folder.drift(fake.url(), &arguments);
        assert_eq!(code, 1, "{report:#}");
        assert_eq!(report["failures"][0]["source"], source);
        let message = report["failures"][0]["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
        assert_eq!(report["counts"]["in_sync"], 1);
        // It may declare what nothing else declares.
        assert_eq!(report["counts"]["unmanaged"], 0, "{report:#}");
        let warning = report["warnings"][0]["message"].as_str().unwrap();
        assert!(warning.contains("not all declarations"), "{warning}");
    }
}

#[test]
fn a_folder_of_states_is_searched_without_going_around_in_circles() {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().join("states/deep/er")).unwrap();
    folder.write("states/deep/er/x.tfstate", &state_of_aws(&[(0, VPC)]));
    let up = folder.path().join("states/deep/er/up");
    std::os::unix::fs::symlink("../..", up).unwrap();
    let (code, report) = folder.drift(fake.url(), &["--state", "states"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["source"], "states/deep/er/x.tfstate");
}

#[test]
fn the_standard_input_is_read_once() {
    let fake = Fake::start();
    let folder = Folder::with("stack.yaml", STACK);
    let run = folder.run_with(
        Some(fake.url()),
        &["drift", "--stack", "-", "--state", "-"],
        STACK,
    );
    assert_eq!(run.code, 1);
    run.says(&["the standard input can be read only once"]);
    let drift = ["drift", "--stack", "stack.yaml", "--state", "-"];
    let run = folder.run_with(Some(fake.url()), &drift, &state_of_aws(&[]));
    assert_eq!(run.code, 2);
    run.says(&["2 files: 1 flow log declared"]);
}

#[test]
fn an_account_with_two_names_is_read_once() {
    let fake = Fake::start();
    fake.insert(running());
    fake.insert(on_s3(2, OTHER_VPC));
    // The state names the account, the stack does not.
    let folder = Folder::with("stack.yaml", STACK);
    folder.write("terraform.tfstate", &state_of_aws(&[(2, OTHER_VPC)]));
    let files = ["--stack", "stack.yaml", "--state", "terraform.tfstate"];
    let (code, report) = folder.drift(fake.url(), &files);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 1);
}

#[test]
fn nothing_declared_is_an_error_if_something_is_required() {
    let fake = Fake::start();
    let folder = Folder::with("terraform.tfstate", &state_of_aws(&[]));
    let check = |more: &[&str]| {
        let arguments = [&["drift", "--state", "terraform.tfstate"], more].concat();
        folder.run(Some(fake.url()), &arguments)
    };
    check(&[]).succeeds();
    let says = "terraform.tfstate: no flow log is declared, but --require-declared is set";
    check(&["--require-declared"]).fails_with(&[says]);
    check(&["--require-declared", "--unmanaged", "--region", "us-east-1"]).fails_with(&[says]);
    folder.write("terraform.tfstate", &state_of_aws(&[(0, VPC)]));
    assert_eq!(check(&["--require-declared"]).code, 2);
}

#[test]
fn undeclared_flow_logs_are_looked_for_in_other_regions() {
    let fake = Fake::start();
    fake.insert(running());
    let mut other = on_s3(3, OTHER_VPC);
    other.region = "eu-west-1".to_owned();
    fake.insert(other);
    fake.enable_regions(&["us-east-1", "eu-west-1"]);
    let folder = Folder::with("stack.yaml", STACK);
    let check = |regions: &str| {
        folder.drift(
            fake.url(),
            &["--stack", "stack.yaml", "--unmanaged", "--regions", regions],
        )
    };
    for regions in ["all", "eu-west-1", "us-east-1,eu-west-1"] {
        let (code, report) = check(regions);
        assert_eq!(code, 2, "{report:#}");
        assert_eq!(kinds(&report), [("unmanaged".to_owned(), None)]);
        assert_eq!(report["findings"][0]["region"], "eu-west-1");
    }
    let (code, report) = check("eu-west-1,me-south-1");
    assert_eq!((code, &report["counts"]["unmanaged"]), (1, &json!(1)));
    let failure = &report["failures"][0];
    assert_eq!(failure["region"], "me-south-1");
    assert!(
        failure["message"]
            .as_str()
            .unwrap()
            .contains("OptInRequired")
    );
    let denied = Fault::error("UnauthorizedOperation", "You are not authorized.");
    fake.fail("DescribeRegions", denied, 1);
    let (code, report) = check("all");
    assert_eq!((code, &report["counts"]["in_sync"]), (1, &json!(1)));
    let failure = &report["failures"][0];
    assert_eq!(failure["region"], "us-east-1");
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("ec2:DescribeRegions"), "{message}");
    let run = folder.run(
        None,
        &["drift", "--stack", "stack.yaml", "--regions", "all"],
    );
    assert_eq!(run.code, 1, "needs --unmanaged");
    let wrong = ["drift", "--stack", "x", "--unmanaged", "--regions", "EU"];
    folder.run(None, &wrong).fails_with(&["name of a region"]);
}

#[test]
fn undeclared_flow_logs_are_chosen_by_tag_and_say_who_created_them() {
    let fake = Fake::start();
    fake.insert(running());
    for (number, key, value) in [
        (1, "aws:cloudformation:stack-name", "network"),
        (2, "CloudWatchTelemetryRuleManaged", "true"),
        (
            3,
            "aws:cloudformation:stack-name",
            "StackSet-AWSControlTowerBP-VPC-ACCOUNT-FACTORY-V1-1",
        ),
        (4, "Team", "shop"),
    ] {
        let mut log = on_s3(10 + number, OTHER_VPC);
        log.log_destination = Some(format!("arn:aws:s3:::bucket-{number}"));
        log.tags = [(key.to_owned(), value.to_owned())].into();
        fake.insert(log);
    }
    let folder = Folder::with("stack.yaml", STACK);
    let check = |more: &[&str]| {
        folder.drift(
            fake.url(),
            &[&["--stack", "stack.yaml", "--unmanaged"], more].concat(),
        )
    };
    let (_, report) = check(&[]);
    let creators = report["findings"].as_array().unwrap().iter();
    let creators: Vec<_> = creators.map(|f| f["created_by"]["kind"].clone()).collect();
    let expected = ["cloudformation_stack", "telemetry_rule", "control_tower"];
    assert_eq!(creators[..3], expected);
    assert_eq!(creators[3], Value::Null);
    assert_eq!(report["findings"][0]["created_by"]["name"], "network");
    let text = folder.run(
        Some(fake.url()),
        &["drift", "--stack", "stack.yaml", "--unmanaged"],
    );
    text.says(&[
        "it exists but is not declared: created by CloudFormation stack network",
        "created by a telemetry rule of CloudWatch",
        "created by AWS Control Tower, stack StackSet-AWSControlTowerBP",
    ]);
    for (tags, found) in [
        (&["Team"][..], 1),
        (&["Team=shop"], 1),
        (&["Team=network"], 0),
        (&["Team=network", "Team=shop"], 1),
        (&["Team", "Name"], 0),
    ] {
        let more: Vec<_> = tags
            .iter()
            .flat_map(|tag| ["--unmanaged-tag", tag])
            .collect();
        let (_, report) = check(&more);
        assert_eq!(report["counts"]["unmanaged"], found, "{tags:?}");
    }
}
