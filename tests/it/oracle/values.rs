//! Random values of a schema, and configurations that are changed at random or partly unknown.

use serde_json::Value as Json;
use vpcflow::cty::{self, Map, Type, Value};
use vpcflow::framework::{Attribute, Block, Mode, Nesting, Schema, Shape};

use crate::flow_log::random::Dice;

/// Texts that mean something to some argument, and those that mean nothing to any.
const TEXTS: [&str; 30] = [
    "",
    " ",
    "x",
    "-",
    "0",
    "443",
    "1-65535",
    "1000,",
    "10.0.0.0/8",
    "2001:db8::/32",
    "999.1.1.1",
    "ALL",
    "accept",
    "vpc-0123456789abcdef0",
    "fl-0123456789abcdef0",
    "eni-0a1",
    "arn:aws:s3:::bucket/p/",
    "s3://bucket/p",
    "arn:aws:logs:us-east-1:123456789012:log-group:group:*",
    "group",
    "us-east-1",
    "eu-west-1",
    "${version} ${srcaddr}",
    "2026-01-01T00:00:00Z",
    "1h",
    "-1h",
    "insights",
    "\u{1b}[31mred",
    "\n::error::x",
    "é\u{202e}\u{0}",
];

/// Converts a configuration. Omitted arguments are null.
pub(super) fn of_json(schema: &Schema, json: &Json) -> Value {
    let value = cty::json::decode(json.to_string().as_bytes(), &schema.ty).unwrap();
    schema.block.complete(value)
}

/// Changes some arguments at random. Required arguments stay.
pub(super) fn changed(dice: &mut Dice, schema: &Schema, config: &Value) -> Value {
    let mut config = config.clone();
    for _ in 0..dice.below(4) {
        change(dice, &schema.block, &mut config);
    }
    schema.block.complete(config)
}

/// Makes some arguments unknown, with the same known values around them.
pub(super) fn hidden(dice: &mut Dice, schema: &Schema, config: &Value) -> Value {
    let mut config = config.clone();
    let one_in = 2 + dice.below(12);
    hide(dice, one_in, &schema.block, &mut config);
    config
}

/// Returns a random value of a type.
pub(super) fn random(dice: &mut Dice, ty: &Type) -> Value {
    match ty {
        _ if dice.below(12) == 0 => Value::Null,
        Type::String if dice.below(40) == 0 => Value::from("long ".repeat(2000)),
        Type::String => Value::from(dice.of(&TEXTS)),
        Type::Bool => Value::Bool(dice.below(2) == 0),
        Type::Number => {
            let number = dice.of(&["0", "1", "-1", "60", "600", "0.5", "1e30", "10000"]);
            cty::json::decode(number.as_bytes(), ty).unwrap()
        }
        Type::List(element) => Value::List(some(dice, element)),
        Type::Set(element) => Value::set(some(dice, element)),
        Type::Map(element) => {
            let values = some(dice, element).into_iter();
            let entries = values.map(|value| (dice.of(&["Env", "a b", "", "aws:x"]), value));
            Value::Map(entries.map(|(key, value)| (key.into(), value)).collect())
        }
        Type::Tuple(elements) => Value::List(elements.iter().map(|ty| random(dice, ty)).collect()),
        Type::Object(attributes) => {
            let values = attributes.iter();
            let values = values.map(|(name, ty)| (name.clone(), random(dice, ty)));
            Value::Map(values.collect::<Map<_>>())
        }
        Type::Dynamic => {
            let ty = dice.of(&[Type::String, Type::Bool, Type::map(Type::String)]);
            let value = random(dice, &ty);
            Value::Dynamic(Box::new((ty, value)))
        }
    }
}

fn some(dice: &mut Dice, element: &Type) -> Vec<Value> {
    (0..dice.below(4)).map(|_| random(dice, element)).collect()
}

fn change(dice: &mut Dice, block: &Block, config: &mut Value) {
    let Value::Map(values) = config else {
        return;
    };
    let names: Vec<_> = values.keys().cloned().collect();
    let name = dice.of(&names);
    if let Some(attribute) = block.attributes.get(&name) {
        let value = random(dice, &attribute.ty());
        let is_required = attribute.mode == Mode::Required && value.is_null();
        if is_configurable(attribute) && !is_required {
            values.insert(name, value);
        }
        return;
    }
    let nested = &block.blocks[&name];
    let one = |dice: &mut Dice| {
        let mut object = nested.block.empty();
        for _ in 0..1 + dice.below(3) {
            change(dice, &nested.block, &mut object);
        }
        fill_required(dice, &nested.block, &mut object);
        object
    };
    let value = match nested.nesting {
        Nesting::Single if dice.below(3) == 0 => Value::Null,
        Nesting::Single | Nesting::Group => one(dice),
        Nesting::List => Value::List((0..dice.below(3)).map(|_| one(dice)).collect()),
        Nesting::Set => Value::set((0..dice.below(3)).map(|_| one(dice)).collect::<Vec<_>>()),
        Nesting::Map => Value::map([("a", one(dice))]),
    };
    values.insert(name, value);
}

/// Core refuses an object without its required attributes before the provider sees it.
fn fill_required(dice: &mut Dice, block: &Block, object: &mut Value) {
    let Value::Map(values) = object else {
        return;
    };
    for (name, attribute) in &block.attributes {
        while attribute.mode == Mode::Required && values[name].is_null() {
            let value = random(dice, &attribute.ty());
            values.insert(name.clone(), value);
        }
    }
}

fn hide(dice: &mut Dice, one_in: usize, block: &Block, config: &mut Value) {
    let Value::Map(values) = config else {
        return;
    };
    for (name, attribute) in &block.attributes {
        if is_configurable(attribute) && dice.below(one_in) == 0 {
            values.insert(name.clone(), Value::unknown());
        }
    }
    for (name, nested) in &block.blocks {
        let inner = values.get_mut(name).unwrap();
        match nested.nesting {
            Nesting::Single | Nesting::Group => hide(dice, one_in, &nested.block, inner),
            _ => inner.change_elements(|object| hide(dice, one_in, &nested.block, object)),
        }
    }
}

fn is_configurable(attribute: &Attribute) -> bool {
    attribute.mode != Mode::Computed && matches!(attribute.shape, Shape::Plain(_))
}
