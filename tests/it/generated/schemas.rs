//! The JSON files in `schemas/`, as the code makes them now.
//!
//! That Terraform tells the same of the built provider is proved in `acceptance::schema`.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use vpcflow::events::Event;

use crate::harness::golden;

/// The JSON Schema of an event, committed.
pub(crate) const EVENT: &str = "schemas/event.schema.json";
/// The JSON Schema of Yandex Cloud's ExternalFlow events, committed.
const EXTERNAL_FLOW: &str = "schemas/external-flow.schema.json";
/// The schema of the provider, committed.
pub(crate) const PROVIDER: &str = "schemas/terraform-schema.json";
/// The JSON Schema of stack definitions, committed.
pub(crate) const STACK: &str = "schemas/stack.schema.json";
/// The JSON Schema of a report of drift, committed.
pub(crate) const DRIFT_REPORT: &str = "schemas/drift-report.schema.json";

#[test]
fn the_schemas_are_what_the_declarations_make_of_them() {
    let provider = vpcflow::provider::schema_json().unwrap();
    let external_flow = vpcflow::record::yandex::schema();
    let files = [
        (PROVIDER, ordered(provider)),
        (EVENT, ordered(event_schema())),
        (EXTERNAL_FLOW, ordered(external_flow)),
        (STACK, vpcflow::stack::stack_schema().unwrap()),
        (DRIFT_REPORT, vpcflow::stack::report_schema()),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), format!("{json:#}\n")));
    golden::check(Some("schemas"), &BTreeMap::from(files));
}

/// Makes the schema of one event of `vpcflow_log_events`, as Terraform gives it out as JSON.
pub(crate) fn event_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Event>();
    let mut json = schema.to_value();
    json["title"] = "An event of vpcflow_log_events".into();
    without_terraform(&mut json);
    json
}

/// Takes out what means something to Terraform alone.
fn without_terraform(json: &mut Value) {
    match json {
        Value::Object(object) => {
            object.retain(|key, _| !key.starts_with("x-terraform-") && key != "readOnly");
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.split('\n').collect::<Vec<_>>().join(" ");
            }
            object.values_mut().for_each(without_terraform);
        }
        Value::Array(list) => list.iter_mut().for_each(without_terraform),
        _ => {}
    }
}

/// Sorts all keys: the order must not depend on which features serde_json was built with.
fn ordered(json: Value) -> Value {
    match json {
        Value::Object(object) => {
            let sorted: BTreeMap<_, _> = object.into_iter().collect();
            let sorted = sorted.into_iter().map(|(key, json)| (key, ordered(json)));
            Value::Object(sorted.collect::<Map<_, _>>())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(ordered).collect()),
        simple => simple,
    }
}
