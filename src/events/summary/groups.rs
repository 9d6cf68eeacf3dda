//! The engine `scan`: groups counted while the pages come.
//!
//! Bounded: a group is its key, the values as events give them, and seven numbers; there are at most 100,000.

use std::collections::BTreeMap;

use super::Columns;
use super::model::{Group, Order, Summary, Total, time};
use crate::aws::logs;
use crate::events::scan::{Gather, Trouble};
use crate::record::{Format, Values};

/// The most groups that are counted.
const MOST: usize = 100_000;
/// What stands between the values of a key: the unit separator. A space would not do, since the values of tags, decoded,
/// and those of records that are no lines may hold it.
const SEPARATOR: char = '\u{1f}';

/// What of a record is counted: positions in its format.
#[derive(Clone, Debug)]
pub(super) struct Measures {
    /// None where the format lacks the field.
    keys: Vec<Option<usize>>,
    packets: Option<usize>,
    bytes: Option<usize>,
    action: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
}

impl Measures {
    pub(super) fn of(format: &Format, keys: Vec<Option<usize>>) -> Self {
        let position = |name| format.position(name);
        Self {
            keys,
            packets: position("packets"),
            bytes: position("bytes"),
            action: position("action"),
            start: position("start"),
            end: position("end"),
        }
    }

    pub(super) fn keys(&self) -> &[Option<usize>] {
        &self.keys
    }

    /// Makes nothing of what the format has and no record had a value for, and none of what it lacks.
    pub(super) fn complete(&self, tally: Tally) -> Tally {
        let sum = |place: Option<usize>, sum: Option<i64>| place.map(|_| sum.unwrap_or(0));
        Tally {
            packets: sum(self.packets, tally.packets),
            bytes: sum(self.bytes, tally.bytes),
            accepted: sum(self.action, tally.accepted),
            rejected: sum(self.action, tally.rejected),
            ..tally
        }
    }
}

/// What is counted of records; what their format lacks is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) flows: i64,
    pub(super) packets: Option<i64>,
    pub(super) bytes: Option<i64>,
    pub(super) accepted: Option<i64>,
    pub(super) rejected: Option<i64>,
    /// Unix seconds.
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
}

impl Tally {
    fn of(measures: &Measures, record: &dyn Values) -> Self {
        let sum = |place: Option<usize>| Some(record.integer(place?).unwrap_or(0));
        let action = |wanted| {
            let action = record.text(measures.action?);
            Some(i64::from(action.is_some_and(|action| action == wanted)))
        };
        Self {
            flows: 1,
            packets: sum(measures.packets),
            bytes: sum(measures.bytes),
            accepted: action("ACCEPT"),
            rejected: action("REJECT"),
            first: measures.start.and_then(|place| record.seconds(place)),
            last: measures.end.and_then(|place| record.seconds(place)),
        }
    }

    /// Adds others to these.
    pub(super) fn add(&mut self, other: &Self) {
        let sum = |one: Option<i64>, other: Option<i64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        self.flows = self.flows.saturating_add(other.flows);
        self.packets = sum(self.packets, other.packets);
        self.bytes = sum(self.bytes, other.bytes);
        self.accepted = sum(self.accepted, other.accepted);
        self.rejected = sum(self.rejected, other.rejected);
        self.first = match (self.first, other.first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.last = self.last.max(other.last);
    }

    pub(super) fn measure(&self, order: Order) -> i64 {
        match order {
            Order::Flows => self.flows,
            Order::Packets => self.packets.unwrap_or(0),
            Order::Bytes => self.bytes.unwrap_or(0),
        }
    }

    pub(super) fn group(&self, key: BTreeMap<String, Option<String>>) -> Group {
        Group {
            key,
            flows: self.flows,
            packets: self.packets,
            bytes: self.bytes,
            accepted: self.accepted,
            rejected: self.rejected,
            first_seen: self.first.and_then(time),
            last_seen: self.last.and_then(time),
        }
    }

    pub(super) fn total(&self, groups: Option<usize>) -> Total {
        Total {
            groups: groups.and_then(|groups| i64::try_from(groups).ok()),
            flows: self.flows,
            packets: self.packets,
            bytes: self.bytes,
            accepted: self.accepted,
            rejected: self.rejected,
            first_seen: self.first.and_then(time),
            last_seen: self.last.and_then(time),
        }
    }
}

/// The groups so far.
#[derive(Debug)]
pub(super) struct Groups {
    formats: Vec<Measures>,
    groups: BTreeMap<Box<str>, Tally>,
    key: String,
}

impl Groups {
    pub(super) fn new(formats: Vec<Measures>) -> Self {
        Self {
            formats,
            groups: BTreeMap::new(),
            key: String::new(),
        }
    }

    /// Gives the greatest groups, the total of all, and whether there are more.
    pub(super) fn greatest(
        &self,
        columns: &Columns,
        summary: &Summary,
    ) -> (Vec<Group>, Total, bool) {
        let mut total = columns.nothing();
        self.groups.values().for_each(|tally| total.add(tally));
        let whole = columns.nothing();
        let found = self.groups.iter().map(|(key, tally)| {
            let values: Vec<&str> = key.split(SEPARATOR).collect();
            (values, tally)
        });
        let mut found: Vec<_> = found.collect();
        if found.is_empty() && columns.keys.is_empty() {
            found.push((Vec::new(), &whole));
        }
        let order = summary.order();
        found.sort_by(|(key, tally), (other_key, other)| {
            let greater = other.measure(order).cmp(&tally.measure(order));
            greater.then_with(|| columns.order(key, other_key))
        });
        let limit = summary.limit();
        let groups = found.iter().take(limit);
        let groups = groups.map(|(values, tally)| tally.group(columns.key(values.iter().copied())));
        let total = total.total(Some(found.len()));
        (groups.collect(), total, found.len() > limit)
    }
}

impl Gather for Groups {
    type Part = ();

    fn record(
        &mut self,
        (): &mut (),
        _raw: &logs::Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), Trouble> {
        let Some(measures) = self.formats.get(format) else {
            return Ok(());
        };
        self.key.clear();
        for (number, index) in measures.keys.iter().enumerate() {
            if number > 0 {
                self.key.push(SEPARATOR);
            }
            let value = index.and_then(|index| record.text(index));
            self.key.push_str(value.as_deref().unwrap_or("-"));
        }
        let tally = Tally::of(measures, record);
        if let Some(group) = self.groups.get_mut(self.key.as_str()) {
            group.add(&tally);
        } else if self.groups.len() == MOST {
            return Err(Trouble::TooManyGroups);
        } else {
            self.groups.insert(self.key.as_str().into(), tally);
        }
        Ok(())
    }

    /// A line that is no record belongs to no group; it is counted and told of.
    fn unparsed(&mut self, (): &mut (), _raw: &logs::Event, _problem: String) {}

    fn count((): &()) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    fn line(number: usize) -> String {
        let (a, b) = (number / 250, number % 250);
        format!(
            "2 1 eni-1 10.{}.{}.{b} 10.0.0.1 1 22 6 1 40 1 2 ACCEPT OK",
            a / 250,
            a % 250
        )
    }

    #[test]
    fn a_hundred_thousand_groups_are_counted_and_one_more_is_refused() {
        let format = Format::vpc_default();
        let mut groups = Groups::new(vec![Measures::of(&format, vec![Some(3)])]);
        let mut take = |number: usize| {
            let line = line(number);
            let record = parse(&line, &format).unwrap();
            groups.record(&mut (), &logs::Event::default(), 0, &record)
        };
        for number in (0..MOST).chain(0..10) {
            take(number).unwrap();
        }
        assert!(matches!(take(MOST), Err(Trouble::TooManyGroups)));
        assert_eq!(groups.groups.len(), MOST);
        assert_eq!(groups.groups["10.0.0.3"].flows, 2);
        assert_eq!(groups.groups["10.0.0.3"].bytes, Some(80));
    }

    #[test]
    fn values_with_spaces_stay_under_their_own_names() {
        let format = Format::parse("${instance-tag} ${srcaddr}").unwrap();
        let measures = vec![Measures::of(&format, vec![Some(0), Some(1)])];
        let mut groups = Groups::new(measures.clone());
        let record = parse("web%20front 10.0.0.1", &format).unwrap();
        groups
            .record(&mut (), &logs::Event::default(), 0, &record)
            .unwrap();
        let keys = ["instance-tag", "src_addr"].map(|name| (name.to_owned(), None));
        let columns = Columns {
            keys: keys.to_vec(),
            formats: measures,
        };
        let (groups, ..) = groups.greatest(&columns, &Summary::default());
        let key: Vec<_> = groups[0].key.values().flatten().collect();
        assert_eq!(key, ["web front", "10.0.0.1"]);
    }

    #[test]
    fn what_a_format_lacks_is_not_counted_as_nothing() {
        let format = Format::parse("${srcaddr} ${bytes}").unwrap();
        let measures = Measures::of(&format, vec![Some(0)]);
        let mut tally = Tally::of(&measures, &parse("10.0.0.1 -", &format).unwrap());
        tally.add(&Tally::of(
            &measures,
            &parse("10.0.0.1 7", &format).unwrap(),
        ));
        assert_eq!((tally.flows, tally.bytes), (2, Some(7)));
        assert_eq!(
            (tally.packets, tally.accepted, tally.first),
            (None, None, None)
        );
    }
}
