//! The JSON Schemas: of a stack definition, for editors, and of a report, for whoever reads one.
//!
//! Properties, types, allowed values and descriptions come from the resource's model; the rules between properties
//! are those of `flow_log::validate`, as far as a schema can hold them. A test holds the two to each other.

mod rules;

use serde_json::{Map, Value, json};

use super::property::{self, Property, Takes};
use super::report::DriftReport;
use crate::arn;
use crate::flow_log::{drift, patterns};
use crate::framework::LowerError;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Gives the JSON Schema of a stack definition.
///
/// # Errors
/// The model lacks an attribute, which a test excludes.
pub fn stack_schema() -> Result<Value, LowerError> {
    let properties = property::properties(&drift::schema()?)?;
    let mut flow_log = object(&properties);
    flow_log["properties"]["Account"] = account();
    flow_log["description"] = "A flow log, in CloudFormation's property names.".into();
    flow_log["allOf"] = Value::Array(rules::rules());
    Ok(json!({
        "$schema": DRAFT,
        "$id": "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/stack.schema.json",
        "title": "Stack definition of terraform-provider-vpcflow",
        "description": "Flow logs that should run.",
        "type": "object",
        "required": ["FlowLogs"],
        "properties": {
            "$schema": { "type": "string" },
            "Description": { "description": "What the stack is for.", "type": "string" },
            "Region": {
                "description": "The region of the flow logs that name none. Without it, the region at hand.",
                "type": "string",
                "pattern": region(),
            },
            "Account": account(),
            "FlowLogs": {
                "description": "The flow logs, by names of your choice.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": { "$ref": "#/$defs/FlowLog" },
            },
        },
        "patternProperties": { "^[xX]-": true },
        "additionalProperties": false,
        "$defs": { "FlowLog": flow_log },
    }))
}

/// Gives the JSON Schema of a drift report.
pub fn report_schema() -> Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<DriftReport>().to_value();
    schema["$id"] =
        "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/drift-report.schema.json".into();
    schema["title"] = "Drift report of terraform-provider-vpcflow".into();
    schema
}

fn region() -> String {
    format!("^{}$", arn::region::PATTERN)
}

fn account() -> Value {
    json!({
        "description": "The account in which the flow log runs, in quotes.",
        "type": "string",
        "pattern": format!("^{}$", arn::account::PATTERN),
    })
}

fn object(properties: &[Property]) -> Value {
    let members = properties.iter().map(|property| {
        let mut schema = takes(&property.takes);
        schema["description"] = property::in_its_words(&property.description).into();
        if let (Some(extra), Some(schema)) = (shape(&property.name), schema.as_object_mut()) {
            schema.extend(extra);
        }
        (property.name.clone(), schema)
    });
    let required: Vec<_> = properties
        .iter()
        .filter(|p| p.required)
        .map(|p| p.name.as_str())
        .collect();
    let mut schema = json!({
        "type": "object",
        "properties": members.collect::<Map<_, _>>(),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn takes(takes: &Takes) -> Value {
    match takes {
        Takes::Text(allowed) if allowed.is_empty() => json!({ "type": "string" }),
        Takes::Text(allowed) => json!({ "type": "string", "enum": allowed }),
        Takes::Number(allowed) => json!({ "type": "integer", "enum": allowed }),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Object(properties) => object(properties),
        Takes::List { each, most, .. } => {
            let mut schema = json!({ "type": "array", "items": self::takes(each) });
            if let Some(most) = most {
                schema["minItems"] = 1.into();
                schema["maxItems"] = (*most).into();
            }
            schema
        }
        Takes::Tags => json!({
            "type": "array",
            "maxItems": patterns::MOST_TAGS,
            "items": {
                "type": "object",
                "required": ["Key", "Value"],
                "additionalProperties": false,
                "properties": {
                    "Key": { "type": "string", "minLength": 1, "maxLength": patterns::LONGEST_TAG_KEY, "pattern": "^(?!aws:)" },
                    "Value": { "type": "string", "maxLength": patterns::LONGEST_TAG_VALUE },
                },
            },
        }),
    }
}

/// What a text must look like.
fn shape(name: &str) -> Option<Map<String, Value>> {
    let shape = match name {
        "ResourceId" => json!({ "pattern": "^(?!arn:)\\S+$" }),
        "LogDestination" => json!({ "pattern": patterns::destination() }),
        "LogGroupName" => json!({ "pattern": patterns::log_group() }),
        "DeliverLogsPermissionArn" | "DeliverCrossAccountRole" => {
            json!({ "pattern": patterns::role() })
        }
        "LogFormat" => json!({ "pattern": patterns::format(), "allOf": [
            { "not": { "pattern": patterns::twice() } },
            { "not": { "pattern": patterns::mistakes() } },
        ] }),
        "TagKeys" => json!({ "uniqueItems": true, "items": {
            "type": "string", "minLength": 1, "maxLength": patterns::LONGEST_TAG_KEY,
        } }),
        "Region" => json!({ "pattern": region() }),
        _ => return None,
    };
    match shape {
        Value::Object(shape) => Some(shape),
        _ => None,
    }
}
