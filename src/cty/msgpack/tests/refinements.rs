//! Unknown values and their refinements.

use super::*;

#[test]
fn any_extension_is_unknown() {
    for bytes in [
        &b"\xd4\x00\x00"[..],
        b"\xd4\x63\x07",
        b"\xc7\x00\x05",
        b"\xd8\x7f0123456789abcdef",
    ] {
        assert_eq!(decode(bytes, &Type::String).unwrap(), Value::unknown());
    }
}

#[test]
fn refinements_are_kept_where_they_make_sense() {
    let range = Refinements {
        minimum: Some(Bound {
            value: Number::from(1_i64),
            inclusive: true,
        }),
        maximum: Some(Bound {
            value: "2.5".parse().unwrap(),
            inclusive: false,
        }),
        ..Refinements::default()
    };
    let bytes = encode(&refined(range.clone()), &Type::Number).unwrap();
    assert_eq!(
        decode(&bytes, &Type::Number).unwrap(),
        refined(range.clone())
    );
    assert_eq!(
        encode(&refined(range.clone()), &Type::String).unwrap(),
        b"\xd4\x00\x00"
    );
    assert_eq!(decode(&bytes, &Type::String).unwrap(), Value::unknown());
    assert_eq!(decode(&bytes, &Type::Dynamic).unwrap(), Value::unknown());
}

#[test]
fn refinements_too_large_to_be_read_are_not_sent() {
    let prefix = Refinements {
        prefix: Some("x".repeat(1024)),
        ..Refinements::default()
    };
    assert_eq!(
        encode(&refined(prefix), &Type::String).unwrap(),
        b"\xd4\x00\x00"
    );
    let mut large = vec![0xc8, 0x04, 0x01, 0x0c];
    large.resize(large.len() + 1025, 0xc0);
    assert!(failure(&large, &Type::String).contains("more than 1024 bytes"));
}

#[test]
fn refinements_with_keys_of_the_future_are_read() {
    // { 1: false, 99: [ "x", { "k": 1.0 } ], 2: "fl-" }
    let payload = b"\x83\x01\xc2\x63\x92\xa1x\x81\xa1k\xcb\x3f\xf0\0\0\0\0\0\0\x02\xa3fl-";
    let mut bytes = vec![0xc7, u8::try_from(payload.len()).unwrap(), 12];
    bytes.extend_from_slice(payload);
    let expected = Refinements {
        not_null: true,
        prefix: Some("fl-".to_owned()),
        ..Refinements::default()
    };
    assert_eq!(decode(&bytes, &Type::String).unwrap(), refined(expected));
}

#[test]
fn malformed_refinements_are_refused() {
    for payload in [
        &b"\xc0"[..],
        b"\x81\x01\xc0",
        b"\x81\xa1x\xc0",
        b"\x81\x03\x91\x01",
        b"\x80\x00",
        b"\x81\x02\xa9x",
    ] {
        let mut bytes = vec![0xc7, u8::try_from(payload.len()).unwrap(), 12];
        bytes.extend_from_slice(payload);
        let error = failure(&bytes, &Type::Number);
        assert!(
            error.contains("malformed refinements"),
            "{payload:x?}: {error}"
        );
    }
}
