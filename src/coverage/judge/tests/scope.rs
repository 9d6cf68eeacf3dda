//! What is not judged, and what is not known. Worlds with the expected verdict of each network.

use super::super::judge;
use super::build::{check, rules, verdicts, worlds};

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
        // Without the VPCs, the owner of the interfaces is not known.
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
