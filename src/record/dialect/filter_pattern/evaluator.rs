//! The service's side, for tests: checks whether a line matches a space-delimited filter pattern.
//!
//! It follows the documented grammar, and must not know how the compiler works. Where the documentation is ambiguous (does
//! `=22` compare text or numbers?), it supports both. The service may refuse what it calls invalid.

use regex_lite::Regex;

/// How `=` and `!=` compare an unquoted number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Equality {
    Text,
    Number,
}

/// Checks whether a line matches.
///
/// # Errors
/// The pattern is invalid.
pub(super) fn matches(pattern: &str, line: &str, equality: Equality) -> Result<bool, String> {
    if pattern.chars().count() > 1024 {
        return Err("longer than 1024 characters".to_owned());
    }
    let slots = slots(pattern)?;
    let tokens = tokens(line);
    let ellipsis = slots.iter().position(|slot| matches!(slot, Slot::Ellipsis));
    let (head, tail) = match ellipsis {
        Some(at) => (&slots[..at], &slots[at + 1..]),
        None => (&slots[..], &slots[..0]),
    };
    let fits = match ellipsis {
        Some(_) => tokens.len() >= head.len() + tail.len(),
        None => tokens.len() == slots.len(),
    };
    let beginning = head.iter().zip(&tokens);
    let end = tail.iter().rev().zip(tokens.iter().rev());
    Ok(fits
        && beginning
            .chain(end)
            .all(|(slot, token)| slot.accepts(token, equality)))
}

enum Slot {
    Ellipsis,
    Free,
    Any(Vec<Condition>),
    All(Vec<Condition>),
}

struct Condition {
    operator: &'static str,
    value: Value,
}

enum Value {
    Quoted(String),
    Bare(String),
    Regex(Regex),
}

impl Slot {
    fn accepts(&self, token: &str, equality: Equality) -> bool {
        match self {
            Self::Ellipsis | Self::Free => true,
            Self::Any(conditions) => conditions
                .iter()
                .any(|condition| condition.holds(token, equality)),
            Self::All(conditions) => conditions
                .iter()
                .all(|condition| condition.holds(token, equality)),
        }
    }
}

impl Condition {
    fn holds(&self, token: &str, equality: Equality) -> bool {
        match self.operator {
            "=" => self.value.equals(token, equality),
            "!=" => self.value.differs(token, equality),
            order => {
                let (Value::Quoted(value) | Value::Bare(value)) = &self.value else {
                    return false;
                };
                let (Ok(token), Ok(value)) = (token.parse::<f64>(), value.parse::<f64>()) else {
                    return false;
                };
                match order {
                    ">" => token > value,
                    ">=" => token >= value,
                    "<" => token < value,
                    _ => token <= value,
                }
            }
        }
    }
}

impl Value {
    /// Compares for inequality. As numbers, a number and something else are neither equal nor different.
    fn differs(&self, token: &str, equality: Equality) -> bool {
        let numeric = |text: &str| text.parse::<f64>().is_ok();
        let incomparable = match (self, equality) {
            (Self::Bare(text), Equality::Number) => numeric(text) && !numeric(token),
            _ => false,
        };
        !incomparable && !self.equals(token, equality)
    }

    fn equals(&self, token: &str, equality: Equality) -> bool {
        let text = match self {
            Self::Regex(regex) => return regex.is_match(token),
            Self::Quoted(text) => text,
            Self::Bare(text) => {
                if let (Equality::Number, Ok(value), Ok(token)) =
                    (equality, text.parse::<f64>(), token.parse::<f64>())
                {
                    return value == token;
                }
                text
            }
        };
        match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(_), Some(_)) => token.contains(text.trim_matches('*')),
            (Some(end), None) => token.ends_with(end),
            (None, Some(beginning)) => token.starts_with(beginning),
            (None, None) => token == text,
        }
    }
}

fn slots(pattern: &str) -> Result<Vec<Slot>, String> {
    let inner = pattern
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.ok_or("a space-delimited pattern stands in brackets")?;
    let mut slots = Vec::new();
    let mut regexes = 0;
    for text in split_outside(inner, ",") {
        let slot = slot(text.trim())?;
        if let Slot::Any(conditions) | Slot::All(conditions) = &slot {
            regexes += conditions
                .iter()
                .filter(|condition| matches!(condition.value, Value::Regex(_)))
                .count();
        }
        slots.push(slot);
    }
    if regexes > 2 {
        return Err("more than two regular expressions".to_owned());
    }
    if slots
        .iter()
        .filter(|slot| matches!(slot, Slot::Ellipsis))
        .count()
        > 1
    {
        return Err("more than one ellipsis".to_owned());
    }
    Ok(slots)
}

fn slot(text: &str) -> Result<Slot, String> {
    if text == "..." {
        return Ok(Slot::Ellipsis);
    }
    if is_name(text) {
        return Ok(Slot::Free);
    }
    let any = split_outside(text, "||");
    let all = split_outside(text, "&&");
    if any.len() > 1 && all.len() > 1 {
        return Err(format!("&& and || mixed in `{text}`"));
    }
    let parts = if any.len() > 1 { &any } else { &all };
    let conditions: Result<Vec<_>, _> = parts.iter().map(|part| condition(part.trim())).collect();
    let conditions = conditions?;
    if conditions.iter().any(|(name, _)| *name != conditions[0].0) {
        return Err(format!("the slot `{text}` names another slot"));
    }
    let conditions = conditions
        .into_iter()
        .map(|(_, condition)| condition)
        .collect();
    Ok(if any.len() > 1 {
        Slot::Any(conditions)
    } else {
        Slot::All(conditions)
    })
}

fn condition(text: &str) -> Result<(&str, Condition), String> {
    let end = text
        .find(|letter: char| "=!<>".contains(letter))
        .ok_or(format!("no operator in `{text}`"))?;
    let name = text[..end].trim();
    if !is_name(name) {
        return Err(format!("`{name}` is not a name"));
    }
    let operator = ["!=", ">=", "<=", "=", ">", "<"]
        .into_iter()
        .find(|sign| text[end..].starts_with(sign));
    let operator = operator.ok_or(format!("no operator in `{text}`"))?;
    let value = value(text[end + operator.len()..].trim())?;
    Ok((name, Condition { operator, value }))
}

fn value(text: &str) -> Result<Value, String> {
    if let Some(expression) = text
        .strip_prefix('%')
        .and_then(|rest| rest.strip_suffix('%'))
    {
        if expression.contains(['(', ')']) {
            return Err("parentheses in a regular expression".to_owned());
        }
        return Regex::new(expression)
            .map(Value::Regex)
            .map_err(|error| error.to_string());
    }
    if let Some(quoted) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return Ok(Value::Quoted(quoted.to_owned()));
    }
    if text.is_empty() || text.contains(['"', '%', ' ', '[', ']', '=', '<', '>', '&', '|']) {
        return Err(format!("`{text}` is not a value"));
    }
    Ok(Value::Bare(text.to_owned()))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Splits at a separator outside of quotes and regular expressions.
fn split_outside<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut begin, mut inside, mut skip) = (Vec::new(), 0, None, 0);
    for (at, letter) in text.char_indices() {
        match inside {
            Some(end) if letter == end => inside = None,
            Some(_) => {}
            None if letter == '"' || letter == '%' => inside = Some(letter),
            None if at >= skip && text[at..].starts_with(separator) => {
                parts.push(&text[begin..at]);
                begin = at + separator.len();
                skip = begin;
            }
            None => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

/// Splits a line at spaces. Text in brackets or quotes is one token.
fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let close = match rest.chars().next() {
            Some('[') => rest.find(']'),
            Some('"') => rest[1..].find('"').map(|at| at + 1),
            _ => None,
        };
        let (token, after) = match close {
            Some(close) => (&rest[1..close], &rest[close + 1..]),
            None => rest.split_at(rest.find(' ').unwrap_or(rest.len())),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

const WEB_LOG: &str =
    "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";
const FLOW: &str =
    "2 123456789010 eni-1 10.0.2.7 10.0.0.1 49152 80 6 10 840 1418530010 1418530070 REJECT OK";

#[track_caller]
fn check(pattern: &str, line: &str, expected: bool) {
    for equality in [Equality::Text, Equality::Number] {
        assert_eq!(matches(pattern, line, equality), Ok(expected), "{pattern}");
    }
}

#[test]
fn documented_examples_of_web_logs_match_as_documented() {
    check(
        "[ip, user, username, timestamp, request, status_code, bytes]",
        WEB_LOG,
        true,
    );
    check(
        "[ip, user, username, timestamp, request, status_code = 4*, bytes]",
        WEB_LOG,
        true,
    );
    check(
        "[ip, user, username, timestamp, request, status_code = 5*, bytes]",
        WEB_LOG,
        false,
    );
    check("[..., status_code, bytes > 1000]", WEB_LOG, true);
    check("[..., status_code = 404, bytes]", WEB_LOG, true);
    check("[ip, user, ..., bytes < 1000]", WEB_LOG, false);
    check("[ip, user, ...]", WEB_LOG, true);
    check(
        "[ip, user, username, timestamp, request = *.html*, status_code = 4*, bytes]",
        WEB_LOG,
        true,
    );
    check("[ip=%127\\.0\\.0\\.[1-9]%, ...]", WEB_LOG, true);
    check("[ip=%128\\.0\\.0\\.[1-9]%, ...]", WEB_LOG, false);
}

#[test]
fn documented_examples_of_flow_logs_match_as_documented() {
    let pattern = |srcaddr: &str, dstport: &str, bytes: &str, action: &str| {
        format!(
            "[version, account, eni, {srcaddr}, dstaddr, srcport, {dstport}, protocol, packets, {bytes}, start, end, {action}, status]"
        )
    };
    check(
        &pattern("srcaddr", "dstport", "bytes", "action"),
        FLOW,
        true,
    );
    check(
        &pattern(
            "srcaddr = 10.0.2.*",
            "dstport = 80 || dstport = 8080",
            "bytes >= 400",
            "action = REJECT",
        ),
        FLOW,
        true,
    );
    check(
        &pattern("srcaddr = 10.0.0.1", "dstport", "bytes", "action"),
        FLOW,
        false,
    );
    check(
        &pattern("srcaddr", "dstport=\"80\"", "bytes", "action=\"REJECT\""),
        FLOW,
        true,
    );
    check(
        &pattern("srcaddr", "dstport=\"22\"", "bytes", "action=\"REJECT\""),
        FLOW,
        false,
    );
    check(
        &pattern("srcaddr", "dstport", "bytes >= 841", "action"),
        FLOW,
        false,
    );
}

#[test]
fn documented_rules_of_words_and_stars_hold() {
    check("[w1=ERROR, w2]", "ERROR message", true);
    check("[w1=ERROR, w2]", "ERROR WARN message", false);
    check("[w1!=ERROR && w1!=WARN, w2]", "INFO message", true);
    check("[w1!=ERROR && w1!=WARN, w2]", "WARN message", false);
    check("[w1=Ev*ent]", "Event", false);
    check("[w1=Ev*ent]", "Ev*ent", true);
    check("[w1>5]", "-", false);
}

#[test]
fn patterns_that_the_service_refuses_are_invalid() {
    for pattern in [
        "",
        "ERROR",
        "[w1=]",
        "[w1=1&&w1=2||w1=3]",
        "[..., status_code = 4* && bytes > 1000]",
        "[a=%x%,b=%x%,c=%x%]",
        "[a=%(x)%]",
        "[a,...,b,...]",
        "[w1=a b]",
    ] {
        assert!(matches(pattern, "x", Equality::Text).is_err(), "{pattern}");
    }
    let long = format!("[w1=\"{}\"]", "x".repeat(1100));
    assert!(matches(&long, "x", Equality::Text).is_err());
}
