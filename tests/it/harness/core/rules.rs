//! The rules with which Terraform Core checks the responses of a provider.
//!
//! The functions are pure and take values and a schema. They return violations as text with a path.

use vpcflow::cty::{Path, Value};
use vpcflow::framework::{Attribute, Block, Mode, NestedBlock, Nesting, Shape};

const NULL: Value = Value::Null;

/// Returns the proposed plan: the configuration, with prior values where the provider can choose.
pub(crate) fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Map(configured) = config else {
        return config.clone();
    };
    let mut values = configured.clone();
    for (name, attribute) in &block.attributes {
        assert_plain(attribute);
        if values[name].is_null() && attribute.mode.is_computed() {
            values.insert(name.clone(), part(prior, name).clone());
        }
    }
    for (name, nested) in &block.blocks {
        let merged = proposed_block(nested, part(prior, name), &values[name]);
        values.insert(name.clone(), merged);
    }
    Value::Map(values)
}

fn proposed_block(nested: &NestedBlock, prior: &Value, config: &Value) -> Value {
    let block = &nested.block;
    match (nested.nesting, config) {
        (Nesting::Single | Nesting::Group, config) => proposed(block, prior, config),
        (_, Value::List(elements)) => {
            let merged = (0..).zip(elements).map(|(index, element)| {
                let before = elements_of(prior).get(index).cloned().unwrap_or(NULL);
                proposed(block, &before, element)
            });
            Value::List(merged.collect())
        }
        (_, Value::Set(elements)) => Value::set(elements.iter().map(|element| {
            let equal = |before: &&Value| written_alike(block, before, element);
            let before = elements_of(prior).iter().find(equal).cloned();
            proposed(block, &before.unwrap_or(NULL), element)
        })),
        (_, Value::Map(elements)) => {
            let merged = elements.iter().map(|(key, element)| {
                let merged = proposed(block, part(prior, key), element);
                (key.clone(), merged)
            });
            Value::map(merged)
        }
        (_, config) => config.clone(),
    }
}

/// Reports whether two elements of a set are equal in their configurable attributes.
fn written_alike(block: &Block, before: &Value, config: &Value) -> bool {
    block.attributes.iter().all(|(name, attribute)| {
        let left_to_provider = attribute.mode.is_computed() && part(config, name).is_null();
        left_to_provider || part(before, name) == part(config, name)
    })
}

/// Returns what Core would refuse in a plan: "Provider produced invalid plan".
pub(crate) fn invalid_plan(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<String> {
    let mut problems = Vec::new();
    if config.is_null() != planned.is_null() {
        problems.push("the plan is for absence, or the configuration is, but not both".to_owned());
        return problems;
    }
    check_block(block, prior, config, planned, &Path::root(), &mut problems);
    problems
}

fn check_block(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    for (name, attribute) in &block.attributes {
        let path = path.clone().attribute(name.clone());
        let [prior, config, planned] = [prior, config, planned].map(|object| part(object, name));
        if !may_be_planned(attribute, prior, config, planned) {
            problems.push(format!(
                "{path}: planned {planned:?}, which is neither the configuration {config:?} nor, where both are \
                 given, the prior value {prior:?}"
            ));
        }
    }
    for (name, nested) in &block.blocks {
        let path = path.clone().attribute(name.clone());
        let [prior, config, planned] = [prior, config, planned].map(|object| part(object, name));
        check_blocks(nested, prior, config, planned, &path, problems);
    }
}

fn may_be_planned(attribute: &Attribute, prior: &Value, config: &Value, planned: &Value) -> bool {
    assert_plain(attribute);
    let kept = planned == prior && !prior.is_null() && !config.is_null();
    let chosen = attribute.mode.is_computed() && config.is_null();
    alike(planned, config) || kept || chosen || attribute.mode == Mode::Computed
}

fn check_blocks(
    nested: &NestedBlock,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    let block = &nested.block;
    match (nested.nesting, config, planned) {
        (Nesting::Single, Value::Null, Value::Null) => {}
        (Nesting::Single | Nesting::Group, Value::Map(_), Value::Map(_)) => {
            check_block(block, prior, config, planned, path, problems);
        }
        (Nesting::List, Value::List(wanted), Value::List(elements))
            if wanted.len() == elements.len() =>
        {
            for (index, (config, planned)) in wanted.iter().zip(elements).enumerate() {
                let before = elements_of(prior).get(index).unwrap_or(&NULL);
                check_block(block, before, config, planned, path, problems);
            }
        }
        (Nesting::Set, Value::Set(wanted), Value::Set(elements))
            if wanted.len() == elements.len() && !elements.iter().any(Value::is_null) => {}
        (Nesting::Map, Value::Map(wanted), Value::Map(elements))
            if wanted.keys().eq(elements.keys()) =>
        {
            for (key, config) in wanted {
                let (before, planned) = (part(prior, key), part(planned, key));
                check_block(block, before, config, planned, path, problems);
            }
        }
        _ => problems.push(format!(
            "{path}: planned {planned:?}, where {config:?} is configured"
        )),
    }
}

/// Returns how an object differs from its plan: "Provider produced inconsistent result after apply", or "… final
/// plan". Unknown values can become any value.
pub(crate) fn incompatible(planned: &Value, actual: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    compare(planned, actual, &Path::root(), &mut problems);
    problems
}

fn compare(planned: &Value, actual: &Value, path: &Path, problems: &mut Vec<String>) {
    match (planned, actual) {
        (Value::Unknown(_), _) => {}
        (Value::Map(before), Value::Map(after)) if before.keys().eq(after.keys()) => {
            for (name, planned) in before {
                let path = path.clone().attribute(name.clone());
                compare(planned, part(actual, name), &path, problems);
            }
        }
        (Value::List(before), Value::List(after)) if before.len() == after.len() => {
            for (index, (planned, actual)) in (0..).zip(before.iter().zip(after)) {
                compare(planned, actual, &path.clone().index(index), problems);
            }
        }
        (Value::Set(before), Value::Set(after)) if before.len() >= after.len() => {
            let pairs = |planned: &Value, actual: &Value| incompatible(planned, actual).is_empty();
            let each_planned = before.iter().all(|p| after.iter().any(|a| pairs(p, a)));
            let each_actual = after.iter().all(|a| before.iter().any(|p| pairs(p, a)));
            if !each_planned || !each_actual {
                problems.push(format!("{path}: was planned {planned:?}, is {actual:?}"));
            }
        }
        (planned, actual) if planned == actual => {}
        _ => problems.push(format!("{path}: was planned {planned:?}, is {actual:?}")),
    }
}

/// Returns the paths that require replacement: those in the response whose values differ.
///
/// # Errors
/// A path does not exist.
pub(crate) fn replacing(
    paths: &[Vec<String>],
    prior: &Value,
    planned: &Value,
) -> Result<Vec<String>, String> {
    let mut replacing = Vec::new();
    for path in paths {
        let at = |object| {
            path.iter()
                .try_fold(object, |value: &Value, name| value.get(name))
        };
        match (at(prior), at(planned)) {
            (None, None) => return Err(format!("{path:?} leads nowhere")),
            (before, after) if before == after && after.is_some_and(Value::is_wholly_known) => {}
            _ => replacing.push(path.join(".")),
        }
    }
    Ok(replacing)
}

fn alike(left: &Value, right: &Value) -> bool {
    left.clone().without_refinements() == right.clone().without_refinements()
}

fn part<'v>(object: &'v Value, name: &str) -> &'v Value {
    object.get(name).unwrap_or(&NULL)
}

fn elements_of(value: &Value) -> &[Value] {
    match value {
        Value::List(elements) | Value::Set(elements) => elements,
        _ => &[],
    }
}

/// No argument here has nested attributes, which have other rules.
fn assert_plain(attribute: &Attribute) {
    let is_plain = matches!(attribute.shape, Shape::Plain(_));
    assert!(
        is_plain || attribute.mode == Mode::Computed,
        "{attribute:?}"
    );
}

#[cfg(test)]
mod tests {
    use vpcflow::flow_log::FlowLog;
    use vpcflow::framework::lower;

    use super::*;

    fn object(name: &'static str, value: Value) -> Value {
        let schema = lower::<FlowLog>(0).unwrap();
        let Value::Map(mut values) = schema.block.empty() else {
            unreachable!()
        };
        values.insert(name.into(), value);
        Value::Map(values)
    }

    fn problems_of(name: &'static str, [prior, config, planned]: [Value; 3]) -> usize {
        let schema = lower::<FlowLog>(0).unwrap();
        let [prior, config, planned] = [prior, config, planned].map(|value| object(name, value));
        invalid_plan(&schema.block, &prior, &config, &planned).len()
    }

    #[test]
    fn a_planned_value_is_the_configured_or_the_prior_value() {
        let text = |text: &str| Value::from(text);
        for (name, values, problems) in [
            ("iam_role_arn", [NULL, text("a"), text("a")], 0),
            ("iam_role_arn", [text("b"), text("a"), text("b")], 0),
            ("iam_role_arn", [NULL, text("a"), NULL], 1),
            ("iam_role_arn", [text("b"), text("a"), text("c")], 1),
            ("iam_role_arn", [text("b"), NULL, text("b")], 1),
            ("log_format", [text("b"), NULL, text("c")], 0),
            ("log_format", [text("b"), text(""), NULL], 1),
            ("id", [text("b"), NULL, text("c")], 0),
            (
                "tags",
                [NULL, Value::Map([].into_iter().collect()), NULL],
                1,
            ),
        ] {
            assert_eq!(
                problems_of(name, values.clone()),
                problems,
                "{name} {values:?}"
            );
        }
    }

    #[test]
    fn known_planned_values_are_returned_and_unknown_ones_can_become_any_value() {
        let tags = |value: Value| Value::map([("Env", value)]);
        let none = Value::Map([].into_iter().collect());
        assert!(incompatible(&Value::unknown(), &tags("p".into())).is_empty());
        assert!(incompatible(&tags(Value::unknown()), &tags(NULL)).is_empty());
        assert!(!incompatible(&tags(Value::unknown()), &none).is_empty());
        assert!(!incompatible(&none, &tags("p".into())).is_empty());
        assert!(!incompatible(&NULL, &none).is_empty());
    }

    #[test]
    fn only_a_changed_value_requires_replacement() {
        let (one, two) = (
            Value::map([("a", "1".into())]),
            Value::map([("a", "2".into())]),
        );
        let path = |name: &str| vec![vec![name.to_owned()]];
        assert_eq!(replacing(&path("a"), &one, &two).unwrap(), ["a"]);
        assert!(replacing(&path("a"), &one, &one).unwrap().is_empty());
        assert!(replacing(&path("b"), &one, &two).is_err());
    }
}
