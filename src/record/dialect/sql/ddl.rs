//! The statement that creates a table over the objects of flow logs.
//!
//! The partitions are not registered but projected: Athena computes where the objects of an account, a region and a day
//! are. The columns of the partitions have names that no record field has.
//!
//! See <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-athena.html> and
//! <https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html>.

use std::collections::BTreeSet;

use super::columns::{column_name, column_type};
use super::quoting::{hive_name, hive_text};
use crate::record::format::Format;

/// The column of the account whose folder holds an object.
pub const ACCOUNT: &str = "aws_account_id";
/// The column of the region whose folder holds an object.
pub const REGION: &str = "aws_region";

/// A table over the objects of flow logs of one format.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// The name, in parts: a table, or a database and a table.
    pub name: Vec<&'a str>,
    /// The record format of the flow logs.
    pub format: &'a Format,
    /// The bucket.
    pub bucket: &'a str,
    /// The folder that contains `AWSLogs`, without slashes at its ends; empty if there is none.
    pub folder: &'a str,
    /// What the objects hold.
    pub files: Files,
    /// How the folders are named.
    pub layout: Layout,
    /// The accounts of the flow logs; none if each query names one.
    pub accounts: Option<Vec<String>>,
    /// The regions of the flow logs; none if each query names one.
    pub regions: Option<Vec<String>>,
    /// The year, month and day of the first records.
    pub first_day: (i16, i8, i8),
}

/// What the objects of a flow log hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Lines of text.
    Text,
    /// Parquet.
    Parquet,
}

/// How the folders of a flow log are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Whether the names contain what they are (`year=2026`).
    pub hive: bool,
    /// Whether each hour has a folder of its own.
    pub hourly: bool,
}

/// Why a table cannot be created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A field has the same column as another one, or as a partition.
    #[error(
        "the column `{column}` of the field {field} would stand in the table twice; leave the field out of the table's \
         format only if the flow log does not record it"
    )]
    Twice {
        /// AWS's name of the field.
        field: String,
        /// The name of the column.
        column: String,
    },
}

/// A column whose values Athena computes.
struct Partition {
    name: &'static str,
    /// The properties of the projection, without the prefix.
    properties: Vec<(&'static str, String)>,
}

/// Renders the statement that creates a table.
///
/// # Errors
/// Two columns would have the same name.
pub fn create_table(table: &Table<'_>) -> Result<String, TableError> {
    let partitions = table.partitions();
    let mut names: BTreeSet<String> = partitions.iter().map(|p| p.name.to_owned()).collect();
    let mut columns = Vec::new();
    for field in table.format.names() {
        let column = column_name(field);
        let ty = column_type(field, table.files == Files::Parquet);
        columns.push(format!("  {} {ty}", hive_name(&column)));
        if !names.insert(column.clone()) {
            let field = field.clone();
            return Err(TableError::Twice { field, column });
        }
    }
    let name: Vec<_> = table.name.iter().map(|part| hive_name(part)).collect();
    let keys = partitions.iter().map(|partition| partition.name);
    let keys: Vec<_> = keys
        .map(|name| format!("  {} string", hive_name(name)))
        .collect();
    let properties = table.properties(&partitions);
    let properties: Vec<_> = properties
        .iter()
        .map(|(name, value)| format!("  {} = {}", hive_text(name), hive_text(value)))
        .collect();
    Ok(format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS {} (\n{}\n)\nPARTITIONED BY (\n{}\n)\n{}\nLOCATION {}\nTBLPROPERTIES (\n{}\n)",
        name.join("."),
        columns.join(",\n"),
        keys.join(",\n"),
        table.files.clause(),
        hive_text(&table.root()),
        properties.join(",\n")
    ))
}

impl Files {
    /// Returns the clause for what the objects hold.
    fn clause(self) -> &'static str {
        match self {
            Self::Text => "ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '",
            Self::Parquet => "STORED AS PARQUET",
        }
    }
}

impl Table<'_> {
    /// Returns the folder that contains the folders of the accounts.
    fn root(&self) -> String {
        match self.folder {
            "" => format!("s3://{}/AWSLogs/", self.bucket),
            folder => format!("s3://{}/{folder}/AWSLogs/", self.bucket),
        }
    }

    /// Returns where the objects of a partition are.
    fn template(&self) -> String {
        let (account, region) = (variable(ACCOUNT), variable(REGION));
        let mut template = self.root();
        if self.layout.hive {
            template.push_str(&format!(
                "aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/"
            ));
        } else {
            template.push_str(&format!("{account}/vpcflowlogs/{region}/"));
        }
        for Partition { name, .. } in self.times() {
            if self.layout.hive {
                template.push_str(&format!("{name}="));
            }
            template.push_str(&format!("{}/", variable(name)));
        }
        template
    }

    fn partitions(&self) -> Vec<Partition> {
        let mut partitions = vec![
            one_of(ACCOUNT, self.accounts.as_deref()),
            one_of(REGION, self.regions.as_deref()),
        ];
        partitions.extend(self.times());
        partitions
    }

    /// Returns the columns of the time. Plain names have one, so that a query can ask for a range of it.
    fn times(&self) -> Vec<Partition> {
        let (year, month, day) = self.first_day;
        if self.layout.hive {
            let mut times = vec![
                dates("year", "yyyy", "YEARS", &format!("{year:04}")),
                numbers("month", "1,12"),
                numbers("day", "1,31"),
            ];
            if self.layout.hourly {
                times.push(numbers("hour", "0,23"));
            }
            return times;
        }
        let first = format!("{year:04}/{month:02}/{day:02}");
        vec![if self.layout.hourly {
            dates("hour", "yyyy/MM/dd/HH", "HOURS", &format!("{first}/00"))
        } else {
            dates("day", "yyyy/MM/dd", "DAYS", &first)
        }]
    }

    fn properties(&self, partitions: &[Partition]) -> Vec<(String, String)> {
        let mut properties = Vec::new();
        let mut add = |name: String, value: &str| properties.push((name, value.to_owned()));
        if self.files == Files::Text {
            add("skip.header.line.count".to_owned(), "1");
        }
        add("projection.enabled".to_owned(), "true");
        for partition in partitions {
            for (name, value) in &partition.properties {
                add(format!("projection.{}.{name}", partition.name), value);
            }
        }
        add("storage.location.template".to_owned(), &self.template());
        properties
    }
}

fn variable(name: &str) -> String {
    format!("${{{name}}}")
}

/// Creates a partition with known values, or one whose value each query names.
fn one_of(name: &'static str, values: Option<&[String]>) -> Partition {
    let properties = match values {
        Some(values) => vec![("type", "enum".to_owned()), ("values", values.join(","))],
        None => vec![("type", "injected".to_owned())],
    };
    Partition { name, properties }
}

/// Creates a partition for each unit of time until now.
fn dates(name: &'static str, format: &str, unit: &str, first: &str) -> Partition {
    let properties = vec![
        ("type", "date".to_owned()),
        ("format", format.to_owned()),
        ("range", format!("{first},NOW")),
        ("interval", "1".to_owned()),
        ("interval.unit", unit.to_owned()),
    ];
    Partition { name, properties }
}

/// Creates a partition for each number of two digits.
fn numbers(name: &'static str, range: &str) -> Partition {
    let properties = vec![
        ("type", "integer".to_owned()),
        ("range", range.to_owned()),
        ("digits", "2".to_owned()),
    ];
    Partition { name, properties }
}

#[cfg(test)]
mod tests;
