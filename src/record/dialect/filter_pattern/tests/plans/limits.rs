//! Lists and plans that are too long, and the work that they take.

use super::*;
use crate::record::dialect::filter_pattern::effort::Effort;
use crate::record::dialect::filter_pattern::planner::{self, Options};
use crate::record::dialect::filter_pattern::{MAX_CALLS, MAX_LENGTH};

fn classes(plan: &Plan) -> Vec<String> {
    let classes = plan.classes.iter();
    classes
        .map(|(label, class)| format!("{label}: {}", class.name()))
        .collect()
}

fn list(count: usize, value: impl Fn(usize) -> String) -> String {
    (0..count).map(value).collect::<Vec<_>>().join(",")
}

#[test]
fn a_list_that_is_too_long_is_split_over_several_calls() {
    let interface = |number| format!("eni-{number:017}");
    let text = format!(
        "action = reject; interface_id = {}; exclude[0].dst_port = {}",
        list(70, interface),
        list(60, |port| (port * 7).to_string()),
    );
    let plan = planned(&text, &[Format::vpc_default()], Streams::Any);
    assert_eq!(
        classes(&plan),
        [
            "action: exact",
            "interface_id: exact",
            "exclude[0].dst_port: none"
        ]
    );
    let patterns = plan.calls.iter().filter_map(|call| call.pattern.as_deref());
    let asked: Vec<_> = patterns
        .flat_map(|pattern| {
            assert!(pattern.len() <= MAX_LENGTH, "{pattern}");
            pattern.split("w3=\"").skip(1)
        })
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect();
    let every: Vec<_> = (0..70).map(interface).collect();
    assert_eq!((plan.calls.len(), asked), (3, every));
}

#[test]
fn the_longest_condition_is_dropped_if_the_calls_are_not_enough() {
    let text = format!(
        "action = reject; interface_id = {}; interface_account_id = {}",
        list(70, |number| format!("eni-{number:017}")),
        list(70, |number| format!("{number:012}")),
    );
    let plan = planned(&text, &[Format::vpc_default()], Streams::Any);
    let patterns = plan.calls.iter().filter_map(|call| call.pattern.as_deref());
    assert_eq!(
        patterns.map(brief).collect::<Vec<_>>(),
        ["w13=\"REJECT\" of 14"]
    );
    assert_eq!(
        classes(&plan),
        [
            "action: exact",
            "interface_id: none",
            "interface_account_id: none"
        ]
    );
}

/// Returns networks of which no two touch, so that they are not merged.
fn networks(count: usize) -> String {
    list(count, |number| {
        let address =
            std::net::Ipv4Addr::from(0x0a00_0000 + (u32::try_from(number).unwrap() << 13));
        format!("{address}/20")
    })
}

/// Returns the number of steps that a plan takes.
fn steps(text: &str, format: &Format, exact: bool) -> u64 {
    let bound = quals(text).bind(format).unwrap();
    let options = Options {
        streams: Streams::ByInterface,
        exact,
        most: if exact { 1 } else { MAX_CALLS },
    };
    let effort = Effort::new(&|| true);
    planner::plan(&[bound], options, &effort).unwrap();
    effort.taken()
}

#[test]
fn twice_the_quals_take_twice_the_steps() {
    let format = every_field();
    let excluded = |count: usize| -> String {
        let block = |n: usize| format!("exclude[{n}].dst_port = {}", 2 * n);
        (0..count).map(block).collect::<Vec<_>>().join("; ")
    };
    let either_side = |count: usize| -> String {
        let block = |n: usize| format!("exclude[{n}].addr = 10.{}.{}.1", n / 200, n % 200);
        (0..count).map(block).collect::<Vec<_>>().join("; ")
    };
    let any = |count: usize| -> String {
        let block = |n: usize| format!("where[{n}].interface_id = eni-{n:08}");
        (0..count).map(block).collect::<Vec<_>>().join("; ")
    };
    let asked: [&dyn Fn(usize) -> String; 4] = [
        &|count| format!("src_addr = {}", networks(count)),
        &excluded,
        &either_side,
        &any,
    ];
    for (number, text) in asked.iter().enumerate() {
        for exact in [true, false] {
            let (once, twice) = (
                steps(&text(1000), &format, exact),
                steps(&text(2000), &format, exact),
            );
            assert!(
                once > 1000 && twice <= 2 * once + 1000,
                "{number}: {once} {twice}"
            );
        }
    }
}

/// A quadratic step would make this take minutes.
#[test]
fn very_many_quals_are_compiled_in_time() {
    let format = Format::vpc_default();
    let plan = planned(
        &format!("src_addr = {}", networks(8_000)),
        std::slice::from_ref(&format),
        Streams::Any,
    );
    assert_eq!(plan.calls.len(), 1);
    let blocks: Vec<_> = (0..20_000)
        .map(|n| format!("exclude[{n}].fields.srcport = {n}"))
        .collect();
    let plan = planned(&blocks.join("; "), &[format], Streams::Any);
    let pattern = plan.calls[0].pattern.as_deref().unwrap();
    assert!(
        pattern.len() > MAX_LENGTH - 20 && pattern.len() <= MAX_LENGTH,
        "{pattern}"
    );
}

#[test]
fn a_plan_that_is_no_longer_wanted_is_canceled() {
    let bounds = [quals(&format!("src_addr = {}", networks(2000)))
        .bind(&Format::vpc_default())
        .unwrap()];
    assert!(plan(&bounds, Streams::Any, &|| false).is_none());
    for patience in [1, 5, 20] {
        let asked = std::cell::Cell::new(0);
        let is_wanted = || {
            asked.set(asked.get() + 1);
            asked.get() <= patience
        };
        assert!(plan(&bounds, Streams::Any, &is_wanted).is_none());
        assert_eq!(asked.get(), patience + 1, "the plan is not asked again");
    }
}

#[test]
fn a_query_is_never_split_into_more_calls_than_it_may() {
    let blocks: Vec<_> = (0..30)
        .map(|n| format!("where[{n}].dst_port = {n}; where[{n}].protocol = tcp"))
        .collect();
    let plan = planned(&blocks.join("; "), &[Format::vpc_default()], Streams::Any);
    assert_eq!(plan.calls.len(), 1);
    let text = blocks[..MAX_CALLS].join("; ");
    assert_eq!(
        planned(&text, &[Format::vpc_default()], Streams::Any)
            .calls
            .len(),
        MAX_CALLS
    );
}
