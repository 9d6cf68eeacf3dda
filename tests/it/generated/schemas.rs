//! The JSON files in `schemas/`, generated from the code.
//!
//! `acceptance::provider::schema` tests that Terraform reports the same schema for the built provider.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use vpcflow::events::Event;

use crate::harness::golden;

/// The JSON Schema of an event.
pub(crate) const EVENT: &str = "schemas/event.schema.json";
/// The JSON Schema of Yandex Cloud's ExternalFlow events.
const EXTERNAL_FLOW: &str = "schemas/external-flow.schema.json";
/// The schema of the provider.
pub(crate) const PROVIDER: &str = "schemas/terraform-schema.json";
/// The JSON Schema of stack definitions.
pub(crate) const STACK: &str = "schemas/stack.schema.json";
/// The JSON Schema of a report of drift.
pub(crate) const DRIFT_REPORT: &str = "schemas/drift-report.schema.json";
/// The JSON Schema of a report of coverage.
const COVERAGE_REPORT: &str = "schemas/coverage-report.schema.json";
/// The JSON Schema of a report of traffic.
pub(crate) const TRAFFIC_REPORT: &str = "schemas/traffic-report.schema.json";
/// The JSON Schema of a report of validation.
const VALIDATION_REPORT: &str = "schemas/validation-report.schema.json";

#[test]
fn the_schemas_match_the_declarations() {
    let provider = vpcflow::provider::schema_json().unwrap();
    let external_flow = vpcflow::record::yandex::schema();
    let mut coverage = vpcflow::coverage::coverage_report_schema();
    without_terraform(&mut coverage);
    let mut traffic = vpcflow::events::traffic::traffic_report_schema();
    without_terraform(&mut traffic);
    let files = [
        (PROVIDER, ordered(provider)),
        (EVENT, ordered(event_schema())),
        (EXTERNAL_FLOW, ordered(external_flow)),
        (STACK, vpcflow::stack::stack_schema().unwrap()),
        (DRIFT_REPORT, vpcflow::stack::report_schema()),
        (COVERAGE_REPORT, coverage),
        (TRAFFIC_REPORT, traffic),
        (VALIDATION_REPORT, vpcflow::stack::validation_schema()),
    ];
    let files = files.map(|(path, json)| (path.to_owned(), format!("{json:#}\n")));
    golden::check(Some("schemas"), &BTreeMap::from(files));
}

/// Generates the schema of an event of `vpcflow_log_events`, as Terraform outputs it in JSON.
pub(crate) fn event_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Event>();
    let mut json = schema.to_value();
    json["title"] = "An event of vpcflow_log_events".into();
    without_terraform(&mut json);
    json
}

/// Removes the keys that only Terraform uses.
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

/// Sorts all keys, because the order must not depend on the features of serde_json.
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
