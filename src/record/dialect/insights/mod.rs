//! Queries of CloudWatch Logs Insights: an aggregate rendered so that the service counts.
//!
//! | file | holds |
//! |---|---|
//! | `condition` | tests as conditions |
//! | `stats` | the aggregate |
//! | `syntax` | quotes, escapes, brackets |
//!
//! Insights knows the fields of the default format by its own names. Lines of any other format are parsed by position.
//! The query contains every qual, since nothing checks the result again: what it cannot express is an error. A field
//! without a value matches no condition except one that asks for that. A line that is not a record of the format (it has
//! another number of values, or a value that is masked, cut or of another type) is left out, as in our own scan.
//!
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html>.

mod condition;
mod stats;
mod syntax;

use std::collections::BTreeSet;
use std::fmt::Write as _;

pub use stats::{Rows, measure_column, sum_column};

use crate::record::aggregate::{Aggregate, Key, Measure};
use crate::record::field::Kind;
use crate::record::format::Format;
use crate::record::qual::QualPath;
use crate::record::quals::{Bound, BoundQual, Place};
use condition::{alternatives, inexact};
use syntax::{bracketed, escaped, joined, quoted};

/// The maximum number of rows of an answer.
pub const MOST_ROWS: usize = 100_000;
/// Whole numbers below this one are exact in Insights, which computes with floating-point numbers.
pub const EXACT: u64 = 1 << 53;
/// The maximum length of a query, in characters. The service allows 10,000, and the gateway adds a comment.
const MAX_LENGTH: usize = 9_900;

/// Finds masked values: only asterisks, or a run of them within other text.
const MASKED: &str = r"\*\*\*\*|(^|\s)\*+(\s|$)";

/// Insights' names of the default format's fields, in order.
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

/// The events that a query covers.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The first millisecond, and the one after the last.
    pub window: (i64, i64),
    /// The streams to search.
    pub streams: Streams<'a>,
}

/// The streams to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams<'a> {
    /// All streams of the log group.
    All,
    /// The stream of this name.
    Named(&'a str),
    /// The streams with this prefix.
    Prefixed(&'a str),
}

/// Why an aggregate cannot be a query of Insights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsightsError {
    /// A qual is on the id of an event.
    #[error("`{qual}` is on the id of an event, which CloudWatch Logs Insights does not know")]
    EventId {
        /// The qual.
        qual: QualPath,
    },
    /// Insights would compare and return the values of a field in their encoded form.
    #[error(
        "values of {field} are percent-encoded in records, and CloudWatch Logs Insights cannot decode them"
    )]
    Encoded {
        /// AWS's name of the field.
        field: String,
    },
    /// The format lacks a field to group by.
    #[error("the record format lacks the field {field}")]
    MissingField {
        /// AWS's name of the field.
        field: String,
    },
    /// A number is too large for Insights to compare it exactly.
    #[error(
        "{number} is too large: CloudWatch Logs Insights compares numbers exactly only below 2^53"
    )]
    Inexact {
        /// The number.
        number: i64,
    },
    /// The query is longer than the service accepts.
    #[error(
        "the query would have {length} characters; CloudWatch Logs Insights accepts at most {MAX_LENGTH}"
    )]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
}

/// Renders the query for records of the format to which the quals are bound.
///
/// # Errors
/// Insights cannot express the quals or the aggregate, or not in the length of a query.
pub fn compile(
    bound: &Bound,
    format: &Format,
    aggregate: &Aggregate,
    rows: Rows,
    scope: &Scope<'_>,
) -> Result<String, InsightsError> {
    let mut writer = Writer {
        discovered: *format == Format::vpc_default(),
        used: BTreeSet::new(),
    };
    let condition = writer.condition(bound)?;
    let stats = writer.stats(format, aggregate, rows)?;
    if let Some(index) = writer.used.iter().find(|index| format.is_encoded(**index)) {
        let field = format.names().get(*index).cloned().unwrap_or_default();
        return Err(InsightsError::Encoded { field });
    }
    let whole = writer.whole(format);
    if writer.used.is_empty() {
        // A line that does not fit the format lacks every field, so any field shows it.
        writer.used.insert(0);
    }
    let mut query = times_and_streams(scope);
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

/// Renders the query that counts what queries for records of these formats leave out: `lines` that fit none of them, those
/// among them with `masked` values, and records by which AWS says that it `skipped` others, or that they are `partial`.
#[must_use]
pub fn left_out(formats: &[&Format], scope: &Scope<'_>) -> String {
    let fits = formats.iter().map(|format| {
        let values = (0..format.names().len()).map(|index| shape(format, index));
        format!("@message like {}", line(values))
    });
    let fits = bracketed(joined(fits.collect(), " or ").unwrap_or_default());
    let mut query = times_and_streams(scope);
    let _ = write!(
        query,
        "\n| filter not {fits} or @message like /{MASKED}/ or @message like /SKIPDATA|INCOMPLETEDATA/\
         \n| stats count(*) as lines, sum(strcontains(@message, \"SKIPDATA\")) as skipped, \
         sum(strcontains(@message, \"INCOMPLETEDATA\")) as partial, sum(strcontains(@message, \"****\")) as masked"
    );
    query
}

/// Returns the columns under which the answer holds the fields of the keys, then those of the values that are counted
/// once; none if the format lacks one of them.
#[must_use]
pub fn columns(format: &Format, aggregate: &Aggregate) -> Option<Vec<String>> {
    let keys = aggregate.keys.iter().chain(&aggregate.distinct);
    keys.map(|key| Some(column(key, format, format.position(&key.field)?)))
        .collect()
}

fn column(key: &Key, format: &Format, index: usize) -> String {
    match key.bin() {
        Some(_) => stats::BIN.to_owned(),
        None => name(*format == Format::vpc_default(), index),
    }
}

fn name(discovered: bool, index: usize) -> String {
    match DISCOVERED.get(index) {
        Some(name) if discovered => (*name).to_owned(),
        _ => format!("f{}", index + 1),
    }
}

fn times_and_streams(scope: &Scope<'_>) -> String {
    let (start, end) = scope.window;
    let mut text =
        format!("filter toMillis(@timestamp) >= {start} and toMillis(@timestamp) < {end}");
    let _ = match scope.streams {
        Streams::All => Ok(()),
        Streams::Named(name) => write!(text, "\n| filter @logStream = {}", quoted(name)),
        Streams::Prefixed(prefix) => {
            write!(text, "\n| filter @logStream like /^{}/", escaped(prefix))
        }
    };
    text
}

struct Writer {
    /// Whether the fields have Insights' own names.
    discovered: bool,
    /// The positions that the query uses.
    used: BTreeSet<usize>,
}

impl Writer {
    fn field(&mut self, index: usize) -> String {
        self.used.insert(index);
        name(self.discovered, index)
    }

    /// Renders the commands that select lines of the format, and name their fields.
    fn fields(&self, format: &Format, query: &mut String) {
        let capture = |index| {
            if self.used.contains(&index) && !self.discovered {
                format!("(?<{}>{})", name(false, index), shape(format, index))
            } else {
                shape(format, index)
            }
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

    /// Renders the commands that exclude lines of the right shape that are not complete records.
    fn whole(&mut self, format: &Format) -> String {
        let mut text = format!("\n| filter not (@message like /{MASKED}/)");
        if let Some(known) = format.last_values() {
            let last = self.field(format.names().len() - 1);
            let _ = write!(
                text,
                "\n| filter not ({last} in [{}])",
                prefixes(known).join(", ")
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
        if let Some(number) = inexact(&qual.test) {
            return Err(InsightsError::Inexact { number });
        }
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

    fn stats(
        &mut self,
        format: &Format,
        aggregate: &Aggregate,
        rows: Rows,
    ) -> Result<String, InsightsError> {
        let mut columns = Vec::new();
        for measure in Measure::ALL {
            match measure.field() {
                None => columns.push(stats::measure(measure, "")),
                Some(name) => {
                    if let Some(index) = format.position(name) {
                        columns.push(stats::measure(measure, &self.field(index)));
                    }
                }
            }
        }
        for (number, key) in aggregate.sums.iter().enumerate() {
            let index = format.position(&key.field);
            columns.extend(index.map(|index| stats::sum(number, &self.field(index))));
        }
        let (mut bin, mut keys) = (String::new(), Vec::new());
        if rows != Rows::Total {
            for key in aggregate.keys.iter().chain(&aggregate.distinct) {
                let field = || key.field.clone();
                let index = format.position(&key.field);
                let index = index.ok_or_else(|| InsightsError::MissingField { field: field() })?;
                let field = self.field(index);
                if let Some(width) = key.bin() {
                    bin = stats::bin(&field, width);
                }
                keys.push(column(key, format, index));
            }
        }
        let mut unique: Vec<String> = Vec::new();
        keys.retain(|key| {
            let new = !unique.contains(key);
            unique.extend(new.then(|| key.clone()));
            new
        });
        if rows == Rows::Chosen
            && let Some(number) = stats::inexact(aggregate)
        {
            return Err(InsightsError::Inexact { number });
        }
        Ok(bin + &stats::stats(&columns, &keys, aggregate, rows, MOST_ROWS))
    }
}

/// Renders the regular expression of a line.
fn line(values: impl Iterator<Item = String>) -> String {
    format!("/^\\s*{}\\s*$/", values.collect::<Vec<_>>().join(" +"))
}

/// Renders the regular expression of the value at a position.
fn shape(format: &Format, index: usize) -> String {
    let kind = format.typed().iter().find(|(place, _)| *place == index);
    match kind.map(|(_, kind)| kind) {
        Some(Kind::Integer | Kind::Seconds) => "(?:-|0|[1-9]\\d{0,18})".to_owned(),
        Some(Kind::Address) => "(?:-|[0-9A-Fa-f.:]+)".to_owned(),
        Some(Kind::Text) | None => "\\S+".to_owned(),
    }
}

/// Renders the proper prefixes of known values, which show that a value was cut.
fn prefixes(known: &[&str]) -> Vec<String> {
    let cut = known
        .iter()
        .flat_map(|value| (1..value.len()).filter_map(|end| value.get(..end)));
    let cut: BTreeSet<_> = cut.filter(|value| !known.contains(value)).collect();
    cut.into_iter().map(quoted).collect()
}

#[cfg(test)]
mod tests;
