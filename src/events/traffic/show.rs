//! Numbers and names for people, and which columns each table has. Every format shows the same tables.
//!
//! What is returned may contain the text of others. Each format escapes it by its own rules.

use super::report::{Ranking, TrafficReport};
use crate::events::summary::{Group, Others};
use crate::report::{Unit, thousands};

/// One table of the report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'r> {
    /// The name, as in JSON.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) keys: &'static [&'static str],
    pub(super) numbers: &'static [Column],
    pub(super) ranking: &'r Ranking,
}

/// A column with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Bytes,
    Share,
    Packets,
    Flows,
    Rejected,
    /// The number of different values, by the name in `distinct`, and its header.
    Distinct(&'static str, &'static str),
}

/// How numbers of bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// With a unit.
    Short,
    /// In full.
    Exact,
}

const BY_BYTES: &[Column] = &[
    Column::Bytes,
    Column::Share,
    Column::Packets,
    Column::Flows,
    Column::Rejected,
];
const OF_FLOWS: &[Column] = &[Column::Bytes, Column::Share, Column::Packets, Column::Flows];
const OF_SOURCES: &[Column] = &[
    Column::Rejected,
    Column::Distinct("dst_port", "Ports"),
    Column::Distinct("dst_addr", "Destinations"),
];
const OF_PORTS: &[Column] = &[
    Column::Rejected,
    Column::Distinct("src_addr", "Sources"),
    Column::Distinct("dst_addr", "Destinations"),
];

/// Returns all tables, in the order in which they are shown.
pub(super) fn tables(report: &TrafficReport) -> [Table<'_>; 7] {
    let table = |name, title, keys, numbers, ranking| Table {
        name,
        title,
        keys,
        numbers,
        ranking,
    };
    [
        table(
            "sources",
            "Top sources",
            &["src_addr"],
            BY_BYTES,
            &report.sources,
        ),
        table(
            "destinations",
            "Top destinations",
            &["dst_addr"],
            BY_BYTES,
            &report.destinations,
        ),
        table(
            "rejected_sources",
            "Top rejected sources",
            &["src_addr"],
            OF_SOURCES,
            &report.rejected_sources,
        ),
        table(
            "rejected_ports",
            "Top rejected ports",
            &["dst_port", "protocol"],
            OF_PORTS,
            &report.rejected_ports,
        ),
        table(
            "protocols",
            "Protocols",
            &["protocol"],
            BY_BYTES,
            &report.protocols,
        ),
        table(
            "scopes",
            "Internal and external",
            &["src_scope", "dst_scope"],
            BY_BYTES,
            &report.scopes,
        ),
        table(
            "flows",
            "Greatest flows",
            &["src_addr", "dst_addr", "dst_port", "protocol", "action"],
            OF_FLOWS,
            &report.flows,
        ),
    ]
}

impl Table<'_> {
    /// Returns the headers of the columns.
    pub(super) fn headers(&self) -> Vec<&'static str> {
        let keys = self.keys.iter().map(|key| header(key));
        keys.chain(self.numbers.iter().map(|column| column.header()))
            .collect()
    }

    /// Returns the key of a group, column by column.
    pub(super) fn key(&self, group: &Group) -> Vec<String> {
        self.keys.iter().map(|key| named(group, key)).collect()
    }

    /// Returns the numbers of a group.
    pub(super) fn numbers(&self, group: &Group, shown: Shown) -> Vec<String> {
        let columns = self.numbers.iter();
        columns
            .map(|column| column.of_group(group, shown))
            .collect()
    }

    /// Returns the numbers of the other records; none if there is none to show.
    pub(super) fn others(&self, shown: Shown) -> Option<Vec<String>> {
        let others = self.ranking.others.as_ref()?;
        let is_rejected = self.ranking.by == "rejected";
        let is_empty = if is_rejected {
            others.rejected.unwrap_or(0) == 0
        } else {
            others.flows == 0
        };
        let columns = self.numbers.iter();
        (!is_empty).then(|| {
            columns
                .map(|column| column.of_others(others, shown))
                .collect()
        })
    }
}

impl Column {
    fn header(self) -> &'static str {
        match self {
            Self::Bytes => "Bytes",
            Self::Share => "Share",
            Self::Packets => "Packets",
            Self::Flows => "Records",
            Self::Rejected => "Rejected",
            Self::Distinct(_, header) => header,
        }
    }

    fn of_group(self, group: &Group, shown: Shown) -> String {
        match self {
            Self::Bytes => optional(group.bytes, shown.bytes()),
            Self::Share => share(group.share.bytes.unwrap_or(group.share.flows)),
            Self::Packets => optional(group.packets, count),
            Self::Flows => count(group.flows),
            Self::Rejected => optional(group.rejected, count),
            Self::Distinct(name, _) => optional(group.distinct.get(name).copied(), count),
        }
    }

    fn of_others(self, others: &Others, shown: Shown) -> String {
        match self {
            Self::Bytes => optional(others.bytes, shown.bytes()),
            Self::Share => share(others.share.bytes.unwrap_or(others.share.flows)),
            Self::Packets => optional(others.packets, count),
            Self::Flows => count(others.flows),
            Self::Rejected => optional(others.rejected, count),
            Self::Distinct(..) => String::new(),
        }
    }
}

fn header(key: &str) -> &'static str {
    match key {
        "src_addr" => "Source",
        "dst_addr" => "Destination",
        "dst_port" => "Service",
        "protocol" => "Protocol",
        "action" => "Action",
        "src_scope" => "From",
        "dst_scope" => "To",
        _ => "",
    }
}

/// Returns a value of a key, with its name if it has one: `https (443)`.
pub(super) fn named(group: &Group, key: &str) -> String {
    let value = |key: &str| group.key.get(key).and_then(Option::as_deref);
    let name = match key {
        "dst_port" => value("dst_service"),
        "protocol" => value("protocol_name"),
        _ => None,
    };
    match (name, value(key)) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (_, Some(text)) => text.to_owned(),
        (_, None) => "–".to_owned(),
    }
}

fn optional(number: Option<i64>, show: fn(i64) -> String) -> String {
    number.map_or_else(|| "–".to_owned(), show)
}

/// Returns a number with thousands: `1,234,567`.
pub(super) fn count(number: i64) -> String {
    thousands(u128::try_from(number).unwrap_or(0))
}

/// Returns a number of bytes with its unit: `1.23 MB`.
pub(super) fn bytes(number: i64) -> String {
    Unit::Bytes.short(u128::try_from(number).unwrap_or(0))
}

impl Shown {
    fn bytes(self) -> fn(i64) -> String {
        match self {
            Self::Short => bytes,
            Self::Exact => count,
        }
    }
}

/// Returns a share as a percentage.
pub(super) fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "<0.1 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

/// Returns a time of a bin, as a table shows it: `2026-01-01 13:00`. It is in UTC.
pub(super) fn moment(time: &str) -> String {
    let short = time.strip_suffix(":00Z").unwrap_or(time);
    short.replacen('T', " ", 1)
}

/// Returns the width of a bin: `15 minutes`.
pub(super) fn width(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (number, name) = units
        .into_iter()
        .find(|(length, _)| seconds % length == 0)
        .map_or((seconds, "second"), |(length, name)| {
            (seconds / length, name)
        });
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {name}{plural}")
}

/// Returns where the records are, in words.
pub(super) fn place(report: &TrafficReport) -> String {
    let place = &report.place;
    let parts = [
        place.flow_log_id.as_deref().map(|id| ("flow log", id)),
        place
            .log_group_name
            .as_deref()
            .map(|name| ("log group", name)),
        place.s3_uri.as_deref().map(|uri| ("bucket", uri)),
        place.table.as_deref().map(|table| ("table", table)),
        Some(("region", place.region.as_str())),
        place.account_id.as_deref().map(|id| ("account", id)),
    ];
    let parts = parts.into_iter().flatten();
    let parts: Vec<_> = parts.map(|(what, name)| format!("{what} {name}")).collect();
    parts.join(", ")
}

/// Returns all records in words.
pub(super) fn total(report: &TrafficReport) -> String {
    let total = &report.total;
    let mut parts = vec![format!("{} records", count(total.flows))];
    let optional = [
        total.bytes.map(bytes),
        total
            .packets
            .map(|packets| format!("{} packets", count(packets))),
        total
            .accepted
            .map(|accepted| format!("{} accepted", count(accepted))),
        total
            .rejected
            .map(|rejected| format!("{} rejected", count(rejected))),
    ];
    parts.extend(optional.into_iter().flatten());
    parts.join(", ")
}

/// Returns how complete the report is, if nothing is known to be missing.
pub(super) fn completeness(report: &TrafficReport) -> Option<&'static str> {
    match (report.complete, report.incomplete.is_empty()) {
        (Some(true), _) => Some("The report shows everything in the time window."),
        (_, true) => Some("Nothing is known to be missing, but not everything could be checked."),
        (_, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_read_them() {
        assert_eq!(count(i64::MAX), "9,223,372,036,854,775,807");
        assert_eq!(bytes(i64::MAX), "9.22 EB");
        assert_eq!(share(0.0), "0.0 %");
        assert_eq!(share(0.0001), "<0.1 %");
        assert_eq!(share(1.0), "100.0 %");
        assert_eq!(moment("2026-01-01T13:00:00Z"), "2026-01-01 13:00");
        assert_eq!(width(900), "15 minutes");
        assert_eq!(width(86_400), "1 day");
    }
}
