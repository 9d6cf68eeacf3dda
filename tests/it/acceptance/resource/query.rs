//! `terraform query`, generated configuration and import by identity, with Terraform 1.15.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::acceptance::resource::outside;
use crate::harness::fake::{Fake, Fault, FlowLog, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

const DEFAULT_TAGS: &str = r#"default_tags { tags = { Team = "network" } }"#;

/// Returns a count of the changes in a plan: `no-op` with or without import, or the change itself.
pub(super) fn changes(work: &Workspace) -> BTreeMap<String, usize> {
    work.run(&["plan", "-no-color", "-out=plan"]).succeeds();
    let shown = work.command(&["show", "-json", "plan"]).output().unwrap();
    let shown = Run::of(&shown).succeeds();
    let plan: Value = serde_json::from_str(&shown.stdout).unwrap();
    let mut counts = BTreeMap::new();
    for resource in plan["resource_changes"].as_array().into_iter().flatten() {
        let change = &resource["change"];
        let what = match (&change["actions"][0], change["importing"].is_null()) {
            (Value::String(action), true) if action == "no-op" => "no-op".to_owned(),
            (Value::String(action), false) if action == "no-op" => "no-op import".to_owned(),
            _ => format!("{resource:#}"),
        };
        *counts.entry(what).or_default() += 1;
    }
    counts
}

fn listed(run: &Run) -> usize {
    let lines = run.stdout.lines();
    lines
        .filter(|line| line.starts_with("list.vpcflow_log."))
        .count()
}

#[test]
fn fifty_flow_logs_are_found_generated_and_imported_without_changes() {
    let fake = Fake::start();
    fake.describe_page_size(7);
    for number in 0..50 {
        let region = if number % 10 == 9 {
            "eu-west-1"
        } else {
            REGION
        };
        fake.insert(outside::flow_log(number, region));
    }
    let work = Workspace::new(Version::V115, fake.url()).with_settings(DEFAULT_TAGS);
    work.configure("");
    work.write(
        "all.tfquery.hcl",
        r#"
list "vpcflow_log" "here" {
  provider = vpcflow
}
list "vpcflow_log" "there" {
  provider         = vpcflow
  include_resource = true
  config { region = "eu-west-1" }
}"#,
    );
    let run = work.run(&["query", "-no-color", "-generate-config-out=found.tf"]);
    let run = run.succeeds();
    assert_eq!(listed(&run), 50, "{}", run.output);
    assert_eq!(
        changes(&work),
        BTreeMap::from([("no-op import".to_owned(), 50)])
    );
    work.apply()
        .says(&["50 imported, 0 added, 0 changed, 0 destroyed"]);
    work.plans_empty();
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 0);
    assert_eq!(fake.calls_of("CreateTags").len(), 0);
}

#[test]
fn a_generated_configuration_contains_only_necessary_arguments() {
    let fake = Fake::start();
    fake.insert(FlowLog::sample(
        "fl-0aaaaaaaaaaaaaaaa",
        "vpc-0123456789abcdef0",
    ));
    let work = Workspace::new(Version::V115, fake.url());
    work.configure(
        r#"
import {
  to       = vpcflow_log.found
  identity = { id = "fl-0aaaaaaaaaaaaaaaa" }
}"#,
    );
    work.run(&["plan", "-no-color", "-generate-config-out=found.tf"])
        .succeeds()
        .says(&["1 to import, 0 to add, 0 to change, 0 to destroy"]);
    let generated = work.read("found.tf");
    let mut arguments = Vec::new();
    for line in generated.lines() {
        if let Some((name, value)) = line.split_once('=')
            && value.trim() != "null"
        {
            arguments.push((name.trim(), value.trim()));
        }
    }
    assert_eq!(
        arguments,
        [
            ("iam_role_arn", r#""arn:aws:iam::123456789012:role/sample""#),
            (
                "log_destination",
                r#""arn:aws:logs:us-east-1:123456789012:log-group:sample""#
            ),
            ("traffic_type", r#""ALL""#),
            ("vpc_id", r#""vpc-0123456789abcdef0""#),
        ],
        "{generated}"
    );
    work.apply()
        .says(&["1 imported, 0 added, 0 changed, 0 destroyed"]);
    work.plans_empty();
}

#[test]
fn an_identity_selects_region_and_account_and_an_invalid_one_is_refused() {
    let fake = Fake::start();
    let id = "fl-0bbbbbbbbbbbbbbbb";
    fake.insert(FlowLog::sample_in("eu-west-1", id, "vpc-0123456789abcdef0"));
    let import = |identity: &str| {
        let work = Workspace::new(Version::V115, fake.url());
        work.configure(&format!(
            "import {{\n  to = vpcflow_log.found\n  identity = {identity}\n}}"
        ));
        work
    };
    let work = import(
        r#"{ id = "fl-0bbbbbbbbbbbbbbbb", region = "eu-west-1", account_id = "123456789012" }"#,
    );
    work.run(&["plan", "-no-color", "-generate-config-out=found.tf"])
        .succeeds();
    assert!(work.read("found.tf").contains(r#""eu-west-1""#));
    work.apply();
    work.plans_empty();
    let state = work.state();
    let resource = &state["values"]["root_module"]["resources"][0];
    assert_eq!(
        resource["identity"],
        serde_json::json!({
            "id": "fl-0bbbbbbbbbbbbbbbb", "region": "eu-west-1", "account_id": "123456789012",
        })
    );
    let refused = [
        (
            r#"{ id = "vpc-1" }"#,
            "\"vpc-1\", which is not the ID of a flow log",
        ),
        (
            r#"{ id = "fl-0bbbbbbbbbbbbbbbb", account_id = "210987654321" }"#,
            "names account 210987654321 for the flow log fl-0bbbbbbbbbbbbbbbb, but the provider uses account 123456789012",
        ),
        (
            r#"{ id = "fl-0bbbbbbbbbbbbbbbb" }"#,
            "Cannot import non-existent remote object",
        ),
    ];
    for (identity, text) in refused {
        import(identity)
            .run(&["plan", "-no-color", "-generate-config-out=found.tf"])
            .fails_with(&[text]);
    }
}

#[test]
fn a_query_sends_its_filters_and_its_limit() {
    let fake = Fake::start();
    for number in 0..50 {
        fake.insert(outside::flow_log(number, REGION));
    }
    let work = Workspace::new(Version::V115, fake.url());
    work.configure("");
    let query = |arguments: &str| {
        work.write(
            "some.tfquery.hcl",
            &format!("list \"vpcflow_log\" \"some\" {{\n  provider = vpcflow\n  {arguments}\n}}"),
        );
        work.run(&["query", "-no-color"])
    };
    fake.describe_page_size(4);
    let run = query("limit = 6").succeeds();
    assert_eq!(listed(&run), 6, "{}", run.output);
    let calls = fake.calls_of("DescribeFlowLogs");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].parameters["MaxResults"], "6");
    let s3 = r#"config {
      filter {
        name   = "log-destination-type"
        values = ["s3"]
      }
      tags         = { Name = "flow log *" }
      flow_log_ids = ["fl-00000000000000002", "fl-00000000000000003", "fl-0ffffffffffffffff"]
    }"#;
    let run = query(s3).succeeds();
    assert_eq!(listed(&run), 1, "{}", run.output);
    run.says(&["flow log 2"]);
    let run = query(r#"config { flow_log_ids = ["fl-00000000000000003"] }"#).succeeds();
    run.says(&["nat-00000000000000003 to s3://Old_Bucket/folder-3/"]);
    query(r#"config { flow_log_ids = ["vpc-1"] }"#).fails_with(&["Malformed ID"]);
    query("config {\n filter {\n name = \"colour\"\n values = [\"red\"]\n }\n }")
        .says(&["Unknown filter name"]);
}

#[test]
fn more_ids_than_a_call_accepts_are_sent_in_several_calls() {
    let fake = Fake::start();
    for number in 0..50 {
        fake.insert(outside::flow_log(number, REGION));
    }
    let work = Workspace::new(Version::V115, fake.url());
    work.configure("");
    work.write(
        "many.tfquery.hcl",
        r#"
list "vpcflow_log" "many" {
  provider = vpcflow
  config {
    flow_log_ids = [for n in concat(range(20, 670), range(670, 1320)) : format("fl-0%016x", n)]
  }
}"#,
    );
    let run = work.run(&["query", "-no-color"]).succeeds();
    assert_eq!(listed(&run), 30, "{}", run.output);
    // Most of these flow logs do not exist, and a call takes 200 values.
    assert_eq!(fake.calls_of("DescribeFlowLogs").len(), 7);
}

#[test]
fn the_documented_query_finds_its_flow_logs() {
    let fake = Fake::start();
    fake.insert(outside::flow_log(0, REGION));
    for number in [1, 2, 3] {
        let mut log = outside::flow_log(number, "eu-west-1");
        let owner = ["platform-core", "payments"][number % 2].to_owned();
        log.tags.insert("Owner".to_owned(), owner);
        fake.insert(log);
    }
    let work = Workspace::new(Version::V115, fake.url());
    work.configure("");
    let example =
        include_str!("../../../../examples/list-resources/vpcflow_log/list-resource.tfquery.hcl");
    work.write("example.tfquery.hcl", example);
    let run = work.run(&["query", "-no-color"]).succeeds();
    assert_eq!(listed(&run), 2, "{}", run.output);
    run.says(&["flow log 0", "flow log 2"]);
}

#[test]
fn the_documented_import_by_identity_finds_its_flow_log() {
    let fake = Fake::start();
    let id = "fl-0123456789abcdef0";
    fake.insert(FlowLog::sample(id, "vpc-0123456789abcdef0"));
    let work = Workspace::new(Version::V115, fake.url());
    let example = include_str!("../../../../examples/resources/vpcflow_log/import-by-identity.tf");
    work.configure(example);
    work.run(&["plan", "-no-color", "-generate-config-out=found.tf"])
        .succeeds();
    work.apply().says(&["1 imported, 0 added"]);
    work.plans_empty();
}

#[test]
fn an_error_of_a_query_contains_the_reason_of_aws() {
    let fake = Fake::start();
    let work = Workspace::new(Version::V115, fake.url());
    work.configure("");
    work.write(
        "all.tfquery.hcl",
        "list \"vpcflow_log\" \"all\" {\n  provider = vpcflow\n}",
    );
    let refusal = Fault::error("UnauthorizedOperation", "You are not authorized.");
    fake.fail("DescribeFlowLogs", refusal, 1);
    work.run(&["query", "-no-color"])
        .fails_with(&["Flow logs not listed", "UnauthorizedOperation"]);
}
