//! The columns of a table over a flow log.

use crate::record::field::{self, Kind};

/// Returns the name of the column of a field, by its AWS name. Athena allows no hyphens, and has only lower case.
#[must_use]
pub fn column_name(field: &str) -> String {
    field.replace('-', "_").to_ascii_lowercase()
}

/// Returns the type of the column of a field: that of AWS's own tables. A field that the field table lacks is text.
pub(super) fn column_type(field: &str, parquet: bool) -> &'static str {
    match field::find(field) {
        // AWS's own table over text declares `bigint`, its Parquet files hold INT32, and Athena does not widen.
        Some(field) if field.name == "protocol" && !parquet => "bigint",
        Some(field) if field.kind == Kind::Seconds => "bigint",
        Some(field) if field.kind == Kind::Integer && field.small => "int",
        Some(field) if field.kind == Kind::Integer => "bigint",
        _ => "string",
    }
}
