//! The JSON Schemas: of a stack definition, for editors, and of a report, for whoever reads one.
//!
//! Properties, types, allowed values and descriptions come from the resource's model; the rules between properties
//! are those of `flow_log::validate`, as far as a schema can hold them. A test holds the two to each other.

use serde_json::{Map, Value, json};

use super::property::{self, Property, Takes};
use super::report::DriftReport;
use crate::flow_log::{Family, drift, kinds, type_of_arn};
use crate::framework::LowerError;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
const ROLE: &str = "^(arn:aws[a-z-]*:iam:[^:]*:[^:]*:.+)?$";
const REGION: &str = "^[a-z]+(-[a-z]+)+-[0-9]+$";

/// Gives the JSON Schema of a stack definition.
///
/// # Errors
/// The model lacks an attribute, which a test excludes.
pub fn stack_schema() -> Result<Value, LowerError> {
    let properties = property::properties(&drift::schema()?)?;
    let mut flow_log = object(&properties);
    flow_log["properties"]["Account"] = account();
    flow_log["description"] = "A flow log, in CloudFormation's property names.".into();
    flow_log["allOf"] = Value::Array(rules());
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
                "pattern": REGION,
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

fn account() -> Value {
    json!({
        "description": "The account in which the flow log runs, in quotes.",
        "type": "string",
        "pattern": "^[0-9]{12}$",
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
        Takes::List(each, most) => {
            let mut schema = json!({ "type": "array", "items": self::takes(each) });
            if let Some(most) = most {
                schema["minItems"] = 1.into();
                schema["maxItems"] = (*most).into();
            }
            schema
        }
        Takes::Tags => json!({
            "type": "array",
            "maxItems": 50,
            "items": {
                "type": "object",
                "required": ["Key", "Value"],
                "additionalProperties": false,
                "properties": {
                    "Key": { "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^(?!aws:)" },
                    "Value": { "type": "string", "maxLength": 256 },
                },
            },
        }),
    }
}

/// What a text must look like.
fn shape(name: &str) -> Option<Map<String, Value>> {
    let shape = match name {
        "ResourceId" => json!({ "pattern": "^(?!arn:)[^ \\t\\r\\n]+$" }),
        "LogDestination" => {
            json!({ "pattern": "^(arn:aws[a-z-]*:(logs:[^:]*:[^:]*:log-group:.+|s3:[^:]*:[^:]*:(?![^/]*/AWSLogs(/|$)).+|firehose:[^:]*:[^:]*:.+))?$" })
        }
        "DeliverLogsPermissionArn" | "DeliverCrossAccountRole" => json!({ "pattern": ROLE }),
        "LogFormat" => {
            json!({ "pattern": "^(\\s*\\$\\{[A-Za-z0-9_-]+\\}(\\s+\\$\\{[A-Za-z0-9_-]+\\})*\\s*)?$" })
        }
        "Region" => json!({ "pattern": REGION }),
        _ => return None,
    };
    match shape {
        Value::Object(shape) => Some(shape),
        _ => None,
    }
}

/// The rules between properties.
fn rules() -> Vec<Value> {
    let mut rules = target_rules();
    rules.extend(destination_rules());
    rules
}

fn target_rules() -> Vec<Value> {
    let mut rules = Vec::new();
    let mut longer: Vec<&str> = Vec::new();
    for (prefix, resource_type) in kinds() {
        // A prefix that another one begins with does not mean the other.
        let others = longer.iter().filter(|known| known.starts_with(prefix));
        let not: String = others.map(|known| format!("(?!{known})")).collect();
        let id = has(
            "ResourceId",
            &json!({ "pattern": format!("^{not}{prefix}") }),
        );
        longer.push(prefix);
        rules.push(json!({
            "if": id,
            "then": { "properties": { "ResourceType": { "const": resource_type } } },
        }));
        match Family::of(resource_type) {
            Some(Family::Vpc | Family::Nat) => {
                rules.push(json!({ "if": id, "then": { "required": ["TrafficType"] } }));
            }
            Some(Family::Transit) => rules.push(json!({
                "if": id,
                "then": { "properties": { "MaxAggregationInterval": { "const": 60 } } },
            })),
            None => {}
        }
    }
    let known: Vec<_> = kinds().map(|(prefix, _)| prefix).collect();
    let unknown = json!({ "pattern": format!("^(?!{})", known.join("|")) });
    rules.push(json!({
        "if": has("ResourceId", &unknown),
        "then": given("ResourceType", "an id whose prefix does not tell what it is needs its type"),
    }));
    rules
}

fn destination_rules() -> Vec<Value> {
    let arn_of = |service: &str| {
        has(
            "LogDestination",
            &json!({ "pattern": format!("^arn:aws[a-z-]*:{service}:") }),
        )
    };
    let ty = |name: &str| has("LogDestinationType", &json!({ "const": name }));
    let no_type = json!({ "not": given("LogDestinationType", "") });
    let no_arn = json!({ "not": given("LogDestination", "") });
    let (logs, s3, firehose) = ("logs", "s3", "firehose");
    let name = |service: &str| type_of_arn(&format!("arn:aws:{service}:")).unwrap_or_default();
    let goes_to = |service: &str| json!({ "anyOf": [ty(name(service)), { "allOf": [no_type, arn_of(service)] }] });
    let to_logs = json!({ "anyOf": [
        ty(name(logs)),
        { "allOf": [no_type, { "anyOf": [arn_of(logs), no_arn] }] },
    ] });
    let absent = |names: &[&str]| {
        let empty = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({ "const": "" })));
        json!({ "properties": empty.collect::<Map<_, _>>() })
    };
    let plain = json!({ "properties": { "DestinationOptions": { "properties": {
        "FileFormat": { "const": "plain-text" },
        "HiveCompatiblePartitions": { "const": false },
        "PerHourPartition": { "const": false },
    } } } });
    let mut rules = vec![
        json!({ "if": to_logs, "then": { "allOf": [
            given("DeliverLogsPermissionArn", "delivery to CloudWatch Logs needs a role"),
            { "anyOf": [given("LogGroupName", ""), given("LogDestination", "")] },
            absent(&["DeliverCrossAccountRole"]),
            plain.clone(),
        ] } }),
        json!({ "if": goes_to(s3), "then": { "allOf": [
            given("LogDestination", "the ARN of the bucket"),
            absent(&["LogGroupName", "DeliverLogsPermissionArn", "DeliverCrossAccountRole"]),
        ] } }),
        json!({ "if": goes_to(firehose), "then": { "allOf": [
            given("LogDestination", "the ARN of the delivery stream"),
            absent(&["LogGroupName"]),
            plain,
        ] } }),
    ];
    for service in [logs, s3, firehose] {
        rules.push(json!({
            "if": arn_of(service),
            "then": { "properties": { "LogDestinationType": { "const": name(service) } } },
        }));
    }
    rules
}

fn has(name: &str, schema: &Value) -> Value {
    json!({ "required": [name], "properties": { name: schema } })
}

/// The property is there and not empty.
fn given(name: &str, why: &str) -> Value {
    let mut schema = has(name, &json!({ "minLength": 1 }));
    if !why.is_empty() {
        schema["$comment"] = why.into();
    }
    schema
}
