//! Creates and deletes without a successful reply: no flow log is lost, and the errors are correct.

use std::time::Duration;

use crate::acceptance::flow_log;
use crate::harness::fake::{Fake, Fault, FlowLog, REGION};
use crate::harness::terraform::{Run, Version, Workspace};

const SOON: Duration = Duration::from_secs(30);

fn workspace(fake: &Fake, more: &str) -> Workspace {
    let work = Workspace::new(Version::Any, fake.url()).with_settings("max_retries = 1");
    work.configure(&flow_log("main", more));
    work
}

fn apply(work: &Workspace) -> Run {
    work.run(&["apply", "-auto-approve", "-no-color"])
}

/// Returns a flow log that is equal to the one of [`flow_log`] and was created a number of minutes ago.
fn equal(id: &str, minutes: i64) -> FlowLog {
    let created = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    FlowLog {
        log_destination: None,
        log_group_name: Some("flow-logs".to_owned()),
        deliver_logs_permission_arn: Some("arn:aws:iam::123456789012:role/flow-logs".to_owned()),
        creation_time: created.to_string(),
        ..FlowLog::sample(id, "vpc-0123456789abcdef0")
    }
}

#[test]
fn a_flow_log_that_was_not_read_back_stays_in_the_state_until_it_is_visible() {
    let fake = Fake::start();
    fake.hide_for(7);
    let work = workspace(&fake, "");
    work.apply().says(&["created but not read back"]);
    assert!(work.instance("vpcflow_log.main")["creation_time"].is_null());
    work.plans_empty();
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn a_flow_log_created_without_a_reply_is_found_once_it_is_visible() {
    let fake = Fake::start();
    fake.hide_for(2);
    fake.fail("CreateFlowLogs", Fault::DropAfterDoing, 3);
    let denied = Fault::error("UnauthorizedOperation", "not now");
    fake.fail("DescribeFlowLogs", denied, 1);
    let work = workspace(&fake, r#"tags = { Name = "main" }"#);
    work.apply();
    let created = fake.flow_logs(REGION);
    assert_eq!(created.len(), 1);
    assert_eq!(work.instance("vpcflow_log.main")["id"], created[0].id);
    fake.clear_faults();
    work.plans_empty();
}

#[test]
fn a_local_clock_that_is_ahead_does_not_hide_the_created_flow_log() {
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::DropBefore, 30);
    fake.insert(equal("fl-0aaaaaaaaaaaaaaaa", 2));
    // This one was created long before, outside of Terraform.
    let mut old = equal("fl-0bbbbbbbbbbbbbbbb", 20);
    old.log_group_name = Some("other".to_owned());
    fake.insert(old);
    let work = workspace(&fake, "");
    work.apply();
    let state = work.instance("vpcflow_log.main");
    assert_eq!(state["id"], "fl-0aaaaaaaaaaaaaaaa");
}

#[test]
fn without_a_reply_the_error_reports_the_result_of_the_search() {
    let import = "import { to = vpcflow_log.NAME id = \"fl-";
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", Fault::DropBefore, 30);
    let work = workspace(&fake, "");
    apply(&work).fails_with(&[
        "Flow log not created",
        "no flow log matched the request",
        import,
    ]);
    // Either of these can be the flow log that was created.
    fake.insert(equal("fl-0aaaaaaaaaaaaaaaa", 0));
    fake.insert(equal("fl-0bbbbbbbbbbbbbbbb", 0));
    apply(&work).fails_with(&[
        "several flow logs match the request",
        "fl-0aaaaaaaaaaaaaaaa",
        "fl-0bbbbbbbbbbbbbbbb",
        import,
    ]);
    fake.fail(
        "DescribeFlowLogs",
        Fault::error("UnauthorizedOperation", "not allowed"),
        30,
    );
    apply(&work).fails_with(&[
        "the search for the flow log failed",
        "UnauthorizedOperation: not allowed",
        "Look for a flow log of vpc-0123456789abcdef0",
        import,
    ]);
    assert_eq!(work.instances("vpcflow_log.main").len(), 0);
}

#[test]
fn a_timeout_error_shows_the_setting_and_its_value() {
    let busy = || Fault::Error {
        status: 503,
        code: "ServiceUnavailable".to_owned(),
        message: "later".to_owned(),
    };
    let fake = Fake::start();
    fake.fail("CreateFlowLogs", busy(), 1000);
    let work = Workspace::new(Version::Any, fake.url());
    let times = "timeouts {\n    create = \"1s\"\n    delete = \"1500ms\"\n  }";
    work.configure(&flow_log("main", times));
    apply(&work).fails_with(&[
        "Flow log not created",
        "timed out before a retry; the last attempt failed: ServiceUnavailable: later (HTTP 503",
        "Timed out (`timeouts.create` is 1s)",
        "create = \"1s\"",
    ]);
    fake.clear_faults();
    work.apply();
    fake.fail("DeleteFlowLogs", busy(), 1000);
    work.run(&["destroy", "-auto-approve", "-no-color"])
        .fails_with(&["not deleted", "Timed out (`timeouts.delete` is 1500ms)"]);
    fake.clear_faults();
    work.destroy();
    assert_eq!(fake.flow_logs(REGION), []);
}

#[test]
fn the_error_for_a_role_that_cannot_be_assumed_contains_its_trust_policy() {
    let fake = Fake::start();
    let refusal = || Fault::error("InvalidParameter", "Unable to assume given IAM role.");
    fake.fail("CreateFlowLogs", refusal(), 1000);
    let work = Workspace::new(Version::Any, fake.url());
    work.configure(&flow_log("main", "timeouts {\n    create = \"1s\"\n  }"));
    let run = apply(&work).fails_with(&[
        "Flow log not created",
        "timed out before a retry; the last attempt failed: InvalidParameter: Unable to assume \
         given IAM role (HTTP 400",
        "could not assume the role arn:aws:iam::123456789012:role/flow-logs",
        "\"Service\": \"vpc-flow-logs.amazonaws.com\"",
        "Timed out (`timeouts.create` is 1s)",
    ]);
    assert!(!run.output.contains("transit gateways"), "{}", run.output);
    let stream = "arn:aws:firehose:us-east-1:210987654321:deliverystream/x";
    let role = "arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole";
    let across = format!(
        "log_destination = \"{stream}\"\n  deliver_cross_account_role = \"{role}\"\n  timeouts {{\n    create = \
         \"1s\"\n  }}"
    );
    let across = flow_log("main", &across).replace("log_group_name = \"flow-logs\"", "");
    work.configure(&across);
    apply(&work).fails_with(&["\"Service\": \"delivery.logs.amazonaws.com\""]);
}

#[test]
fn a_create_waits_until_the_deleted_equal_flow_log_is_gone() {
    let fake = Fake::start();
    let work = workspace(&fake, "");
    work.apply();
    let deleted = fake.flow_logs(REGION).remove(0);
    fake.fail("DeleteFlowLogs", Fault::Hold, 1);
    let replace = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-replace=vpcflow_log.main",
    ];
    let run = work.command(&replace).spawn().unwrap();
    // EC2 is eventually consistent: for a while, a deleted flow log can prevent an equal one.
    fake.wait_for_calls("DeleteFlowLogs", 1, SOON);
    while !fake.flow_logs(REGION).is_empty() {
        std::thread::yield_now();
    }
    fake.insert(deleted.clone());
    fake.release();
    fake.wait_for_calls("CreateFlowLogs", 3, SOON);
    fake.remove(&deleted.id);
    Run::of(&run.wait_with_output().unwrap()).succeeds();
    work.plans_empty();
    let created = fake.flow_logs(REGION);
    assert_eq!(created.len(), 1);
    assert_ne!(created[0].id, deleted.id);
}

#[test]
fn a_conflict_with_a_flow_log_that_this_run_deleted_is_retried() {
    let fake = Fake::start();
    let work = workspace(&fake, "");
    work.apply();
    let exists = Fault::error("FlowLogAlreadyExists", "There is an existing Flow Log");
    fake.fail("CreateFlowLogs", exists, 2);
    let replace = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-replace=vpcflow_log.main",
    ];
    work.run(&replace).succeeds();
    work.plans_empty();
    assert_eq!(fake.flow_logs(REGION).len(), 1);
}
