//! The one table of record fields, from which parser, quals, event schema and documentation come.
//!
//! It holds the fields of AWS's two tables, VPC (to version 11) and transit gateway (version 6). It must not know how a
//! line is laid out: that is the format's business.

mod mistaken;
mod transit_gateway;
mod vpc;

pub use mistaken::{meant, mistakes};

/// A field that a flow log can record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in AWS's tables and record formats, such as `srcaddr`.
    pub name: &'static str,
    /// The name of the result and of the qual, such as `src_addr`; without one the field is reached by its AWS name.
    pub column: Option<&'static str>,
    /// What the value is.
    pub kind: Kind,
    /// The record version that introduced the field.
    pub version: u8,
    /// The kind of flow log that records it.
    pub family: Family,
    /// Every value that AWS documents, in AWS's spelling; empty where the values are open.
    pub values: &'static [&'static str],
    /// What every value begins with, such as `eni-`; none if that is open.
    pub begins_with: Option<&'static str>,
    /// Whether values are compared without regard to case: AWS writes them in capitals, people as they like.
    pub any_case: bool,
    /// Whether the record holds the value percent-encoded, as it does the values of tags.
    pub encoded: bool,
    /// What the field tells, in a sentence for users.
    pub description: &'static str,
}

/// What the value of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A whole number that is not negative.
    Integer,
    /// Text without white space.
    Text,
    /// An IPv4 or IPv6 address.
    Address,
    /// An instant in Unix seconds.
    Seconds,
}

/// The kind of flow log that records a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Flow logs of VPCs, subnets and network interfaces.
    Vpc,
    /// Flow logs of transit gateways and their attachments.
    TransitGateway,
    /// Both of them.
    Both,
}

/// All fields, in the order of AWS's tables: VPC first, then what only transit gateways record.
pub static FIELDS: [Field; vpc::FIELDS.len() + transit_gateway::FIELDS.len()] = join();

/// Finds a field by the name that AWS gives it.
#[must_use]
pub fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// Finds a field by the name of its result column and qual.
#[must_use]
pub fn by_column(column: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.column == Some(column))
}

impl Family {
    /// Returns what flow logs of this kind watch, for a message.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Vpc => "VPCs",
            Self::TransitGateway => "transit gateways",
            Self::Both => "both",
        }
    }
}

impl Field {
    /// Tells whether no kind of flow log records both fields.
    #[must_use]
    pub fn excludes(&self, other: &Self) -> bool {
        self.family != other.family && self.family != Family::Both && other.family != Family::Both
    }

    const fn new(name: &'static str, kind: Kind, version: u8, description: &'static str) -> Self {
        Self {
            name,
            column: None,
            kind,
            version,
            family: Family::Vpc,
            values: &[],
            begins_with: None,
            any_case: false,
            encoded: false,
            description,
        }
    }

    const fn column(mut self, column: &'static str) -> Self {
        self.column = Some(column);
        self
    }

    const fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    const fn begins_with(mut self, beginning: &'static str) -> Self {
        self.begins_with = Some(beginning);
        self
    }

    const fn any_case(mut self) -> Self {
        self.any_case = true;
        self
    }

    const fn encoded(mut self) -> Self {
        self.encoded = true;
        self
    }

    const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }
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

#[cfg(test)]
mod tests;
