//! The right side of a comparison, and its comparison with a word.

use regex_lite::Regex;

use super::{Error, quoted, regex};

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    /// Parses an operator and returns the rest.
    pub(super) fn parse(text: &str) -> Option<(Self, &str)> {
        let spelled = [
            ("!=", Self::NotEqual),
            (">=", Self::GreaterOrEqual),
            ("<=", Self::LessOrEqual),
            ("=", Self::Equal),
            (">", Self::Greater),
            ("<", Self::Less),
        ];
        let mut found = spelled.into_iter();
        found.find_map(|(sign, operator)| text.strip_prefix(sign).map(|rest| (operator, rest)))
    }

    /// Reports whether two numbers meet the comparison.
    #[expect(clippy::float_cmp, reason = "a pattern compares for exact equality")]
    pub(super) fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Equal => a == b,
            Self::NotEqual => a != b,
            Self::Greater => a > b,
            Self::GreaterOrEqual => a >= b,
            Self::Less => a < b,
            Self::LessOrEqual => a <= b,
        }
    }
}

/// A value to compare with a word.
#[derive(Debug)]
pub(super) enum Value {
    /// Text, with a wildcard at the start, at the end, at both or at neither.
    Text {
        text: String,
        open_start: bool,
        open_end: bool,
    },
    Regex(Regex),
}

impl Value {
    /// Parses a value and returns the rest.
    pub(super) fn parse(text: &str) -> Result<(Self, &str), Error> {
        if let Some(rest) = text.strip_prefix('"') {
            let (text, rest) = quoted(rest)?;
            return Ok((Self::wild(&text), rest));
        }
        if let Some(rest) = text.strip_prefix('%') {
            let (expression, rest) = regex::parse(rest)?;
            return Ok((Self::Regex(expression), rest));
        }
        let bare = |c: char| c.is_alphanumeric() || "_.*-/:+@#$".contains(c);
        let end = text.find(|c| !bare(c)).unwrap_or(text.len());
        match text.split_at(end) {
            ("", _) => Err(Error::new(format!("a value is missing before '{text}'"))),
            (value, rest) => Ok((Self::wild(value), rest)),
        }
    }

    fn wild(value: &str) -> Self {
        let (open_start, text) = match value.strip_prefix('*') {
            Some(text) => (true, text),
            None => (false, value),
        };
        let (open_end, text) = match text.strip_suffix('*') {
            Some(text) => (true, text),
            None => (false, text),
        };
        Self::Text {
            text: text.to_owned(),
            open_start,
            open_end,
        }
    }

    /// Returns the value as a number, which order comparisons require.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Text {
                text,
                open_start: false,
                open_end: false,
            } => number(text),
            _ => None,
        }
    }

    /// Reports whether a word is equal to this value, or matches its wildcards.
    pub(super) fn fits(&self, word: &str) -> bool {
        match self {
            Self::Regex(expression) => expression.is_match(word),
            Self::Text {
                text,
                open_start,
                open_end,
            } => match (open_start, open_end) {
                (false, false) => word == text,
                (false, true) => word.starts_with(text.as_str()),
                (true, false) => word.ends_with(text.as_str()),
                (true, true) => word.contains(text.as_str()),
            },
        }
    }
}

/// Parses a number as records and patterns contain it. `inf` and `NaN` are not numbers.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if digits && plain {
        text.parse().ok()
    } else {
        None
    }
}
