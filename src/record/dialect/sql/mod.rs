//! The SQL of Athena: tables over the objects of flow logs, and quals and aggregates as queries of them.
//!
//! | file | holds |
//! |---|---|
//! | `ddl` | the statement that creates a table |
//! | `columns` | the columns of a table, and the types that AWS writes |
//! | `source` | a table that exists: what its columns hold |
//! | `value` | the values of columns as expressions |
//! | `condition` | quals as conditions |
//! | `partition` | the partitions that a time window needs, as conditions |
//! | `place` | where the objects of those partitions are |
//! | `query` | an aggregate as a query |
//! | `quoting` | names and texts in quotes |
//!
//! Statements that define tables are in the dialect of Hive, queries in that of Trino. A query contains every qual, since
//! nothing checks the result again: what it cannot express is an error. A field has no value if its column is null, `-` or
//! empty: text and Parquet differ in that. Must not know how Athena is called.

mod columns;
mod condition;
mod ddl;
mod partition;
mod place;
mod query;
mod quoting;
mod source;
mod value;

pub use columns::column_name;
pub use ddl::{ACCOUNT, Files, Layout, REGION, Table, TableError, create_table};
pub use query::{
    LEFT_OUT, Query, Rows, Scope, TOTAL, compile, distinct_column, key_column, left_out,
    measure_column, sum_column,
};
pub use source::{Source, SourceError, SqlError};
