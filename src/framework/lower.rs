//! Converts a model's JSON Schema to a Terraform schema.
//!
//! A doc comment becomes the description, a missing `serde(default)` required, `readOnly` computed, integer and number
//! a number, `uniqueItems` a set, `additionalProperties` a map, an object with properties a nested attribute or a
//! block, `enum` the allowed values, and `x-terraform-*` a behavior. Everything else is refused, so that no part of a
//! model is lost.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::behaviour;
use super::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Rule, Schema, Shape};
use super::{Diagnostic, Model};
use crate::cty::{self, Number, Type, Value};

/// The reason why a model cannot be converted to a Terraform schema, with the place in the model.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{path}: {reason}")]
pub struct LowerError {
    /// Names of attributes and blocks, joined by dots.
    pub path: String,
    /// The reason.
    pub reason: String,
}

impl From<LowerError> for Diagnostic {
    fn from(error: LowerError) -> Self {
        let detail = format!(
            "A model could not be converted to a schema: {error}. This is a bug in the provider."
        );
        Self::error("schema-not-made", "Schema not made", detail)
    }
}

/// Converts a model to a schema with a version.
///
/// # Errors
/// If a field has a declaration that a Terraform schema cannot express. The error is about the first such field.
pub fn lower<M: Model>(version: i64) -> Result<Schema, LowerError> {
    let mut root = Block::default();
    for schema in M::json_schemas() {
        let json = schema.to_value();
        let object = json
            .as_object()
            .ok_or_else(|| refuse("", "not an object schema"))?;
        let block = lower_block("", object)?;
        // If two structs declare the same name, the first declaration applies.
        for (name, attribute) in block.attributes {
            root.attributes.entry(name).or_insert(attribute);
        }
        for (name, nested) in block.blocks {
            root.blocks.entry(name).or_insert(nested);
        }
        if root.description.is_empty() {
            root.description = block.description;
        }
    }
    Ok(Schema::new(version, root))
}

fn lower_block(path: &str, schema: &Map<String, Json>) -> Result<Block, LowerError> {
    let mut block = Block {
        description: description(schema),
        ..Block::default()
    };
    for (name, property, required) in properties(path, schema)? {
        let path = join(path, name);
        if let Some(nesting) = block_nesting(&path, property)? {
            block.blocks.insert(
                name.as_str().into(),
                lower_nested_block(&path, property, nesting)?,
            );
        } else {
            block.attributes.insert(
                name.as_str().into(),
                lower_attribute(&path, property, required)?,
            );
        }
    }
    Ok(block)
}

fn lower_nested_block(
    path: &str,
    schema: &Map<String, Json>,
    nesting: Nesting,
) -> Result<NestedBlock, LowerError> {
    check_keywords(path, schema)?;
    let object = match nesting {
        Nesting::Single | Nesting::Group => schema,
        Nesting::List | Nesting::Set => subschema(path, schema, "items")?,
        Nesting::Map => subschema(path, schema, "additionalProperties")?,
    };
    let mut block = lower_block(path, object)?;
    block.description = description(schema);
    Ok(NestedBlock {
        nesting,
        block,
        requires_replace: flag(schema, behaviour::REPLACE),
        max_items: schema.get("maxItems").and_then(Json::as_i64).unwrap_or(0),
    })
}

fn lower_attribute(
    path: &str,
    schema: &Map<String, Json>,
    required: bool,
) -> Result<Attribute, LowerError> {
    check_keywords(path, schema)?;
    let mode = match (
        flag(schema, behaviour::COMPUTED),
        flag(schema, "readOnly"),
        required,
    ) {
        (true, true, _) => Mode::Computed,
        (true, false, false) => Mode::OptionalComputed,
        (true, false, true) => return Err(refuse(path, "computed needs `serde(default)`")),
        (false, _, true) => Mode::Required,
        (false, _, false) => Mode::Optional,
    };
    Ok(Attribute {
        description: description(schema),
        shape: shape(path, schema)?,
        mode,
        sensitive: flag(schema, behaviour::SENSITIVE),
        requires_replace: flag(schema, behaviour::REPLACE),
        default: schema
            .get(behaviour::DEFAULT)
            .map(|v| literal(path, v))
            .transpose()?,
        rules: rules(path, schema)?,
    })
}

fn shape(path: &str, schema: &Map<String, Json>) -> Result<Shape, LowerError> {
    let nested = |nesting, object| Ok(Shape::Nested(nesting, nested_attributes(path, object)?));
    match kind(path, schema)? {
        "object" if schema.contains_key("properties") => nested(Nesting::Single, schema),
        "object" => match subschema(path, schema, "additionalProperties")? {
            object if object.contains_key("properties") => nested(Nesting::Map, object),
            _ => Ok(Shape::Plain(plain(path, schema)?)),
        },
        "array" => match subschema(path, schema, "items")? {
            object if object.contains_key("properties") => nested(sequence(schema), object),
            _ => Ok(Shape::Plain(plain(path, schema)?)),
        },
        _ => Ok(Shape::Plain(plain(path, schema)?)),
    }
}

fn nested_attributes(
    path: &str,
    object: &Map<String, Json>,
) -> Result<cty::Map<Attribute>, LowerError> {
    let block = lower_block(path, object)?;
    match block.blocks.keys().next() {
        Some(name) => Err(refuse(
            &join(path, name),
            "a block inside a nested attribute",
        )),
        None => Ok(block.attributes),
    }
}

pub(super) fn plain(path: &str, schema: &Map<String, Json>) -> Result<Type, LowerError> {
    Ok(match kind(path, schema)? {
        "string" => Type::String,
        "boolean" => Type::Bool,
        "integer" | "number" => Type::Number,
        "object" => Type::map(plain(
            path,
            subschema(path, schema, "additionalProperties")?,
        )?),
        "array" => {
            let element = plain(path, subschema(path, schema, "items")?)?;
            sequence(schema).wrap(element)
        }
        other => return Err(refuse(path, &format!("no Terraform type for `{other}`"))),
    })
}

fn sequence(schema: &Map<String, Json>) -> Nesting {
    if flag(schema, "uniqueItems") {
        Nesting::Set
    } else {
        Nesting::List
    }
}

/// Returns the JSON type without null, which the types `Option<T>` and `Attr<T>` of a field allow.
fn kind<'a>(path: &str, schema: &'a Map<String, Json>) -> Result<&'a str, LowerError> {
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Json::String(kind)) => vec![kind],
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let mut kinds = kinds.into_iter().filter(|kind| *kind != "null");
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) => Ok(kind),
        _ => Err(refuse(path, "exactly one type is needed")),
    }
}

fn rules(path: &str, schema: &Map<String, Json>) -> Result<Vec<Rule>, LowerError> {
    let mut rules = Vec::new();
    for keyword in ["enum", behaviour::ONE_OF] {
        if let Some(Json::Array(values)) = schema.get(keyword) {
            let values = values.iter().filter(|v| !v.is_null());
            let values: Result<_, _> = values.map(|v| literal(path, v)).collect();
            rules.push(Rule::OneOf(values?));
        }
    }
    let bound = |keyword| schema.get(keyword).and_then(Json::as_i64);
    if bound("minimum").is_some() || bound("maximum").is_some() {
        rules.push(Rule::Range(bound("minimum"), bound("maximum")));
    }
    if let Some(most) = schema.get("maxItems").and_then(Json::as_u64) {
        rules.push(Rule::MaxItems(usize::try_from(most).unwrap_or(usize::MAX)));
    }
    if let Some(Json::Array(others)) = schema.get(behaviour::CONFLICTS) {
        let others = others.iter().filter_map(Json::as_str);
        rules.extend(others.map(|other| Rule::ConflictsWith(other.to_owned())));
    }
    Ok(rules)
}

fn literal(path: &str, json: &Json) -> Result<Value, LowerError> {
    match json {
        Json::String(text) => Ok(Value::String(text.clone())),
        Json::Bool(truth) => Ok(Value::Bool(*truth)),
        Json::Number(number) => number
            .to_string()
            .parse::<Number>()
            .map(Value::Number)
            .map_err(|_| refuse(path, "not a number")),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(refuse(path, "not a simple value")),
    }
}

type Property<'a> = (&'a String, &'a Map<String, Json>, bool);

fn properties<'a>(
    path: &str,
    schema: &'a Map<String, Json>,
) -> Result<Vec<Property<'a>>, LowerError> {
    let required: BTreeSet<&str> = match schema.get("required") {
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => BTreeSet::new(),
    };
    let Some(Json::Object(properties)) = schema.get("properties") else {
        return Ok(Vec::new());
    };
    let entry = |(name, property): (&'a String, &'a Json)| match property.as_object() {
        Some(object) => Ok((name, object, required.contains(name.as_str()))),
        None => Err(refuse(&join(path, name), "a schema that allows anything")),
    };
    properties.iter().map(entry).collect()
}

fn subschema<'a>(
    path: &str,
    schema: &'a Map<String, Json>,
    keyword: &str,
) -> Result<&'a Map<String, Json>, LowerError> {
    schema
        .get(keyword)
        .and_then(Json::as_object)
        .ok_or_else(|| refuse(path, &format!("`{keyword}` is missing")))
}

fn block_nesting(path: &str, schema: &Map<String, Json>) -> Result<Option<Nesting>, LowerError> {
    Ok(Some(
        match schema.get(behaviour::BLOCK).and_then(Json::as_str) {
            None => return Ok(None),
            Some("single") => Nesting::Single,
            Some("group") => Nesting::Group,
            Some("list") => Nesting::List,
            Some("set") => Nesting::Set,
            Some("map") => Nesting::Map,
            Some(other) => return Err(refuse(path, &format!("no nesting mode `{other}`"))),
        },
    ))
}

/// Refuses unknown keywords of ours, so that no behavior is lost silently.
fn check_keywords(path: &str, schema: &Map<String, Json>) -> Result<(), LowerError> {
    const KNOWN: [&str; 7] = [
        behaviour::COMPUTED,
        behaviour::SENSITIVE,
        behaviour::REPLACE,
        behaviour::BLOCK,
        behaviour::DEFAULT,
        behaviour::ONE_OF,
        behaviour::CONFLICTS,
    ];
    let ours = |key: &&String| key.starts_with(behaviour::PREFIX) && !KNOWN.contains(&key.as_str());
    match schema.keys().find(ours) {
        Some(key) => Err(refuse(path, &format!("unknown keyword `{key}`"))),
        None => Ok(()),
    }
}

pub(super) fn flag(schema: &Map<String, Json>, keyword: &str) -> bool {
    schema.get(keyword) == Some(&Json::Bool(true))
}

/// Returns the doc comment as Markdown: lines of a paragraph joined, paragraphs and list items kept.
pub(super) fn description(schema: &Map<String, Json>) -> String {
    let text = schema
        .get("description")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let mut joined = String::new();
        for line in paragraph.lines().map(str::trim_end) {
            if !joined.is_empty() {
                joined.push(if line.starts_with("- ") { '\n' } else { ' ' });
            }
            joined.push_str(line);
        }
        joined
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

pub(super) fn refuse(path: &str, reason: &str) -> LowerError {
    LowerError {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
