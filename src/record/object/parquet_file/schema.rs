//! The columns of a file as the fields of records, with `-` for each `_` in their names.

use parquet::basic::{LogicalType, TimeUnit, Type};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::column;
use crate::record::field::{self, Kind};
use crate::record::format::{Format, MAX_FIELDS};
use crate::record::object::names;
use crate::record::object::problem::Problem;

/// The columns of a file that are fields, in the order of their format.
pub(super) struct Schema {
    pub(super) format: Format,
    /// For each field, the index of its column.
    pub(super) columns: Vec<usize>,
}

impl Schema {
    /// Finds the fields. Nested columns are none, and neither are those beyond the maximum number of fields that are not
    /// known.
    pub(super) fn of(descriptor: &SchemaDescriptor) -> Result<Self, Problem> {
        let mut found: Vec<(usize, String)> = Vec::new();
        let columns = descriptor.columns().iter().enumerate();
        for (index, column) in columns {
            let [name] = column.path().parts() else {
                continue;
            };
            // AWS's names have no `_` of their own.
            let name = name.replace('_', "-");
            let is_flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
            if is_flat && found.iter().all(|(_, known)| *known != name) {
                found.push((index, name));
            }
        }
        let is_known = |name: &str| field::find(name).is_some();
        if !found.iter().any(|(_, name)| is_known(name)) {
            return Err(Problem::Foreign);
        }
        let mut others =
            MAX_FIELDS.saturating_sub(found.iter().filter(|(_, name)| is_known(name)).count());
        found.retain(|(_, name)| {
            is_known(name) || {
                let fits = others > 0;
                others -= usize::from(fits);
                fits
            }
        });
        Ok(Self {
            format: names::format(found.iter().map(|(_, name)| name.as_str()))?,
            columns: found.into_iter().map(|(index, _)| index).collect(),
        })
    }
}

/// Refuses a column whose type its field cannot have. Reports whether it can be read.
pub(super) fn check(name: &str, column: &ColumnDescriptor) -> Result<bool, Problem> {
    let kind = column.physical_type();
    let Some(field) = field::find(name) else {
        return Ok(column::is_readable(kind));
    };
    let is_other_number = match column.logical_type_ref() {
        Some(LogicalType::Timestamp(timestamp)) => timestamp.unit != TimeUnit::MILLIS,
        Some(LogicalType::Decimal(_) | LogicalType::Date | LogicalType::Time(_)) => true,
        _ => false,
    };
    let (expected, fits) = match field.kind {
        Kind::Integer | Kind::Seconds => (
            "INT32 or INT64",
            matches!(kind, Type::INT32 | Type::INT64 | Type::BYTE_ARRAY) && !is_other_number,
        ),
        Kind::Text | Kind::Address => ("STRING", kind == Type::BYTE_ARRAY && !is_other_number),
    };
    if fits {
        return Ok(true);
    }
    Err(Problem::Column {
        column: column.name().to_owned(),
        expected,
        found: match column.logical_type_ref() {
            Some(logical) if is_other_number => format!("{kind} ({logical:?})"),
            _ => kind.to_string(),
        },
    })
}
