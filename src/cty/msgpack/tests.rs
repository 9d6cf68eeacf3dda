use super::*;
use crate::cty::{Bound, MAX_DEPTH, Number, Path, Refinements, Type, Value};

mod properties;
mod refinements;

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn refined(refinements: Refinements) -> Value {
    Value::Unknown(Some(Box::new(refinements)))
}

fn failure(bytes: &[u8], ty: &Type) -> String {
    decode(bytes, ty).unwrap_err().to_string()
}

#[test]
fn bytes_are_those_of_terraform() {
    let pair = Type::object([("a", Type::String), ("b", Type::Bool)]);
    let cases: [(Type, Value, &[u8]); 16] = [
        (Type::String, Value::Null, b"\xc0"),
        (Type::String, Value::unknown(), b"\xd4\x00\x00"),
        (Type::String, "hi".into(), b"\xa2hi"),
        (Type::Bool, true.into(), b"\xc3"),
        (Type::Number, 600.into(), b"\xd1\x02\x58"),
        (Type::Number, 60.into(), b"\x3c"),
        (Type::Number, (-1).into(), b"\xff"),
        (
            Type::Number,
            i64::MIN.into(),
            b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
        ),
        (Type::Number, number("0.1"), b"\xa30.1"),
        (
            Type::Number,
            number("0.5"),
            b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00",
        ),
        (
            Type::Number,
            number("18446744073709551615"),
            b"\xb418446744073709551615",
        ),
        (
            Type::list(Type::Bool),
            Value::List(vec![false.into(), Value::Null]),
            b"\x92\xc2\xc0",
        ),
        (
            Type::set(Type::String),
            Value::set(["b".into(), "a".into()]),
            b"\x92\xa1a\xa1b",
        ),
        (
            pair,
            Value::map([("b", true.into()), ("a", Value::unknown())]),
            b"\x82\xa1a\xd4\x00\x00\xa1b\xc3",
        ),
        (
            Type::Dynamic,
            Value::Dynamic(Box::new((Type::String, "x".into()))),
            b"\x92\xc4\x08\"string\"\xa1x",
        ),
        (
            Type::String,
            refined(Refinements {
                not_null: true,
                prefix: Some("fl-".to_owned()),
                ..Refinements::default()
            }),
            b"\xd7\x0c\x82\x01\xc2\x02\xa3fl-",
        ),
    ];
    for (ty, value, bytes) in cases {
        assert_eq!(encode(&value, &ty).unwrap(), bytes, "{value:?}");
        assert_eq!(decode(bytes, &ty).unwrap(), value);
    }
}

#[test]
fn every_width_of_number_is_read() {
    let cases: [(&[u8], &str); 10] = [
        (b"\xcc\xff", "255"),
        (b"\xcd\xff\xff", "65535"),
        (b"\xce\xff\xff\xff\xff", "4294967295"),
        (
            b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
            "18446744073709551615",
        ),
        (b"\xd0\x80", "-128"),
        (b"\xd1\x80\x00", "-32768"),
        (b"\xd2\x80\x00\x00\x00", "-2147483648"),
        (b"\xca\x3f\x00\x00\x00", "0.5"),
        (b"\xd9\x020\x31", "1"),
        (b"\xa512e+3", "12000"),
    ];
    for (bytes, text) in cases {
        assert_eq!(decode(bytes, &Type::Number).unwrap(), number(text));
    }
}

#[test]
fn twenty_digits_survive() {
    for text in [
        "12345678901234567891",
        "-98765432109876543210.123456789",
        "0.1",
    ] {
        let bytes = encode(&number(text), &Type::Number).unwrap();
        assert_eq!(decode(&bytes, &Type::Number).unwrap(), number(text));
        assert!(bytes.ends_with(text.as_bytes()), "{bytes:x?}");
    }
}

#[test]
fn sets_are_canonical_whatever_the_order() {
    let ty = Type::set(Type::String);
    let set = decode(b"\x94\xa1b\xa1a\xa1b\xd4\x00\x00", &ty).unwrap();
    assert_eq!(
        set,
        Value::Set(vec![Value::unknown(), "a".into(), "b".into()])
    );
}

#[test]
fn attributes_come_in_any_order() {
    let ty = Type::object([
        ("a", Type::Number),
        ("b", Type::Number),
        ("c", Type::Number),
    ]);
    let value = decode(b"\x83\xa1c\x03\xa1a\x01\xa1b\x02", &ty).unwrap();
    assert_eq!(
        value,
        Value::map([("a", 1.into()), ("b", 2.into()), ("c", 3.into())])
    );
}

#[test]
fn errors_name_the_attribute() {
    let options = Type::object([("file_format", Type::String), ("hive", Type::Bool)]);
    let ty = Type::object([
        ("options", options),
        ("tags", Type::map(Type::String)),
        ("keys", Type::list(Type::String)),
    ]);
    let cases: [(&[u8], &str); 9] = [
        (
            b"\x80",
            "the value lacks the attributes keys, options, tags",
        ),
        (
            b"\x81\xa4tags\xc0",
            "the value lacks the attributes keys, options",
        ),
        (b"\x81\xa5color\xc0", "color is not a known attribute"),
        (b"\x82\xa4tags\xc0\xa4tags\xc0", "[\"tags\"] is given twice"),
        (
            b"\x81\xa7options\x82\xabfile_format\x01\xa4hive\xc3",
            "options.file_format must be a string, but is a number",
        ),
        (
            b"\x81\xa7options\x81\xa4hive\xc3",
            "options lacks the attributes file_format",
        ),
        (
            b"\x81\xa4tags\x81\xa1k\xc3",
            "tags[\"k\"] must be a string, but is a bool",
        ),
        (
            b"\x81\xa4keys\x92\xa1a\xa2\xc3\x28",
            "keys[1] is text that is not valid UTF-8",
        ),
        (
            b"\x81\xa4tags\x81\x01\xc3",
            "tags has a key that must be a string, but is a number",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(failure(bytes, &ty), message);
    }
}

#[test]
fn wrong_shapes_are_refused() {
    assert_eq!(
        failure(b"", &Type::String),
        "the value ends before it is complete"
    );
    assert_eq!(
        failure(b"\xa3ab", &Type::String),
        "the value ends before it is complete"
    );
    assert_eq!(
        failure(b"\xc0\xc0", &Type::String),
        "the value is followed by 1 bytes that belong to nothing"
    );
    assert_eq!(
        failure(b"\xc1", &Type::Bool),
        "the value must be a bool, but is no MessagePack"
    );
    assert_eq!(
        failure(b"\x91\xc0", &Type::Tuple(vec![])),
        "the value must have 0 elements, but has 1"
    );
    assert_eq!(
        failure(b"\xcb\x7f\xf0\0\0\0\0\0\0", &Type::Number),
        "the value must be a finite number"
    );
    assert_eq!(
        failure(b"\x91\xc0", &Type::Dynamic),
        "the value must be a pair of type and value, but is an array"
    );
    assert!(failure(b"\x92\xc4\x01x\xc0", &Type::Dynamic).contains("invalid type constraint"));
    let set = Type::object([("s", Type::set(Type::String))]);
    assert_eq!(
        failure(b"\x81\xa1s\x91\xc3", &set),
        "s has an element that must be a string, but is a bool"
    );
}

#[test]
fn attributes_are_read_in_any_order_and_refused_if_they_are_none() {
    let ty = Type::object([("a", Type::Bool), ("aa", Type::Bool), ("b", Type::Bool)]);
    let value = Value::map([("a", true.into()), ("aa", false.into()), ("b", Value::Null)]);
    for bytes in [
        b"\x83\xa1a\xc3\xa2aa\xc2\xa1b\xc0".as_slice(),
        b"\x83\xa1b\xc0\xa2aa\xc2\xa1a\xc3",
        b"\x83\xd9\x01a\xc3\xa2aa\xc2\xa1b\xc0",
    ] {
        assert_eq!(decode(bytes, &ty).unwrap(), value);
    }
    assert_eq!(
        failure(b"\x83\xa1a\xc3\xa2ab\xc2\xa1b\xc0", &ty),
        "ab is not a known attribute"
    );
    assert_eq!(
        failure(b"\x83\xa1a\xc3\xa1a\xc2\xa1b\xc0", &ty),
        "[\"a\"] is given twice"
    );
    assert_eq!(
        failure(b"\x81\xa2a", &ty),
        "the value ends before it is complete"
    );
}

#[test]
fn lengths_beyond_the_bytes_left_are_refused_at_once() {
    let claims: [(&[u8], Type); 7] = [
        (b"\xdf\x08\x00\x00\x00", Type::map(Type::String)),
        (
            b"\xdf\xff\xff\xff\xff\xa1a",
            Type::object([("a", Type::String)]),
        ),
        (b"\xdd\xff\xff\xff\xff", Type::list(Type::Bool)),
        (b"\xdd\xff\xff\xff\xff", Type::set(Type::Bool)),
        (b"\xdb\xff\xff\xff\xff", Type::String),
        (b"\xc9\xff\xff\xff\xff\x00", Type::String),
        (b"\x92\xc6\xff\xff\xff\xff", Type::Dynamic),
    ];
    for (bytes, ty) in claims {
        assert_eq!(failure(bytes, &ty), "the value ends before it is complete");
    }
}

#[test]
fn deep_nesting_is_refused_both_ways() {
    let nest = |depth| (0..depth).fold(Type::String, |ty, _| Type::list(ty));
    let value = |depth| (0..depth).fold(Value::from("x"), |value, _| Value::List(vec![value]));
    let (ty, deepest) = (nest(MAX_DEPTH), value(MAX_DEPTH));
    assert_eq!(
        decode(&encode(&deepest, &ty).unwrap(), &ty).unwrap(),
        deepest
    );

    let (ty, deeper) = (nest(MAX_DEPTH + 1), value(MAX_DEPTH + 1));
    assert!(
        encode(&deeper, &ty)
            .unwrap_err()
            .message
            .contains("deeper than 64")
    );
    let mut bytes = vec![0x91; MAX_DEPTH + 1];
    bytes.extend_from_slice(b"\xa1x");
    assert!(failure(&bytes, &ty).contains("deeper than 64"));
}

#[test]
fn dynamic_in_dynamic_is_bounded() {
    let level = b"\x92\xc4\x09\"dynamic\"";
    let mut bytes = level.repeat(100_000);
    bytes.push(0xc0);
    assert!(failure(&bytes, &Type::Dynamic).contains("deeper than 64"));
}

#[test]
fn value_that_is_not_of_its_type_is_not_encoded() {
    let ty = Type::object([("a", Type::list(Type::String)), ("b", Type::Dynamic)]);
    let cases = [
        (
            Value::map([("a", Value::Null)]),
            "the value lacks the attributes b",
        ),
        (
            Value::map([("a", Value::Null), ("c", Value::Null)]),
            "c is not a known attribute",
        ),
        (
            Value::map([
                ("a", Value::List(vec!["x".into(), true.into()])),
                ("b", Value::Null),
            ]),
            "a[1] must be a string, but is a bool",
        ),
        (
            Value::map([("a", Value::set(["x".into()])), ("b", Value::Null)]),
            "a must be a list, but is a set",
        ),
        (
            Value::map([("a", Value::Null), ("b", "x".into())]),
            "b must be a value with its type, but is a string",
        ),
    ];
    for (value, message) in cases {
        assert_eq!(encode(&value, &ty).unwrap_err().to_string(), message);
    }
    let error = encode(&Value::map([("a", true.into()), ("b", Value::Null)]), &ty).unwrap_err();
    assert_eq!(error.path, Path::from("a"));
}

#[test]
fn long_texts_and_collections_come_back() {
    for length in [31, 32, 255, 256, 65_535, 65_536] {
        let text = Value::from("x".repeat(length));
        assert_eq!(
            decode(&encode(&text, &Type::String).unwrap(), &Type::String).unwrap(),
            text
        );
        let ty = Type::list(Type::Number);
        let list = Value::List(vec![7.into(); length]);
        assert_eq!(decode(&encode(&list, &ty).unwrap(), &ty).unwrap(), list);
        let ty = Type::map(Type::Bool);
        let map = Value::Map(
            (0..length)
                .map(|key| (key.to_string().into(), true.into()))
                .collect(),
        );
        assert_eq!(decode(&encode(&map, &ty).unwrap(), &ty).unwrap(), map);
    }
}
