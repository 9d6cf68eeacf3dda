//! The JSON Schema of a stack definition, for editors.
//!
//! Properties, types, allowed values and descriptions come from the resource's model. The rules between properties are
//! those of `flow_log::validate`, as far as a schema can express them. A test compares the two.

mod rules;

use serde_json::{Map, Value, json};

use super::property::{self, Accepts, Property};
use crate::arn;
use crate::flow_log::{drift, json_patterns as patterns};
use crate::framework::LowerError;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the JSON Schema of a stack definition.
///
/// # Errors
/// The model lacks an attribute, which a test excludes.
pub fn stack_schema() -> Result<Value, LowerError> {
    let properties = property::properties(&drift::schema()?)?;
    let mut flow_log = object(&properties);
    flow_log["properties"]["Account"] = account();
    flow_log["description"] = "A flow log, with CloudFormation's property names.".into();
    flow_log["allOf"] = Value::Array(rules::rules());
    Ok(json!({
        "$schema": DRAFT,
        "$id": "https://github.com/vpcflow/terraform-provider-vpcflow/raw/main/schemas/stack.schema.json",
        "title": "Stack definition of terraform-provider-vpcflow",
        "description": "The desired flow logs.",
        "type": "object",
        "required": ["FlowLogs"],
        "properties": {
            "$schema": { "description": "The JSON Schema of the file, for editors.", "type": "string" },
            "Description": { "description": "What the stack is for.", "type": "string" },
            "Region": {
                "description": "The region of each flow log without a region of its own. The default is the region of the environment or profile.",
                "type": "string",
                "pattern": region(),
            },
            "Account": account(),
            "FlowLogs": {
                "description": "The flow logs by name. Choose any names.",
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

fn region() -> String {
    format!("^{}$", arn::region::PATTERN)
}

fn account() -> Value {
    json!({
        "description": "The ID of the account in which the flow log runs, in quotes.",
        "type": "string",
        "pattern": format!("^{}$", arn::account::PATTERN),
    })
}

fn object(properties: &[Property]) -> Value {
    let members = properties.iter().map(|property| {
        let mut schema = accepts(&property.accepts);
        schema["description"] = property.description.as_str().into();
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

fn accepts(accepts: &Accepts) -> Value {
    match accepts {
        Accepts::Text(allowed) if allowed.is_empty() => json!({ "type": "string" }),
        Accepts::Text(allowed) => json!({ "type": "string", "enum": allowed }),
        Accepts::Number(allowed) => json!({ "type": "integer", "enum": allowed }),
        Accepts::Flag => json!({ "type": "boolean" }),
        Accepts::Object(properties) => object(properties),
        Accepts::List { each, most, .. } => {
            let mut schema = json!({ "type": "array", "items": self::accepts(each) });
            if let Some(most) = most {
                schema["minItems"] = 1.into();
                schema["maxItems"] = (*most).into();
            }
            schema
        }
        // Two tags with one key and different values are different elements.
        Accepts::Tags => json!({
            "type": "array",
            "uniqueItems": true,
            "maxItems": patterns::MOST_TAGS,
            "items": {
                "type": "object",
                "required": ["Key", "Value"],
                "additionalProperties": false,
                "properties": {
                    "Key": { "description": "The key.", "type": "string", "minLength": 1, "maxLength": patterns::LONGEST_TAG_KEY, "pattern": "^(?!aws:)" },
                    "Value": { "description": "The value.", "type": "string", "maxLength": patterns::LONGEST_TAG_VALUE },
                },
            },
        }),
    }
}

/// Returns what restricts the text of a property.
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
