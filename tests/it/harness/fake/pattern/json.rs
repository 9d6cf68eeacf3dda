//! Patterns for JSON events: `{ $.a.b = "x*" && ($.n >= 3 || $.c NOT EXISTS) }`.

use serde_json::Value as Json;

use super::value::{Operator, Value};
use super::{Error, regex};

const MOST_WILDCARDS: usize = 3;

/// An expression that an event must satisfy.
#[derive(Debug)]
pub(crate) struct Object {
    expression: Expression,
}

#[derive(Debug)]
enum Expression {
    Any(Vec<Self>),
    All(Vec<Self>),
    Test(Selector, Test),
}

#[derive(Debug)]
enum Test {
    NotExists,
    Is(Json),
    /// Numbers are compared only with numbers, and text only with text.
    Number(Operator, f64),
    Text(Operator, Value),
}

/// Selects values of an event.
#[derive(Debug)]
struct Selector(Vec<Step>);

#[derive(Debug)]
enum Step {
    Name(String),
    Index(usize),
    Each,
}

impl Object {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let inner = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .ok_or_else(|| Error::new("a brace is not closed"))?;
        let (expression, rest) = any(inner)?;
        if !rest.trim().is_empty() {
            return Err(Error::new(format!("'{rest}' is not expected")));
        }
        let (wildcards, expressions) = expression.counted();
        if wildcards > MOST_WILDCARDS || expressions > regex::MOST {
            return Err(Error::new("more wildcards or expressions than allowed"));
        }
        Ok(Self { expression })
    }

    /// Reports whether a message matches. A message that is not a JSON object matches no JSON pattern.
    pub(super) fn matches(&self, message: &str) -> bool {
        match serde_json::from_str(message) {
            Ok(event @ Json::Object(_)) => self.expression.holds(&event),
            _ => false,
        }
    }
}

impl Expression {
    fn holds(&self, event: &Json) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(event)),
            Self::All(parts) => parts.iter().all(|part| part.holds(event)),
            Self::Test(selector, test) => test.holds(&selector.select(event)),
        }
    }

    /// Counts the wildcards in selectors and the regular expressions.
    fn counted(&self) -> (usize, usize) {
        match self {
            Self::Any(parts) | Self::All(parts) => parts
                .iter()
                .map(Self::counted)
                .fold((0, 0), |(a, b), (c, d)| (a + c, b + d)),
            Self::Test(selector, test) => {
                let expression = matches!(test, Test::Text(_, Value::Regex(_)));
                (selector.wildcards(), usize::from(expression))
            }
        }
    }
}

impl Test {
    /// Reports whether one of the selected values meets the condition. An absent value meets only NOT EXISTS.
    fn holds(&self, selected: &[&Json]) -> bool {
        match self {
            Self::NotExists => selected.is_empty(),
            test => selected.iter().any(|value| test.holds_for(value)),
        }
    }

    fn holds_for(&self, value: &Json) -> bool {
        match self {
            Self::NotExists => false,
            Self::Is(constant) => value == constant,
            Self::Number(operator, n) => match value.as_f64() {
                Some(value) => operator.holds(value, *n),
                None => *operator == Operator::NotEqual,
            },
            Self::Text(operator, text) => {
                let fits = value.as_str().is_some_and(|value| text.fits(value));
                fits == (*operator == Operator::Equal)
            }
        }
    }

    fn parse(text: &str) -> Result<(Self, &str), Error> {
        let text = text.trim_start();
        let words = [
            ("NOT EXISTS", Self::NotExists),
            ("IS NULL", Self::Is(Json::Null)),
            ("IS TRUE", Self::Is(Json::Bool(true))),
            ("IS FALSE", Self::Is(Json::Bool(false))),
        ];
        for (word, test) in words {
            if let Some(rest) = text.strip_prefix(word) {
                return Ok((test, rest));
            }
        }
        let (operator, rest) = Operator::parse(text)
            .ok_or_else(|| Error::new(format!("an operator is missing before '{text}'")))?;
        let rest = rest.trim_start();
        let quoted = rest.starts_with('"');
        let (value, rest) = Value::parse(rest)?;
        let by_size = !matches!(operator, Operator::Equal | Operator::NotEqual);
        match value.number().filter(|_| !quoted) {
            Some(n) => Ok((Self::Number(operator, n), rest)),
            None if by_size => Err(Error::new("a comparison by size needs a number")),
            None => Ok((Self::Text(operator, value), rest)),
        }
    }
}

impl Selector {
    fn parse(text: &str) -> Result<(Self, &str), Error> {
        let odd = |rest: &str| Error::new(format!("a selector is expected before '{rest}'"));
        let mut rest = text.trim_start();
        rest = rest.strip_prefix('$').ok_or_else(|| odd(rest))?;
        let mut steps = Vec::new();
        loop {
            let dotted = rest.strip_prefix('.').unwrap_or(rest);
            let (step, after) = if let Some(inside) = dotted.strip_prefix('[') {
                let (inside, after) = inside.split_once(']').ok_or_else(|| odd(rest))?;
                (bracketed(inside).ok_or_else(|| odd(rest))?, after)
            } else if let Some(after) = rest.strip_prefix(".*") {
                (Step::Each, after)
            } else if rest.starts_with('.') {
                let end = dotted.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
                let (name, after) = dotted.split_at(end.unwrap_or(dotted.len()));
                (Step::Name(name.to_owned()), after)
            } else {
                break;
            };
            if matches!(&step, Step::Name(name) if name.is_empty()) {
                return Err(odd(rest));
            }
            steps.push(step);
            rest = after;
        }
        let selector = Self(steps);
        if selector.0.is_empty() || selector.wildcards() > 1 {
            Err(odd(rest))
        } else {
            Ok((selector, rest))
        }
    }

    fn wildcards(&self) -> usize {
        let steps = self.0.iter();
        steps.filter(|step| matches!(step, Step::Each)).count()
    }

    fn select<'a>(&self, event: &'a Json) -> Vec<&'a Json> {
        let mut selected = vec![event];
        for step in &self.0 {
            selected = selected
                .into_iter()
                .flat_map(|value| step.of(value))
                .collect();
        }
        selected
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Json) -> Vec<&'a Json> {
        match (self, value) {
            (Self::Name(name), Json::Object(members)) => members.get(name).into_iter().collect(),
            (Self::Index(n), Json::Array(items)) => items.get(*n).into_iter().collect(),
            (Self::Each, Json::Array(items)) => items.iter().collect(),
            (Self::Each, Json::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        }
    }
}

fn bracketed(inside: &str) -> Option<Step> {
    if inside == "*" {
        return Some(Step::Each);
    }
    for quote in ['\'', '"'] {
        let name = inside
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(name) = name {
            return Some(Step::Name(name.to_owned()));
        }
    }
    inside.parse().ok().map(Step::Index)
}

/// Parses alternatives, which have the lowest precedence.
fn any(text: &str) -> Result<(Expression, &str), Error> {
    joined(text, "||", all, Expression::Any)
}

fn all(text: &str) -> Result<(Expression, &str), Error> {
    joined(text, "&&", one, Expression::All)
}

fn joined<'a>(
    text: &'a str,
    sign: &str,
    part: impl Fn(&'a str) -> Result<(Expression, &'a str), Error>,
    join: impl Fn(Vec<Expression>) -> Expression,
) -> Result<(Expression, &'a str), Error> {
    let (first, mut rest) = part(text)?;
    let mut parts = vec![first];
    while let Some(after) = rest.trim_start().strip_prefix(sign) {
        let (next, after) = part(after)?;
        parts.push(next);
        rest = after;
    }
    Ok((join(parts), rest))
}

fn one(text: &str) -> Result<(Expression, &str), Error> {
    let text = text.trim_start();
    if let Some(inside) = text.strip_prefix('(') {
        let (expression, rest) = any(inside)?;
        let rest = rest.trim_start().strip_prefix(')');
        let rest = rest.ok_or_else(|| Error::new("a parenthesis is not closed"))?;
        return Ok((expression, rest));
    }
    let (selector, rest) = Selector::parse(text)?;
    let (test, rest) = Test::parse(rest)?;
    Ok((Expression::Test(selector, test), rest))
}
