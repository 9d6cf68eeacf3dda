//! YAML parsed into a tree with positions.
//!
//! Aliases share the node that they name. The size and the depth of the expanded tree are limited, so that a small file
//! cannot exhaust memory or the call stack. This module must not know what the tree means.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::diagnostics::FileDiagnostics;
use super::node::{Content, Entry, Node};
use super::node::{MAX_DEPTH, MAX_NODES, duplicate, too_deep, too_many};
use crate::report::Position;

/// Parses a file that holds one document.
pub(super) fn parse(text: &str, diagnostics: &mut FileDiagnostics) -> Option<Rc<Node>> {
    let mut builder = Builder {
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        merged: 0,
        made: 0,
        diagnostics,
    };
    let root = builder.document();
    if root.is_none() && !builder.diagnostics.has_errors() {
        builder
            .diagnostics
            .error(Position::START, "the file is empty; write `FlowLogs:`");
    }
    root
}

struct Builder<'t, 'm> {
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: BTreeMap<usize, Rc<Node>>,
    /// The number of entries that `<<` has copied so far.
    merged: usize,
    /// The number of nodes created so far.
    made: usize,
    diagnostics: &'m mut FileDiagnostics,
}

impl<'t> Builder<'t, '_> {
    fn document(&mut self) -> Option<Rc<Node>> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return root,
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if root.is_some() => {
                    let message = "a second document starts here; a file may hold one document";
                    self.diagnostics.error(position(span), message);
                    return None;
                }
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 0)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        match self.events.next_event()? {
            Ok(next) => Some(next),
            Err(error) => {
                let at = Position {
                    line: error.marker().line().max(1),
                    column: error.marker().col() + 1,
                };
                self.diagnostics
                    .error(at, format!("this is not YAML: {}", error.info()));
                None
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Option<Rc<Node>> {
        let at = position(span);
        self.made += 1;
        if self.made > MAX_NODES {
            self.diagnostics.error(at, too_many());
            return None;
        }
        if depth > MAX_DEPTH {
            return self.too_deep(at);
        }
        let (anchor, tag, content) = match event {
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    self.diagnostics
                        .error(at, "this alias names no anchor that ends before it");
                    return None;
                };
                if depth + node.levels > MAX_DEPTH + 1 {
                    return self.too_deep(at);
                }
                return Some(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let content = Content::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                (anchor, tag, content)
            }
            Event::SequenceStart(anchor, tag) => (anchor, tag, self.list(depth)?),
            Event::MappingStart(anchor, tag) => (anchor, tag, self.map(depth)?),
            _ => {
                self.diagnostics
                    .error(at, "this is not YAML: a value is missing");
                return None;
            }
        };
        let tag = tag.map(|tag| name_of(&tag));
        let node = Node {
            tag,
            ..Node::new(at, content)
        };
        if node.size > MAX_NODES {
            return self.too_large(at);
        }
        let node = Rc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Some(node)
    }

    fn too_deep<T>(&mut self, at: Position) -> Option<T> {
        self.diagnostics.error(at, too_deep());
        None
    }

    fn too_large<T>(&mut self, at: Position) -> Option<T> {
        let message = format!(
            "with its aliases expanded, this holds more than {MAX_NODES} values; use fewer aliases"
        );
        self.diagnostics.error(at, message);
        None
    }

    fn list(&mut self, depth: usize) -> Option<Content> {
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(Content::List(elements)),
                (event, span) => elements.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Content> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Rc<Node>> = Vec::new();
        let mut positions: BTreeMap<String, Position> = BTreeMap::new();
        loop {
            let (key, at) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(key, ..), span) => (key.into_owned(), position(span)),
                (_, span) => {
                    self.diagnostics.error(position(span), "a key must be text");
                    return None;
                }
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if key == "<<" {
                merged.push(value);
            } else if let Some(first) = positions.insert(key.clone(), at) {
                self.diagnostics.error(at, duplicate(&key, first));
            } else {
                entries.push(Entry {
                    key,
                    position: at,
                    value,
                });
            }
        }
        let mut keys = positions.into_keys().collect();
        self.merge(&merged, &mut keys, &mut entries)?;
        Some(Content::Map(entries))
    }

    /// Adds the entries of the mappings that `<<` names, except for the keys that the mapping itself has.
    fn merge(
        &mut self,
        merged: &[Rc<Node>],
        keys: &mut BTreeSet<String>,
        entries: &mut Vec<Entry>,
    ) -> Option<()> {
        for source in merged {
            // Unlike aliases, merges copy their entries.
            self.merged += source.count();
            if self.merged > MAX_NODES {
                return self.too_large(source.position);
            }
            match &source.content {
                Content::Map(others) => {
                    let new = others.iter().filter(|other| keys.insert(other.key.clone()));
                    entries.extend(new.cloned());
                }
                Content::List(sources) => self.merge(sources, keys, entries)?,
                Content::Scalar { .. } => {
                    let message = "`<<` takes a mapping, as in `<<: *defaults`";
                    self.diagnostics.error(source.position, message);
                }
            }
        }
        Some(())
    }
}

/// Returns the name of a local tag: `Sub` for `!Sub`. A tag of YAML's own keeps its `!`.
fn name_of(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() {
        format!("!{}", tag.suffix)
    } else {
        tag.suffix.clone()
    }
}

fn position(span: Span) -> Position {
    Position {
        line: span.start.line().max(1),
        column: span.start.col() + 1,
    }
}
