//! Rules that hold in every world.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::build::{flow_log, rules, worlds};

const ALL: &str = "kinds=vpc,subnet,network_interface,transit_gateway,transit_gateway_attachment";

/// Returns the verdicts by kind and ID.
fn by_id(
    world: &str,
    given: &str,
    more: Option<&FlowLog>,
) -> BTreeMap<(Kind, Option<String>), Verdict> {
    let mut worlds = worlds(world);
    if let (Some(log), Some(world)) = (more, worlds.first_mut()) {
        world.flow_logs.push(log.clone());
    }
    let judged = judge(&worlds, &rules(given)).judged.into_iter();
    judged
        .map(|judged| ((judged.kind, judged.id), judged.verdict))
        .collect()
}

/// Writes a world: VPCs with subnets and interfaces, a transit gateway, flow logs, and what was not read.
fn world() -> impl Strategy<Value = String> {
    let interfaces =
        prop::collection::vec((0..3u8, 0..3u8, select(vec!["", " idle", " use?"])), 0..6);
    let attachments = 0..3u8;
    let logs = prop::collection::vec(log(), 0..6);
    let unread = prop::collection::vec(
        select(vec![
            "flow_logs denied",
            "network_interface throttled",
            "vpc unreadable",
            "transit_gateway_attachment denied",
        ]),
        0..2,
    );
    let owner = select(vec!["1", "1", "2"]);
    (interfaces, attachments, logs, unread, owner).prop_map(
        |(interfaces, attachments, logs, unread, owner)| {
            let mut lines = vec![
                format!("vpc-0 owner={owner}"),
                "vpc-1".to_owned(),
                "vpc-2 default".to_owned(),
                "tgw-0".to_owned(),
            ];
            for (vpc, subnet) in (0..3).flat_map(|vpc| (0..3).map(move |subnet| (vpc, subnet))) {
                lines.push(format!("subnet-{vpc}{subnet} in vpc-{vpc}"));
            }
            for (number, (vpc, subnet, state)) in interfaces.iter().enumerate() {
                lines.push(format!(
                    "eni-{number} in subnet-{vpc}{subnet} vpc-{vpc}{state}"
                ));
            }
            lines.extend((0..attachments).map(|number| format!("tgw-attach-{number} in tgw-0")));
            let logs = logs.iter().enumerate();
            lines.extend(logs.map(|(number, log)| format!("fl-{number} on {log}")));
            lines.extend(unread.iter().map(|what| format!("unread {what}")));
            lines.join("; ")
        },
    )
}

/// Writes where a flow log stands and how it is.
fn log() -> impl Strategy<Value = String> {
    let place = prop_oneof![
        (0..3u8).prop_map(|n| format!("vpc-{n}")),
        (0..3u8, 0..3u8).prop_map(|(vpc, n)| format!("subnet-{vpc}{n}")),
        (0..6u8).prop_map(|n| format!("eni-{n}")),
        (0..3u8).prop_map(|n| format!("tgw-attach-{n}")),
        Just("tgw-0".to_owned()),
    ];
    let how = select(vec![
        "",
        " failed=x",
        " age=1",
        " status=?",
        " interval=60",
        " fields=? interval=60",
        " days=1",
        " forever",
        " s3",
        " records=none",
        " records=5",
        " records=denied",
    ]);
    (place, select(vec!["ALL", "ACCEPT", "REJECT"]), how)
        .prop_map(|(place, traffic, how)| format!("{place} {traffic}{how}"))
}

fn given() -> impl Strategy<Value = String> {
    let more = select(vec![
        "",
        " interval=60",
        " fields=srcaddr",
        " days=30",
        " traffic=REJECT",
        " traffic=ANY",
        " empty",
        " evidence=records",
        " shared=both",
        " shared=participant",
        " no-default",
    ]);
    (more.clone(), more).prop_map(|(one, other)| format!("{ALL}{one}{other}"))
}

/// Returns how good a verdict is, if it is certain.
fn rank(verdict: &Verdict) -> Option<u8> {
    Some(match verdict.status() {
        Status::Unknown => return None,
        Status::Uncovered => 0,
        Status::Unhealthy => 1,
        Status::Pending => 2,
        Status::Insufficient => 3,
        Status::Partial => 4,
        Status::CoveredByChildren => 5,
        Status::NotApplicable => 6,
        Status::Covered => 7,
    })
}

fn passes(verdict: &Verdict) -> bool {
    verdict.status().is_compliant() || verdict.status() == Status::NotApplicable
}

proptest! {
    #[test]
    fn a_healthy_flow_log_never_makes_anything_less_covered(world in world(), given in given(), place in log()) {
        let words: Vec<&str> = place.split(' ').take(2).chain(["records=1"]).collect();
        let more = flow_log("fl-more", &words);
        let before = by_id(&world, &given, None);
        let after = by_id(&world, &given, Some(&more));
        for (id, verdict) in &before {
            let later = &after[id];
            if passes(verdict) {
                prop_assert!(passes(later), "{id:?}: {verdict:?} became {later:?}");
            }
            if let (Some(before), Some(after)) = (rank(verdict), rank(later)) {
                prop_assert!(before <= after, "{id:?}: {verdict:?} became {later:?}");
            }
        }
    }

    #[test]
    fn what_is_unknown_never_passes(world in world(), given in given()) {
        let coverage = judge(&worlds(&world), &rules(&given));
        let counts = coverage.counts();
        let unknown = coverage.judged.iter().any(|judged| judged.verdict.status() == Status::Unknown);
        prop_assert!(!(unknown && counts.is_compliant()));
        prop_assert_eq!(counts.total, counts.compliant + counts.non_compliant + counts.not_applicable + counts.unknown);
        for judged in &coverage.judged {
            if let Verdict::Unknown(doubts) = &judged.verdict {
                prop_assert!(!doubts.is_empty(), "{judged:?}");
            }
        }
    }

    /// Without flow logs that were not read, and with them: reading more never turns a pass into a failure.
    #[test]
    fn what_was_not_read_never_makes_a_verdict_better(world in world(), given in given()) {
        let all_read = world.split("; ").filter(|line| !line.starts_with("unread"));
        let certain = by_id(&all_read.collect::<Vec<_>>().join("; "), &given, None);
        for (id, verdict) in by_id(&world, &given, None) {
            if passes(&verdict) && id.1.is_some() {
                prop_assert!(passes(&certain[&id]), "{id:?}: {verdict:?} is {:?}", certain[&id]);
            }
        }
    }

    #[test]
    fn the_verdict_of_a_vpc_follows_from_its_interfaces(world in world(), given in given()) {
        let certain = by_id(&world, &given, None);
        let read = !world.contains("unread network_interface");
        for vpc in (0..3).map(|vpc| format!("vpc-{vpc}")).filter(|_| read) {
            let inside = world.split("; ").filter_map(|line| {
                let (eni, above) = line.split_once(" in ")?;
                let is_inside = above.split(' ').any(|id| id == vpc);
                (eni.starts_with("eni-") && is_inside).then(|| eni.to_owned())
            });
            let inside: Vec<_> = inside.map(|eni| &certain[&(Kind::NetworkInterface, Some(eni))]).collect();
            let verdict = &certain[&(Kind::Vpc, Some(vpc.clone()))];
            if inside.is_empty() || verdict.status() == Status::NotApplicable {
                continue;
            }
            let all = inside.iter().all(|verdict| verdict.status().is_compliant());
            prop_assert_eq!(verdict.status().is_compliant(), all, "{}: {:?} of {:?}", vpc, verdict, inside);
            let fails = inside.iter().any(|v| !v.status().is_compliant() && v.status() != Status::Unknown);
            if fails {
                prop_assert!(verdict.status() != Status::Covered);
            }
        }
    }
}
