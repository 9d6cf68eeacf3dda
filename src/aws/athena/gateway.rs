//! Athena in one region. This module must not know what is in a table.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_athena::Client;
use aws_sdk_athena::operation::get_table_metadata::GetTableMetadataOutput;
use aws_sdk_athena::types::Column;

use super::super::{
    call::{Call, CallContext, send},
    error::Error,
    remote::Stopping,
};

/// Athena in one region.
#[derive(Clone, Debug)]
pub struct Athena {
    pub(super) client: Client,
    region: String,
    context: CallContext,
    pub(super) stopping: Stopping,
}

/// The name of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// The data catalog, such as `AwsDataCatalog`.
    pub catalog: String,
    /// The database in the catalog.
    pub database: String,
    /// The table in the database.
    pub table: String,
}

/// A table, as Athena describes it. Columns are names and types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableDescription {
    /// The columns of the records.
    pub columns: Vec<(String, String)>,
    /// The columns of the partitions.
    pub partitions: Vec<(String, String)>,
    /// The properties, with `location`.
    pub properties: BTreeMap<String, String>,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

impl Athena {
    pub(in super::super) fn new(client: Client, region: &str, context: CallContext) -> Self {
        Self {
            client,
            region: region.to_owned(),
            context,
            stopping: Stopping::default(),
        }
    }

    /// Returns the region.
    pub fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn context(&self) -> &CallContext {
        &self.context
    }

    pub(super) fn call(&self, operation: &'static str) -> Call {
        Call::query(operation, Some(&self.region), &self.context)
    }

    /// Describes a table.
    ///
    /// # Errors
    /// The table does not exist, or Athena refuses the call.
    pub async fn table(
        &self,
        name: &TableName,
        workgroup: Option<&str>,
    ) -> Result<TableDescription, Error> {
        let call = self
            .call("GetTableMetadata")
            .requiring(|reply: &GetTableMetadataOutput, _| {
                let columns = reply.table_metadata().map(|table| table.columns().len());
                (columns.unwrap_or(0) == 0).then_some("the reply contains no columns")
            });
        let request = self
            .client
            .get_table_metadata()
            .catalog_name(&name.catalog)
            .database_name(&name.database)
            .table_name(&name.table)
            .set_work_group(workgroup.map(str::to_owned));
        let reply = call.run(send!(request, call)).await?;
        let Some(table) = reply.table_metadata else {
            return Ok(TableDescription::default());
        };
        Ok(TableDescription {
            columns: columns(table.columns),
            partitions: columns(table.partition_keys),
            properties: table.parameters.unwrap_or_default().into_iter().collect(),
        })
    }
}

fn columns(columns: Option<Vec<Column>>) -> Vec<(String, String)> {
    let columns = columns.unwrap_or_default().into_iter();
    let pair = |column: Column| (column.name, column.r#type.unwrap_or_default());
    columns.map(pair).collect()
}
