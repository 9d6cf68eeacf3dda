//! The tag rules, as a user of `default_tags` and `ignore_tags` meets them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::flow_log;
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Version, Workspace};

/// A row of the matrix: its name, and what [`MATRIX`] says.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    fn() -> (Value, Value),
);

/// Provider settings, the resource's tags, what the server then holds, and `tags` in the state.
const MATRIX: &[Row] = &[
    ("null", "", "", || (json!({}), Value::Null)),
    ("empty", "", "tags = {}", || (json!({}), json!({}))),
    ("an empty value", "", r#"tags = { A = "" }"#, || {
        (json!({"A": ""}), json!({"A": ""}))
    }),
    (
        "a null value leaves its key out",
        "",
        r#"tags = { A = "1", B = null }"#,
        || (json!({"A": "1"}), json!({"A": "1", "B": null})),
    ),
    (
        "defaults alone",
        r#"default_tags { tags = { D = "d" } }"#,
        "",
        || (json!({"D": "d"}), Value::Null),
    ),
    (
        "defaults beside",
        r#"default_tags { tags = { D = "d" } }"#,
        r#"tags = { A = "1" }"#,
        || (json!({"A": "1", "D": "d"}), json!({"A": "1"})),
    ),
    (
        "an equal default",
        r#"default_tags { tags = { A = "1" } }"#,
        r#"tags = { A = "1" }"#,
        || (json!({"A": "1"}), json!({"A": "1"})),
    ),
    (
        "an overridden default",
        r#"default_tags { tags = { A = "d" } }"#,
        r#"tags = { A = "1" }"#,
        || (json!({"A": "1"}), json!({"A": "1"})),
    ),
    (
        "a default under a null",
        r#"default_tags { tags = { A = "d" } }"#,
        "tags = { A = null }",
        || (json!({"A": "d"}), json!({"A": null})),
    ),
    (
        "an ignored key",
        r#"ignore_tags { keys = ["A"] }"#,
        r#"tags = { A = "1", B = "2" }"#,
        || (json!({"B": "2"}), json!({"A": "1", "B": "2"})),
    ),
    (
        "an ignored prefix",
        r#"ignore_tags { key_prefixes = ["team/"] }
           default_tags { tags = { "team/x" = "d" } }"#,
        r#"tags = { B = "2" }"#,
        || (json!({"B": "2"}), json!({"B": "2"})),
    ),
];

#[test]
fn the_tag_matrix_applies_and_plans_empty() {
    let fake = Fake::start();
    for (name, settings, tags, expected) in MATRIX {
        let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
        work.configure(&flow_log("main", tags));
        work.apply();
        work.plans_empty();
        let (served, written) = expected();
        assert_eq!(json!(fake.flow_logs(REGION)[0].tags), served, "{name}");
        let state = work.instance("vpcflow_log.main");
        assert_eq!(state["tags"], written, "{name}");
        assert_eq!(state["tags_all"], served, "{name}");
        work.destroy();
    }
}

#[test]
fn tags_of_others_are_drift_unless_they_are_ignored() {
    let fake = Fake::start();
    let settings = r#"ignore_tags { key_prefixes = ["kube/"] }"#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    work.configure(&flow_log("main", r#"tags = { A = "1" }"#));
    work.apply();
    let id = fake.flow_logs(REGION).remove(0).id;
    let add = |key: &'static str| {
        fake.change(&id, |log| {
            drop(log.tags.insert(key.to_owned(), "x".to_owned()))
        });
    };
    add("kube/owner");
    add("aws:cloudformation:stack");
    work.plans_empty();
    add("Console");
    let plan = work.plan();
    assert_eq!(plan.code, 2);
    plan.says(&["Console", "0 to add, 1 to change, 0 to destroy"]);
    work.apply();
    work.plans_empty();
    let left: Vec<_> = fake.flow_logs(REGION)[0].tags.keys().cloned().collect();
    assert_eq!(left, ["A", "aws:cloudformation:stack", "kube/owner"]);
}

#[test]
fn tags_known_only_after_apply_are_planned_as_unknown_and_applied() {
    let fake = Fake::start();
    let settings = "default_tags { tags = { Run = terraform_data.run.id } }";
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    work.configure(&format!(
        "resource \"terraform_data\" \"run\" {{}}\nresource \"terraform_data\" \"own\" {{}}\n{}",
        flow_log("main", "tags = { Own = terraform_data.own.id }")
    ));
    work.plan().says(&["tags_all = (known after apply)"]);
    work.apply();
    work.plans_empty();
    let tags = &fake.flow_logs(REGION)[0].tags;
    let state = work.instance("vpcflow_log.main");
    assert_eq!(json!(tags), state["tags_all"]);
    assert_eq!(tags.keys().collect::<Vec<_>>(), ["Own", "Run"]);
}

#[test]
fn a_tag_moves_between_the_defaults_and_the_resource_without_a_call() {
    let fake = Fake::start();
    let in_defaults = r#"default_tags { tags = { Team = "net" } }"#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(in_defaults);
    work.configure(&flow_log("main", ""));
    work.apply();
    let work = work.with_settings("");
    work.configure(&flow_log("main", r#"tags = { Team = "net" }"#));
    work.apply();
    work.plans_empty();
    let work = work.with_settings(in_defaults);
    work.configure(&flow_log("main", ""));
    work.apply();
    work.plans_empty();
    assert!(fake.calls_of("CreateTags").is_empty() && fake.calls_of("DeleteTags").is_empty());
    let expected = BTreeMap::from([("Team".to_owned(), "net".to_owned())]);
    assert_eq!(fake.flow_logs(REGION)[0].tags, expected);
}
