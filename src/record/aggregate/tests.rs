//! Counting against a plain reference, and the edges of each attribute.

mod reference;

use std::collections::BTreeSet;

use super::*;
use crate::record::{Format, parse};

fn key(name: &str) -> Key {
    Key::parse(name).unwrap()
}

fn by(keys: &[&str]) -> Aggregate {
    Aggregate {
        keys: keys.iter().map(|name| key(name)).collect(),
        ..Aggregate::default()
    }
}

fn line(source: &str, port: u32, protocol: u32, bytes: u64, start: i64) -> String {
    format!(
        "2 1 eni-1 {source} 10.1.0.1 40000 {port} {protocol} 1 {bytes} {start} {} ACCEPT OK",
        start + 50
    )
}

fn answer(aggregate: &Aggregate, lines: &[String], window: (i64, i64)) -> Answer {
    let format = Format::vpc_default();
    let positions = Positions::of(&format, aggregate);
    let mut fold = Fold::new(aggregate, Budget::new(1 << 20));
    for line in lines {
        fold.record(&positions, &parse(line, &format).unwrap())
            .unwrap();
    }
    fold.answer(&Tally::nothing([positions].iter()), window)
}

fn shown(answer: &Answer) -> Vec<String> {
    let groups = answer.groups.iter().map(|group| {
        let values = group.values.iter();
        let mut values: Vec<_> = values
            .map(|value| value.as_deref().unwrap_or("-"))
            .collect();
        let flows = group.tally.flows.to_string();
        values.push(&flows);
        values.join(" ")
    });
    groups.collect()
}

#[test]
fn keys_are_fields_networks_and_names() {
    let of = |name: &str| Key::parse(name).map(|key| (key.field, key.derived));
    let field = |name: &str| name.to_owned();
    assert_eq!(of("src_addr"), Ok((field("srcaddr"), Derived::Value)));
    assert_eq!(
        of("srcaddr/24"),
        Ok((field("srcaddr"), Derived::Network(24)))
    );
    assert_eq!(
        of("pkt-dstaddr/128"),
        Ok((field("pkt-dstaddr"), Derived::Network(128)))
    );
    assert_eq!(of("dst_service"), Ok((field("dstport"), Derived::Service)));
    assert_eq!(
        of("protocol_name"),
        Ok((field("protocol"), Derived::Protocol))
    );
    for name in ["addr", "port", "event_id"] {
        assert_eq!(of(name), Err(KeyError::NotAField));
    }
    for name in [
        "src_addr/",
        "src_addr/129",
        "src_addr/+1",
        "src_addr/a",
        "src_addr/24/8",
    ] {
        assert_eq!(of(name), Err(KeyError::NotAPrefix), "{name}");
    }
    for name in ["addr/24", "dst_port/8", "nothing/8", "/8"] {
        assert!(
            matches!(of(name), Err(KeyError::NotAnAddress { .. })),
            "{name}"
        );
    }
}

#[test]
fn bins_last_from_a_minute_to_a_day() {
    for (text, width) in [
        ("1m", 60),
        ("5m", 300),
        ("1h", 3600),
        ("1d", 86_400),
        ("90s", 90),
    ] {
        assert_eq!(Key::parse_bin(text).unwrap().bin(), Some(width));
    }
    for text in ["59s", "25h", "0s", "", "5", "1mo", "60500ms", "2d"] {
        assert!(Key::parse_bin(text).is_err(), "{text}");
    }
}

#[test]
fn a_prefix_applies_to_the_family_that_it_fits() {
    let lines: Vec<_> = [
        "10.0.0.1",
        "10.0.0.255",
        "10.0.1.0",
        "2001:db8::1",
        "2001:db8:0:ff::1",
    ]
    .iter()
    .map(|source| line(source, 1, 6, 1, 0))
    .collect();
    let of = |name: &str| shown(&answer(&by(&[name]), &lines, (0, 1)));
    assert_eq!(
        of("src_addr/24"),
        [
            "10.0.0.0/24 2",
            "10.0.1.0/24 1",
            "2001:db8:0:ff::1 1",
            "2001:db8::1 1"
        ]
    );
    assert_eq!(
        of("src_addr/48"),
        [
            "2001:db8::/48 2",
            "10.0.0.1 1",
            "10.0.0.255 1",
            "10.0.1.0 1"
        ]
    );
    assert_eq!(
        of("src_addr/0"),
        ["0.0.0.0/0 3", "2001:db8:0:ff::1 1", "2001:db8::1 1"]
    );
}

#[test]
fn names_stand_for_numbers_that_have_one() {
    let lines: Vec<_> = [
        (22, 6),
        (53, 17),
        (22, 6),
        (0, 1),
        (50_000, 6),
        (40_000, 253),
    ]
    .iter()
    .map(|(port, protocol)| line("10.0.0.1", *port, *protocol, 1, 0))
    .collect();
    let of = |name: &str| shown(&answer(&by(&[name]), &lines, (0, 1)));
    assert_eq!(of("protocol_name"), ["tcp 3", "253 1", "icmp 1", "udp 1"]);
    assert_eq!(
        of("dst_service"),
        ["ssh 2", "0 1", "40000 1", "50000 1", "dns 1"]
    );
}

#[test]
fn empty_bins_are_filled_if_time_is_the_only_key() {
    let mut aggregate = Aggregate {
        keys: vec![Key::parse_bin("5m").unwrap()],
        order: Order::BY_KEY,
        ..Aggregate::default()
    };
    let lines = [
        line("10.0.0.1", 1, 6, 7, 650),
        line("10.0.0.2", 1, 6, 7, 10),
    ];
    // The window begins within a bin, and ends where another would begin.
    let window = (400_000, 1_200_000);
    let found = answer(&aggregate, &lines, window);
    assert_eq!(shown(&found), ["0 1", "300 0", "600 1", "900 0"]);
    assert_eq!(found.groups[1].tally.bytes, Some(0));
    assert_eq!(found.count, Some(4));
    aggregate.having = vec![Having::parse(Quantity::Measure(Measure::Flows), "<1").unwrap()];
    assert_eq!(
        shown(&answer(&aggregate, &lines, window)),
        ["300 0", "900 0"]
    );
    aggregate.having.clear();
    aggregate.keys.push(key("src_addr"));
    assert_eq!(
        shown(&answer(&aggregate, &lines, window)),
        ["0 10.0.0.2 1", "600 10.0.0.1 1"]
    );
    aggregate.keys.pop();
    assert_eq!(shown(&answer(&aggregate, &[], (0, 1))), ["0 0"]);
}

#[test]
fn values_are_counted_once_and_groups_are_chosen_by_their_number() {
    let mut lines = Vec::new();
    for port in 0..100 {
        lines.push(line("10.0.0.1", port, 6, 1, 0));
        lines.push(line("10.0.0.1", port, 6, 1, 0));
        lines.push(line("10.0.0.2", port % 3, 6, 1, 0));
    }
    lines.push(line("10.0.0.3", 1, 6, 1, 0).replace(" 1 6 1 1 ", " - - - - "));
    let mut aggregate = by(&["src_addr"]);
    aggregate.distinct = vec![key("dst_port"), key("dst_service")];
    let found = answer(&aggregate, &lines, (0, 1));
    let distinct: Vec<_> = found
        .groups
        .iter()
        .map(|group| group.distinct.clone())
        .collect();
    assert_eq!(distinct, [vec![100, 100], vec![3, 3], vec![0, 0]]);
    aggregate.having = vec![Having::parse(Quantity::Distinct(0), ">=100").unwrap()];
    let found = answer(&aggregate, &lines, (0, 1));
    assert_eq!(shown(&found), ["10.0.0.1 200"]);
    assert_eq!((found.total.flows, found.count), (301, Some(3)));
    assert_eq!(
        (found.others.tally.flows, found.others.count),
        (101, Some(2))
    );
}

#[test]
fn the_first_of_each_group_are_kept_and_the_others_add_up() {
    let mut lines = Vec::new();
    for (protocol, source, flows) in [(6, 1, 5), (6, 2, 9), (6, 3, 1), (17, 1, 2), (17, 4, 2)] {
        for _ in 0..flows {
            lines.push(line(&format!("10.0.0.{source}"), 1, protocol, 10, 0));
        }
    }
    let mut aggregate = by(&["protocol", "src_addr"]);
    aggregate.top = Some(1);
    let of = |aggregate: &Aggregate| {
        let found = answer(aggregate, &lines, (0, 1));
        let shown = shown(&found);
        let mut sum = found.others.tally.clone();
        found.groups.iter().for_each(|group| sum.add(&group.tally));
        assert_eq!(
            (sum.flows, sum.bytes),
            (found.total.flows, found.total.bytes)
        );
        shown
    };
    assert_eq!(of(&aggregate), ["6 10.0.0.2 9", "17 10.0.0.1 2"]);
    aggregate.order.ascending = true;
    assert_eq!(of(&aggregate), ["6 10.0.0.3 1", "17 10.0.0.1 2"]);
    aggregate.order = Order {
        by: OrderBy::Key,
        ascending: false,
    };
    assert_eq!(of(&aggregate), ["17 10.0.0.1 2", "6 10.0.0.2 9"]);
    aggregate.limit = 1;
    assert_eq!(of(&aggregate), ["17 10.0.0.1 2"]);
}

#[test]
fn orders_name_what_is_counted() {
    let (distinct, sums) = ([key("dst_port")], [key("packets-lost-blackhole")]);
    let of = |text: &str| Order::parse(text, &distinct, &sums);
    assert_eq!(of("flows"), Ok(Order::greatest(Measure::Flows)));
    assert_eq!(of("-key"), Ok(Order::BY_KEY));
    let by = OrderBy::Quantity(Quantity::Distinct(0));
    assert_eq!(
        of("-distinct.dst_port"),
        Ok(Order {
            by,
            ascending: true
        })
    );
    let by = OrderBy::Quantity(Quantity::Sum(0));
    assert_eq!(
        of("sum.packets-lost-blackhole"),
        Ok(Order {
            by,
            ascending: false
        })
    );
    assert!(
        matches!(of("distinct.src_port"), Err(OrderError::NotCounted(name)) if name == "src_port")
    );
    assert!(matches!(of("sum.dst_port"), Err(OrderError::NotSummed(_))));
    for text in ["", "-", "first_seen", "Flows", "--flows", "flows desc"] {
        assert_eq!(of(text), Err(OrderError::Unknown), "{text}");
    }
}

#[test]
fn groups_end_where_their_memory_does_and_folds_share_it() {
    let aggregate = by(&["dst_port"]);
    let format = Format::vpc_default();
    let positions = Positions::of(&format, &aggregate);
    let budget = Budget::new(64 * 1024);
    let count = |fold: &mut Fold, from: u32| {
        let mut next = from;
        loop {
            let line = line("10.0.0.1", next, 6, 1, 0);
            if fold
                .record(&positions, &parse(&line, &format).unwrap())
                .is_err()
            {
                return next - from;
            }
            next += 1;
        }
    };
    let mut one = Fold::new(&aggregate, budget.clone());
    let most = count(&mut one, 0);
    assert!((100..1000).contains(&most), "{most}");
    let mut other = one.fork();
    assert_eq!(count(&mut other, 0), 0);
    drop(one);
    assert_eq!(count(&mut other, 0), most);
}

#[test]
fn joined_folds_count_as_one() {
    let mut aggregate = by(&["dst_port"]);
    aggregate.distinct = vec![key("src_addr")];
    aggregate.sums = vec![key("bytes")];
    let lines: Vec<_> = (0..60)
        .map(|n| {
            line(
                &format!("10.0.0.{}", n % 7),
                n % 5,
                6,
                u64::from(n),
                i64::from(n),
            )
        })
        .collect();
    let format = Format::vpc_default();
    let positions = Positions::of(&format, &aggregate);
    let mut whole = Fold::new(&aggregate, Budget::new(1 << 20));
    let mut parts = [whole.fork(), whole.fork(), whole.fork()];
    for (number, line) in lines.iter().enumerate() {
        let record = parse(line, &format).unwrap();
        parts[number % 3].record(&positions, &record).unwrap();
    }
    for part in parts {
        whole.join(part).unwrap();
    }
    let nothing = Tally::nothing([positions].iter());
    assert_eq!(
        whole.answer(&nothing, (0, 1)),
        answer(&aggregate, &lines, (0, 1))
    );
}

#[test]
fn the_fields_of_an_aggregate_are_those_that_it_reads() {
    let mut aggregate = by(&["src_addr/24", "dst_service"]);
    aggregate.distinct = vec![key("vpc_id")];
    aggregate.sums = vec![key("packets-lost-blackhole")];
    let fields = [
        "action",
        "bytes",
        "dstport",
        "end",
        "packets",
        "packets-lost-blackhole",
        "srcaddr",
        "start",
        "vpc-id",
    ];
    assert_eq!(aggregate.fields(), BTreeSet::from(fields));
}
