use std::collections::{BTreeMap as Map, BTreeSet as Set};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::*;
use crate::framework::Attr;

/// First line
/// of a paragraph.
///
/// - a list
/// - of two
#[derive(Serialize, Deserialize, JsonSchema)]
struct Everything {
    /// Text.
    required: Attr<String>,
    /// Optional.
    #[serde(default)]
    optional: Option<i64>,
    /// Several.
    #[serde(default)]
    list: Attr<Vec<String>>,
    /// Different.
    #[serde(default)]
    set: Attr<Set<String>>,
    /// By key.
    #[serde(default)]
    map: Attr<Map<String, Attr<bool>>>,
    /// Rows.
    #[serde(default)]
    #[schemars(transform = behaviour::read_only)]
    rows: Attr<Vec<Row>>,
    /// One of two.
    #[serde(default)]
    #[schemars(transform = behaviour::one_of(&[60, 600]))]
    allowed: Attr<i64>,
    /// Bounded.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    bounded: Attr<i64>,
    /// A block.
    #[serde(default)]
    #[schemars(transform = behaviour::map_block)]
    block: Attr<Map<String, Row>>,
}

/// A row.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Row {
    /// A cell.
    cell: Attr<String>,
}

impl Model for Everything {}
impl Model for Row {}

#[test]
fn the_fields_determine_types_modes_and_rules() {
    let schema = lower::<Everything>(3).unwrap();
    let attribute = |name: &str| schema.block.attributes.get(name).unwrap();
    assert_eq!(schema.version, 3);
    assert_eq!(
        schema.block.description,
        "First line of a paragraph.\n\n- a list\n- of two"
    );
    assert_eq!(attribute("required").mode, Mode::Required);
    assert_eq!(attribute("optional").mode, Mode::Optional);
    assert_eq!(attribute("optional").shape, Shape::Plain(Type::Number));
    assert_eq!(
        attribute("list").shape,
        Shape::Plain(Type::list(Type::String))
    );
    assert_eq!(
        attribute("set").shape,
        Shape::Plain(Type::set(Type::String))
    );
    assert_eq!(attribute("map").shape, Shape::Plain(Type::map(Type::Bool)));
    assert_eq!(attribute("rows").mode, Mode::Computed);
    assert!(
        matches!(&attribute("rows").shape, Shape::Nested(Nesting::List, row) if row.len() == 1)
    );
    assert_eq!(
        attribute("allowed").rules,
        [Rule::OneOf(vec![60.into(), 600.into()])]
    );
    assert_eq!(
        attribute("bounded").rules,
        [Rule::Range(Some(1), Some(10_000))]
    );
    let nested = schema.block.blocks.get("block").unwrap();
    assert_eq!(nested.nesting, Nesting::Map);
    assert_eq!(nested.block.description, "A block.");
}

#[test]
fn an_unknown_behavior_is_refused() {
    fn odd(schema: &mut schemars::Schema) {
        schema.insert("x-terraform-odd".into(), true.into());
    }
    /// Odd.
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Odd {
        /// Odd.
        #[serde(default)]
        #[schemars(transform = odd)]
        field: Attr<String>,
    }
    impl Model for Odd {}
    let error = lower::<Odd>(0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "field: unknown keyword `x-terraform-odd`"
    );
}

#[test]
fn a_type_that_terraform_does_not_have_is_refused() {
    /// Loose.
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Loose {
        /// Anything.
        #[serde(default)]
        field: Attr<serde_json::Value>,
    }
    impl Model for Loose {}
    assert!(lower::<Loose>(0).is_err());
}

#[test]
fn a_tuple_of_structs_is_one_block() {
    /// Left.
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    struct Left {
        /// Left.
        left: Attr<String>,
    }
    /// Right.
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    struct Right {
        /// Right.
        right: Attr<String>,
    }
    impl Model for Left {}
    impl Model for Right {}
    type Both = (Left, Right, Row);
    let schema = lower::<Both>(0).unwrap();
    let names: Vec<_> = schema.block.attributes.keys().map(AsRef::as_ref).collect();
    assert_eq!(names, ["cell", "left", "right"]);
    let value = Value::map([
        ("left", "l".into()),
        ("right", Value::unknown()),
        ("cell", Value::Null),
    ]);
    let both = Both::decode(&value).unwrap();
    assert_eq!(both.0.left, Attr::Known("l".to_owned()));
    assert_eq!(both.1.right, Attr::Unknown);
    assert_eq!(both.encode(&schema.ty).unwrap(), value);
}
