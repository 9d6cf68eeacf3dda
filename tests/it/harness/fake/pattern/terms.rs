//! Words, phrases and expressions: `ERROR "10.0.0.1" -debug`, `?ERROR ?WARN`, `%[0-9]+ms%`.

use regex_lite::Regex;

use super::{Error, quoted, regex};

/// Terms, grouped by their effect.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    required: Vec<Term>,
    excluded: Vec<Term>,
    optional: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Text(String),
    Regex(Regex),
}

impl Terms {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut terms = Self::default();
        let mut rest = text.trim_start();
        let mut expressions = 0;
        while let Some(first) = rest.chars().next() {
            let (list, from) = match first {
                '-' => (&mut terms.excluded, &rest[1..]),
                '?' => (&mut terms.optional, &rest[1..]),
                _ => (&mut terms.required, rest),
            };
            let (term, after) = Term::parse(from)?;
            if !after.is_empty() && !after.starts_with(char::is_whitespace) {
                return Err(Error::term(rest));
            }
            expressions += usize::from(matches!(term, Term::Regex(_)));
            list.push(term);
            rest = after.trim_start();
        }
        if expressions > regex::MOST {
            Err(Error::new("more than two regular expressions"))
        } else {
            Ok(terms)
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let occurs = |term: &Term| term.occurs(message);
        let plain = !self.required.is_empty() || !self.excluded.is_empty();
        // If there are other terms, optional terms are ignored.
        let optional = plain || self.optional.iter().any(occurs);
        optional && self.required.iter().all(occurs) && !self.excluded.iter().any(occurs)
    }
}

impl Term {
    fn parse(text: &str) -> Result<(Self, &str), Error> {
        if let Some(rest) = text.strip_prefix('"') {
            return match quoted(rest)? {
                (phrase, _) if phrase.is_empty() => Err(Error::term("")),
                (phrase, rest) => Ok((Self::Text(phrase), rest)),
            };
        }
        if let Some(rest) = text.strip_prefix('%') {
            let (expression, rest) = regex::parse(rest)?;
            return Ok((Self::Regex(expression), rest));
        }
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let bare = |c: char| c.is_alphanumeric() || c == '_';
        if !word.is_empty() && word.chars().all(bare) {
            Ok((Self::Text(word.to_owned()), rest))
        } else {
            // AWS's documentation requires quotes for such a term, and does not describe the behavior without quotes.
            Err(Error::term(word))
        }
    }

    fn occurs(&self, message: &str) -> bool {
        match self {
            // Any white space between words matches a space, so `" "` matches every message.
            Self::Text(phrase) if phrase.trim().is_empty() => true,
            Self::Text(phrase) => message.contains(phrase.as_str()),
            Self::Regex(expression) => expression.is_match(message),
        }
    }
}
