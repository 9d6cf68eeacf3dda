//! Arguments of the provider's functions: a JSON array. The first byte selects the function.

use std::sync::LazyLock;

use vpcflow::cty::{Type, Value, json, msgpack};
use vpcflow::framework::{Catalogue, ErasedFunction};

use super::selected;

static CATALOGUE: LazyLock<Catalogue<()>> =
    LazyLock::new(|| vpcflow::functions::add(Catalogue::default()));

/// Finds a function by its number.
fn function(number: usize) -> &'static dyn ErasedFunction {
    let all = CATALOGUE.functions.all().expect("the functions are valid");
    all[number % all.len()].1
}

/// A function returns a value of its type, or an error about one of its arguments.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    let function = function(number);
    let signature = function.signature();
    let Ok(Value::List(given)) = json::decode(bytes, &Type::list(Type::Dynamic)) else {
        return;
    };
    let mut arguments = Vec::new();
    for (position, value) in given.into_iter().enumerate() {
        let Some(parameter) = signature.parameter(position) else {
            break;
        };
        // Terraform converts each argument to the type of its parameter.
        let text = json::to_json(&value).to_string();
        match json::decode(text.as_bytes(), &parameter.ty) {
            Ok(argument) => arguments.push(argument),
            Err(_) => arguments.push(value),
        }
    }
    match function.call(arguments) {
        Ok(value) => {
            let encoded = msgpack::encode(&value, &signature.returns);
            encoded.expect("the result has its type");
        }
        Err(error) => assert!(!error.text.is_empty()),
    }
}
