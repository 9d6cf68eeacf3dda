//! The plan rules of Terraform Core for providers, for values and a schema.
//!
//! These functions are pure: they use no clock, no randomness and no network. A computed attribute that the
//! configuration omits is planned as its default, otherwise as its prior value, otherwise (on create) as unknown. Rules
//! that depend on the rest of the configuration belong to the `plan` method of the resource, which runs after these
//! rules.

use super::schema::{Attribute, Block, Nesting, Schema, Shape};
use super::spelling::Normal;
use crate::cty::{InStep, Map, Path, Value};

/// A planned change. The rules of the resource can read and complete it.
#[derive(Debug)]
pub struct Change<S> {
    /// The stored state before the change. `None` on create.
    pub prior: Option<S>,
    /// The configuration.
    pub config: S,
    /// The plan so far. Its final value becomes the plan, except for configured values and for values that mean the
    /// same as before.
    pub planned: S,
    /// Attributes and blocks whose change does not require replacement, although their schema says so.
    pub in_place: Vec<&'static str>,
    /// The private data that the plan receives.
    pub private: Private,
}

/// Private data: bytes of a resource that Core carries from one call to the next. Core neither reads nor compares them.
///
/// They begin in [`Resource::private`](super::Resource::private), and end with the apply: a state has none. They may come
/// from another version of the provider, or be damaged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    /// Whether Core stores what a plan returns for the plan that repeats it (Terraform 1.16 and newer).
    pub is_stored: bool,
    /// What the plan has returned that this plan repeats before the apply, or that is applied. Empty in a first plan.
    pub planned: Vec<u8>,
    /// What the plan of an object has returned to the plan of its replacement, which Core requests next. Empty unless this
    /// is that plan.
    pub prior: Vec<u8>,
}

/// Returns the plan that the rules of the schema produce.
pub(crate) fn propose(schema: &Schema, prior: &Value, proposed: Value, config: &Value) -> Value {
    let mut planned = proposed;
    fill_block(&schema.block, &mut planned, config, prior.is_null());
    planned
}

fn fill_block(block: &Block, planned: &mut Value, config: &Value, creating: bool) {
    fill_attributes(&block.attributes, planned, config, creating);
    let Value::Map(values) = planned else { return };
    for (name, nested) in &block.blocks {
        let config = config.get(name).unwrap_or(&Value::Null);
        if let Some(value) = values.get_mut(name) {
            fill_elements(nested.nesting, value, config, |element, config| {
                fill_block(&nested.block, element, config, creating);
            });
        }
    }
}

fn fill_attributes(
    attributes: &Map<Attribute>,
    planned: &mut Value,
    config: &Value,
    creating: bool,
) {
    let Value::Map(values) = planned else { return };
    let mut attributes = InStep::with(attributes);
    let mut configured = match config {
        Value::Map(config) => Some(InStep::with(config)),
        _ => None,
    };
    for (name, value) in values {
        if let Some(attribute) = attributes.at(name) {
            let config = configured.as_mut().and_then(|config| config.at(name));
            fill_attribute(attribute, value, config.unwrap_or(&Value::Null), creating);
        }
    }
}

fn fill_attribute(attribute: &Attribute, planned: &mut Value, config: &Value, creating: bool) {
    if config.is_null() && attribute.mode.is_computed() {
        match (&attribute.default, creating) {
            (Some(default), _) => *planned = default.clone(),
            (None, true) => *planned = Value::unknown(),
            (None, false) => {}
        }
    } else if let Shape::Nested(nesting, attributes) = &attribute.shape {
        fill_elements(*nesting, planned, config, |element, config| {
            fill_attributes(attributes, element, config, creating);
        });
    }
}

/// Applies `fill` to each element together with its configured element. An element of a set is its own configuration,
/// because Core does not match the elements of sets.
fn fill_elements(
    nesting: Nesting,
    planned: &mut Value,
    config: &Value,
    fill: impl Fn(&mut Value, &Value),
) {
    match (nesting, planned) {
        (Nesting::Single | Nesting::Group, planned) => fill(planned, config),
        (_, Value::List(elements)) => {
            let configs: &[Value] = match config {
                Value::List(configs) => configs,
                _ => &[],
            };
            for (index, element) in elements.iter_mut().enumerate() {
                fill(element, configs.get(index).unwrap_or(&Value::Null));
            }
        }
        (_, Value::Map(elements)) => {
            for (key, element) in elements {
                fill(element, config.get(key).unwrap_or(&Value::Null));
            }
        }
        (_, planned) => planned.change_elements(|element| {
            let config = element.clone();
            fill(element, &config);
        }),
    }
}

/// Returns the sorted paths whose change requires replacement. A create has none, and a change to an equivalent value
/// requires none.
pub(super) fn requires_replace(
    schema: &Schema,
    prior: &Value,
    planned: &Value,
    normal: Normal<'_>,
) -> Vec<Path> {
    let mut paths = Vec::new();
    let both = !prior.is_null() && !planned.is_null();
    if both {
        let change = (prior, planned);
        replace_block(&schema.block, change, normal, &Path::root(), &mut paths);
    }
    paths.sort();
    paths
}

fn replace_block(
    block: &Block,
    (prior, planned): (&Value, &Value),
    normal: Normal<'_>,
    path: &Path,
    paths: &mut Vec<Path>,
) {
    let pair = |name: &str| {
        let (old, new) = (prior.get(name)?, planned.get(name)?);
        (!same(old, new) && !normal.is_same(name)).then_some((old, new))
    };
    for (name, attribute) in &block.attributes {
        if attribute.requires_replace && pair(name).is_some() {
            paths.push(path.clone().attribute(name.clone()));
        }
    }
    for (name, nested) in &block.blocks {
        let Some((old, new)) = pair(name) else {
            continue;
        };
        let path = path.clone().attribute(name.clone());
        let whole = matches!(nested.nesting, Nesting::Single | Nesting::Group);
        if whole && !old.is_null() && !new.is_null() {
            let normal = normal.part(name);
            replace_block(&nested.block, (old, new), normal, &path, paths);
        } else if nested.requires_replace {
            paths.push(path);
        }
    }
}

/// Compares two values as Core does: without the refinements of unknown values.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.clone().without_refinements() == b.clone().without_refinements()
}

/// Returns the response to an apply: the planned values, with actual values in place of unknown ones.
///
/// Core refuses any other value for a known planned value. If the service created something else, that is drift, which
/// the next refresh shows.
pub(crate) fn settle(planned: &Value, actual: Value) -> Value {
    match (planned, actual) {
        (Value::Unknown(_), actual) => actual,
        (Value::Map(planned), Value::Map(mut actual)) => Value::Map(
            planned
                .iter()
                .map(|(name, value)| {
                    let actual = actual.remove(name).unwrap_or(Value::Null);
                    (name.clone(), settle(value, actual))
                })
                .collect(),
        ),
        (Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
            let pairs = planned.iter().zip(actual);
            Value::List(pairs.map(|(p, a)| settle(p, a)).collect())
        }
        (planned, _) => planned.clone(),
    }
}

#[cfg(test)]
mod tests;
