//! The numbers of a group, and the order of groups.

use std::fmt;

use super::Key;

/// A number about the records of a group that every answer holds.
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

/// A number of a group by which groups are compared or chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A number that every answer holds.
    Measure(Measure),
    /// The number of different values, by the index in `distinct`.
    Distinct(usize),
    /// The sum of a field, by the index in `sums`.
    Sum(usize),
}

/// What groups are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBy {
    /// A number.
    Quantity(Quantity),
    /// The values of the key.
    Key,
}

/// The order of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// What groups are ordered by.
    pub by: OrderBy,
    /// Whether the smallest come first. Otherwise the greatest do.
    pub ascending: bool,
}

/// Why a text is not an order. `Display` completes a sentence that begins with the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The text names nothing that groups have.
    #[error(
        "groups are ordered by {}, with a `-` in front for the smallest first",
        Orders
    )]
    Unknown,
    /// The text names a field that is not counted.
    #[error("`count_distinct` does not name {0}")]
    NotCounted(String),
    /// The text names a field that is not summed.
    #[error("`sum` does not name {0}")]
    NotSummed(String),
}

/// All orders, for a message.
struct Orders;

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

    /// The measures by which groups are compared and chosen.
    pub const NUMBERS: [Self; 5] = [
        Self::Flows,
        Self::Packets,
        Self::Bytes,
        Self::Accepted,
        Self::Rejected,
    ];

    /// Returns the name for users.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::Packets => "packets",
            Self::Bytes => "bytes",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::FirstSeen => "first_seen",
            Self::LastSeen => "last_seen",
        }
    }

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

impl Default for Order {
    /// Returns the order by the number of records, the greatest first.
    fn default() -> Self {
        Self::greatest(Measure::Flows)
    }
}

impl Order {
    /// Orders by a measure, the greatest first.
    #[must_use]
    pub const fn greatest(measure: Measure) -> Self {
        Self {
            by: OrderBy::Quantity(Quantity::Measure(measure)),
            ascending: false,
        }
    }

    /// Orders by the key, the smallest first.
    pub const BY_KEY: Self = Self {
        by: OrderBy::Key,
        ascending: true,
    };

    /// Parses an order: `flows`, `packets`, `bytes`, `accepted`, `rejected`, `distinct.NAME`, `sum.NAME` or `key`, with a
    /// `-` in front for the smallest first.
    ///
    /// # Errors
    /// The text names nothing that groups have.
    pub fn parse(text: &str, distinct: &[Key], sums: &[Key]) -> Result<Self, OrderError> {
        let (name, ascending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let index = |keys: &[Key], name: &str| keys.iter().position(|key| key.name == name);
        let by = if name == "key" {
            OrderBy::Key
        } else if let Some(name) = name.strip_prefix("distinct.") {
            let index = index(distinct, name);
            let index = index.ok_or_else(|| OrderError::NotCounted(name.to_owned()))?;
            OrderBy::Quantity(Quantity::Distinct(index))
        } else if let Some(name) = name.strip_prefix("sum.") {
            let index = index(sums, name);
            let index = index.ok_or_else(|| OrderError::NotSummed(name.to_owned()))?;
            OrderBy::Quantity(Quantity::Sum(index))
        } else {
            let mut measures = Measure::NUMBERS.into_iter();
            let measure = measures.find(|measure| measure.name() == name);
            OrderBy::Quantity(Quantity::Measure(measure.ok_or(OrderError::Unknown)?))
        };
        Ok(Self { by, ascending })
    }

    /// Returns the order by which `top` chooses: by the number of records if groups are ordered by key.
    #[must_use]
    pub fn of_top(self) -> Self {
        match self.by {
            OrderBy::Quantity(_) => self,
            OrderBy::Key => Self::default(),
        }
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for measure in Measure::NUMBERS {
            write!(f, "{}, ", measure.name())?;
        }
        f.write_str("distinct.NAME, sum.NAME and key")
    }
}
