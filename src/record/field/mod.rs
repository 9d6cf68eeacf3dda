//! The one table of record fields, from which parser, quals, event schema and documentation come.
//!
//! It holds the fields of AWS's two tables: VPC (up to version 11) and transit gateway (version 6). It must not know how
//! a line is laid out: that is up to the format.

mod aliases;
mod definition;
mod table;
mod transit_gateway;
mod vpc;

pub use aliases::{aliases, suggest};
pub use definition::{Family, Field, Kind};
pub use table::{FIELDS, by_column, find};

#[cfg(test)]
mod tests;
