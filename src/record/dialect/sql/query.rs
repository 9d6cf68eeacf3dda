//! An aggregate as a query.

use std::collections::BTreeMap;

use super::quoting::name;
use super::source::{Source, SqlError};
use super::{condition, partition};
use crate::record::aggregate::{
    Aggregate, Derived, Having, Key, Measure, Order, OrderBy, Quantity,
};
use crate::record::field::Kind;
use crate::record::quals::Bound;

/// The most bytes of a query.
const LONGEST: usize = 262_144;

/// The greatest number of rows that a query asks for.
const MOST_LIMIT: usize = 1_000_000;

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

/// A query, and what its rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The statement.
    pub text: String,
    /// What the rows are.
    pub rows: Rows,
}

/// What the rows of a query are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// The groups of the aggregate that the answer can hold: one more than the limit shows whether there are more. Each row
    /// holds the measures of all groups together, too.
    Chosen,
    /// All groups of the aggregate.
    Whole,
    /// All groups by the fields themselves, which are finer.
    Finer,
}

impl Rows {
    fn of(aggregate: &Aggregate) -> Self {
        let is_value = |key: &Key| key.derived == Derived::Value;
        let mut keys = aggregate.keys.iter();
        let whole = keys.all(|key| is_value(key) || key.bin().is_some())
            && aggregate.distinct.iter().all(is_value);
        match whole {
            false => Self::Finer,
            true if aggregate.top.is_some() || aggregate.filled_bins().is_some() => Self::Whole,
            true => Self::Chosen,
        }
    }
}

/// Returns the column of a measure.
#[must_use]
pub fn measure_column(measure: Measure) -> &'static str {
    measure.name()
}

/// Returns the column of a key, by its number. Values that are counted once follow the keys if groups are finer.
#[must_use]
pub fn key_column(number: usize) -> String {
    format!("key_{number}")
}

/// Returns the column of the number of values that are counted once, by its index.
#[must_use]
pub fn distinct_column(index: usize) -> String {
    format!("distinct_{index}")
}

/// Returns the column of a sum, by its index.
#[must_use]
pub fn sum_column(index: usize) -> String {
    format!("sum_{index}")
}

/// The columns of a query.
#[derive(Default)]
struct Selected {
    keys: usize,
    /// Each with its expression.
    columns: Vec<(String, String)>,
    /// The numbers of all groups together.
    all: Vec<String>,
}

/// Renders an aggregate. Each row is a group, with its keys and its measures.
///
/// # Errors
/// Athena cannot express the quals over the columns of the table.
pub fn compile(
    bound: &Bound,
    source: &Source,
    aggregate: &Aggregate,
    scope: &Scope,
) -> Result<Query, SqlError> {
    let rows = Rows::of(aggregate);
    let selected = Selected::of(source, aggregate, rows)?;
    let columns = selected.columns.iter();
    let columns: Vec<_> = columns
        .map(|(name, expression)| format!("{expression} AS {name}"))
        .collect();
    let by = match selected.keys {
        0 => String::new(),
        keys => {
            let numbers: Vec<_> = (1..=keys).map(|number| number.to_string()).collect();
            format!("\nGROUP BY {}", numbers.join(", "))
        }
    };
    let counted = format!(
        "SELECT {}\nFROM {}\nWHERE {}{by}",
        columns.join(", "),
        source.quoted(),
        conditions(bound, source, scope)?.join("\n  AND "),
    );
    let text = match rows {
        Rows::Whole | Rows::Finer => counted,
        Rows::Chosen => format!(
            "WITH counted AS (\n{counted}\n)\nSELECT counted.*, {}\nFROM counted\nORDER BY {}\nLIMIT {}",
            selected.all.join(", "),
            order(aggregate, &selected).join(", "),
            aggregate.limit.saturating_add(1).min(MOST_LIMIT)
        ),
    };
    Ok(Query {
        text: checked(text)?,
        rows,
    })
}

impl Selected {
    fn of(source: &Source, aggregate: &Aggregate, rows: Rows) -> Result<Self, SqlError> {
        let mut selected = Self::default();
        let finer: &[Key] = match rows {
            Rows::Finer => &aggregate.distinct,
            Rows::Chosen | Rows::Whole => &[],
        };
        for key in aggregate.keys.iter().chain(finer) {
            let name = key_column(selected.keys);
            selected.columns.push((name, self::key(key, source)?));
            selected.keys += 1;
        }
        for measure in Measure::ALL {
            if let Some(expression) = self::measure(measure, source)? {
                let function = match measure {
                    Measure::FirstSeen => "min",
                    Measure::LastSeen => "max",
                    _ => "sum",
                };
                selected.number(measure_column(measure).to_owned(), expression, function);
            }
        }
        for (index, key) in aggregate.sums.iter().enumerate() {
            if let Some(column) = source.column(&key.field) {
                let expression = format!("COALESCE(sum({}), 0)", column.number()?);
                selected.number(sum_column(index), expression, "sum");
            }
        }
        if rows != Rows::Finer {
            for (index, key) in aggregate.distinct.iter().enumerate() {
                let expression = format!("count(DISTINCT {})", self::key(key, source)?);
                selected.columns.push((distinct_column(index), expression));
            }
        }
        selected
            .all
            .push(format!("count(*) OVER () AS {TOTAL}groups"));
        Ok(selected)
    }

    fn number(&mut self, name: String, expression: String, function: &str) {
        self.all
            .push(format!("{function}({name}) OVER () AS {TOTAL}{name}"));
        self.columns.push((name, expression));
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|(known, _)| known == name)
    }
}

/// Renders the order: groups that meet `having` first, then by the order of the aggregate, then by key.
fn order(aggregate: &Aggregate, selected: &Selected) -> Vec<String> {
    let mut order = Vec::new();
    let having: Vec<_> = aggregate
        .having
        .iter()
        .map(|having| match quantity_column(having.quantity) {
            name if selected.has(&name) => meets(having, &name),
            _ => "FALSE".to_owned(),
        })
        .collect();
    if !having.is_empty() {
        order.push(format!("IF({}, 0, 1)", having.join(" AND ")));
    }
    let Order { by, ascending } = aggregate.order;
    let keys = |ascending: bool| {
        let direction = if ascending {
            "ASC NULLS FIRST"
        } else {
            "DESC NULLS LAST"
        };
        (0..selected.keys).map(move |number| format!("{} {direction}", key_column(number)))
    };
    match by {
        OrderBy::Key => order.extend(keys(ascending)),
        OrderBy::Quantity(quantity) => {
            let name = quantity_column(quantity);
            if selected.has(&name) {
                order.push(format!("{name} {}", if ascending { "ASC" } else { "DESC" }));
            }
            order.extend(keys(true));
        }
    }
    if order.is_empty() {
        order.push("1".to_owned());
    }
    order
}

fn quantity_column(quantity: Quantity) -> String {
    match quantity {
        Quantity::Measure(measure) => measure_column(measure).to_owned(),
        Quantity::Distinct(index) => distinct_column(index),
        Quantity::Sum(index) => sum_column(index),
    }
}

/// Renders a condition on a number of a group.
fn meets(having: &Having, name: &str) -> String {
    let ranges = having.bounds();
    let ranges: Vec<_> = ranges
        .map(|(low, high)| match (low, high) {
            // The smallest number has no literal.
            (i64::MIN, high) => format!("{name} <= {high}"),
            (low, high) => format!("{name} BETWEEN {low} AND {high}"),
        })
        .collect();
    format!("({})", ranges.join(" OR "))
}

/// Renders the value of a key; null if there is none.
fn key(key: &Key, source: &Source) -> Result<String, SqlError> {
    let position = source.format.position(&key.field);
    if position.is_some_and(|position| source.format.is_encoded(position)) {
        let field = key.field.clone();
        return Err(SqlError::Encoded { field });
    }
    let column = column(source, &key.field)?;
    match (key.derived, key.kind) {
        (Derived::Bin(width), _) => {
            let time = column.seconds()?;
            Ok(format!("{time} - {time} % {width}"))
        }
        (_, Some(Kind::Integer | Kind::Seconds)) => column.number(),
        _ => column.key(),
    }
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
    let partitions = if partitions.is_empty() {
        String::new()
    } else {
        format!("\nWHERE {}", partitions.join("\n  AND "))
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
