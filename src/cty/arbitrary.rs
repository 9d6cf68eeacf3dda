//! Random types and values for property tests. Values are in their one form, as decoders give them.

use proptest::prelude::*;

use super::{Bound, Name, Number, Refinements, Type, Value};

/// Types and a value of each.
pub(super) fn typed_values() -> impl Strategy<Value = (Type, Value)> {
    types(true).prop_flat_map(typed)
}

pub(super) fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", Number::exact),
        any::<f64>().prop_filter_map("finite", Number::shortest),
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,3})?".prop_map(|text| text.parse().unwrap()),
    ]
}

/// Types; those inside a dynamic value are not dynamic again.
fn types(dynamic: bool) -> BoxedStrategy<Type> {
    let mut primitives = vec![Type::String, Type::Number, Type::Bool];
    if dynamic {
        primitives.push(Type::Dynamic);
    }
    let primitive = prop::sample::select(primitives);
    let nested = primitive.prop_recursive(4, 24, 5, |element| {
        prop_oneof![
            element.clone().prop_map(Type::list),
            element.clone().prop_map(Type::set),
            element.clone().prop_map(Type::map),
            prop::collection::vec(element.clone(), 0..4).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-z_]{1,4}", element, 0..6).prop_map(Type::object),
        ]
    });
    nested.boxed()
}

fn typed(ty: Type) -> BoxedStrategy<(Type, Value)> {
    values(&ty)
        .prop_map(move |value| (ty.clone(), value))
        .boxed()
}

fn values(ty: &Type) -> BoxedStrategy<Value> {
    let refined = ty.clone();
    prop_oneof![
        1 => Just(Value::Null),
        1 => refinements().prop_map(move |refinements| Value::Unknown(refinements.suited_to(&refined))),
        6 => known(ty),
    ]
    .boxed()
}

fn known(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => types(false)
            .prop_flat_map(typed)
            .prop_map(|typed| Value::Dynamic(Box::new(typed)))
            .boxed(),
        Type::List(ty) => prop::collection::vec(values(ty), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(ty) => prop::collection::vec(values(ty), 0..4)
            .prop_map(Value::set)
            .boxed(),
        Type::Map(ty) => prop::collection::btree_map(any::<String>(), values(ty), 0..4)
            .prop_map(|elements| {
                let elements = elements.into_iter();
                Value::Map(elements.map(|(key, value)| (key.into(), value)).collect())
            })
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(values)
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(types) => {
            let names: Vec<Name> = types.keys().cloned().collect();
            let values: Vec<_> = types.values().map(values).collect();
            values
                .prop_map(move |values| Value::map(names.iter().cloned().zip(values)))
                .boxed()
        }
    }
}

fn refinements() -> impl Strategy<Value = Refinements> {
    let bound = || {
        prop::option::of(
            (numbers(), any::<bool>()).prop_map(|(value, inclusive)| Bound { value, inclusive }),
        )
    };
    let length = || prop::option::of(any::<i64>());
    let parts = (
        any::<bool>(),
        prop::option::of(".{0,8}"),
        bound(),
        bound(),
        length(),
        length(),
    );
    parts.prop_map(
        |(not_null, prefix, minimum, maximum, min_length, max_length)| Refinements {
            not_null,
            prefix,
            minimum,
            maximum,
            min_length,
            max_length,
        },
    )
}
