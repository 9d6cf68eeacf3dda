//! The partitions that a time window needs, as conditions. Each record is checked as well, so too many partitions cost only
//! time and money.
//!
//! The folder of an object has the time in its name. `record::object::key` says which times objects of a time window have.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{DateTime, DateTimeRound};
use jiff::tz::TimeZone;

use super::quoting::{name, text};
use super::source::{Holds, Partition, Source, SqlError};
use crate::record::object::key;

/// The most days that are listed. A longer window is asked for by its years.
const MOST_DAYS: i32 = 400;
/// The most hours that are listed.
const MOST_HOURS: i64 = 72;

/// The letters of a date format, and what they stand for, from the greatest unit to the smallest.
const UNITS: [(&str, &str); 4] = [("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H")];

/// Renders the conditions on the partitions of a table.
///
/// # Errors
/// A value is missing, or given for a column that is not one of partitions.
pub(super) fn conditions(
    source: &Source,
    window: (i64, i64),
    given: &BTreeMap<String, String>,
) -> Result<Vec<String>, SqlError> {
    let find = |column: &str| source.partitions.iter().find(|known| known.name == column);
    if let Some(column) = given.keys().find(|column| find(column).is_none()) {
        return Err(SqlError::NoPartition {
            column: column.clone(),
            partitions: source
                .partitions
                .iter()
                .map(|known| known.name.clone())
                .collect(),
        });
    }
    let mut conditions = Vec::new();
    for (column, value) in given {
        if let Some(partition) = find(column) {
            conditions.push(format!("{} = {}", name(column), partition.literal(value)?));
        }
    }
    let (begin, end) = covered(window);
    let by_parts = hive(source, begin, end);
    for partition in &source.partitions {
        if given.contains_key(&partition.name) {
            continue;
        }
        if partition.injected {
            let column = partition.name.clone();
            return Err(SqlError::Injected { column });
        }
        let is_part = by_parts.is_some() && PARTS.contains(&partition.name.as_str());
        if !is_part && let Some(format) = &partition.date_format {
            conditions.extend(range(partition, format, begin, end));
        }
    }
    conditions.extend(by_parts);
    Ok(conditions)
}

/// Returns the first and the last time of the partitions that a window needs.
fn covered(window: (i64, i64)) -> (DateTime, DateTime) {
    let names = key::times_in_names(&(window.0..window.1));
    (moment(names.start), moment(names.end))
}

fn moment(milliseconds: i64) -> DateTime {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).datetime()
}

impl Partition {
    fn literal(&self, value: &str) -> Result<String, SqlError> {
        match &self.holds {
            Holds::Text => Ok(text(value)),
            Holds::Numbers if value.parse::<i64>().is_ok() => Ok(value.to_owned()),
            other => Err(SqlError::WrongType {
                column: self.name.clone(),
                expected: "string",
                found: other.noun(),
            }),
        }
    }
}

/// Returns the format of a column whose texts are times, and are ordered like them, with the directives of `strftime`.
fn directives(partition: &Partition, format: &str) -> Option<String> {
    if partition.holds != Holds::Text {
        return None;
    }
    let mut directives = format.to_owned();
    let mut last = None;
    for (letters, directive) in UNITS {
        let found = format.find(letters);
        let is_next = last.is_none_or(|last: Option<usize>| found.is_none() || last < found);
        if !is_next || found.is_some() && last == Some(None) {
            return None;
        }
        last = Some(found);
        directives = directives.replacen(letters, directive, 1);
    }
    let rest = UNITS.iter().fold(format.to_owned(), |rest, (letters, _)| {
        rest.replacen(letters, "", 1)
    });
    let is_ordered = format.starts_with("yyyy") && rest.chars().all(|c| "/-_".contains(c));
    is_ordered.then_some(directives)
}

/// Renders the range of a column whose texts are times.
fn range(partition: &Partition, format: &str, begin: DateTime, end: DateTime) -> Option<String> {
    let directives = directives(partition, format)?;
    let column = name(&partition.name);
    let (low, high) = (
        begin.strftime(&directives).to_string(),
        end.strftime(&directives).to_string(),
    );
    Some(format!(
        "{column} BETWEEN {} AND {}",
        text(&low),
        text(&high)
    ))
}

/// The columns of Hive-compatible folders.
const PARTS: [&str; 4] = ["year", "month", "day", "hour"];

/// Renders the days of a window for columns of years, months, days and hours; none if the table lacks them.
fn hive(source: &Source, begin: DateTime, end: DateTime) -> Option<String> {
    let find = |column| source.partitions.iter().find(|known| known.name == column);
    let (year, month, day) = (find("year")?, find("month")?, find("day")?);
    let days = begin.date().until(end.date()).ok()?.get_days();
    if days > MOST_DAYS {
        let years = begin.year()..=end.year();
        return Some(one_of(
            year,
            &years.map(|year| format!("{year:04}")).collect::<Vec<_>>(),
        ));
    }
    let mut months: BTreeMap<(i16, i8), Vec<String>> = BTreeMap::new();
    let hours = begin.until((jiff::Unit::Hour, end)).ok()?.get_hours();
    let hour = find("hour").filter(|_| i64::from(hours) <= MOST_HOURS);
    let mut conditions = Vec::new();
    for date in begin
        .date()
        .series(jiff::Span::new().days(1))
        .take_while(|date| *date <= end.date())
    {
        let Some(hour) = hour else {
            let days = months.entry((date.year(), date.month())).or_default();
            days.push(format!("{:02}", date.day()));
            continue;
        };
        let first = if date == begin.date() {
            begin.hour()
        } else {
            0
        };
        let last = if date == end.date() { end.hour() } else { 23 };
        let hours: Vec<_> = (first..=last).map(|hour| format!("{hour:02}")).collect();
        conditions.push(format!(
            "({} AND {} AND {} AND {})",
            one_of(year, &[format!("{:04}", date.year())]),
            one_of(month, &[format!("{:02}", date.month())]),
            one_of(day, &[format!("{:02}", date.day())]),
            one_of(hour, &hours)
        ));
    }
    for ((in_year, in_month), days) in months {
        conditions.push(format!(
            "({} AND {} AND {})",
            one_of(year, &[format!("{in_year:04}")]),
            one_of(month, &[format!("{in_month:02}")]),
            one_of(day, &days)
        ));
    }
    super::quoting::joined(&conditions, " OR ")
}

/// Renders that a column has one of the values, which are numbers with leading zeros.
fn one_of(partition: &Partition, values: &[String]) -> String {
    let column = name(&partition.name);
    let literal = |value: &String| match partition.holds {
        Holds::Numbers => value
            .trim_start_matches('0')
            .parse()
            .unwrap_or(0_i64)
            .to_string(),
        _ => text(value),
    };
    let values: Vec<_> = values.iter().map(literal).collect();
    match values.as_slice() {
        [only] => format!("{column} = {only}"),
        several => format!("{column} IN ({})", several.join(", ")),
    }
}

/// What the name of a partition says of a time.
pub(super) struct Times<'a> {
    source: &'a Source,
    begin: DateTime,
    end: DateTime,
    /// Which of [`PARTS`] are asked for.
    parts: usize,
}

impl<'a> Times<'a> {
    pub(super) fn of(source: &'a Source, window: (i64, i64)) -> Self {
        let (begin, end) = covered(window);
        let has = |column: &&&str| source.partitions.iter().any(|known| known.name == **column);
        let days = begin.date().until(end.date()).map(|span| span.get_days());
        let hours = begin.until((jiff::Unit::Hour, end));
        let hours = hours.map(|span| i64::from(span.get_hours()));
        // The conditions do not ask for the smaller parts of a long window.
        let most = match (days, hours) {
            (Ok(..=MOST_DAYS), Ok(..=MOST_HOURS)) => 4,
            (Ok(..=MOST_DAYS), _) => 3,
            _ => 1,
        };
        let found = PARTS.iter().take_while(has).count();
        let parts = if found < 3 { 0 } else { found.min(most) };
        Self {
            source,
            begin,
            end,
            parts,
        }
    }

    /// Returns a time of each hour of the window.
    pub(super) fn hours(&self) -> impl Iterator<Item = DateTime> + use<'a> {
        let end = self.end;
        let first = self.begin.round(
            DateTimeRound::new()
                .smallest(jiff::Unit::Hour)
                .mode(jiff::RoundMode::Trunc),
        );
        let first = first.unwrap_or(self.begin);
        first
            .series(jiff::Span::new().hours(1))
            .take_while(move |time| *time <= end)
    }

    /// Returns the value of a column at a time; none if the conditions leave it open.
    pub(super) fn value(&self, column: &str, time: DateTime) -> Option<String> {
        let partition = self
            .source
            .partitions
            .iter()
            .find(|known| known.name == column)?;
        if let Some(part) = PARTS.iter().position(|part| *part == column)
            && self.parts > 0
        {
            let directive = UNITS.get(part).filter(|_| part < self.parts)?.1;
            return Some(time.strftime(directive).to_string());
        }
        let directives = directives(partition, partition.date_format.as_deref()?)?;
        Some(time.strftime(&directives).to_string())
    }
}
