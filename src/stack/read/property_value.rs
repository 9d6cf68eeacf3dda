//! The values of properties: each of the type that the model says, at its place.
//!
//! A stack definition is read strictly, as its JSON Schema is; a template as leniently as CloudFormation reads it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::property::{Property, Takes};
use super::super::source::Place;
use super::super::template::Resolved;
use super::super::yaml::{Content, Entry, Node, is_flag, is_number};
use super::Reader;
use crate::cty::{Map, Number, Value};
use crate::text::suggest::nearest;

/// What other tools call the allowed values.
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

impl Reader<'_> {
    /// Reads the entries of an object; what cannot be used is unknown.
    pub(super) fn object(
        &mut self,
        entries: &[Entry],
        properties: &[Property],
        places: &mut BTreeMap<String, Place>,
        place: Place,
    ) -> Map<Value> {
        let mut values = Map::new();
        let in_stack = self.scope.is_none();
        let whole = properties.iter().any(|p| p.name == "ResourceId");
        let own = |p: &&Property| in_stack || p.attribute != "region";
        let of_stack = (in_stack && whole).then_some("Account");
        for entry in entries {
            let property = properties.iter().filter(own).find(|p| p.name == entry.key);
            let Some(property) = property else {
                if of_stack != Some(entry.key.as_str()) {
                    let names = properties.iter().filter(own).map(|p| p.name.as_str());
                    let names: Vec<_> = names.chain(of_stack).collect();
                    let meant = self.unknown(entry, &names, "There are");
                    let meant = properties.iter().find(|p| Some(p.name.as_str()) == meant);
                    // It is as good as given: that it is missing is not told besides.
                    let meant = meant.filter(|p| p.attribute != "region");
                    values.extend(meant.map(|p| (p.attribute.as_str().into(), Value::unknown())));
                }
                continue;
            };
            places.insert(property.attribute.clone(), entry.place);
            if property.attribute == "region" {
                if let Some(region) = self.region_name(&entry.value) {
                    values.insert(property.attribute.as_str().into(), Value::String(region));
                }
                continue;
            }
            let value = self.value(&entry.value, &property.name, &property.takes);
            for (name, place) in parts(&entry.value, &property.takes) {
                places.insert(format!("{}.{name}", property.attribute), place);
            }
            values.insert(property.attribute.as_str().into(), value);
        }
        if !in_stack && entries.iter().any(|entry| entry.key.starts_with("Fn::")) {
            // What the function gives is not known; whatever is missing may be in it.
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
                let at = places.get(&missing.attribute).copied().unwrap_or(place);
                self.mistakes.error(at, message);
            }
        }
        values
    }

    fn value(&mut self, node: &Rc<Node>, name: &str, takes: &Takes) -> Value {
        let node = match self.resolve(node) {
            Resolved::Node(node) => node,
            Resolved::Nothing => return Value::Null,
            Resolved::Later | Resolved::Failed => return Value::unknown(),
        };
        if node.is_null() {
            if self.scope.is_none() {
                let message = format!("`{name}` has no value; write one, or remove `{name}`");
                self.mistakes.error(node.place, message);
                return Value::unknown();
            }
            return Value::Null;
        }
        let lenient = self.scope.is_some();
        let read = match takes {
            Takes::Text(allowed) => text(&node, lenient).and_then(|text| one_of(text, allowed)),
            Takes::Number(allowed) => number(&node, lenient, allowed),
            Takes::Flag => flag(&node, lenient),
            Takes::Object(properties) => match &node.content {
                Content::Map(entries) => {
                    let mut inner = BTreeMap::new();
                    let entries = entries.clone();
                    let object = self.object(&entries, properties, &mut inner, node.place);
                    return Value::Map(object);
                }
                _ => Err(format!("is {}; it must be a mapping", node.what())),
            },
            Takes::List {
                each,
                most,
                ordered,
            } => match &node.content {
                Content::List(elements) => {
                    if let Some(most) = most.filter(|most| elements.len() > *most) {
                        let message = format!(
                            "`{name}` has {} elements; at most {most} are allowed",
                            elements.len()
                        );
                        self.mistakes.error(node.place, message);
                    }
                    if elements.is_empty() && most.is_some() {
                        let message = format!("`{name}` is empty; write at least one");
                        self.mistakes.error(node.place, message);
                    }
                    let elements = elements.clone();
                    let values = elements.iter().map(|e| self.value(e, name, each));
                    let values: Vec<_> = values.collect();
                    return match ordered {
                        true => Value::List(values),
                        false => Value::set(values),
                    };
                }
                _ => Err(format!("is {}; it must be a list (`- …`)", node.what())),
            },
            Takes::Tags => return self.tags(&node),
        };
        read.unwrap_or_else(|problem| {
            self.mistakes
                .error(node.place, format!("`{name}` {problem}"));
            Value::unknown()
        })
    }

    fn tags(&mut self, node: &Node) -> Value {
        let Content::List(elements) = &node.content else {
            let message = "`Tags` must be a list of keys and values: `- Key: Name`, and `Value: main` below `Key`";
            self.mistakes.error(node.place, message);
            return Value::unknown();
        };
        let mut tags = Map::new();
        for element in elements {
            if let Some((key, value)) = self.tag(element)
                && tags.insert(key.as_str().into(), value).is_some()
            {
                let message = format!("the tag `{key}` is given twice");
                self.mistakes.error(element.place, message);
            }
        }
        Value::Map(tags)
    }

    fn tag(&mut self, element: &Rc<Node>) -> Option<(String, Value)> {
        let Resolved::Node(element) = self.resolve(element) else {
            return None;
        };
        let Content::Map(entries) = &element.content else {
            let message = "a tag is `Key: …` and `Value: …`";
            self.mistakes.error(element.place, message);
            return None;
        };
        for entry in entries {
            if !matches!(entry.key.as_str(), "Key" | "Value") {
                self.unknown(entry, &["Key", "Value"], "A tag has");
            }
        }
        let mut part = |name: &str| match element.get(name) {
            Some(node) => {
                let any = Takes::Text(Vec::new());
                Some(self.value(node, name, &any))
            }
            None => {
                let message = format!("the tag has no `{name}`");
                self.mistakes.error(element.place, message);
                None
            }
        };
        let (key, value) = (part("Key"), part("Value"));
        match key? {
            Value::String(key) => Some((key, value?)),
            _ => None,
        }
    }
}

/// The places of a property's parts, by the names that the resource's own validation knows them by: members, the
/// keys of tags, and of a list of objects the text of each.
fn parts(node: &Node, takes: &Takes) -> Vec<(String, Place)> {
    match (takes, &node.content) {
        (Takes::Object(_), Content::Map(members)) => members
            .iter()
            .map(|member| (snake(&member.key), member.place))
            .collect(),
        (Takes::Tags, Content::List(elements)) => named(elements, "Key"),
        (Takes::List { .. }, Content::List(elements)) => named(elements, "ResourceType"),
        _ => Vec::new(),
    }
}

fn named(elements: &[Rc<Node>], key: &str) -> Vec<(String, Place)> {
    let name = |element: &Rc<Node>| {
        let name = element.get(key)?.as_text()?.to_owned();
        Some((name, element.place))
    };
    elements.iter().filter_map(name).collect()
}

fn text(node: &Node, lenient: bool) -> Result<String, String> {
    match &node.content {
        Content::Scalar { text, plain }
            if lenient || !(*plain && (is_flag(text) || is_number(text))) =>
        {
            Ok(text.clone())
        }
        Content::Scalar { text, .. } => Err(format!(
            "is {}; it must be text: put it in quotes, \"{text}\"",
            node.what()
        )),
        Content::List(_) | Content::Map(_) => Err(format!("is {}; it must be text", node.what())),
    }
}

fn one_of(text: String, allowed: &[String]) -> Result<Value, String> {
    if allowed.is_empty() || allowed.contains(&text) {
        return Ok(Value::String(text));
    }
    if text.is_empty() {
        return Err(format!(
            "is empty; it must be one of: {}",
            allowed.join(", ")
        ));
    }
    let folded = text.to_uppercase().replace(['-', '_', ' '], "");
    let other = OTHER_WORDS.iter().find(|(word, _)| *word == folded);
    let near = other
        .map(|(_, value)| *value)
        .filter(|value| allowed.iter().any(|known| known == value))
        .or_else(|| nearest(&text, allowed.iter().map(String::as_str)));
    let all = allowed.join(", ");
    Err(match near {
        Some(near) => format!("is \"{text}\"; write {near} (it must be one of: {all})"),
        None => format!("is \"{text}\"; it must be one of: {all}"),
    })
}

fn number(node: &Node, lenient: bool, allowed: &[i64]) -> Result<Value, String> {
    let written = match &node.content {
        Content::Scalar { text, plain } if *plain || lenient => text.parse::<i64>().ok(),
        _ => None,
    };
    let all: Vec<_> = allowed.iter().map(i64::to_string).collect();
    let all = match all.as_slice() {
        [] => "a whole number".to_owned(),
        all => format!("{}, without quotes", all.join(" or ")),
    };
    match written {
        Some(number) if allowed.is_empty() || allowed.contains(&number) => {
            Ok(Value::Number(Number::from(number)))
        }
        Some(number) => Err(format!("is {number}; it must be {all}")),
        None => Err(format!("is {}; it must be {all}", node.what())),
    }
}

fn flag(node: &Node, lenient: bool) -> Result<Value, String> {
    let written = match &node.content {
        Content::Scalar { text, plain } if *plain || lenient => Some(text.to_lowercase()),
        _ => None,
    };
    match written.as_deref() {
        Some("true") => Ok(Value::Bool(true)),
        Some("false") => Ok(Value::Bool(false)),
        _ => Err(format!(
            "is {}; it must be true or false, without quotes",
            node.what()
        )),
    }
}

/// The first sentence of a property's description.
fn about(property: &Property) -> &str {
    let text = property.description.as_str();
    text.split(". ")
        .next()
        .unwrap_or(text)
        .trim_end_matches('.')
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
