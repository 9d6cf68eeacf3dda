//! What a line that is not a record looks like: how other tools wrap records, or add headers and times.
//!
//! It is checked only after a line did not parse, to say what to do about it.

use jiff::Timestamp;
use serde_json::Value;

use super::bytes;
use crate::record::field;

/// The minimum number of values of a record.
const FEWEST_VALUES: usize = 2;

/// Something that is often mistaken for a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Likeness {
    /// A JSON object that contains the record.
    #[error(
        "the line is a JSON object with the record in `{member}`, as Amazon Data Firehose writes it; use \
         `jsondecode(line)[\"{member}\"]`"
    )]
    Wrapped {
        /// The member that contains the record.
        member: String,
    },
    /// A record of another type.
    #[error(
        "the line is an ExternalFlow event of Yandex Cloud, which can be read with `record_type = \"yandex-external-flow\"`, \
         or by `parse_record` without a format"
    )]
    ExternalFlow,
    /// Other JSON.
    #[error("the line is JSON, but records of AWS flow logs are not")]
    Json,
    /// A record in quotes.
    #[error("the record is in quotes, as a JSON string; `jsondecode(line)` removes them")]
    Quoted,
    /// The first line of a file in S3.
    #[error(
        "the line is the header of a file in S3: it names the fields in the order of the record format, and is not a \
         record; skip the first line of the file"
    )]
    Header,
    /// A record after a time.
    #[error(
        "the line starts with a time, which CloudWatch Logs adds to a record that it exports to S3; \
         `replace(line, \"/^[^ ]+ /\", \"\")` removes it"
    )]
    Exported,
}

impl Likeness {
    /// Returns what a line that is not a record looks like.
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

/// Reports whether a text has values like a record: several, and a third of them numbers, addresses or `-`.
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

/// Reports whether every word could be the name of a field, and most of them are.
pub(in crate::record) fn is_header(line: &str) -> bool {
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
