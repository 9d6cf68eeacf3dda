//! What stands above and below a network. Worlds with the expected verdict of each network.

use super::super::judge;
use super::build::{HOUSE, house, rules, verdicts, worlds};

#[test]
fn a_network_inherits_from_what_contains_it_and_is_covered_by_what_is_in_it() {
    let all = "kinds=vpc,subnet,network_interface";
    for (flow_logs, [vpc, one, two, first, second]) in [
        ("", ["uncovered"; 5]),
        ("fl-1 on vpc-1", ["covered"; 5]),
        (
            "fl-1 on subnet-1",
            [
                "partial[ACCEPT+REJECT eni-2]",
                "covered",
                "uncovered",
                "covered",
                "uncovered",
            ],
        ),
        (
            "fl-1 on eni-1",
            [
                "partial[ACCEPT+REJECT eni-2]",
                "covered_by_children",
                "uncovered",
                "covered",
                "uncovered",
            ],
        ),
        (
            "fl-1 on subnet-1; fl-2 on subnet-2",
            [
                "covered_by_children",
                "covered",
                "covered",
                "covered",
                "covered",
            ],
        ),
        (
            "fl-1 on eni-1; fl-2 on eni-2",
            [
                "covered_by_children",
                "covered_by_children",
                "covered_by_children",
                "covered",
                "covered",
            ],
        ),
        (
            "fl-1 on subnet-1; fl-2 on eni-2",
            [
                "covered_by_children",
                "covered",
                "covered_by_children",
                "covered",
                "covered",
            ],
        ),
        // Traffic types are united along the way.
        ("fl-1 on vpc-1 ACCEPT; fl-2 on vpc-1 REJECT", ["covered"; 5]),
        (
            "fl-1 on vpc-1 ACCEPT",
            [
                "partial[REJECT eni-1 eni-2]",
                "partial[REJECT eni-1]",
                "partial[REJECT eni-2]",
                "partial[REJECT]",
                "partial[REJECT]",
            ],
        ),
        (
            "fl-1 on vpc-1 ACCEPT; fl-2 on subnet-1 REJECT",
            [
                "partial[REJECT eni-2]",
                "covered",
                "partial[REJECT eni-2]",
                "covered",
                "partial[REJECT]",
            ],
        ),
        (
            "fl-1 on vpc-1 ACCEPT; fl-2 on subnet-1 REJECT; fl-3 on eni-2 REJECT",
            [
                "covered_by_children",
                "covered",
                "covered_by_children",
                "covered",
                "covered",
            ],
        ),
        (
            "fl-1 on eni-1 ACCEPT; fl-2 on subnet-1 REJECT",
            [
                "partial[ACCEPT+REJECT eni-2]",
                "covered_by_children",
                "uncovered",
                "covered",
                "uncovered",
            ],
        ),
        // A flow log without a type of traffic, or with one that does not exist, records nothing.
        ("fl-1 on vpc-1 traffic=?", ["uncovered"; 5]),
        // A flow log on something else does not count.
        ("fl-1 on vpc-2", ["uncovered"; 5]),
    ] {
        let expected = [
            ("vpc-1", vpc),
            ("subnet-1", one),
            ("subnet-2", two),
            ("eni-1", first),
            ("eni-2", second),
        ];
        let expected = expected.map(|(id, verdict)| format!("{id} {verdict}"));
        assert_eq!(house(flow_logs, all), expected, "{flow_logs}");
    }
}

#[test]
fn transit_gateways_nat_gateways_and_cloud_wan_are_judged_like_vpcs() {
    let tgw = "tgw-1; tgw-attach-1 in tgw-1; tgw-attach-2 in tgw-1";
    let kinds = "kinds=transit_gateway,transit_gateway_attachment";
    let core = "core-network-1; edge-1 in core-network-1; attachment-1 in edge-1 core-network-1";
    let of_core = "kinds=core_network,core_network_edge,core_network_attachment";
    for (world, given, expected) in [
        (
            tgw.to_owned(),
            kinds,
            vec![
                "tgw-1 uncovered",
                "tgw-attach-1 uncovered",
                "tgw-attach-2 uncovered",
            ],
        ),
        (
            format!("{tgw}; fl-1 on tgw-1"),
            kinds,
            vec![
                "tgw-1 covered",
                "tgw-attach-1 covered",
                "tgw-attach-2 covered",
            ],
        ),
        (
            format!("{tgw}; fl-1 on tgw-attach-1"),
            kinds,
            vec![
                "tgw-1 partial[ACCEPT+REJECT tgw-attach-2]",
                "tgw-attach-1 covered",
                "tgw-attach-2 uncovered",
            ],
        ),
        (
            format!("{tgw}; fl-1 on tgw-attach-1; fl-2 on tgw-attach-2"),
            kinds,
            vec![
                "tgw-1 covered_by_children",
                "tgw-attach-1 covered",
                "tgw-attach-2 covered",
            ],
        ),
        (
            "tgw-1".to_owned(),
            kinds,
            vec!["tgw-1 not_applicable[Empty]"],
        ),
        (
            "tgw-1".to_owned(),
            "kinds=transit_gateway empty",
            vec!["tgw-1 uncovered"],
        ),
        // A flow log of the VPC does not record a regional NAT gateway.
        (
            "vpc-1; nat-1 in vpc-1; fl-1 on vpc-1".to_owned(),
            "kinds=regional_nat_gateway",
            vec!["nat-1 uncovered"],
        ),
        (
            "vpc-1; nat-1 in vpc-1; fl-1 on nat-1".to_owned(),
            "kinds=vpc,regional_nat_gateway",
            vec!["vpc-1 not_applicable[Empty]", "nat-1 covered"],
        ),
        (
            "vpc-1 default; nat-1 in vpc-1".to_owned(),
            "kinds=regional_nat_gateway no-default",
            vec!["nat-1 not_applicable[DefaultVpc]"],
        ),
        (
            core.to_owned(),
            of_core,
            vec![
                "core-network-1 uncovered",
                "edge-1 uncovered",
                "attachment-1 uncovered",
            ],
        ),
        (
            format!("{core}; fl-1 on core-network-1"),
            of_core,
            vec![
                "core-network-1 covered",
                "edge-1 covered",
                "attachment-1 covered",
            ],
        ),
        (
            format!("{core}; fl-1 on edge-1"),
            of_core,
            vec![
                "core-network-1 covered_by_children",
                "edge-1 covered",
                "attachment-1 covered",
            ],
        ),
        (
            format!("{core}; fl-1 on attachment-1"),
            of_core,
            vec![
                "core-network-1 covered_by_children",
                "edge-1 covered_by_children",
                "attachment-1 covered",
            ],
        ),
    ] {
        let found = verdicts(&judge(&worlds(&world), &rules(given)));
        assert_eq!(found, expected, "{world} ({given})");
    }
}

/// The flow logs of Cloud WAN are in the worlds of regions, which have the same account.
#[test]
fn flow_logs_of_any_region_record_cloud_wan_and_missing_ones_are_known_only_if_all_were_read() {
    let wan =
        "global; core-network-1; attachment-1 in core-network-1; attachment-2 in core-network-1";
    let shared = "global; core-network-1 owner=2; attachment-1 in core-network-1";
    let kinds = "kinds=core_network,core_network_attachment";
    let both = format!("{kinds} shared=both");
    for (world, given, expected) in [
        (
            format!("{wan}; account 1; fl-1 on core-network-1"),
            kinds,
            vec![
                "core-network-1 covered",
                "attachment-1 covered",
                "attachment-2 covered",
            ],
        ),
        (
            format!("{wan}; account 1; fl-1 on attachment-1; account 1; fl-2 on attachment-2"),
            kinds,
            vec![
                "core-network-1 covered_by_children",
                "attachment-1 covered",
                "attachment-2 covered",
            ],
        ),
        (
            format!("{wan}; account 1; fl-1 on vpc-1"),
            kinds,
            vec![
                "core-network-1 uncovered",
                "attachment-1 uncovered",
                "attachment-2 uncovered",
            ],
        ),
        (
            format!("{wan}; unread flow_logs region_not_read; account 1; fl-1 on attachment-1"),
            kinds,
            vec![
                "core-network-1 unknown[flow logs region_not_read]",
                "attachment-1 covered",
                "attachment-2 unknown[flow logs region_not_read]",
            ],
        ),
        // Each cause is told.
        (
            format!(
                "{wan}; unread flow_logs denied; unread flow_logs region_not_read; unread flow_logs edge_not_listed"
            ),
            "kinds=core_network",
            vec![
                "core-network-1 unknown[flow logs denied, flow logs region_not_read, flow logs edge_not_listed]",
            ],
        ),
        // The regions of the owner were read, but not for Cloud WAN.
        (
            format!("{shared}; account 2; vpc-1 owner=2"),
            both.as_str(),
            vec![
                "core-network-1 unknown[owner 2]",
                "attachment-1 unknown[owner 2]",
            ],
        ),
        (
            format!("{shared}; account 2; account 2; global"),
            both.as_str(),
            vec!["core-network-1 uncovered", "attachment-1 uncovered"],
        ),
        (
            format!("{shared}; account 2; fl-1 on core-network-1; account 2; global"),
            both.as_str(),
            vec!["core-network-1 covered", "attachment-1 covered"],
        ),
        // What was not read for Cloud WAN leaves VPCs as they are.
        (
            format!("{wan}; unread flow_logs region_not_read; account 1; vpc-1; eni-1 in vpc-1"),
            "kinds=vpc",
            vec!["vpc-1 uncovered"],
        ),
    ] {
        let found = verdicts(&judge(&worlds(&world), &rules(given)));
        assert_eq!(found, expected, "{world} ({given})");
    }
}

#[test]
fn what_is_recorded_twice_is_found() {
    let house = HOUSE;
    for (flow_logs, expected) in [
        (
            "fl-1 on vpc-1; fl-2 on vpc-1",
            vec!["fl-1 fl-2 cloud-watch-logs ACCEPT+REJECT 2"],
        ),
        (
            "fl-1 on vpc-1; fl-2 on subnet-1 REJECT",
            vec!["fl-1 fl-2 cloud-watch-logs REJECT 1"],
        ),
        (
            "fl-1 on vpc-1; fl-2 on subnet-1; fl-3 on eni-1",
            vec![
                "fl-1 fl-2 cloud-watch-logs ACCEPT+REJECT 1",
                "fl-1 fl-3 cloud-watch-logs ACCEPT+REJECT 1",
                "fl-2 fl-3 cloud-watch-logs ACCEPT+REJECT 1",
            ],
        ),
        // Another kind of destination, other traffic, other networks, and what does not deliver cost nothing twice.
        ("fl-1 on vpc-1; fl-2 on vpc-1 s3", vec![]),
        ("fl-1 on vpc-1 ACCEPT; fl-2 on vpc-1 REJECT", vec![]),
        ("fl-1 on subnet-1; fl-2 on subnet-2", vec![]),
        ("fl-1 on vpc-1; fl-2 on vpc-1 failed=x", vec![]),
        ("fl-1 on vpc-3; fl-2 on vpc-3", vec![]),
    ] {
        let coverage = judge(&worlds(&format!("{house}{flow_logs}")), &rules(""));
        let found = coverage.doubles.iter().map(|double| {
            let traffic: Vec<_> = double.traffic.names().collect();
            let [one, other] = &double.flow_logs;
            format!(
                "{one} {other} {} {} {}",
                double.destination_type,
                traffic.join("+"),
                double.networks
            )
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{flow_logs}");
    }
}
