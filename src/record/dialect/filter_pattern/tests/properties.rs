//! Random formats, lines and quals: a push-down never loses a record, and its classes are right.

mod strategies;

use proptest::collection::vec;
use proptest::prelude::*;

use self::strategies::*;
use crate::record::dialect::filter_pattern::evaluator::{self, Equality};
use crate::record::dialect::filter_pattern::{
    Call, Class, MAX_CALLS, Plan, Streams, TimeBounds, compile, plan,
};
use crate::record::format::Format;
use crate::record::parse::Record;
use crate::record::qual::Qual;
use crate::record::quals::Quals;

const NAMES: [&str; 22] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "tcp-flags",
    "flow-direction",
    "az-id",
    "pkt-dstaddr",
    "traffic-path",
    "new-field",
    "instance-tag",
    "pkt-src-aws-service",
];

const EVENT: &str = "36001";

/// Parses a line with any version.
fn read<'a>(line: &'a str, format: &'a Format) -> Record<'a> {
    let mut record = Record::unread(line, format);
    record.split().unwrap();
    record
}

/// Checks the property for one set of quals and some lines.
fn pushes_down_rightly(
    quals: &Quals,
    format: &Format,
    lines: &[String],
) -> Result<(), TestCaseError> {
    let bound = quals.bind(format).unwrap();
    let pushed = compile(&bound);
    for line in lines {
        let record = read(line, format);
        let satisfied = bound.matches(&record, EVENT);
        for equality in [Equality::Text, Equality::Number] {
            let received = match &pushed.pattern {
                Some(pattern) => {
                    evaluator::matches(pattern, line, equality).map_err(TestCaseError::fail)?
                }
                None => true,
            };
            prop_assert!(
                received || !satisfied,
                "lost: {line}\n{pushed:?}\n{quals:?}"
            );
            if pushed.not_pushed.is_empty() {
                prop_assert!(
                    satisfied || !received,
                    "not exact: {line}\n{pushed:?}\n{quals:?}"
                );
            }
        }
    }
    Ok(())
}

/// Returns the stream of a line, if every interface has its own.
fn stream(format: &Format, line: &str) -> String {
    let record = read(line, format);
    format!("{}-all", record.named("interface-id").unwrap_or("none"))
}

fn receives(call: &Call, line: &str, stream: &str, equality: Equality) -> Result<bool, String> {
    let prefix = call.stream_prefix.as_deref().unwrap_or_default();
    let pattern = call.pattern.as_deref();
    let matches = pattern.map_or(Ok(true), |text| evaluator::matches(text, line, equality))?;
    Ok(matches && stream.starts_with(prefix))
}

/// Checks the same for a plan: what any call receives, and every qual.
fn plans_rightly(
    quals: &Quals,
    format: &Format,
    lines: &[String],
    streams: Streams,
) -> Result<(), TestCaseError> {
    let bound = quals.bind(format).unwrap();
    let plan = plan(std::slice::from_ref(&bound), streams, &|| true).unwrap();
    prop_assert!(plan.calls.len() <= MAX_CALLS);
    for line in lines {
        let record = read(line, format);
        let satisfied = bound.matches(&record, EVENT);
        let start = format.position("start").and_then(|at| record.seconds(at));
        if let Some(start) = start.filter(|_| satisfied) {
            let TimeBounds { from, until } = plan.time;
            prop_assert!(from.is_none_or(|from| from <= start * 1000), "{plan:?}");
            prop_assert!(
                until.is_none_or(|until| start * 1000 + 999 <= until),
                "{plan:?}"
            );
        }
        for equality in [Equality::Text, Equality::Number] {
            let stream = stream(format, line);
            let received: Result<Vec<bool>, _> = plan
                .calls
                .iter()
                .map(|call| receives(call, line, &stream, equality))
                .collect();
            let received = received.map_err(TestCaseError::fail)?.contains(&true);
            prop_assert!(received || !satisfied, "lost: {line}\n{plan:?}\n{quals:?}");
            if plan.classes.iter().all(|(_, class)| *class == Class::Exact) {
                prop_assert!(
                    satisfied || !received,
                    "not exact: {line}\n{plan:?}\n{quals:?}"
                );
            }
        }
    }
    each_class_is_true(quals, format, lines, &plan)
}

/// Checks that every received record matches a top-level qual whose class is exact.
fn each_class_is_true(
    quals: &Quals,
    format: &Format,
    lines: &[String],
    plan: &Plan,
) -> Result<(), TestCaseError> {
    for (qual, (label, class)) in quals.all.iter().zip(&plan.classes) {
        let alone = Quals {
            all: vec![qual.clone()],
            ..Quals::default()
        };
        let bound = alone.bind(format).unwrap();
        for line in lines.iter().filter(|_| *class == Class::Exact) {
            let record = read(line, format);
            let stream = stream(format, line);
            for call in &plan.calls {
                let received = receives(call, line, &stream, Equality::Number).unwrap();
                prop_assert!(
                    !received || bound.matches(&record, EVENT),
                    "{label} is not exact: {line}\n{plan:?}"
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_record_that_satisfies_any_quals_is_received_by_a_call_of_the_plan(quals in quals(), by_interface in any::<bool>(), (format, lines) in format_and_lines()) {
        let streams = if by_interface { Streams::ByInterface } else { Streams::Any };
        plans_rightly(&quals, &format, &lines, streams)?;
    }

    #[test]
    fn one_qual_alone_is_planned_rightly(qual in qual(), place in 0..3, (format, lines) in format_and_lines()) {
        let mut quals = Quals::default();
        match place {
            0 => quals.all.push(qual),
            1 => quals.any.push(vec![qual]),
            _ => quals.none.push(vec![qual]),
        }
        plans_rightly(&quals, &format, &lines, Streams::ByInterface)?;
    }

    #[test]
    fn a_record_that_satisfies_any_quals_matches_what_was_pushed(quals in quals(), (format, lines) in format_and_lines()) {
        pushes_down_rightly(&quals, &format, &lines)?;
    }

    #[test]
    fn one_qual_alone_is_pushed_rightly(qual in qual(), place in 0..3, (format, lines) in format_and_lines()) {
        let mut quals = Quals::default();
        match place {
            0 => quals.all.push(qual),
            1 => quals.any.push(vec![qual]),
            _ => quals.none.push(vec![qual]),
        }
        pushes_down_rightly(&quals, &format, &lines)?;
    }

    #[test]
    fn networks_are_pushed_rightly(networks in vec(network(), 1..4), addresses in vec(ipv4(), 40)) {
        let format = Format::parse("${srcaddr} ${dstport}").unwrap();
        let quals = Quals { all: vec![Qual::parse("src_addr", &networks.join(",")).unwrap()], ..Quals::default() };
        let near = networks.iter().filter_map(|network| network.split('/').next()).map(str::to_owned);
        let lines: Vec<_> = addresses.into_iter().chain(near).map(|address| format!("{address} 22")).collect();
        pushes_down_rightly(&quals, &format, &lines)?;
        plans_rightly(&quals, &format, &lines, Streams::Any)?;
    }

    #[test]
    fn ipv6_networks_are_planned_rightly(networks in vec(network6(), 1..3), addresses in vec(ipv6(), 20), refused in any::<bool>()) {
        let format = Format::parse("${srcaddr} ${dstport}").unwrap();
        let qual = Qual::parse("src_addr", &networks.join(",")).unwrap();
        let quals = if refused {
            Quals { none: vec![vec![qual]], ..Quals::default() }
        } else {
            Quals { all: vec![qual], ..Quals::default() }
        };
        let near = networks.iter().filter_map(|network| network.split('/').next()).map(str::to_owned);
        let lines: Vec<_> = addresses.into_iter().chain(near).map(|address| format!("{address} 22")).collect();
        plans_rightly(&quals, &format, &lines, Streams::Any)?;
    }
}

#[test]
fn every_prefix_length_is_exact_at_its_edges() {
    let format = Format::parse("${srcaddr}").unwrap();
    for length in 0..=32 {
        for address in [
            "10.77.150.201",
            "0.0.0.0",
            "255.255.255.255",
            "128.99.0.10",
            "100.100.100.100",
        ] {
            let network = ipnet::Ipv4Net::new(address.parse().unwrap(), length)
                .unwrap()
                .trunc();
            let first = u32::from(network.network());
            let last = u32::from(network.broadcast());
            let edges = [
                first,
                last,
                first.wrapping_sub(1),
                last.wrapping_add(1),
                first ^ last,
                first / 2 + last / 2,
            ];
            let lines: Vec<_> = edges
                .iter()
                .map(|edge| std::net::Ipv4Addr::from(*edge).to_string())
                .collect();
            let quals = Quals {
                all: vec![Qual::parse("src_addr", &network.to_string()).unwrap()],
                ..Quals::default()
            };
            assert!(
                compile(&quals.bind(&format).unwrap()).not_pushed.is_empty(),
                "{network}"
            );
            pushes_down_rightly(&quals, &format, &lines).unwrap();
        }
    }
}
