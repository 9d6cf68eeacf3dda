//! Whether records must have arrived, and what it means if none has.

use super::build::{HOUSE, check};

const RECORDS: &str = "evidence=records";

#[test]
fn a_level_says_what_must_show_that_a_flow_log_delivers() {
    let failing = "fl-1 on vpc-1 failed=Access-error records=none";
    let silent = "fl-1 on vpc-1 records=none";
    for (world, rules, expected) in [
        (failing, "evidence=none", "vpc-1 covered"),
        (
            failing,
            "evidence=status",
            "vpc-1 unhealthy[fl-1 Access-error]",
        ),
        (failing, RECORDS, "vpc-1 unhealthy[fl-1 Access-error]"),
        (silent, "evidence=none", "vpc-1 covered"),
        (silent, "", "vpc-1 covered"),
        (
            silent,
            RECORDS,
            "vpc-1 unhealthy[fl-1 silent for 25 newest -1]",
        ),
        (silent, "evidence=records failing-counts", "vpc-1 covered"),
        (
            "fl-1 on vpc-1 status=DELETED",
            "evidence=none",
            "vpc-1 unhealthy[fl-1]",
        ),
    ] {
        let found = super::build::house(world, rules);
        assert_eq!(found, [expected], "{world} {rules}");
    }
}

#[test]
fn a_record_must_be_newer_than_the_interval_and_the_time_of_delivery() {
    for (records, rules, expected) in [
        ("25", RECORDS, "vpc-1 covered"),
        (
            "26",
            RECORDS,
            "vpc-1 unhealthy[fl-1 silent for 25 newest 26]",
        ),
        ("26", "evidence=records settle=20", "vpc-1 covered"),
        (
            "17 interval=60",
            RECORDS,
            "vpc-1 unhealthy[fl-1 silent for 16 newest 17]",
        ),
        ("16 interval=60", RECORDS, "vpc-1 covered"),
        ("25 interval=?", RECORDS, "vpc-1 covered"),
        ("none age=10", RECORDS, "vpc-1 pending[fl-1]"),
    ] {
        let found = super::build::house(&format!("fl-1 on vpc-1 records={records}"), rules);
        assert_eq!(found, [expected], "{records} {rules}");
    }
}

#[test]
fn a_network_without_traffic_is_not_a_failing_one() {
    check(&[
        (
            "no interface is in use",
            "vpc-1; eni-1 in vpc-1 idle; fl-1 on vpc-1 records=none",
            RECORDS,
            &["vpc-1 covered"],
        ),
        (
            "there is no interface",
            "vpc-1; fl-1 on vpc-1 records=none",
            "evidence=records empty",
            &["vpc-1 covered"],
        ),
        (
            "one interface is in use",
            "vpc-1; eni-1 in vpc-1 idle; eni-2 in vpc-1; fl-1 on vpc-1 records=none",
            RECORDS,
            &["vpc-1 unhealthy[fl-1 silent for 25 newest -1]"],
        ),
        (
            "EC2 does not tell whether an interface is in use",
            "vpc-1; eni-1 in vpc-1 use?; fl-1 on vpc-1 records=none",
            RECORDS,
            &["vpc-1 unknown[records of fl-1 quiet]"],
        ),
        (
            "there may be more interfaces",
            "vpc-1; eni-1 in vpc-1 idle; unread network_interface denied; fl-1 on vpc-1 records=none",
            RECORDS,
            &["vpc-1 unknown[network_interface denied, records of fl-1 quiet]"],
        ),
        (
            "there may have been no traffic of the type",
            "vpc-1; eni-1 in vpc-1; fl-1 on vpc-1 REJECT records=none",
            "evidence=records traffic=REJECT",
            &["vpc-1 unknown[records of fl-1 quiet]"],
        ),
        (
            "the interface has its own flow log",
            "vpc-1; eni-1 in vpc-1 idle; fl-1 on eni-1 records=none",
            "evidence=records kinds=network_interface",
            &["eni-1 covered"],
        ),
        (
            "attachments do not tell whether they are in use",
            "tgw-1; tgw-attach-1 in tgw-1; fl-1 on tgw-1 records=none",
            "evidence=records kinds=transit_gateway",
            &["tgw-1 unknown[records of fl-1 quiet]"],
        ),
    ]);
}

#[test]
fn what_may_not_be_asked_is_unknown_and_never_covered() {
    for (records, expected) in [
        ("denied", "vpc-1 unknown[records of fl-1 denied]"),
        ("throttled", "vpc-1 unknown[records of fl-1 throttled]"),
        ("firehose", "vpc-1 unknown[records of fl-1 firehose]"),
    ] {
        let found = super::build::house(&format!("fl-1 on vpc-1 records={records}"), RECORDS);
        assert_eq!(found, [expected], "{records}");
    }
    // Another flow log with records decides.
    let world = format!("{HOUSE}fl-1 on vpc-1 records=denied; fl-2 on vpc-1 records=5");
    check(&[(
        "two",
        Box::leak(world.into_boxed_str()),
        RECORDS,
        &["vpc-1 covered"],
    )]);
}
