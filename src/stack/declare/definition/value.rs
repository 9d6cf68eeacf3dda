//! The values of properties: each of the type that the model requires, at its position.
//!
//! A stack definition is read strictly, as its JSON Schema demands; a template as leniently as CloudFormation reads it.

use std::rc::Rc;

use super::super::node::{Content, Entry, Node, is_flag, is_number};
use super::super::property::{Accepts, Property};
use super::super::template::Resolved;
use super::{Positions, Reader};
use crate::cty::{Map, Number, Path, Value};
use crate::report::Position;
use crate::text::suggest::nearest;

/// Other tools' names of allowed values.
const OTHER_WORDS: [(&str, &str); 8] = [
    ("ENI", "NetworkInterface"),
    ("REJECTED", "REJECT"),
    ("DENY", "REJECT"),
    ("ACCEPTED", "ACCEPT"),
    ("CLOUDWATCH", "cloud-watch-logs"),
    ("CLOUDWATCHLOGS", "cloud-watch-logs"),
    ("FIREHOSE", "kinesis-data-firehose"),
    ("TEXT", "plain-text"),
];

/// The reason why a value cannot be used. `Display` completes a sentence that begins with the property's name.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("is {found}; it must be {expected}")]
    Kind {
        found: &'static str,
        expected: String,
    },
    #[error("is {found}; it must be text: put it in quotes, \"{text}\"")]
    Unquoted { found: &'static str, text: String },
    #[error("is empty; it must be one of: {}", .allowed.join(", "))]
    Empty { allowed: Vec<String> },
    #[error("is \"{text}\"; {}", choice(.meant.as_deref(), .allowed))]
    NotAllowed {
        text: String,
        meant: Option<String>,
        allowed: Vec<String>,
    },
    #[error("is {number}; it must be {expected}")]
    Number { number: i64, expected: String },
}

fn choice(meant: Option<&str>, allowed: &[String]) -> String {
    let allowed = allowed.join(", ");
    match meant {
        Some(meant) => format!("write {meant} (one of: {allowed})"),
        None => format!("it must be one of: {allowed}"),
    }
}

impl Reader<'_> {
    /// Reads the entries of an object. A value that cannot be used is unknown.
    pub(super) fn object(
        &mut self,
        entries: &[Entry],
        properties: &[Property],
        path: &Path,
        positions: &mut Positions,
        position: Position,
    ) -> Map<Value> {
        let mut values = Map::new();
        for entry in entries {
            if self.scope.is_some() && entry.key.starts_with("Fn::") {
                continue;
            }
            let property = properties.iter().find(|p| p.name == entry.key);
            let property = property.or_else(|| self.camel_case(entry, properties, path));
            let Some(property) = property.filter(|property| self.has(property)) else {
                values.extend(self.meant(entry, properties, path));
                continue;
            };
            let attribute = property.attribute.as_str();
            let path = path.clone().attribute(attribute);
            positions.insert(path.clone(), entry.position);
            if attribute == "region" {
                let region = self.region_name(&entry.value);
                values.extend(region.map(|region| (attribute.into(), Value::String(region))));
                continue;
            }
            let (name, accepts) = (&property.name, &property.accepts);
            let value = self.value(&entry.value, name, accepts, &path, positions);
            values.insert(attribute.into(), value);
        }
        if self.scope.is_some() && self.supplied_later(entries, path) {
            // The function may supply any property that is missing.
            for property in properties {
                let value = values.entry(property.attribute.as_str().into());
                value.or_insert_with(Value::unknown);
            }
        }
        for missing in properties.iter().filter(|p| p.required) {
            let given = values.get(missing.attribute.as_str());
            let empty = |v: &&Value| v.is_null() || matches!(v, Value::String(t) if t.is_empty());
            if given.filter(|value| !empty(value)).is_none() {
                let message = format!("`{}` is missing: {}", missing.name, about(missing));
                let path = path.clone().attribute(missing.attribute.as_str());
                let at = positions.get(&path).copied().unwrap_or(position);
                self.diagnostics.error(at, message);
            }
        }
        values
    }

    /// Returns whether the file's kind has a property: only stack definitions have a region.
    fn has(&self, property: &Property) -> bool {
        self.scope.is_none() || property.attribute != "region"
    }

    /// Reports a property that does not exist. The one that was probably meant is unknown, so that it is not reported as
    /// missing, too.
    fn meant(
        &mut self,
        entry: &Entry,
        properties: &[Property],
        path: &Path,
    ) -> Option<(crate::cty::Name, Value)> {
        let account = (self.scope.is_none() && path.is_root()).then_some("Account");
        if account == Some(entry.key.as_str()) {
            return None;
        }
        let own = properties.iter().filter(|property| self.has(property));
        let names: Vec<_> = own.map(|p| p.name.as_str()).chain(account).collect();
        let meant = self.unknown(entry, &names, "The properties are");
        let meant = properties.iter().find(|p| Some(p.name.as_str()) == meant);
        let meant = meant.filter(|p| p.attribute != "region")?;
        Some((meant.attribute.as_str().into(), Value::unknown()))
    }

    /// Reads a value, and notes if it must not be shown.
    pub(super) fn value(
        &mut self,
        node: &Rc<Node>,
        name: &str,
        accepts: &Accepts,
        path: &Path,
        positions: &mut Positions,
    ) -> Value {
        let outer = std::mem::take(&mut self.secret);
        let reported = self.diagnostics.len();
        let value = self.shown_value(node, name, accepts, path, positions);
        if std::mem::replace(&mut self.secret, outer) {
            self.sensitive.insert(path.clone());
            self.diagnostics.hide(reported);
        }
        value
    }

    fn shown_value(
        &mut self,
        node: &Rc<Node>,
        name: &str,
        accepts: &Accepts,
        path: &Path,
        positions: &mut Positions,
    ) -> Value {
        let resolved = self.resolve(node);
        let resolved = match accepts {
            Accepts::Object(_) if self.has_overrides(name) => {
                return self.overridden_object(node, &resolved, name, accepts, path, positions);
            }
            _ => resolved,
        };
        let node = match resolved {
            Resolved::Node(node) => node,
            Resolved::Nothing => return Value::Null,
            Resolved::Unknown(reason) => {
                self.know_later(path, node.position, reason);
                return Value::unknown();
            }
            Resolved::Failed => return Value::unknown(),
        };
        if node.is_null() {
            if self.scope.is_none() {
                let message = format!("`{name}` has no value; write one, or remove `{name}`");
                self.diagnostics.error(node.position, message);
                return Value::unknown();
            }
            return Value::Null;
        }
        let lenient = self.scope.is_some();
        let expected = |expected: &str| Problem::Kind {
            found: node.what(),
            expected: expected.to_owned(),
        };
        let read = match (accepts, &node.content) {
            (Accepts::Text(allowed), _) => {
                text(&node, lenient).and_then(|text| one_of(text, allowed))
            }
            (Accepts::Number(allowed), _) => number(&node, lenient, allowed),
            (Accepts::Flag, _) => flag(&node, lenient),
            (Accepts::Object(properties), Content::Map(entries)) => {
                let object = self.object(entries, properties, path, positions, node.position);
                self.members_of_template(name, &object, properties, node.position);
                Ok(Value::Map(object))
            }
            (Accepts::Object(_), _) => Err(expected("a mapping")),
            (Accepts::List { .. }, Content::List(elements)) => {
                Ok(self.list(&node, elements, name, accepts, path, positions))
            }
            (Accepts::List { .. }, _) => Err(expected("a list (`- …`)")),
            (Accepts::Tags, _) => Ok(self.tags(&node, path, positions)),
        };
        read.unwrap_or_else(|problem| {
            let message = format!("`{name}` {problem}");
            self.diagnostics.error(node.position, message);
            Value::unknown()
        })
    }
}

fn text(node: &Node, lenient: bool) -> Result<String, Problem> {
    match &node.content {
        Content::Scalar { text, plain }
            if lenient || !(*plain && (is_flag(text) || is_number(text))) =>
        {
            Ok(text.clone())
        }
        Content::Scalar { text, .. } => Err(Problem::Unquoted {
            found: node.what(),
            text: text.clone(),
        }),
        Content::List(_) | Content::Map(_) => Err(Problem::Kind {
            found: node.what(),
            expected: "text".to_owned(),
        }),
    }
}

fn one_of(text: String, allowed: &[String]) -> Result<Value, Problem> {
    if allowed.is_empty() || allowed.contains(&text) {
        return Ok(Value::String(text));
    }
    let allowed = allowed.to_vec();
    if text.is_empty() {
        return Err(Problem::Empty { allowed });
    }
    let folded = text.to_uppercase().replace(['-', '_', ' '], "");
    let other = OTHER_WORDS.iter().find(|(word, _)| *word == folded);
    let meant = other
        .map(|(_, value)| *value)
        .filter(|value| allowed.iter().any(|known| known == value))
        .or_else(|| nearest(&text, allowed.iter().map(String::as_str)))
        .map(str::to_owned);
    Err(Problem::NotAllowed {
        text,
        meant,
        allowed,
    })
}

fn number(node: &Node, lenient: bool, allowed: &[i64]) -> Result<Value, Problem> {
    let written = match &node.content {
        Content::Scalar { text, plain } if *plain || lenient => whole(text),
        _ => None,
    };
    let all: Vec<_> = allowed.iter().map(i64::to_string).collect();
    let expected = match all.as_slice() {
        [] => "a whole number".to_owned(),
        all => format!("{}, without quotes", all.join(" or ")),
    };
    match written {
        Some(number) if allowed.is_empty() || allowed.contains(&number) => {
            Ok(Value::Number(Number::from(number)))
        }
        Some(number) => Err(Problem::Number { number, expected }),
        None => Err(Problem::Kind {
            found: node.what(),
            expected,
        }),
    }
}

/// Reads a whole number, also as `60.0` or `6e1`, which JSON Schema regards as the same.
fn whole(text: &str) -> Option<i64> {
    /// From here on, not every whole number is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = text.parse::<i64>().ok();
    exact.or_else(|| {
        let number = text.parse::<f64>().ok().filter(|_| is_number(text))?;
        let is_whole = number.fract() == 0.0 && number.abs() < EXACT;
        format!("{number:.0}").parse().ok().filter(|_| is_whole)
    })
}

fn flag(node: &Node, lenient: bool) -> Result<Value, Problem> {
    let written = match &node.content {
        Content::Scalar { text, plain } if *plain || lenient => Some(text.to_lowercase()),
        _ => None,
    };
    match written.as_deref() {
        Some("true") => Ok(Value::Bool(true)),
        Some("false") => Ok(Value::Bool(false)),
        _ => Err(Problem::Kind {
            found: node.what(),
            expected: "true or false, without quotes".to_owned(),
        }),
    }
}

/// Returns the first sentence of a property's description.
fn about(property: &Property) -> &str {
    let text = property.description.as_str();
    text.split(". ")
        .next()
        .unwrap_or(text)
        .trim_end_matches('.')
}
