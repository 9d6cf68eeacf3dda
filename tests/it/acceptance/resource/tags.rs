//! The tag rules of `default_tags` and `ignore_tags`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, REGION};
use crate::harness::terraform::{Version, Workspace};

/// A row of the matrix: its name, and the columns of [`MATRIX`].
type Row = (
    &'static str,
    &'static str,
    &'static str,
    fn() -> (Value, Value),
);

/// Provider settings, the tags of the resource, the expected tags on the server, and the expected `tags` in the state.
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
    (
        "an ignored key over a default",
        r#"ignore_tags { keys = ["D"] }
           default_tags { tags = { D = "d", E = "e" } }"#,
        r#"tags = { A = "1" }"#,
        || (json!({"A": "1", "E": "e"}), json!({"A": "1"})),
    ),
    (
        "an ignored prefix over own tags",
        r#"ignore_tags { key_prefixes = ["team/"] }"#,
        r#"tags = { "team/x" = "1", B = "2" }"#,
        || (json!({"B": "2"}), json!({"team/x": "1", "B": "2"})),
    ),
    (
        "a key and a prefix over both",
        r#"ignore_tags {
             keys         = ["A"]
             key_prefixes = ["team/"]
           }
           default_tags { tags = { A = "d", "team/x" = "d", D = "d" } }"#,
        r#"tags = { A = "1", "team/y" = "1", B = "2" }"#,
        || {
            let written = json!({"A": "1", "team/y": "1", "B": "2"});
            (json!({"B": "2", "D": "d"}), written)
        },
    ),
];

/// A change: its name, provider settings and tags before and after, and the expected tags on the server.
type Step = (
    &'static str,
    [&'static str; 2],
    [&'static str; 2],
    fn() -> Value,
);

const UNKNOWN: &str = "terraform_data.late.output";

const CHANGES: &[Step] = &[
    (
        "a null value becomes one",
        ["", ""],
        ["tags = { A = null }", r#"tags = { A = "1" }"#],
        || json!({"A": "1"}),
    ),
    (
        "a value becomes null",
        ["", ""],
        [
            r#"tags = { A = "1", B = "2" }"#,
            r#"tags = { A = null, B = "2" }"#,
        ],
        || json!({"B": "2"}),
    ),
    (
        "defaults are added",
        ["", r#"default_tags { tags = { D = "d" } }"#],
        [r#"tags = { A = "1" }"#, r#"tags = { A = "1" }"#],
        || json!({"A": "1", "D": "d"}),
    ),
    (
        "defaults change",
        [
            r#"default_tags { tags = { D = "d" } }"#,
            r#"default_tags { tags = { D = "x" } }"#,
        ],
        ["", ""],
        || json!({"D": "x"}),
    ),
    (
        "defaults go",
        [r#"default_tags { tags = { D = "d" } }"#, ""],
        [r#"tags = { A = "1" }"#, r#"tags = { A = "1" }"#],
        || json!({"A": "1"}),
    ),
    (
        "a value is known after apply",
        ["", ""],
        [
            r#"tags = { A = "1" }"#,
            "tags = { A = terraform_data.late.output }",
        ],
        || json!({"A": "late"}),
    ),
    (
        "the whole map is known after apply",
        ["", ""],
        [
            r#"tags = { A = "1" }"#,
            "tags = terraform_data.late.output == \"late\" ? { B = \"2\" } : {}",
        ],
        || json!({"B": "2"}),
    ),
    (
        "a default is known after apply",
        [
            r#"default_tags { tags = { D = "late" } }"#,
            "default_tags { tags = { D = terraform_data.late.output } }",
        ],
        ["", ""],
        || json!({"D": "late"}),
    ),
    (
        "what is ignored is known after apply, and tags change",
        ["", "ignore_tags { keys = [terraform_data.late.output] }"],
        [
            r#"tags = { A = "1", late = "x" }"#,
            r#"tags = { A = "2", late = "y" }"#,
        ],
        || json!({"A": "2", "late": "x"}),
    ),
];

#[test]
fn every_change_of_tags_is_made_in_place() {
    const LATE: &str = "resource \"terraform_data\" \"late\" {\n  input = \"late\"\n}\n";
    let fake = Fake::start();
    for (name, settings, tags, served) in CHANGES {
        let work = Workspace::new(Version::Any, fake.url()).with_settings(settings[0]);
        work.configure(&flow_log("main", tags[0]));
        work.apply();
        let id = fake.flow_logs(REGION).remove(0).id;
        let work = work.with_settings(settings[1]);
        let late = [settings[1], tags[1]].concat().contains(UNKNOWN);
        let late = if late { LATE } else { "" };
        work.configure(&[late, &flow_log("main", tags[1])].concat());
        let run = work.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(run.code, 0, "{name}: {}", run.output);
        let created = fake.flow_logs(REGION).remove(0);
        assert_eq!((created.id, json!(created.tags)), (id, served()), "{name}");
        if tags[1].is_empty() {
            assert!(
                work.instance("vpcflow_log.main")["tags"].is_null(),
                "{name}"
            );
        }
        work.plans_empty();
        work.destroy();
    }
}

#[test]
fn tags_do_not_change_while_the_ignored_keys_are_unknown() {
    let fake = Fake::start();
    let settings = r#"ignore_tags { key_prefixes = ["kube/"] }"#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    work.configure(&flow_log("main", r#"tags = { A = "1" }"#));
    work.apply();
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.change(&id, |log| {
        let _ = log.tags.insert("kube/owner".to_owned(), "x".to_owned());
    });
    let late = "ignore_tags { key_prefixes = [terraform_data.late.output] }";
    let work = work.with_settings(late);
    work.configure(&format!(
        "resource \"terraform_data\" \"late\" {{\n  input = \"kube/\"\n}}\n{}",
        flow_log("main", r#"tags = { A = "1" }"#)
    ));
    let plan = work
        .plan()
        .says(&["1 to add, 0 to change, 0 to destroy", "Tags not planned"]);
    assert!(!plan.output.contains("kube/owner"), "{}", plan.output);
    work.apply();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION)[0].tags["kube/owner"], "x");
}

#[test]
fn unknown_default_tags_do_not_become_tags_of_the_resource() {
    let fake = Fake::start();
    let known = r#"default_tags { tags = { Team = "net" } }"#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(known);
    work.configure(&flow_log("main", r#"tags = { A = "1" }"#));
    work.apply();
    let late = "default_tags { tags = { Team = terraform_data.late.output } }";
    let work = work.with_settings(late);
    work.configure(&format!(
        "resource \"terraform_data\" \"late\" {{\n  input = \"net\"\n}}\n{}",
        flow_log("main", r#"tags = { A = "1" }"#)
    ));
    work.run(&["plan", "-no-color", "-out=plan"]).succeeds();
    let shown = work.command(&["show", "-json", "plan"]).output().unwrap();
    let plan: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let changes = plan["resource_changes"].as_array().unwrap();
    let change = changes
        .iter()
        .find(|one| one["address"] == "vpcflow_log.main");
    assert_eq!(
        change.unwrap()["change"]["before"]["tags"],
        json!({"A": "1"})
    );
    assert!(
        plan["resource_drift"].is_null(),
        "{}",
        plan["resource_drift"]
    );
}

#[test]
fn a_newly_ignored_tag_is_not_removed_without_a_refresh() {
    let fake = Fake::start();
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", r#"tags = { A = "1", Mine = "1" }"#));
    work.apply();
    let work = work.with_settings(r#"ignore_tags { keys = ["A"] }"#);
    work.configure(&flow_log("main", r#"tags = { Mine = "2" }"#));
    work.run(&["apply", "-auto-approve", "-no-color", "-refresh=false"])
        .succeeds();
    assert_eq!(
        json!(fake.flow_logs(REGION)[0].tags),
        json!({"A": "1", "Mine": "2"})
    );
    assert!(fake.calls_of("DeleteTags").is_empty());
    work.plans_empty();
}

#[test]
fn every_row_of_the_tag_matrix_applies() {
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
        let id = state["id"].as_str().unwrap();
        work.run(&["state", "rm", "vpcflow_log.main"]).succeeds();
        work.run(&["import", "-no-color", "vpcflow_log.main", id])
            .succeeds();
        let imported = work.instance("vpcflow_log.main")["tags"].clone();
        let plan = work.plan();
        // An import cannot know which tags are omitted, ignored, or equal to a default.
        let only_written_otherwise = !written.is_null() && written != imported;
        assert_eq!(
            plan.code,
            if only_written_otherwise { 2 } else { 0 },
            "{name}: {}",
            plan.output
        );
        work.apply().says(&["0 added", "0 destroyed"]);
        work.plans_empty();
        work.destroy();
    }
    assert_eq!(
        fake.calls_of("CreateTags").len() + fake.calls_of("DeleteTags").len(),
        0
    );
}

/// Different ways to write no tags besides the defaults, with a default tag `Env = "p"` and an ignored key `Mine`.
const NO_TAGS: [&str; 6] = [
    "",
    "tags = null",
    "tags = {}",
    "tags = { Env = null }",
    "tags = { Env = \"p\" }",
    "tags = { Mine = \"1\" }",
];

#[test]
fn equivalent_tags_only_update_the_state() {
    let fake = Fake::start();
    let settings = r#"
      default_tags { tags = { Env = "p" } }
      ignore_tags { keys = ["Mine"] }"#;
    let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
    let to_null_and_on = NO_TAGS.into_iter().flat_map(|tags| [NO_TAGS[0], tags]);
    for tags in to_null_and_on.chain(NO_TAGS).chain([NO_TAGS[0]]) {
        work.configure(&flow_log("main", tags));
        let run = work.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(run.code, 0, "{tags}: {}", run.output);
        run.says(&["0 destroyed"]);
    }
    work.plans_empty();
    work.configure(&flow_log("main", NO_TAGS[3]));
    work.destroy();
    for action in ["CreateTags", "DeleteTags"] {
        assert_eq!(fake.calls_of(action).len(), 0, "{action}");
    }
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 1);
}

#[test]
fn unknown_tags_that_become_default_or_null_can_be_applied() {
    let fake = Fake::start();
    let settings = r#"default_tags { tags = { Env = "p" } }"#;
    let late = "resource \"terraform_data\" \"late\" {\n  input = \"p\"\n}\n";
    let is_late = "terraform_data.late.output == \"p\"";
    for tags in [
        format!("tags = {is_late} ? null : {{ A = \"1\" }}"),
        format!("tags = {is_late} ? {{}} : {{ A = \"1\" }}"),
        format!("tags = {{ Env = {is_late} ? null : \"q\" }}"),
        "tags = { Env = terraform_data.late.output }".to_owned(),
    ] {
        for before in ["", "tags = {}"] {
            let work = Workspace::new(Version::Any, fake.url()).with_settings(settings);
            work.configure(&flow_log("main", before));
            work.apply();
            work.configure(&[late, &flow_log("main", &tags)].concat());
            let run = work.run(&["apply", "-auto-approve", "-no-color"]);
            assert_eq!(run.code, 0, "{before} to {tags}: {}", run.output);
            work.destroy();
        }
    }
}

#[test]
fn tags_added_outside_of_terraform_are_drift_unless_ignored() {
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
fn unknown_tags_are_planned_as_unknown_and_applied() {
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
fn a_tag_moves_between_default_tags_and_the_resource_without_a_call() {
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
