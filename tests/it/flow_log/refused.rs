//! The configurations that are refused before anything is sent: their paths and rules, and what to write instead.

mod destinations;
mod formats;
mod roles;
mod targets;

use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::flow_log::{FlowLog, Resource};
use vpcflow::framework::{self, Severity, judge, lower};

use super::{GROUP_ARN, of_gateway, to_bucket, to_group};
use crate::harness::core::{Core, errors};
use crate::harness::fake::Fake;

/// The configuration, the path of the error, and its rule.
pub(crate) type Row = (Json, &'static str, &'static str);

/// What only Terraform has arguments for.
pub(crate) fn of_terraform() -> Vec<Row> {
    targets::of_terraform()
}

/// What no JSON Schema can express: it compares one argument with a part of another.
pub(crate) fn beyond_schemas() -> Vec<Row> {
    destinations::beyond_schemas()
}

pub(crate) fn rows() -> Vec<Row> {
    [
        targets::targets(),
        destinations::destinations(),
        roles::roles(),
        formats::formats(),
        formats::others(),
        of_terraform(),
        beyond_schemas(),
    ]
    .concat()
}

/// The errors of a configuration by their rules, without what only a plan finds.
fn rules(config: &Value) -> Vec<&'static str> {
    let schema = lower::<FlowLog>(0).unwrap();
    let resource = Resource::default();
    let found = judge(&schema.block, config, |config: &FlowLog, found| {
        framework::Resource::validate(&resource, config, found);
    });
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.rule).collect()
}

#[tokio::test]
async fn impossible_configurations_are_refused_at_their_path() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let rows = rows();
    assert!(rows.len() >= 60, "{}", rows.len());
    let mut wrong = Vec::new();
    for (row, path, rule) in rows {
        let config = core.config(&row);
        let rules = rules(&config);
        let mut found = errors(&core.validate(&config).await);
        assert_eq!(found.len(), rules.len(), "{row}: {found:?}");
        // The plan refuses what depends on the account.
        let is_of_plan = found.is_empty();
        if is_of_plan {
            found = errors(&core.plan(&Value::Null, &config).await.messages);
        }
        let has_path = found.iter().any(|message| message.path == path);
        if !has_path || !(is_of_plan || rules.contains(&rule)) {
            wrong.push(format!(
                "{row}\n  expected {path}: {rule}\n  found {rules:?}: {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}

#[tokio::test]
async fn errors_say_what_to_write_in_hcl() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for (row, text) in remedies() {
        let config = core.config(&row);
        let found = errors(&core.validate(&config).await);
        let says = found.iter().any(|message| message.text.contains(text));
        assert!(says, "{row}: {text:?} is not in {found:?}");
    }
}

fn remedies() -> Vec<(Json, &'static str)> {
    let destination = |text: &str| to_bucket(json!({ "log_destination": text }));
    let format = |text: &str| to_group(json!({ "log_format": text }));
    let without = |more: Json| to_group(super::with(json!({ "vpc_id": null }), more));
    vec![
        (
            without(json!({})),
            "Set one of `vpc_id`, `subnet_id`, `eni_id`, `transit_gateway_id`",
        ),
        (
            destination("s3"),
            "Write `log_destination_type = \"s3\"`, and set `log_destination` to the ARN",
        ),
        (
            destination("s3://bucket/folder"),
            "Write \"arn:aws:s3:::bucket/folder\"",
        ),
        (
            destination("/aws/vpc/flow-logs"),
            "write `log_group_name = \"/aws/vpc/flow-logs\"` instead",
        ),
        (
            to_group(json!({ "log_group_name": GROUP_ARN })),
            "Write `log_destination = \"arn:aws:logs:",
        ),
        (
            to_group(json!({ "region": "us-east-1a" })),
            "Write \"us-east-1\".",
        ),
        (
            format("${version} ${timestamp}"),
            "Write `$${start}` or `$${end}`",
        ),
        (format("${srcip} ${dstaddr}"), "Write `$${srcaddr}`."),
        (
            format("${version} ${instance-tag}"),
            "add:\n\n  tag_field_specification {\n    resource_type = \"instance\"\n    tag_keys      = [\"Name\"]\n  }",
        ),
        (
            of_gateway(json!({ "log_format": "${version} ${vpc-id}" })),
            "Write `$${tgw-src-vpc-id}` or `$${tgw-dst-vpc-id}`, or remove",
        ),
        (to_group(json!({ "traffic_type": "all" })), "Write \"ALL\"."),
    ]
}

#[tokio::test]
async fn what_was_unknown_is_refused_by_the_plan_once_it_is_known() {
    const OF_ABSENCE: [&str; 6] = [
        "nothing-to-watch",
        "resource-type-needed",
        "traffic-type-needed",
        "no-destination",
        "delivery-role-needed",
        "role-needed-to-deliver-across-accounts",
    ];
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for (row, path, _) in rows() {
        let config = core.config(&row);
        let found = errors(&core.plan(&Value::Null, &config).await.messages);
        let is_refused = found.iter().any(|message| message.path == path);
        assert!(is_refused, "{row}: {found:?}");
        let Value::Map(mut values) = config else {
            panic!("an object");
        };
        // With everything unknown there is nothing to say against it.
        for (name, value) in &mut values {
            let block = ["destination_options", "timeouts", "tag_field_specification"];
            if !value.is_null() && !block.contains(&&**name) {
                *value = Value::unknown();
            }
        }
        values.insert("tag_field_specification".into(), Value::Set(Vec::new()));
        for block in ["destination_options", "timeouts"] {
            let empty = core.config(&json!({}));
            values.insert(block.into(), empty.get(block).unwrap().clone());
        }
        let rules = rules(&Value::Map(values));
        let is_of_absence = rules.iter().all(|rule| OF_ABSENCE.contains(rule));
        assert!(is_of_absence, "{row}: {rules:?}");
    }
}
