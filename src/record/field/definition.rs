//! What is known of one record field.

/// A field that a flow log can record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in AWS's tables and record formats, such as `srcaddr`.
    pub name: &'static str,
    /// The name of the result and of the qual, such as `src_addr`. Without one, only the AWS name is used.
    pub column: Option<&'static str>,
    /// The type of the value.
    pub kind: Kind,
    /// The record version that introduced the field.
    pub version: u8,
    /// The kind of flow log that records it.
    pub family: Family,
    /// Every value that AWS documents, in AWS's spelling; empty if AWS documents no list.
    pub values: &'static [&'static str],
    /// The prefix of every value, such as `eni-`, if there is one.
    pub begins_with: Option<&'static str>,
    /// Whether values are compared without regard to case: AWS writes them in upper case, users in either.
    pub any_case: bool,
    /// Whether records hold the value percent-encoded, as they hold the values of tags.
    pub encoded: bool,
    /// Whether AWS writes the number with 32 bits where it writes types.
    pub small: bool,
    /// What the field records, in one sentence for users.
    pub description: &'static str,
}

/// The type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A whole number that is not negative.
    Integer,
    /// Text without white space.
    Text,
    /// An IPv4 or IPv6 address.
    Address,
    /// A time in Unix seconds.
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
    /// Reports whether no kind of flow log records both fields.
    #[must_use]
    pub fn excludes(&self, other: &Self) -> bool {
        self.family != other.family && self.family != Family::Both && other.family != Family::Both
    }

    pub(super) const fn new(
        name: &'static str,
        kind: Kind,
        version: u8,
        description: &'static str,
    ) -> Self {
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
            small: false,
            description,
        }
    }

    pub(super) const fn column(mut self, column: &'static str) -> Self {
        self.column = Some(column);
        self
    }

    pub(super) const fn family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    pub(super) const fn begins_with(mut self, beginning: &'static str) -> Self {
        self.begins_with = Some(beginning);
        self
    }

    pub(super) const fn any_case(mut self) -> Self {
        self.any_case = true;
        self
    }

    pub(super) const fn encoded(mut self) -> Self {
        self.encoded = true;
        self
    }

    pub(super) const fn small(mut self) -> Self {
        self.small = true;
        self
    }

    pub(super) const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }
}
