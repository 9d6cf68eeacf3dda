//! Files as text and trees: which encoding, and whether JSON or YAML.
//!
//! Editors and shells of Windows write UTF-16, or UTF-8 with a byte-order mark. This module must not know what the tree
//! means.

use std::borrow::Cow;
use std::rc::Rc;

use super::diagnostics::FileDiagnostics;
use super::json::{self, SyntaxError};
use super::node::Node;
use super::yaml;
use crate::report::Position;

/// The largest size of a stack definition or a template, in bytes.
pub const LARGEST: usize = 8 << 20;

/// The reason why a file is not text.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("the file is not UTF-8 text: byte 0x{0:02X}; save it as UTF-8")]
    NotUtf8(u8),
    #[error("the file is not UTF-16 text, which its byte-order mark announces; save it as UTF-8")]
    NotUtf16,
    #[error("the file is UTF-32 text, which is not supported; save it as UTF-8")]
    Utf32,
    #[error("the file is UTF-16 text without a byte-order mark; save it as UTF-8")]
    Unmarked,
    #[error("the file is not text: it contains a NUL character")]
    Nul,
}

/// Decodes the text of a file: UTF-8, or UTF-16 with a byte-order mark. The text has no byte-order mark.
///
/// # Errors
/// The file is not text.
pub fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<Cow<'b, str>, FileDiagnostics> {
    decode(bytes).map_err(|(position, problem)| {
        let mut diagnostics = FileDiagnostics::of(file);
        diagnostics.error(position, problem.to_string());
        diagnostics
    })
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, (Position, Problem)> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err((Position::START, Problem::Utf32)),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        bytes => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, (Position, Problem)> {
    let chunk = bytes.utf8_chunks().next();
    let text = chunk.as_ref().map_or("", |chunk| chunk.valid());
    without_nul(text)?;
    match bytes.get(text.len()) {
        Some(byte) => Err((end_of(text), Problem::NotUtf8(*byte))),
        None => Ok(Cow::Borrowed(text)),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, (Position, Problem)> {
    let (units, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(units.len());
    for decoded in char::decode_utf16(units.iter().map(|bytes| unit(*bytes))) {
        match decoded {
            Ok(c) => text.push(c),
            Err(_) => return Err((end_of(&text), Problem::NotUtf16)),
        }
    }
    if !rest.is_empty() {
        return Err((end_of(&text), Problem::NotUtf16));
    }
    without_nul(&text)?;
    Ok(Cow::Owned(text))
}

/// Refuses text that contains NUL characters, as every other character of unmarked UTF-16 is one.
fn without_nul(text: &str) -> Result<(), (Position, Problem)> {
    let Some(offset) = text.find('\0') else {
        return Ok(());
    };
    let problem = match text.as_bytes() {
        [0, other, 0, ..] | [other, 0, _, 0, ..] if *other != 0 => Problem::Unmarked,
        _ => Problem::Nul,
    };
    Err((end_of(&text[..offset]), problem))
}

/// Returns the position behind a text.
fn end_of(text: &str) -> Position {
    let last = text.rsplit('\n').next().unwrap_or_default();
    Position {
        line: 1 + text.bytes().filter(|byte| *byte == b'\n').count(),
        column: 1 + last.chars().count(),
    }
}

/// Parses a text that is JSON or YAML.
///
/// What begins like JSON is read as JSON. If it is not, it can still be YAML, which has such mappings, too. If it is
/// neither, the error is the one of JSON if the file looks like JSON.
pub(super) fn tree(text: &str, diagnostics: &mut FileDiagnostics) -> Option<Rc<Node>> {
    if text.len() > LARGEST {
        let message = format!("the file is larger than {} MiB", LARGEST >> 20);
        diagnostics.error(Position::START, message);
        return None;
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::parse(text, diagnostics);
    }
    let SyntaxError { position, message } = match json::parse(text, diagnostics) {
        Ok(root) => return root,
        Err(error) => error,
    };
    let named_json = diagnostics.file.to_ascii_lowercase().ends_with(".json");
    let mut of_yaml = FileDiagnostics::of(&diagnostics.file);
    let root = yaml::parse(text, &mut of_yaml);
    if root.is_none() && (named_json || looks_like_json(text)) {
        diagnostics.error(position, format!("this is not JSON: {message}"));
        return None;
    }
    if named_json {
        let message = format!("this is not JSON: {message}. It is read as YAML");
        diagnostics.warning(position, message);
    }
    diagnostics.append(of_yaml);
    root
}

/// Returns whether a text begins with a bracket and a quoted key, an element or another bracket, as JSON does.
fn looks_like_json(text: &str) -> bool {
    let inner = text.trim_start().get(1..).unwrap_or_default();
    let next = inner.trim_start().chars().next();
    next.is_none_or(|c| matches!(c, '"' | '{' | '[' | '}' | ']' | '-' | '0'..='9'))
}

#[cfg(test)]
mod tests;
