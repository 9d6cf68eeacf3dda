//! A provider block with arguments that are known only after apply.

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

const LATER: &str = r#"
resource "terraform_data" "x" {
  for_each = toset(["us-east-1", "AKIAEXAMPLE", "secret-in-state", "123456789012", "arn:aws:iam::123456789012:role/hub", "net"])
  input    = each.key
}
"#;

/// Writes the configuration with a part of the provider block replaced.
fn configure(work: &Workspace, part: &str, other: &str, more: &str) {
    work.configure(&format!("{LATER}{}{more}", flow_log("main", "")));
    let text = work.read("main.tf");
    assert!(text.contains(part), "{part} is not in {text}");
    work.write("main.tf", &text.replacen(part, other, 1));
}

fn later(value: &str) -> String {
    format!("terraform_data.x[\"{value}\"].output")
}

#[test]
fn an_unknown_region_allows_creates_and_is_an_error_for_reads() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let region = format!("region = {}", later("us-east-1"));
    let unknown = |more: &str| configure(&work, "region     = \"us-east-1\"", &region, more);
    unknown("");
    let plan = work.plan();
    assert_eq!(plan.code, 2, "{}", plan.output);
    unknown("data \"vpcflow_log_events\" \"q\" {\n log_group_name = \"g\"\n lookback = \"1h\"\n}");
    work.run(&["plan", "-no-color"]).fails_with(&[
        "Provider configuration not known yet",
        "`region` depends on a value",
    ]);
    unknown("");
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

/// A value that is known only during apply does not change the planned region.
#[test]
fn other_unknown_arguments_allow_creates() {
    let key = "access_key = \"AKIAEXAMPLE\"";
    let cases = [
        (
            "access_key",
            key,
            format!("access_key = {}", later("AKIAEXAMPLE")),
        ),
        (
            "secret_key",
            "secret_key = \"secret-canary\"",
            format!("secret_key = {}", later("secret-in-state")),
        ),
        (
            "assume_role[0].role_arn",
            "endpoints {",
            format!(
                "assume_role {{\n role_arn = {}\n}}\nendpoints {{",
                later("arn:aws:iam::123456789012:role/hub")
            ),
        ),
        (
            "assume_role[0].tags.team",
            "endpoints {",
            format!(
                "assume_role {{\n role_arn = \"arn:aws:iam::123456789012:role/hub\"\n tags = {{ team = {} }}\n}}\nendpoints {{",
                later("net")
            ),
        ),
        (
            "user_agent[0]",
            "endpoints {",
            format!("user_agent = [{}]\nendpoints {{", later("net")),
        ),
        (
            "allowed_account_ids",
            "endpoints {",
            format!(
                "allowed_account_ids = [{}]\nendpoints {{",
                later("123456789012")
            ),
        ),
        (
            "default_tags",
            "endpoints {",
            format!(
                "default_tags {{\n tags = {{ team = {} }}\n}}\nendpoints {{",
                later("net")
            ),
        ),
    ];
    for (argument, part, other) in cases {
        assert_creates_and_does_not_read(argument, part, &other);
    }
}

fn assert_creates_and_does_not_read(argument: &str, part: &str, other: &str) {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let run = |arguments: &[&str]| {
        let mut command = work.command(arguments);
        Run::of(&command.env("AWS_REGION", REGION).output().unwrap())
    };
    let from_environment = |more: &str| {
        configure(&work, part, other, more);
        let text = work.read("main.tf");
        work.write(
            "main.tf",
            &text.replacen("region     = \"us-east-1\"", "", 1),
        );
    };
    from_environment("data \"vpcflow_logs\" \"q\" {}");
    let plan = run(&["plan", "-no-color"]);
    if argument == "default_tags" {
        plan.succeeds();
    } else {
        plan.fails_with(&[&format!("`{argument}` depends on a value")]);
    }
    from_environment("");
    let plan = run(&["plan", "-no-color"]).succeeds();
    plan.says(&["vpcflow_log.main will be created", "Plan: 7 to add"]);
    run(&["apply", "-no-color", "-auto-approve"]).succeeds();
    let plan = run(&["plan", "-no-color", "-detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{argument}:\n{}", plan.output);
    let created = fake.flow_logs(REGION);
    assert_eq!(created.len(), 1, "{argument}");
    let team = created[0].tags.get("team").map(String::as_str);
    assert_eq!(team, Some("net").filter(|_| argument == "default_tags"));
}

#[test]
fn unknown_endpoints_allow_creates() {
    let fake = Fake::start();
    let url = fake.url();
    let work = Workspace::new(Version::Any, url);
    let endpoint = format!("resource \"terraform_data\" \"url\" {{\n input = \"{url}\"\n}}");
    let part = format!("ec2  = \"{url}\"");
    configure(&work, &part, "ec2 = terraform_data.url.output", &endpoint);
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

/// The restriction applies although its accounts are unknown during the plan.
#[test]
fn an_account_that_is_forbidden_during_apply_creates_nothing() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    let forbidden = format!(
        "forbidden_account_ids = [{}]\nendpoints {{",
        later("123456789012")
    );
    configure(&work, "endpoints {", &forbidden, "");
    work.run(&["apply", "-no-color", "-auto-approve"])
        .fails_with(&["Wrong AWS account", "is a forbidden account"]);
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}
