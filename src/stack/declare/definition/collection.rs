//! Lists and tags: their elements, without those that have no value.

use std::rc::Rc;

use super::super::node::{Content, Node};
use super::super::property::Accepts;
use super::super::template::Resolved;
use super::{Positions, Reader};
use crate::cty::{Map, Path, Value};

impl Reader<'_> {
    pub(super) fn list(
        &mut self,
        node: &Node,
        elements: &[Rc<Node>],
        name: &str,
        accepts: &Accepts,
        path: &Path,
        positions: &mut Positions,
    ) -> Value {
        let Accepts::List {
            each,
            most,
            ordered,
        } = accepts
        else {
            return Value::unknown();
        };
        let elements = self.existing(elements);
        if let Some(most) = most.filter(|most| elements.len() > *most) {
            let message = format!(
                "`{name}` has {} elements; at most {most} are allowed",
                elements.len()
            );
            self.diagnostics.error(node.position, message);
        }
        let needs_one =
            most.is_some() || (self.scope.is_some() && matches!(**each, Accepts::Object(_)));
        if elements.is_empty() && needs_one {
            let message = format!("`{name}` is empty; write at least one");
            self.diagnostics.error(node.position, message);
        }
        let mut values = Vec::new();
        for (index, element) in (0..).zip(&elements) {
            let path = if *ordered {
                path.clone().index(index)
            } else {
                path.clone().element(key(element))
            };
            positions.insert(path.clone(), element.position);
            values.push(self.value(element, name, each, &path, positions));
        }
        if *ordered {
            Value::List(values)
        } else {
            Value::set(values)
        }
    }

    /// Returns the elements of a list without those that have no value, which CloudFormation leaves out.
    fn existing(&mut self, elements: &[Rc<Node>]) -> Vec<Rc<Node>> {
        let mut existing = Vec::new();
        for element in elements {
            match self.resolve(element) {
                Resolved::Node(node) => existing.push(node),
                Resolved::Nothing => {}
                Resolved::Unknown(_) | Resolved::Failed => existing.push(Rc::clone(element)),
            }
        }
        existing
    }

    pub(super) fn tags(&mut self, node: &Node, path: &Path, positions: &mut Positions) -> Value {
        let Content::List(elements) = &node.content else {
            let message = "`Tags` must be a list of keys and values: `- Key: Name`, and `Value: main` below `Key`";
            self.diagnostics.error(node.position, message);
            return Value::unknown();
        };
        let mut tags = Map::new();
        let mut known = true;
        for element in elements {
            let resolved = match self.resolve(element) {
                Resolved::Node(node) => self.tag(&node, path),
                Resolved::Nothing => continue,
                Resolved::Unknown(reason) => {
                    self.know_later(path, element.position, reason);
                    None
                }
                Resolved::Failed => None,
            };
            let Some((key, value)) = resolved else {
                known = false;
                continue;
            };
            let path = path.clone().key(key.as_str());
            positions.insert(path, element.position);
            if tags.insert(key.as_str().into(), value).is_some() {
                let message = format!("duplicate tag `{key}`");
                self.diagnostics.error(element.position, message);
            }
        }
        if known {
            Value::Map(tags)
        } else {
            Value::unknown()
        }
    }

    /// Reads a tag. Returns `None` if its key is unknown or wrong.
    fn tag(&mut self, element: &Rc<Node>, path: &Path) -> Option<(String, Value)> {
        let Content::Map(entries) = &element.content else {
            let message = "a tag is `Key: …` and `Value: …`";
            self.diagnostics.error(element.position, message);
            return None;
        };
        for entry in entries {
            if !matches!(entry.key.as_str(), "Key" | "Value") {
                self.unknown(entry, &["Key", "Value"], "The keys of a tag are");
            }
        }
        let mut part = |name: &str, path: &Path| match element.get(name) {
            Some(node) => {
                let any = Accepts::Text(Vec::new());
                Some(self.value(node, name, &any, path, &mut Positions::new()))
            }
            None => {
                let message = format!("the tag has no `{name}`");
                self.diagnostics.error(element.position, message);
                None
            }
        };
        let key = part("Key", path);
        let of_key = match &key {
            Some(Value::String(key)) => path.clone().key(key.as_str()),
            _ => path.clone(),
        };
        let value = part("Value", &of_key);
        match key? {
            Value::String(key) => Some((key, value?)),
            _ => None,
        }
    }
}

/// Returns the key by which the resource's validation identifies an element of a set: its resource type, or its text.
fn key(element: &Node) -> &str {
    let node = element.get("ResourceType").map_or(element, Rc::as_ref);
    node.as_text().unwrap_or_default()
}
