//! Replies that a fault spoils, delays or takes from an earlier state.

use std::time::Duration;

use super::wire::{Reply, ec2, ec2_in, logs};
use crate::harness::fake::{Age, Fake, Fault, REGION, Spoiled};
use serde_json::json;

const LONG: Duration = Duration::from_secs(20);

fn create(fake: &Fake, resource: &str) -> std::io::Result<Reply> {
    let parameters = [
        ("ResourceId.1", resource),
        ("ResourceType", "VPC"),
        ("TrafficType", "ALL"),
        ("LogDestinationType", "s3"),
        ("LogDestination", "arn:aws:s3:::bucket"),
        ("ClientToken", resource),
    ];
    ec2_in(fake, REGION, "CreateFlowLogs", &parameters)
}

fn describe(fake: &Fake) -> std::io::Result<Reply> {
    ec2_in(fake, REGION, "DescribeFlowLogs", &[])
}

#[test]
fn a_spoiled_reply_differs_from_the_whole_one() {
    let fake = Fake::start();
    create(&fake, "vpc-1").unwrap().fine();
    let whole = describe(&fake).unwrap().body;
    for (how, length) in [
        (Spoiled::Half, whole.len() / 2),
        (Spoiled::HalfWithoutLength, whole.len() / 2),
        (Spoiled::Empty, 0),
        (Spoiled::Malformed, whole.len() + 1),
        (Spoiled::Twice, whole.len() * 2),
    ] {
        fake.fail("DescribeFlowLogs", Fault::Spoiled(how), 1);
        assert_eq!(describe(&fake).unwrap().body.len(), length, "{how:?}");
    }
    fake.fail("DescribeFlowLogs", Fault::Spoiled(Spoiled::TooLong), 1);
    let reply = describe(&fake).unwrap();
    let announced = format!("content-length: {}", reply.body.len() + 16);
    assert!(reply.head.contains(&announced), "{}", reply.head);
}

#[test]
fn a_slow_reply_is_complete() {
    let fake = Fake::start();
    create(&fake, "vpc-1").unwrap().fine();
    fake.fail("DescribeFlowLogs", Fault::Drip, 1);
    assert!(
        describe(&fake)
            .unwrap()
            .body
            .contains("</DescribeFlowLogsResponse>")
    );
}

#[test]
fn a_call_that_hangs_or_stalls_is_executed_or_not() {
    for (fault, executed) in [
        (Fault::Hang(false), false),
        (Fault::Hang(true), true),
        (Fault::Stall, true),
    ] {
        let fake = std::sync::Arc::new(Fake::start());
        fake.fail("CreateFlowLogs", fault.clone(), 1);
        // It ends with the process of the tests, because there is no reply.
        let caller = std::sync::Arc::clone(&fake);
        std::thread::spawn(move || create(&caller, "vpc-1"));
        fake.wait_for_calls("CreateFlowLogs", 1, LONG);
        while executed && fake.flow_logs(REGION).is_empty() {
            std::thread::yield_now();
        }
        let found = fake.flow_logs(REGION).len();
        assert_eq!(found, usize::from(executed), "{fault:?}");
    }
}

#[test]
fn a_failure_can_hide_a_success_and_a_repetition_is_executed_twice() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::FailAfterDoing, 1);
    create(&fake, "vpc-1")
        .unwrap()
        .refused(500, "InternalError");
    assert_eq!(fake.flow_logs(REGION).len(), 1);
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.fail("DeleteFlowLogs", Fault::Repeated, 1);
    ec2(&fake, "DeleteFlowLogs", &[("FlowLogId.1", &id)]).refused(400, "InvalidFlowLogId.NotFound");
    assert!(fake.flow_logs(REGION).is_empty());
}

#[test]
fn each_service_has_its_own_error_for_expired_credentials() {
    let fake = Fake::start();
    fake.fail("DescribeFlowLogs", Fault::Expired, 1);
    describe(&fake).unwrap().refused(400, "RequestExpired");
    fake.fail("FilterLogEvents", Fault::Expired, 1);
    let reply = logs(&fake, "FilterLogEvents", &json!({ "logGroupName": "g" }));
    assert_eq!(reply.json()["__type"], "ExpiredTokenException");
}

#[test]
fn a_held_call_can_end_without_a_reply() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::HoldAndDrop, 1);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| create(&fake, "vpc-1"));
        while fake.flow_logs(REGION).is_empty() {
            std::thread::yield_now();
        }
        while !call.is_finished() {
            fake.release();
        }
        assert!(call.join().unwrap().is_err());
    });
}

#[test]
fn a_stale_reply_comes_from_an_earlier_state() {
    let fake = Fake::start();
    fake.remember(false);
    create(&fake, "vpc-1").unwrap().fine();
    create(&fake, "vpc-2").unwrap().fine();
    let seen = |age| {
        fake.clock_ahead(jiff::SignedDuration::ZERO);
        fake.fail("DescribeFlowLogs", Fault::Stale(age), 1);
        describe(&fake).unwrap().texts("flowLogId").len()
    };
    assert_eq!(seen(Age::Oldest), 0);
    assert_eq!(seen(Age::BeforeLast), 1);
    let any: std::collections::BTreeSet<_> = (0..64).map(|seed| seen(Age::Any(seed))).collect();
    assert_eq!(any.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(describe(&fake).unwrap().texts("flowLogId").len(), 2);
    fake.clock_ahead(jiff::SignedDuration::from_mins(2));
    fake.fail("DescribeFlowLogs", Fault::Stale(Age::Oldest), 1);
    assert_eq!(describe(&fake).unwrap().texts("flowLogId").len(), 2);
}

#[test]
fn a_fault_can_be_aimed_at_one_call() {
    let fake = Fake::start();
    fake.aim("DescribeFlowLogs", 2, Fault::Throttle, 1);
    let statuses: Vec<_> = (0..4).map(|_| describe(&fake).unwrap().status).collect();
    assert_eq!(statuses, [200, 200, 503, 200]);
}
