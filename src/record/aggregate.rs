//! What is counted of the records that match: declared once, rendered for each engine.
//!
//! An aggregate names fields and measures. It must not know how an engine counts them or how a service writes them.

use super::field::{self, Kind};

/// Groups of records, with measures of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// The fields whose values make a group. Without any, all records are one group.
    pub keys: Vec<Key>,
    /// The measure by which the greatest groups come first; ties are ordered by key.
    pub order_by: Measure,
    /// The maximum number of groups.
    pub limit: usize,
}

/// One field to group by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name as the user wrote it: that of a qual, or AWS's.
    pub name: String,
    /// AWS's name of the field.
    pub field: String,
    /// The type of its values; none for a field that is not in the field table.
    pub kind: Option<Kind>,
}

/// A number about the records of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The number of records.
    Flows,
    /// The sum of the packets.
    Packets,
    /// The sum of the bytes.
    Bytes,
    /// The number of records of accepted traffic.
    Accepted,
    /// The number of records of rejected traffic.
    Rejected,
    /// The earliest start.
    FirstSeen,
    /// The latest end.
    LastSeen,
}

impl Aggregate {
    /// Returns the aggregate of all records together.
    #[must_use]
    pub fn total(&self) -> Self {
        Self {
            keys: Vec::new(),
            ..self.clone()
        }
    }
}

impl Key {
    /// Finds the field of a name, which may be that of a qual or AWS's.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let field = field::by_column(name).or_else(|| field::find(name));
        Self {
            name: name.to_owned(),
            field: field.map_or(name, |field| field.name).to_owned(),
            kind: field.map(|field| field.kind),
        }
    }
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 7] = [
        Self::Flows,
        Self::Packets,
        Self::Bytes,
        Self::Accepted,
        Self::Rejected,
        Self::FirstSeen,
        Self::LastSeen,
    ];

    /// Returns AWS's name of the field that the measure is taken from; none for the number of records.
    #[must_use]
    pub fn field(self) -> Option<&'static str> {
        match self {
            Self::Flows => None,
            Self::Packets => Some("packets"),
            Self::Bytes => Some("bytes"),
            Self::Accepted | Self::Rejected => Some("action"),
            Self::FirstSeen => Some("start"),
            Self::LastSeen => Some("end"),
        }
    }
}
