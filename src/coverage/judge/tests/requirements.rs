//! What is required of flow logs. Worlds with the expected verdict of each network.

use super::super::judge;
use super::build::{check, rules, verdicts, worlds};

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
