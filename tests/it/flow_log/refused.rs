//! Configurations that are refused before any call: paths, rules and messages of the errors.

mod destinations;
mod formats;
mod roles;
mod targets;

use expect_test::expect_file;
use serde_json::{Value as Json, json};
use vpcflow::cty::Value;
use vpcflow::flow_log::{FlowLog, Resource};
use vpcflow::framework::{self, Severity, lower, validate};

use crate::harness::core::{Core, Message, errors};
use crate::harness::fake::Fake;

/// A configuration, the path of its error, and its rule.
pub(crate) type Row = (Json, &'static str, &'static str);

/// Returns configurations with arguments that only Terraform has.
pub(crate) fn of_terraform() -> Vec<Row> {
    targets::of_terraform()
}

/// Returns configurations that compare one argument with a part of another. JSON Schema cannot express this.
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

/// Returns the rules of the errors that validation finds, without those that only a plan finds.
fn rules(config: &Value) -> Vec<&'static str> {
    let schema = lower::<FlowLog>(0).unwrap();
    let resource = Resource::default();
    let found = validate(&schema.block, config, |config: &FlowLog, found| {
        framework::Resource::validate(&resource, config, found);
    });
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.rule).collect()
}

/// Asserts that one error has the path and the rule of a row. Errors that depend on the account are found only by the
/// plan, and have no rule here.
#[track_caller]
fn assert_refused(found: &[Message], rules: &[&str], (row, path, rule): &Row) {
    let is_at_path = |message: &Message| message.path == *path;
    let is_refused = if rules.is_empty() {
        found.iter().any(is_at_path)
    } else {
        assert_eq!(found.len(), rules.len(), "{row}: {found:?}");
        let mut both = found.iter().zip(rules);
        both.any(|(message, of_message)| is_at_path(message) && of_message == rule)
    };
    assert!(
        is_refused,
        "{row}\n  expected {path}: {rule}\n  found {rules:?}: {found:?}"
    );
}

/// A file contains the messages, because they explain how to correct the configuration. `UPDATE_EXPECT=1` updates it.
#[tokio::test]
async fn invalid_configurations_are_refused_at_their_path_with_a_solution() {
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    let rows = rows();
    assert!(rows.len() >= 60, "{}", rows.len());
    let mut texts = String::new();
    for row in &rows {
        let config = core.config(&row.0);
        let rules = rules(&config);
        let validated = errors(&core.validate(&config).await);
        let found = errors(&core.plan(&Value::Null, &config).await.messages);
        if !rules.is_empty() {
            assert_eq!(found, validated, "{}", row.0);
        }
        assert_refused(&found, &rules, row);
        texts.push_str(&format!("{}\n", row.0));
        for Message { path, text, .. } in found {
            texts.push_str(&format!("  {path}: {}\n", text.replace('\n', "\n  ")));
        }
        texts.push('\n');
    }
    expect_file!["refused/messages.txt"].assert_eq(&texts);
    assert!(fake.calls_of("CreateFlowLogs").is_empty());
}

#[tokio::test]
async fn unknown_arguments_are_validated_once_they_are_known() {
    const FOR_MISSING_ARGUMENTS: [&str; 6] = [
        "missing-target",
        "resource-type-needed",
        "traffic-type-needed",
        "missing-destination",
        "delivery-role-needed",
        "role-needed-to-deliver-across-accounts",
    ];
    let fake = Fake::start();
    let mut core = Core::start(fake.url()).await;
    for refused in rows() {
        let row = &refused.0;
        let config = core.config(row);
        let found = errors(&core.plan(&Value::Null, &config).await.messages);
        assert_refused(&found, &rules(&config), &refused);
        let Value::Map(mut values) = config else {
            panic!("an object");
        };
        // If all arguments are unknown, only missing arguments can be errors.
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
        let only_missing = rules
            .iter()
            .all(|rule| FOR_MISSING_ARGUMENTS.contains(rule));
        assert!(only_missing, "{row}: {rules:?}");
    }
}
