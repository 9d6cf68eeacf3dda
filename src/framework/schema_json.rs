//! A schema in the form of `terraform providers schema -json`, for people, editors and other tools.

use serde_json::{Map, Value as Json, json};

use super::function::{Parameter, Signature};
use super::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema, Shape};
use crate::cty::Type;

/// Returns one schema.
pub fn schema_json(schema: &Schema) -> Json {
    json!({ "version": schema.version, "block": block(&schema.block) })
}

/// Returns the schema of one action. Actions have no state, and so no version.
pub fn action_json(schema: &Schema) -> Json {
    json!({ "block": block(&schema.block) })
}

/// Returns the signature of one function.
pub fn function_json(signature: &Signature) -> Json {
    let mut json = Map::new();
    json.insert("summary".into(), signature.summary.as_str().into());
    json.insert("description".into(), signature.description.as_str().into());
    json.insert("return_type".into(), type_json(&signature.returns));
    if !signature.parameters.is_empty() {
        let parameters = signature.parameters.iter().map(parameter).collect();
        json.insert("parameters".into(), Json::Array(parameters));
    }
    if let Some(variadic) = &signature.variadic {
        json.insert("variadic_parameter".into(), parameter(variadic));
    }
    Json::Object(json)
}

fn parameter(parameter: &Parameter) -> Json {
    let mut json = Map::new();
    json.insert("name".into(), parameter.name.as_str().into());
    json.insert("description".into(), parameter.description.as_str().into());
    json.insert("type".into(), type_json(&parameter.ty));
    if parameter.allow_null {
        json.insert("is_nullable".into(), true.into());
    }
    Json::Object(json)
}

fn type_json(ty: &Type) -> Json {
    serde_json::from_str(&ty.to_json()).unwrap_or(Json::Null)
}

/// Returns the schema of an identity.
pub fn identity_schema_json(schema: &Schema) -> Json {
    let attribute = |attribute: &Attribute| {
        let mut json = Map::new();
        if let Shape::Plain(ty) = &attribute.shape {
            json.insert("type".into(), type_json(ty));
        }
        json.insert("description".into(), attribute.description.clone().into());
        let import = match attribute.mode {
            Mode::Required => "required_for_import",
            _ => "optional_for_import",
        };
        json.insert(import.into(), true.into());
        Json::Object(json)
    };
    let attributes = schema.block.attributes.iter();
    let attributes: Map<_, _> = attributes
        .map(|(n, a)| (n.to_string(), attribute(a)))
        .collect();
    json!({ "version": schema.version, "attributes": attributes })
}

fn block(block: &Block) -> Json {
    let mut json = Map::new();
    if !block.attributes.is_empty() {
        let attributes = block
            .attributes
            .iter()
            .map(|(n, a)| (n.to_string(), attribute(a)));
        json.insert("attributes".into(), Json::Object(attributes.collect()));
    }
    if !block.blocks.is_empty() {
        let blocks = block
            .blocks
            .iter()
            .map(|(n, b)| (n.to_string(), nested_block(b)));
        json.insert("block_types".into(), Json::Object(blocks.collect()));
    }
    describe(&mut json, &block.description);
    Json::Object(json)
}

fn nested_block(nested: &NestedBlock) -> Json {
    let mut json = Map::new();
    json.insert("nesting_mode".into(), nesting(nested.nesting).into());
    json.insert("block".into(), block(&nested.block));
    if nested.max_items > 0 {
        json.insert("max_items".into(), nested.max_items.into());
    }
    Json::Object(json)
}

fn attribute(attribute: &Attribute) -> Json {
    let mut json = Map::new();
    match &attribute.shape {
        Shape::Plain(ty) => {
            json.insert("type".into(), type_json(ty));
        }
        Shape::Nested(mode, attributes) => {
            let attributes = attributes
                .iter()
                .map(|(n, a)| (n.to_string(), self::attribute(a)));
            let attributes = Json::Object(attributes.collect());
            let nested = json!({ "attributes": attributes, "nesting_mode": nesting(*mode) });
            json.insert("nested_type".into(), nested);
        }
    }
    describe(&mut json, &attribute.description);
    let flags = [
        ("required", attribute.mode == Mode::Required),
        ("optional", attribute.mode.is_optional()),
        ("computed", attribute.mode.is_computed()),
        ("sensitive", attribute.sensitive),
    ];
    for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
        json.insert(name.into(), true.into());
    }
    Json::Object(json)
}

fn describe(json: &mut Map<String, Json>, description: &str) {
    if !description.is_empty() {
        json.insert("description".into(), description.into());
    }
    json.insert("description_kind".into(), "markdown".into());
}

fn nesting(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::Group => "group",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }
}
