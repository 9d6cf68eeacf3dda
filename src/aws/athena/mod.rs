//! Athena: describes tables, and runs queries to their end.
//!
//! This module must not know what is in a table or what a query asks for.

mod gateway;
mod query;

pub use gateway::{Athena, TableDescription, TableName};
pub use query::{AthenaAnswer, AthenaQuery};
