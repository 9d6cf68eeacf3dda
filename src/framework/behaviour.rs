//! Behaviors of attributes. A field names them in `#[schemars(transform = …)]`, so that a typo does not
//! compile. Each writes one keyword that [`lower()`](super::lower()) reads.
//!
//! Must not know any attribute.

use schemars::Schema;
use serde_json::{Map, Value};

/// Prefix of this framework's keywords. `lower` rejects a keyword with this prefix that it does not know.
pub(crate) const PREFIX: &str = "x-terraform-";
pub(crate) const COMPUTED: &str = "x-terraform-computed";
pub(crate) const SENSITIVE: &str = "x-terraform-sensitive";
pub(crate) const REPLACE: &str = "x-terraform-requires-replace";
pub(crate) const BLOCK: &str = "x-terraform-block";
pub(crate) const DEFAULT: &str = "x-terraform-default";
pub(crate) const ONE_OF: &str = "x-terraform-one-of";
pub(crate) const CONFLICTS: &str = "x-terraform-conflicts-with";
pub(crate) const ALLOW_NULL: &str = "x-terraform-allow-null";
pub(crate) const ALLOW_UNKNOWN: &str = "x-terraform-allow-unknown";

/// The provider sets it when the user does not: optional and computed if the field has a serde
/// default and is not [`read_only`], else computed.
pub fn computed(schema: &mut Schema) {
    schema.insert(COMPUTED.into(), Value::Bool(true));
}

/// Only the provider sets it.
pub fn read_only(schema: &mut Schema) {
    computed(schema);
    schema.insert("readOnly".into(), Value::Bool(true));
}

/// Terraform hides it in its output.
pub fn sensitive(schema: &mut Schema) {
    schema.insert(SENSITIVE.into(), Value::Bool(true));
}

/// A change replaces the object.
pub fn requires_replace(schema: &mut Schema) {
    schema.insert(REPLACE.into(), Value::Bool(true));
}

/// A nested block that always exists ("group"). If the block is absent, its value is an object of nulls.
pub fn group_block(schema: &mut Schema) {
    schema.insert(BLOCK.into(), "group".into());
}

/// A nested block that may appear once.
pub fn single_block(schema: &mut Schema) {
    schema.insert(BLOCK.into(), "single".into());
}

/// A nested block that may be repeated and whose order matters.
pub fn list_block(schema: &mut Schema) {
    schema.insert(BLOCK.into(), "list".into());
}

/// A nested block that may be repeated and whose order does not matter.
pub fn set_block(schema: &mut Schema) {
    schema.insert(BLOCK.into(), "set".into());
}

/// A nested block that may be repeated, with a key for each.
pub fn map_block(schema: &mut Schema) {
    schema.insert(BLOCK.into(), "map".into());
}

/// The planned value if the user does not set the attribute (implies [`computed`]).
pub fn default_value<T: Into<Value> + Clone>(value: T) -> impl FnMut(&mut Schema) {
    move |schema| {
        computed(schema);
        schema.insert(DEFAULT.into(), value.clone().into());
    }
}

/// A known value must be one of the given values.
pub fn one_of<T: Into<Value> + Copy>(values: &'static [T]) -> impl FnMut(&mut Schema) {
    move |schema| {
        let values = values.iter().map(|v| (*v).into()).collect();
        schema.insert(ONE_OF.into(), Value::Array(values));
    }
}

/// The attribute conflicts with the attribute of this name.
pub fn conflicts_with(other: &'static str) -> impl FnMut(&mut Schema) {
    move |schema| {
        let others = schema
            .ensure_object()
            .entry(CONFLICTS)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(others) = others {
            others.push(other.into());
        }
    }
}

/// A parameter of a function that accepts null, as an `Attr` or `Option`.
pub fn allow_null(schema: &mut Schema) {
    schema.insert(ALLOW_NULL.into(), Value::Bool(true));
}

/// A parameter of a function that accepts unknown values, as an `Attr`.
pub fn allow_unknown(schema: &mut Schema) {
    schema.insert(ALLOW_UNKNOWN.into(), Value::Bool(true));
}

/// Converts the schema of a resource to a read-only view without some of its attributes. All others are computed, and
/// blocks become attributes. Only the first sentence of a description remains, because the others explain how to set
/// the attribute.
pub fn read_only_view(schema: &mut Schema, left_out: &[&str]) {
    schema.remove("description");
    let object = schema.ensure_object();
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.retain(|name, _| !left_out.contains(&name.as_str()));
    }
    make_read_only(object);
}

fn make_read_only(object: &mut Map<String, Value>) {
    const CONSTRAINTS: [&str; 3] = ["enum", "minItems", "maxItems"];
    object.remove("required");
    let properties = object.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut) {
        let Value::Object(property) = property else {
            continue;
        };
        property.retain(|key, _| !key.starts_with(PREFIX) && !CONSTRAINTS.contains(&key.as_str()));
        property.insert(COMPUTED.to_owned(), Value::Bool(true));
        property.insert("readOnly".to_owned(), Value::Bool(true));
        if let Some(Value::String(description)) = property.get_mut("description") {
            let ends = [". ", ".\n"].into_iter();
            let end = ends.filter_map(|end| description.find(end)).min();
            description.truncate(end.map_or(description.len(), |end| end + 1));
        }
        make_read_only(property);
        if let Some(Value::Object(items)) = property.get_mut("items") {
            make_read_only(items);
        }
    }
}
