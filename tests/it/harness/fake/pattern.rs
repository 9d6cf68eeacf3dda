//! CloudWatch Logs' filter patterns, evaluated as AWS documents them.
//!
//! It shares no code with the compiler that writes patterns: what is sent to the fake is judged by a second opinion.
//! Where the documentation is silent or contradicts itself, this evaluator takes the reading under which a careless
//! pattern loses rows, so that a test sees it.

mod bracket;
mod json;
mod regex;
mod terms;
mod value;

use std::fmt;

/// A pattern that the service accepts.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// No pattern: every message.
    Everything,
    /// Words that must, may or must not occur.
    Terms(terms::Terms),
    /// `[…]`: one slot per word of the message.
    Bracket(bracket::Bracket),
    /// `{…}`: an expression on an event that is JSON.
    Object(json::Object),
}

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        match text.chars().next() {
            None => Ok(Self::Everything),
            Some('[') => bracket::Bracket::parse(text).map(Self::Bracket),
            Some('{') => json::Object::parse(text).map(Self::Object),
            Some(_) => terms::Terms::parse(text).map(Self::Terms),
        }
    }

    /// Whether a message passes.
    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Terms(terms) => terms.matches(message),
            Self::Bracket(bracket) => bracket.matches(message),
            Self::Object(object) => object.matches(message),
        }
    }
}

/// Why a pattern is refused, in AWS's words where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error(String);

impl Error {
    fn new(reason: impl fmt::Display) -> Self {
        Self(format!("Invalid filter pattern: {reason}"))
    }

    fn term(term: &str) -> Self {
        Self(format!("Invalid character(s) in term '{term}'"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What follows an opening quote: the quoted text, unescaped, and the rest after the closing one.
fn quoted(after_quote: &str) -> Result<(String, &str), Error> {
    let mut text = String::new();
    let mut chars = after_quote.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((text, &after_quote[at + 1..])),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                Some((_, other)) => text.extend(['\\', other]),
                None => break,
            },
            c => text.push(c),
        }
    }
    Err(Error::new("a quotation mark is not closed"))
}
