//! The tree that a file is parsed into: values with their positions, whether they are written in YAML or in JSON.
//!
//! The size and the depth of a tree are limited, so that a small file cannot exhaust memory or the call stack. This module
//! must not know what the tree means.

use std::rc::Rc;

use crate::report::Position;

/// The largest depth of nested nodes.
pub(super) const MAX_DEPTH: usize = 64;
/// The largest number of nodes in a file, with its aliases and merges expanded.
pub(super) const MAX_NODES: usize = 200_000;
/// The number of bytes of text that count as one more node.
const TEXT: usize = 64;

/// A part of a file.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) position: Position,
    /// The name of a local tag: `Sub` for `!Sub`.
    pub(super) tag: Option<String>,
    pub(super) content: Content,
    /// The number of nodes in it, including itself.
    pub(super) size: usize,
    /// The number of levels in it, including its own.
    pub(super) levels: usize,
    /// Whether it contains a value that must not be shown.
    pub(super) secret: bool,
}

/// The content of a node.
#[derive(Clone, Debug)]
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
        let (size, levels) = extent(&content);
        let secret = match &content {
            Content::Scalar { .. } => false,
            Content::List(elements) => elements.iter().any(|node| node.secret),
            Content::Map(entries) => entries.iter().any(|entry| entry.value.secret),
        };
        Self {
            position,
            tag: None,
            content,
            size,
            levels,
            secret,
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
    pub(super) fn count(&self) -> usize {
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

/// Describes a key that a mapping has twice.
pub(super) fn duplicate(key: &str, first: Position) -> String {
    let Position { line, column } = first;
    format!("duplicate key `{key}` (first defined on line {line}, column {column})")
}

/// Describes a tree that has too many levels.
pub(super) fn too_deep() -> String {
    format!("nested deeper than {MAX_DEPTH} levels, with aliases expanded")
}

/// Describes a file that has too many values.
pub(super) fn too_many() -> String {
    format!("the file holds more than {MAX_NODES} values")
}
