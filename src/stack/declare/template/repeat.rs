//! `Fn::ForEach`: loops are expanded before anything is evaluated, as the macro of the language extensions does it.
//!
//! The number of turns of all loops and the size of what they produce are limited. A loop over a collection that is not
//! known stays as it is.

use std::cell::Cell;
use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Entry, Node};
use super::{MOST_TEXT, Resolved, Scope};
use crate::report::Position;

/// The beginning of the keys of loops. The rest of the key names the loop.
pub(super) const PREFIX: &str = "Fn::ForEach";

/// The most turns of all loops of a template.
const MOST_TURNS: usize = 10_000;
/// The most nodes that all loops of a template may produce.
const MOST_NODES: usize = 400_000;
const FORM: &str =
    "`Fn::ForEach::NAME` takes a list of an identifier, a collection, and a mapping to repeat";

impl Scope<'_> {
    /// Expands the loops in the entries of a mapping.
    pub(super) fn expanded(
        &self,
        entries: &[Entry],
        diagnostics: &mut FileDiagnostics,
    ) -> Vec<Entry> {
        self.entries(entries, diagnostics)
            .unwrap_or_else(|| entries.to_vec())
    }

    /// Returns why the collection of a loop is not known.
    pub(super) fn collection_of(
        &self,
        argument: &Node,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        let Some((_, collection, _)) = parts(argument) else {
            return Resolved::Failed;
        };
        match self.texts(collection, diagnostics) {
            Ok(_) => Resolved::Failed,
            Err(resolved) => resolved,
        }
    }

    /// Expands the loops in a node. Returns `None` if there are none.
    fn expand(&self, node: &Rc<Node>, diagnostics: &mut FileDiagnostics) -> Option<Rc<Node>> {
        let content = match &node.content {
            Content::Scalar { .. } => return None,
            Content::List(elements) => {
                let new: Vec<_> = elements
                    .iter()
                    .map(|element| self.expand(element, diagnostics))
                    .collect();
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
            Content::Map(entries) => Content::Map(self.entries(entries, diagnostics)?),
        };
        Some(rebuilt(node, content))
    }

    /// Expands the loops in entries. Returns `None` if there are none.
    fn entries(&self, entries: &[Entry], diagnostics: &mut FileDiagnostics) -> Option<Vec<Entry>> {
        let mut changed = false;
        let mut result: Vec<Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            let is_loop = entry.key.starts_with(PREFIX);
            if is_loop && let Some(produced) = self.repeat(entry, diagnostics) {
                changed = true;
                result.extend(produced);
                continue;
            }
            // A loop whose collection is not known stays as it is.
            let new = if is_loop {
                None
            } else {
                self.expand(&entry.value, diagnostics)
            };
            changed |= new.is_some();
            result.push(Entry {
                value: new.unwrap_or_else(|| Rc::clone(&entry.value)),
                ..entry.clone()
            });
        }
        if !changed {
            return None;
        }
        let mut keys = std::collections::BTreeSet::new();
        let mut twice = Vec::new();
        result.retain(|entry| {
            let is_new = keys.insert(entry.key.clone());
            if !is_new {
                twice.push((entry.position, entry.key.clone()));
            }
            is_new
        });
        for (position, key) in twice {
            let message = format!("duplicate key `{key}`: a loop produces it again");
            diagnostics.error(position, message);
        }
        Some(result)
    }

    /// Returns the entries that a loop produces, or `None` if its collection is not known.
    fn repeat(&self, entry: &Entry, diagnostics: &mut FileDiagnostics) -> Option<Vec<Entry>> {
        let Some((identifier, collection, body)) = parts(&entry.value) else {
            diagnostics.error(entry.position, FORM);
            return Some(Vec::new());
        };
        let values = match self.texts(collection, diagnostics) {
            Ok(values) => values,
            Err(Resolved::Unknown(_)) => return None,
            Err(_) => return Some(Vec::new()),
        };
        let Content::Map(body_entries) = &body.content else {
            diagnostics.error(body.position, FORM);
            return Some(Vec::new());
        };
        let mut produced = Vec::new();
        for value in values {
            if !self.affords_turn(body, entry.position, diagnostics) {
                return Some(Vec::new());
            }
            let turn = Turn {
                identifier,
                value: &value,
                produced: Cell::default(),
            };
            let replaced = turn.entries(body_entries);
            if !self.affords(turn.produced.get(), entry.position, diagnostics) {
                return Some(Vec::new());
            }
            let replaced = replaced.as_deref().unwrap_or(body_entries);
            produced.extend(self.expanded(replaced, diagnostics));
        }
        Some(produced)
    }

    /// Returns whether one more turn of a loop is within the limits, and reports the limit once.
    fn affords_turn(
        &self,
        body: &Node,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> bool {
        let (turns, nodes) = (self.turns.get(), self.nodes.get());
        let within = |turns: usize, nodes: usize| turns <= MOST_TURNS && nodes <= MOST_NODES;
        self.turns.set(turns.saturating_add(1));
        self.nodes.set(nodes.saturating_add(body.size));
        let affords = within(self.turns.get(), self.nodes.get());
        if within(turns, nodes) && !affords {
            let message = format!(
                "here, the loops of the template take more than {MOST_TURNS} turns, or produce more than {MOST_NODES} values"
            );
            diagnostics.error(position, message);
        }
        affords
    }

    /// Resolves a collection to its texts.
    fn texts(
        &self,
        collection: &Rc<Node>,
        diagnostics: &mut FileDiagnostics,
    ) -> Result<Vec<String>, Resolved> {
        let elements = self.elements(collection, PREFIX, diagnostics)?;
        let mut texts = Vec::new();
        for element in elements.iter().take(MOST_TURNS + 1) {
            texts.push(self.text_of(element, PREFIX, diagnostics)?);
        }
        Ok(texts)
    }
}

fn parts(argument: &Node) -> Option<(&str, &Rc<Node>, &Rc<Node>)> {
    let Content::List(parts) = &argument.content else {
        return None;
    };
    match parts.as_slice() {
        [identifier, collection, body] => {
            let identifier = identifier.as_text().filter(|text| !text.is_empty())?;
            Some((identifier, collection, body))
        }
        _ => None,
    }
}

/// One turn of a loop.
struct Turn<'t> {
    identifier: &'t str,
    value: &'t str,
    /// The amount of text that it has produced, in bytes.
    produced: Cell<usize>,
}

impl Turn<'_> {
    /// Replaces the identifier in entries. Returns `None` if it does not occur.
    fn entries(&self, entries: &[Entry]) -> Option<Vec<Entry>> {
        let mut changed = false;
        let entries = entries.iter().map(|entry| {
            let key = self.text(&entry.key, self.value);
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
            return Some(Rc::new(Node::text(node.position, self.value)));
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
        Some(rebuilt(node, content))
    }

    /// Replaces `${identifier}` and, without other characters than letters and digits, `&{identifier}`.
    fn text(&self, text: &str, value: &str) -> Option<String> {
        let whole = format!("${{{}}}", self.identifier);
        let letters = format!("&{{{}}}", self.identifier);
        if !text.contains(&whole) && !text.contains(&letters) {
            return None;
        }
        let short: String = self
            .value
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
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
fn rebuilt(node: &Node, content: Content) -> Rc<Node> {
    let mut new = Node::new(node.position, content);
    new.tag.clone_from(&node.tag);
    Rc::new(new)
}
