use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::*;
use crate::framework::{Attr, Model, behaviour, lower};

/// A thing with an attribute of each kind.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Thing {
    /// Given by the user.
    name: Attr<String>,
    /// Defaulted.
    #[serde(default)]
    #[schemars(transform = behaviour::default_value(600), transform = behaviour::requires_replace)]
    interval: Attr<i64>,
    /// Chosen by the service.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    format: Attr<String>,
    /// Read only.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    id: Attr<String>,
    /// In a group.
    #[serde(default)]
    #[schemars(transform = behaviour::group_block)]
    options: Attr<Options>,
    /// In a list.
    #[serde(default)]
    #[schemars(transform = behaviour::list_block, transform = behaviour::requires_replace)]
    rule: Attr<Vec<Options>>,
    /// In a set.
    #[serde(default)]
    #[schemars(transform = behaviour::set_block, transform = behaviour::requires_replace)]
    label: Attr<Vec<Label>>,
}

/// Options.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Options {
    /// A computed member.
    #[serde(default)]
    #[schemars(transform = behaviour::computed, transform = behaviour::requires_replace)]
    kind: Attr<String>,
}

/// A label.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Label {
    /// Its key.
    key: Attr<String>,
}

impl Model for Thing {}

fn schema() -> Schema {
    lower::<Thing>(0).unwrap()
}

fn object(attributes: &[(&str, Value)]) -> Value {
    let schema = schema();
    let Value::Map(mut all) = schema.block.empty() else {
        unreachable!()
    };
    all.extend(
        attributes
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone())),
    );
    Value::Map(all)
}

fn options(kind: Value) -> Value {
    Value::map([("kind", kind)])
}

/// Returns the paths that require replacement. `meant` is the meaning of the plan.
fn replaced(prior: &Value, planned: &Value, meant: &Value) -> Vec<Path> {
    let normal = Normal {
        before: prior,
        after: meant,
    };
    requires_replace(&schema(), prior, planned, normal)
}

#[test]
fn on_create_omitted_attributes_are_defaulted_or_unknown() {
    let config = object(&[("name", "a".into())]);
    let planned = propose(&schema(), &Value::Null, config.clone(), &config);
    assert_eq!(planned.get("name"), Some(&"a".into()));
    assert_eq!(planned.get("interval"), Some(&600.into()));
    assert_eq!(planned.get("format"), Some(&Value::unknown()));
    assert_eq!(planned.get("id"), Some(&Value::unknown()));
    assert_eq!(planned.get("options"), Some(&options(Value::unknown())));
    assert_eq!(planned.get("rule"), Some(&Value::List(Vec::new())));
}

#[test]
fn on_update_computed_attributes_keep_their_value_and_removed_arguments_get_their_default() {
    let config = object(&[("name", "b".into())]);
    let prior = object(&[
        ("name", "a".into()),
        ("interval", 60.into()),
        ("format", "f".into()),
        ("id", "1".into()),
    ]);
    // Core proposes the prior value for omitted computed attributes.
    let proposed = object(&[
        ("name", "b".into()),
        ("interval", 60.into()),
        ("format", "f".into()),
        ("id", "1".into()),
    ]);
    let planned = propose(&schema(), &prior, proposed, &config);
    assert_eq!(planned.get("format"), Some(&"f".into()));
    assert_eq!(planned.get("id"), Some(&"1".into()));
    assert_eq!(planned.get("interval"), Some(&600.into()));
    let paths = replaced(&prior, &planned, &planned);
    assert_eq!(paths, [Path::from("interval")]);
    assert_eq!(
        replaced(&prior, &planned, &prior),
        [],
        "it means nothing new"
    );
}

#[test]
fn attributes_that_require_replacement_are_reported_by_path_and_sets_as_a_whole() {
    let label = |key: &str| Value::map([("key", key.into())]);
    let before = object(&[
        ("options", options("x".into())),
        ("label", Value::set([label("a")])),
        ("rule", Value::List(vec![options("x".into())])),
    ]);
    let after = object(&[
        ("options", options("y".into())),
        ("label", Value::set([label("b")])),
        ("rule", Value::List(vec![])),
    ]);
    let paths = replaced(&before, &after, &after);
    let shown: Vec<_> = paths.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["label", "options.kind", "rule"]);
    assert_eq!(replaced(&Value::Null, &after, &after), []);
}

#[test]
fn computed_members_of_list_blocks_keep_the_value_of_their_element() {
    let config = object(&[(
        "rule",
        Value::List(vec![options(Value::Null), options("k".into())]),
    )]);
    let planned = propose(&schema(), &Value::Null, config.clone(), &config);
    let expected = Value::List(vec![options(Value::unknown()), options("k".into())]);
    assert_eq!(planned.get("rule"), Some(&expected));
}

#[test]
fn a_response_keeps_planned_values_and_fills_unknown_ones() {
    let planned = object(&[
        ("name", "planned".into()),
        ("id", Value::unknown()),
        ("options", options(Value::unknown())),
    ]);
    let actual = object(&[
        ("name", "other".into()),
        ("id", "1".into()),
        ("options", options("k".into())),
    ]);
    let settled = settle(&planned, actual);
    assert_eq!(settled.get("name"), Some(&"planned".into()));
    assert_eq!(settled.get("id"), Some(&"1".into()));
    assert_eq!(settled.get("options"), Some(&options("k".into())));
}

#[test]
fn elements_of_a_list_are_filled_only_if_the_response_has_as_many() {
    let list = |elements: &[Value]| Value::List(elements.to_vec());
    let planned = list(&["planned".into(), Value::unknown()]);
    let filled = settle(&planned, list(&["other".into(), "b".into()]));
    assert_eq!(filled, list(&["planned".into(), "b".into()]));
    for actual in [
        list(&["a".into()]),
        list(&["a".into(), "b".into(), "c".into()]),
    ] {
        assert_eq!(settle(&planned, actual), planned);
    }
}
