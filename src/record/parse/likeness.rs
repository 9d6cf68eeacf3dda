//! What a line looks like that is no record: the ways in which records are wrapped, headed and stamped elsewhere.
//!
//! It is looked at only when a line could not be read, to say what to do about it.

use jiff::Timestamp;
use serde_json::Value;

use super::bytes;
use crate::record::field;

/// The fewest values that make a text a record.
const FEWEST_VALUES: usize = 2;

/// Something that is often taken for a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Likeness {
    /// A JSON object with the record in it.
    #[error(
        "the line is a JSON object that holds the record in its `{member}`, as Amazon Data Firehose wraps it; the record \
         itself is `jsondecode(line)[\"{member}\"]`"
    )]
    Wrapped {
        /// The member that holds the record.
        member: String,
    },
    /// An event of another kind of record.
    #[error(
        "the line is an ExternalFlow event of Yandex Cloud, which is read with `record_type = \"yandex-external-flow\"`, or \
         by `parse_record` without a format"
    )]
    ExternalFlow,
    /// Other JSON.
    #[error("the line is JSON, which no record of a flow log of AWS is")]
    Json,
    /// A record between quotes.
    #[error("the record stands in quotes, as JSON writes texts; `jsondecode(line)` takes them off")]
    Quoted,
    /// The first line of a file in S3.
    #[error(
        "the line is the header that begins a file in S3: it names the fields, in the order of the record format, and is \
         no record; leave the first line of the file out"
    )]
    Header,
    /// A record with a time in front.
    #[error(
        "the line begins with a time, as CloudWatch Logs puts it in front of a record that it exports to S3; \
         `replace(line, \"/^[^ ]+ /\", \"\")` takes it off"
    )]
    Exported,
}

impl Likeness {
    /// Tells what a line looks like that could not be read as a record.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.starts_with(['{', '[', '"']) {
            return Self::of_json(line);
        }
        let (first, rest) = line.split_once(' ')?;
        if first.parse::<Timestamp>().is_ok() && is_record_like(rest) {
            return Some(Self::Exported);
        }
        is_header(line).then_some(Self::Header)
    }

    fn of_json(line: &str) -> Option<Self> {
        let members = match serde_json::from_str(line).ok()? {
            Value::Object(members) => members,
            Value::String(text) if is_record_like(&text) => return Some(Self::Quoted),
            Value::Array(_) => return Some(Self::Json),
            _ => return None,
        };
        let holds_record = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| is_record_like(text.trim()))
        };
        let holder = members.iter().find(|(_, value)| holds_record(value));
        if let Some((member, _)) = holder {
            let member = member.to_owned();
            return Some(Self::Wrapped { member });
        }
        let of_type = |key: &str| members.get(key).and_then(Value::as_str);
        let event_type = of_type("event_type").or_else(|| of_type("eventType"));
        match event_type {
            Some(event_type) if event_type.ends_with("ExternalFlow") => Some(Self::ExternalFlow),
            _ => Some(Self::Json),
        }
    }
}

/// Tells whether a text has values as a record has: several, and a third of them numbers, addresses or nothing.
fn is_record_like(text: &str) -> bool {
    let values = || text.split_ascii_whitespace();
    let is_typed = |value: &str| {
        value == "-" || bytes::integer(value).is_some() || bytes::address(value).is_some()
    };
    let (all, typed) = (
        values().count(),
        values().filter(|value| is_typed(value)).count(),
    );
    all >= FEWEST_VALUES && typed * 3 >= all
}

/// Tells whether every word could be the name of a field and most of them are.
fn is_header(line: &str) -> bool {
    let could_be = |word: &str| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
            })
    };
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let known = words
        .iter()
        .filter(|word| field::find(&word.replace('_', "-")).is_some());
    words.len() >= FEWEST_VALUES
        && words.iter().all(|word| could_be(word))
        && known.count() * 2 > words.len()
}
