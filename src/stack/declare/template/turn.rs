//! One turn of `Fn::ForEach`: the body with the identifier replaced by its value.

use std::cell::Cell;
use std::rc::Rc;

use super::super::node::{Content, Entry, Node};
use super::MOST_TEXT;
use crate::report::Position;

/// One turn of a loop.
pub(super) struct Turn<'t> {
    pub(super) identifier: &'t str,
    /// The value of the identifier, and what stands for it in keys.
    pub(super) value: String,
    pub(super) key: String,
    /// Whether the value must not be shown.
    pub(super) secret: bool,
    /// If the value is not known, the function that stands for it.
    pub(super) later: Option<Rc<Node>>,
    /// The amount of text that it has produced, in bytes.
    pub(super) produced: Cell<usize>,
}

impl Turn<'_> {
    /// Replaces the identifier in entries. Returns `None` if it does not occur.
    pub(super) fn entries(&self, entries: &[Entry]) -> Option<Vec<Entry>> {
        let mut changed = false;
        let entries = entries.iter().map(|entry| {
            let key = self.key(&entry.key);
            let value = self.node(&entry.value);
            let of_sub = (entry.key == "Fn::Sub")
                .then(|| self.template(&entry.value))
                .flatten();
            changed |= key.is_some() || value.is_some() || of_sub.is_some();
            Entry {
                key: key.unwrap_or_else(|| entry.key.clone()),
                position: entry.position,
                value: of_sub.or(value).unwrap_or_else(|| Rc::clone(&entry.value)),
            }
        });
        let entries: Vec<_> = entries.collect();
        changed.then_some(entries)
    }

    fn node(&self, node: &Rc<Node>) -> Option<Rc<Node>> {
        let tag = node.tag.as_deref();
        if tag == Some("Ref") && self.is_identifier(node) || self.is_reference(node) {
            return Some(self.reference(node.position));
        }
        if tag == Some("Sub") {
            return self.template(node);
        }
        let content = match &node.content {
            Content::Scalar { .. } => return None,
            Content::List(elements) => {
                let new: Vec<_> = elements.iter().map(|element| self.node(element)).collect();
                if new.iter().all(Option::is_none) {
                    return None;
                }
                let pairs = new.into_iter().zip(elements);
                Content::List(
                    pairs
                        .map(|(new, old)| new.unwrap_or_else(|| Rc::clone(old)))
                        .collect(),
                )
            }
            Content::Map(entries) => Content::Map(self.entries(entries)?),
        };
        Some(rebuilt(node, content))
    }

    /// Replaces the identifier in the argument of `Fn::Sub`.
    fn template(&self, node: &Rc<Node>) -> Option<Rc<Node>> {
        if let Some(later) = &self.later {
            return self.later_template(node, later);
        }
        // The value is no template.
        let value = self.value.replace("${", "${!");
        let content = match &node.content {
            Content::Scalar { text, .. } => Content::Scalar {
                text: self.text(text, &value)?,
                plain: false,
            },
            Content::List(parts) => {
                let [text, names] = parts.as_slice() else {
                    return None;
                };
                let new = text
                    .as_text()
                    .and_then(|written| self.text(written, &value));
                let new = new.map(|new| Rc::new(Node::text(text.position, new)));
                let new_names = self.node(names);
                if new.is_none() && new_names.is_none() {
                    return None;
                }
                Content::List(vec![
                    new.unwrap_or_else(|| Rc::clone(text)),
                    new_names.unwrap_or_else(|| Rc::clone(names)),
                ])
            }
            Content::Map(_) => return None,
        };
        Some(self.marked(rebuilt(node, content)))
    }

    /// Adds the identifier, whose value is not known, to the names of an `Fn::Sub`.
    fn later_template(&self, node: &Rc<Node>, later: &Rc<Node>) -> Option<Rc<Node>> {
        let (text, names) = match &node.content {
            Content::Scalar { text, .. } => (text.as_str(), None),
            Content::List(parts) => match parts.as_slice() {
                [text, names] => (text.as_text()?, Some(names)),
                _ => return None,
            },
            Content::Map(_) => return None,
        };
        let whole = format!("${{{}}}", self.identifier);
        let text = text.replace(&format!("&{{{}}}", self.identifier), &whole);
        let names = names.map(|names| self.node(names).unwrap_or_else(|| Rc::clone(names)));
        let mut own = match names.as_ref().map(|names| &names.content) {
            Some(Content::Map(entries)) => entries.clone(),
            _ => Vec::new(),
        };
        own.push(Entry {
            key: self.identifier.to_owned(),
            position: node.position,
            value: Rc::clone(later),
        });
        let parts = vec![
            Rc::new(Node::text(node.position, text)),
            Rc::new(Node::new(node.position, Content::Map(own))),
        ];
        Some(rebuilt(node, Content::List(parts)))
    }

    /// Returns what takes the place of a `Ref` to the identifier.
    fn reference(&self, position: Position) -> Rc<Node> {
        match &self.later {
            Some(later) => Rc::clone(later),
            None => self.marked(Rc::new(Node::text(position, self.value.as_str()))),
        }
    }

    fn marked(&self, node: Rc<Node>) -> Rc<Node> {
        if !self.secret {
            return node;
        }
        let mut marked = rebuilt(&node, node.content.clone());
        if let Some(node) = Rc::get_mut(&mut marked) {
            node.secret = true;
        }
        marked
    }

    fn key(&self, key: &str) -> Option<String> {
        self.later
            .is_none()
            .then(|| self.text(key, &self.key))
            .flatten()
    }

    /// Replaces `${identifier}` and, without other characters than letters and digits, `&{identifier}`.
    fn text(&self, text: &str, value: &str) -> Option<String> {
        let whole = format!("${{{}}}", self.identifier);
        let letters = format!("&{{{}}}", self.identifier);
        if !text.contains(&whole) && !text.contains(&letters) {
            return None;
        }
        let short: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        let times = text.matches(&whole).count() + text.matches(&letters).count();
        let length = text.len().saturating_add(times.saturating_mul(value.len()));
        let produced = self.produced.get().saturating_add(length);
        self.produced.set(produced);
        // The caller reports the limit.
        (produced <= MOST_TEXT).then(|| text.replace(&letters, &short).replace(&whole, value))
    }

    fn is_identifier(&self, node: &Node) -> bool {
        node.as_text() == Some(self.identifier)
    }

    fn is_reference(&self, node: &Node) -> bool {
        match &node.content {
            Content::Map(entries) => match entries.as_slice() {
                [entry] => entry.key == "Ref" && self.is_identifier(&entry.value),
                _ => false,
            },
            Content::Scalar { .. } | Content::List(_) => false,
        }
    }
}

/// Returns a node with other content, at the same position and with the same tag.
pub(super) fn rebuilt(node: &Node, content: Content) -> Rc<Node> {
    let mut new = Node::new(node.position, content);
    new.tag.clone_from(&node.tag);
    Rc::new(new)
}
