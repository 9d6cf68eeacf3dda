//! The rules between properties, as far as a schema can express them.

use serde_json::{Map, Value, json};

use crate::flow_log::{Family, RESOURCE_TYPES, json_patterns as patterns, kinds, type_of_service};

/// Returns all rules.
pub(super) fn rules() -> Vec<Value> {
    let mut rules = target_rules();
    rules.extend(type_rules());
    rules.extend(destination_rules());
    rules.extend(tag_field_rules());
    rules
}

fn target_rules() -> Vec<Value> {
    let mut rules = Vec::new();
    let mut longer: Vec<&str> = Vec::new();
    for (prefix, resource_type) in kinds() {
        // An id with a longer prefix that starts with this one has another type.
        let others = longer.iter().filter(|known| known.starts_with(prefix));
        let not: String = others.map(|known| format!("(?!{known})")).collect();
        longer.push(prefix);
        let mut then = json!({ "ResourceType": { "const": resource_type } });
        if let Some(pattern) = patterns::id(prefix) {
            then["ResourceId"] = json!({ "pattern": pattern });
        }
        if let Some(others) = patterns::of_others(resource_type) {
            then["LogFormat"] = json!({ "not": { "pattern": others } });
        }
        let mut then = json!({ "properties": then });
        match Family::of(resource_type) {
            Some(Family::Vpc | Family::Nat) => then["required"] = json!(["TrafficType"]),
            Some(Family::Transit) => {
                then["properties"]["MaxAggregationInterval"] = json!({ "const": 60 });
            }
            None => {}
        }
        let pattern = json!({ "pattern": format!("^{not}{prefix}") });
        rules.push(json!({ "if": has("ResourceId", &pattern), "then": then }));
    }
    rules
}

/// Returns the rules for ids whose prefix does not determine the type: the type is required, and it must be one whose
/// ids have no known prefix.
fn type_rules() -> Vec<Value> {
    let prefixes: Vec<_> = kinds().map(|(prefix, _)| prefix).collect();
    let unknown = json!({ "pattern": format!("^(?!{})", prefixes.join("|")) });
    let others = RESOURCE_TYPES.iter().filter(|ty| !patterns::has_prefix(ty));
    let others: Vec<_> = others.collect();
    let transit = RESOURCE_TYPES
        .iter()
        .filter(|ty| Family::of(ty) == Some(Family::Transit));
    let transit: Vec<_> = transit.collect();
    vec![
        json!({
            "if": has("ResourceId", &unknown),
            "then": has("ResourceType", &json!({ "enum": others })),
        }),
        json!({
            "if": has("ResourceType", &json!({ "enum": transit })),
            "then": { "properties": { "MaxAggregationInterval": { "const": 60 } } },
        }),
    ]
}

fn destination_rules() -> Vec<Value> {
    let arn_of = |service: &str| {
        has(
            "LogDestination",
            &json!({ "pattern": format!("^arn:aws[^:]*:{service}:") }),
        )
    };
    let ty = |name: &str| has("LogDestinationType", &json!({ "const": name }));
    let no_type = json!({ "not": given("LogDestinationType", "") });
    let no_arn = json!({ "not": given("LogDestination", "") });
    let (logs, s3, firehose) = ("logs", "s3", "firehose");
    let name = |service: &str| type_of_service(service).unwrap_or_default();
    let goes_to = |service: &str| json!({ "anyOf": [ty(name(service)), { "allOf": [no_type, arn_of(service)] }] });
    let to_logs = json!({ "anyOf": [
        ty(name(logs)),
        { "allOf": [no_type, { "anyOf": [arn_of(logs), no_arn] }] },
    ] });
    let plain = json!({ "properties": { "DestinationOptions": { "properties": {
        "FileFormat": { "const": "plain-text" },
        "HiveCompatiblePartitions": { "const": false },
        "PerHourPartition": { "const": false },
    } } } });
    let across = json!({
        "if": given("DeliverCrossAccountRole", ""),
        "then": { "allOf": [
            given("DeliverLogsPermissionArn", "delivery across accounts needs both roles"),
            { "properties": { "DeliverCrossAccountRole": { "pattern": patterns::cross_account_role() } } },
        ] },
    });
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
            across,
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

/// Returns the rules that tie tag fields to the tags that they show.
fn tag_field_rules() -> Vec<Value> {
    let mut rules = Vec::new();
    for (kind, first, second) in patterns::tag_fields() {
        let of_kind = json!({ "properties": { "ResourceType": { "const": kind } }, "required": ["ResourceType"] });
        let two = json!({ "allOf": [of_kind, { "properties": { "TagKeys": { "minItems": 2 } } }] });
        let format = |pattern: &str| has("LogFormat", &json!({ "pattern": pattern }));
        let chosen = |what: &Value| has("TagFieldSpecifications", &json!({ "contains": what }));
        let once = json!({ "contains": of_kind, "minContains": 0, "maxContains": 1 });
        rules.push(json!({ "if": format(&first), "then": chosen(&of_kind) }));
        rules.push(json!({ "if": format(&second), "then": chosen(&two) }));
        rules.push(json!({
            "if": chosen(&of_kind),
            "then": format(&format!("{first}|{second}")),
        }));
        rules.push(json!({ "properties": { "TagFieldSpecifications": once } }));
    }
    rules
}

/// Requires that properties are missing or empty.
fn absent(names: &[&str]) -> Value {
    let empty = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "const": "" })));
    json!({ "properties": empty.collect::<Map<_, _>>() })
}

fn has(name: &str, schema: &Value) -> Value {
    json!({ "required": [name], "properties": { name: schema } })
}

/// Requires a property that is not empty.
fn given(name: &str, why: &str) -> Value {
    let mut schema = has(name, &json!({ "minLength": 1 }));
    if !why.is_empty() {
        schema["$comment"] = why.into();
    }
    schema
}
