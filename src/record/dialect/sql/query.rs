//! An aggregate as a query.

use std::collections::BTreeMap;

use super::quoting::name;
use super::source::{Source, SqlError};
use super::{condition, partition};
use crate::record::aggregate::{Aggregate, Measure};
use crate::record::quals::Bound;

/// The most bytes of a query.
const LONGEST: usize = 262_144;

/// The prefix of the columns that hold the measures of all groups together.
pub const TOTAL: &str = "all_";
/// The columns of [`left_out`]: rows without a time, which are no records, and records that report skipped ones.
pub const LEFT_OUT: [&str; 2] = ["unread", "skipped"];

/// The records that a query covers.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The first millisecond, and the one after the last.
    pub window: (i64, i64),
    /// The values of partitions that the user names.
    pub partitions: BTreeMap<String, String>,
}

/// Returns the column of a measure.
#[must_use]
pub fn measure_column(measure: Measure) -> &'static str {
    match measure {
        Measure::Flows => "flows",
        Measure::Packets => "packets",
        Measure::Bytes => "bytes",
        Measure::Accepted => "accepted",
        Measure::Rejected => "rejected",
        Measure::FirstSeen => "first_seen",
        Measure::LastSeen => "last_seen",
    }
}

/// Returns the column of a key, by its number.
#[must_use]
pub fn key_column(number: usize) -> String {
    format!("key_{number}")
}

/// Renders an aggregate. Each row is a group, with its keys, its measures, and the measures of all groups together, whose
/// number is `all_groups`.
///
/// # Errors
/// Athena cannot express the quals over the columns of the table.
pub fn compile(
    bound: &Bound,
    source: &Source,
    aggregate: &Aggregate,
    scope: &Scope,
) -> Result<String, SqlError> {
    let mut selected = Vec::new();
    let mut order = Vec::new();
    for (number, key) in aggregate.keys.iter().enumerate() {
        let position = source.format.position(&key.field);
        if position.is_some_and(|position| source.format.is_encoded(position)) {
            let field = key.field.clone();
            return Err(SqlError::Encoded { field });
        }
        let column = column(source, &key.field)?;
        let alias = key_column(number);
        selected.push(format!("{} AS {alias}", column.key()?));
        order.push(format!("{alias} ASC NULLS FIRST"));
    }
    let mut measures = Vec::new();
    for measure in Measure::ALL {
        if let Some(expression) = self::measure(measure, source)? {
            let alias = measure_column(measure);
            selected.push(format!("{expression} AS {alias}"));
            measures.push((measure, alias));
        }
    }
    let all = measures.iter().map(|(measure, column)| {
        let function = match measure {
            Measure::FirstSeen => "min",
            Measure::LastSeen => "max",
            _ => "sum",
        };
        format!("{function}({column}) OVER () AS {TOTAL}{column}")
    });
    let mut all: Vec<_> = all.collect();
    all.push(format!("count(*) OVER () AS {TOTAL}groups"));
    let by = match aggregate.keys.len() {
        0 => String::new(),
        keys => {
            let numbers: Vec<_> = (1..=keys).map(|number| number.to_string()).collect();
            format!("\n  GROUP BY {}", numbers.join(", "))
        }
    };
    if measures
        .iter()
        .any(|(measure, _)| *measure == aggregate.order_by)
    {
        order.insert(
            0,
            format!("{} DESC NULLS LAST", measure_column(aggregate.order_by)),
        );
    }
    let order = match order.is_empty() {
        true => String::new(),
        false => format!("\nORDER BY {}", order.join(", ")),
    };
    let text = format!(
        "WITH counted AS (\n  SELECT {}\n  FROM {}\n  WHERE {}{by}\n)\nSELECT counted.*, {}\nFROM counted{order}\nLIMIT {}",
        selected.join(", "),
        source.quoted(),
        conditions(bound, source, scope)?.join("\n    AND "),
        all.join(", "),
        aggregate.limit.max(1)
    );
    checked(text)
}

/// Renders a query that counts what no query of records shows, in the same partitions.
///
/// # Errors
/// The table has no time, or its partitions need values.
pub fn left_out(source: &Source, scope: &Scope) -> Result<String, SqlError> {
    let time = time(source)?;
    let (low, high) = seconds(scope.window);
    let status = match source.column("log-status") {
        Some(status) => format!("{} IN ('SKIPDATA', 'INCOMPLETEDATA')", status.text()?),
        None => "FALSE".to_owned(),
    };
    let [unread, skipped] = LEFT_OUT;
    let partitions = partition::conditions(source, scope.window, &scope.partitions)?;
    let partitions = match partitions.is_empty() {
        true => String::new(),
        false => format!("\nWHERE {}", partitions.join("\n  AND ")),
    };
    let text = format!(
        "SELECT count_if({time} IS NULL) AS {unread}, count_if({time} >= {low} AND {time} < {high} AND {status}) AS \
         {skipped}\nFROM {}{partitions}",
        source.quoted()
    );
    checked(text)
}

fn checked(text: String) -> Result<String, SqlError> {
    let (length, most) = (text.len(), LONGEST);
    if length > most {
        return Err(SqlError::TooLong { length, most });
    }
    Ok(text)
}

fn column<'a>(source: &'a Source, field: &str) -> Result<&'a super::source::Column, SqlError> {
    source.column(field).ok_or_else(|| SqlError::NoColumn {
        column: super::columns::column_name(field),
    })
}

/// Renders the conditions: the partitions, the time, and the quals.
fn conditions(bound: &Bound, source: &Source, scope: &Scope) -> Result<Vec<String>, SqlError> {
    let mut conditions = partition::conditions(source, scope.window, &scope.partitions)?;
    let time = time(source)?;
    let (low, high) = seconds(scope.window);
    conditions.push(format!("{time} >= {low}"));
    conditions.push(format!("{time} < {high}"));
    conditions.extend(condition::conditions(bound, source)?);
    Ok(conditions)
}

/// Renders the time of a record: its start, or else its end.
fn time(source: &Source) -> Result<String, SqlError> {
    let (start, end) = (source.column("start"), source.column("end"));
    match (start, end) {
        (Some(start), Some(end)) => Ok(format!(
            "COALESCE({}, {})",
            start.seconds()?,
            end.seconds()?
        )),
        (Some(only), None) | (None, Some(only)) => only.seconds(),
        (None, None) => Err(SqlError::NoTime),
    }
}

/// Returns the whole seconds of a window in milliseconds: the first, and the one after the last.
fn seconds((start, end): (i64, i64)) -> (i64, i64) {
    let up = |time: i64| time.div_euclid(1000) + i64::from(time.rem_euclid(1000) > 0);
    (up(start), up(end))
}

/// Renders a measure; none if the table lacks its column.
fn measure(measure: Measure, source: &Source) -> Result<Option<String>, SqlError> {
    let Some(field) = measure.field() else {
        return Ok(Some("count(*)".to_owned()));
    };
    let Some(column) = source.column(field) else {
        return Ok(None);
    };
    let action = |value: &str| Ok(format!("count_if({} = '{value}')", name(&column.name)));
    Ok(Some(match measure {
        Measure::Flows | Measure::Packets | Measure::Bytes => {
            format!("COALESCE(sum({}), 0)", column.number()?)
        }
        Measure::Accepted => column.text().and_then(|_| action("ACCEPT"))?,
        Measure::Rejected => column.text().and_then(|_| action("REJECT"))?,
        Measure::FirstSeen => format!("min({})", column.seconds()?),
        Measure::LastSeen => format!("max({})", column.seconds()?),
    }))
}

#[cfg(test)]
mod tests;
