//! One flow log of a state, read as a declaration.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::{Found, Kind};
use crate::arn::Arn;
use crate::flow_log::{drift, moved};
use crate::stack::declare::declaration::{Declaration, Desired};

/// The attributes that a state records after an import that is not finished.
const IMPORTED: [&str; 4] = ["id", "arn", "region", "timeouts"];

type Attributes = Map<String, Value>;

/// The reason why a flow log in a state cannot be read. No value is shown: it could be sensitive.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("it has no ID; run `terraform apply -refresh-only`")]
    NoId,
    #[error(
        "a Terraform older than 0.12 recorded its attributes; run `terraform apply -refresh-only`"
    )]
    OldForm,
    #[error(
        "its attributes are not those of a flow log: `{name}` is {found}; run `terraform apply -refresh-only`"
    )]
    Attribute { name: String, found: &'static str },
    #[error("its attributes are not those of a flow log; run `terraform apply -refresh-only`")]
    Attributes,
}

/// Reads a flow log.
///
/// # Errors
/// It has no id, or an attribute to compare cannot be read.
pub(super) fn declaration(found: Found) -> Result<Declaration, Problem> {
    let Found {
        address,
        kind,
        attributes,
        sensitive,
        is_flat,
    } = found;
    if is_flat {
        return Err(Problem::OldForm);
    }
    let text = |name: &str| {
        let value = attributes.get(name).and_then(Value::as_str);
        value.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let arn = text("arn");
    let arn = arn.as_deref().and_then(Arn::parse);
    let region = text("region").or_else(|| Some(arn?.region?.to_owned()));
    let account = arn.and_then(|arn| arn.account).map(str::to_owned);
    let of_awscc = text("flow_log_id").filter(|_| kind == Kind::Awscc);
    let id = of_awscc.or_else(|| text("id")).ok_or(Problem::NoId)?;
    let (desired, names) = readable(kind, attributes)?;
    Ok(Declaration {
        name: address,
        position: None,
        positions: BTreeMap::new(),
        region,
        account,
        id: Some(id),
        desired,
        sensitive: sensitive.paths(names),
        unknown: Vec::new(),
    })
}

/// Converts attributes. What cannot be read is left out if it is never compared.
fn readable(kind: Kind, mut attributes: Attributes) -> Result<(Desired, moved::Names), Problem> {
    if let Ok(read) = recorded(kind, attributes.clone()) {
        return Ok(read);
    }
    let wrong = attributes.iter().filter(|(name, value)| {
        let alone = Attributes::from_iter([((*name).clone(), (*value).clone())]);
        recorded(kind, alone).is_err()
    });
    let wrong: Vec<(String, &'static str)> = wrong
        .map(|(name, value)| (name.clone(), noun(value)))
        .collect();
    let compared = compared(kind, &attributes);
    for (name, found) in wrong {
        if compared.contains(&name) {
            return Err(Problem::Attribute { name, found });
        }
        attributes.remove(&name);
    }
    recorded(kind, attributes).map_err(|_| Problem::Attributes)
}

fn recorded(
    kind: Kind,
    attributes: Attributes,
) -> Result<(Desired, moved::Names), serde_json::Error> {
    let moved = match kind {
        Kind::Ours => {
            let mut known = attributes.iter().filter(|(_, value)| !value.is_null());
            let is_imported = known.all(|(name, _)| IMPORTED.contains(&name.as_str()));
            let desired = Desired::State {
                recorded: serde_json::from_value(attributes.into())?,
                attributes: is_imported.then(Vec::new),
                names: &[],
            };
            return Ok((desired, &[]));
        }
        Kind::Aws => moved::of_aws(attributes)?,
        Kind::Awscc => moved::of_awscc(attributes)?,
    };
    let names = moved.names;
    let desired = Desired::State {
        recorded: Box::new(moved.flow_log),
        attributes: Some(moved.attributes),
        names,
    };
    Ok((desired, names))
}

/// Returns the names of the recorded attributes that are compared.
fn compared(kind: Kind, attributes: &Attributes) -> BTreeSet<String> {
    let ours = drift::schema().map(|schema| drift::compared_names(&schema));
    let all_tags = attributes.get("tags_all").is_some_and(Value::is_object);
    let names = attributes.keys().filter(|name| match (kind, &ours) {
        (Kind::Ours, Ok(ours)) => ours.contains(*name),
        // `tags_all` contains all tags.
        (Kind::Aws, _) => name.as_str() != "tags" || !all_tags,
        (Kind::Ours | Kind::Awscc, _) => true,
    });
    names.cloned().collect()
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number of another form",
        Value::String(_) => "text",
        Value::Array(_) => "a list of another form",
        Value::Object(_) => "an object of another form",
    }
}
