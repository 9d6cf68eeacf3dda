//! The schema that Terraform reads equals the committed one, and events have the documented types.

use serde_json::Value;

use crate::generated::schemas;
use crate::harness::fake::Fake;
use crate::harness::golden;
use crate::harness::terraform::{Run, Version, Workspace};

#[test]
fn both_terraforms_print_the_committed_schema() {
    let committed: Value = serde_json::from_str(&golden::read(schemas::PROVIDER)).unwrap();
    let fake = Fake::start();
    for version in [Version::Any, Version::V115] {
        let work = Workspace::new(version, fake.url());
        work.configure("");
        let run = work.command(&["providers", "schema", "-json"]).output();
        let run = Run::of(&run.unwrap()).succeeds();
        let printed: Value = serde_json::from_str(&run.stdout).unwrap();
        let wanted = without_newer_kinds(committed.clone(), &printed);
        assert_same("", &printed, &wanted);
    }
}

/// Kinds of schemas that an older Terraform does not request.
const NEWER: &[&str] = &[
    "action_schemas",
    "list_resource_schemas",
    "resource_identity_schemas",
];

fn without_newer_kinds(mut schema: Value, printed: &Value) -> Value {
    let of_provider = &mut schema["provider_schemas"][vpcflow::provider::ADDRESS];
    let printed = &printed["provider_schemas"][vpcflow::provider::ADDRESS];
    let nouns = of_provider.as_object_mut().unwrap();
    nouns.retain(|key, _| printed.get(key).is_some() || !NEWER.contains(&key.as_str()));
    schema
}

/// Compares part by part, because a message with the complete schema would be too long.
#[track_caller]
fn assert_same(path: &str, printed: &Value, wanted: &Value) {
    let (Value::Object(printed), Value::Object(wanted)) = (printed, wanted) else {
        assert_eq!(printed, wanted, "{path}");
        return;
    };
    let keys = |object: &serde_json::Map<String, Value>| {
        let mut keys: Vec<_> = object.keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(printed), keys(wanted), "{path}");
    for (key, printed) in printed {
        assert_same(&format!("{path}/{key}"), printed, &wanted[key]);
    }
}

#[test]
fn an_event_matches_its_json_schema() {
    let schema: Value = serde_json::from_str(&golden::read(schemas::EVENT)).unwrap();
    let fake = Fake::start();
    let line = "2 123456789012 eni-0123456789abcdef0 10.0.0.1 10.1.0.1 40000 22 6 3 180 1767225600 1767225650 REJECT OK";
    let at = 1_767_225_600_000;
    let lines = vec![(at, line.to_owned()), (at + 1, "not a record".to_owned())];
    fake.put_events("flow-logs", "eni-0123456789abcdef0-all", lines);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(
        r#"
data "vpcflow_log_events" "all" {
  log_group_name = "flow-logs"
  start_time     = "2026-01-01T00:00:00Z"
  end_time       = "2026-01-01T01:00:00Z"
}
"#,
    );
    work.apply();
    let found = work.instance("data.vpcflow_log_events.all");
    let events = found["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        let event = event.as_object().unwrap();
        let mut required: Vec<_> = schema["required"].as_array().unwrap().clone();
        required.sort_by_key(ToString::to_string);
        let mut keys: Vec<_> = event.keys().map(|key| Value::from(key.as_str())).collect();
        keys.sort_by_key(ToString::to_string);
        assert_eq!(keys, required);
        for (key, value) in event {
            let allowed = &schema["properties"][key]["type"];
            assert!(has_type(value, allowed), "{key} = {value}: {allowed}");
        }
    }
}

/// Reports whether a value has one of the types of a JSON Schema.
fn has_type(value: &Value, types: &Value) -> bool {
    match types {
        Value::Array(types) => types.iter().any(|one| has_type(value, one)),
        one => match one.as_str().unwrap() {
            "string" => value.is_string(),
            "integer" => value.is_i64(),
            "object" => value.is_object(),
            "null" => value.is_null(),
            other => panic!("type {other}"),
        },
    }
}
