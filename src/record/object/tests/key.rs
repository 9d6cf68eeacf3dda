use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::record::RecordType;
use crate::record::object::Kind;
use crate::record::object::key::{Folder, Name, Step, Wanted, kind_of};

const ACCOUNT: &str = "012345678901";
const REGION: &str = "eu-central-1";

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn wanted(start: i64, end: i64) -> Wanted<'static> {
    Wanted {
        accounts: &[],
        regions: &[],
        flow_log: None,
        is_hourly: None,
        window: start..end,
    }
}

fn hour() -> Wanted<'static> {
    wanted(at("2026-11-28T10:30:00Z"), at("2026-11-28T11:30:00Z"))
}

/// Lists a bucket as S3 does, step by step, and returns the keys that may hold a wanted record and the number of calls.
fn list(folder: &Folder, keys: &[String], wanted: &Wanted<'_>) -> (Vec<String>, usize) {
    let (mut found, mut calls) = (Vec::new(), 0);
    let mut steps = folder.steps(wanted);
    while let Some(step) = steps.pop() {
        match step {
            Step::Browse(folder) => {
                calls += 1;
                let prefix = folder.prefix();
                let inner = keys.iter().filter_map(|key| {
                    let rest = key.strip_prefix(prefix)?;
                    Some(format!("{prefix}{}/", rest.split_once('/')?.0))
                });
                let inner: BTreeSet<_> = inner.collect();
                steps.extend(folder.enter(&inner.into_iter().collect::<Vec<_>>(), wanted));
            }
            Step::List(prefix) => {
                let listed: Vec<_> = keys.iter().filter(|key| key.starts_with(&prefix)).collect();
                calls += 1 + listed.len() / 1000;
                found.extend(
                    listed
                        .into_iter()
                        .filter(|key| wanted.may_hold(key))
                        .cloned(),
                );
            }
        }
    }
    found.sort();
    (found, calls)
}

/// Returns the key of the object of a time.
fn key(prefix: &str, account: &str, id: &str, time: i64, hive: bool, hourly: bool) -> String {
    let time = Timestamp::from_millisecond(time).unwrap();
    let folder = Folder::of_flow_log(prefix, account, REGION, hive);
    let day = if hive {
        "year=%Y/month=%m/day=%d/"
    } else {
        "%Y/%m/%d/"
    };
    let hour = match (hive, hourly) {
        (_, false) => "",
        (true, true) => "hour=%H/",
        (false, true) => "%H/",
    };
    format!(
        "{}{}{}{account}_vpcflowlogs_{REGION}_{id}_{}_0a1b2c3d.log.gz",
        folder.prefix(),
        time.strftime(day),
        time.strftime(hour),
        time.strftime("%Y%m%dT%H%MZ"),
    )
}

#[test]
fn the_name_of_an_object_says_where_and_when_it_was_recorded() {
    let key = key(
        "x",
        ACCOUNT,
        "fl-1234",
        at("2026-11-28T16:20:00Z"),
        false,
        false,
    );
    assert_eq!(
        key,
        "x/AWSLogs/012345678901/vpcflowlogs/eu-central-1/2026/11/28/\
         012345678901_vpcflowlogs_eu-central-1_fl-1234_20261128T1620Z_0a1b2c3d.log.gz"
    );
    let name = Name::parse(&key).unwrap();
    assert_eq!(
        (name.account, name.region, name.flow_log),
        (ACCOUNT, REGION, "fl-1234")
    );
    assert_eq!(name.time, at("2026-11-28T16:20:00Z"));
    assert_eq!(kind_of(&key, RecordType::Aws), Some(Kind::Text));
    assert_eq!(
        kind_of("a.log.parquet", RecordType::Aws),
        Some(Kind::Parquet)
    );
    assert_eq!(
        kind_of("a.json", RecordType::YandexExternalFlow),
        Some(Kind::ExternalFlow)
    );
    for nothing in ["a/", "exports/aws-logs-write-test"] {
        assert_eq!(kind_of(nothing, RecordType::Aws), None);
    }
    for other in [
        "",
        "exportedlogs/1234/eni-1-all/000000.gz",
        "1_vpcflowlogs_r_fl-1_20261128T1620_x.log.gz",
        "1_vpcflowlogs_r_fl-1_20261328T1620Z_x.log.gz",
        "1_vpcflowlogs_r_fl-1_20261128T2420Z_x.log.gz",
        "1_vpcflowlogs_r_fl-1_+0261128T1620Z_x.log.gz",
        "1_vpcflowlogs_r_fl-1_2026112é1620Z_x.log.gz",
        "1_cloudtrail_r_fl-1_20261128T1620Z_x.log.gz",
    ] {
        assert_eq!(Name::parse(other), None, "{other}");
        assert!(hour().may_hold(other));
    }
}

#[test]
fn records_of_the_first_and_last_second_are_found_in_every_layout_and_by_either_reading_of_the_name()
 {
    let mut window = hour();
    for (hive, hourly) in [(false, false), (false, true), (true, false), (true, true)] {
        for start in [window.window.start, window.window.end - 1000] {
            for (interval, by_end) in [(0, true), (600, true), (600, false), (60, false)] {
                let end = start + interval * 1000;
                let period = end - end % 300_000;
                let time = if by_end { period } else { period + 300_000 };
                let keys = [key("", ACCOUNT, "fl-1", time, hive, hourly)];
                let folder = Folder::of_flow_log("", ACCOUNT, REGION, hive);
                for (flow_log, is_hourly) in [
                    (None, None),
                    (Some("fl-1"), Some(hourly)),
                    (Some("fl-1"), None),
                    (None, Some(hourly)),
                ] {
                    (window.flow_log, window.is_hourly) = (flow_log, is_hourly);
                    let found = list(&folder, &keys, &window);
                    assert_eq!(found.0.len(), 1, "{keys:?} {:?}", folder.steps(&window));
                    assert!(
                        list(&Folder::new("", RecordType::Aws), &keys, &window)
                            .0
                            .len()
                            == 1
                    );
                }
            }
        }
    }
}

#[test]
fn a_day_of_one_flow_log_among_many_others_takes_few_calls() {
    let (start, end) = (at("2026-11-28T00:00:00Z"), at("2026-11-29T00:00:00Z"));
    for (hive, hourly) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut keys = Vec::new();
        for account in ["012345678901", "112345678901", "212345678901"] {
            for id in ["fl-1", "fl-2", "fl-3"] {
                for slot in 0..3 * 288 {
                    let time = at("2026-11-27T00:00:00Z") + slot * 300_000;
                    keys.push(key("logs", account, id, time, hive, hourly));
                }
            }
        }
        let wanted = Wanted {
            flow_log: Some("fl-2"),
            is_hourly: Some(hourly),
            ..wanted(start, end)
        };
        let folder = Folder::of_flow_log("logs", ACCOUNT, REGION, hive);
        let (found, calls) = list(&folder, &keys, &wanted);
        assert!((288..=296).contains(&found.len()), "{}", found.len());
        assert!(calls <= 6, "{calls}");
    }
}

#[test]
fn a_bucket_is_browsed_for_accounts_and_regions_in_all_layouts() {
    let time = at("2026-11-28T11:00:00Z");
    let mut keys = vec![
        key("", ACCOUNT, "fl-1", time, false, false),
        key("", "112345678901", "fl-2", time, true, true),
        key("", "212345678901", "fl-3", time, false, true).replace("AWSLogs/", "AWSLogs/o-abc/"),
        key(
            "",
            ACCOUNT,
            "fl-1",
            at("2026-11-27T11:00:00Z"),
            false,
            false,
        ),
        "AWSLogs/012345678901/CloudTrail/eu-central-1/2026/11/28/x.json.gz".to_owned(),
        "AWSLogs/aggregate/x".to_owned(),
        "other/x".to_owned(),
    ];
    let mut prefixes: Vec<(String, usize)> = [
        ("", 3),
        ("AWSLogs", 3),
        ("AWSLogs/o-abc/", 1),
        ("AWSLogs/012345678901", 1),
        ("AWSLogs/012345678901/vpcflowlogs/", 1),
        ("AWSLogs/012345678901/vpcflowlogs/eu-central-1/", 1),
        ("AWSLogs/012345678901/vpcflowlogs/eu-central-1/2026", 1),
        (
            "AWSLogs/012345678901/vpcflowlogs/eu-central-1/2026/11/28",
            1,
        ),
        (
            "AWSLogs/012345678901/vpcflowlogs/eu-central-1/2026/11/27",
            0,
        ),
        (
            "AWSLogs/o-abc/212345678901/vpcflowlogs/eu-central-1/2026/11/28/11/",
            1,
        ),
    ]
    .map(|(prefix, count)| (prefix.to_owned(), count))
    .to_vec();
    for prefix in ["", "team/a/"] {
        for (folder, count) in &prefixes {
            let folder = Folder::new(&format!("{prefix}{folder}"), RecordType::Aws);
            let found = list(&folder, &keys, &hour()).0;
            assert_eq!(found.len(), *count, "{folder:?} {found:?}");
        }
        if prefix.is_empty() {
            keys.iter_mut().for_each(|key| key.insert_str(0, "team/a/"));
        }
        prefixes.retain(|(folder, _)| !folder.is_empty() || prefix.is_empty());
    }
    let (accounts, regions) = (
        [ACCOUNT.to_owned()],
        [REGION.to_owned(), "us-east-1".to_owned()],
    );
    let some = Wanted {
        accounts: &accounts,
        regions: &regions,
        ..hour()
    };
    let root = Folder::new("team/a", RecordType::Aws);
    assert_eq!(list(&root, &keys, &some).0.len(), 1);
    // A folder without AWS's layout is listed as it is.
    let copies: Vec<_> = keys
        .iter()
        .map(|key| key.replace("AWSLogs", "copies"))
        .collect();
    assert!(list(&root, &copies, &hour()).0.len() >= 3);
}

#[test]
fn trails_are_found_below_any_prefix_and_pruned_by_day() {
    let keys: Vec<_> = [
        "logs/trail1/2026/11/28/a.json",
        "logs/trail1/2026/11/27/b.json",
        "logs/trail2/2026/11/28/c.json",
        "logs/trail1/2025/11/28/d.json",
    ]
    .map(str::to_owned)
    .to_vec();
    for (prefix, count) in [
        ("", 2),
        ("logs", 2),
        ("logs/trail1", 1),
        ("logs/trail1/2026/11", 1),
        ("logs/trail1/2026/11/28/", 1),
        ("logs/trail1/2025", 0),
    ] {
        let folder = Folder::new(prefix, RecordType::YandexExternalFlow);
        assert_eq!(list(&folder, &keys, &hour()).0.len(), count, "{prefix}");
    }
    let short = ["t/2026/1/5/a.json".to_owned()];
    let january = wanted(at("2026-01-05T10:00:00Z"), at("2026-01-05T11:00:00Z"));
    let folder = Folder::new("t", RecordType::YandexExternalFlow);
    assert_eq!(list(&folder, &short, &january).0.len(), 1);
}

#[test]
fn folders_without_years_are_browsed_to_a_depth_at_most() {
    let deep = format!("{}2026/11/28/a.json", "f/".repeat(100));
    let folder = Folder::new("", RecordType::YandexExternalFlow);
    let (found, calls) = list(&folder, &[deep], &hour());
    assert_eq!((found.len(), calls), (1, 8));
}

proptest! {
    #[test]
    fn every_object_that_may_hold_a_record_of_the_window_is_listed_once(
        start in 0_i64..20_000_000, length in 1_i64..300_000, times in proptest::collection::vec(0_i64..40_000, 1..40),
        hive: bool, hourly: bool, knows: bool, named: bool,
    ) {
        let (start, length) = (1_760_000_000_000 + start * 1000, length * 1000);
        let keys: BTreeSet<_> = times.iter()
            .map(|slot| key("p", ACCOUNT, "fl-1", 1_760_000_000_000 + slot * 300_000, hive, hourly))
            .collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let wanted = Wanted {
            flow_log: named.then_some("fl-1"),
            is_hourly: knows.then_some(hourly),
            ..wanted(start, start + length)
        };
        let expected: Vec<_> = keys.iter().filter(|key| wanted.may_hold(key)).cloned().collect();
        for folder in [Folder::of_flow_log("p", ACCOUNT, REGION, hive), Folder::new("p", RecordType::Aws), Folder::new("", RecordType::Aws)] {
            let (found, _) = list(&folder, &keys, &wanted);
            prop_assert_eq!(&found, &expected);
        }
    }

    #[test]
    fn no_key_and_no_window_panics(key in "\\PC{0,60}", start: i64, end: i64, prefix in "[aA/W-]{0,12}(AWSLogs)?[/0-9o-]{0,30}") {
        let wanted = wanted(start, end);
        let _ = wanted.may_hold(&key);
        for record_type in [RecordType::Aws, RecordType::YandexExternalFlow] {
            let folder = Folder::new(&prefix, record_type);
            prop_assert!(folder.steps(&wanted).len() <= 1000);
            let _ = folder.enter(&[format!("{}2026/", folder.prefix()), key.clone()], &wanted);
        }
    }
}
