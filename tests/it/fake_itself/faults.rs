//! The faults that a test can inject.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::wire::{Reply, ec2, ec2_in, logs, query, signed};
use crate::harness::fake::{Endless, Fake, Fault, REGION};
use serde_json::json;

const FLOW_LOG: &[(&str, &str)] = &[
    ("ResourceId.1", "vpc-1"),
    ("ResourceType", "VPC"),
    ("TrafficType", "ALL"),
    ("LogDestinationType", "s3"),
    ("LogDestination", "arn:aws:s3:::bucket"),
    ("ClientToken", "token"),
];
const LONG: Duration = Duration::from_secs(20);

fn create(fake: &Fake) -> std::io::Result<Reply> {
    ec2_in(fake, REGION, "CreateFlowLogs", FLOW_LOG)
}

#[test]
fn an_error_occurs_the_given_number_of_times_without_executing_the_call() {
    let fake = Fake::start();
    let fault = Fault::error("InvalidParameter", "Unable to assume given IAM role");
    fake.fail("CreateFlowLogs", fault, 2);
    for _ in 0..2 {
        let message = create(&fake).unwrap().refused(400, "InvalidParameter");
        assert_eq!(message, "Unable to assume given IAM role");
        assert!(fake.flow_logs(REGION).is_empty());
    }
    create(&fake).unwrap().fine();
}

#[test]
fn faults_occur_in_the_order_in_which_they_were_added() {
    let fake = Fake::start();
    let unavailable = Fault::Error {
        status: 503,
        code: "ServiceUnavailable".to_owned(),
        message: "Later".to_owned(),
    };
    fake.fail("DescribeFlowLogs", unavailable, 1);
    fake.fail("DescribeFlowLogs", Fault::Throttle, 5);
    let describe = || ec2(&fake, "DescribeFlowLogs", &[]);
    describe().refused(503, "ServiceUnavailable");
    describe().refused(503, "RequestLimitExceeded");
    fake.clear_faults();
    describe().fine();
}

#[test]
fn each_service_throttles_with_its_own_error_code() {
    let fake = Fake::start();
    for action in ["GetCallerIdentity", "FilterLogEvents"] {
        fake.fail(action, Fault::Throttle, 1);
    }
    let key = signed("AKIAFAKE", REGION, "sts");
    query(&fake, "2011-06-15", Some(&key), "GetCallerIdentity", &[])
        .unwrap()
        .refused(400, "Throttling");
    let reply = logs(&fake, "FilterLogEvents", &json!({ "logGroupName": "g" }));
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["__type"], "ThrottlingException");
}

#[test]
fn a_partial_failure_is_a_success_that_lists_every_id() {
    let fake = Fake::start();
    let fault = Fault::unsuccessful("InternalError", "Oops");
    fake.fail("CreateFlowLogs", fault.clone(), 1);
    let reply = create(&fake).unwrap().fine();
    assert_eq!(reply.text("resourceId"), "vpc-1");
    assert_eq!(reply.text("code"), "InternalError");
    assert!(reply.texts("flowLogIdSet").is_empty());
    assert!(fake.flow_logs(REGION).is_empty());

    create(&fake).unwrap().fine();
    let id = fake.flow_logs(REGION).remove(0).id;
    fake.fail("DeleteFlowLogs", fault, 1);
    let reply = ec2(&fake, "DeleteFlowLogs", &[("FlowLogId.1", &id)]).fine();
    assert_eq!(reply.text("resourceId"), id);
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[test]
fn a_call_without_a_reply_is_executed_or_not() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::DropBefore, 1);
    fake.fail("CreateFlowLogs", Fault::DropAfterDoing, 1);
    assert!(create(&fake).is_err());
    assert!(fake.flow_logs(REGION).is_empty());
    assert!(create(&fake).is_err());
    let id = fake.flow_logs(REGION).remove(0).id;
    let again = create(&fake).unwrap().fine();
    assert_eq!(
        again.text("item"),
        id,
        "the same token returns the same flow log"
    );
    assert_eq!(fake.calls_of("CreateFlowLogs").len(), 3);
}

#[test]
fn garbage_is_a_success_with_an_invalid_body() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::Garbage, 1);
    let reply = create(&fake).unwrap().fine();
    assert!(!reply.body.contains("Response"));
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}

#[test]
fn a_reply_is_truncated_with_or_without_a_length() {
    let fake = Fake::start();
    create(&fake).unwrap().fine();
    let describe = || ec2(&fake, "DescribeFlowLogs", &[]).fine();
    let complete = describe();
    assert!(
        complete.head.contains("content-length"),
        "{}",
        complete.head
    );
    fake.fail("DescribeFlowLogs", Fault::Cut("<flowLogId>fl-"), 1);
    let cut = describe();
    assert!(cut.body.ends_with("<flowLogId>fl-"), "{}", cut.body);
    assert!(
        cut.head
            .contains(&format!("content-length: {}", cut.body.len())),
        "{}",
        cut.head
    );
    fake.fail(
        "DescribeFlowLogs",
        Fault::CutWithoutLength("<flowLogSet>"),
        1,
    );
    let cut = describe();
    assert!(cut.body.ends_with("<flowLogSet>"), "{}", cut.body);
    let head = cut.head.to_lowercase();
    assert!(head.starts_with("http/1.0 200"), "{head}");
    assert!(
        !head.contains("content-length") && !head.contains("chunked"),
        "{head}"
    );
    fake.fail("DescribeFlowLogs", Fault::Cut("it does not say this"), 1);
    assert_eq!(describe().body, "");
}

#[test]
fn a_foreign_reply_does_not_execute_the_call() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::sign_in_page(), 1);
    let reply = create(&fake).unwrap().fine();
    assert!(reply.body.contains("Sign in"));
    assert!(fake.flow_logs(REGION).is_empty());
}

#[test]
fn the_offset_of_the_clock_applies_to_replies_and_creation_times() {
    let fake = Fake::start();
    fake.clock_ahead(jiff::SignedDuration::from_hours(-24 * 365));
    let reply = create(&fake).unwrap().fine();
    let year = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 365)).to_string();
    let year = &year[..4];
    assert!(reply.head.contains(&format!(" {year} ")), "{}", reply.head);
    assert!(fake.flow_logs(REGION)[0].creation_time.starts_with(year));
}

#[test]
fn endless_pages_have_different_tokens() {
    let fake = Fake::start();
    create(&fake).unwrap().fine();
    let id = fake.flow_logs(REGION).remove(0).id;
    let mut tokens = std::collections::BTreeSet::new();
    let mut ids = std::collections::BTreeSet::new();
    for how in [Endless::Same, Endless::Same, Endless::New, Endless::New] {
        fake.describe_endlessly(how);
        let page = ec2(&fake, "DescribeFlowLogs", &[]).fine();
        tokens.insert(page.text("nextToken"));
        ids.insert(page.text("flowLogId"));
    }
    assert_eq!((tokens.len(), ids.len()), (4, 3));
    assert!(ids.contains(&id));
}

#[test]
fn a_held_call_is_executed_at_once_and_replies_when_released() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::Hold, 1);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| sender.send(create(&fake).unwrap().status).unwrap());
        fake.wait_for_calls("CreateFlowLogs", 1, LONG);
        // Other calls continue. One of them shows that the held call was executed.
        while fake.flow_logs(REGION).is_empty() {
            ec2(&fake, "DescribeFlowLogs", &[]).fine();
        }
        assert_eq!(receiver.try_recv(), Err(mpsc::TryRecvError::Empty));
        fake.release();
        assert_eq!(receiver.recv_timeout(LONG), Ok(200));
    });
}

#[test]
fn latency_applies_to_one_call_one_action_or_all_actions() {
    let fake = Fake::start();
    let slow = Duration::from_millis(60);
    let took = |action: &str| {
        let start = Instant::now();
        ec2(&fake, action, &[]);
        start.elapsed()
    };
    fake.fail("DescribeFlowLogs", Fault::Delay(slow), 1);
    assert!(took("DescribeFlowLogs") >= slow);
    fake.latency("*", slow);
    assert!(took("DeleteFlowLogs") >= slow);
    fake.latency("DescribeFlowLogs", 2 * slow);
    assert!(took("DescribeFlowLogs") >= 2 * slow);
}

#[test]
fn a_new_flow_log_can_be_hidden_from_the_first_descriptions() {
    let fake = Fake::start();
    fake.hide_for(2);
    create(&fake).unwrap().fine();
    let id = fake.flow_logs(REGION).remove(0).id;
    let describe = || ec2(&fake, "DescribeFlowLogs", &[("FlowLogId.1", &id)]);
    describe().refused(400, "InvalidFlowLogId.NotFound");
    describe().refused(400, "InvalidFlowLogId.NotFound");
    describe().fine();
}

#[test]
fn failed_delivery_is_described() {
    let fake = Fake::start();
    create(&fake).unwrap().fine();
    fake.deliver_failing(&fake.flow_logs(REGION)[0].id, "Rate limited");
    let reply = ec2(&fake, "DescribeFlowLogs", &[]).fine();
    assert_eq!(reply.text("deliverLogsStatus"), "FAILED");
    assert_eq!(reply.text("deliverLogsErrorMessage"), "Rate limited");
    assert_eq!(reply.text("flowLogStatus"), "ACTIVE");
}

#[test]
#[should_panic(expected = "0 of 1 calls of CreateFlowLogs")]
fn waiting_for_calls_ends_at_the_deadline() {
    Fake::start().wait_for_calls("CreateFlowLogs", 1, Duration::from_millis(10));
}

#[test]
fn a_stopped_fake_no_longer_listens() {
    let fake = Fake::start();
    let address = fake.url().replace("http://", "");
    drop(fake);
    assert!(std::net::TcpStream::connect(address).is_err());
}
