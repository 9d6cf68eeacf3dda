//! The command `coverage`.

use std::path::PathBuf;

use serde_json::Value;

use super::Folder;
use super::formats::{FORMATS, valid};
use crate::harness::fake::{ACCOUNT, Fake, Fault, FlowLog, Network, REGION};

pub(super) const OTHER: &str = "210987654321";

/// Adds a VPC with an interface to an account and a region.
pub(super) fn add_vpc(fake: &Fake, account: &str, region: &str, vpc: &str) {
    let interface = vpc.replace("vpc-", "eni-");
    for network in [Network::new(vpc, &[]), Network::new(&interface, &[vpc])] {
        fake.add_network(Network {
            account: account.to_owned(),
            owner: account.to_owned(),
            region: region.to_owned(),
            ..network
        });
    }
}

/// Starts a fake server with a recorded VPC, one that is not, and a flow log whose delivery fails.
fn fake() -> Fake {
    let fake = Fake::start();
    for vpc in ["vpc-1", "vpc-2", "vpc-3"] {
        add_vpc(&fake, ACCOUNT, REGION, vpc);
    }
    fake.insert(FlowLog::sample("fl-00000000000000001", "vpc-1"));
    fake.insert(FlowLog::sample("fl-00000000000000002", "eni-1"));
    fake.insert(FlowLog::sample("fl-00000000000000003", "vpc-3"));
    fake.deliver_failing("fl-00000000000000003", "Access\u{202e} error\n::error::x");
    fake
}

/// Runs the command. Returns its exit code and its JSON report.
#[track_caller]
pub(super) fn check(fake: &Fake, arguments: &[&str]) -> (i32, Value) {
    let common = ["coverage", "--format", "json"];
    let region = ["--region", REGION];
    let all = [&common[..], &region, arguments].concat();
    let run = Folder::new().run(Some(fake.url()), &all);
    let report = serde_json::from_str(&run.stdout);
    (
        run.code,
        report.unwrap_or_else(|_| panic!("no report:\n{}", run.output)),
    )
}

#[test]
fn the_exit_code_tells_compliant_not_compliant_and_unknown() {
    let fake = fake();
    let (code, report) = check(&fake, &[]);
    assert_eq!((code, &report["compliant"]), (2, &Value::Bool(false)));
    assert_eq!(report["counts"]["uncovered"], 1);
    assert_eq!(report["counts"]["unhealthy"], 1);
    let rest = ["--exclude", "vpc-2", "--exclude", "vpc-3"];
    let (code, report) = check(&fake, &rest);
    assert_eq!((code, &report["compliant"]), (0, &Value::Bool(true)));
    fake.fail(
        "DescribeFlowLogs",
        Fault::error("UnauthorizedOperation", "No."),
        1,
    );
    let (code, report) = check(&fake, &rest);
    assert_eq!((code, &report["compliant"]), (3, &Value::Bool(false)));
    assert_eq!(report["networks"][0]["reasons"][0]["reason"], "denied");
}

#[test]
fn records_must_have_arrived_if_evidence_is_asked_for() {
    let fake = fake();
    let records = [
        "--exclude",
        "vpc-2",
        "--exclude",
        "vpc-3",
        "--evidence",
        "records",
    ];
    let (code, report) = check(&fake, &records);
    assert_eq!(
        (code, &report["networks"][0]["verdict"]),
        (2, &"unhealthy".into())
    );
    let now = jiff::Timestamp::now().as_millisecond();
    fake.put_events("sample", "eni-1-all", vec![(now, "x".to_owned())]);
    let (code, report) = check(&fake, &records);
    assert_eq!(
        (code, &report["networks"][0]["verdict"]),
        (0, &"covered".into())
    );
    let denied = Fault::error("AccessDeniedException", "No.");
    fake.fail("DescribeLogStreams", denied, 9);
    let (code, report) = check(&fake, &records);
    assert_eq!(
        (code, &report["networks"][0]["verdict"]),
        (3, &"unknown".into())
    );
    assert_eq!(report["networks"][0]["reasons"][0]["reason"], "denied");
}

#[test]
fn a_policy_decides_what_is_required() {
    let fake = Fake::start();
    add_vpc(&fake, ACCOUNT, REGION, "vpc-1");
    fake.add_network(Network::new("vpc-empty", &[]));
    let mut log = FlowLog::sample("fl-00000000000000001", "vpc-1");
    log.traffic_type = Some("REJECT".to_owned());
    fake.insert(log);
    for (policy, code, compliant) in [("cis", 0, 1), ("ec2.6", 2, 1), ("strict", 2, 0)] {
        let (found, report) = check(&fake, &["--policy", policy]);
        assert_eq!(found, code, "{policy}: {report:#}");
        assert_eq!(report["counts"]["compliant"], compliant, "{policy}");
    }
}

#[test]
fn accounts_are_read_by_their_roles_and_one_that_refuses_is_unknown() {
    let fake = Fake::start();
    fake.enable_regions(&[REGION, "eu-west-1"]);
    add_vpc(&fake, ACCOUNT, REGION, "vpc-1");
    add_vpc(&fake, OTHER, "eu-west-1", "vpc-2");
    fake.insert(FlowLog::sample("fl-00000000000000001", "vpc-1"));
    let accounts = format!("{ACCOUNT},{OTHER}");
    let role = "arn:aws:iam::{account}:role/audit";
    let all = ["--accounts", &accounts, "--role", role, "--regions", "all"];
    let (code, report) = check(&fake, &all);
    assert_eq!(code, 2, "{report:#}");
    let networks = report["networks"].as_array().unwrap().iter();
    let networks: Vec<_> = networks
        .map(|one| {
            format!(
                "{} {} {} {}",
                one["account_id"], one["region"], one["id"], one["verdict"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        networks,
        [
            format!("{ACCOUNT} {REGION} vpc-1 covered"),
            format!("{OTHER} eu-west-1 vpc-2 uncovered"),
        ]
    );
    fake.fail("AssumeRole", Fault::error("AccessDenied", "No."), 9);
    let (code, report) = check(&fake, &all);
    assert_eq!(code, 3, "{report:#}");
    assert_eq!(report["counts"]["unknown"], 2);
    assert_eq!(report["networks"][0]["reasons"][0]["reason"], "credentials");
}

#[test]
fn wrong_arguments_are_errors() {
    let folder = Folder::new();
    for (arguments, text) in [
        (&["--policy", "none"][..], "invalid value"),
        (&["--regions", "EU"], "is not the name of a region"),
        (&["--accounts", "12", "--role", "x"], "12 digits"),
        (&["--accounts", ACCOUNT], "--role"),
        (
            &[
                "--accounts",
                ACCOUNT,
                "--role",
                "arn:aws:iam::123456789012:role/r",
            ],
            "belong together",
        ),
        (
            &["--role", "arn:aws:iam::{account}:role/r"],
            "belong together",
        ),
        (&[], "no region to check"),
    ] {
        let run = folder.run(
            Some("http://127.0.0.1:9"),
            &[&["coverage"], arguments].concat(),
        );
        assert_eq!(run.code, 1, "{}", run.output);
        assert!(run.output.contains(text), "{}", run.output);
    }
}

#[test]
fn reports_satisfy_the_schemas_of_their_formats() {
    let mut written = Vec::new();
    let mut folders = Vec::new();
    for broken in [false, true] {
        let fake = fake();
        if broken {
            let page = Fault::error("UnauthorizedOperation", "\u{202e}No.\n::error::x");
            fake.fail("DescribeNetworkInterfaces", page, 1);
        }
        let folder = Folder::new();
        let files = FORMATS.map(|(_, ending)| format!("report.{ending}"));
        let mut arguments = vec!["coverage", "--region", REGION];
        for ((format, _), file) in FORMATS.iter().zip(&files) {
            arguments.extend(["--format", format, "--output", file]);
        }
        let run = folder.run(Some(fake.url()), &arguments);
        assert_eq!(run.code, if broken { 3 } else { 2 }, "{}", run.output);
        for file in &files {
            let text = folder.read(file);
            assert!(
                !text.contains('\u{1b}') && !text.contains('\u{202e}'),
                "{text}"
            );
            assert!(!text.contains("\n::error::x"), "{text}");
        }
        let paths = files.iter().map(|file| folder.path().join(file));
        written.push(paths.collect::<Vec<PathBuf>>());
        folders.push(folder);
    }
    valid(&written, "schemas/coverage-report.schema.json");
    let text = std::fs::read_to_string(&written[0][0]).unwrap();
    // The cause is AWS's text, with escaped characters.
    let (before, rest) = text.split_once("its records: ").unwrap();
    let (_, after) = rest.split_once("x.\n").unwrap();
    assert_eq!(
        format!("{before}CAUSE\n{after}"),
        "\
error   uncovered: vpc-2 (us-east-1, 123456789012)
          it is not recorded
error   unhealthy: vpc-3 (us-east-1, 123456789012)
          it has only flow logs that do not deliver: Flow log fl-00000000000000003 does not deliver CAUSE
note    recorded-twice: fl-00000000000000001 (cloud-watch-logs)
          it records ACCEPT and REJECT traffic of 1 network that fl-00000000000000002 records, too

networks: 3 networks checked by the policy cis: 1 recorded, 1 not delivering, 1 not recorded.
"
    );
}
