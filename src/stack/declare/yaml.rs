//! YAML, and JSON as a part of it, parsed into a tree with positions.
//!
//! Aliases share the node that they name. The size and the depth of the expanded tree are limited, so that a small file
//! cannot exhaust memory or the call stack. This module must not know what the tree means.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::diagnostics::FileDiagnostics;
use crate::report::Position;

/// The largest depth of nested nodes.
const MAX_DEPTH: usize = 64;
/// The largest number of nodes in a file, with its aliases and merges expanded.
const MAX_NODES: usize = 200_000;
/// The number of bytes of text that count as one more node.
const TEXT: usize = 64;
/// The largest size of a stack definition or a template, in bytes.
pub const LARGEST: usize = 8 << 20;

/// A part of a file.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) position: Position,
    /// The name of a local tag: `Sub` for `!Sub`.
    pub(super) tag: Option<String>,
    pub(super) content: Content,
    /// The number of nodes in it, including itself.
    size: usize,
    /// The number of levels in it, including its own.
    levels: usize,
}

/// The content of a node.
#[derive(Debug)]
pub(super) enum Content {
    /// Text, and whether it is written without quotes.
    Scalar { text: String, plain: bool },
    /// Elements.
    List(Vec<Rc<Node>>),
    /// Entries in their order, with the position of each key.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) position: Position,
    pub(super) value: Rc<Node>,
}

impl Node {
    pub(super) fn new(position: Position, content: Content) -> Self {
        Self {
            position,
            tag: None,
            content,
            size: 1,
            levels: 1,
        }
    }

    /// Creates a node of quoted text.
    pub(super) fn text(position: Position, text: impl Into<String>) -> Self {
        let content = Content::Scalar {
            text: text.into(),
            plain: false,
        };
        Self::new(position, content)
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Rc<Self>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
            Content::Scalar { .. } | Content::List(_) => None,
        }
    }

    /// Returns whether the node is null.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Returns the text of a scalar, quoted or not.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Returns the number of elements or entries, plus one for itself.
    fn count(&self) -> usize {
        1 + match &self.content {
            Content::Scalar { text, .. } => text.len() / TEXT,
            Content::List(elements) => elements.len(),
            Content::Map(entries) => entries.iter().map(|e| 1 + e.key.len() / TEXT).sum(),
        }
    }

    /// Describes the content, for a message.
    pub(super) fn what(&self) -> &'static str {
        match &self.content {
            _ if self.is_null() => "nothing",
            Content::Scalar { text, plain: true } if is_flag(text) => "true or false",
            Content::Scalar { text, plain: true } if is_number(text) => "a number",
            Content::Scalar { .. } => "text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

/// Returns whether YAML 1.2 reads a plain text as true or false.
pub(super) fn is_flag(text: &str) -> bool {
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

/// Returns whether YAML 1.2 reads a plain text as a number.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && (digits.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o"))
}

/// Parses a file that holds one document.
pub(super) fn parse(text: &str, diagnostics: &mut FileDiagnostics) -> Option<Rc<Node>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LARGEST {
        let message = format!("the file is larger than {} MiB", LARGEST >> 20);
        diagnostics.error(Position::START, message);
        return None;
    }
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
            let message = format!("the file holds more than {MAX_NODES} values");
            self.diagnostics.error(at, message);
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
        let (size, levels) = extent(&content);
        if size > MAX_NODES {
            return self.too_large(at);
        }
        let node = Rc::new(Node {
            position: at,
            tag,
            content,
            size,
            levels,
        });
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Some(node)
    }

    fn too_deep<T>(&mut self, at: Position) -> Option<T> {
        let message = format!("nested deeper than {MAX_DEPTH} levels, with aliases expanded");
        self.diagnostics.error(at, message);
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
                let message = format!(
                    "duplicate key `{key}` (first defined on line {})",
                    first.line
                );
                self.diagnostics.error(at, message);
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

/// Returns the number of nodes and of levels of a content, including the node that holds it.
fn extent(content: &Content) -> (usize, usize) {
    let more = |text: &str| text.len() / TEXT;
    let (size, levels) = match content {
        Content::Scalar { text, .. } => (more(text), 0),
        Content::List(elements) => (
            elements.iter().map(|node| node.size).sum(),
            elements.iter().map(|node| node.levels).max().unwrap_or(0),
        ),
        Content::Map(entries) => (
            entries.iter().map(|e| more(&e.key) + e.value.size).sum(),
            entries.iter().map(|e| e.value.levels).max().unwrap_or(0),
        ),
    };
    (1 + size, 1 + levels)
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
