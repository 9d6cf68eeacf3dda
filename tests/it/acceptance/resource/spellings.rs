//! Equivalent variants to write an argument: changing from one to another replaces nothing and sends nothing.

use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Version, Workspace};

const ROLE: &str = "arn:aws:iam::123456789012:role/flow-logs";
const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:flow-logs";

/// Returns a flow log with these arguments.
fn flow_log(arguments: &str) -> String {
    format!("resource \"vpcflow_log\" \"x\" {{\n{arguments}\n}}\n")
}

/// Returns a flow log with additional arguments that delivers to a log group.
fn to_group(arguments: &str) -> String {
    flow_log(&format!(
        "  traffic_type = \"ALL\"\n  iam_role_arn = \"{ROLE}\"\n{arguments}"
    ))
}

/// Applies each variant after the other in both directions, then imports each. Nothing may be sent.
fn assert_equivalent(settings: &str, variants: &[String]) -> Fake {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    let apply = |variant: &String| {
        work.configure(variant);
        let run = work.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(run.code, 0, "{variant}\n{}", run.output);
        let plan = work.plan();
        assert_eq!(plan.code, 0, "{variant}\n{}", plan.output);
        run
    };
    variants
        .iter()
        .chain(variants.iter().rev())
        .for_each(|variant| drop(apply(variant)));
    let created = fake.flow_logs(REGION).remove(0).id;
    for variant in variants {
        work.run(&["state", "rm", "vpcflow_log.x"]).succeeds();
        work.run(&["import", "-no-color", "vpcflow_log.x", &created])
            .succeeds();
        apply(variant).says(&["0 added", "0 destroyed"]);
    }
    for action in ["CreateTags", "DeleteTags", "DeleteFlowLogs"] {
        assert_eq!(fake.calls_of(action).len(), 0, "{action}");
    }
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 1);
    fake
}

/// Returns a parameter of the only create.
fn sent(fake: &Fake, name: &str) -> Option<String> {
    let created = fake.calls_of("CreateFlowLogs").remove(0);
    created.parameters.get(name).cloned()
}

#[test]
fn an_empty_string_is_treated_as_omitted() {
    let common = "  vpc_id = \"vpc-0123456789abcdef0\"\n  log_group_name = \"flow-logs\"";
    let absent = to_group(common);
    let empty = to_group(&format!(
        r#"{common}
  subnet_id = ""
  eni_id = ""
  transit_gateway_id = ""
  transit_gateway_attachment_id = ""
  regional_nat_gateway_id = ""
  resource_id = ""
  resource_type = ""
  log_destination_type = ""
  log_destination = ""
  deliver_cross_account_role = ""
  log_format = ""
  region = ""
  destination_options {{
    file_format = ""
  }}
  timeouts {{
    create = ""
  }}"#
    ));
    let fake = assert_equivalent("", &[empty, absent]);
    assert_eq!(
        sent(&fake, "ResourceId.1").unwrap(),
        "vpc-0123456789abcdef0"
    );
    assert_eq!(sent(&fake, "ResourceType").unwrap(), "VPC");
    assert_eq!(sent(&fake, "DestinationOptions.FileFormat"), None);
}

#[test]
fn an_empty_log_group_name_and_role_are_not_sent_for_a_bucket() {
    let common = "  vpc_id = \"vpc-0123456789abcdef0\"\n  traffic_type = \"ALL\"\n  log_destination = \
                  \"arn:aws:s3:::bucket\"";
    let empty = "\n  log_group_name = \"\"\n  iam_role_arn = \"\"\n  resource_id = \"\"";
    assert_equivalent(
        "",
        &[flow_log(common), flow_log(&format!("{common}{empty}"))],
    );
}

#[test]
fn an_empty_string_is_kept_in_the_state() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&to_group(
        "  vpc_id = \"vpc-0123456789abcdef0\"\n  log_group_name = \"flow-logs\"\n  log_format = \"\"\n  \
         resource_id = \"\"\n  region = \"\"",
    ));
    work.apply();
    work.run(&["apply", "-auto-approve", "-no-color", "-refresh-only"])
        .succeeds();
    let state = work.instance("vpcflow_log.x");
    for name in ["log_format", "resource_id", "region"] {
        assert_eq!(state[name], "", "{name}");
    }
    work.run(&["plan", "-no-color", "-refresh-only"])
        .succeeds()
        .says(&["found no differences"]);
}

#[test]
fn an_empty_region_follows_the_region_of_the_provider() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&to_group(
        "  vpc_id = \"vpc-0123456789abcdef0\"\n  log_group_name = \"flow-logs\"\n  region = \"\"",
    ));
    work.apply();
    let there = work.read("main.tf");
    let there = there.replace("region     = \"us-east-1\"", "region     = \"eu-west-1\"");
    work.write("main.tf", &there);
    work.plan()
        .says(&["must be replaced", "1 to add, 0 to change, 1 to destroy"]);
    work.apply();
    work.plans_empty();
    let here = fake.flow_logs(REGION);
    assert_eq!((here.len(), fake.flow_logs("eu-west-1").len()), (0, 1));
}

#[test]
fn white_space_in_a_record_format_is_not_a_difference() {
    let format = "$${version} $${srcaddr} $${dstaddr}";
    let variants = [
        format!("\"{format}\""),
        format!("\"  {format} \""),
        format!("\"{}\"", format.replace(' ', "  ")),
        format!("\"{}\"", format.replace(' ', "\\t")),
        format!("<<-EOT\n    {}\n  EOT", format.replace(' ', "\n    ")),
    ];
    let variants = variants.map(|format| {
        to_group(&format!(
            "  vpc_id = \"vpc-0123456789abcdef0\"\n  log_group_name = \"flow-logs\"\n  log_format = {format}"
        ))
    });
    assert_equivalent("", &variants);
    for variant in &variants {
        let fake = Fake::start();
        let work = Workspace::new(Version::Any, fake.url());
        work.configure(variant);
        work.apply();
        assert_eq!(
            sent(&fake, "LogFormat").unwrap(),
            "${version} ${srcaddr} ${dstaddr}"
        );
    }
}

#[test]
fn default_options_of_a_log_group_are_not_a_difference() {
    let common = "  vpc_id = \"vpc-0123456789abcdef0\"\n  log_group_name = \"flow-logs\"";
    let options = [
        "",
        "\n  destination_options {}",
        "\n  destination_options {\n    file_format = \"plain-text\"\n  }",
        "\n  destination_options {\n    file_format = \"plain-text\"\n    hive_compatible_partitions = false\n    \
         per_hour_partition = false\n  }",
    ];
    let variants = options.map(|options| to_group(&format!("{common}{options}")));
    let fake = assert_equivalent("", &variants);
    assert_eq!(sent(&fake, "DestinationOptions.FileFormat"), None);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&to_group(&format!(
        "{common}\n  destination_options {{\n    file_format = \"parquet\"\n  }}"
    )));
    work.plan().fails_with(&[
        "Destination option not possible",
        "Remove `destination_options`",
    ]);
}

#[test]
fn a_log_group_can_be_named_or_given_by_arn_with_and_without_an_account() {
    let variants = [
        "log_group_name = \"flow-logs\"".to_owned(),
        format!("log_destination = \"{GROUP}\""),
        format!("log_destination = \"{GROUP}:*\""),
        format!("log_group_name = \"flow-logs\"\n  log_destination = \"{GROUP}\""),
    ];
    let variants = variants.map(|variant| {
        to_group(&format!(
            "  vpc_id = \"vpc-0123456789abcdef0\"\n  {variant}"
        ))
    });
    for settings in ["", "skip_requesting_account_id = true"] {
        assert_equivalent(settings, &variants);
    }
}
