//! Patterns for messages that consist of words: `[version, account, ..., action = REJECT, status]`.

use super::value::{Operator, Value, number};
use super::{Error, regex};

/// Slots before the ellipsis, and those after it if there is an ellipsis.
#[derive(Debug)]
pub(crate) struct Bracket {
    head: Vec<Slot>,
    tail: Option<Vec<Slot>>,
}

/// The conditions on one word. A slot without conditions matches every word.
#[derive(Debug)]
enum Slot {
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Debug)]
struct Condition {
    operator: Operator,
    value: Value,
}

impl Bracket {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let inner = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .ok_or_else(|| Error::new("a bracket is not closed"))?;
        let mut head = Vec::new();
        let mut tail: Option<Vec<Slot>> = None;
        let mut rest = inner;
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("...") {
                if tail.replace(Vec::new()).is_some() {
                    return Err(Error::new("more than one ellipsis"));
                }
                rest = after;
            } else {
                let (slot, after) = Slot::parse(rest)?;
                tail.as_mut().unwrap_or(&mut head).push(slot);
                rest = after;
            }
            rest = rest.trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None if rest.is_empty() => break,
                None => return Err(Error::new(format!("'{rest}' is not expected"))),
            }
        }
        let bracket = Self { head, tail };
        bracket.check_expressions()?;
        Ok(bracket)
    }

    fn check_expressions(&self) -> Result<(), Error> {
        let slots = self.head.iter().chain(self.tail.iter().flatten());
        let conditions = slots.flat_map(Slot::conditions);
        let expressions = conditions.filter(|condition| matches!(condition.value, Value::Regex(_)));
        if expressions.count() > regex::MOST {
            Err(Error::new("more than two regular expressions"))
        } else {
            Ok(())
        }
    }

    /// Reports whether a message matches. Without an ellipsis, the number of words must match. An ellipsis stands for
    /// one or more words.
    pub(super) fn matches(&self, message: &str) -> bool {
        let words = words(message);
        let Some(tail) = &self.tail else {
            return words.len() == self.head.len() && all_match(&self.head, &words);
        };
        if words.len() <= self.head.len() + tail.len() {
            return false;
        }
        let (first, rest) = words.split_at(self.head.len());
        let (_, last) = rest.split_at(rest.len() - tail.len());
        all_match(&self.head, first) && all_match(tail, last)
    }
}

fn all_match(slots: &[Slot], words: &[&str]) -> bool {
    let mut pairs = slots.iter().zip(words);
    pairs.all(|(slot, word)| slot.matches(word))
}

impl Slot {
    /// Parses a name, or conditions on that name with one kind of operator between them.
    fn parse(text: &str) -> Result<(Self, &str), Error> {
        let (name, rest) = name(text)?;
        if rest.trim_start().starts_with(',') || rest.trim_start().is_empty() {
            return Ok((Self::All(Vec::new()), rest));
        }
        let (first, mut rest) = Condition::parse(rest)?;
        let mut conditions = vec![first];
        let mut connectives = Vec::new();
        while let Some(connective) = ["&&", "||"]
            .into_iter()
            .find(|sign| rest.trim_start().starts_with(sign))
        {
            connectives.push(connective);
            let (again, after) = name_after(rest, connective)?;
            if again != name {
                return Err(Error::new(format!(
                    "the slot of {name} has a condition on {again}"
                )));
            }
            let (condition, after) = Condition::parse(after)?;
            conditions.push(condition);
            rest = after;
        }
        let any = connectives.contains(&"||");
        if any && connectives.contains(&"&&") {
            return Err(Error::new(format!("the slot of {name} mixes && and ||")));
        }
        let slot = if any { Self::Any } else { Self::All };
        Ok((slot(conditions), rest))
    }

    fn conditions(&self) -> &[Condition] {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions,
        }
    }

    fn matches(&self, word: &str) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|c| c.holds(word)),
            Self::Any(conditions) => conditions.iter().any(|c| c.holds(word)),
        }
    }
}

impl Condition {
    fn parse(text: &str) -> Result<(Self, &str), Error> {
        let text = text.trim_start();
        let (operator, rest) = Operator::parse(text)
            .ok_or_else(|| Error::new(format!("an operator is missing before '{text}'")))?;
        let (value, rest) = Value::parse(rest.trim_start())?;
        let by_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        if by_order && value.number().is_none() {
            return Err(Error::new("an order comparison requires a number"));
        }
        Ok((Self { operator, value }, rest))
    }

    /// Reports whether a word meets the condition. A word that is not a number is neither less nor greater than a
    /// number.
    fn holds(&self, word: &str) -> bool {
        match self.operator {
            Operator::Equal => self.value.fits(word),
            Operator::NotEqual => !self.value.fits(word),
            by_order => match (number(word), self.value.number()) {
                (Some(word), Some(value)) => by_order.holds(word, value),
                _ => false,
            },
        }
    }
}

fn name(text: &str) -> Result<(&str, &str), Error> {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    match text.split_at(end.unwrap_or(text.len())) {
        ("", rest) => Err(Error::new(format!("a name is missing before '{rest}'"))),
        found => Ok(found),
    }
}

fn name_after<'a>(text: &'a str, connective: &str) -> Result<(&'a str, &'a str), Error> {
    let text = text.trim_start();
    name(text.strip_prefix(connective).unwrap_or(text))
}

/// Splits a message into words. Text in quotation marks or brackets is one word.
fn words(message: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = message.trim_start();
    while let Some(first) = rest.chars().next() {
        let closing = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let enclosed = closing.and_then(|closing| {
            let end = rest[1..].find(closing)?;
            Some((&rest[1..=end], &rest[end + 2..]))
        });
        let (word, after) = enclosed.unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest.split_at(end)
        });
        words.push(word);
        rest = after.trim_start();
    }
    words
}
