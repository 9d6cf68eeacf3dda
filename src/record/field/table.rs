//! All fields in one table.

use super::definition::Field;
use super::{transit_gateway, vpc};

/// All fields, in the order of AWS's tables: VPC first, then those that only transit gateways record.
pub static FIELDS: [Field; vpc::FIELDS.len() + transit_gateway::FIELDS.len()] = join();

/// Finds a field by its AWS name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// Finds a field by the name of its result column and qual.
#[must_use]
pub fn by_column(column: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.column == Some(column))
}

const fn join() -> [Field; vpc::FIELDS.len() + transit_gateway::FIELDS.len()] {
    let mut fields = [vpc::FIELDS[0]; vpc::FIELDS.len() + transit_gateway::FIELDS.len()];
    let mut next = 0;
    while next < fields.len() {
        fields[next] = if next < vpc::FIELDS.len() {
            vpc::FIELDS[next]
        } else {
            transit_gateway::FIELDS[next - vpc::FIELDS.len()]
        };
        next += 1;
    }
    fields
}
