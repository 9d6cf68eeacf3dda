use serde::{Deserialize, Serialize};

use super::*;
use crate::cty::{Map, Number};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Options {
    file_format: String,
    hive: Option<bool>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Specification {
    resource_type: String,
    port: Option<u16>,
}

fn specification(resource_type: Value, port: Value) -> Value {
    Value::map([("resource_type", resource_type), ("port", port)])
}

#[test]
fn integers_are_checked_against_their_range() {
    let port = |port: &str| {
        let number: Number = port.parse().unwrap();
        from_value::<Specification>(&specification("vpc".into(), number.into()))
            .map_err(|error| error.to_string())
    };
    assert_eq!(port("65535").unwrap().port, Some(65535));
    assert_eq!(
        port("65536").unwrap_err(),
        "port is 65536, but must be between 0 and 65535"
    );
    assert_eq!(
        port("-1").unwrap_err(),
        "port is -1, but must be between 0 and 65535"
    );
    assert_eq!(
        port("1e50").unwrap_err(),
        "port is 1e50, but must be between 0 and 65535"
    );
    assert_eq!(
        port("0.5").unwrap_err(),
        "port is 0.5, but must be a whole number"
    );
    assert_eq!(
        from_value::<u64>(&Value::Number(u64::MAX.into())).unwrap(),
        u64::MAX
    );
    assert_eq!(
        to_value(&u64::MAX, &Type::Number).unwrap(),
        Value::Number(u64::MAX.into())
    );
}

#[test]
fn attribute_the_type_does_not_have_is_an_error() {
    let ty = Type::object([("file_format", Type::String)]);
    let options = Options {
        file_format: "x".to_owned(),
        hive: None,
    };
    let error = to_value(&options, &ty).unwrap_err();
    assert_eq!(error.to_string(), "hive is not a known attribute");
    let wrong = Type::object([
        ("file_format", Type::list(Type::String)),
        ("hive", Type::Bool),
    ]);
    let error = to_value(&options, &wrong).unwrap_err();
    assert_eq!(
        error.to_string(),
        "file_format must be a list, but is a string"
    );
}

#[test]
fn missing_attribute_of_a_struct_is_written_as_null() {
    let ty = Type::object([
        ("file_format", Type::String),
        ("hive", Type::Bool),
        ("more", Type::Number),
    ]);
    let options = Options {
        file_format: "x".to_owned(),
        hive: Some(true),
    };
    let value = Value::map([
        ("file_format", "x".into()),
        ("hive", true.into()),
        ("more", Value::Null),
    ]);
    assert_eq!(to_value(&options, &ty).unwrap(), value);
}

#[test]
fn sequences_follow_the_type() {
    let strings = ["b", "a", "b"];
    let list = Value::List(vec!["b".into(), "a".into(), "b".into()]);
    assert_eq!(
        to_value(&strings.to_vec(), &Type::list(Type::String)).unwrap(),
        list
    );
    assert_eq!(
        to_value(&strings.to_vec(), &Type::set(Type::String)).unwrap(),
        Value::Set(vec!["a".into(), "b".into()])
    );
    let tuple = Type::Tuple(vec![Type::String, Type::Number]);
    let value = to_value(&("x", 1), &tuple).unwrap();
    assert_eq!(value, Value::List(vec!["x".into(), 1.into()]));
    assert_eq!(
        from_value::<(String, u8)>(&value).unwrap(),
        ("x".to_owned(), 1)
    );
    assert!(to_value(&("x",), &tuple).is_err());
    assert!(from_value::<(String,)>(&value).is_err());
}

#[test]
fn dynamic_attribute_takes_the_type_of_what_is_written() {
    let options = Options {
        file_format: "x".to_owned(),
        hive: Some(true),
    };
    let value = to_value(&options, &Type::Dynamic).unwrap();
    let ty = Type::object([("file_format", Type::String), ("hive", Type::Bool)]);
    let inner = Value::map([("file_format", "x".into()), ("hive", true.into())]);
    assert_eq!(value, Value::Dynamic(Box::new((ty, inner))));
    assert_eq!(from_value::<Options>(&value).unwrap(), options);
    let list = to_value(&vec![Some(1), None], &Type::Dynamic).unwrap();
    assert_eq!(
        list,
        Value::Dynamic(Box::new((
            Type::Tuple(vec![Type::Number, Type::Dynamic]),
            Value::List(vec![1.into(), Value::Null])
        )))
    );
}

#[test]
fn field_that_is_always_known_refuses_null_unknown_and_absence() {
    let read = |resource_type| {
        let value = specification(resource_type, Value::Null);
        from_value::<Specification>(&value).map_err(|error| error.to_string())
    };
    assert_eq!(read("vpc".into()).unwrap().port, None);
    assert_eq!(
        read(Value::Null).unwrap_err(),
        "resource_type must not be null"
    );
    assert_eq!(
        read(Value::unknown()).unwrap_err(),
        "resource_type must be known"
    );
    let error = from_value::<Specification>(&Value::Map(Map::new())).unwrap_err();
    assert_eq!(error.to_string(), "resource_type is missing, but required");
}

#[test]
fn optional_field_refuses_unknown() {
    let value = specification("vpc".into(), Value::unknown());
    let error = from_value::<Specification>(&value).unwrap_err();
    assert_eq!(error.to_string(), "port must be known");
}

#[test]
fn attributes_a_struct_does_not_have_are_read_over() {
    let value = Value::map([("resource_type", "vpc".into()), ("more", Value::unknown())]);
    assert_eq!(
        from_value::<Specification>(&value).unwrap().resource_type,
        "vpc"
    );
}

#[test]
fn a_struct_is_written_rightly_as_one_type_after_another() {
    let written = Specification {
        resource_type: "vpc".to_owned(),
        port: Some(22),
    };
    let narrow = [("port", Type::Number), ("resource_type", Type::String)];
    let wide = [("a", Type::Bool), ("b", Type::Bool)]
        .into_iter()
        .chain(narrow.clone());
    let (narrow, wide) = (Type::object(narrow), Type::object(wide));
    for _ in 0..2 {
        for ty in [&narrow, &wide] {
            let value = to_value(&written, ty).unwrap();
            assert_eq!(from_value::<Specification>(&value).unwrap(), written);
            assert!(crate::cty::msgpack::encode(&value, ty).is_ok());
        }
    }
}
