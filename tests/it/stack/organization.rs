//! The command `coverage` for the accounts of an organization.

use serde_json::Value;

use super::Folder;
use super::coverage::{OTHER, add_vpc, check};
use crate::harness::fake::{ACCOUNT, Fake, Fault, FlowLog, REGION};
use crate::harness::moto::Moto;

const THIRD: &str = "333333333333";
const CLOSED: &str = "444444444444";
const ALL: [&str; 4] = [
    "--accounts",
    "organization",
    "--role",
    "arn:aws:iam::{account}:role/audit",
];

/// Returns the accounts and verdicts of a report.
fn verdicts(report: &Value) -> Vec<String> {
    let networks = report["networks"].as_array().unwrap().iter();
    networks
        .map(|one| format!("{} {}", one["account_id"], one["verdict"]).replace('"', ""))
        .collect()
}

fn fake() -> Fake {
    let fake = Fake::start();
    fake.organize(&[
        (ACCOUNT, "ACTIVE"),
        (OTHER, "ACTIVE"),
        (THIRD, "ACTIVE"),
        (CLOSED, "SUSPENDED"),
    ]);
    for (number, account) in [ACCOUNT, OTHER, THIRD, CLOSED].iter().enumerate() {
        add_vpc(&fake, account, REGION, &format!("vpc-{number}"));
    }
    fake.insert(FlowLog::sample("fl-00000000000000001", "vpc-0"));
    fake
}

#[test]
fn every_active_account_of_the_organization_is_checked() {
    let fake = fake();
    let (code, report) = check(&fake, &ALL);
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(
        verdicts(&report),
        [
            format!("{ACCOUNT} covered"),
            format!("{OTHER} uncovered"),
            format!("{THIRD} uncovered"),
        ]
    );
    let excluded = ["--exclude", OTHER, "--exclude", THIRD];
    let (code, report) = check(&fake, &[&ALL[..], &excluded].concat());
    assert_eq!(code, 0, "{report:#}");
    let calls = fake.calls_of("ListAccounts");
    assert!(calls.iter().all(|call| call.region == "us-east-1"));
    assert_eq!(fake.calls_of("GetCallerIdentity").len(), 0);
}

#[test]
fn an_account_that_refuses_the_role_is_unknown_and_the_others_are_checked() {
    let fake = fake();
    fake.fail("AssumeRole", Fault::error("AccessDenied", "Not you."), 1);
    let (code, report) = check(&fake, &ALL);
    assert_eq!(code, 2, "{report:#}");
    let verdicts = verdicts(&report);
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
    assert_eq!(report["counts"]["unknown"], 1);
    let networks = report["networks"].as_array().unwrap();
    let unknown = networks.iter().find(|one| one["verdict"] == "unknown");
    let reason = &unknown.unwrap()["reasons"][0];
    assert_eq!(reason["reason"], "credentials");
    let detail = reason["detail"].as_str().unwrap();
    assert!(
        detail.contains("AssumeRole") && detail.contains("Not you"),
        "{detail}"
    );
}

#[test]
fn accounts_that_cannot_be_listed_are_an_error() {
    let fake = fake();
    fake.enable_regions(&[REGION]);
    let run = |fake: &Fake| {
        let all = [&["coverage", "--region", REGION][..], &ALL].concat();
        let run = Folder::new().run(Some(fake.url()), &all);
        assert_eq!(run.code, 1, "{}", run.output);
        run.output
    };
    let denied = || Fault::error("AccessDeniedException", "You\u{1b}[1m may not.");
    fake.fail("ListAccounts", denied(), 1);
    let told = run(&fake);
    for text in [
        "the accounts of the organization were not listed",
        "AccessDeniedException",
        "You\\u{1b}[1m may not",
        "organizations:ListAccounts",
        "request id",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    for fault in [
        Fault::Garbage,
        Fault::Cut("\"Accounts\""),
        Fault::Instead(200, r#"{"Accounts":[{"Id":"1"}]}"#.to_owned()),
        Fault::Instead(200, "{}".to_owned()),
    ] {
        fake.fail("ListAccounts", fault, 1);
        run(&fake);
    }
    assert_eq!(fake.calls_of("DescribeVpcs").len(), 0);
    let none = Fake::start();
    let told = run(&none);
    assert!(told.contains("AWSOrganizationsNotInUseException"), "{told}");
    none.organize(&[(CLOSED, "SUSPENDED")]);
    assert!(run(&none).contains("no account to check"));
}

#[test]
fn an_organization_of_several_pages_is_listed_to_its_end() {
    let fake = Fake::start();
    let ids: Vec<_> = (0..45)
        .map(|number| format!("{:012}", 500 + number))
        .collect();
    let accounts: Vec<_> = ids.iter().map(|id| (id.as_str(), "ACTIVE")).collect();
    fake.organize(&accounts);
    for id in &ids {
        add_vpc(&fake, id, REGION, &format!("vpc-{id}"));
    }
    let (code, report) = check(&fake, &ALL);
    assert_eq!((code, &report["counts"]["uncovered"]), (2, &45.into()));
    assert_eq!(fake.calls_of("ListAccounts").len(), 3);
    // Each account is read in a session of its own.
    assert_eq!(fake.calls_of("AssumeRole").len(), 45);
}

#[test]
fn moto_lists_the_accounts_of_its_organization() {
    let moto = Moto::start();
    let call = |method: &str, arguments: Value| moto.call("organizations", method, &arguments);
    call(
        "create_organization",
        serde_json::json!({ "FeatureSet": "ALL" }),
    );
    let created = call(
        "create_account",
        serde_json::json!({ "AccountName": "a", "Email": "a@example.com" }),
    );
    let id = created["CreateAccountStatus"]["AccountId"]
        .as_str()
        .unwrap();
    let common = ["coverage", "--format", "json", "--region", REGION];
    let run = Folder::new().run(Some(moto.url()), &[&common[..], &ALL].concat());
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("no report:\n{}", run.output));
    let accounts = report["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2, "{report:#}");
    assert!(accounts.contains(&id.into()), "{report:#}");
}
