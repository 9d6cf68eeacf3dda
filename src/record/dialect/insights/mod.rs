//! A summary as a query of CloudWatch Logs Insights, so that the service counts.
//!
//! Insights knows the fields of the default format by names of its own; lines of any other format are taken apart by
//! position. Every qual is in the query, since nobody checks the result again: what cannot be said there is an error.
//! A field without a value satisfies no condition but one that asks for that, as everywhere; a line that is no record of
//! the format, for its number of values, a value that is masked, cut or of another kind, is left out, as it is where we
//! read it.
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html>.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ipnet::IpNet;

use crate::record::field::Kind;
use crate::record::format::Format;
use crate::record::parse::NO_VALUE;
use crate::record::qual::{Mask, QualPath, Range, Test};
use crate::record::quals::{Bound, BoundQual, Place};

/// The most characters that the service takes as a query.
const MAX_LENGTH: usize = 10_000;

/// Finds masked values: stars alone, or a run of them within other text.
const MASKED: &str = r"\*\*\*\*|(^|\s)\*+(\s|$)";

/// Insights' own names of the default format's fields, in their order.
const DISCOVERED: [&str; 14] = [
    "version",
    "accountId",
    "interfaceId",
    "srcAddr",
    "dstAddr",
    "srcPort",
    "dstPort",
    "protocol",
    "packets",
    "bytes",
    "startTime",
    "endTime",
    "action",
    "logStatus",
];

/// What a summary is made of, besides the quals.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The first millisecond, and the one after the last.
    pub window: (i64, i64),
    /// The streams that are looked into.
    pub streams: Streams<'a>,
    /// Where the fields to group by stand in the format; without any, the answer is one row.
    pub group_by: &'a [usize],
    /// The column by which the greatest groups come first: `flows`, `packetsSum` or `bytesSum`.
    pub order_by: &'a str,
    /// The most groups.
    pub limit: usize,
}

/// The streams that are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams<'a> {
    /// All of the group.
    All,
    /// The one of this name.
    Named(&'a str),
    /// Those whose names begin like this.
    Prefixed(&'a str),
}

/// Says why a summary cannot be a query of Insights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsightsError {
    /// A qual asks for what Insights does not know.
    #[error("`{qual}` asks for the id of an event, which CloudWatch Logs Insights does not know")]
    EventId {
        /// The qual.
        qual: QualPath,
    },
    /// A field holds values that Insights would compare and give in their encoded form.
    #[error(
        "values of {field} are percent-encoded in records, and CloudWatch Logs Insights cannot decode them"
    )]
    Encoded {
        /// AWS's name of the field.
        field: String,
    },
    /// The query is longer than the service takes.
    #[error(
        "the query would have {length} characters; CloudWatch Logs Insights takes {MAX_LENGTH}"
    )]
    TooLong {
        /// Its characters.
        length: usize,
    },
}

/// Writes the query for records of the format to which the quals are bound.
///
/// # Errors
/// What is asked for cannot be said, or not so shortly.
pub fn compile(
    bound: &Bound,
    format: &Format,
    question: &Question<'_>,
) -> Result<String, InsightsError> {
    let mut writer = Writer {
        discovered: *format == Format::vpc_default(),
        used: BTreeSet::new(),
    };
    let condition = writer.condition(bound)?;
    let stats = writer.stats(format, question);
    if let Some(index) = writer.used.iter().find(|index| format.is_encoded(**index)) {
        let field = format.names().get(*index).cloned().unwrap_or_default();
        return Err(InsightsError::Encoded { field });
    }
    let whole = writer.whole(format);
    if writer.used.is_empty() {
        // Lines that do not fit the format are told by a field that is missing: any will do.
        writer.used.insert(0);
    }
    let mut query = times_and_streams(question);
    writer.fields(format, &mut query);
    query.push_str(&whole);
    if let Some(condition) = condition {
        let _ = write!(query, "\n| filter {condition}");
    }
    query.push_str(&stats);
    match query.chars().count() {
        length if length > MAX_LENGTH => Err(InsightsError::TooLong { length }),
        _ => Ok(query),
    }
}

/// Writes the query that counts what those for records of these formats leave out: `lines` that fit none of them; among the
/// lines those with `masked` values; and besides, records by which AWS says that it has `skipped` others, or that they are
/// `partial`.
#[must_use]
pub fn left_out(formats: &[&Format], question: &Question<'_>) -> String {
    let fits = formats.iter().map(|format| {
        let values = (0..format.names().len()).map(|index| shape(format, index));
        format!("@message like {}", line(values))
    });
    let fits = bracketed(joined(fits.collect(), " or ").unwrap_or_default());
    let mut query = times_and_streams(question);
    let _ = write!(
        query,
        "\n| filter not {fits} or @message like /{MASKED}/ or @message like /SKIPDATA|INCOMPLETEDATA/\
         \n| stats count(*) as lines, sum(strcontains(@message, \"SKIPDATA\")) as skipped, \
         sum(strcontains(@message, \"INCOMPLETEDATA\")) as partial, sum(strcontains(@message, \"****\")) as masked"
    );
    query
}

/// Gives the name under which the answer holds the field of a position.
#[must_use]
pub fn column(format: &Format, index: usize) -> String {
    name(*format == Format::vpc_default(), index)
}

fn name(discovered: bool, index: usize) -> String {
    match DISCOVERED.get(index) {
        Some(name) if discovered => (*name).to_owned(),
        _ => format!("f{}", index + 1),
    }
}

fn times_and_streams(question: &Question<'_>) -> String {
    let (start, end) = question.window;
    let mut text =
        format!("filter toMillis(@timestamp) >= {start} and toMillis(@timestamp) < {end}");
    let _ = match question.streams {
        Streams::All => Ok(()),
        Streams::Named(name) => write!(text, "\n| filter @logStream = {}", quoted(name)),
        Streams::Prefixed(prefix) => {
            write!(text, "\n| filter @logStream like /^{}/", escaped(prefix))
        }
    };
    text
}

/// Gives the column that is made of a field.
type Measure = fn(&str) -> String;

struct Writer {
    /// Whether the fields have Insights' own names.
    discovered: bool,
    /// The positions that the query looks at.
    used: BTreeSet<usize>,
}

impl Writer {
    fn field(&mut self, index: usize) -> String {
        self.used.insert(index);
        name(self.discovered, index)
    }

    /// Lets lines through that fit the format, and names their fields.
    fn fields(&self, format: &Format, query: &mut String) {
        let capture = |index| match self.used.contains(&index) && !self.discovered {
            true => format!("(?<{}>{})", name(false, index), shape(format, index)),
            false => shape(format, index),
        };
        let line = line((0..format.names().len()).map(capture));
        if self.discovered {
            let _ = write!(
                query,
                "\n| filter ispresent(logStatus)\n| filter @message like {line}"
            );
            return;
        }
        let _ = write!(query, "\n| parse @message {line}");
        if let Some(first) = self.used.first() {
            let _ = write!(query, "\n| filter ispresent({})", name(false, *first));
        }
    }

    /// Leaves out lines of the right shape that are no whole records all the same.
    fn whole(&mut self, format: &Format) -> String {
        let mut text = format!("\n| filter not (@message like /{MASKED}/)");
        if let Some(known) = format.last_values() {
            let last = self.field(format.names().len() - 1);
            let _ = write!(
                text,
                "\n| filter not ({last} in [{}])",
                beginnings(known).join(", ")
            );
        }
        text
    }

    fn condition(&mut self, bound: &Bound) -> Result<Option<String>, InsightsError> {
        let mut conditions = Vec::new();
        for qual in &bound.all {
            conditions.push(self.qual(qual)?);
        }
        let mut any = Vec::new();
        for block in &bound.any {
            any.push(self.block(block)?);
        }
        conditions.extend(joined(any, " or "));
        for block in &bound.none {
            conditions.push(format!("not {}", bracketed(self.block(block)?)));
        }
        Ok((!conditions.is_empty()).then(|| conditions.join(" and ")))
    }

    fn block(&mut self, quals: &[BoundQual]) -> Result<String, InsightsError> {
        let quals: Result<Vec<_>, _> = quals.iter().map(|qual| self.qual(qual)).collect();
        Ok(joined(quals?, " and ").unwrap_or_default())
    }

    fn qual(&mut self, qual: &BoundQual) -> Result<String, InsightsError> {
        let mut test = |index: usize| {
            let field = self.field(index);
            joined(alternatives(&qual.test, &field), " or ").unwrap_or_default()
        };
        match &qual.place {
            Place::Fields(indexes) => {
                let tests = indexes.iter().map(|index| test(*index)).collect();
                Ok(joined(tests, " or ").unwrap_or_default())
            }
            Place::EventId => Err(InsightsError::EventId {
                qual: qual.path.clone(),
            }),
            Place::Anywhere => Ok("1 = 1".to_owned()),
        }
    }

    fn stats(&mut self, format: &Format, question: &Question<'_>) -> String {
        let mut columns = vec!["count(*) as flows".to_owned()];
        let measures: [(&str, Measure); 6] = [
            ("packets", |field| format!("sum({field}) as packetsSum")),
            ("bytes", |field| format!("sum({field}) as bytesSum")),
            ("action", |field| counted(field, "ACCEPT", "accepted")),
            ("action", |field| counted(field, "REJECT", "rejected")),
            ("start", |field| {
                format!("min({}) as firstSeen", in_seconds(field))
            }),
            ("end", |field| {
                format!("max({}) as lastSeen", in_seconds(field))
            }),
        ];
        for (aws_name, measure) in measures {
            if let Some(index) = format.position(aws_name) {
                columns.push(measure(&self.field(index)));
            }
        }
        let mut text = format!("\n| stats {}", columns.join(", "));
        let keys: Vec<_> = question
            .group_by
            .iter()
            .map(|index| self.field(*index))
            .collect();
        if !keys.is_empty() {
            let ties: Vec<_> = keys.iter().map(|key| format!(", {key} asc")).collect();
            let _ = write!(
                text,
                " by {}\n| sort {} desc{}\n| limit {}",
                keys.join(", "),
                question.order_by,
                ties.concat(),
                question.limit
            );
        }
        text
    }
}

/// Counts the records in which a field has a value.
fn counted(field: &str, value: &str, name: &str) -> String {
    format!("sum(strcontains({field}, \"{value}\")) as {name}")
}

/// Gives the expression that a line has to match.
fn line(values: impl Iterator<Item = String>) -> String {
    format!("/^\\s*{}\\s*$/", values.collect::<Vec<_>>().join(" +"))
}

/// Gives a time in whole seconds, also where the record has milliseconds: from twelve digits on.
fn in_seconds(field: &str) -> String {
    format!("floor({field} / (1 + 999 * floor(strlen({field}) / 12)))")
}

/// Gives the expression that the value at a position has to match.
fn shape(format: &Format, index: usize) -> String {
    let kind = format.typed().iter().find(|(place, _)| *place == index);
    match kind.map(|(_, kind)| kind) {
        Some(Kind::Integer | Kind::Seconds) => "(?:-|0|[1-9]\\d{0,18})".to_owned(),
        Some(Kind::Address) => "(?:-|[0-9A-Fa-f.:]+)".to_owned(),
        Some(Kind::Text) | None => "\\S+".to_owned(),
    }
}

/// Gives what values that were cut look like.
fn beginnings(known: &[&str]) -> Vec<String> {
    let cut = known
        .iter()
        .flat_map(|value| (1..value.len()).filter_map(|end| value.get(..end)));
    let cut: BTreeSet<_> = cut.filter(|value| !known.contains(value)).collect();
    cut.into_iter().map(quoted).collect()
}

/// Gives the conditions of which one has to hold.
fn alternatives(test: &Test, field: &str) -> Vec<String> {
    match test {
        Test::Text(values) => one_of(field, values),
        Test::AnyCase(values) => {
            let small = values.iter().map(|value| value.to_ascii_lowercase());
            one_of(&format!("tolower({field})"), &small.collect::<Vec<_>>())
        }
        Test::Integer(ranges) => ranges.iter().map(|range| in_range(*range, field)).collect(),
        Test::Seconds(ranges) => {
            let time = in_seconds(field);
            ranges.iter().map(|range| in_range(*range, &time)).collect()
        }
        Test::Address(networks) => networks.iter().map(|net| in_network(net, field)).collect(),
        Test::Flags(masks) => masks.iter().map(|mask| has_flags(*mask, field)).collect(),
        Test::OrAbsent(test) => {
            let mut conditions = alternatives(test, field);
            conditions.push(format!("{field} = {}", quoted(NO_VALUE)));
            conditions
        }
    }
}

fn one_of(field: &str, values: &[String]) -> Vec<String> {
    let quoted: Vec<_> = values.iter().map(|value| quoted(value)).collect();
    match quoted.as_slice() {
        [] => Vec::new(),
        [value] => vec![format!("{field} = {value}")],
        _ => vec![format!("{field} in [{}]", quoted.join(", "))],
    }
}

fn in_range(Range { low, high }: Range, field: &str) -> String {
    match (low, high) {
        _ if low == high => format!("{field} = {low}"),
        (i64::MIN, high) => format!("{field} <= {high}"),
        (low, i64::MAX) => format!("{field} >= {low}"),
        (low, high) => format!("({field} >= {low} and {field} <= {high})"),
    }
}

fn in_network(network: &IpNet, field: &str) -> String {
    match network {
        IpNet::V4(net) if net.prefix_len() == 32 => format!("{field} = \"{}\"", net.addr()),
        network => format!("isIpInSubnet({field}, \"{network}\")"),
    }
}

/// Insights has no operators on bits: a bit is set if what is left of the number above it is odd.
fn has_flags(mask: Mask, field: &str) -> String {
    if mask.alone {
        return format!("{field} = {}", mask.bits);
    }
    let bits = (0..63)
        .map(|bit| 1_i64 << bit)
        .filter(|bit| mask.bits & bit != 0);
    let set: Vec<_> = bits
        .map(|bit| format!("floor({field} / {bit}) % 2 = 1"))
        .collect();
    match set.len() {
        1 => set.concat(),
        _ => format!("({})", set.join(" and ")),
    }
}

/// Joins conditions, in brackets if there are several.
fn joined(conditions: Vec<String>, with: &str) -> Option<String> {
    match conditions.len() {
        0 => None,
        1 => conditions.into_iter().next(),
        _ => Some(format!("({})", conditions.join(with))),
    }
}

fn bracketed(condition: String) -> String {
    match condition.starts_with('(') {
        true => condition,
        false => format!("({condition})"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Takes the meaning out of every letter that could have one in a regular expression.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if !letter.is_alphanumeric() && letter != '_' {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests;
