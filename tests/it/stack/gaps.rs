//! The stack definition that `coverage` writes for the networks that are not recorded.

use std::collections::BTreeMap;

use super::Folder;
use super::coverage::{OTHER, add_vpc};
use super::terraform::exported;
use crate::harness::fake::{ACCOUNT, Fake, FlowLog, Network, REGION};
use crate::harness::terraform::{Run, Version};

const BARE: &str = "vpc-0123456789abcdef0";
const HALF: &str = "vpc-0123456789abcdef1";
const FAILING: &str = "vpc-0123456789abcdef2";
const LOG_GROUP: [&str; 4] = [
    "--destination",
    "arn:aws:logs:{region}:{account}:log-group:flow",
    "--delivery-role",
    "arn:aws:iam::{account}:role/deliver",
];

/// Runs the command with the options that write `stack.yaml`.
fn close(folder: &Folder, fake: &Fake, arguments: &[&str]) -> Run {
    let common = [
        "coverage",
        "--write-stack",
        "stack.yaml",
        "--region",
        REGION,
    ];
    folder.run(Some(fake.url()), &[&common, arguments].concat())
}

#[test]
fn the_gaps_become_a_stack_and_the_stack_becomes_flow_logs_that_close_them() {
    for version in [Version::Any, Version::V115] {
        let fake = Fake::start();
        for vpc in [BARE, HALF, FAILING] {
            add_vpc(&fake, ACCOUNT, REGION, vpc);
        }
        fake.add_network(Network {
            tags: BTreeMap::from([("Name".to_owned(), "web\n  x: [".to_owned())]),
            ..Network::new("tgw-0123456789abcdef0", &[])
        });
        fake.add_network(Network::new(
            "tgw-attach-0123456789abcdef0",
            &["tgw-0123456789abcdef0"],
        ));
        let mut half = FlowLog::sample("fl-00000000000000001", HALF);
        half.traffic_type = Some("ACCEPT".to_owned());
        fake.insert(half);
        fake.insert(FlowLog::sample("fl-00000000000000002", FAILING));
        fake.deliver_failing("fl-00000000000000002", "Access error");
        let folder = Folder::new();
        let strict = [&["--policy", "strict"][..], &LOG_GROUP].concat();
        let run = close(&folder, &fake, &strict);
        assert_eq!(run.code, 2, "{}", run.output);
        // The VPC that fails, and the interface in it.
        let told = "stack.yaml: 3 missing flow logs; 2 networks need another fix, see the report";
        assert!(run.output.contains(told), "{}", run.output);
        assert_eq!(
            folder.read("stack.yaml"),
            "\
Description: \"Flow logs of the networks that were not recorded\"
Region: us-east-1

FlowLogs:
  # us-east-1, 123456789012: No flow log records it.
  vpc-0123456789abcdef0:
    ResourceId: vpc-0123456789abcdef0
    TrafficType: ALL
    LogDestination: arn:aws:logs:us-east-1:123456789012:log-group:flow
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/deliver
  # us-east-1, 123456789012: REJECT traffic is not recorded as required. These networks in it are not covered: eni-0123456789abcdef1.
  vpc-0123456789abcdef1:
    ResourceId: vpc-0123456789abcdef1
    TrafficType: REJECT
    LogDestination: arn:aws:logs:us-east-1:123456789012:log-group:flow
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/deliver
  # web\\n  x: [, us-east-1, 123456789012: No flow log records it.
  tgw-0123456789abcdef0:
    ResourceId: tgw-0123456789abcdef0
    LogDestination: arn:aws:logs:us-east-1:123456789012:log-group:flow
    DeliverLogsPermissionArn: arn:aws:iam::123456789012:role/deliver
"
        );
        folder
            .run(None, &["stack", "validate", "stack.yaml"])
            .succeeds();
        let work = exported(&folder, &fake, version, &[]);
        work.apply().says(&["3 added"]);
        work.plans_empty();
        let run = close(&folder, &fake, &strict);
        // The new flow logs are too new to count, but no second ones are needed.
        let told =
            "stack.yaml: not written, because no flow log is missing; 2 networks need another fix";
        assert!(run.output.contains(told), "{}", run.output);
        assert!(run.output.contains("4 pending"), "{}", run.output);
    }
}

#[test]
fn the_gaps_of_several_accounts_name_their_accounts_and_regions() {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, "eu-west-1"]);
    add_vpc(&fake, ACCOUNT, REGION, BARE);
    add_vpc(&fake, OTHER, "eu-west-1", HALF);
    let folder = Folder::new();
    let accounts = format!("{ACCOUNT},{OTHER}");
    let role = ["--role", "arn:aws:iam::{account}:role/audit"];
    let common = ["coverage", "--region", REGION, "--regions", "all"];
    let rest = [
        "--accounts",
        &accounts,
        "--destination",
        "arn:aws:s3:::logs-{account}/{region}/",
    ];
    let run = |file: &str| {
        let file = ["--write-stack", file];
        let all = [&common[..], &role, &rest, &file].concat();
        let run = folder.run(Some(fake.url()), &all);
        assert_eq!(run.code, 2, "{}", run.output);
    };
    run("gaps.json");
    let json = folder.read("gaps.json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["FlowLogs"],
        serde_json::json!({
            BARE: {
                "Account": ACCOUNT,
                "Region": REGION,
                "ResourceId": BARE,
                "TrafficType": "REJECT",
                "LogDestination": format!("arn:aws:s3:::logs-{ACCOUNT}/{REGION}/"),
            },
            HALF: {
                "Account": OTHER,
                "Region": "eu-west-1",
                "ResourceId": HALF,
                "TrafficType": "REJECT",
                "LogDestination": format!("arn:aws:s3:::logs-{OTHER}/eu-west-1/"),
            },
        })
    );
    run("stack.yaml");
    folder
        .run(None, &["stack", "validate", "stack.yaml", "gaps.json"])
        .succeeds();
    let arguments = [&role[..], &["--region", REGION]].concat();
    let work = exported(&folder, &fake, Version::Any, &arguments);
    work.apply().says(&["2 added"]);
    let created: Vec<_> = fake.flow_logs("eu-west-1").into_iter().collect();
    assert_eq!(created.len(), 1);
    assert_eq!(created[0].account, OTHER);
}

#[test]
fn what_could_not_be_used_is_refused_before_any_call() {
    let fake = Fake::start();
    let folder = Folder::new();
    folder.write("report.json", "");
    let s3 = ["--destination", "arn:aws:s3:::logs"];
    for (arguments, text) in [
        (&["--write-stack", "x.yaml"][..], "--destination"),
        (&s3[..], "--write-stack"),
        (
            &["--write-stack", "x.yaml", "--destination", "flow-logs"],
            "DeliverLogsPermissionArn from --delivery-role",
        ),
        (
            &["--write-stack", "x.yaml", "--destination", "s3://logs"],
            "--write-stack: the flow logs would not be valid",
        ),
        (
            &[&s3[..], &["--write-stack", "no/x.yaml"]].concat(),
            "the folder no does not exist",
        ),
        (&[&s3[..], &["--write-stack", "-"]].concat(), "name a file"),
        (
            &[
                &s3[..],
                &["--write-stack", "./report.json"],
                &["--format", "json", "--output", "report.json"],
            ]
            .concat(),
            "is also a report",
        ),
    ] {
        let all = [&["coverage", "--region", REGION][..], arguments].concat();
        let run = folder.run(Some(fake.url()), &all);
        assert_eq!(run.code, 1, "{}", run.output);
        assert!(run.output.contains(text), "{text}: {}", run.output);
    }
    assert_eq!(fake.calls().len(), 0);
}

/// The log group of a fixed region cannot be used from another one. The report is still written, and no stack.
#[test]
fn a_destination_in_another_region_writes_no_stack() {
    let fake = Fake::start();
    add_vpc(&fake, ACCOUNT, REGION, BARE);
    let folder = Folder::new();
    let group = [
        "--destination",
        "arn:aws:logs:eu-west-1:123456789012:log-group:flow",
    ];
    let run = close(&folder, &fake, &[&group, &LOG_GROUP[2..]].concat());
    assert_eq!(run.code, 1, "{}", run.output);
    for text in ["uncovered: vpc-", "would not be valid", "eu-west-1"] {
        assert!(run.output.contains(text), "{}", run.output);
    }
    assert!(!folder.path().join("stack.yaml").exists());
}
