//! A table that exists: what its columns and partitions hold.

use std::collections::BTreeMap;

use super::columns::column_name;
use crate::record::field::FIELDS;
use crate::record::format::{Format, MAX_FIELDS};
use crate::record::qual::QualPath;

/// A table that exists.
#[derive(Debug, Clone)]
pub struct Source {
    /// The catalog, the database and the table.
    name: Vec<String>,
    /// The fields of the columns.
    pub(super) format: Format,
    /// What the columns hold, in the order of the fields.
    pub(super) columns: Vec<Column>,
    pub(super) partitions: Vec<Partition>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) holds: Holds,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds {
    /// Whole numbers.
    Numbers,
    /// Text.
    Text,
    /// Values of another type.
    Other(String),
}

/// A column of partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) name: String,
    pub(super) holds: Holds,
    /// Whether each query must name its value.
    pub(super) injected: bool,
    /// The format of its times, in the letters of Java.
    pub(super) date_format: Option<String>,
}

/// Why a table cannot be queried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No column is a field of a record.
    #[error(
        "no column of the table is a field of a flow-log record; its columns are {}. The function `athena_table` returns \
         the statement for a table that fits",
        .columns.join(", ")
    )]
    NoFields {
        /// The columns.
        columns: Vec<String>,
    },
}

/// Why a query cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// A qual is on the id of an event, which objects do not have.
    #[error("`{qual}` asks for the ID of an event, which records in a bucket do not have")]
    EventId {
        /// The qual.
        qual: QualPath,
    },
    /// The values of a field are percent-encoded.
    #[error(
        "the values of {field} are percent-encoded in records, and the engine does not decode them"
    )]
    Encoded {
        /// AWS's name of the field.
        field: String,
    },
    /// A column has a type that its field cannot have.
    #[error(
        "the column `{column}` of the table has the type {found}, but the field needs {expected}"
    )]
    WrongType {
        /// The column.
        column: String,
        /// The types that fit.
        expected: &'static str,
        /// The type.
        found: String,
    },
    /// The table lacks a column.
    #[error("the table has no column `{column}`")]
    NoColumn {
        /// The column.
        column: String,
    },
    /// The table has no column from which to tell when a record was made.
    #[error(
        "the table has neither a column `start` nor a column `end`, so the time of a record is not known"
    )]
    NoTime,
    /// The query must name the value of a partition.
    #[error(
        "each query of the table must name a value of `{column}`, because its projection is `injected`; set `partitions` in \
         the block `athena`"
    )]
    Injected {
        /// The column.
        column: String,
    },
    /// A value is given for a column that is not one of partitions.
    #[error("the table has no partitions by `{column}`; they are by {}", .partitions.join(", "))]
    NoPartition {
        /// The column.
        column: String,
        /// The columns that there are.
        partitions: Vec<String>,
    },
    /// The query is too long.
    #[error("the query would have {length} bytes, and Athena accepts at most {most}")]
    TooLong {
        /// The length, in bytes.
        length: usize,
        /// The most.
        most: usize,
    },
}

impl Source {
    /// Creates a table from its columns, its partitions (names and types), and its properties.
    ///
    /// # Errors
    /// No column is a field of a record.
    pub fn new(
        name: &[&str],
        columns: &[(String, String)],
        partitions: &[(String, String)],
        properties: &BTreeMap<String, String>,
    ) -> Result<Self, SourceError> {
        let mut fields = Vec::new();
        let mut held = Vec::new();
        // A column of partitions is a field, too, if it has its name.
        for (column, ty) in columns.iter().chain(partitions) {
            let known = FIELDS
                .iter()
                .find(|field| column_name(field.name) == column.to_ascii_lowercase());
            let is_own = || columns.iter().any(|(own, _)| own == column);
            let field = match known {
                Some(field) => field.name.to_owned(),
                None if is_own() && is_name(column) => column.clone(),
                None => continue,
            };
            if !fields.contains(&field) && fields.len() < MAX_FIELDS {
                fields.push(field);
                held.push(Column {
                    name: column.clone(),
                    holds: Holds::of(ty),
                });
            }
        }
        let is_known = |field: &String| FIELDS.iter().any(|known| known.name == *field);
        if !fields.iter().any(is_known) {
            let columns = columns.iter().map(|(name, _)| name.clone()).collect();
            return Err(SourceError::NoFields { columns });
        }
        let partition = |(name, ty): &(String, String)| {
            let property = |of: &str| properties.get(&format!("projection.{name}.{of}"));
            let kind = property("type").map(|kind| kind.to_ascii_lowercase());
            let is_date = kind.as_deref() == Some("date");
            Partition {
                name: name.clone(),
                holds: Holds::of(ty),
                injected: kind.as_deref() == Some("injected"),
                date_format: property("format").filter(|_| is_date).cloned(),
            }
        };
        Ok(Self {
            name: name.iter().map(|part| (*part).to_owned()).collect(),
            format: Format::of(fields),
            columns: held,
            partitions: partitions.iter().map(partition).collect(),
        })
    }

    /// Returns the fields of the columns, as a format.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Returns the name for a query.
    pub(super) fn quoted(&self) -> String {
        let parts: Vec<_> = self
            .name
            .iter()
            .map(|part| super::quoting::name(part))
            .collect();
        parts.join(".")
    }

    /// Returns the column of a field.
    pub(super) fn column(&self, field: &str) -> Option<&Column> {
        self.columns.get(self.format.position(field)?)
    }
}

impl Holds {
    fn of(ty: &str) -> Self {
        let ty = ty.trim().to_ascii_lowercase();
        match ty.split('(').next().unwrap_or_default() {
            "tinyint" | "smallint" | "int" | "integer" | "bigint" => Self::Numbers,
            "string" | "varchar" | "char" => Self::Text,
            _ => Self::Other(ty),
        }
    }

    /// Returns the name of the type, for a message.
    pub(super) fn noun(&self) -> String {
        match self {
            Self::Numbers => "of a whole number".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Other(ty) => ty.clone(),
        }
    }
}

fn is_name(column: &str) -> bool {
    !column.is_empty()
        && column
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
