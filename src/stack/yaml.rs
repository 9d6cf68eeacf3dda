//! YAML, and JSON as a part of it, as a tree that knows its places.
//!
//! Aliases share the node that they name. What they come to when written out is counted, as is how deep they then are,
//! so that a file of a few lines cannot fill the memory or the stack. Must not know what the tree means.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::source::{Mistakes, Place};

/// How deep nodes may be nested.
const MAX_DEPTH: usize = 64;
/// How many nodes a file may come to with its aliases and merges written out.
const MAX_NODES: usize = 200_000;
/// So many bytes of text count as one node more.
const TEXT: usize = 64;
/// How large a stack definition or a template may be, in bytes.
pub const LARGEST: usize = 8 << 20;

/// A part of a file.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    /// A local tag, as `Sub` of `!Sub`.
    pub(super) tag: Option<String>,
    pub(super) content: Content,
    /// How many nodes it comes to, itself counted.
    size: usize,
    /// How many levels it has, its own counted.
    levels: usize,
}

/// What a node holds.
#[derive(Debug)]
pub(super) enum Content {
    /// Text, and whether it was written without quotes.
    Scalar { text: String, plain: bool },
    /// Elements.
    List(Vec<Rc<Node>>),
    /// Entries in their order, with the place of each key.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Rc<Node>,
}

impl Node {
    pub(super) fn new(place: Place, content: Content) -> Self {
        Self {
            place,
            tag: None,
            content,
            size: 1,
            levels: 1,
        }
    }

    /// Makes quoted text.
    pub(super) fn text(place: Place, text: impl Into<String>) -> Self {
        let content = Content::Scalar {
            text: text.into(),
            plain: false,
        };
        Self::new(place, content)
    }

    /// Gives the value under a key.
    pub(super) fn get(&self, key: &str) -> Option<&Rc<Self>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Gives the entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
            Content::Scalar { .. } | Content::List(_) => None,
        }
    }

    /// Says whether nothing is given.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Gives text, quoted or not.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// How many elements or entries it has, and one for itself.
    fn count(&self) -> usize {
        1 + match &self.content {
            Content::Scalar { text, .. } => text.len() / TEXT,
            Content::List(elements) => elements.len(),
            Content::Map(entries) => entries.iter().map(|e| 1 + e.key.len() / TEXT).sum(),
        }
    }

    /// Says what it is, for a message.
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

/// What YAML 1.2 reads as true or false.
pub(super) fn is_flag(text: &str) -> bool {
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

/// What YAML 1.2 reads as a number.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && (digits.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o"))
}

/// Reads a file's one document.
pub(super) fn parse(text: &str, mistakes: &mut Mistakes) -> Option<Rc<Node>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LARGEST {
        let message = format!("the file has more than {} MiB", LARGEST >> 20);
        mistakes.error(Place::START, message);
        return None;
    }
    let mut builder = Builder {
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        merged: 0,
        made: 0,
        mistakes,
    };
    let root = builder.document();
    if root.is_none() && !builder.mistakes.has_errors() {
        builder
            .mistakes
            .error(Place::START, "the file is empty; write `FlowLogs:`");
    }
    root
}

struct Builder<'t, 'm> {
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: BTreeMap<usize, Rc<Node>>,
    /// How many entries `<<` went through so far.
    merged: usize,
    /// How many nodes were made so far.
    made: usize,
    mistakes: &'m mut Mistakes,
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
                    let message = "a second document begins here; write one document in a file";
                    self.mistakes.error(place(span), message);
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
                let at = Place {
                    line: error.marker().line().max(1),
                    column: error.marker().col() + 1,
                };
                self.mistakes
                    .error(at, format!("this is not YAML: {}", error.info()));
                None
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Option<Rc<Node>> {
        let at = place(span);
        self.made += 1;
        if self.made > MAX_NODES {
            let message = format!("the file holds more than {MAX_NODES} values");
            self.mistakes.error(at, message);
            return None;
        }
        if depth > MAX_DEPTH {
            return self.too_deep(at);
        }
        let (anchor, tag, content) = match event {
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    self.mistakes
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
                self.mistakes
                    .error(at, "this is not YAML: a value is missing");
                return None;
            }
        };
        let tag = tag.map(|tag| match tag.is_yaml_core_schema() {
            true => format!("!{}", tag.suffix),
            false => tag.suffix.clone(),
        });
        let (size, levels) = extent(&content);
        if size > MAX_NODES {
            return self.too_large(at);
        }
        let node = Rc::new(Node {
            place: at,
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

    fn too_deep<T>(&mut self, at: Place) -> Option<T> {
        let message = format!("nested deeper than {MAX_DEPTH} levels, aliases written out");
        self.mistakes.error(at, message);
        None
    }

    fn too_large<T>(&mut self, at: Place) -> Option<T> {
        let message = format!(
            "with its aliases written out this comes to more than {MAX_NODES} values; use fewer aliases"
        );
        self.mistakes.error(at, message);
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
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        loop {
            let (key, at) = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(key, ..), span) => (key.into_owned(), place(span)),
                (_, span) => {
                    self.mistakes.error(place(span), "a key must be text");
                    return None;
                }
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if key == "<<" {
                merged.push(value);
            } else if let Some(first) = places.insert(key.clone(), at) {
                let message = format!(
                    "`{key}` stands here a second time; the first is in line {}",
                    first.line
                );
                self.mistakes.error(at, message);
            } else {
                entries.push(Entry {
                    key,
                    place: at,
                    value,
                });
            }
        }
        let mut keys = places.into_keys().collect();
        self.merge(&merged, &mut keys, &mut entries)?;
        Some(Content::Map(entries))
    }

    /// Takes over what `<<` names and the mapping itself does not say.
    fn merge(
        &mut self,
        merged: &[Rc<Node>],
        keys: &mut BTreeSet<String>,
        entries: &mut Vec<Entry>,
    ) -> Option<()> {
        for source in merged {
            // Unlike aliases, merges copy.
            self.merged += source.count();
            if self.merged > MAX_NODES {
                return self.too_large(source.place);
            }
            match &source.content {
                Content::Map(others) => {
                    let new = others.iter().filter(|other| keys.insert(other.key.clone()));
                    entries.extend(new.cloned());
                }
                Content::List(sources) => self.merge(sources, keys, entries)?,
                Content::Scalar { .. } => {
                    let message = "`<<` takes a mapping, as in `<<: *defaults`";
                    self.mistakes.error(source.place, message);
                }
            }
        }
        Some(())
    }
}

/// How many nodes it comes to, and how many levels it has, the one that holds it counted in both.
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

fn place(span: Span) -> Place {
    Place {
        line: span.start.line().max(1),
        column: span.start.col() + 1,
    }
}
