//! Worlds with the expected verdict of each network.

use super::super::judge;
use super::build::{rules, verdicts, worlds};

/// A name, a world, rules, and the expected verdicts.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

fn check(cases: &[Case]) {
    for (name, world, given, expected) in cases {
        let found = verdicts(&judge(&worlds(world), &rules(given)));
        assert_eq!(found, *expected, "{name}: {world} ({given})");
    }
}

const HOUSE: &str = "vpc-1; subnet-1 in vpc-1; subnet-2 in vpc-1; eni-1 in subnet-1 vpc-1; eni-2 in subnet-2 vpc-1; ";

/// Returns the verdicts about a VPC with two subnets and an interface in each.
fn house(flow_logs: &str, given: &str) -> Vec<String> {
    verdicts(&judge(
        &worlds(&format!("{HOUSE}{flow_logs}")),
        &rules(given),
    ))
}

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
fn delivery_and_age_count() {
    check(&[
        (
            "a failing delivery is no coverage",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 failed=Access-error",
            "",
            &["vpc-1 unhealthy[fl-1 Access-error]"],
        ),
        (
            "failing, without a cause",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 status=INACTIVE",
            "",
            &["vpc-1 unhealthy[fl-1]"],
        ),
        (
            "active, although delivery fails",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 status=ACTIVE failed=Rate-limited",
            "",
            &["vpc-1 unhealthy[fl-1 Rate-limited]"],
        ),
        (
            "one of two fails",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 failed=x; fl-2 on vpc-1",
            "",
            &["vpc-1 covered"],
        ),
        (
            "the half that fails is missing",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 REJECT failed=x; fl-2 on vpc-1 ACCEPT",
            "",
            &["vpc-1 partial[REJECT eni-1]"],
        ),
        (
            "all interfaces fail",
            "vpc-1; eni-1 in vpc-1; eni-2 in vpc-1; fl-1 on eni-1 failed=x; fl-2 on eni-2 failed=y",
            "",
            &["vpc-1 unhealthy[fl-1 x, fl-2 y]"],
        ),
        (
            "one interface fails and one is bare",
            "vpc-1; eni-1 in vpc-1; eni-2 in vpc-1; fl-1 on eni-1 failed=x",
            "",
            &["vpc-1 uncovered"],
        ),
        (
            "health is not required",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 failed=x",
            "failing-counts",
            &["vpc-1 covered"],
        ),
        (
            "no status of delivery",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 delivery=?",
            "",
            &["vpc-1 covered"],
        ),
        (
            "no status",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 status=?",
            "",
            &["vpc-1 unknown[status of fl-1]"],
        ),
        (
            "no status, but another flow log",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 status=?; fl-2 on vpc-1",
            "",
            &["vpc-1 covered"],
        ),
        (
            "too new",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 age=14",
            "",
            &["vpc-1 pending[fl-1]"],
        ),
        (
            "just old enough",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 age=15",
            "",
            &["vpc-1 covered"],
        ),
        (
            "created in the future",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 age=-5",
            "",
            &["vpc-1 pending[fl-1]"],
        ),
        (
            "no waiting",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 age=0",
            "settle=0",
            &["vpc-1 covered"],
        ),
        (
            "created at an unknown time",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 created=?",
            "",
            &["vpc-1 covered"],
        ),
        (
            "new and failing",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 age=1 failed=x",
            "",
            &["vpc-1 unhealthy[fl-1 x]"],
        ),
        (
            "a new one beside a failing one",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 failed=x; fl-2 on vpc-1 age=1",
            "",
            &["vpc-1 pending[fl-2]"],
        ),
        (
            "a new one beside an old one",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 age=1; fl-2 on vpc-1",
            "",
            &["vpc-1 covered"],
        ),
    ]);
}

#[test]
fn requirements_are_checked_flow_log_by_flow_log() {
    check(&[
        (
            "rejected traffic is enough",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 REJECT",
            "traffic=REJECT",
            &["vpc-1 covered"],
        ),
        (
            "all traffic includes rejected traffic",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 ALL",
            "traffic=REJECT",
            &["vpc-1 covered"],
        ),
        (
            "the wrong half",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 ACCEPT",
            "traffic=REJECT",
            &["vpc-1 partial[REJECT eni-1]"],
        ),
        (
            "accepted traffic is enough",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 ACCEPT",
            "traffic=ACCEPT",
            &["vpc-1 covered"],
        ),
        (
            "any traffic is enough",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 ACCEPT",
            "traffic=ANY",
            &["vpc-1 covered"],
        ),
        (
            "nothing is not any traffic",
            "vpc-1; eni-1 in vpc-1",
            "traffic=ANY",
            &["vpc-1 uncovered"],
        ),
        (
            "all fields",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1",
            "fields=srcaddr,action",
            &["vpc-1 covered"],
        ),
        (
            "a field is missing",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1",
            "fields=srcaddr,pkt-srcaddr,tcp-flags",
            &["vpc-1 insufficient[fl-1 fields pkt-srcaddr+tcp-flags]"],
        ),
        (
            "a format that EC2 does not report",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 fields=?",
            "fields=srcaddr",
            &["vpc-1 unknown[format of fl-1]"],
        ),
        (
            "a format that nobody asks about",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 fields=?",
            "",
            &["vpc-1 covered"],
        ),
        (
            "the interval is too long",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1",
            "interval=60",
            &["vpc-1 insufficient[fl-1 interval 600 > 60]"],
        ),
        (
            "the interval is short enough",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 interval=60",
            "interval=60",
            &["vpc-1 covered"],
        ),
        (
            "the interval is not reported",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 interval=?",
            "interval=60",
            &["vpc-1 insufficient[fl-1 interval 0 > 60]"],
        ),
        (
            "another type of destination",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1",
            "types=s3,kinesis-data-firehose",
            &["vpc-1 insufficient[fl-1 type cloud-watch-logs]"],
        ),
        (
            "the type of destination",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 s3",
            "types=s3",
            &["vpc-1 covered"],
        ),
        (
            "another destination",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 s3 to=arn:aws:s3:::mine",
            "to=arn:aws:s3:::audit",
            &["vpc-1 insufficient[fl-1 to arn:aws:s3:::mine]"],
        ),
        (
            "the destination, in a folder",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 s3 to=arn:aws:s3:::audit/x/",
            "to=arn:aws:s3:::audit",
            &["vpc-1 covered"],
        ),
        (
            "kept for too few days",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 days=30",
            "days=90",
            &["vpc-1 insufficient[fl-1 days 30 < 90]"],
        ),
        (
            "kept for enough days",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 days=90",
            "days=90",
            &["vpc-1 covered"],
        ),
        (
            "kept forever",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 forever",
            "days=90",
            &["vpc-1 covered"],
        ),
        (
            "retention may not be read",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 retention=denied",
            "days=90",
            &["vpc-1 unknown[retention of fl-1 denied]"],
        ),
        (
            "only the owner of a bucket knows",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 s3",
            "days=90",
            &["vpc-1 unknown[retention of fl-1]"],
        ),
        (
            "several things at once",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 days=1",
            "days=90 interval=60 types=s3",
            &[
                "vpc-1 insufficient[fl-1 interval 600 > 60, fl-1 type cloud-watch-logs, fl-1 days 1 < 90]",
            ],
        ),
        (
            "two that each lack something do not make one",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1; fl-2 on vpc-1 s3 interval=60",
            "interval=60 types=cloud-watch-logs",
            &["vpc-1 insufficient[fl-1 interval 600 > 60, fl-2 type s3]"],
        ),
        (
            "a sufficient one beside an insufficient one",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1; fl-2 on eni-1 interval=60",
            "interval=60",
            &["vpc-1 covered_by_children"],
        ),
        (
            "half of the traffic is sufficient",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 REJECT interval=60; fl-2 on vpc-1 ACCEPT",
            "interval=60",
            &["vpc-1 partial[ACCEPT eni-1]"],
        ),
        (
            "insufficient, and a new one",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1; fl-2 on vpc-1 interval=60 age=1",
            "interval=60",
            &["vpc-1 insufficient[fl-1 interval 600 > 60]"],
        ),
    ]);
}

#[test]
fn empty_default_and_excluded_networks_need_no_flow_log() {
    check(&[
        (
            "nothing is in it",
            "vpc-1; subnet-1 in vpc-1",
            "kinds=vpc,subnet",
            &[
                "vpc-1 not_applicable[Empty]",
                "subnet-1 not_applicable[Empty]",
            ],
        ),
        (
            "empty networks are judged",
            "vpc-1; subnet-1 in vpc-1",
            "kinds=vpc,subnet empty",
            &["vpc-1 uncovered", "subnet-1 uncovered"],
        ),
        (
            "empty, and recorded",
            "vpc-1; fl-1 on vpc-1",
            "",
            &["vpc-1 covered"],
        ),
        (
            "empty, and its flow log fails",
            "vpc-1; fl-1 on vpc-1 failed=x",
            "",
            &["vpc-1 not_applicable[Empty]"],
        ),
        (
            "empty, judged, and its flow log fails",
            "vpc-1; fl-1 on vpc-1 failed=x",
            "empty",
            &["vpc-1 unhealthy[fl-1 x]"],
        ),
        (
            "empty, with flow logs on its subnets",
            "vpc-1; subnet-1 in vpc-1; fl-1 on subnet-1",
            "empty",
            &["vpc-1 uncovered"],
        ),
        (
            "a default VPC is a VPC",
            "vpc-1 default; eni-1 in vpc-1",
            "",
            &["vpc-1 uncovered"],
        ),
        (
            "default VPCs are left out, with all in them",
            "vpc-1 default; eni-1 in vpc-1; vpc-2; eni-2 in vpc-2",
            "no-default kinds=vpc,network_interface",
            &[
                "vpc-1 not_applicable[DefaultVpc]",
                "vpc-2 uncovered",
                "eni-1 not_applicable[DefaultVpc]",
                "eni-2 uncovered",
            ],
        ),
        (
            "excluded by ID, with all in it",
            "vpc-1; eni-1 in vpc-1; vpc-2; eni-2 in vpc-2",
            "without=vpc-1 kinds=vpc,network_interface",
            &[
                "vpc-1 not_applicable[ExcludedId]",
                "vpc-2 uncovered",
                "eni-1 not_applicable[ExcludedId]",
                "eni-2 uncovered",
            ],
        ),
        (
            "excluded by tag, with all in it",
            "vpc-1 tag=Stage:dev-7; eni-1 in vpc-1; vpc-2 tag=Stage:prod; eni-2 in vpc-2",
            "without-tag=Stage:dev* kinds=vpc,network_interface",
            &[
                "vpc-1 not_applicable[ExcludedTag]",
                "vpc-2 uncovered",
                "eni-1 not_applicable[ExcludedTag]",
                "eni-2 uncovered",
            ],
        ),
        (
            "an excluded interface does not count in its VPC",
            "vpc-1; eni-1 in vpc-1; eni-2 in vpc-1; fl-1 on eni-1",
            "without=eni-2",
            &["vpc-1 covered_by_children"],
        ),
        (
            "a VPC with excluded interfaces only is empty",
            "vpc-1; eni-1 in vpc-1 tag=Kind:probe",
            "without-tag=Kind:probe",
            &["vpc-1 not_applicable[Empty]"],
        ),
        (
            "an excluded VPC that is recorded is still excluded",
            "vpc-1; fl-1 on vpc-1",
            "without=vpc-1",
            &["vpc-1 not_applicable[ExcludedId]"],
        ),
        (
            "flow logs with a tag do not count",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 tag=By:gaps",
            "ignore=By:gaps",
            &["vpc-1 uncovered"],
        ),
        (
            "flow logs with another tag count",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 tag=By:hand",
            "ignore=By:gaps",
            &["vpc-1 covered"],
        ),
        ("no networks", "", "", &[]),
    ]);
}

#[test]
fn only_the_owner_of_a_shared_network_is_judged_and_only_its_flow_logs_count() {
    let shared = "vpc-1 owner=2; eni-1 in vpc-1";
    let seen =
        "vpc-1 owner=2; eni-1 in vpc-1; account 2; vpc-1 owner=2; eni-1 in vpc-1; fl-2 on vpc-1";
    let denied = "vpc-1 owner=2; eni-1 in vpc-1; account 2; vpc-1 owner=2; unread flow_logs denied";
    check(&[
        (
            "a participant is not judged",
            shared,
            "kinds=vpc,network_interface",
            &[
                "vpc-1 not_applicable[Participant]",
                "eni-1 not_applicable[Participant]",
            ],
        ),
        (
            "a participant does not see the owner's flow logs",
            shared,
            "shared=participant kinds=vpc,network_interface",
            &["vpc-1 unknown[owner 2]", "eni-1 unknown[owner 2]"],
        ),
        (
            "a participant records its interfaces",
            "vpc-1 owner=2; eni-1 in vpc-1; fl-1 on eni-1",
            "shared=both kinds=vpc,network_interface",
            &["vpc-1 covered_by_children", "eni-1 covered"],
        ),
        (
            "the owner's flow logs were read, too",
            seen,
            "shared=both kinds=vpc,network_interface",
            &[
                "vpc-1 covered",
                "eni-1 covered",
                "2/vpc-1 covered",
                "2/eni-1 covered",
            ],
        ),
        (
            "each owner is judged",
            seen,
            "",
            &["vpc-1 not_applicable[Participant]", "2/vpc-1 covered"],
        ),
        (
            "the owner's flow logs were denied",
            denied,
            "shared=participant",
            &["vpc-1 unknown[owner 2]", "2/vpc-1 not_applicable[Owner]"],
        ),
        (
            "own networks are not those of others",
            "vpc-1; eni-1 in vpc-1",
            "shared=participant",
            &["vpc-1 not_applicable[Owner]"],
        ),
        (
            "without an account, nothing belongs to others",
            "vpc-1 owner=2; eni-1 in vpc-1; account ?",
            "",
            &["vpc-1 uncovered"],
        ),
        (
            "a shared transit gateway",
            "tgw-1 owner=2; tgw-attach-1 owner=2 in tgw-1",
            "kinds=transit_gateway,transit_gateway_attachment",
            &[
                "tgw-1 not_applicable[Participant]",
                "tgw-attach-1 not_applicable[Participant]",
            ],
        ),
    ]);
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

#[test]
fn what_could_not_be_read_is_unknown_and_never_passes() {
    let denied = "unread flow_logs denied";
    let bare = "vpc-1; eni-1 in vpc-1";
    for (world, given, expected) in [
        (format!("{bare}; {denied}"), "", vec!["vpc-1 unknown[flow logs denied]"]),
        // What was read before a page broke counts.
        (format!("{bare}; fl-1 on vpc-1; unread flow_logs unreadable"), "", vec!["vpc-1 covered"]),
        (format!("{bare}; fl-1 on vpc-1 failed=x; unread flow_logs throttled"), "", vec!["vpc-1 unknown[flow logs throttled]"]),
        (format!("{bare}; fl-1 on vpc-1 REJECT; unread flow_logs throttled"), "", vec!["vpc-1 unknown[flow logs throttled]"]),
        // Nothing needs to be recorded in an empty VPC.
        (format!("vpc-1; {denied}"), "", vec!["vpc-1 not_applicable[Empty]"]),
        (format!("vpc-1; {denied}"), "empty", vec!["vpc-1 unknown[flow logs denied]"]),
        (format!("{bare}; {denied}"), "without=vpc-1", vec!["vpc-1 not_applicable[ExcludedId]"]),
        ("unread vpc denied".to_owned(), "", vec!["every vpc unknown[vpc denied]"]),
        ("vpc-1; eni-1 in vpc-1; fl-1 on vpc-1; unread vpc unreadable".to_owned(), "", vec!["every vpc unknown[vpc unreadable]", "vpc-1 covered"]),
        ("unread vpc region_off; unread network_interface region_off; unread flow_logs region_off".to_owned(), "kinds=vpc,network_interface", vec!["every vpc unknown[vpc region_off]", "every network_interface unknown[network_interface region_off]"]),
        ("unread transit_gateway credentials".to_owned(), "kinds=transit_gateway", vec!["every transit_gateway unknown[transit_gateway credentials]"]),
        // Without the interfaces, a VPC may be empty, or covered by flow logs on them.
        ("vpc-1; unread network_interface denied".to_owned(), "", vec!["vpc-1 unknown[network_interface denied]"]),
        ("vpc-1; fl-1 on vpc-1; unread network_interface denied".to_owned(), "", vec!["vpc-1 covered"]),
        // One interface that is seen and bare is enough to know that the VPC is not covered.
        (format!("{bare}; unread network_interface unreadable"), "", vec!["vpc-1 uncovered"]),
        (format!("{bare}; fl-1 on eni-1; unread network_interface unreadable"), "", vec!["vpc-1 unknown[network_interface unreadable]"]),
        // A listing that is not asked for does not matter.
        (format!("{bare}; fl-1 on vpc-1; unread subnet denied"), "", vec!["vpc-1 covered"]),
        // Without the VPCs, nobody knows whose the interfaces are.
        (
            "eni-1 in vpc-1; unread vpc denied".to_owned(),
            "kinds=network_interface",
            vec!["eni-1 unknown[vpc denied]"],
        ),
        (
            "eni-1 in vpc-1; fl-1 on eni-1; unread vpc denied".to_owned(),
            "kinds=network_interface",
            vec!["eni-1 covered"],
        ),
        // An interface vanished between two listings, or its VPC is new.
        ("eni-1 in vpc-9".to_owned(), "kinds=vpc,network_interface", vec!["eni-1 uncovered"]),
        // Twice on two pages.
        (format!("{bare}; {bare}"), "", vec!["vpc-1 uncovered"]),
    ] {
        let found = verdicts(&judge(&worlds(&world), &rules(given)));
        assert_eq!(found, expected, "{world} ({given})");
    }
}

#[test]
fn policies_have_their_own_rules() {
    for (policy, expected) in [
        (
            "policy=cis",
            ["vpc-1 covered", "vpc-2 not_applicable[Empty]"],
        ),
        ("policy=ec2.6", ["vpc-1 covered", "vpc-2 uncovered"]),
    ] {
        let world = "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 REJECT; vpc-2";
        let found = verdicts(&judge(&worlds(world), &rules(policy)));
        assert_eq!(found, expected, "{policy}");
    }
    let world = "vpc-1; subnet-1 in vpc-1; eni-1 in subnet-1 vpc-1; fl-1 on vpc-1 REJECT; tgw-1; nat-1 in vpc-1";
    let found = judge(&worlds(world), &rules("policy=strict")).counts();
    assert_eq!(
        (found.total, found.compliant, found.non_compliant),
        (5, 0, 5)
    );
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

#[test]
fn what_is_unknown_does_not_count_as_compliant() {
    let coverage = judge(
        &worlds("vpc-1; eni-1 in vpc-1; unread flow_logs denied"),
        &rules(""),
    );
    assert!(!coverage.counts().is_compliant());
    let coverage = judge(
        &worlds("vpc-1; eni-1 in vpc-1; fl-1 on vpc-1; vpc-2"),
        &rules(""),
    );
    assert!(coverage.counts().is_compliant());
}
