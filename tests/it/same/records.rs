//! Random records: of traffic, without data and skipped, within a window, at its edges, and outside.

use proptest::strategy::{Strategy as _, ValueTree as _};
use vpcflow::record::Format;

use super::Size;
use crate::flow_log::random::Dice;
use crate::push_down::aws::value;

/// 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600;
/// The end of the window.
pub(super) const END: i64 = START + 3_600;

/// How many values a field has.
const VALUES: usize = 40;
/// Engines add numbers up to here exactly.
const LARGEST: i64 = 1_000_000_000;

/// A record.
pub(super) struct Record {
    pub(super) line: String,
    pub(super) start: i64,
    pub(super) end: i64,
    /// Whether it reports traffic.
    pub(super) has_traffic: bool,
}

/// Returns random records of a format. Without large numbers, their sums are exact everywhere.
pub(super) fn records(format: &Format, size: Size, large: bool) -> Vec<Record> {
    let mut runner = size.runner();
    let mut dice = Dice::new(size.seed);
    let version = *format.versions().start();
    let fits = |text: &String| large || text.parse().is_ok_and(|number: i64| number <= LARGEST);
    let mut pools: Vec<(String, Vec<String>)> = Vec::new();
    for name in format.names() {
        let values = value(name, version);
        let mut draw = || values.new_tree(&mut runner).unwrap().current();
        let values = (0..VALUES).map(|_| draw());
        let is_sum = ["bytes", "packets"].contains(&name.as_str());
        let kept = values.filter(|text| !is_sum || text == "-" || fits(text));
        pools.push((name.clone(), kept.collect()));
    }
    let edges = [START - 1, START, END - 1, END];
    let start = |number: usize, dice: &mut Dice| match edges.get(number / 8) {
        Some(edge) => *edge,
        None => START - 700 + i64::try_from(dice.below(5_000)).unwrap(),
    };
    let records = (0..size.records).map(|number| {
        let start = start(number, &mut dice);
        one(&pools, start, &mut dice)
    });
    records.collect()
}

fn one(pools: &[(String, Vec<String>)], start: i64, dice: &mut Dice) -> Record {
    let end = start + dice.of(&[0, 50, 60, 299, 600]);
    let status = dice.of(&["OK", "OK", "OK", "OK", "OK", "OK", "NODATA", "SKIPDATA"]);
    let interface = dice.of(&["eni-0a", "eni-0b", "eni-0ab", "eni-0c"]);
    let value = |(name, pool): &(String, Vec<String>)| match name.as_str() {
        "start" => start.to_string(),
        "end" => end.to_string(),
        "interface-id" => interface.to_owned(),
        "log-status" => status.to_owned(),
        "version" | "account-id" => dice.of(pool),
        _ if status != "OK" => "-".to_owned(),
        _ => dice.of(pool),
    };
    Record {
        line: pools.iter().map(value).collect::<Vec<_>>().join(" "),
        start,
        end,
        has_traffic: status == "OK",
    }
}
