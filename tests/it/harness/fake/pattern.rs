//! Evaluates CloudWatch Logs filter patterns as AWS documents them.
//!
//! It shares no code with the compiler that writes patterns, so it checks them independently.
//! Where the documentation is silent or contradictory, this evaluator uses the interpretation in which an incorrect
//! pattern loses records, so that a test detects it.

mod bracket;
mod json;
mod regex;
mod terms;
mod value;

use std::fmt;

/// A valid pattern.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// No pattern. Matches all messages.
    Everything,
    /// Terms that are required, optional or excluded.
    Terms(terms::Terms),
    /// `[…]`: one slot per word of the message.
    Bracket(bracket::Bracket),
    /// `{…}`: an expression on a JSON event.
    Object(json::Object),
}

impl Pattern {
    /// Parses a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        match text.chars().next() {
            None => Ok(Self::Everything),
            Some('[') => bracket::Bracket::parse(text).map(Self::Bracket),
            Some('{') => json::Object::parse(text).map(Self::Object),
            Some(_) => terms::Terms::parse(text).map(Self::Terms),
        }
    }

    /// Reports whether a message matches.
    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Terms(terms) => terms.matches(message),
            Self::Bracket(bracket) => bracket.matches(message),
            Self::Object(object) => object.matches(message),
        }
    }
}

/// The reason why a pattern is invalid, with the message of AWS if it is known.
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

/// Parses the text after an opening quote. Returns the unescaped text, and the rest after the closing quote.
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
