//! JSON parsed into a tree with positions.
//!
//! serde_json checks the syntax and finds where each value begins and ends (`RawValue`); the positions follow from that. A
//! value is scanned once for each level around it, and the number of levels is limited. This module must not know what the
//! tree means.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::diagnostics::FileDiagnostics;
use super::node::{Content, Entry, MAX_DEPTH, MAX_NODES, Node, duplicate, too_deep, too_many};
use crate::report::Position;

/// The reason why a text is not JSON.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) position: Position,
    pub(super) message: String,
}

impl SyntaxError {
    /// Converts an error of serde_json in a text that begins at a position.
    pub(super) fn of(error: &serde_json::Error, text: &[u8], start: Position) -> Self {
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let lines = lines.take(error.line().saturating_sub(1));
        let line: usize = lines.map(<[u8]>::len).sum();
        // serde_json counts the bytes up to the one that is wrong.
        let at = (line + error.column().saturating_sub(1)).min(text.len());
        let column = String::from_utf8_lossy(&text[line..at]).chars().count();
        let position = match error.line() {
            0 | 1 => Position {
                line: start.line,
                column: start.column + column,
            },
            line => Position {
                line: start.line + line - 1,
                column: column + 1,
            },
        };
        let ends = matches!(text.get(at), Some(b'}' | b']'));
        if ends && text[..at].trim_ascii_end().ends_with(b",") {
            let message = "remove the comma before this bracket".to_owned();
            return Self { position, message };
        }
        let message = error.to_string();
        // The position is printed before the message.
        let message = message.split(" at line ").next().unwrap_or_default();
        Self {
            position,
            message: message.to_owned(),
        }
    }
}

/// Parses a text that is JSON. A tree that cannot be used is reported.
///
/// # Errors
/// The text is not JSON. Then nothing is reported.
pub(super) fn parse(
    text: &str,
    diagnostics: &mut FileDiagnostics,
) -> Result<Option<Rc<Node>>, SyntaxError> {
    let root = serde_json::from_str::<&RawValue>(text)
        .map_err(|error| SyntaxError::of(&error, text.as_bytes(), Position::START))?;
    let mut builder = Builder {
        places: Places::of(text),
        made: 0,
        diagnostics,
    };
    Ok(builder.node(root, 0).map(Rc::new))
}

struct Builder<'t, 'm> {
    places: Places<'t>,
    /// The number of nodes created so far.
    made: usize,
    diagnostics: &'m mut FileDiagnostics,
}

impl<'t> Builder<'t, '_> {
    fn node(&mut self, raw: &'t RawValue, depth: usize) -> Option<Node> {
        let at = self.places.of_part(raw.get());
        self.made += 1;
        if self.made > MAX_NODES {
            return self.refuse(at, too_many());
        }
        if depth > MAX_DEPTH {
            return self.refuse(at, too_deep());
        }
        let content = match raw.get().as_bytes().first() {
            Some(b'{') => self.map(raw, at, depth)?,
            Some(b'[') => self.list(raw, at, depth)?,
            Some(b'"') => Content::Scalar {
                text: self.string(raw, at)?,
                plain: false,
            },
            _ => Content::Scalar {
                text: raw.get().to_owned(),
                plain: true,
            },
        };
        Some(Node::new(at, content))
    }

    fn list(&mut self, raw: &'t RawValue, at: Position, depth: usize) -> Option<Content> {
        let Ok(Members(elements)) = serde_json::from_str::<Members<&RawValue>>(raw.get()) else {
            return self.refuse(at, too_many());
        };
        let elements = elements.into_iter();
        let nodes = elements.map(|raw| Some(Rc::new(self.node(raw, depth + 1)?)));
        nodes.collect::<Option<_>>().map(Content::List)
    }

    fn map(&mut self, raw: &'t RawValue, at: Position, depth: usize) -> Option<Content> {
        type Pair<'t> = (&'t RawValue, &'t RawValue);
        let Ok(Members(members)) = serde_json::from_str::<Members<Pair<'t>>>(raw.get()) else {
            return self.refuse(at, too_many());
        };
        let mut entries = Vec::with_capacity(members.len());
        let mut positions: BTreeMap<String, Position> = BTreeMap::new();
        for (key, value) in members {
            let position = self.places.of_part(key.get());
            let key = self.string(key, position)?;
            let value = Rc::new(self.node(value, depth + 1)?);
            match positions.get(&key) {
                Some(first) => self.diagnostics.error(position, duplicate(&key, *first)),
                None => {
                    positions.insert(key.clone(), position);
                    entries.push(Entry {
                        key,
                        position,
                        value,
                    });
                }
            }
        }
        Some(Content::Map(entries))
    }

    /// Decodes a string. Its escapes can be wrong although the syntax is right: half of a surrogate pair.
    fn string(&mut self, raw: &RawValue, at: Position) -> Option<String> {
        match serde_json::from_str(raw.get()) {
            Ok(text) => Some(text),
            Err(error) => {
                let SyntaxError { position, message } =
                    SyntaxError::of(&error, raw.get().as_bytes(), at);
                self.refuse(position, format!("this is not text: {message}"))
            }
        }
    }

    fn refuse<T>(&mut self, at: Position, message: String) -> Option<T> {
        self.diagnostics.error(at, message);
        None
    }
}

/// The members of an array or an object, as they are written. There are not more than a tree may have.
struct Members<T>(Vec<T>);

impl<'de> Deserialize<'de> for Members<&'de RawValue> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Collect::<&RawValue>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Members<(&'de RawValue, &'de RawValue)> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collect::<(&RawValue, &RawValue)>(PhantomData))
    }
}

struct Collect<T>(PhantomData<T>);

impl<'de> Visitor<'de> for Collect<&'de RawValue> {
    type Value = Members<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(element) = list.next_element()? {
            limit(members.len()).map_err(A::Error::custom)?;
            members.push(element);
        }
        Ok(Members(members))
    }
}

impl<'de> Visitor<'de> for Collect<(&'de RawValue, &'de RawValue)> {
    type Value = Members<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry()? {
            limit(members.len()).map_err(A::Error::custom)?;
            members.push(entry);
        }
        Ok(Members(members))
    }
}

fn limit(members: usize) -> Result<(), String> {
    if members < MAX_NODES {
        Ok(())
    } else {
        Err(too_many())
    }
}

/// The positions of the parts of a text, which are asked for in the order of the text.
struct Places<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            position: Position::START,
        }
    }

    /// Returns the position of a part: the distance between the places of both in memory.
    fn of_part(&mut self, part: &'t str) -> Position {
        let offset = part.as_ptr().addr() - self.text.as_ptr().addr();
        if offset < self.offset {
            *self = Self::of(self.text);
        }
        let mut rest = self.text[self.offset..offset].chars().peekable();
        while let Some(c) = rest.next() {
            // A line ends with CR LF, LF or CR, as in YAML.
            let ends = c == '\n' || (c == '\r' && rest.peek() != Some(&'\n'));
            if ends {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.offset = offset;
        self.position
    }
}

#[cfg(test)]
mod tests;
