//! A query: its commands, one after the other.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use regex_lite::Regex;

use super::Row;
use super::expression::{Expression, Value};

/// A query, parsed.
#[derive(Debug)]
pub(super) struct Query(Vec<Command>);

#[derive(Debug)]
enum Command {
    Filter(Expression),
    /// An expression, and the name of the field that holds what it comes to.
    Fields(Expression, String),
    /// The field, the expression, and the names that it captures.
    Parse(String, Regex, Vec<String>),
    Stats(Vec<Column>, Vec<String>),
    /// Fields, and whether the greatest come first.
    Sort(Vec<(String, bool)>),
    Limit(usize),
}

#[derive(Debug)]
struct Column {
    function: String,
    /// None counts rows.
    of: Option<Expression>,
    name: String,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let commands = lines.collect::<Vec<_>>().join("\n");
        commands
            .split("\n| ")
            .map(Command::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Gives the rows that the commands before the first `stats` let through.
    pub(super) fn select(&self, rows: impl Iterator<Item = Row>) -> Vec<Row> {
        let commands = self.0.iter().take_while(|command| !command.counts());
        commands.fold(rows.collect(), |rows, command| command.run(rows))
    }

    /// Gives the results of the other commands.
    pub(super) fn count(&self, selected: Vec<Row>) -> Result<Vec<Row>, String> {
        let first = self.0.iter().position(Command::counts);
        let first = first.ok_or("a query without stats")?;
        let commands = self.0[first..].iter();
        Ok(commands.fold(selected, |rows, command| command.run(rows)))
    }
}

impl Command {
    fn parse(text: &str) -> Result<Self, String> {
        let (command, rest) = text
            .split_once(' ')
            .ok_or_else(|| format!("unknown command {text}"))?;
        match command {
            "filter" => Expression::parse(rest).map(Self::Filter),
            "fields" => {
                let (of, name) = rest.rsplit_once(" as ").ok_or("fields without a name")?;
                Ok(Self::Fields(Expression::parse(of)?, name.to_owned()))
            }
            "parse" => Self::parse_fields(rest),
            "stats" => Self::parse_stats(rest),
            "sort" => rest
                .split(", ")
                .map(sort_key)
                .collect::<Result<_, _>>()
                .map(Self::Sort),
            "limit" => rest
                .parse()
                .map(Self::Limit)
                .map_err(|_| format!("limit {rest}")),
            _ => Err(format!("unknown command {command}")),
        }
    }

    fn parse_fields(text: &str) -> Result<Self, String> {
        let (field, pattern) = text
            .split_once(" /")
            .ok_or("parse takes a field and a pattern")?;
        let pattern = pattern.strip_suffix('/').ok_or("a pattern ends with /")?;
        let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
        let names: Vec<_> = regex.capture_names().flatten().map(str::to_owned).collect();
        if names.is_empty() {
            Err("parse captures nothing".to_owned())
        } else {
            Ok(Self::Parse(field.to_owned(), regex, names))
        }
    }

    fn parse_stats(text: &str) -> Result<Self, String> {
        let (columns, keys) = match text.rsplit_once(" by ") {
            Some((columns, keys)) => (columns, keys.split(", ").map(str::to_owned).collect()),
            None => (text, Vec::new()),
        };
        let mut parsed = Vec::new();
        let mut rest = columns;
        while !rest.is_empty() {
            let (of, after) = rest
                .split_once(") as ")
                .ok_or_else(|| format!("no column: {rest}"))?;
            let (function, of) = of
                .split_once('(')
                .ok_or_else(|| format!("no function: {of}"))?;
            let (name, after) = after.split_once(", ").unwrap_or((after, ""));
            parsed.push(Column {
                function: function.to_owned(),
                of: if of == "*" {
                    None
                } else {
                    Some(Expression::parse(of)?)
                },
                name: name.to_owned(),
            });
            rest = after;
        }
        Ok(Self::Stats(parsed, keys))
    }

    fn counts(&self) -> bool {
        matches!(self, Self::Stats(..))
    }

    fn run(&self, mut rows: Vec<Row>) -> Vec<Row> {
        match self {
            Self::Filter(condition) => rows.retain(|row| condition.value(row) == Value::Bool(true)),
            Self::Fields(of, name) => {
                for row in &mut rows {
                    let text = of.value(row).text();
                    row.extend(text.map(|text| (name.clone(), text)));
                }
            }
            Self::Parse(field, regex, names) => {
                for row in &mut rows {
                    let text = row.get(field).cloned().unwrap_or_default();
                    if let Some(found) = regex.captures(&text) {
                        row.extend(
                            names
                                .iter()
                                .map(|name| (name.clone(), found[name.as_str()].to_owned())),
                        );
                    }
                }
            }
            Self::Stats(columns, keys) => rows = stats(&rows, columns, keys),
            Self::Sort(keys) => rows.sort_by(|one, other| order(one, other, keys)),
            Self::Limit(most) => rows.truncate(*most),
        }
        rows
    }
}

fn sort_key(text: &str) -> Result<(String, bool), String> {
    match text.split_once(' ') {
        Some((field, "desc")) => Ok((field.to_owned(), true)),
        Some((field, "asc")) => Ok((field.to_owned(), false)),
        _ => Err(format!("sort by {text}")),
    }
}

fn order(one: &Row, other: &Row, keys: &[(String, bool)]) -> Ordering {
    let mut order = Ordering::Equal;
    for (field, descending) in keys {
        let number = |row: &Row| row.get(field).and_then(|text| text.parse::<f64>().ok());
        let next = match (number(one), number(other)) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            _ => one.get(field).cmp(&other.get(field)),
        };
        order = order.then(if *descending { next.reverse() } else { next });
    }
    order
}

fn stats(rows: &[Row], columns: &[Column], keys: &[String]) -> Vec<Row> {
    let mut groups: BTreeMap<Vec<Option<&String>>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let key = keys.iter().map(|key| row.get(key)).collect();
        groups.entry(key).or_default().push(row);
    }
    let result = |(key, rows): (Vec<Option<&String>>, Vec<&Row>)| {
        let named = keys.iter().zip(key);
        let mut result: Row = named
            .filter_map(|(name, value)| Some((name.clone(), value?.clone())))
            .collect();
        result.extend(
            columns
                .iter()
                .filter_map(|column| Some((column.name.clone(), column.of(&rows)?))),
        );
        result
    };
    groups.into_iter().map(result).collect()
}

impl Column {
    fn of(&self, rows: &[&Row]) -> Option<String> {
        let Some(of) = &self.of else {
            return Some(rows.len().to_string());
        };
        let numbers = rows.iter().filter_map(|row| of.value(row).number());
        let number = match self.function.as_str() {
            "sum" => Some(numbers.sum()),
            "min" => numbers.reduce(f64::min),
            "max" => numbers.reduce(f64::max),
            other => panic!("the fake knows no function {other}"),
        };
        number.map(|number: f64| number.to_string())
    }
}
