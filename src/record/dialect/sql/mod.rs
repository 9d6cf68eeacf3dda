//! The SQL of Athena: tables over the objects of flow logs, and quals and aggregates as queries of them.
//!
//! | file | holds |
//! |---|---|
//! | `ddl` | the statement that creates a table |
//! | `columns` | the columns of a table, and the types that AWS writes |
//! | `quoting` | names and texts in quotes |
//!
//! Statements that define tables are in the dialect of Hive, queries in that of Trino. Must not know how Athena is called.

mod columns;
mod ddl;
mod quoting;

pub use columns::column_name;
pub use ddl::{ACCOUNT, Files, Layout, REGION, Table, TableError, create_table};
