//! Where the objects are that a query reads: those of the partitions that its conditions ask for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::partition::Times;
use super::query::Scope;
use super::source::Source;

/// The most prefixes.
const MOST: usize = 1_000;
/// The most hours of a window whose partitions are computed.
const MOST_HOURS: usize = 20_000;

impl Source {
    /// Returns the addresses with which the keys of all objects begin that a query reads. None if the partitions are not
    /// computed from their names, or are too many.
    #[must_use]
    pub fn places(
        &self,
        properties: &BTreeMap<String, String>,
        scope: &Scope,
    ) -> Option<BTreeSet<String>> {
        let location = properties.get("location")?;
        let is = |name: &str, value: &str| {
            let found = properties.get(name);
            found.is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        if self.partitions.is_empty() {
            return Some(BTreeSet::from([folder(location)]));
        }
        if !is("projection.enabled", "true") {
            return None;
        }
        let names = self.partitions.iter().map(|known| &known.name);
        let template = match properties.get("storage.location.template") {
            Some(template) => folder(template),
            None => {
                let parts = names.map(|name| format!("{name}=${{{name}}}/"));
                folder(location) + &parts.collect::<String>()
            }
        };
        let times = Times::of(self, scope.window);
        let mut places = BTreeSet::new();
        for time in times.hours().take(MOST_HOURS + 1).enumerate() {
            let (number, time) = time;
            if number == MOST_HOURS {
                return None;
            }
            let expansion = Expansion {
                properties,
                scope,
                times: &times,
                time,
            };
            expansion.expand(String::new(), &template, &mut places);
            if places.len() > MOST {
                return None;
            }
        }
        Some(places)
    }
}

/// One time of the window.
struct Expansion<'a> {
    properties: &'a BTreeMap<String, String>,
    scope: &'a Scope,
    times: &'a Times<'a>,
    time: DateTime,
}

impl Expansion<'_> {
    /// Replaces the variables of a template. What follows one that the query leaves open is left out.
    fn expand(&self, mut begin: String, template: &str, places: &mut BTreeSet<String>) {
        let Some((before, rest)) = template.split_once("${") else {
            begin.push_str(template);
            places.insert(begin);
            return;
        };
        begin.push_str(before);
        let Some((column, rest)) = rest.split_once('}') else {
            places.insert(begin);
            return;
        };
        match self.values(column) {
            Some(values) if values.len() + places.len() <= MOST => {
                for value in values {
                    self.expand(begin.clone() + &value, rest, places);
                }
            }
            _ => {
                places.insert(begin);
            }
        }
    }

    /// Returns the values that the query asks for; none if it leaves them open.
    fn values(&self, column: &str) -> Option<Vec<String>> {
        if let Some(value) = self.scope.partitions.get(column) {
            return Some(vec![value.clone()]);
        }
        if let Some(value) = self.times.value(column, self.time) {
            return Some(vec![value]);
        }
        let property = |of: &str| self.properties.get(&format!("projection.{column}.{of}"));
        property("type").filter(|kind| kind.eq_ignore_ascii_case("enum"))?;
        let values = property("values")?.split(',');
        Some(values.map(|value| value.trim().to_owned()).collect())
    }
}

/// Returns an address with a slash at its end, so that it is not the beginning of another folder.
fn folder(address: &str) -> String {
    format!("{}/", address.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::ddl::{Files, Layout, Table, create_table};
    use super::{Scope, Source};
    use crate::record::format::Format;

    /// 2026-01-01T00:00:00Z.
    const START: i64 = 1_767_225_600_000;
    const HOUR: i64 = 3_600_000;

    /// Returns the table that a statement creates.
    fn table(layout: Layout, accounts: &[&str]) -> (Source, BTreeMap<String, String>) {
        let format = Format::vpc_default();
        let table = Table {
            name: vec!["t"],
            format: &format,
            bucket: "b",
            folder: "",
            files: Files::Text,
            layout,
            accounts: Some(accounts.iter().map(|&account| account.to_owned()).collect()),
            regions: None,
            first_day: (2025, 1, 1),
        };
        let statement = create_table(&table).unwrap();
        let (columns, rest) = statement.split_once("PARTITIONED BY (").unwrap();
        let (partitions, properties) = rest.split_once("\n)").unwrap();
        let pair = |line: &str| {
            let (name, ty) = line.trim().trim_end_matches(',').split_once(' ')?;
            Some((name.trim_matches('`').to_owned(), ty.to_owned()))
        };
        let columns: Vec<_> = columns.lines().skip(1).filter_map(pair).collect();
        let partitions: Vec<_> = partitions.lines().filter_map(pair).collect();
        let property = |line: &str| {
            let (name, value) = line.trim().trim_end_matches(',').split_once(" = ")?;
            Some((
                name.trim_matches('\'').to_owned(),
                value.trim_matches('\'').to_owned(),
            ))
        };
        let mut properties: BTreeMap<_, _> = properties.lines().filter_map(property).collect();
        properties.insert("location".to_owned(), "s3://b/AWSLogs/".to_owned());
        let source = Source::new(&["t"], &columns, &partitions, &properties).unwrap();
        (source, properties)
    }

    fn places(layout: Layout, accounts: &[&str], hours: (i64, i64)) -> Vec<String> {
        let (source, properties) = table(layout, accounts);
        let scope = Scope {
            window: (START + hours.0 * HOUR, START + hours.1 * HOUR),
            partitions: BTreeMap::from([("aws_region".to_owned(), "r-1".to_owned())]),
        };
        let places = source.places(&properties, &scope).unwrap();
        places.into_iter().collect()
    }

    const PLAIN: Layout = Layout {
        hive: false,
        hourly: false,
    };
    const PLAIN_HOURS: Layout = Layout {
        hive: false,
        hourly: true,
    };
    const HIVE: Layout = Layout {
        hive: true,
        hourly: false,
    };
    const HIVE_HOURS: Layout = Layout {
        hive: true,
        hourly: true,
    };

    #[test]
    fn the_folders_of_a_window_are_those_of_its_conditions() {
        let days = [
            "s3://b/AWSLogs/1/vpcflowlogs/r-1/2025/12/31/",
            "s3://b/AWSLogs/1/vpcflowlogs/r-1/2026/01/01/",
        ];
        assert_eq!(places(PLAIN, &["1"], (0, 1)), days);
        assert_eq!(places(PLAIN, &["1"], (1, 2)), days[1..]);
        assert_eq!(places(PLAIN, &["1", "2"], (1, 2)).len(), 2);
        let hour = |hour: &str| format!("s3://b/AWSLogs/1/vpcflowlogs/r-1/2026/01/01/{hour}/");
        assert_eq!(
            places(PLAIN_HOURS, &["1"], (1, 2)),
            ["00", "01", "02"].map(hour)
        );
        let folder = "s3://b/AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=r-1/";
        let day = |day: &str| format!("{folder}year=2026/month=01/day={day}/");
        assert_eq!(places(HIVE, &["1"], (1, 26)), ["01", "02"].map(day));
        let hour = |hour: &str| day("01") + &format!("hour={hour}/");
        assert_eq!(
            places(HIVE_HOURS, &["1"], (1, 2)),
            ["00", "01", "02"].map(hour)
        );
    }

    #[test]
    fn long_windows_are_as_coarse_as_their_conditions() {
        // Whole days, and whole years.
        let days = places(HIVE_HOURS, &["1"], (1, 100));
        assert_eq!(days.len(), 5, "{days:?}");
        assert!(days[0].ends_with("/day=01/hour="), "{days:?}");
        let years = places(HIVE_HOURS, &["1"], (1, 24 * 500));
        assert_eq!(years.len(), 2, "{years:?}");
        assert!(years[0].ends_with("/year=2026/month="), "{years:?}");
    }

    #[test]
    fn partitions_that_are_not_computed_are_not_known() {
        let (source, mut properties) = table(PLAIN, &["1"]);
        let scope = Scope {
            window: (START, START + HOUR),
            partitions: BTreeMap::new(),
        };
        let open = source.places(&properties, &scope).unwrap();
        assert_eq!(open.first().unwrap(), "s3://b/AWSLogs/1/vpcflowlogs/");
        properties.insert("projection.enabled".to_owned(), "false".to_owned());
        assert_eq!(source.places(&properties, &scope), None);
        properties.remove("location");
        assert_eq!(source.places(&properties, &scope), None);
    }
}
