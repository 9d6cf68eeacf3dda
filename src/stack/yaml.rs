//! YAML, and JSON as a part of it, as a tree that knows its places.
//!
//! Aliases share the node that they name, and what they come to when written out is counted, so that a file of a
//! few lines cannot fill the memory. Must not know what the tree means.

use std::collections::BTreeMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::source::{Mistakes, Place};

/// How deep nodes may be nested.
const MAX_DEPTH: usize = 64;
/// How many nodes a file may come to with its aliases written out.
const MAX_NODES: usize = 200_000;
/// How large a file may be, in bytes.
const MAX_BYTES: usize = 8 << 20;

/// A part of a file.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    /// A local tag, as `Sub` of `!Sub`.
    pub(super) tag: Option<String>,
    pub(super) content: Content,
    /// How many nodes it comes to, itself counted.
    size: usize,
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
    if text.len() > MAX_BYTES {
        let message = format!("the file has more than {} MiB", MAX_BYTES >> 20);
        mistakes.error(Place::START, message);
        return None;
    }
    let mut builder = Builder {
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
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
        if depth > MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            self.mistakes.error(at, message);
            return None;
        }
        let (anchor, tag, content) = match event {
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                if node.is_none() {
                    self.mistakes
                        .error(at, "this alias names no anchor that ends before it");
                }
                return node;
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
        let size = 1 + match &content {
            Content::Scalar { .. } => 0,
            Content::List(elements) => elements.iter().map(|node| node.size).sum(),
            Content::Map(entries) => entries.iter().map(|entry| entry.value.size).sum::<usize>(),
        };
        if size > MAX_NODES {
            let message = format!(
                "with its aliases written out this comes to more than {MAX_NODES} values; use fewer aliases"
            );
            self.mistakes.error(at, message);
            return None;
        }
        let node = Rc::new(Node {
            place: at,
            tag,
            content,
            size,
        });
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Some(node)
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
        self.merge(&merged, &mut entries);
        Some(Content::Map(entries))
    }

    /// Takes over what `<<` names and the mapping itself does not say.
    fn merge(&mut self, merged: &[Rc<Node>], entries: &mut Vec<Entry>) {
        for source in merged {
            match &source.content {
                Content::Map(others) => {
                    for other in others {
                        if !entries.iter().any(|entry| entry.key == other.key) {
                            entries.push(other.clone());
                        }
                    }
                }
                Content::List(sources) => self.merge(&sources.clone(), entries),
                Content::Scalar { .. } => {
                    let message = "`<<` takes a mapping, as in `<<: *defaults`";
                    self.mistakes.error(source.place, message);
                }
            }
        }
    }
}

fn place(span: Span) -> Place {
    Place {
        line: span.start.line().max(1),
        column: span.start.col() + 1,
    }
}
