//! Accepted and rejected traffic.

/// The traffic that flow logs record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Traffic {
    /// Whether accepted traffic is recorded.
    pub accepted: bool,
    /// Whether rejected traffic is recorded.
    pub rejected: bool,
}

impl Traffic {
    /// No traffic.
    pub const NONE: Self = Self {
        accepted: false,
        rejected: false,
    };
    /// All traffic.
    pub const ALL: Self = Self {
        accepted: true,
        rejected: true,
    };

    /// Returns the traffic of a type of flow log. `None` for a type that does not exist.
    pub fn of_type(name: &str) -> Option<Self> {
        let (accepted, rejected) = match name {
            "ALL" => (true, true),
            "ACCEPT" => (true, false),
            "REJECT" => (false, true),
            _ => return None,
        };
        Some(Self { accepted, rejected })
    }

    /// Returns the type of the flow logs that record this traffic, and no other.
    pub fn type_name(self) -> &'static str {
        match (self.accepted, self.rejected) {
            (true, false) => "ACCEPT",
            (false, true) => "REJECT",
            _ => "ALL",
        }
    }

    /// Returns the traffic of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            accepted: self.accepted || other.accepted,
            rejected: self.rejected || other.rejected,
        }
    }

    /// Returns the traffic that both record.
    #[must_use]
    pub fn shared_with(self, other: Self) -> Self {
        Self {
            accepted: self.accepted && other.accepted,
            rejected: self.rejected && other.rejected,
        }
    }

    /// Returns the traffic of this that the other does not record.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self {
            accepted: self.accepted && !other.accepted,
            rejected: self.rejected && !other.rejected,
        }
    }

    /// Reports whether it is no traffic.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Returns the names of its parts: `ACCEPT`, `REJECT`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let parts = [(self.accepted, "ACCEPT"), (self.rejected, "REJECT")];
        parts
            .into_iter()
            .filter_map(|(has, name)| has.then_some(name))
    }
}
