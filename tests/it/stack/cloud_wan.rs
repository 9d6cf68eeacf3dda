//! Cloud WAN in the command `coverage`.

use super::Folder;
use super::coverage::{OTHER, check};
use super::terraform::exported;
use crate::harness::fake::{ACCOUNT, CloudWan, Fake, Fault, FlowLog, REGION};
use crate::harness::terraform::Version;

const CORE: &str = "core-network-0123456789abcdef0";
const ATTACHMENT: &str = "attachment-0123456789abcdef0";
const HOME: &str = "us-west-2";

fn fake() -> Fake {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, HOME, "eu-west-1"]);
    fake.add_cloud_wan(CloudWan::core_network(CORE));
    fake.add_cloud_wan(CloudWan::attachment(ATTACHMENT, CORE));
    fake
}

#[test]
fn cloud_wan_is_checked_by_the_strict_policy_or_if_it_is_asked_for() {
    let fake = fake();
    let (code, report) = check(&fake, &["--regions", "all"]);
    assert_eq!(
        (code, &report["counts"]["total"]),
        (0, &0.into()),
        "{report:#}"
    );
    for asked in [
        ["--policy", "strict"],
        ["--kinds", "core_network,core_network_attachment"],
    ] {
        let (code, report) = check(&fake, &[&asked[..], &["--regions", "all"]].concat());
        assert_eq!(code, 2, "{report:#}");
        assert_eq!(report["counts"]["uncovered"], 2, "{report:#}");
        // A flow log may be in a region that was not read.
        let (code, report) = check(&fake, &asked);
        assert_eq!(code, 3, "{report:#}");
        let reason = &report["networks"][0]["reasons"][0];
        assert_eq!(reason["reason"], "region_not_read", "{report:#}");
    }
    fake.insert(FlowLog {
        traffic_type: None,
        ..FlowLog::sample_in("eu-west-1", "fl-00000000000000001", CORE)
    });
    let (code, report) = check(&fake, &["--policy", "strict", "--regions", "all"]);
    assert_eq!(
        (code, &report["counts"]["covered"]),
        (0, &2.into()),
        "{report:#}"
    );
    let run = Folder::new().run(
        Some(fake.url()),
        &[
            "coverage",
            "--region",
            REGION,
            "--kinds",
            "core_network_edge",
        ],
    );
    assert_eq!(run.code, 1, "{}", run.output);
    assert!(
        run.output.contains("core_network_attachment"),
        "{}",
        run.output
    );
}

#[test]
fn one_address_of_the_command_line_is_that_of_network_manager() {
    let fake = fake();
    let folder = Folder::new();
    let mut command = folder.command(super::program(), Some("http://127.0.0.1:9"));
    let arguments = ["coverage", "--region", REGION, "--kinds", "core_network"];
    let run = command.args(arguments).args(["--endpoint-url", fake.url()]);
    let output = run.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(fake.calls_of("ListCoreNetworks").len(), 1);
    assert_eq!(fake.calls_of("ListAttachments").len(), 1);
}

#[test]
fn there_is_no_cloud_wan_in_china() {
    let fake = Fake::start();
    fake.enable_regions(&["cn-north-1", "cn-northwest-1"]);
    let folder = Folder::new();
    let mut command = folder.command(super::program(), None);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret-canary");
    for service in ["EC2", "STS"] {
        command.env(format!("AWS_ENDPOINT_URL_{service}"), fake.url());
    }
    let arguments = ["coverage", "--region", "cn-north-1", "--regions", "all"];
    let run = command.args(arguments).args(["--policy", "strict"]);
    let output = run.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(fake.calls_of("DescribeVpcs").len(), 2);
    // An account that refuses its role has no entry for Cloud WAN.
    fake.fail("AssumeRole", Fault::error("AccessDenied", "No."), 99);
    let role = "arn:aws-cn:iam::{account}:role/audit";
    let other = ["--accounts", OTHER, "--role", role, "--format", "json"];
    let output = run.args(other).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let networks = report["networks"].as_array().unwrap();
    let global = |one: &serde_json::Value| one["kind"].as_str().unwrap().starts_with("core");
    assert!(
        !networks.is_empty() && !networks.iter().any(global),
        "{report:#}"
    );
}

#[test]
fn gaps_of_cloud_wan_become_a_stack_and_the_stack_becomes_flow_logs_that_close_them() {
    let fake = fake();
    let folder = Folder::new();
    let arguments = [
        "coverage",
        "--region",
        REGION,
        "--regions",
        "all",
        "--kinds",
        "core_network,core_network_attachment",
        "--write-stack",
        "stack.yaml",
        "--destination",
        "arn:aws:s3:::flow-logs",
    ];
    let run = folder.run(Some(fake.url()), &arguments);
    assert_eq!(run.code, 2, "{}", run.output);
    assert_eq!(
        folder.read("stack.yaml"),
        "\
Description: \"Flow logs of the networks that were not recorded\"
Region: us-west-2

FlowLogs:
  # us-west-2, 123456789012: No flow log records it.
  core-network-0123456789abcdef0:
    ResourceId: core-network-0123456789abcdef0
    LogDestination: arn:aws:s3:::flow-logs
"
    );
    let work = exported(&folder, &fake, Version::Any, &[]);
    work.apply().says(&["1 added"]);
    let run = folder.run(Some(fake.url()), &arguments);
    let told = "not written, because no flow log is missing";
    assert!(run.output.contains(told), "{}", run.output);
}

#[test]
fn an_account_that_refuses_its_role_has_one_entry_for_each_kind_of_cloud_wan() {
    let fake = fake();
    fake.fail("AssumeRole", Fault::error("AccessDenied", "No."), 99);
    let accounts = format!("{ACCOUNT},{OTHER}");
    let role = "arn:aws:iam::{account}:role/audit";
    let common = ["--accounts", &accounts, "--role", role];
    let kinds = ["--kinds", "vpc,core_network"];
    for (regions, vpcs) in [
        ("us-east-1,eu-west-1", &["eu-west-1", "us-east-1"][..]),
        ("all", &["us-east-1"]),
    ] {
        let regions = ["--regions", regions];
        let (code, report) = check(&fake, &[&common[..], &kinds, &regions].concat());
        assert_eq!(code, 3, "{report:#}");
        let networks = report["networks"].as_array().unwrap().iter();
        let networks: Vec<_> = networks
            .map(|one| format!("{} {} {}", one["account_id"], one["region"], one["kind"]))
            .map(|text| text.replace('"', ""))
            .collect();
        let of = |account: &'static str| {
            let vpcs = vpcs.iter();
            let vpcs = vpcs.map(move |region| format!("{account} {region} vpc"));
            vpcs.chain([format!("{account} {HOME} core_network")])
        };
        let expected: Vec<_> = of(ACCOUNT).chain(of(OTHER)).collect();
        assert_eq!(networks, expected);
    }
}
