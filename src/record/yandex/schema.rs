//! The JSON Schema of ExternalFlow events.

use serde_json::{Map, Value, json};

use super::details::{DETAILS, Kind, camel};

/// Returns the JSON Schema of the ExternalFlow events that are accepted.
#[must_use]
pub fn schema() -> Value {
    let mut details = Map::new();
    for detail in &DETAILS {
        spell(
            &mut details,
            detail.key,
            &member(detail.kind, detail.description),
        );
    }
    let index = member(
        Kind::Integer,
        "The number of the network interface within its virtual machine.",
    );
    spell(&mut details, "iface_idx", &index);
    let mut event = Map::new();
    let text = |description: &str| json!({ "type": "string", "description": description });
    spell(
        &mut event,
        "event_id",
        &text("The id of the event. It is the same for every delivery."),
    );
    spell(
        &mut event,
        "event_source",
        &text("The service of the event."),
    );
    spell(
        &mut event,
        "event_status",
        &text("The status of the event. `DONE` is returned as `OK`."),
    );
    spell(
        &mut event,
        "event_time",
        &json!({ "type": "string", "format": "date-time", "description": "When the event happened." }),
    );
    spell(
        &mut event,
        "event_type",
        &json!({ "type": "string", "pattern": "ExternalFlow$", "description": "The type of the event." }),
    );
    spell(
        &mut event,
        "details",
        &json!({ "type": "object", "description": "The flow. Other members are kept as text.", "properties": details }),
    );
    spell(&mut event, "resource_metadata", &metadata());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ExternalFlow",
        "description": "An ExternalFlow event of Yandex Cloud's Audit Trails, as a query with `record_type = \"yandex-external-flow\"` reads it. Every key may be in snake_case or lowerCamelCase.",
        "type": "object",
        "properties": event,
        "required": ["details"],
        "anyOf": [{ "required": ["event_type"] }, { "required": ["eventType"] }],
    })
}

fn metadata() -> Value {
    let mut entry = Map::new();
    let text = json!({ "type": "string" });
    spell(&mut entry, "resource_type", &text);
    spell(&mut entry, "resource_id", &text);
    spell(&mut entry, "resource_name", &text);
    json!({
        "type": "object",
        "description": "Where in the cloud the event belongs.",
        "properties": {
            "path": { "type": "array", "items": { "type": "object", "properties": entry } },
        },
    })
}

fn member(kind: Kind, description: &str) -> Value {
    match kind {
        Kind::Text | Kind::Direction | Kind::Action => {
            json!({ "type": ["string", "integer"], "description": description })
        }
        Kind::Integer => {
            json!({ "type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)?$", "minimum": 0, "description": description })
        }
        Kind::Version => json!({ "type": ["string", "integer"], "description": description }),
        Kind::Flags => {
            json!({ "type": ["string", "integer"], "pattern": "^([0-9]+|0[xX][0-9a-fA-F]+)?$", "minimum": 0, "description": description })
        }
        Kind::Address => json!({ "type": "string", "description": description }),
        Kind::Time => {
            json!({ "type": "string", "format": "date-time", "description": description })
        }
    }
}

/// Adds a member under both spellings of its key.
fn spell(properties: &mut Map<String, Value>, key: &str, schema: &Value) {
    properties.insert(key.to_owned(), schema.clone());
    properties.insert(camel(key), schema.clone());
}
