//! `Fn::ForEach`: loops are expanded before anything is evaluated, as the macro of the language extensions does it.
//!
//! The number of turns of all loops and the size of what they produce are limited. A loop over a collection that is not
//! known stays as it is.

use std::cell::Cell;
use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::{Content, Entry, Node};
use super::turn::{Turn, rebuilt};
use super::{Resolved, Scope};
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
        let (values, secret) = self.watched(diagnostics, |diagnostics| {
            self.texts(collection, diagnostics)
        });
        let values = match values {
            Ok(values) => values,
            Err(Resolved::Unknown(_)) => return None,
            Err(_) => return Some(Vec::new()),
        };
        let Content::Map(body_entries) = &body.content else {
            diagnostics.error(body.position, FORM);
            return Some(Vec::new());
        };
        let mut produced = Vec::new();
        for (number, value) in (1..).zip(values) {
            if !self.affords_turn(body, entry.position, diagnostics) {
                return Some(Vec::new());
            }
            let turn = Turn {
                identifier,
                // The names of resources are shown.
                key: if secret {
                    format!("(sensitive value {number})")
                } else {
                    value.clone()
                },
                value,
                secret,
                later: None,
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

    /// Returns the entries that one turn of a loop produces, if the loop's collection is not known: then neither is the value
    /// of the identifier.
    pub(in super::super) fn unknown_turn(
        &self,
        entry: &Entry,
        diagnostics: &mut FileDiagnostics,
    ) -> Vec<Entry> {
        let Some((identifier, collection, body)) = parts(&entry.value) else {
            return Vec::new();
        };
        let Content::Map(entries) = &body.content else {
            return Vec::new();
        };
        if !self.affords_turn(body, entry.position, diagnostics) {
            return Vec::new();
        }
        // A loop without a body resolves to the reason why the collection is not known.
        let position = entry.position;
        let nothing = Rc::new(Node::new(position, Content::Map(Vec::new())));
        let name = Rc::new(Node::text(position, identifier));
        let loop_parts = vec![name, Rc::clone(collection), nothing];
        let value = Rc::new(Node::new(position, Content::List(loop_parts)));
        let later = Content::Map(vec![Entry {
            value,
            ..entry.clone()
        }]);
        let turn = Turn {
            identifier,
            key: String::new(),
            value: String::new(),
            secret: false,
            later: Some(Rc::new(Node::new(position, later))),
            produced: Cell::default(),
        };
        let replaced = turn.entries(entries);
        self.expanded(replaced.as_deref().unwrap_or(entries), diagnostics)
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
