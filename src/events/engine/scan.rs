//! The engine "scan": we read the records, and count groups while the pages arrive.
//!
//! Bounded: a group takes its key, with the values as events have them, and seven numbers. There are at most 100,000.

use std::collections::BTreeMap;

use super::counted::{self, Counted, CountedGroup};
use super::tally::{Positions, Tally};
use crate::events::completeness::Detail;
use crate::events::diagnostics;
use crate::events::page::Event;
use crate::events::query::Query;
use crate::events::reading;
use crate::events::scan::{Collector, Paging, ScanError};
use crate::events::search::{Needs, Search};
use crate::framework::{Context, Diagnostics};
use crate::record::{Aggregate, Format, Values};

/// The maximum number of groups.
const MOST: usize = 100_000;
/// Separates the values of a key: the unit separator. Decoded values of tags, and values of JSON events, may contain
/// spaces.
const SEPARATOR: char = '\u{1f}';

/// A scan makes its own calls, and checks every record itself.
pub(super) const NEEDS: Needs = Needs {
    by_stream: true,
    service_decides: false,
};

/// Checks nothing: a scan allows all arguments.
pub(super) fn validate(_query: &Query, _diagnostics: &mut Diagnostics) {}

/// Reads the records and counts them.
///
/// # Errors
/// A service refuses a request, time runs out, or there are too many groups.
pub(super) async fn count(
    search: &Search,
    aggregate: &Aggregate,
    context: &Context,
) -> Result<Counted, Diagnostics> {
    let mut groups = Groups::new(aggregate);
    let (paging, detail) = (Paging::default(), Detail::Full);
    let reading = reading::read(search, paging, &mut groups, detail, context).await?;
    diagnostics::warn_of_samples(&reading.found.counts, context);
    Ok(Counted {
        statistics: reading.statistics,
        gaps: reading.gaps,
        pushed: search.push_down.pushed(),
        not_pushed: search.push_down.not_pushed(),
        ..groups.greatest()
    })
}

/// The groups so far.
#[derive(Debug)]
struct Groups {
    aggregate: Aggregate,
    formats: Vec<(Format, Positions)>,
    groups: BTreeMap<Box<str>, Tally>,
    key: String,
}

impl Groups {
    fn new(aggregate: &Aggregate) -> Self {
        Self {
            aggregate: aggregate.clone(),
            formats: Vec::new(),
            groups: BTreeMap::new(),
            key: String::new(),
        }
    }

    /// Returns the greatest groups, and the total of all.
    fn greatest(&self) -> Counted {
        let aggregate = &self.aggregate;
        let nothing = Tally::nothing(self.formats.iter().map(|(_, positions)| positions));
        let mut total = nothing;
        self.groups.values().for_each(|tally| total.add(tally));
        let mut found: Vec<(&str, &Tally)> = self
            .groups
            .iter()
            .map(|(key, tally)| (&**key, tally))
            .collect();
        if found.is_empty() && aggregate.keys.is_empty() {
            found.push(("", &nothing));
        }
        found.sort_by(|(key, tally), (other_key, other)| {
            let (values, others) = (key.split(SEPARATOR), other_key.split(SEPARATOR));
            counted::compare(aggregate, (values, tally), (others, other))
        });
        let group = |(key, tally): &(&str, &Tally)| CountedGroup {
            values: key.split(SEPARATOR).map(str::to_owned).collect(),
            tally: **tally,
        };
        Counted {
            groups: found.iter().take(aggregate.limit).map(group).collect(),
            count: Some(found.len()),
            total,
            truncated: found.len() > aggregate.limit,
            ..Counted::default()
        }
    }
}

impl Collector for Groups {
    type Part = ();

    fn format(&mut self, format: &Format) -> usize {
        let mut known = self.formats.iter();
        known
            .position(|(known, _)| known == format)
            .unwrap_or_else(|| {
                let positions = Positions::of(format, &self.aggregate);
                self.formats.push((format.clone(), positions));
                self.formats.len() - 1
            })
    }

    fn record(
        &mut self,
        (): &mut (),
        _event: &Event,
        format: usize,
        record: &dyn Values,
    ) -> Result<(), ScanError> {
        let Some((_, positions)) = self.formats.get(format) else {
            return Ok(());
        };
        self.key.clear();
        for (number, index) in positions.keys.iter().enumerate() {
            if number > 0 {
                self.key.push(SEPARATOR);
            }
            let value = index.and_then(|index| record.text(index));
            self.key.push_str(value.as_deref().unwrap_or("-"));
        }
        let tally = Tally::of(positions, record);
        add(&mut self.groups, &self.key, &tally)
    }

    /// Ignores the line: it belongs to no group, and is counted and reported elsewhere.
    fn unparsed(&mut self, (): &mut (), _event: &Event, _problem: String) {}

    fn fork(&self) -> Self {
        Self::new(&self.aggregate)
    }

    fn join(&mut self, other: Self) -> Result<(), ScanError> {
        for (format, _) in &other.formats {
            self.format(format);
        }
        for (key, tally) in &other.groups {
            add(&mut self.groups, key, tally)?;
        }
        Ok(())
    }

    fn count((): &()) -> usize {
        0
    }
}

/// Adds a tally to the group of a key.
fn add(groups: &mut BTreeMap<Box<str>, Tally>, key: &str, tally: &Tally) -> Result<(), ScanError> {
    if let Some(group) = groups.get_mut(key) {
        group.add(tally);
    } else if groups.len() == MOST {
        return Err(ScanError::TooManyGroups);
    } else {
        groups.insert(key.into(), *tally);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Key, Measure, parse};

    fn line(number: usize) -> String {
        let (a, b) = (number / 250, number % 250);
        format!(
            "2 1 eni-1 10.{}.{}.{b} 10.0.0.1 1 22 6 1 40 1 2 ACCEPT OK",
            a / 250,
            a % 250
        )
    }

    fn by(keys: &[&str]) -> Aggregate {
        Aggregate {
            keys: keys.iter().map(|name| Key::named(name)).collect(),
            order_by: Measure::Flows,
            limit: 10,
        }
    }

    #[test]
    fn a_hundred_thousand_groups_are_counted_and_one_more_is_refused() {
        let format = Format::vpc_default();
        let aggregate = by(&["src_addr"]);
        let mut groups = Groups::new(&aggregate);
        let known = groups.format(&format);
        let mut add = |number: usize| {
            let line = line(number);
            let record = parse(&line, &format).unwrap();
            groups.record(&mut (), &Event::default(), known, &record)
        };
        for number in (0..MOST).chain(0..10) {
            add(number).unwrap();
        }
        assert!(matches!(add(MOST), Err(ScanError::TooManyGroups)));
        assert_eq!(groups.groups.len(), MOST);
        assert_eq!(groups.groups["10.0.0.3"].flows, 2);
        assert_eq!(groups.groups["10.0.0.3"].bytes, Some(80));
    }

    #[test]
    fn values_with_spaces_stay_apart() {
        let format = Format::parse("${instance-tag} ${srcaddr}").unwrap();
        let aggregate = by(&["instance-tag", "src_addr"]);
        let mut groups = Groups::new(&aggregate);
        let known = groups.format(&format);
        let record = parse("web%20front 10.0.0.1", &format).unwrap();
        groups
            .record(&mut (), &Event::default(), known, &record)
            .unwrap();
        let counted = groups.greatest();
        assert_eq!(counted.groups[0].values, ["web front", "10.0.0.1"]);
    }
}
