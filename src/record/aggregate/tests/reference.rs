//! Random aggregates over random records, against a plain reference that shares nothing with the fold.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use super::*;

const KEYS: [&str; 9] = [
    "src_addr",
    "src_addr/8",
    "src_addr/31",
    "dst_addr/64",
    "dst_port",
    "dst_service",
    "protocol_name",
    "action",
    "log_status",
];
const WINDOW: (i64, i64) = (60_000, 7_000_500);

/// One record: the texts of the fields by AWS's name.
type Fields = BTreeMap<&'static str, String>;

fn records() -> impl Strategy<Value = Vec<Fields>> {
    let address = select(vec![
        "10.0.0.1",
        "10.0.0.2",
        "10.9.9.9",
        "11.0.0.1",
        "2001:db8::1",
        "2001:db8::1:0",
        "-",
    ]);
    let number = select(vec!["0", "1", "7", "22", "443", "900", "-"]);
    let protocol = select(vec!["6", "17", "253", "-"]);
    let action = select(vec!["ACCEPT", "REJECT", "-"]);
    let record = (
        address.clone(),
        address,
        number.clone(),
        protocol,
        number.clone(),
        number,
        action,
        0..7200_i64,
    );
    let record = record.prop_map(
        |(source, target, port, protocol, packets, bytes, action, start)| {
            let texts = [source, target, port, protocol, packets, bytes, action];
            let names = [
                "srcaddr", "dstaddr", "dstport", "protocol", "packets", "bytes", "action",
            ];
            let mut fields: Fields = names.into_iter().zip(texts.map(str::to_owned)).collect();
            fields.insert("start", start.to_string());
            fields.insert("end", (start + 9).to_string());
            fields.insert(
                "log-status",
                if source == "-" { "NODATA" } else { "OK" }.to_owned(),
            );
            fields
        },
    );
    proptest::collection::vec(record, 0..40)
}

fn aggregates() -> impl Strategy<Value = Aggregate> {
    let bin = prop_oneof![2 => Just(None), 1 => select(vec!["1m", "7m", "1h"]).prop_map(Some)];
    let sums = prop_oneof![1 => Just(vec![]), 1 => Just(vec!["dst_port", "bytes"])];
    let lists = (
        bin,
        subsequence(KEYS.to_vec(), 0..3).prop_shuffle(),
        subsequence(KEYS.to_vec(), 0..3),
        sums,
    );
    let quantity = 0..9_usize;
    let condition = (
        quantity.clone(),
        select(vec![">0", "<2", "0", "1-3,9", ">=500"]),
    );
    let having = proptest::collection::vec(condition, 0..2);
    let cut = (
        proptest::option::of(1..3_usize),
        prop_oneof![Just(usize::MAX), 1..6_usize],
    );
    (lists, having, quantity, any::<bool>(), cut).prop_map(
        |((bin, keys, distinct, sums), having, order, ascending, (top, limit))| {
            let mut aggregate = by(&keys);
            aggregate
                .keys
                .splice(0..0, bin.map(|bin| Key::parse_bin(bin).unwrap()));
            aggregate.distinct = distinct.iter().map(|name| key(name)).collect();
            aggregate.sums = sums.iter().map(|name| key(name)).collect();
            let of = |number: usize| match number {
                0..5 => Some(Quantity::Measure(Measure::NUMBERS[number])),
                5 | 6 if number - 5 < distinct.len() => Some(Quantity::Distinct(number - 5)),
                7 if !sums.is_empty() => Some(Quantity::Sum(1)),
                _ => None,
            };
            let having = having
                .iter()
                .filter_map(|(number, text)| Some(Having::parse(of(*number)?, text).unwrap()));
            aggregate.having = having.collect();
            aggregate.order = Order {
                by: of(order).map_or(OrderBy::Key, OrderBy::Quantity),
                ascending,
            };
            aggregate.top = top.filter(|_| aggregate.keys.len() > 1);
            aggregate.limit = limit;
            aggregate
        },
    )
}

/// One group of the reference: its key, the five numbers, the numbers of different values, and the sums.
#[derive(Clone, Debug, PartialEq)]
struct Plain {
    key: Vec<Option<String>>,
    numbers: [i64; 5],
    distinct: Vec<i64>,
    sums: Vec<i64>,
}

fn value(key: &Key, fields: &Fields) -> Option<String> {
    let text = fields.get(key.field.as_str()).filter(|text| *text != "-")?;
    let number = || text.parse::<i64>().unwrap();
    Some(match key.derived {
        Derived::Value => text.clone(),
        Derived::Bin(width) => (number() / width * width).to_string(),
        Derived::Service => match number() {
            22 => "ssh".to_owned(),
            443 => "https".to_owned(),
            other => other.to_string(),
        },
        Derived::Protocol => match number() {
            6 => "tcp".to_owned(),
            17 => "udp".to_owned(),
            other => other.to_string(),
        },
        Derived::Scope => Scope::of(text.parse().unwrap()).name().to_owned(),
        Derived::Network(prefix) => match text.parse().unwrap() {
            IpAddr::V4(address) if prefix <= 32 => {
                let bits = address.to_bits() & (u32::MAX << (32 - prefix));
                format!("{}/{prefix}", std::net::Ipv4Addr::from_bits(bits))
            }
            IpAddr::V6(address) if prefix > 32 => {
                let bits = address.to_bits() & (u128::MAX << (128 - prefix));
                format!("{}/{prefix}", std::net::Ipv6Addr::from_bits(bits))
            }
            _ => text.clone(),
        },
    })
}

fn plain(aggregate: &Aggregate, key: Vec<Option<String>>, records: &[&Fields]) -> Plain {
    let sum = |name: &str| {
        records
            .iter()
            .map(|fields| fields[name].parse().unwrap_or(0))
            .sum()
    };
    let count = |action: &str| {
        records
            .iter()
            .filter(|fields| fields["action"] == action)
            .count()
    };
    let different = |key: &Key| {
        let values: BTreeSet<_> = records
            .iter()
            .filter_map(|fields| value(key, fields))
            .collect();
        i64::try_from(values.len()).unwrap()
    };
    let size = |number: usize| i64::try_from(number).unwrap();
    Plain {
        key,
        numbers: [
            size(records.len()),
            sum("packets"),
            sum("bytes"),
            size(count("ACCEPT")),
            size(count("REJECT")),
        ],
        distinct: aggregate.distinct.iter().map(different).collect(),
        sums: aggregate.sums.iter().map(|key| sum(&key.field)).collect(),
    }
}

fn number(group: &Plain, quantity: Quantity) -> i64 {
    match quantity {
        Quantity::Measure(measure) => {
            group.numbers[Measure::NUMBERS
                .iter()
                .position(|known| *known == measure)
                .unwrap()]
        }
        Quantity::Distinct(index) => group.distinct[index],
        Quantity::Sum(index) => group.sums[index],
    }
}

/// What a key is compared by: nothing, then numbers, then text.
fn rank(aggregate: &Aggregate, group: &Plain) -> Vec<(u8, i64, String)> {
    let pairs = aggregate.keys.iter().zip(&group.key);
    pairs
        .map(|(key, value)| match value {
            None => (0, 0, String::new()),
            Some(text) => match text.parse() {
                Ok(number) if key.field != "srcaddr" => (1, number, String::new()),
                _ => (2, 0, text.clone()),
            },
        })
        .collect()
}

fn sort(aggregate: &Aggregate, by: OrderBy, ascending: bool, groups: &mut [Plain]) {
    groups.sort_by_key(|group| rank(aggregate, group));
    match by {
        OrderBy::Key if ascending => {}
        OrderBy::Key => groups.reverse(),
        OrderBy::Quantity(quantity) => groups.sort_by_key(|group| {
            let number = number(group, quantity);
            if ascending { number } else { -number }
        }),
    }
}

/// Returns the groups of the answer, and how many there are in all.
fn reference(aggregate: &Aggregate, records: &[Fields]) -> (Vec<Plain>, usize) {
    let mut found: BTreeMap<Vec<Option<String>>, Vec<&Fields>> = BTreeMap::new();
    for fields in records {
        let key = aggregate
            .keys
            .iter()
            .map(|key| value(key, fields))
            .collect();
        found.entry(key).or_default().push(fields);
    }
    match aggregate.keys.as_slice() {
        [] => drop(found.entry(Vec::new()).or_default()),
        [
            Key {
                derived: Derived::Bin(width),
                ..
            },
        ] => {
            for second in 60..=7000 {
                found
                    .entry(vec![Some((second / width * width).to_string())])
                    .or_default();
            }
        }
        _ => {}
    }
    let mut groups: Vec<_> = found
        .into_iter()
        .map(|(key, records)| plain(aggregate, key, &records))
        .collect();
    let count = groups.len();
    for having in &aggregate.having {
        groups.retain(|group| having.holds(Some(number(group, having.quantity))));
    }
    if let Some(top) = aggregate.top {
        let (by, ascending) = match aggregate.order.by {
            OrderBy::Key => (OrderBy::Quantity(Quantity::Measure(Measure::Flows)), false),
            by @ OrderBy::Quantity(_) => (by, aggregate.order.ascending),
        };
        sort(aggregate, by, ascending, &mut groups);
        let mut taken: BTreeMap<Vec<Option<String>>, usize> = BTreeMap::new();
        groups.retain(|group| {
            let taken = taken
                .entry(group.key[..group.key.len() - 1].to_vec())
                .or_default();
            *taken += 1;
            *taken <= top
        });
    }
    sort(
        aggregate,
        aggregate.order.by,
        aggregate.order.ascending,
        &mut groups,
    );
    groups.truncate(aggregate.limit);
    (groups, count)
}

fn shown(answer: &Answer) -> Vec<Plain> {
    let groups = answer.groups.iter().map(|group| Plain {
        key: group.values.clone(),
        numbers: Measure::NUMBERS.map(|measure| group.tally.measure(measure).unwrap()),
        distinct: group.distinct.clone(),
        sums: group.tally.sums.iter().map(|sum| sum.unwrap()).collect(),
    });
    groups.collect()
}

#[test]
fn a_thousand_random_aggregates_are_those_of_a_plain_reference() {
    let mut runner = TestRunner::new(Config::with_cases(1000));
    let checked = runner.run(&(aggregates(), records()), |(aggregate, records)| {
        let lines: Vec<_> = records
            .iter()
            .map(|fields| {
                let of = |name: &str| fields[name].as_str();
                format!(
                    "2 1 eni-1 {} {} 40000 {} {} {} {} {} {} {} {}",
                    of("srcaddr"),
                    of("dstaddr"),
                    of("dstport"),
                    of("protocol"),
                    of("packets"),
                    of("bytes"),
                    of("start"),
                    of("end"),
                    of("action"),
                    of("log-status"),
                )
            })
            .collect();
        let answer = answer(&aggregate, &lines, WINDOW);
        let (groups, count) = reference(&aggregate, &records);
        prop_assert_eq!(shown(&answer), groups);
        prop_assert_eq!(answer.count, Some(count));
        let mut sum = answer.others.tally.clone();
        answer.groups.iter().for_each(|group| sum.add(&group.tally));
        let (first, last) = (answer.total.first, answer.total.last);
        prop_assert_eq!(Tally { first, last, ..sum }, answer.total);
        Ok(())
    });
    checked.unwrap();
}
