//! Checks known values against the rules that the schema declares.
//!
//! Unknown and null values satisfy every rule. A noun validates everything else itself.

use std::borrow::Cow;

use super::schema::{Attribute, Block, Nesting, Rule, Shape};
use super::spelling::{self, is_empty};
use super::{Diagnostics, Mode, Model};
use crate::cty::{InStep, Map, Path, Value};

/// Validates a configuration by the rules of its schema and by a check of the noun.
pub fn validate<M: Model>(
    block: &Block,
    config: &Value,
    beyond: impl FnOnce(&M, &mut Diagnostics),
) -> Diagnostics {
    let mut diagnostics = check(block, config);
    match M::decode(&spelling::given(block, Cow::Borrowed(config))) {
        Ok(model) => beyond(&model, &mut diagnostics),
        Err(error) => diagnostics.push(error.into()),
    }
    diagnostics
}

/// Checks an object of a block's type.
pub(crate) fn check(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    check_block(block, config, &Path::root(), &mut diagnostics);
    diagnostics
}

fn check_block(block: &Block, object: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    check_attributes(&block.attributes, object, path, diagnostics);
    for (name, nested) in &block.blocks {
        let Some(value) = object.get(name).filter(|value| !value.is_null()) else {
            continue;
        };
        let path = path.clone().attribute(name.clone());
        each_element(nested.nesting, value, &path, |path, element| {
            check_block(&nested.block, element, path, diagnostics);
        });
    }
}

fn check_attributes(
    attributes: &Map<Attribute>,
    object: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let Value::Map(values) = object else { return };
    let mut values = InStep::with(values);
    for (name, attribute) in attributes {
        let Some(value) = values.at(name).filter(|value| is_checked(attribute, value)) else {
            continue;
        };
        let path = || path.clone().attribute(name.clone());
        for rule in &attribute.rules {
            if let Some(problem) = broken(rule, name, value, object) {
                diagnostics.error(
                    path(),
                    "invalid-value",
                    format!("Invalid value for {name}"),
                    problem,
                );
            }
        }
        if let Shape::Nested(nesting, attributes) = &attribute.shape {
            each_element(*nesting, value, &path(), |path, element| {
                check_required(attributes, element, path, diagnostics);
                check_attributes(attributes, element, path, diagnostics);
            });
        }
    }
}

/// Core checks this for blocks itself, but not for nested attributes.
fn check_required(
    attributes: &Map<Attribute>,
    element: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    let required = attributes.iter().filter(|(_, a)| a.mode == Mode::Required);
    for (name, _) in required.filter(|(name, _)| element.get(name).is_some_and(Value::is_null)) {
        let detail = format!("The attribute `{name}` is required here.");
        diagnostics.error(
            path.clone().attribute(name.clone()),
            "missing-required-argument",
            "Missing required argument",
            detail,
        );
    }
}

/// Visits the objects nested in a value, each with its path. An element of a set has the path of the set.
fn each_element(
    nesting: Nesting,
    value: &Value,
    path: &Path,
    mut visit: impl FnMut(&Path, &Value),
) {
    match (nesting, value) {
        (Nesting::Single | Nesting::Group, value) => visit(path, value),
        (_, Value::List(values)) => {
            for (index, value) in (0..).zip(values) {
                visit(&path.clone().index(index), value);
            }
        }
        (_, Value::Set(values)) => values.iter().for_each(|value| visit(path, value)),
        (Nesting::Map, Value::Map(values)) => {
            for (key, value) in values {
                visit(&path.clone().key(key.clone()), value);
            }
        }
        _ => {}
    }
}

/// Describes how a known value breaks a rule.
fn broken(rule: &Rule, name: &str, value: &Value, object: &Value) -> Option<String> {
    match rule {
        Rule::OneOf(allowed) if !allowed.contains(value) => {
            let hint = meant(allowed, value).map(|meant| format!(" Write {}.", show(meant)));
            let allowed: Vec<_> = allowed.iter().map(show).collect();
            let allowed = allowed.join(", ");
            Some(format!(
                "`{name}` is {}; it must be one of: {allowed}.{}",
                show(value),
                hint.unwrap_or_default()
            ))
        }
        Rule::Range(low, high) => out_of_range(value, *low, *high)
            .map(|range| format!("`{name}` is {}; it must be {range}.", show(value))),
        Rule::MaxItems(most) => too_many(value, *most)
            .map(|count| format!("`{name}` has {count} elements; at most {most} are allowed.")),
        Rule::ConflictsWith(other) if object.get(other).is_some_and(is_given) => Some(format!(
            "`{name}` and `{other}` cannot be given together; remove one of them."
        )),
        Rule::OneOf(_) | Rule::ConflictsWith(_) => None,
    }
}

/// Checks whether a value is known and given. An empty string counts as given only for a required attribute.
fn is_checked(attribute: &Attribute, value: &Value) -> bool {
    is_given(value) || is_empty(value) && !attribute.mode.is_optional()
}

fn is_given(value: &Value) -> bool {
    !(value.is_null() || value.is_unknown() || is_empty(value))
}

/// Finds the only allowed value that differs in spelling, or that contains the written text.
fn meant<'a>(allowed: &'a [Value], written: &Value) -> Option<&'a Value> {
    let joined = |value: &Value| match value {
        Value::String(text) => text.to_lowercase().replace(['-', '_', ' '], ""),
        _ => String::new(),
    };
    let text = joined(written);
    if let Some(same) = allowed.iter().find(|value| joined(value) == text) {
        return Some(same).filter(|_| !text.is_empty());
    }
    let mut parts = allowed
        .iter()
        .filter(|value| text.len() > 2 && joined(value).contains(&text));
    parts.next().filter(|_| parts.next().is_none())
}

fn out_of_range(value: &Value, low: Option<i64>, high: Option<i64>) -> Option<String> {
    let Value::Number(number) = value else {
        return None;
    };
    let inside = number
        .as_i64()
        .is_some_and(|n| low.is_none_or(|low| n >= low) && high.is_none_or(|high| n <= high));
    let range = match (low, high) {
        (Some(low), Some(high)) => format!("a whole number from {low} to {high}"),
        (Some(low), None) => format!("a whole number of at least {low}"),
        (None, Some(high)) => format!("a whole number of at most {high}"),
        (None, None) => return None,
    };
    (!inside).then_some(range)
}

fn too_many(value: &Value, most: usize) -> Option<usize> {
    let count = match value {
        Value::List(values) | Value::Set(values) => values.len(),
        Value::Map(values) => values.len(),
        _ => 0,
    };
    (count > most).then_some(count)
}

/// Shows a simple value as the user would write it.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{text}\""),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => "a value of another type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::super::{Attr, behaviour, lower};
    use super::*;

    /// Two ways to say one thing.
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Either {
        /// By name.
        #[serde(default)]
        #[schemars(transform = behaviour::conflicts_with("arn"))]
        name: Attr<String>,
        /// By ARN.
        #[serde(default)]
        #[schemars(transform = behaviour::conflicts_with("name"))]
        arn: Attr<String>,
    }

    impl Model for Either {}

    #[test]
    fn an_empty_text_is_not_given_and_conflicts_with_nothing() {
        let schema = lower::<Either>(0).unwrap();
        let paths = |name: Value, arn: Value| {
            let values = [("name", name), ("arn", arn)];
            let found = check(&schema.block, &Value::map(values));
            let paths = found.iter().map(|found| found.path.to_string());
            paths.collect::<Vec<_>>()
        };
        assert_eq!(paths("a".into(), "b".into()), ["arn", "name"]);
        for other in ["".into(), Value::Null, Value::unknown()] {
            assert!(paths("a".into(), other.clone()).is_empty());
            assert!(paths(other, "b".into()).is_empty());
        }
    }
}
