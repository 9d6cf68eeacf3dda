//! Different spellings of the same value, and what happens when only the spelling changes.
//!
//! An empty string means that an argument is not given, so a resource sees null instead ([`given`]). If only the spelling
//! of a value changes, the plan keeps the spelling of the state where core allows it ([`respell`]), and nothing is
//! replaced. This module must not know which spellings are equal: [`normal`](super::Resource::normal) of the resource
//! decides that.

use std::borrow::Cow;

use super::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Shape};
use crate::cty::{Type, Value};

/// Returns an object in which each empty string of an optional argument is null, because it is not given.
pub fn given<'o>(block: &Block, object: Cow<'o, Value>) -> Cow<'o, Value> {
    let is_not_given =
        |attribute: &Attribute, value: &Value| attribute.mode.is_optional() && is_empty(value);
    replaced(block, object, &is_not_given, &Value::Null)
}

/// Replaces each string for which a condition holds. Copies the object only if there is such a string.
pub(super) fn replaced<'o>(
    block: &Block,
    mut object: Cow<'o, Value>,
    condition: &impl Fn(&Attribute, &Value) -> bool,
    by: &Value,
) -> Cow<'o, Value> {
    if any_text(block, &object, condition) {
        each_text(block, object.to_mut(), &|attribute, value| {
            if condition(attribute, value) {
                *value = by.clone();
            }
        });
    }
    object
}

/// Checks whether a condition holds for any string attribute of a block or of its nested blocks.
fn any_text(
    block: &Block,
    object: &Value,
    condition: &impl Fn(&Attribute, &Value) -> bool,
) -> bool {
    let Value::Map(values) = object else {
        return false;
    };
    values.iter().any(|(name, value)| {
        let nested = || block.blocks.get(name);
        match value {
            Value::String(_) => {
                let attribute = block.attributes.get(name);
                attribute.is_some_and(|attribute| {
                    attribute.shape == Shape::Plain(Type::String) && condition(attribute, value)
                })
            }
            Value::List(elements) | Value::Set(elements) => nested().is_some_and(|nested| {
                let mut elements = elements.iter();
                elements.any(|element| any_text(&nested.block, element, condition))
            }),
            Value::Map(elements) => nested().is_some_and(|nested| {
                if is_one_object(nested) {
                    return any_text(&nested.block, value, condition);
                }
                let mut elements = elements.values();
                elements.any(|element| any_text(&nested.block, element, condition))
            }),
            _ => false,
        }
    })
}

/// Changes every string attribute of a block and of its nested blocks.
fn each_text(block: &Block, object: &mut Value, change: &impl Fn(&Attribute, &mut Value)) {
    let Value::Map(values) = object else { return };
    for (name, value) in values {
        // Most arguments are null, so only others are looked up.
        if !may_hold_text(value) {
            continue;
        }
        match (block.attributes.get(name), block.blocks.get(name)) {
            (Some(attribute), _) if attribute.shape == Shape::Plain(Type::String) => {
                change(attribute, value);
            }
            (_, Some(nested)) if is_one_object(nested) => each_text(&nested.block, value, change),
            (_, Some(nested)) => {
                value.change_elements(|element| each_text(&nested.block, element, change));
            }
            _ => {}
        }
    }
}

fn may_hold_text(value: &Value) -> bool {
    matches!(
        value,
        Value::String(_) | Value::List(_) | Value::Set(_) | Value::Map(_)
    )
}

/// Checks whether a value is an empty text.
pub(super) fn is_empty(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.is_empty())
}

/// An object before and after a change, both in normal form: values with the same meaning are equal.
#[derive(Clone, Copy)]
pub(super) struct Normal<'a> {
    pub(super) before: &'a Value,
    pub(super) after: &'a Value,
}

impl<'a> Normal<'a> {
    /// Checks whether an attribute or block has the same meaning as before.
    pub(super) fn is_same(self, name: &str) -> bool {
        let (before, after) = (self.before.get(name), self.after.get(name));
        before.is_some() && before == after && before.is_some_and(Value::is_wholly_known)
    }

    /// Returns the part under a name.
    pub(super) fn part(self, name: &str) -> Self {
        let part = |object: &'a Value| object.get(name).unwrap_or(&Value::Null);
        Self {
            before: part(self.before),
            after: part(self.after),
        }
    }
}

/// Keeps the earlier spelling of each value that has the same meaning as before. In a plan, every other argument takes
/// the value of the configuration: core allows only that value or the earlier one.
pub(super) fn respell(
    block: &Block,
    before: &Value,
    config: Option<&Value>,
    normal: Normal<'_>,
    after: &mut Value,
) {
    let Value::Map(values) = after else { return };
    for (name, value) in values {
        let before = before.get(name).unwrap_or(&Value::Null);
        let config = config.map(|config| config.get(name).unwrap_or(&Value::Null));
        if let Some(attribute) = block.attributes.get(name) {
            if normal.is_same(name) && may_stay(attribute, before, config) {
                value.clone_from(before);
            } else if let Some(config) = config {
                write(attribute, config, value);
            }
        } else if let Some(nested) = block.blocks.get(name) {
            if is_one_object(nested) {
                let normal = normal.part(name);
                respell(&nested.block, before, config, normal, value);
            } else if normal.is_same(name) && has_count_of(before, config) {
                value.clone_from(before);
            } else if let (Value::List(elements), Some(Value::List(configs))) = (value, config) {
                let new = Normal {
                    before: &Value::Null,
                    after: &Value::Null,
                };
                for (element, config) in elements.iter_mut().zip(configs) {
                    respell(&nested.block, &Value::Null, Some(config), new, element);
                }
            }
        }
    }
}

/// Core allows the earlier value if the configuration has another value, or leaves the choice to the provider. A refresh
/// may return any value. An empty string does not stay where the provider chooses. An unknown value can become null.
fn may_stay(attribute: &Attribute, before: &Value, config: Option<&Value>) -> bool {
    let allowed = match config {
        Some(config) if config.is_null() || config.is_unknown() => {
            attribute.mode.is_computed() && !is_empty(before)
        }
        Some(_) | None => true,
    };
    allowed && !before.is_null()
}

fn has_count_of(before: &Value, config: Option<&Value>) -> bool {
    let count = |value: &Value| match value {
        Value::List(elements) | Value::Set(elements) => elements.len(),
        Value::Map(elements) => elements.len(),
        _ => 0,
    };
    config.is_none_or(|config| count(before) == count(config))
}

fn write(attribute: &Attribute, config: &Value, planned: &mut Value) {
    let plain = matches!(attribute.shape, Shape::Plain(_));
    let is_written = plain && (!config.is_null() || attribute.mode == Mode::Optional);
    if is_written && (planned != config || !config.is_wholly_known()) {
        // The earlier spelling may not satisfy the refinements of an unknown value.
        *planned = config.clone().without_refinements();
    }
}

/// Restores empty strings where the value is still null.
pub(super) fn restore(block: &Block, written: &Value, object: &mut Value) {
    let Value::Map(values) = object else { return };
    for (name, value) in values {
        let Some(written) = written.get(name) else {
            continue;
        };
        if value.is_null() && is_empty(written) {
            *value = written.clone();
        } else if let Some(nested) = block.blocks.get(name) {
            restore_nested(nested, written, value);
        }
    }
}

fn restore_nested(nested: &NestedBlock, written: &Value, value: &mut Value) {
    match (nested.nesting, written, value) {
        (Nesting::Single | Nesting::Group, written, value) => {
            restore(&nested.block, written, value);
        }
        (Nesting::List, Value::List(written), Value::List(values)) => {
            for (written, value) in written.iter().zip(values) {
                restore(&nested.block, written, value);
            }
        }
        _ => {}
    }
}

fn is_one_object(nested: &NestedBlock) -> bool {
    matches!(nested.nesting, Nesting::Single | Nesting::Group)
}
