//! What Core refuses in any response, and what a user would not understand.

use vpcflow::cty::{self, Path, Type, Value};
use vpcflow::protocol::pb;
use vpcflow::protocol::pb::attribute_path::step::Selector;

use crate::harness::canary;

/// Returns what is wrong with diagnostics about a value of a type.
pub(super) fn diagnostics(said: &[pb::Diagnostic], ty: &Type) -> Vec<String> {
    let mut problems = Vec::new();
    for diagnostic in said {
        let text = format!("{}: {}", diagnostic.summary, diagnostic.detail);
        let is_known = [1, 2].contains(&diagnostic.severity);
        let is_harmful = |c: char| c.is_control() && c != '\n' && c != '\t';
        let path = diagnostic.attribute.as_ref();
        for (wrong, what) in [
            (!is_known, "no severity"),
            (diagnostic.summary.is_empty(), "no summary"),
            (diagnostic.detail.is_empty(), "no detail"),
            (text.contains("panicked"), "a panic"),
            (text.contains(is_harmful), "a control character"),
            (
                canary::form_of(canary::SECRET, text.as_bytes()).is_some(),
                "a secret",
            ),
            (
                path.is_some_and(|path| !leads_somewhere(path, ty)),
                "a path that leads nowhere",
            ),
        ] {
            if wrong {
                problems.push(format!("{what} in {diagnostic:?}"));
            }
        }
    }
    problems
}

/// Reports whether a type has a value at a path.
pub(super) fn leads_somewhere(path: &pb::AttributePath, ty: &Type) -> bool {
    let mut ty = ty;
    for step in &path.steps {
        // An element of a set has no key. Without one, Core shows the first block.
        if let Type::Set(element) = ty {
            ty = element;
        }
        ty = match (step.selector.as_ref(), ty) {
            (Some(Selector::AttributeName(name)), Type::Object(attributes)) => {
                match attributes.get(name.as_str()) {
                    Some(attribute) => attribute,
                    None => return false,
                }
            }
            (Some(Selector::ElementKeyString(_)), Type::Map(element))
            | (Some(Selector::ElementKeyInt(_)), Type::List(element)) => element,
            (Some(_), Type::Dynamic) => return true,
            _ => return false,
        };
    }
    true
}

/// Decodes a value of a response. Every response must have the type of its schema.
pub(super) fn typed(value: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, String> {
    let value = value.ok_or("there is no value")?;
    if !value.json.is_empty() {
        return Err("the value is not in msgpack".to_owned());
    }
    let decoded = cty::msgpack::decode(&value.msgpack, ty);
    decoded.map_err(|error| format!("another type: {error}"))
}

/// Decodes a value that must be known.
pub(super) fn known(value: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, String> {
    let value = typed(value, ty)?;
    match value.unknown_paths().first() {
        Some(path) => Err(format!("{path} is unknown")),
        None => Ok(value),
    }
}

/// Returns which configured values a result does not repeat.
pub(super) fn not_echoed(config: &Value, result: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    compare(config, result, &Path::root(), &mut problems);
    problems
}

fn compare(config: &Value, result: &Value, path: &Path, problems: &mut Vec<String>) {
    let (Value::Map(configured), Value::Map(found)) = (config, result) else {
        if !config.is_null() && config != result {
            problems.push(format!("{path}: configured {config:?}, is {result:?}"));
        }
        return;
    };
    for (name, value) in configured {
        let path = path.clone().attribute(name.clone());
        match found.get(name) {
            Some(found) => compare(value, found, &path, problems),
            None => problems.push(format!("{path}: it has vanished")),
        }
    }
}
