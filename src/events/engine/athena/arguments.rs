//! The arguments of the engine "athena", and their checks.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::athena::TableName;
use crate::events::query::{self, Quals, Query};
use crate::framework::{Attr, Diagnostic, Diagnostics};

/// The data catalog of Glue, which every account has.
const CATALOG: &str = "AwsDataCatalog";
/// The database if none is named.
const DATABASE: &str = "default";
/// The table whose rows the engine `athena` counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct AthenaTable {
    /// The name of the table, or a database and a table: `database.table`. The function `athena_table` returns the statement
    /// that creates one.
    pub table: Attr<String>,
    /// The database of the table. Defaults to the one in `table`, otherwise to `default`.
    #[serde(default)]
    pub database: Attr<String>,
    /// The data catalog. Defaults to `AwsDataCatalog`, that of AWS Glue.
    #[serde(default)]
    pub catalog: Attr<String>,
    /// The workgroup that runs the query. Defaults to `primary`.
    #[serde(default)]
    pub workgroup: Attr<String>,
    /// Where Athena writes the result, such as `s3://bucket/folder/`. Required unless the workgroup has such a location.
    #[serde(default)]
    pub output_location: Attr<String>,
    /// The values of partitions to read, such as `{ aws_region = "eu-central-1" }`. Required for partitions whose projection
    /// is `injected`. Partitions of the time are found from the time window.
    #[serde(default)]
    pub partitions: Attr<BTreeMap<String, String>>,
}

/// Checks the arguments that are known.
pub(crate) fn validate(
    table: &Attr<AthenaTable>,
    query: &Query,
    quals: &Quals,
    diagnostics: &mut Diagnostics,
) {
    query::validate_question(query, quals, diagnostics);
    if table.is_null() {
        diagnostics.push(needs_a_table());
    }
    if let Some(table) = table.known() {
        if let Some(text) = table.table.given()
            && split(text).is_none()
        {
            let detail = format!(
                "`table` is \"{text}\". Write the name of a table, or a database and a table: \"database.table\"."
            );
            diagnostics.error(
                "athena",
                "malformed-table-name",
                "Malformed table name",
                detail,
            );
        }
        let database = table.database.given();
        if let Some((Some(in_name), _)) = table.table.given().and_then(split)
            && database.is_some_and(|database| database != in_name)
        {
            let detail = "`table` and `database` name different databases. Name the database once.";
            diagnostics.error("athena", "two-databases", "Two databases", detail);
        }
        let location = table.output_location.given();
        if location.is_some_and(|location| !location.starts_with("s3://")) {
            let detail = "`output_location` must be an address such as \"s3://bucket/folder/\".";
            diagnostics.error("athena", "malformed-location", "Malformed location", detail);
        }
    }
    let is_set = |value: &Attr<String>| value.given().is_some();
    let cannot = [
        ("flow_log_id", is_set(&query.flow_log_id)),
        ("log_group_name", is_set(&query.log_group_name)),
        ("s3_uri", is_set(&query.s3_uri)),
        ("request_payer", is_set(&query.request_payer)),
        ("log_format", is_set(&query.log_format)),
        ("record_type", query.record_type().format().is_some()),
    ];
    let cannot = cannot.into_iter().chain(query.only_for_log_groups());
    for (name, _) in cannot.filter(|(_, given)| *given) {
        let instead = match name {
            "flow_log_id" => {
                " A table may hold the records of several flow logs: ask for those of one with a filter, such as `vpc_id`, \
                 `subnet_id` or `interface_id`."
            }
            "s3_uri" => {
                " The function `athena_table` returns the statement for a table of these objects."
            }
            _ => "",
        };
        let detail = format!(
            "The engine `athena` reads the table of the block `athena`, which says where the records are and which fields \
             they have. Remove `{name}`, or use another engine.{instead}"
        );
        let summary = "Not possible with this engine";
        diagnostics.error(name, "not-possible-with-this-engine", summary, detail);
    }
}

/// Creates the error that no table is named.
pub(crate) fn needs_a_table() -> Diagnostic {
    let detail = "The engine `athena` counts the rows of a table. Name the table in the block `athena { table = … }`.";
    Diagnostic::error("no-table", "No table", detail).at("athena")
}

/// Returns the name of the table.
pub(super) fn name(arguments: &AthenaTable) -> TableName {
    let text = arguments.table.given().unwrap_or_default();
    let (database, table) = split(text).unwrap_or((None, text));
    let database = database.or(arguments.database.given()).unwrap_or(DATABASE);
    TableName {
        catalog: arguments.catalog.given().unwrap_or(CATALOG).to_owned(),
        database: database.to_owned(),
        table: table.to_owned(),
    }
}

/// Splits a name into a database and a table.
fn split(text: &str) -> Option<(Option<&str>, &str)> {
    let (database, table) = match text.split_once('.') {
        Some((database, table)) => (Some(database), table),
        None => (None, text),
    };
    let parts = database.into_iter().chain([table]);
    let is_name = |part: &str| !part.is_empty() && !part.contains(['.', '"', '`']);
    parts.into_iter().all(is_name).then_some((database, table))
}
