use proptest::prelude::*;

use super::*;
use crate::cty::arbitrary::typed_values;

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[test]
fn state_of_another_version_is_read() {
    let ty = Type::object([
        ("id", Type::String),
        ("interval", Type::Number),
        ("arn", Type::String),
    ]);
    let state = b"{\n  \"id\": \"fl-1\",\n  \"interval\": 600,\n  \"removed\": [1]\n}";
    assert_eq!(
        decode(state, &ty).unwrap(),
        Value::map([
            ("id", "fl-1".into()),
            ("interval", 600.into()),
            ("arn", Value::Null)
        ])
    );
}

#[test]
fn numbers_are_exact() {
    for text in [
        "12345678901234567891",
        "0.1",
        "-1.000000000000000000001",
        "1e999999999",
    ] {
        let value = decode(text.as_bytes(), &Type::Number).unwrap();
        assert_eq!(value, number(text));
        assert_eq!(encode(&value, &Type::Number).unwrap(), text.as_bytes());
    }
}

#[test]
fn text_that_says_the_same_is_taken() {
    assert_eq!(decode(b"\"600\"", &Type::Number).unwrap(), number("600"));
    assert_eq!(decode(b"600", &Type::String).unwrap(), "600".into());
    assert_eq!(decode(b"true", &Type::String).unwrap(), "true".into());
    assert_eq!(decode(b"\"false\"", &Type::Bool).unwrap(), false.into());
    assert_eq!(decode(b"\"true\"", &Type::Bool).unwrap(), true.into());
    assert!(decode(b"\"yes\"", &Type::Bool).is_err());
    assert!(decode(b"\"ten\"", &Type::Number).is_err());
}

#[test]
fn dynamic_value_carries_its_type() {
    let ty = Type::list(Type::Number);
    let value = Value::Dynamic(Box::new((ty, Value::List(vec![1.into()]))));
    let json = br#"{"value":[1],"type":["list","number"]}"#;
    assert_eq!(encode(&value, &Type::Dynamic).unwrap(), json);
    assert_eq!(decode(json, &Type::Dynamic).unwrap(), value);
    assert_eq!(decode(b"null", &Type::Dynamic).unwrap(), Value::Null);
    assert!(decode(b"{\"value\":1}", &Type::Dynamic).is_err());
}

#[test]
fn type_that_comes_with_the_value_cannot_multiply_it() {
    let json = br#"{"type":["list",["object",{"a":"string","b":"string"}]],"value":[{"a":"x"}]}"#;
    let error = decode(json, &Type::Dynamic).unwrap_err();
    assert_eq!(error.to_string(), "[0] lacks the attributes b");
}

#[test]
fn errors_name_the_attribute() {
    let ty = Type::object([
        ("options", Type::object([("format", Type::Bool)])),
        ("tags", Type::map(Type::String)),
        ("keys", Type::set(Type::Tuple(vec![Type::Number]))),
    ]);
    let cases = [
        (
            r#"{"options":{"format":[]}}"#,
            "options.format must be a bool, but is an array",
        ),
        (
            r#"{"tags":{"k":{}}}"#,
            "tags[\"k\"] must be a string, but is an object",
        ),
        (
            r#"{"keys":[[true]]}"#,
            "keys has an element whose [0] must be a number, but is a bool",
        ),
        (
            r#"{"keys":[[]]}"#,
            "keys has an element that must have 1 elements, but has 0",
        ),
        ("7", "the value must be an object, but is a number"),
    ];
    for (json, message) in cases {
        assert_eq!(
            decode(json.as_bytes(), &ty).unwrap_err().to_string(),
            message
        );
    }
    let error = decode(b"{", &ty).unwrap_err();
    assert!(error.message.starts_with("is not valid JSON"), "{error}");
}

#[test]
fn unknown_and_foreign_values_are_not_encoded() {
    let ty = Type::object([("a", Type::list(Type::String))]);
    let unknown = Value::map([("a", Value::List(vec![Value::unknown()]))]);
    let error = encode(&unknown, &ty).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a[0] is unknown here, but JSON needs a known value"
    );
    let error = encode(&Value::map([("a", "x".into())]), &ty).unwrap_err();
    assert_eq!(error.to_string(), "a must be a list, but is a string");
    assert!(encode(&Value::Map(Map::new()), &ty).is_err());
}

#[test]
fn deep_nesting_is_refused_both_ways() {
    let ty = (0..=MAX_DEPTH).fold(Type::Bool, |ty, _| Type::list(ty));
    let value = (0..=MAX_DEPTH).fold(Value::from(true), |value, _| Value::List(vec![value]));
    assert!(
        encode(&value, &ty)
            .unwrap_err()
            .message
            .contains("deeper than 64")
    );
    let json = format!(
        "{}true{}",
        "[".repeat(MAX_DEPTH + 1),
        "]".repeat(MAX_DEPTH + 1)
    );
    assert!(
        decode(json.as_bytes(), &ty)
            .unwrap_err()
            .message
            .contains("deeper than 64")
    );
    assert!(decode("[".repeat(1 << 20).as_bytes(), &ty).is_err());
}

#[test]
fn values_are_counted_outside_of_text() {
    for (document, values) in [
        ("null", 1),
        (r#"["a", 1, {"b": [2]}]"#, 6),
        (r#""a,b[{""#, 1),
        (r#""a\\",1"#, 2),
        (r#""a\",[,{""#, 1),
    ] {
        assert_eq!(count(document.as_bytes()), values, "{document}");
    }
}

#[test]
fn text_is_escaped() {
    let value = Value::map([("a\"", "\u{1}\n\"\\é".into())]);
    let ty = Type::object([("a\"", Type::String)]);
    assert_eq!(
        encode(&value, &ty).unwrap(),
        "{\"a\\\"\":\"\\u0001\\n\\\"\\\\é\"}".as_bytes()
    );
}

proptest! {
    #[test]
    fn encoded_value_decodes_to_itself((ty, value) in typed_values()) {
        let value = value.unknown_to_null();
        let json = encode(&value, &ty).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
        prop_assert_eq!(decode(&json, &ty), Ok(value));
    }
}
