//! Values of Terraform as msgpack and JSON, and types. The first byte selects the type.

use std::sync::LazyLock;

use vpcflow::cty::{self, Type, Value, json, msgpack};

use super::selected;

/// Types of every shape.
static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| {
    let types = [
        r#""dynamic""#,
        r#""string""#,
        r#""number""#,
        r#""bool""#,
        r#"["list","number"]"#,
        r#"["set",["list","string"]]"#,
        r#"["map","dynamic"]"#,
        r#"["tuple",["string","bool","dynamic"]]"#,
        r#"["object",{"a":"string","b":["list",["object",{"c":"number"}]],"d":["map",["set","bool"]]}]"#,
        r#"["list",["object",{"a":"dynamic","b":["set","dynamic"]}]]"#,
    ];
    let parsed = types.map(|json| Type::from_json(json.as_bytes()));
    parsed.into_iter().filter_map(Result::ok).collect()
});

/// Whatever is accepted has the same value after it was written and read again.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    let ty = &TYPES[number % TYPES.len()];
    if let Ok(value) = msgpack::decode(bytes, ty) {
        again(&value, ty);
    }
    if let Ok(value) = json::decode(bytes, ty) {
        again(&value, ty);
    }
    if let Ok(ty) = Type::from_json(bytes) {
        let read = Type::from_json(ty.to_json().as_bytes());
        assert_eq!(read, Ok(ty));
    }
    json::count(bytes);
}

fn again(value: &Value, ty: &Type) {
    let encoded = msgpack::encode(value, ty).expect("what was decoded is encoded");
    assert_eq!(msgpack::decode(&encoded, ty).as_ref(), Ok(value));
    if value.is_wholly_known() {
        let encoded = json::encode(value, ty).expect("what is known is encoded");
        assert_eq!(json::decode(&encoded, ty).as_ref(), Ok(value));
    }
    assert_eq!(value.unknown_paths().is_empty(), value.is_wholly_known());
    let _ = cty::from_value::<serde_json::Value>(value);
    let _ = json::to_json(value);
    let known = value.clone().unknown_to_null();
    assert!(known.is_wholly_known());
}
