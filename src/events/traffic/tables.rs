//! The aggregates of a traffic report: the time series, and each table.
//!
//! All of them are over the same records, so that they are counted together. Must not know who counts.

use crate::record::aggregate::{Having, OrderBy, Quantity};
use crate::record::{Aggregate, Format, Key, Measure, Order};

/// A part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Everything over time, by action and logging status.
    Series,
    /// Who sends the most bytes.
    Sources,
    /// Who receives the most bytes.
    Destinations,
    /// Whose traffic is rejected.
    RejectedSources,
    /// At which ports traffic is rejected.
    RejectedPorts,
    /// The protocols.
    Protocols,
    /// Inside and outside.
    Scopes,
    /// The greatest flows.
    Flows,
}

/// What the records can tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [Format]);

impl Part {
    /// All parts.
    pub(super) const ALL: [Self; 8] = [
        Self::Series,
        Self::Sources,
        Self::Destinations,
        Self::RejectedSources,
        Self::RejectedPorts,
        Self::Protocols,
        Self::Scopes,
        Self::Flows,
    ];

    /// Returns what is counted, or the field that no record has.
    pub(super) fn wanted(
        self,
        fields: Fields<'_>,
        width: i64,
        top: usize,
    ) -> Result<Aggregate, &'static str> {
        let by_bytes = if fields.has("bytes") {
            Measure::Bytes
        } else {
            Measure::Flows
        };
        let mut aggregate = Aggregate {
            limit: top,
            order: Order::greatest(by_bytes),
            ..Aggregate::default()
        };
        let (keys, optional): (&[&'static str], &[&'static str]) = match self {
            Self::Series => (&[], &["action", "log_status"]),
            Self::Sources => (&["src_addr"], &[]),
            Self::Destinations => (&["dst_addr"], &[]),
            Self::RejectedSources => (&["action", "src_addr"], &[]),
            Self::RejectedPorts => (&["action", "dst_port"], &["protocol"]),
            Self::Protocols => (&["protocol"], &[]),
            Self::Scopes => (&["src_addr", "dst_addr"], &[]),
            Self::Flows => (
                &["src_addr", "dst_addr"],
                &["protocol", "dst_port", "action"],
            ),
        };
        let lacks = |name: &&&str| !fields.has(&Key::named(name).field);
        if let Some(lacking) = keys.iter().find(lacks) {
            return Err(lacking);
        }
        let optional = optional.iter().filter(|name| !lacks(name));
        aggregate.keys = keys
            .iter()
            .chain(optional)
            .map(|name| Key::named(name))
            .collect();
        match self {
            Self::Series => {
                aggregate.keys.insert(0, Key::bins(width));
                aggregate.order = Order::BY_KEY;
                aggregate.limit = usize::MAX;
            }
            Self::RejectedSources => {
                only_rejected(&mut aggregate);
                aggregate.distinct = fields.those(&["dst_port", "dst_addr"]);
            }
            Self::RejectedPorts => {
                only_rejected(&mut aggregate);
                aggregate.distinct = fields.those(&["src_addr", "dst_addr"]);
            }
            Self::Scopes => {
                aggregate.keys = vec![
                    Key::scope("src_scope", "srcaddr"),
                    Key::scope("dst_scope", "dstaddr"),
                ];
                aggregate.limit = usize::MAX;
            }
            Self::Sources | Self::Destinations | Self::Protocols | Self::Flows => {}
        }
        Ok(aggregate)
    }
}

impl Fields<'_> {
    /// Reports whether records can have a field, by AWS's name. Without formats, that is known only when they are read.
    fn has(self, field: &str) -> bool {
        let mut formats = self.0.iter();
        self.0.is_empty() || formats.any(|format| format.position(field).is_some())
    }

    fn those(self, names: &[&str]) -> Vec<Key> {
        let keys = names.iter().map(|name| Key::named(name));
        keys.filter(|key| self.has(&key.field)).collect()
    }
}

/// Keeps the groups of rejected traffic.
fn only_rejected(aggregate: &mut Aggregate) {
    let rejected = Quantity::Measure(Measure::Rejected);
    aggregate.order = Order::greatest(Measure::Rejected);
    aggregate.having.extend(Having::parse(rejected, ">0"));
}

/// Returns the measure that an aggregate is ordered by, as users know it.
pub(super) fn ordered_by(aggregate: &Aggregate) -> &'static str {
    match aggregate.order.by {
        OrderBy::Quantity(Quantity::Measure(measure)) => measure.name(),
        _ => "key",
    }
}
