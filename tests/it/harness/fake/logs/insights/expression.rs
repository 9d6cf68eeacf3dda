//! Expressions of a query: conditions, functions and a little arithmetic.

use std::net::IpAddr;

use ipnet::IpNet;
use regex_lite::Regex;

use super::Row;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Missing,
    Text(String),
    Number(f64),
    Bool(bool),
}

impl Value {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            Self::Missing | Self::Bool(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Missing | Self::Bool(_) => None,
        }
    }
}

#[derive(Debug)]
pub(super) enum Expression {
    Field(String),
    Literal(Value),
    Call(String, Vec<Self>),
    Not(Box<Self>),
    Binary(&'static str, Box<Self>, Box<Self>),
    In(Box<Self>, Vec<Self>),
    Like(Box<Self>, Regex),
}

impl Expression {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser(text);
        let expression = parser.any()?;
        match parser.0.trim() {
            "" => Ok(expression),
            rest => Err(format!("unexpected: {rest}")),
        }
    }

    pub(super) fn value(&self, row: &Row) -> Value {
        let holds = |part: &Self| part.value(row) == Value::Bool(true);
        match self {
            Self::Field(name) => row
                .get(name)
                .map_or(Value::Missing, |text| Value::Text(text.clone())),
            Self::Literal(value) => value.clone(),
            Self::Call(name, arguments) => {
                let arguments: Vec<_> = arguments
                    .iter()
                    .map(|argument| argument.value(row))
                    .collect();
                call(name, &arguments)
            }
            Self::Not(part) => Value::Bool(!holds(part)),
            Self::Binary("or", one, other) => Value::Bool(holds(one) || holds(other)),
            Self::Binary("and", one, other) => Value::Bool(holds(one) && holds(other)),
            Self::Binary(operator, one, other) => {
                binary(operator, &one.value(row), &other.value(row))
            }
            Self::In(one, list) => {
                let one = one.value(row);
                let among = list
                    .iter()
                    .any(|other| binary("=", &one, &other.value(row)) == Value::Bool(true));
                Value::Bool(among)
            }
            Self::Like(one, regex) => Value::Bool(
                one.value(row)
                    .text()
                    .is_some_and(|text| regex.is_match(&text)),
            ),
        }
    }
}

fn binary(operator: &str, one: &Value, other: &Value) -> Value {
    let numbers = one.number().zip(other.number());
    let compare = |holds: fn(&f64, &f64) -> bool| {
        Value::Bool(numbers.is_some_and(|(one, other)| holds(&one, &other)))
    };
    match (operator, numbers) {
        ("=", Some((one, other))) => Value::Bool((one - other).abs() < f64::EPSILON),
        ("=", None) => Value::Bool(one.text().is_some() && one.text() == other.text()),
        (">=", _) => compare(f64::ge),
        ("<=", _) => compare(f64::le),
        (">", _) => compare(f64::gt),
        ("<", _) => compare(f64::lt),
        ("+", Some((one, other))) => Value::Number(one + other),
        ("*", Some((one, other))) => Value::Number(one * other),
        ("/", Some((one, other))) => Value::Number(one / other),
        ("%", Some((one, other))) => Value::Number(one % other),
        _ => Value::Missing,
    }
}

fn call(name: &str, arguments: &[Value]) -> Value {
    match (name, arguments) {
        ("ispresent", [value]) => Value::Bool(*value != Value::Missing),
        ("toMillis", [value]) => value.clone(),
        ("tolower", [value]) => value
            .text()
            .map_or(Value::Missing, |text| Value::Text(text.to_lowercase())),
        ("floor", [value]) => value
            .number()
            .map_or(Value::Missing, |number| Value::Number(number.floor())),
        ("strlen", [value]) => value.text().map_or(Value::Missing, |text| {
            Value::Number(text.chars().count() as f64)
        }),
        ("strcontains", [value, part]) => {
            let (Some(text), Some(part)) = (value.text(), part.text()) else {
                return Value::Missing;
            };
            Value::Number(if text.contains(&part) { 1.0 } else { 0.0 })
        }
        ("isIpInSubnet", [address, network]) => {
            let address: Option<IpAddr> = address.text().and_then(|text| text.parse().ok());
            let network: Option<IpNet> = network.text().and_then(|text| text.parse().ok());
            let inside = address
                .zip(network)
                .is_some_and(|(address, network)| network.contains(&address));
            Value::Bool(inside)
        }
        _ => panic!(
            "the fake knows no function {name} of {} arguments",
            arguments.len()
        ),
    }
}

/// What is left to read.
struct Parser<'a>(&'a str);

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, String> {
        self.chain(&["or"], Self::all)
    }

    fn all(&mut self) -> Result<Expression, String> {
        self.chain(&["and"], Self::one)
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.take_word("not") {
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        let left = self.sum()?;
        if self.take_word("in") {
            self.expect("[")?;
            return Ok(Expression::In(Box::new(left), self.list("]")?));
        }
        if self.take_word("like") {
            self.expect("/")?;
            let pattern = self.until_unescaped('/')?;
            let regex = Regex::new(&pattern).map_err(|error| error.to_string())?;
            return Ok(Expression::Like(Box::new(left), regex));
        }
        for operator in ["!=", ">=", "<=", "=", ">", "<"] {
            if self.take(operator) {
                let right = self.sum()?;
                return Ok(Expression::Binary(
                    operator,
                    Box::new(left),
                    Box::new(right),
                ));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expression, String> {
        self.chain(&["+"], Self::product)
    }

    fn product(&mut self) -> Result<Expression, String> {
        self.chain(&["*", "/", "%"], Self::operand)
    }

    /// Reads operands with operators between them, from the left.
    fn chain(
        &mut self,
        operators: &[&'static str],
        operand: fn(&mut Self) -> Result<Expression, String>,
    ) -> Result<Expression, String> {
        let mut left = operand(self)?;
        loop {
            let word = |operator: &str| operator.chars().all(char::is_alphabetic);
            let found = operators.iter().find(|operator| {
                if word(operator) {
                    self.take_word(operator)
                } else {
                    self.take(operator)
                }
            });
            let Some(operator) = found else {
                return Ok(left);
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(operand(self)?));
        }
    }

    fn operand(&mut self) -> Result<Expression, String> {
        if self.take("(") {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.take("\"") {
            return self
                .until_unescaped('"')
                .map(|text| Expression::Literal(Value::Text(text)));
        }
        let word = self.word();
        match word.chars().next() {
            None => Err(format!("an operand is missing before: {}", self.0)),
            Some(first) if first.is_ascii_digit() || first == '-' => {
                let number = word.parse().map_err(|_| format!("not a number: {word}"))?;
                Ok(Expression::Literal(Value::Number(number)))
            }
            Some(_) if self.take("(") => Ok(Expression::Call(word, self.list(")")?)),
            Some(_) => Ok(Expression::Field(word)),
        }
    }

    fn list(&mut self, end: &str) -> Result<Vec<Expression>, String> {
        let mut list = vec![self.any()?];
        while self.take(",") {
            list.push(self.any()?);
        }
        self.expect(end)?;
        Ok(list)
    }

    fn word(&mut self) -> String {
        self.0 = self.0.trim_start();
        let end = self
            .0
            .find(|c: char| !c.is_ascii_alphanumeric() && !"@_.-".contains(c));
        let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        word.to_owned()
    }

    /// Reads up to a letter that no backslash stands before; in texts a backslash is taken away.
    fn until_unescaped(&mut self, end: char) -> Result<String, String> {
        let mut text = String::new();
        let mut letters = self.0.char_indices();
        while let Some((place, letter)) = letters.next() {
            match letter {
                '\\' => {
                    let (_, next) = letters.next().ok_or("a text ends with a backslash")?;
                    if end == '/' && next != '/' {
                        text.push('\\');
                    }
                    text.push(next);
                }
                letter if letter == end => {
                    self.0 = &self.0[place + 1..];
                    return Ok(text);
                }
                letter => text.push(letter),
            }
        }
        Err(format!("{end} is missing"))
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(token);
        rest.inspect(|rest| self.0 = rest).is_some()
    }

    fn take_word(&mut self, word: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(word);
        let rest = rest.filter(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
        rest.inspect(|rest| self.0 = rest).is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) {
            Ok(())
        } else {
            Err(format!("{token} is missing before: {}", self.0))
        }
    }
}
