use serde::Deserialize;

use super::*;
use crate::framework::Attr;

/// Joins texts.
///
/// The separator stands between
/// any two of them.
#[derive(Deserialize, JsonSchema)]
struct Join {
    /// What stands between.
    separator: String,
    /// What comes first; null for nothing.
    #[schemars(transform = behaviour::allow_null)]
    #[schemars(transform = behaviour::allow_unknown)]
    ahead: Attr<String>,
    /// Anything at all.
    any: Json,
    /// The texts.
    #[serde(default)]
    texts: Vec<Option<String>>,
}

impl Function for Join {
    const NAME: &'static str = "join";

    fn returns() -> Type {
        Type::String
    }

    fn call(self) -> Result<Value, FunctionError> {
        let Attr::Known(ahead) = self.ahead.map(|ahead| format!("{ahead}{}", self.any)) else {
            return Ok(Value::Null);
        };
        let texts = self.texts.iter().flatten().map(String::as_str);
        let all: Vec<&str> = [ahead.as_str()].into_iter().chain(texts).collect();
        Ok(all.join(&self.separator).into())
    }
}

/// Takes a number that may be left out, which no function can.
#[derive(Deserialize, JsonSchema)]
struct Broken {
    /// A number.
    #[serde(default)]
    number: i64,
}

impl Function for Broken {
    const NAME: &'static str = "broken";

    fn returns() -> Type {
        Type::Number
    }

    fn call(self) -> Result<Value, FunctionError> {
        Ok(self.number.into())
    }
}

fn join(arguments: Vec<Value>) -> Result<Value, FunctionError> {
    erase::<Join>().unwrap().call(arguments)
}

fn any() -> Value {
    Value::Dynamic(Box::new((Type::Bool, true.into())))
}

#[test]
fn the_struct_is_the_signature() {
    let signature = signature::<Join>().unwrap();
    assert_eq!(signature.summary, "Joins texts.");
    assert_eq!(
        signature.description,
        "Joins texts.\n\nThe separator stands between any two of them."
    );
    let shown: Vec<_> = signature
        .parameters
        .iter()
        .map(|p| (p.name.as_str(), &p.ty, p.allow_null, p.allow_unknown))
        .collect();
    assert_eq!(
        shown,
        [
            ("separator", &Type::String, false, false),
            ("ahead", &Type::String, true, true),
            ("any", &Type::Dynamic, false, false),
        ]
    );
    let variadic = signature.variadic.unwrap();
    assert_eq!(
        (variadic.name.as_str(), &variadic.ty, variadic.allow_null),
        ("texts", &Type::String, true)
    );
    assert_eq!(variadic.description, "The texts.");
    let error = super::signature::<Broken>().unwrap_err();
    assert!(error.to_string().contains("must be a list"), "{error}");
}

#[test]
fn arguments_go_by_their_order() {
    let texts = ["a".into(), Value::Null, "b".into()];
    let all = [vec!["-".into(), "0".into(), any()], texts.to_vec()].concat();
    assert_eq!(join(all).unwrap(), "0true-a-b".into());
    let unknown = vec!["-".into(), Value::unknown(), any()];
    assert_eq!(join(unknown).unwrap(), Value::Null);
}

#[test]
fn an_error_tells_the_position_of_its_argument() {
    let signature = signature::<Join>().unwrap();
    let cases = [
        (
            vec![Value::Null, "0".into(), any()],
            Some(0),
            "`separator` must not be null",
        ),
        (
            vec!["-".into(), "0".into(), Value::Null],
            Some(2),
            "`any` must not be null",
        ),
        (
            vec!["-".into(), "0".into(), any(), "a".into(), Value::unknown()],
            Some(4),
            "`texts` must be known",
        ),
        (
            vec!["-".into(), true.into(), any()],
            Some(1),
            "must be a string",
        ),
        (vec!["-".into()], None, "but the call has 1"),
    ];
    for (arguments, position, text) in cases {
        let error = join(arguments).unwrap_err();
        assert_eq!(signature.position(&error.path), position, "{error:?}");
        assert!(error.text.contains(text), "{error:?}");
    }
}
